"""Read the text of a document, line by line with its place. Runs in the child process."""

import ctypes
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcher.documents.archives import Archive
from matcher.documents.kinds import Kind, sniff
from matcher.documents.lines import (
    MOST_CHARACTERS,
    MOST_PAGES,
    Line,
    LineCollector,
    Note,
    NoteCode,
    Place,
    PlaceKind,
    ranges,
    table_lines,
)
from matcher.documents.plain_text import decode_plain
from matcher.documents.refusals import DocumentRefusedError, Reason

if TYPE_CHECKING:
    import pypdfium2

_BARE_PAGE = 15
"""Letters and digits; a page with fewer is a picture or a scan with a stamp."""
_FEWEST_PER_PAGE = 10
_FEWEST_IN_ALL = 40
_CELL_GAP = 0.9
"""A gap this many times as wide as the line is high may part two cells of a table; labels then decide."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The lines of a document, and what its owner should know about how it was read."""

    kind: Kind
    lines: tuple[Line, ...]
    notes: tuple[Note, ...] = ()

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(line.text for line in self.lines)


def read_document(data: bytes) -> DocumentText:
    """Read a document of any kind.

    Raises:
        DocumentRefusedError: it is of no kind that is read, breaks a limit, or holds no text.
    """
    kind, archive = sniff(data)
    collector = LineCollector()
    if kind is Kind.PDF:
        notes = _read_pdf(data, collector)
    elif kind is Kind.TXT:
        notes = []
        lines = _text_lines(data)
        collector.add_laid_out(
            lines, [Place(PlaceKind.PARAGRAPH, number + 1) for number in range(len(lines))]
        )
    else:
        notes = []
        paragraphs = _hwp_paragraphs(data) if archive is None else _archive_paragraphs(kind, archive)
        for number, texts in enumerate(paragraphs, 1):
            collector.add(texts, Place(PlaceKind.PARAGRAPH, number))
            if collector.full:
                break
    if collector.full:
        notes.append(Note(NoteCode.CUT, f"{MOST_CHARACTERS:,} characters"))
    if not collector.lines:
        raise DocumentRefusedError(Reason.EMPTY, "it holds no text")
    return DocumentText(kind, tuple(collector.lines), tuple(notes))


def _archive_paragraphs(kind: Kind, archive: Archive) -> Iterator[list[str]]:
    return _docx_paragraphs(archive) if kind is Kind.DOCX else _hwp_paragraphs(archive.repacked())


def _text_lines(data: bytes) -> list[str]:
    text = decode_plain(data)
    if text is None:
        raise DocumentRefusedError(Reason.WRONG_KIND, "or its encoding is not UTF-8, UTF-16 or CP949")
    return text[: 2 * MOST_CHARACTERS].splitlines()


def _hwp_paragraphs(data: bytes) -> Iterator[list[str]]:
    from unhwp import ErrorKind, UnhwpError, parse_bytes  # noqa: PLC0415 - each child reads one kind only

    refused = {
        ErrorKind.ENCRYPTED: Reason.ENCRYPTED,
        ErrorKind.DISTRIBUTION_RESTRICTED: Reason.ENCRYPTED,
        ErrorKind.DECOMPRESSION: Reason.BOMB,
    }
    try:
        with parse_bytes(data) as parsed:
            document = json.loads(parsed.json, object_hook=_without_style)
    except UnhwpError as error:
        raise DocumentRefusedError(refused.get(error.kind, Reason.DAMAGED)) from error
    for section in document["sections"]:
        for part in section["content"]:
            if "Paragraph" in part:
                yield _hwp_lines(part["Paragraph"])
            elif "Table" in part:
                # One table is one place: a number per cell would say less than it costs.
                yield _hwp_table(part["Table"])


def _without_style(part: dict[str, Any]) -> dict[str, Any]:
    """Drop how things look while the tree is built: it is most of it."""
    part.pop("style", None)
    return part


def _hwp_table(table: dict[str, Any]) -> list[str]:
    return table_lines([["\n".join(_hwp_cell(cell)) for cell in row["cells"]] for row in table["rows"]])


def _hwp_cell(cell: dict[str, Any]) -> Iterator[str]:
    for paragraph in cell["content"]:
        yield from _hwp_lines(paragraph)
    for table in cell.get("nested_tables", ()):
        yield from _hwp_table(table)


def _hwp_lines(paragraph: dict[str, Any]) -> list[str]:
    """Give a paragraph's text; what is neither text nor a line end (pictures, formulas) leaves a space."""
    pieces = []
    for part in paragraph["content"]:
        if part == "LineBreak":
            pieces.append("\n")
        elif isinstance(part, dict) and "Text" in part:
            pieces.append(part["Text"]["text"])
        elif isinstance(part, dict) and "Link" in part:
            pieces.append(str(part["Link"].get("text", "")))
        else:
            pieces.append(" ")
    return "".join(pieces).splitlines()


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
_UNREAD = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr", _BOX, _FALLBACK})
"""What is no part of a paragraph's own text; text boxes are read after it."""


def _docx_paragraphs(archive: Archive) -> Iterator[list[str]]:
    import docx  # noqa: PLC0415 - each child reads one kind only
    from docx.opc.exceptions import OpcError  # noqa: PLC0415 - as above

    try:
        document = docx.Document(io.BytesIO(archive.repacked()))
    except (OpcError, SyntaxError, KeyError, ValueError, AttributeError, IndexError) as error:
        raise DocumentRefusedError(Reason.DAMAGED) from error
    yield from _docx_blocks(document.element.body)


def _docx_blocks(parent: Any) -> Iterator[list[str]]:
    """Walk the paragraphs and tables of a body, a cell, a text box or a content control."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield "".join(_docx_text(child)).splitlines()
            for box in child.iter(_BOX):
                # Word writes a text box twice, once for editors that know nothing of the newer form.
                if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                    yield from _docx_blocks(box)
        elif child.tag == f"{_W}tbl":
            yield table_lines(_docx_rows(child))
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"}:
            yield from _docx_blocks(child)


def _docx_rows(table: Any) -> list[list[str]]:
    rows = [element for element in table.iter(f"{_W}tr") if _owner(element) is table]
    return [
        [
            "\n".join(line for lines in _docx_blocks(cell) for line in lines)
            for cell in row.iter(f"{_W}tc")
            if _row_of(cell) is row
        ]
        for row in rows
    ]


def _owner(row: Any) -> Any:
    return next(row.iterancestors(f"{_W}tbl"), None)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(f"{_W}tr"), None)


def _docx_text(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag in _UNREAD:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}tab":
            yield "\t"
        elif child.tag in {f"{_W}br", f"{_W}cr"}:
            yield "\n"
        else:
            yield from _docx_text(child)


def _read_pdf(data: bytes, collector: LineCollector) -> list[Note]:
    import pypdfium2  # noqa: PLC0415 - each child reads one kind only

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        protected = "password" in str(error).lower() or "security" in str(error).lower()
        raise DocumentRefusedError(Reason.ENCRYPTED if protected else Reason.DAMAGED) from error
    if not count:
        raise DocumentRefusedError(Reason.DAMAGED)
    notes = [Note(NoteCode.CUT, f"{MOST_PAGES} pages")] if count > MOST_PAGES else []
    letters = 0
    bare: list[int] = []
    read = min(count, MOST_PAGES)
    for index in range(read):
        lines, found = _pdf_page(document, index)
        letters += found
        if found < _BARE_PAGE:
            bare.append(index + 1)
        collector.add_laid_out(lines, [Place(PlaceKind.PAGE, index + 1)] * len(lines))
        if collector.full:
            read = index + 1
            break
    if letters < max(_FEWEST_IN_ALL, _FEWEST_PER_PAGE * read):
        raise DocumentRefusedError(Reason.SCANNED)
    if bare:
        notes.append(Note(NoteCode.PAGES_WITHOUT_TEXT, ranges(bare)))
    return notes


def _pdf_page(document: "pypdfium2.PdfDocument", index: int) -> tuple[list[str], int]:
    """Give the lines of a page, a tab where a gap is as wide as between cells, and its letters and digits."""
    import pypdfium2  # noqa: PLC0415 - as above

    try:
        page = document[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise DocumentRefusedError(Reason.DAMAGED) from error
    try:
        characters = list(_with_gaps(text_page))
    finally:
        text_page.close()
        page.close()
    text = "".join(characters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.splitlines(), sum(character.isalnum() for character in text)


def _with_gaps(text_page: "pypdfium2.PdfTextPage") -> Iterator[str]:
    """Give the characters of a page; a space in a wide gap becomes a tab."""
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    count = text_page.count_chars()
    box = [ctypes.c_double() for _ in range(4)]
    pointers = [ctypes.byref(side) for side in box]
    right, height, waiting = 0.0, 0.0, False
    for index in range(min(count, 2 * MOST_CHARACTERS)):
        character = chr(raw.FPDFText_GetUnicode(text_page, index))
        if character in "\r\n":
            right, waiting = 0.0, False
            yield character
            continue
        if character == " ":
            waiting = True
            continue
        raw.FPDFText_GetCharBox(text_page, index, *pointers)
        left, character_right, bottom, top = (side.value for side in box)
        if waiting:
            wide = right and left - right > _CELL_GAP * max(height, top - bottom)
            yield "\t" if wide else " "
            waiting = False
        right, height = character_right, max(top - bottom, height / 2)
        # PDFium marks a hyphen at a line's end by a character of its own.
        yield "-" if character == "\x02" else character
