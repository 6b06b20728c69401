"""A PDF says exactly what the list says, carries its fonts, and runs nothing of what it is given."""

import json
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given, settings
from pypdfium2 import raw

from matcher.errors import FieldError, TypesettingError
from matcher.exports.column_widths import SIZES, AskedWidth, fit_columns
from matcher.exports.font_coverage import characters_of
from matcher.exports.pdf import MOST_SHEETS, PrintedList, write_pdf
from matcher.exports.shortlist import COLUMNS, Fact, ListedProgram, RowDetails, Shortlist
from matcher.exports.typesetting import set_here, set_pdf
from matcher.settings import PROJECT
from models.vocabulary import Language
from tests.matcher.exports.lists import HOSTILE, detailed, hostile_texts, row, shortlist

FONTS = PROJECT / "matcher" / "exports" / "fonts"


def pages(data: bytes) -> list[str]:
    """Give the text of each page, with single spaces."""
    document = pypdfium2.PdfDocument(data)
    found = []
    for page in document:
        text = page.get_textpage()
        found.append(re.sub(r"\s+", " ", text.get_text_bounded()))
        text.close()
        page.close()
    document.close()
    return found


def shown_size(data: bytes, page: int) -> tuple[int, int]:
    """Give width and height of a page in points."""
    document = pypdfium2.PdfDocument(data)
    width, height = document[page].get_size()
    document.close()
    return round(width), round(height)


def fonts_of(data: bytes) -> dict[str, bool]:
    """Name the fonts of the first two pages, and say whether each is embedded."""
    document = pypdfium2.PdfDocument(data)
    found: dict[str, bool] = {}
    for number in range(min(2, len(document))):
        page = document[number]
        for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = thing.get_font()
            found[font.get_base_name()] = bool(font.is_embedded)
    return found


def test_the_summary_says_what_every_row_says() -> None:
    given_list = shortlist(12)

    first = pages(write_pdf(given_list))[0]

    assert "2026년 하반기 해외진출 공동 선발 · 배정안 3" in first
    for heading in (column.heading(Language.KO) for column in COLUMNS):
        assert heading in first
    assert (
        "2 나노바이오랩 이서연 미세유체 기반 암 조기진단 칩 바이오·헬스 시드 대전광역시 유성구 Dortmund"
        in first
    )
    assert "90.75 87.83 2.00 89.33 2 선정" in first
    assert "예비 2" in first
    assert "9f2c41d7a0b8" in first
    assert "2026-11-20 18:05 KST" in first
    assert "1 / 13쪽" in first


def test_each_startup_has_a_sheet_of_its_own_with_evidence_in_two_languages() -> None:
    made = pages(write_pdf(shortlist(3)))

    assert len(made) == 4
    sheet = made[2]
    assert "나노바이오랩" in sheet
    assert "미세유체 칩으로 혈액 한 방울에서 순환종양세포를 15분 안에 분리합니다." in sheet
    assert "microfluidic and diagnostic technologies that are ready for a clinical pilot." in sheet
    assert "Ansiedlungsplänen in Nordrhein-Westfalen werden bevorzugt begleitet." in sheet
    assert "현지 진출 준비도 21.50 25 25 현지 파트너 확보" in sheet
    assert "현지 상주 인력 2명 이하 확인 필요" in sheet
    assert "임상 파트너가 이미 있고, 요청한 실험실 공간을 바로 쓸 수 있습니다." in sheet
    assert "3 / 4쪽" in sheet


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.KO, ("최종명단", "평가표", "근거", "신청자격", "2 / 2쪽")),
        (Language.EN, ("Shortlist", "Rubric", "Evidence", "Eligibility", "Page 2 of 2")),
        (
            Language.DE,
            ("Auswahlliste", "Bewertungsraster", "Belege", "Teilnahmebedingungen", "Seite 2 von 2"),
        ),
        (Language.ES, ("Lista corta", "Rúbrica", "Evidencia", "Requisitos", "Página 2 de 2")),
    ],
)
def test_headings_are_in_the_language_of_the_list(language: Language, words: tuple[str, ...]) -> None:
    sheet = pages(write_pdf(shortlist(1, language=language)))[1]

    assert [word for word in words if word not in sheet] == []
    assert ("89,67" in sheet) is (language in {Language.DE, Language.ES})


def test_fonts_for_hangul_and_latin_are_embedded() -> None:
    fonts = fonts_of(write_pdf(shortlist(2)))

    assert fonts
    assert all(fonts.values())
    assert {name.partition("+")[2] for name in fonts} <= {"Pretendard-Regular", "Pretendard-Bold"}


def test_it_declares_archiving_and_accessibility_and_its_language() -> None:
    data = write_pdf(shortlist(1))

    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in data
    assert b"<pdfuaid:part>1</pdfuaid:part>" in data
    assert b"/Lang(ko" in data.replace(b" ", b"")
    assert b"/StructTreeRoot" in data


def test_the_same_list_gives_the_same_bytes() -> None:
    assert write_pdf(shortlist(3)) == write_pdf(shortlist(3))


def test_it_carries_the_time_of_the_plan_and_names_nobody() -> None:
    data = write_pdf(shortlist(1))

    assert b"D:20261120090530" in data
    assert b"/Author" not in data


def test_a_long_table_goes_on_under_its_headings() -> None:
    made = pages(write_pdf(shortlist(80, details=False), sheets=False))

    assert len(made) > 1
    assert all("연번 기업명 대표자" in page for page in made)
    assert "80 딥워터 10" in made[-1]


def test_the_summary_lies_across_and_sheets_stand() -> None:
    data = write_pdf(shortlist(1))

    assert shown_size(data, 0) == (842, 595)
    assert shown_size(data, 1) == (595, 842)


def test_the_masked_variant_names_nobody() -> None:
    text = " ".join(pages(write_pdf(shortlist(8, contact_masked=True))))

    assert [name for name in ("김민준", "박소영", "ceo@example.kr") if name in text] == []
    assert "연락처 정보(대표자, 담당자)는 제외되었습니다." in text


def test_a_draft_says_so_on_every_page() -> None:
    assert all("초안" in page for page in pages(write_pdf(shortlist(2, published=False))))
    assert not any("초안" in page for page in pages(write_pdf(shortlist(2))))


def test_typst_code_in_a_text_is_shown_and_not_run() -> None:
    code = '#panic("x") $x^2$ *b* #read("/etc/hostname") @label'

    made = pages(write_pdf(shortlist(rows=(row(1, company=code, details=detailed(code)),), round_name=code)))

    assert code in made[0]
    assert made[1].count(code) >= 8


def test_characters_the_font_lacks_are_marked_and_explained() -> None:
    made = pages(write_pdf(shortlist(rows=(row(1, company="株式會社 한글", details=False),))))

    assert "□" in made[0]
    assert "한글" in made[0]
    assert "글꼴에 없는 문자는 □로 인쇄되었습니다" in made[0]


def test_hangul_taken_apart_is_put_together() -> None:
    apart = unicodedata.normalize("NFD", "하이드로셀")

    made = pages(write_pdf(shortlist(rows=(row(1, company=apart, details=False),))))

    assert "하이드로셀" in made[0]
    assert "□" not in made[0]


def test_hostile_texts_make_pages() -> None:
    rows = tuple(row(number, company=text, details=detailed(text)) for number, text in enumerate(HOSTILE, 1))
    programs = tuple(
        ListedProgram(key, text, text, text)
        for key, text in zip(("md", "nrw", "sea"), HOSTILE[:3], strict=True)
    )

    made = pages(write_pdf(shortlist(rows=rows, round_name=HOSTILE[-1], notes=HOSTILE, programs=programs)))

    assert len(made) > len(HOSTILE)


@settings(max_examples=8)
@given(text=hostile_texts)
def test_no_text_keeps_a_page_from_being_set(text: str) -> None:
    rows = (row(1, company=text, item=text, flags=(text,), details=detailed(text)),)

    assert write_pdf(shortlist(rows=rows, round_name=text, pack_hash=text, notes=(text,))).startswith(b"%PDF")


def test_more_startups_than_it_prints_are_refused() -> None:
    rows = tuple(row(number, details=False) for number in range(1, MOST_SHEETS + 2))

    with pytest.raises(FieldError, match="rows: a printed list holds at most 500"):
        write_pdf(shortlist(rows=rows))


def test_the_child_sets_what_would_be_set_here() -> None:
    given_list = shortlist(2)
    document = json.dumps(PrintedList(given_list).document(sheets=True), ensure_ascii=False).encode()

    here = set_here("shortlist.typ", document, int(given_list.made_at.timestamp()))

    assert here == write_pdf(given_list)


def test_a_second_document_waits_for_the_first() -> None:
    with ThreadPoolExecutor() as threads:
        made = list(threads.map(write_pdf, [shortlist(1), shortlist(2)]))

    assert [len(pages(data)) for data in made] == [2, 3]


def test_what_takes_too_long_is_refused() -> None:
    with pytest.raises(TypesettingError, match="it took too long"):
        set_pdf("shortlist.typ", b"{}", 0, seconds=0.01)


def test_what_cannot_be_set_is_refused() -> None:
    with pytest.raises(TypesettingError, match="typst ended with 1"):
        set_pdf("shortlist.typ", b"{}", 0)


def test_an_empty_list_is_a_page() -> None:
    empty: Shortlist = shortlist(0, programs=(), details=False)

    assert len(pages(write_pdf(empty))) == 1


def test_facts_of_contact_stand_where_they_are_not_masked() -> None:
    one = row(1, details=RowDetails(facts=(Fact("이메일", "ceo@example.kr", contact=True),)))

    shown = shortlist(rows=(one,))

    assert "ceo@example.kr" in pages(write_pdf(shown))[1]
    assert "ceo@example.kr" not in pages(write_pdf(replace(shown, contact_masked=True)))[1]


def test_both_fonts_hold_every_modern_syllable() -> None:
    syllables = {chr(code) for code in range(0xAC00, 0xD7A4)}

    for name in ("Pretendard-Regular.otf", "Pretendard-Bold.otf"):
        held = characters_of(FONTS / name)
        assert syllables <= held
        assert set("äöüßÄÖÜñÑáéíóú¿¡ç€→·–—“”„«»□") <= held
        assert "株" not in held


def test_columns_that_fit_get_what_they_wish_and_large_letters() -> None:
    size, widths = fit_columns([AskedWidth(5, 10), AskedWidth(10, 40)])

    assert (size, widths) == (SIZES[0], [10, 40])


def test_columns_that_do_not_fit_give_up_room_but_not_their_longest_word() -> None:
    size, widths = fit_columns([AskedWidth(15, 60)] * 12)

    assert size == SIZES[-1]
    assert all(15 <= width < 60 for width in widths)
