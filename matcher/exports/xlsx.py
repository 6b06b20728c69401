"""A shortlist as an XLSX workbook: typed cells, no formula, the same bytes whenever it is written."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from matcher.exports.shortlist import Cell, CellKind, Column, Outcome, Shortlist, ShortlistRow, count_outcome
from matcher.exports.texts import cut_units, storable
from matcher.exports.words import word

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_UNITS = 32_767
"""UTF-16 units a cell may hold; Excel drops what is longer."""
MOST_PROGRAM_SHEETS = 200
_MOST_SHEET_NAME = 31
_MOST_HEADER = 120
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED_SHEET_NAME = "history"
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_SUMMARY_WIDTHS = (36, 18, 12, 12, 12, 12, 12, 12)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def write_xlsx(shortlist: Shortlist, *, per_program: bool = False) -> bytes:
    """Write the list as the first sheet, and a summary as the last.

    Args:
        shortlist: the list.
        per_program: also write one sheet for each program, for the first 200.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - only a process that writes one needs it

    out = io.BytesIO()
    # Rows wait in a file until their sheet is complete: in a folder that only this account can read.
    with (
        TemporaryDirectory(prefix="landfall-xlsx-") as folder,
        Workbook(out, _OPTIONS | {"tmpdir": str(Path(folder))}) as book,
    ):
        _describe(book, shortlist)
        names = _SheetNames()
        styles = _Styles(book)
        title = word("shortlist", shortlist.language)
        _list_sheet(book.add_worksheet(names.give(title)), styles, shortlist, shortlist.rows, title)
        if per_program:
            for program in shortlist.programs[:MOST_PROGRAM_SHEETS]:
                rows = shortlist.rows_of(program)
                sheet = book.add_worksheet(names.give(program.name))
                _list_sheet(sheet, styles, shortlist, rows, program.name)
        summary = book.add_worksheet(names.give(word("summary", shortlist.language)))
        _summary_sheet(summary, styles, shortlist)
    return out.getvalue()


class _Styles:
    """The formats of a workbook."""

    def __init__(self, book: "Workbook") -> None:
        body = {"valign": "top", "font_size": 10}
        line = {"bottom": 1, "bottom_color": "#D5DBDF"}
        self.heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "font_size": 10, "font_color": "#FFFFFF",
             "bg_color": "#0B4A63", "border": 1, "border_color": "#0B4A63"}
        )  # fmt: skip
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": "#0B4A63"})
        self.label = book.add_format(body | {"font_color": "#52616C"})
        self.plain = book.add_format(body)
        self.total = book.add_format(body | {"bold": True, "top": 1, "num_format": "0"})
        self._text = book.add_format(body | line | {"text_wrap": True})
        # Such a text would become a formula when somebody edits the cell and presses Enter.
        self._quoted = book.add_format(body | line | {"text_wrap": True, "quote_prefix": True})
        self._kinds = {
            CellKind.WHOLE: book.add_format(body | line | {"num_format": "0"}),
            CellKind.NUMBER: book.add_format(body | line | {"num_format": "0.00"}),
            CellKind.DATE: book.add_format(body | line | {"num_format": "yyyy-mm-dd", "align": "left"}),
        }

    def of(self, value: Cell, kind: CellKind) -> Any:
        """Give the format of a cell."""
        if kind is not CellKind.TEXT:
            return self._kinds[kind]
        return self._quoted if str(value or "").lstrip(" ").startswith(_FORMULA_STARTS) else self._text


class _SheetNames:
    """Gives every sheet a name of its own that Excel takes."""

    def __init__(self) -> None:
        self._given = {_RESERVED_SHEET_NAME}

    def give(self, wanted: str) -> str:
        """Give a name as near to the wanted one as can be."""
        flat = " ".join(_NOT_IN_SHEET_NAMES.sub(" ", storable(wanted)).split())
        base = cut_units(flat, _MOST_SHEET_NAME).strip("' ") or "–"
        name, number = base, 1
        while name.casefold() in self._given:
            number += 1
            tail = f" ({number})"
            name = cut_units(base, _MOST_SHEET_NAME - len(tail)).rstrip("' ") + tail
        self._given.add(name.casefold())
        return name


def _describe(book: "Workbook", shortlist: Shortlist) -> None:
    """Write properties that name nobody, with the plan's time for the clock's."""
    title = f"{word('shortlist', shortlist.language)} · {shortlist.round_name}"
    book.set_properties(
        {
            "title": cut_units(storable(title), 255),
            "comments": f"{_run(shortlist)} · {storable(shortlist.pack_hash)}",
            "created": shortlist.made_at.astimezone(UTC).replace(tzinfo=None),
        }
    )


def _list_sheet(
    sheet: "Worksheet", styles: _Styles, shortlist: Shortlist, rows: Sequence[ShortlistRow], title: str
) -> None:
    columns = shortlist.shown_columns
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    sheet.freeze_panes(1, _frozen_columns(columns))
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.set_row(0, 32)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.heading(shortlist.language), styles.heading)
    for line, row in enumerate(rows, 1):
        for place, column in enumerate(columns):
            _write(sheet, (line, place), shortlist.cell(row, column), column.kind, styles)
    _print_setup(sheet, shortlist, title)


def _frozen_columns(columns: Sequence[Column]) -> int:
    """Keep number and name in sight where the list begins with them."""
    keys = [column.key for column in columns]
    return keys.index("company") + 1 if "company" in keys[:2] else 0


def _write(sheet: "Worksheet", at: tuple[int, int], value: Cell, kind: CellKind, styles: _Styles) -> None:
    style = styles.of(value, kind)
    if value is None:
        sheet.write_blank(*at, None, style)
    elif isinstance(value, str):
        sheet.write_string(*at, cut_units(storable(value), MOST_UNITS), style)
    elif isinstance(value, date):
        sheet.write_datetime(*at, value, style)
    else:
        sheet.write_number(*at, value, style)


def _print_setup(sheet: "Worksheet", shortlist: Shortlist, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{_header(title)}&R{_header(shortlist.round_name)}")
    sheet.set_footer(f"&L{_header(_run(shortlist))} · {_header(shortlist.pack_hash)}&R&P / &N")


def _header(text: str) -> str:
    """Write a text of a header or footer: there, & begins a command, and 255 characters are the most."""
    return cut_units(" ".join(storable(text).split()), _MOST_HEADER // 2).replace("&", "&&")


def _summary_sheet(sheet: "Worksheet", styles: _Styles, shortlist: Shortlist) -> None:
    language = shortlist.language
    for place, width in enumerate(_SUMMARY_WIDTHS):
        sheet.set_column(place, place, width)
    line = 0
    sheet.write_string(line, 0, cut_units(storable(shortlist.round_name), MOST_UNITS), styles.title)
    for label, value in _about(shortlist):
        line += 1
        sheet.write_string(line, 0, label, styles.label)
        sheet.write_string(line, 1, cut_units(storable(value), MOST_UNITS), styles.plain)
    line += 2
    headings = ("program", "city", "seats", "listed", "selected", "waitlisted", "not_selected", "cancelled")
    for place, key in enumerate(headings):
        sheet.write_string(line, place, word(key, language), styles.heading)
    for program in shortlist.programs:
        line += 1
        for place, text in enumerate((program.name, program.city)):
            _write(sheet, (line, place), text or None, CellKind.TEXT, styles)
        for place, number in enumerate((program.seats, *_counts(shortlist.rows_of(program))), 2):
            _write(sheet, (line, place), number, CellKind.WHOLE, styles)
    line += 1
    sheet.write_string(line, 0, word("all_programs", language), styles.total)
    sheet.write_blank(line, 1, None, styles.total)
    seats = sum(program.seats or 0 for program in shortlist.programs)
    for place, number in enumerate((seats, *_counts(shortlist.rows)), 2):
        sheet.write_number(line, place, number, styles.total)
    line += 1
    for note in _notes(shortlist):
        line += 1
        sheet.write_string(line, 0, cut_units(storable(note), MOST_UNITS), styles.plain)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _about(shortlist: Shortlist) -> Iterable[tuple[str, str]]:
    language = shortlist.language
    yield word("run_label", language), str(shortlist.run)
    yield word("made_at", language), f"{shortlist.made_at:%Y-%m-%d %H:%M %Z}"
    yield word("pack", language), shortlist.pack_hash
    if not shortlist.published:
        yield word("status", language), word("draft", language)


def _counts(rows: tuple[ShortlistRow, ...]) -> tuple[int, ...]:
    outcomes = (Outcome.SELECTED, Outcome.WAITLISTED, Outcome.NOT_SELECTED, Outcome.WITHDRAWN)
    return (len(rows), *(count_outcome(rows, outcome) for outcome in outcomes))


def _notes(shortlist: Shortlist) -> tuple[str, ...]:
    masked = (word("contact_masked", shortlist.language),) if shortlist.contact_masked else ()
    return (*shortlist.notes, *masked)


def _run(shortlist: Shortlist) -> str:
    return word("run", shortlist.language).format(number=shortlist.run)
