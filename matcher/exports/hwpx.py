"""A shortlist as HWPX, the format Korean agencies edit in (OWPML, KS X 6101): a title and one table.

Only what a table needs is written. The reader of this project reads it back; the editor that opens the file
decides the rest of the layout.
"""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from matcher.errors import FieldError
from matcher.exports.column_widths import digits_wide
from matcher.exports.shortlist import Cell, CellKind, Shortlist
from matcher.exports.texts import storable
from matcher.exports.words import word
from models.vocabulary import Language

MOST_ROWS = 2_000
MOST_CHARACTERS = 2_000
"""Characters of one cell; what is longer is cut with …"""

_HANCOM = "http://www.hancom.co.kr/hwpml/2011"
_SPACES = " ".join(
    f'xmlns:{prefix}="{_HANCOM}/{name}"'
    for prefix, name in (
        ("ha", "app"), ("hp", "paragraph"), ("hs", "section"), ("hc", "core"), ("hh", "head")
    )
)  # fmt: skip
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SCRIPTS = ("HANGUL", "LATIN", "HANJA", "JAPANESE", "OTHER", "SYMBOL", "USER")
_FACE = "함초롬돋움"
_BODY, _BOLD, _TITLE, _WHITE = range(4)
"""Kinds of letters: of the table, bold, the title, and those of headings."""
_LEFT, _RIGHT = range(2)
_PLAIN, _LINES, _FILLED = 1, 2, 3
"""Kinds of borders, counted from 1: none, thin lines, thin lines on the colour of headings."""
_SEA, _INK = "#0B4A63", "#16242F"
_PAPER = (59_528, 84_188)
"""A4 in units of 1/7200 inch; a page that lies across is written upright and marked."""
_MARGIN = 4_252
_TABLE_WIDTH = _PAPER[1] - 2 * _MARGIN
_ROW_HEIGHT = 1_400
_WIDEST = 30.0
_NARROWEST = 4.0
_DECIMAL_COMMA = frozenset({Language.DE, Language.ES})


def write_hwpx(shortlist: Shortlist) -> bytes:
    """Write the list as an HWPX document.

    Raises:
        FieldError: the list has more than 2,000 rows.
    """
    if len(shortlist.rows) > MOST_ROWS:
        raise FieldError("rows", f"an HWPX table holds at most {MOST_ROWS:,}; filter the list")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _parts(shortlist).items():
            # The kind of file must be readable without unpacking; the fixed time keeps equal lists equal.
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def _parts(shortlist: Shortlist) -> dict[str, str]:
    title = f"{word('shortlist', shortlist.language)} · {shortlist.round_name}"
    return {
        "mimetype": "application/hwp+zip",
        "version.xml": f'{_HEAD}<hv:HCFVersion xmlns:hv="{_HANCOM}/version" tagetApplication="WORDPROCESSOR" '
        'major="5" minor="1" micro="1" buildNumber="0" os="1" xmlVersion="1.4" application="Landfall"/>',
        "META-INF/container.xml": _container(),
        "META-INF/container.rdf": _relations(),
        "Contents/content.hpf": _package(title, shortlist.language),
        "Contents/header.xml": _header(),
        "Contents/section0.xml": _section(shortlist),
        "settings.xml": f'{_HEAD}<ha:HWPApplicationSetting xmlns:ha="{_HANCOM}/app">'
        '<ha:CaretPosition listIDRef="0" paraIDRef="0" pos="0"/></ha:HWPApplicationSetting>',
        "Preview/PrvText.txt": storable(title),
    }


def _container() -> str:
    return (
        f'{_HEAD}<ocf:container xmlns:ocf="urn:oasis:names:tc:opendocument:xmlns:container"><ocf:rootfiles>'
        '<ocf:rootfile full-path="Contents/content.hpf" media-type="application/hwpml-package+xml"/>'
        '<ocf:rootfile full-path="Preview/PrvText.txt" media-type="text/plain"/>'
        '<ocf:rootfile full-path="META-INF/container.rdf" media-type="application/rdf+xml"/>'
        "</ocf:rootfiles></ocf:container>"
    )


def _relations() -> str:
    package = "http://www.hancom.co.kr/hwpml/2016/meta/pkg#"

    def part(path: str, kind: str) -> str:
        return (
            f'<rdf:Description rdf:about=""><pkg:hasPart rdf:resource="{path}"/></rdf:Description>'
            f'<rdf:Description rdf:about="{path}"><rdf:type rdf:resource="{package}{kind}"/>'
            "</rdf:Description>"
        )

    return (
        f'{_HEAD}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:pkg="{package}">'
        + part("Contents/header.xml", "HeaderFile")
        + part("Contents/section0.xml", "SectionFile")
        + f'<rdf:Description rdf:about=""><rdf:type rdf:resource="{package}Document"/></rdf:Description>'
        + "</rdf:RDF>"
    )


def _package(title: str, language: Language) -> str:
    """List the parts; the document's properties name nobody."""
    return (
        f'{_HEAD}<opf:package xmlns:opf="http://www.idpf.org/2007/opf/" {_SPACES} version="" '
        'unique-identifier="" id=""><opf:metadata>'
        f"<opf:title>{_text(title)}</opf:title><opf:language>{language.value}</opf:language></opf:metadata>"
        '<opf:manifest><opf:item id="header" href="Contents/header.xml" media-type="application/xml"/>'
        '<opf:item id="section0" href="Contents/section0.xml" media-type="application/xml"/>'
        '<opf:item id="settings" href="settings.xml" media-type="application/xml"/></opf:manifest>'
        '<opf:spine><opf:itemref idref="header" linear="yes"/><opf:itemref idref="section0" linear="yes"/>'
        "</opf:spine></opf:package>"
    )


def _header() -> str:
    faces = "".join(
        f'<hh:fontface lang="{script}" fontCnt="1"><hh:font id="0" face="{_FACE}" type="TTF" isEmbedded="0"/>'
        "</hh:fontface>"
        for script in _SCRIPTS
    )
    letters = [
        _letters(_BODY, 800, _INK, bold=False),
        _letters(_BOLD, 800, _INK, bold=True),
        _letters(_TITLE, 1_800, _SEA, bold=True),
        _letters(_WHITE, 800, "#FFFFFF", bold=True),
    ]
    paragraphs = [_paragraph_kind(_LEFT, "LEFT"), _paragraph_kind(_RIGHT, "RIGHT")]
    borders = [_border(_PLAIN, "NONE"), _border(_LINES, "SOLID"), _border(_FILLED, "SOLID", _SEA)]
    return (
        f'{_HEAD}<hh:head {_SPACES} version="1.4" secCnt="1">'
        '<hh:beginNum page="1" footnote="1" endnote="1" pic="1" tbl="1" equation="1"/><hh:refList>'
        f'<hh:fontfaces itemCnt="{len(_SCRIPTS)}">{faces}</hh:fontfaces>'
        + _counted("borderFills", borders)
        + _counted("charProperties", letters)
        + _counted("tabProperties", ['<hh:tabPr id="0" autoTabLeft="0" autoTabRight="0"/>'])
        + _counted("paraProperties", paragraphs)
        + _counted(
            "styles",
            [
                (
                    '<hh:style id="0" type="PARA" name="바탕글" engName="Normal" paraPrIDRef="0" '
                    'charPrIDRef="0" nextStyleIDRef="0" langID="1042" lockForm="0"/>'
                )
            ],
        )
        + '</hh:refList><hh:compatibleDocument targetProgram="HWP201X"><hh:layoutCompatibility/>'
        "</hh:compatibleDocument></hh:head>"
    )


def _counted(name: str, items: Sequence[str]) -> str:
    return f'<hh:{name} itemCnt="{len(items)}">{"".join(items)}</hh:{name}>'


def _letters(number: int, height: int, colour: str, *, bold: bool) -> str:
    def all_scripts(name: str, value: int) -> str:
        return f"<hh:{name} " + " ".join(f'{script.lower()}="{value}"' for script in _SCRIPTS) + "/>"

    return (
        f'<hh:charPr id="{number}" height="{height}" textColor="{colour}" shadeColor="none" useFontSpace="0" '
        f'useKerning="0" symMark="NONE" borderFillIDRef="{_PLAIN}">'
        + all_scripts("fontRef", 0)
        + all_scripts("ratio", 100)
        + all_scripts("spacing", 0)
        + all_scripts("relSz", 100)
        + all_scripts("offset", 0)
        + ("<hh:bold/>" if bold else "")
        + "</hh:charPr>"
    )


def _paragraph_kind(number: int, side: str) -> str:
    sides = "".join(
        f'<hc:{name} value="0" unit="HWPUNIT"/>' for name in ("intent", "left", "right", "prev", "next")
    )
    return (
        f'<hh:paraPr id="{number}" tabPrIDRef="0" condense="0" fontLineHeight="0" snapToGrid="0" '
        f'suppressLineNumbers="0" checked="0"><hh:align horizontal="{side}" vertical="BASELINE"/>'
        '<hh:heading type="NONE" idRef="0" level="0"/><hh:breakSetting breakLatinWord="KEEP_WORD" '
        'breakNonLatinWord="KEEP_WORD" widowOrphan="0" keepWithNext="0" keepLines="0" pageBreakBefore="0" '
        f'lineWrap="BREAK"/><hh:margin>{sides}</hh:margin>'
        '<hh:lineSpacing type="PERCENT" value="130" unit="HWPUNIT"/></hh:paraPr>'
    )


def _border(number: int, kind: str, fill: str | None = None) -> str:
    sides = "".join(
        f'<hh:{side}Border type="{kind}" width="0.12 mm" color="#8A949B"/>'
        for side in ("left", "right", "top", "bottom")
    )
    brush = (
        f'<hc:fillBrush><hc:winBrush faceColor="{fill}" hatchColor="#000000" alpha="0"/></hc:fillBrush>'
        if fill
        else ""
    )
    return (
        f'<hh:borderFill id="{number}" threeD="0" shadow="0" centerLine="NONE" breakCellSeparateLine="0">'
        '<hh:slash type="NONE" Crooked="0" isCounter="0"/>'
        '<hh:backSlash type="NONE" Crooked="0" isCounter="0"/>'
        f'{sides}<hh:diagonal type="SOLID" width="0.1 mm" color="#000000"/>{brush}</hh:borderFill>'
    )


def _section(shortlist: Shortlist) -> str:
    language = shortlist.language
    run = word("run", language).format(number=shortlist.run)
    about = f"{run} · {shortlist.made_at:%Y-%m-%d %H:%M %Z} · {word('pack', language)} {shortlist.pack_hash}"
    if not shortlist.published:
        about += f" · {word('draft', language)}"
    notes = list(shortlist.notes)
    if shortlist.contact_masked:
        notes.append(word("contact_masked", language))
    return (
        f"{_HEAD}<hs:sec {_SPACES}>"
        + _paragraph(_run(word("shortlist", language), _TITLE, before=_page()))
        + _paragraph(_run(shortlist.round_name, _BOLD))
        + _paragraph(_run(about, _BODY))
        + _paragraph(f'<hp:run charPrIDRef="{_BODY}">{_table(shortlist)}<hp:t/></hp:run>')
        + "".join(_paragraph(_run(note, _BODY)) for note in notes)
        + "</hs:sec>"
    )


def _page() -> str:
    """Describe the page; the first run of a section must."""
    margin = " ".join(f'{side}="{_MARGIN}"' for side in ("left", "right", "top", "bottom"))
    return (
        '<hp:secPr id="" textDirection="HORIZONTAL" spaceColumns="1134" tabStop="8000" outlineShapeIDRef="0" '
        'memoShapeIDRef="0" textVerticalWidthHead="0" masterPageCnt="0">'
        f'<hp:pagePr landscape="NARROWLY" width="{_PAPER[0]}" height="{_PAPER[1]}" gutterType="LEFT_ONLY">'
        f'<hp:margin header="2834" footer="2834" gutter="0" {margin}/></hp:pagePr></hp:secPr>'
        '<hp:ctrl><hp:colPr id="" type="NEWSPAPER" layout="LEFT" colCount="1" sameSz="1" sameGap="0"/>'
        "</hp:ctrl>"
    )


def _paragraph(runs: str, kind: int = _LEFT) -> str:
    settings = f'paraPrIDRef="{kind}" styleIDRef="0" pageBreak="0" columnBreak="0" merged="0"'
    return f'<hp:p id="0" {settings}>{runs}</hp:p>'


def _run(text: str, letters: int, *, before: str = "") -> str:
    return f'<hp:run charPrIDRef="{letters}">{before}<hp:t>{_text(text)}</hp:t></hp:run>'


def _text(text: str) -> str:
    """Write a text on one line, without what XML or a cell cannot hold."""
    flat = " ".join(storable(text[: 2 * MOST_CHARACTERS]).split())
    cut = flat if len(flat) <= MOST_CHARACTERS else flat[: MOST_CHARACTERS - 1] + "…"
    return escape(cut)


def _table(shortlist: Shortlist) -> str:
    columns = shortlist.shown_columns
    lines = [
        [_written(shortlist.cell(row, column), column.kind, shortlist.language) for column in columns]
        for row in shortlist.rows
    ]
    headings = [column.heading(shortlist.language) for column in columns]
    right = [column.kind in {CellKind.WHOLE, CellKind.NUMBER} for column in columns]
    widths = _widths([headings, *lines])
    body = "".join(
        "<hp:tr>"
        + "".join(
            _cell(text, (line, place), widths[place], heading=not line, right=right[place])
            for place, text in enumerate(texts)
        )
        + "</hp:tr>"
        for line, texts in enumerate([headings, *lines])
    )
    height = _ROW_HEIGHT * (len(lines) + 1)
    none = 'left="0" right="0" top="0" bottom="0"'
    return (
        '<hp:tbl id="1" zOrder="0" numberingType="TABLE" textWrap="TOP_AND_BOTTOM" textFlow="BOTH_SIDES" '
        f'lock="0" dropcapstyle="None" pageBreak="CELL" repeatHeader="1" rowCnt="{len(lines) + 1}" '
        f'colCnt="{len(columns)}" cellSpacing="0" borderFillIDRef="{_LINES}" noAdjust="0">'
        f'<hp:sz width="{sum(widths)}" widthRelTo="ABSOLUTE" height="{height}" heightRelTo="ABSOLUTE" '
        'protect="0"/>'
        '<hp:pos treatAsChar="0" affectLSpacing="0" flowWithText="1" allowOverlap="0" holdAnchorAndSO="0" '
        'vertRelTo="PARA" horzRelTo="COLUMN" vertAlign="TOP" horzAlign="LEFT" vertOffset="0" horzOffset="0"/>'
        f"<hp:outMargin {none}/><hp:inMargin {none}/>{body}</hp:tbl>"
    )


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    """Share the width of the page by what stands in the columns."""
    asked = [
        min(_WIDEST, max(_NARROWEST, *(digits_wide(text) for text in column)))
        for column in zip(*lines, strict=True)
    ]
    return [round(_TABLE_WIDTH * one / sum(asked)) for one in asked]


def _cell(text: str, place: tuple[int, int], width: int, *, heading: bool, right: bool) -> str:
    line, column = place
    inside = _paragraph(_run(text, _WHITE if heading else _BODY), _RIGHT if right else _LEFT)
    return (
        f'<hp:tc name="" header="{int(heading)}" hasMargin="1" protect="0" editable="0" dirty="0" '
        f'borderFillIDRef="{_FILLED if heading else _LINES}">'
        '<hp:subList id="" textDirection="HORIZONTAL" lineWrap="BREAK" vertAlign="CENTER" linkListIDRef="0" '
        f'linkListNextIDRef="0" textWidth="0" textHeight="0" hasTextRef="0" hasNumRef="0">'
        f"{inside}</hp:subList>"
        f'<hp:cellAddr colAddr="{column}" rowAddr="{line}"/><hp:cellSpan colSpan="1" rowSpan="1"/>'
        f'<hp:cellSz width="{width}" height="{_ROW_HEIGHT}"/>'
        '<hp:cellMargin left="170" right="170" top="113" bottom="113"/></hp:tc>'
    )


def _written(value: Cell, kind: CellKind, language: Language) -> str:
    if value is None:
        return ""
    if kind is CellKind.NUMBER and isinstance(value, int | float):
        written = f"{value:.2f}"
        return written.replace(".", ",") if language in _DECIMAL_COMMA else written
    return str(value)
