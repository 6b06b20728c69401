"""`landfall extract` prints what a business plan says, and refuses what cannot be read."""

import json

import pytest

from tests.cli.conftest import Landfall
from tests.matcher.documents import files
from tests.matcher.documents.plans import PLANS


def test_a_plan_is_printed_as_json_with_a_passage_for_every_value(landfall: Landfall) -> None:
    landfall.write("plan.hwpx", files.hwpx(PLANS[0].parts))

    done = landfall.call("extract", "plan.hwpx", "--json")

    document = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert set(document) == {"fields", "text", "warnings"}
    assert document["fields"]["founded"] == {
        "value": 2021,
        "passage": "설립일: 2021. 03. 15.",
        "place": {"paragraph": 4},
    }
    assert all(field["passage"] in document["text"] for field in document["fields"].values())
    assert document["warnings"] == []


def test_a_plan_is_printed_as_a_table_for_people(landfall: Landfall) -> None:
    landfall.write(
        "plan.txt", "회사명: ㈜한빛센서\nTRL: 5\n현재 TRL 6이다.\n분야: 로봇, 해양\n언어: 영어 B2\n"
    )

    done = landfall.call("extract", "plan.txt")

    assert done.code == 0
    assert "㈜한빛센서" in done.out
    assert "robotics, ocean" in done.out
    assert "en B2" in done.out
    assert done.err == "warning: trl: the document says different things: TRL: 5 / 현재 TRL 6이다.\n"


def test_a_document_that_says_nothing_of_itself_prints_a_warning_only(landfall: Landfall) -> None:
    landfall.write("plan.txt", "오늘은 날씨가 좋다.\n")

    done = landfall.call("extract", "plan.txt")

    assert (done.code, done.out) == (0, "")
    assert done.err == "warning: nothing was found that could fill a field\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"a" * (10 * 2**20 + 1), "the file is too large (at most 10 MB)"),
        (b"%PDF-1.7\n", "the file is damaged or was cut short"),
        (files.hwp(["x"], flags=2), "the file is protected with a password; save it without one"),
        (b"\x89PNG\r\n\x1a\n", "this is not a PDF, HWPX, HWP, DOCX or text file (an image)"),
    ],
)
def test_a_refused_file_is_one_line(landfall: Landfall, content: bytes, words: str) -> None:
    landfall.write("plan.pdf", content)

    assert landfall.call("extract", "plan.pdf").complaint == f"landfall: file: {words}"


def test_a_file_that_is_not_there_is_one_line(landfall: Landfall) -> None:
    assert (
        landfall.call("extract", "none.pdf").complaint
        == "landfall: file: none.pdf cannot be read: No such file or directory"
    )


def test_extract_writes_nothing(landfall: Landfall) -> None:
    landfall.write("plan.docx", files.docx_file(PLANS[1].parts))
    before = landfall.files()

    landfall.call("extract", "plan.docx", "--json")

    assert landfall.files() == before
