"""A shortlist as CSV, as RFC 4180 has it and spreadsheets read it."""

import csv
import io
from datetime import date

from matcher.exports.shortlist import Cell, Shortlist
from matcher.exports.texts import storable

_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


def write_csv(shortlist: Shortlist, *, bom: bool) -> bytes:
    """Write the chosen columns, UTF-8 with CRLF line ends.

    Args:
        shortlist: the list.
        bom: begin with a byte order mark, so that spreadsheets show Hangul; programs do without.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    columns = shortlist.shown_columns
    writer.writerow([column.heading(shortlist.language) for column in columns])
    for row in shortlist.rows:
        writer.writerow([_written(shortlist.cell(row, column)) for column in columns])
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def spreadsheet_safe(value: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula, and the line from breaking."""
    flat = value.replace("\r", " ").replace("\n", " ")
    runs = value.startswith(_FORMULA_STARTS) or flat.lstrip().startswith(_FORMULA_STARTS)
    return f"'{flat}" if runs else flat


def _written(value: Cell) -> str:
    """Write a cell; numbers are ours and stay bare, so that a deduction of -3 is a number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return spreadsheet_safe(storable(value))
    return value.isoformat() if isinstance(value, date) else str(value)
