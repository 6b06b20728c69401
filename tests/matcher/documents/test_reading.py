"""Text, places and tables as they are read from each kind of file."""

from typing import Any

import pytest

from matcher.documents.child import extract_here
from matcher.documents.figures import Money, find_sums, read_money
from matcher.documents.lines import MOST_CHARACTERS, PlaceKind, ranges, row_lines, table_lines
from matcher.documents.reading import read_document
from matcher.documents.refusals import DocumentRefusedError, Reason
from tests.matcher.documents import files


def test_hancoms_private_characters_are_stripped() -> None:
    document = read_document(files.hwpx(["\uf53a 한빛 사업계획서 \U000f02b1"]))

    assert document.text == "한빛 사업계획서"


def test_text_is_composed() -> None:
    assert read_document("한빛 센서".encode()).text == "한빛 센서"


def test_a_pdf_tells_pages_and_other_kinds_tell_paragraphs() -> None:
    pdf = read_document(
        files.pdf(["첫 문단은 여기에 있고 마흔 자가 넘어야 글로 읽힌다고 정해 두었으니 길게 쓴다."] * 60)
    )
    word = read_document(files.docx_file(["첫 문단", [["회사명", "한빛"], ["TRL", "6"]], "끝 문단"]))

    assert {line.place.kind for line in pdf.lines} == {PlaceKind.PAGE}
    assert pdf.lines[-1].place.number > 1
    assert [(line.text, line.place.number) for line in word.lines] == [
        ("첫 문단", 1),
        ("회사명: 한빛", 2),
        ("TRL: 6", 2),
        ("끝 문단", 3),
    ]


def test_nested_tables_text_boxes_and_controls_of_word_are_read_once() -> None:
    box = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>상자</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in ("TRL", "6"))
    inner = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    body = (
        f"<w:p><w:r><w:t>앞</w:t></w:r>{box}</w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>칸</w:t><w:tab/><w:t>뒤</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
        "<w:p><w:del><w:r><w:delText>지움</w:delText></w:r></w:del><w:ins><w:r><w:t>넣음</w:t></w:r></w:ins></w:p>"
    )

    assert read_document(files.docx_of(body)).text == "앞\n상자\n칸 뒤\nTRL: 6\n넣음"


def test_a_document_longer_than_the_limit_is_cut_and_says_so() -> None:
    answer = extract_here(("가나다 라마바 사아자.\n" * 20_000).encode())

    assert len(answer["text"]) <= MOST_CHARACTERS
    assert [note["code"] for note in answer["notes"]] == ["cut", "nothing-found"]


def test_one_endless_line_is_cut_too() -> None:
    assert len(read_document(("가" * 300_000).encode()).text) == MOST_CHARACTERS


def test_pages_without_text_are_named() -> None:
    text = "이 쪽에는 글이 충분히 있어서 스캔한 문서로 보이지 않아야 하므로 조금 길게 적어 둔다. " * 3

    answer = extract_here(files.pdf_with_picture([text, None, text, None, None]))

    assert ("pages-without-text", "2, 4-5") in [(note["code"], note["about"]) for note in answer["notes"]]


def test_text_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        read_document("Gründung".encode()[:3] + b"\xff\xff\x81")

    assert refused.value.reason is Reason.WRONG_KIND


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        (["회사명", "한빛"], ["회사명: 한빛"]),
        (["회사명", "한빛", "TRL", "6"], ["회사명: 한빛", "TRL: 6"]),
        (["기업 개황", "회사명", "한빛"], ["기업 개황", "회사명: 한빛"]),
        (["매출액", "1억", "3억"], ["매출액 | 1억 | 3억"]),
        (["설립일", ""], ["설립일"]),
        (["낱말", "뜻"], ["낱말: 뜻"]),
        (["한 칸\n두 줄"], ["한 칸", "두 줄"]),
    ],
)
def test_a_row_becomes_lines_of_label_and_value(cells: list[str], lines: list[str]) -> None:
    assert row_lines(cells) == lines


def test_a_row_of_labels_over_one_row_of_values_is_paired_by_column() -> None:
    assert table_lines([["회사명", "설립일"], ["한빛", "2020"]]) == ["회사명: 한빛", "설립일: 2020"]
    assert table_lines([["회사명", "설립일"], ["가", "2020"], ["나", "2021"]]) == [
        "회사명 | 설립일",
        "가: 2020",
        "나: 2021",
    ]


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("3억 5천만 원", [(350_000_000, "KRW")]),
        ("1,200,000,000원", [(1_200_000_000, "KRW")]),
        ("5000만원", [(50_000_000, "KRW")]),
        ("1.5억", [(150_000_000, "KRW")]),
        ("3만 명", []),
        ("미화 250만 달러", [(2_500_000, "USD")]),
        ("USD 4.2 million", [(4_200_000, "USD")]),
        ("$1.5M", [(1_500_000, "USD")]),
        ("1,2 Mio. Euro", [(1_200_000, "EUR")]),
        ("350.000 EUR", [(350_000, "EUR")]),
        ("1.234.567,00 €", [(1_234_567, "EUR")]),
        ("2 millones de euros", [(2_000_000, "EUR")]),
        ("300 mil euros", [(300_000, "EUR")]),
        ("KRW 3.5 billion", [(3_500_000_000, "KRW")]),
        ("500,000", []),
        ("1.2.3 EUR", []),
        ("1억 원, 2억 원", [(100_000_000, "KRW"), (200_000_000, "KRW")]),
    ],
)
def test_sums_are_read_as_each_language_writes_them(text: str, sums: list[tuple[int, str]]) -> None:
    assert find_sums(text) == [Money(*one) for one in sums]


def test_two_sums_are_no_sum() -> None:
    assert read_money("1억 원, 2억 원") is None


@pytest.mark.parametrize(
    ("numbers", "text"), [([], ""), ([3], "3"), ([1, 2, 3, 7], "1-3, 7"), ([1, 3], "1, 3")]
)
def test_page_numbers_are_written_as_ranges(numbers: list[int], text: Any) -> None:
    assert ranges(numbers) == text
