"""An HWPX file is read back by this project's own reader."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from matcher.documents.kinds import Kind, sniff
from matcher.documents.reading import read_document
from matcher.errors import FieldError
from matcher.exports.hwpx import MOST_ROWS, write_hwpx
from matcher.exports.shortlist import COLUMNS
from models.vocabulary import Language
from tests.matcher.exports.lists import HOSTILE, hostile_texts, row, shortlist


def parts(data: bytes) -> dict[str, bytes]:
    """Give the parts of the archive by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(data: bytes) -> list[list[str]]:
    """Give the texts of the table."""
    root = ET.fromstring(parts(data)["Contents/section0.xml"])  # noqa: S314 - our own
    paragraph = "{http://www.hancom.co.kr/hwpml/2011/paragraph}"
    return [
        ["".join(cell.itertext()) for cell in line.iter(f"{paragraph}tc")]
        for line in root.iter(f"{paragraph}tr")
    ]


def test_the_reader_of_this_project_reads_it_back() -> None:
    data = write_hwpx(shortlist(12))

    kind, _ = sniff(data)
    text = read_document(data).text

    assert kind is Kind.HWPX
    assert "최종명단" in text
    assert "2026년 하반기 해외진출 공동 선발" in text
    for said in (
        "기업명",
        "하이드로셀",
        "미세유체 기반 암 조기진단 칩",
        "Qubit Daejeon Inc.",
        "예비 2",
        "89.67",
    ):
        assert said in text


def test_the_kind_of_file_stands_first_and_unpacked() -> None:
    data = write_hwpx(shortlist(1))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert data[30:].startswith(b"mimetypeapplication/hwp+zip")


def test_every_cell_of_the_table_comes_back() -> None:
    given_list = shortlist(5, language=Language.DE)

    found = cells(write_hwpx(given_list))

    assert found[0] == [column.heading(Language.DE) for column in COLUMNS]
    assert found[1][1] == "하이드로셀"
    assert found[1][11] == "89,67"
    assert len(found) == 6


def test_references_point_to_what_the_header_defines() -> None:
    made = {name: content.decode() for name, content in parts(write_hwpx(shortlist(2))).items()}

    for attribute, kind in (
        ("charPrIDRef", "charPr"),
        ("paraPrIDRef", "paraPr"),
        ("borderFillIDRef", "borderFill"),
    ):
        used = set(
            re.findall(rf'{attribute}="(\d+)"', made["Contents/section0.xml"] + made["Contents/header.xml"])
        )
        assert used <= set(re.findall(rf'<hh:{kind} id="(\d+)"', made["Contents/header.xml"]))


def test_the_same_list_gives_the_same_bytes() -> None:
    assert write_hwpx(shortlist(3)) == write_hwpx(shortlist(3))


def test_the_masked_variant_names_nobody() -> None:
    everything = b"".join(parts(write_hwpx(shortlist(8, contact_masked=True))).values()).decode()

    assert [name for name in ("김민준", "박소영", "ceo@example.kr") if name in everything] == []
    assert "연락처 정보(대표자, 담당자)는 제외되었습니다." in everything


def test_hostile_texts_leave_it_readable() -> None:
    rows = tuple(
        row(number, company=text, note=text, details=False) for number, text in enumerate(HOSTILE, 1)
    )

    data = write_hwpx(shortlist(rows=rows, round_name=HOSTILE[0], notes=HOSTILE))

    assert "=HYPERLINK" in read_document(data).text


@settings(max_examples=30)
@given(text=hostile_texts)
def test_no_text_breaks_its_xml(text: str) -> None:
    data = write_hwpx(shortlist(rows=(row(1, company=text),), round_name=text, notes=(text,), pack_hash=text))

    for name, content in parts(data).items():
        if name.endswith((".xml", ".hpf", ".rdf")):
            ET.fromstring(content)  # noqa: S314 - written above


def test_more_rows_than_it_holds_are_refused() -> None:
    rows = tuple(row(number, details=False) for number in range(1, MOST_ROWS + 2))

    with pytest.raises(FieldError, match="an HWPX table holds at most 2,000"):
        write_hwpx(shortlist(rows=rows))
