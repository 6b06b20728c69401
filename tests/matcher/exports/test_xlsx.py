"""An XLSX file opens, holds typed cells and no formula, and is the same when it is written again."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from python_calamine import CalamineWorkbook

from matcher.exports.shortlist import COLUMN_KEYS, COLUMNS, ListedProgram, Shortlist
from matcher.exports.texts import cut_units, storable
from matcher.exports.xlsx import MOST_UNITS, write_xlsx
from models.vocabulary import Language
from tests.matcher.exports.lists import HOSTILE, hostile_texts, row, shortlist


def parts(data: bytes) -> dict[str, str]:
    """Give the parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def read(data: bytes, sheet: int = 0) -> list[list[object]]:
    """Read a sheet back, cell by cell."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(line) for line in book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)]


def test_every_cell_comes_back_as_what_it_was() -> None:
    given_list = shortlist(40)

    lines = read(write_xlsx(given_list))

    assert lines[0] == [column.heading(Language.KO) for column in COLUMNS]
    expected = [[given_list.cell(item, column) for column in COLUMNS] for item in given_list.rows]
    assert [[None if cell == "" else cell for cell in line] for line in lines[1:]] == expected


def test_numbers_are_numbers_and_missing_ones_are_empty() -> None:
    one = row(1, document_score=88.25, presentation_score=None, rank=1)

    line = read(write_xlsx(shortlist(0, rows=(one,))))[1]

    by_key = dict(zip(COLUMN_KEYS, line, strict=True))
    assert (by_key["document_score"], by_key["presentation_score"], by_key["rank"]) == (88.25, "", 1)
    assert isinstance(by_key["document_score"], float)


def test_hostile_texts_stay_texts() -> None:
    rows = tuple(
        row(number, company=text, note=text, details=False) for number, text in enumerate(HOSTILE, 1)
    )

    data = write_xlsx(shortlist(0, rows=rows, round_name=HOSTILE[0], notes=HOSTILE), per_program=True)

    assert not [name for name, text in parts(data).items() if re.search(r"<f[ >/]", text)]
    lines = read(data)[1:]
    expected = [cut_units(storable(text), MOST_UNITS) for text in HOSTILE]
    assert [line[COLUMN_KEYS.index("company")] for line in lines] == expected


@settings(max_examples=40)
@given(text=hostile_texts)
def test_no_text_becomes_a_formula_or_breaks_the_file(text: str) -> None:
    programs = (ListedProgram("md", text, text), ListedProgram("two", text, text))
    given_list = shortlist(
        0,
        rows=(row(1, company=text, item=text, note=text),),
        round_name=text,
        programs=programs,
        notes=(text,),
    )

    data = write_xlsx(given_list, per_program=True)

    for name, part in parts(data).items():
        assert re.search(r"<f[ >/]", part) is None, name
        ET.fromstring(part)  # noqa: S314 - written a line above
    assert read(data)[1][1] == cut_units(storable(text), MOST_UNITS)


def test_a_text_too_long_for_a_cell_says_that_it_was_cut() -> None:
    data = write_xlsx(shortlist(0, rows=(row(1, company="🚀" * 20_000, note="가" * 40_000),)))

    line = dict(zip(COLUMN_KEYS, read(data)[1], strict=True))
    assert line["note"] == "가" * (MOST_UNITS - 1) + "…"
    assert line["company"] == "🚀" * ((MOST_UNITS - 1) // 2) + "…"


def test_the_same_list_gives_the_same_bytes() -> None:
    assert write_xlsx(shortlist(), per_program=True) == write_xlsx(shortlist(), per_program=True)


def test_properties_name_nobody_and_tell_the_time_of_the_plan() -> None:
    core = parts(write_xlsx(shortlist()))["docProps/core.xml"]

    assert "<dc:creator></dc:creator>" in core
    assert "<cp:lastModifiedBy></cp:lastModifiedBy>" in core
    assert core.count("2026-11-20T09:05:30Z") == 2
    assert "9f2c41d7a0b8" in core


def test_the_header_is_frozen_and_filters_its_columns() -> None:
    sheet = parts(write_xlsx(shortlist(5)))["xl/worksheets/sheet1.xml"]

    assert '<pane xSplit="2" ySplit="1"' in sheet
    assert '<autoFilter ref="A1:Q6"/>' in sheet
    spans = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', sheet)
    widths = [int(float(width)) for first, last, width in spans for _ in range(int(first), int(last) + 1)]
    assert widths == [column.width for column in COLUMNS]


def test_chosen_columns_stand_in_the_chosen_order() -> None:
    data = write_xlsx(shortlist(2, columns=("rank", "company", "program")))

    assert read(data)[0] == ["순위", "기업명", "프로그램"]
    assert read(data)[1] == [1, "하이드로셀", "Maryland Global Gateway"]


def test_the_masked_variant_holds_no_contact_data_anywhere() -> None:
    data = write_xlsx(shortlist(8, contact_masked=True), per_program=True)

    everything = "".join(parts(data).values())
    assert [name for name in ("김민준", "박소영", "ceo@example.kr") if name in everything] == []
    assert read(data)[0] == [column.heading(Language.KO) for column in COLUMNS if not column.contact]
    assert "연락처 정보(대표자, 담당자)는 제외되었습니다." in everything


def test_each_program_has_a_sheet_and_the_summary_counts_them() -> None:
    data = write_xlsx(shortlist(12, language=Language.EN), per_program=True)

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == [
        "Shortlist",
        "Maryland Global Gateway",
        "NRW Startup Welcome Package",
        "KSC Seattle 입주",
        "Summary",
    ]
    assert [len(read(data, sheet)) - 1 for sheet in (1, 2, 3)] == [4, 4, 4]
    summary = read(data, 4)
    assert ["Maryland Global Gateway", "Montgomery County", 3, 4, 3, 1, 0, 0] in summary
    assert ["All programs", "", 7, 12, 7, 5, 0, 0] in summary


@pytest.mark.parametrize("name", ["a/b:c*d?[e]\\f", "History", "'quoted'", "", "x" * 60, "🚀" * 30])
def test_sheet_names_are_such_as_excel_takes(name: str) -> None:
    programs = (ListedProgram("md", name), ListedProgram("two", name))

    data = write_xlsx(shortlist(1, programs=programs), per_program=True)

    names = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
    assert len({given.casefold() for given in names}) == 4
    assert all(0 < len(given.encode("utf-16-le")) // 2 <= 31 for given in names)
    assert not any(re.search(r"[\[\]:*?/\\]|^'|'$|^History$", given) for given in names)


def test_an_empty_list_is_a_file_with_headings() -> None:
    empty: Shortlist = shortlist(0)

    assert read(write_xlsx(empty)) == [[column.heading(Language.KO) for column in COLUMNS]]
