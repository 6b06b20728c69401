"""A CSV file is read back cell by cell, and no spreadsheet finds a formula in it."""

import csv
import io

from hypothesis import given

from matcher.exports.csv_file import spreadsheet_safe, write_csv
from matcher.exports.shortlist import COLUMN_KEYS, COLUMNS
from matcher.exports.texts import storable
from models.vocabulary import Language
from tests.matcher.exports.lists import HOSTILE, hostile_texts, row, shortlist


def read(data: bytes) -> list[list[str]]:
    """Read a file back as spreadsheets do."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_every_cell_comes_back() -> None:
    given_list = shortlist(20)

    lines = read(write_csv(given_list, bom=True))

    assert lines[0] == [column.heading(Language.KO) for column in COLUMNS]
    expected = [
        ["" if (value := given_list.cell(item, column)) is None else str(value) for column in COLUMNS]
        for item in given_list.rows
    ]
    assert lines[1:] == expected


def test_the_mark_at_the_beginning_is_for_whoever_asks_for_it() -> None:
    with_mark, without = write_csv(shortlist(2), bom=True), write_csv(shortlist(2), bom=False)

    assert with_mark == b"\xef\xbb\xbf" + without
    assert without.startswith("연번,기업명".encode())


def test_lines_end_as_spreadsheets_expect() -> None:
    data = write_csv(shortlist(3), bom=False)

    assert data.count(b"\r\n") == 4
    assert data.count(b"\n") == 4


def test_a_deduction_stays_a_number_and_a_text_like_one_does_not() -> None:
    one = row(1, bonus=-3.0, note="-3", rank=None)

    line = dict(zip(COLUMN_KEYS, read(write_csv(shortlist(rows=(one,)), bom=False))[1], strict=True))

    assert (line["bonus"], line["note"], line["rank"]) == ("-3.0", "'-3", "")


def test_hostile_texts_are_kept_from_running() -> None:
    rows = tuple(row(number, company=text, details=False) for number, text in enumerate(HOSTILE, 1))

    found = [line[1] for line in read(write_csv(shortlist(rows=rows), bom=True))[1:]]

    assert found == [spreadsheet_safe(storable(text)) for text in HOSTILE]
    assert found[0] == '\'=HYPERLINK("http://evil.example","x")'
    assert found[5] == "' =1+1"


@given(text=hostile_texts)
def test_no_text_breaks_its_line_or_begins_a_formula(text: str) -> None:
    data = write_csv(shortlist(rows=(row(1, company=text), row(2))), bom=True)

    lines = read(data)
    assert [len(line) for line in lines] == [len(COLUMNS)] * 3
    assert data.count(b"\r\n") == 3
    assert not lines[1][1].lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def test_the_masked_variant_names_nobody() -> None:
    data = write_csv(shortlist(8, contact_masked=True), bom=False).decode()

    assert [name for name in ("김민준", "박소영", "대표자", "담당자") if name in data] == []
