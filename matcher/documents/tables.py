"""Read a table out of a CSV or XLSX file that somebody sent: texts only, nothing in it is ever executed.

A formula cell gives the value its writer stored. What a file could make huge is measured before it is
unpacked; the rest is bounded by the limits of the child process this runs in.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from matcher.documents.plain_text import decode_plain
from matcher.errors import FieldError

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CELL = 20_000
"""Characters of one cell: more than any field takes."""
MOST_CELLS = 20_001 * 26
"""Cells of the whole table: the template has 26 columns. Bounds the memory a reader needs."""
MOST_TEXT = 15 * 1024 * 1024
"""Bytes of all texts in UTF-8: what a CSV of the largest size in CP949 becomes."""

_MOST_UNPACKED = 96 * 1024 * 1024
_MOST_MEMBERS = 200
_MOST_RATIO = 200
_RATIO_COUNTS_FROM = 1024 * 1024
_FIELD = "file"
_ZIP = b"PK\x03\x04"
_OTHER_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file (XLS) or one with a password"),
    (b"{\\rtf", "an RTF file"),
    (b"\x1f\x8b\x08", "a compressed file"),
)
_SEPARATORS = ",;\t"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")
_LONGEST_LINE = MOST_COLUMNS * MOST_CELL
_PLACE = re.compile(rb"""<(?:\w+:)?(row|c)(?=[\s/>])(?:[^<>]*?\sr=["']([A-Za-z]{0,9})(\d{1,19})["'])?""")
_CHUNK = 1024 * 1024
_OVERLAP = 512
_LARGEST_WHOLE = 1e15


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row with its number as a spreadsheet counts it, from 1."""

    number: int
    cells: tuple[str, ...]


def read_rows(data: bytes) -> tuple[TableRow, ...]:
    """Read the rows of a file that are not blank; of a workbook, those of its first sheet.

    Args:
        data: the file as it was sent.

    Returns:
        The rows with their numbers, cells stripped, as wide as their last cell with something in it.

    Raises:
        FieldError: the file is empty, too large, hostile or of another kind; says which.
    """
    found = tuple(stream_rows(data))
    if not found:
        raise FieldError(_FIELD, "the file holds no row")
    return found


def stream_rows(data: bytes) -> Iterator[TableRow]:
    """Give the rows of `read_rows` one by one, so that the whole table is never held.

    Raises:
        FieldError: as `read_rows`, also in the middle; a file without a row gives none.
    """
    if not data:
        raise FieldError(_FIELD, "the file is empty")
    if len(data) > MOST_BYTES:
        raise FieldError(_FIELD, f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
    for magic, kind in _OTHER_KINDS:
        if data.startswith(magic):
            raise FieldError(_FIELD, f"this is {kind}; save it as XLSX or CSV")
    return _limited(_workbook(data) if data.startswith(_ZIP) else _separated(data))


def _limited(rows: Iterator[list[str]]) -> Iterator[TableRow]:
    """Number the rows, drop the blank ones, and stop at the first that is too much."""
    kept = held = text = 0
    for number, cells in enumerate(rows, 1):
        # Blank rows count as well, but a sheet may have many between its blocks.
        if number > 2 * MOST_ROWS:
            raise _too_many_rows()
        stripped = [cell.strip() for cell in cells]
        while stripped and not stripped[-1]:
            stripped.pop()
        if not stripped:
            continue
        kept += 1
        # One more for the header.
        if kept > MOST_ROWS + 1:
            raise _too_many_rows()
        if len(stripped) > MOST_COLUMNS:
            raise _too_many_columns(number)
        if max(map(len, stripped)) > MOST_CELL:
            raise FieldError(_FIELD, f"row {number}: a cell is longer than {MOST_CELL:,} characters")
        held += len(stripped)
        if held > MOST_CELLS:
            raise _too_many_cells()
        text += len("".join(stripped).encode())
        if text > MOST_TEXT:
            raise FieldError(_FIELD, f"the table holds more than {MOST_TEXT // 1024 // 1024} MiB of text")
        yield TableRow(number, tuple(stripped))


def _too_many_rows() -> FieldError:
    return FieldError(_FIELD, f"more than {MOST_ROWS:,} rows")


def _too_many_columns(row: int) -> FieldError:
    return FieldError(_FIELD, f"row {row}: more than {MOST_COLUMNS} columns")


def _too_many_cells() -> FieldError:
    return FieldError(_FIELD, f"more than {MOST_CELLS:,} cells")


def _separated(data: bytes) -> Iterator[list[str]]:
    text = _decode(data)
    named = _SEPARATOR_LINE.match(text)
    start = named.end() if named else 0
    separator = named[1] if named and named[1] in _SEPARATORS else _separator(text[start : start + _CHUNK])
    reader = csv.reader(_lines(text, start), delimiter=separator, strict=True)
    try:
        if named:
            yield []
        yield from reader
    except csv.Error as error:
        # `unexpected end of data` and `field larger` are quotation marks nobody closed.
        raise FieldError(_FIELD, f"row {reader.line_num}: the quotation marks do not fit: {error}") from error


def _lines(text: str, start: int) -> Iterator[str]:
    """Cut a text into lines one by one: a file object would hold it again, four bytes a character."""
    for found in _LINE.finditer(text, start):
        if found.end() - found.start() > _LONGEST_LINE:
            raise FieldError(_FIELD, f"a line is longer than {_LONGEST_LINE:,} characters")
        if found.end() > found.start():
            yield found[0]


def _decode(data: bytes) -> str:
    text = decode_plain(data)
    if text is None:
        raise FieldError(
            _FIELD, "this is not a table: neither XLSX nor CSV in UTF-8, UTF-16 or CP949 (EUC-KR)"
        )
    return text


def _separator(text: str) -> str:
    """Choose the separator that cuts the first line with something in it into most cells."""
    first = next((line for line in text.split("\n", 50)[:50] if line.strip(_SEPARATORS + ' \r"')), "")
    plain = re.sub(r'"[^"]*"?', "", first)
    return max(_SEPARATORS, key=plain.count)


def _workbook(data: bytes) -> Iterator[list[str]]:
    _check_archive(data)
    # Loaded in the child process alone.
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise FieldError(_FIELD, "this workbook is damaged or has a password") from error
    for row in sheet.iter_rows():
        yield [_written(cell) for cell in row]


def _written(cell: object) -> str:
    """Write a cell as a person would type it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _LARGEST_WHOLE else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta | int) else _plain(str(cell))


def _plain(text: str) -> str:
    return _CONTROLS.sub(" ", text)


def _check_archive(data: bytes) -> None:
    """Refuse an archive that would unpack into too much, and sheets with too many rows or columns.

    Raises:
        FieldError: says which.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names:
                raise FieldError(_FIELD, "this is a zip archive, but no XLSX workbook")
            if len(members) > _MOST_MEMBERS or len(names) != len(members):
                raise FieldError(_FIELD, "the workbook has too many parts")
            _check_sizes(members)
            for member in members:
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    _SheetCheck().look_at(archive, member)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FieldError(_FIELD, "this workbook is damaged or has a password") from error


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    if sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise FieldError(_FIELD, "the workbook unpacks into too much")
    for member in members:
        if member.filename.lower().endswith("vbaproject.bin"):
            raise FieldError(_FIELD, "this workbook holds macros; save it as XLSX or CSV")
        if member.flag_bits & 1:
            raise FieldError(_FIELD, "this workbook has a password")
        if ".." in member.filename.split("/") or member.filename.startswith(("/", "\\")):
            raise FieldError(_FIELD, "the workbook names files outside of itself")
        packed = max(1, member.compress_size)
        if member.file_size > _RATIO_COUNTS_FROM and member.file_size / packed > _MOST_RATIO:
            raise FieldError(_FIELD, "the workbook unpacks into too much")


class _SheetCheck:
    """Looks at the places of rows and cells as a part unpacks, and stops at the first beyond the limits."""

    def __init__(self) -> None:
        self._rows = self._cells = self._held = 0

    def look_at(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        """Read a part to its end.

        Raises:
            FieldError: it has too many rows, columns or cells, or is larger than it says.
        """
        read = 0
        rest = b""
        with archive.open(member) as part:
            while chunk := part.read(_CHUNK):
                read += len(chunk)
                if read > member.file_size:
                    raise FieldError(_FIELD, "the workbook unpacks into more than it says")
                seen = rest + chunk
                done = max(0, len(seen) - _OVERLAP)
                for found in _PLACE.finditer(seen):
                    if found.end() > len(seen) - _OVERLAP and len(chunk) == _CHUNK:
                        done = found.start()
                        break
                    done = max(done, found.end())
                    self._count(found)
                rest = seen[done:]

    def _count(self, found: re.Match[bytes]) -> None:
        """Count a row or a cell; a cell that does not say its place stands right of the one before."""
        kind, letters, number = found.groups()
        if kind == b"row":
            self._rows, self._cells = self._rows + 1, 0
        else:
            self._cells += 1
            self._held += 1
        place = int(number or 0)
        column = _column(letters) if letters else self._cells
        # A sheet may leave a few rows free on top, and end in rows that only have a colour.
        if max(place, self._rows) > 2 * MOST_ROWS:
            raise _too_many_rows()
        if column > 2 * MOST_COLUMNS:
            raise _too_many_columns(max(place, self._rows))
        if self._held > 2 * MOST_CELLS:
            raise _too_many_cells()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
