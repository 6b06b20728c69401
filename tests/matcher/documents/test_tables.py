"""Tables as people send them: encodings, separators, numbers of rows, and files that are refused."""

import io
import zipfile
from collections.abc import Callable

import pytest
from xlsxwriter import Workbook

from matcher.documents.table_child import LIMITS, read_table
from matcher.documents.tables import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, read_rows
from matcher.errors import FieldError
from tests.matcher.documents.processor_time import spent

ROWS = [["기업명", "단계"], ["한빛", "시드"]]


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def cells(data: bytes) -> list[list[str]]:
    return [list(row.cells) for row in read_rows(data)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_gives_the_same_cells(encoding: str, separator: str) -> None:
    text = "\r\n".join(separator.join(row) for row in ROWS)

    assert cells(text.encode(encoding)) == ROWS


def test_rows_keep_the_numbers_a_spreadsheet_shows() -> None:
    found = read_rows(b'a,b\n"x\ny",2\n,\n3,4\n')

    assert [row.number for row in found] == [1, 2, 4]


def test_a_named_separator_is_used_and_counted_as_a_row() -> None:
    assert [(row.number, row.cells) for row in read_rows(b"sep=;\na;b,c\n")] == [(2, ("a", "b,c"))]


def test_a_workbook_gives_values_as_a_person_would_type_them() -> None:
    assert cells(workbook([["year", "share", "yes"], [2021, 0.5, True]])) == [
        ["year", "share", "yes"],
        ["2021", "0.5", "yes"],
    ]


def test_a_formula_gives_its_stored_value_and_is_not_computed() -> None:
    assert cells(workbook([["a"], ["=1+1"]])) == [["a"], ["0"]]


def far_cell() -> bytes:
    """Give a workbook whose only cell claims to stand in the last corner."""
    source, out = zipfile.ZipFile(io.BytesIO(workbook([["a"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'r="A1"', b'r="XFD1048576"'))
    return out.getvalue()


def bomb() -> bytes:
    """Give a workbook with a part that unpacks into 200 MB."""
    out = io.BytesIO(workbook([["a"]]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/media/big.bin", b"0" * 200_000_000)
    return out.getvalue()


def macro() -> bytes:
    """Give a workbook with a part for macros."""
    out = io.BytesIO(workbook([["a"]]))
    with zipfile.ZipFile(out, "a") as target:
        target.writestr("xl/vbaProject.bin", b"x")
    return out.getvalue()


def liar() -> bytes:
    """Give a workbook whose texts unpack into 300 MB and say they were small."""
    source, out = zipfile.ZipFile(io.BytesIO(workbook([["a"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/sharedStrings.xml":
                content = b"<sst><si><t>" + b"x" * 300_000_000 + b"</t></si></sst>"
            target.writestr(name, content)
    data = out.getvalue()
    return data.replace((300_000_000 + 29).to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def million() -> bytes:
    """Give a workbook of a million rows, as a spreadsheet program writes it."""
    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number in range(1_000_000):
            sheet.write_number(number, 0, 1)
    return out.getvalue()


HOSTILE = {
    "empty": lambda: b"",
    "a PDF": lambda: b"%PDF-1.7\n",
    "an image": lambda: b"\x89PNG\r\n\x1a\n\0\0",
    "shut quotation mark missing": lambda: b'a,b\n"x,1\n',
    "truncated workbook": lambda: workbook(list(map(list, ROWS)))[:2000],
    "another zip": lambda: b"PK\x03\x04" + b"\0" * 100,
    "too many rows": lambda: b"a,b\n" * (MOST_ROWS + 2),
    "too many columns": lambda: b"," * MOST_COLUMNS + b"a\n",
    "a cell too long": lambda: b"x" * 20_001,
    "larger than 10 MB": lambda: b"x" * (10 * 1024 * 1024 + 1),
    "a cell in the last corner": far_cell,
    "a bomb": bomb,
    "a bomb that lies about its size": liar,
    "macros": macro,
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_file_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(FieldError, match=r"^file: "):
        read_table(HOSTILE[name]())


@pytest.mark.parametrize(
    "make",
    [million, lambda: b"a,b\n" * 2_000_000, lambda: b"\n" * 10_000_000],
    ids=["workbook", "csv", "blank lines"],
)
def test_a_million_rows_are_refused_before_they_are_unpacked(make: Callable[[], bytes]) -> None:
    data = make()
    begun = spent()

    with pytest.raises(FieldError, match="more than 20,000 rows"):
        read_table(data)

    assert spent() - begun < 2


@pytest.mark.parametrize("text", [b"," * 10_000_000, b'"' + b"\n," * 5_000_000], ids=["commas", "quotation"])
def test_one_endless_row_is_refused(text: bytes) -> None:
    with pytest.raises(FieldError, match=r"^file: (a line is longer|row \d+: the quotation marks)"):
        read_table(text)


def test_too_many_cells_are_refused_where_rows_and_columns_are_not_too_many() -> None:
    line = b",".join([b"x"] * MOST_COLUMNS) + b"\n"

    with pytest.raises(FieldError, match="cells"):
        read_table(line * (MOST_CELLS // MOST_COLUMNS + 1))


def test_the_largest_table_is_read_within_100_mb() -> None:
    columns = MOST_CELLS // (MOST_ROWS + 1)
    line: list[object] = [f"text {number} 가나다" for number in range(columns)]

    assert LIMITS.memory_bytes == 100 * 1024 * 1024
    assert len(read_table((",".join(map(str, line)) + "\n").encode() * MOST_ROWS)) == MOST_ROWS
    assert len(read_table(workbook([line] * MOST_ROWS))) == MOST_ROWS


def test_a_sheet_that_begins_further_down_keeps_its_row_numbers() -> None:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_row(3, 2, ["a", "b"])

    assert [(row.number, row.cells) for row in read_rows(out.getvalue())] == [(4, ("a", "b"))]
