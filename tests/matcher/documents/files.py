"""Make files of each kind, good and hostile, the way their editors write them."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from xml.sax.saxutils import escape

import docx
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

Parts = Sequence[str | list[list[str]]]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_FONT = "HYSMyeongJo-Medium"
_HANCOM = "http://www.hancom.co.kr/hwpml/2011"
_OFFICE = "http://schemas.openxmlformats.org"
_VENDOR = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def zipped(entries: dict[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """Zip entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def txt(parts: Parts, encoding: str = "utf-8") -> bytes:
    """Write plain text, cells of tables parted by tabs."""
    lines = []
    for part in parts:
        lines += [part] if isinstance(part, str) else ["\t".join(row) for row in part]
    return "\r\n".join(lines).encode(encoding)


def pdf(parts: Parts, *, password: str | None = None) -> bytes:
    """Set a PDF in a Korean font."""
    _register_font()
    style = ParagraphStyle("body", fontName=_FONT, fontSize=10, leading=15, wordWrap="CJK")
    story = []
    for part in parts:
        if isinstance(part, str):
            story.append(Paragraph(escape(part), style))
        else:
            story.append(
                Table(
                    part,
                    style=[("FONTNAME", (0, 0), (-1, -1), _FONT), ("GRID", (0, 0), (-1, -1), 1, "black")],
                )
            )
        story.append(Spacer(1, 6))
    target = io.BytesIO()
    lock = None if password is None else pdfencrypt.StandardEncryption(password, strength=128)
    SimpleDocTemplate(target, pagesize=A4, encrypt=lock).build(story)
    return target.getvalue()


def scanned_pdf(pages: int = 3) -> bytes:
    """Set pages that are pictures."""
    from PIL import Image  # noqa: PLC0415 - only here

    picture = io.BytesIO()
    Image.new("RGB", (400, 600), "grey").save(picture, "PNG")
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for _ in range(pages):
        canvas.drawImage(ImageReader(io.BytesIO(picture.getvalue())), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def pdf_with_picture(texts: Sequence[str | None]) -> bytes:
    """Set a page for each text; a page without one is a grey box."""
    _register_font()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for text in texts:
        if text is None:
            canvas.rect(0, 0, *A4, fill=1)
        else:
            canvas.setFont(_FONT, 8)
            canvas.drawString(40, 700, text[:60])
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@cache
def _register_font() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))


def docx_file(parts: Parts) -> bytes:
    """Write a Word document."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(len(part), len(part[0]))
        for row, cells in zip(table.rows, part, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def docx_of(body: str, **more: str | bytes) -> bytes:
    """Write a Word document of raw XML, with further parts."""
    types = (
        f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_VENDOR}.document.main+xml"/></Types>'
    )
    relations = (
        f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>"
    )
    return zipped(
        {"[Content_Types].xml": types, "_rels/.rels": relations, "word/document.xml": word_xml(body), **more}
    )


def word_xml(body: str, doctype: str = "") -> str:
    """Put a body into Word's main part."""
    space = f"{_OFFICE}/wordprocessingml/2006/main"
    return f'{_HEAD}{doctype}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'


def hwpx(parts: Parts) -> bytes:
    """Write an HWPX document after OWPML."""
    return hwpx_of("".join(_owpml(part) for part in parts))


def hwpx_of(body: str, *, doctype: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    """Write an HWPX document of raw OWPML, with further parts."""
    opf = 'xmlns:opf="http://www.idpf.org/2007/opf/"'
    ocf = 'xmlns:ocf="urn:oasis:names:tc:opendocument:xmlns:container"'
    spaces = f'xmlns:hs="{_HANCOM}/section" xmlns:hp="{_HANCOM}/paragraph"'
    entries: dict[str, str | bytes] = {
        "mimetype": "application/hwp+zip",
        "version.xml": f'{_HEAD}<hv:HCFVersion xmlns:hv="{_HANCOM}/version" major="5" minor="1"/>',
        "META-INF/container.xml": f"{_HEAD}<ocf:container {ocf}><ocf:rootfiles>"
        '<ocf:rootfile full-path="Contents/content.hpf" media-type="application/hwpml-package+xml"/>'
        "</ocf:rootfiles></ocf:container>",
        "Contents/content.hpf": f"{_HEAD}<opf:package {opf}><opf:manifest>"
        '<opf:item id="header" href="Contents/header.xml" media-type="application/xml"/>'
        '<opf:item id="section0" href="Contents/section0.xml" media-type="application/xml"/></opf:manifest>'
        '<opf:spine><opf:itemref idref="header"/><opf:itemref idref="section0"/></opf:spine></opf:package>',
        "Contents/header.xml": f'{_HEAD}<hh:head xmlns:hh="{_HANCOM}/head" version="1.4" secCnt="1"/>',
        "Contents/section0.xml": f"{_HEAD}{doctype}<hs:sec {spaces}>{body}</hs:sec>",
    }
    return zipped(entries | (more or {}), stored=("mimetype",))


def owpml_paragraph(text: str) -> str:
    """Write a paragraph of OWPML."""
    return f'<hp:p id="0" paraPrIDRef="0"><hp:run charPrIDRef="0"><hp:t>{escape(text)}</hp:t></hp:run></hp:p>'


def _owpml(part: str | list[list[str]]) -> str:
    if isinstance(part, str):
        return owpml_paragraph(part)
    rows = "".join(
        "<hp:tr>" + "".join(_owpml_cell(text, row, column) for column, text in enumerate(cells)) + "</hp:tr>"
        for row, cells in enumerate(part)
    )
    table = f'<hp:tbl id="1" rowCnt="{len(part)}" colCnt="{len(part[0])}">{rows}</hp:tbl>'
    return f'<hp:p id="0" paraPrIDRef="0"><hp:run charPrIDRef="0">{table}</hp:run></hp:p>'


def _owpml_cell(text: str, row: int, column: int) -> str:
    inside = "".join(map(owpml_paragraph, text.split("\n")))
    return (
        f'<hp:tc name="" header="0"><hp:subList id="">{inside}</hp:subList>'
        f'<hp:cellAddr colAddr="{column}" rowAddr="{row}"/><hp:cellSpan colSpan="1" rowSpan="1"/>'
        '<hp:cellSz width="100" height="100"/></hp:tc>'
    )


_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def ole(streams: dict[str, bytes]) -> bytes:
    """Write an OLE compound file of streams; a name with a slash stands in a storage.

    Every stream is made as long as the format wants of one outside the small streams.
    """
    sectors: list[bytes] = []
    fat: list[int] = []

    def put(content: bytes) -> int:
        start = len(sectors)
        pieces = [content[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(content), _SECTOR)]
        sectors.extend(pieces)
        fat.extend([*range(start + 1, start + len(pieces)), _END])
        return start

    storages = sorted({name.partition("/")[0] for name in streams if "/" in name})
    entries = [_ole_entry("Root Entry", 5, child=1 if streams else _FREE)]
    names = [*(name for name in streams if "/" not in name), *storages]
    inside = {storage: [name for name in streams if name.startswith(f"{storage}/")] for storage in storages}
    # Each level is a chain to the right: a tree that is legal, if not balanced; names are sorted as asked.
    names.sort(key=lambda name: (len(name), name.upper()))
    place = 1 + len(names)
    deeper: list[bytes] = []
    for index, name in enumerate(names):
        right = index + 2 if index + 1 < len(names) else _FREE
        if name not in inside:
            entries.append(_ole_stream(name, streams[name], put, right))
            continue
        entries.append(_ole_entry(name, 1, right=right, child=place + len(deeper)))
        last = len(deeper) + len(inside[name])
        for path in inside[name]:
            here = place + len(deeper)
            follows = here + 1 if len(deeper) + 1 < last else _FREE
            deeper.append(_ole_stream(path.partition("/")[2], streams[path], put, follows))
    directory = put(b"".join([*entries, *deeper]))
    fat_at = len(sectors)
    fat.append(_FAT)
    table = b"".join(struct.pack("<I", entry) for entry in fat).ljust(_SECTOR, b"\xff")
    assert len(table) == _SECTOR
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHH6xIII4xIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory, 4096, _END, 0, _END, 0, fat_at
    )
    return head.ljust(_SECTOR, b"\xff") + b"".join(sectors) + table


def _ole_stream(name: str, content: bytes, put: Callable[[bytes], int], right: int) -> bytes:
    padded = content.ljust(4096, b"\0")
    return _ole_entry(name, 2, right=right, start=put(padded), size=len(padded))


def _ole_entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int = 0, size: int = 0
) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    return (
        written.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(written), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def hwp(paragraphs: Sequence[str], *, flags: int = 0) -> bytes:
    """Write a binary HWP document of plain paragraphs, not packed."""
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags)
    body = b"".join(_hwp_paragraph(text, last=text is paragraphs[-1]) for text in paragraphs)
    info = _hwp_record(0x10, 0, struct.pack("<HHHHHHHIII", 1, 1, 1, 1, 1, 1, 1, 0, 0, 0))
    return ole({"FileHeader": header.ljust(256, b"\0"), "DocInfo": info, "BodyText/Section0": body})


def _hwp_paragraph(text: str, *, last: bool) -> bytes:
    # A tab stands between two marks with room for its width.
    written = (text + "\r").replace("\t", "\t" + "\0" * 6 + "\t").encode("utf-16-le")
    count = len(written) // 2 | (0x80000000 if last else 0)
    head = struct.pack("<IIHBBHHHI", count, 0, 0, 0, 0, 1, 0, 0, 0)
    return _hwp_record(0x42, 0, head) + _hwp_record(0x43, 1, written)


def _hwp_record(tag: int, level: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0xFFF:
        return struct.pack("<I", tag | level << 10 | size << 20) + content
    return struct.pack("<II", tag | level << 10 | 0xFFF << 20, size) + content


def hwp_of_parts(parts: Parts) -> bytes:
    """Write a binary HWP document; tables become lines of cells parted by tabs."""
    return hwp(txt(parts).decode().split("\r\n"))
