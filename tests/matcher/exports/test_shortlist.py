"""What a shortlist refuses, and how it says results."""

from datetime import datetime

import pytest

from matcher.errors import FieldError
from matcher.exports.shortlist import (
    COLUMN_KEYS,
    COLUMNS,
    PROGRAM_COLUMN,
    CellKind,
    ListedProgram,
    Outcome,
    Result,
    RowDetails,
    RubricScore,
    count_outcome,
)
from matcher.exports.texts import cut_units, storable
from matcher.exports.words import WORD_KEYS, word
from models.vocabulary import Language
from tests.matcher.exports.lists import PROGRAMS, row, shortlist


def test_the_columns_are_the_seventeen_agencies_know() -> None:
    assert [column.heading(Language.KO) for column in COLUMNS] == [
        "연번", "기업명", "대표자", "아이템명", "분야", "단계", "소재지", "대상도시", "서류점수", "발표점수",
        "가점", "총점", "순위", "결과", "플래그", "담당자", "비고",
    ]  # fmt: skip
    assert [column.key for column in COLUMNS if column.contact] == ["ceo", "owner"]
    assert [column.key for column in COLUMNS if column.kind is CellKind.NUMBER] == [
        "document_score", "presentation_score", "bonus", "total",
    ]  # fmt: skip


@pytest.mark.parametrize("language", Language)
def test_every_heading_and_word_exists_in_every_language(language: Language) -> None:
    assert all(column.heading(language) for column in (*COLUMNS, PROGRAM_COLUMN))
    assert all(word(key, language) for key in WORD_KEYS)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Result(Outcome.SELECTED), ("선정", "selected", "ausgewählt", "seleccionada")),
        (Result(Outcome.WAITLISTED, 2), ("예비 2", "waitlisted 2", "Warteliste 2", "en espera 2")),
        (Result(Outcome.NOT_SELECTED), ("미선정", "not selected", "nicht ausgewählt", "no seleccionada")),
        (Result(Outcome.APPLIED), ("신청완료", "applied", "beworben", "presentada")),
        (Result(Outcome.WITHDRAWN), ("신청취소", "withdrawn", "zurückgezogen", "retirada")),
    ],
)
def test_results_are_said_in_four_languages(result: Result, words: tuple[str, ...]) -> None:
    assert tuple(result.words(language) for language in Language) == words


@pytest.mark.parametrize(("outcome", "place"), [(Outcome.WAITLISTED, None), (Outcome.SELECTED, 1)])
def test_a_place_belongs_to_a_waitlist(outcome: Outcome, place: int | None) -> None:
    with pytest.raises(FieldError, match="result: a place belongs to a waitlist"):
        Result(outcome, place)


def test_places_on_a_waitlist_begin_with_one() -> None:
    with pytest.raises(FieldError, match="counted from 1"):
        Result(Outcome.WAITLISTED, 0)


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ((), "choose at least one"),
        (("company", "mail"), "'mail' is not one of number, company"),
        (("company", "rank", "company"), "'company' is named twice"),
    ],
)
def test_a_choice_of_columns_that_cannot_be_shown_is_refused(columns: tuple[str, ...], problem: str) -> None:
    with pytest.raises(FieldError, match=problem):
        shortlist(1, columns=columns)


def test_nothing_but_contact_data_cannot_be_masked() -> None:
    with pytest.raises(FieldError, match="nothing is left of them"):
        shortlist(1, columns=("ceo", "owner"), contact_masked=True)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(FieldError, match="made_at: a time zone is missing"):
        shortlist(1, made_at=datetime(2026, 11, 20, 18, 5))  # noqa: DTZ001 - what is refused


def test_rows_belong_to_a_program_of_the_list() -> None:
    with pytest.raises(FieldError, match="rows: no program has the key 'other'"):
        shortlist(rows=(row(1, program="other"),))
    with pytest.raises(FieldError, match="programs: two programs have one key"):
        shortlist(programs=(*PROGRAMS, ListedProgram("md", "again")))


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_scores_are_finite(score: float) -> None:
    with pytest.raises(FieldError, match="total: a finite number expected"):
        row(1, total=score)
    with pytest.raises(FieldError, match="rubric: finite numbers expected"):
        row(1, details=RowDetails(rubric=(RubricScore("x", score, 5),)))


def test_empty_texts_are_empty_cells() -> None:
    given_list = shortlist(rows=(row(1, ceo="", flags=(), rank=None),))

    values = {
        column.key: given_list.cell(given_list.rows[0], column) for column in (*COLUMNS, PROGRAM_COLUMN)
    }

    assert (values["ceo"], values["flags"], values["rank"]) == (None, None, None)
    assert values["program"] == "Maryland Global Gateway"
    assert tuple(values)[:-1] == COLUMN_KEYS


def test_outcomes_are_counted() -> None:
    assert count_outcome(shortlist(12).rows, Outcome.SELECTED) == 7


def test_stored_texts_lose_only_what_nobody_sees() -> None:
    assert storable("a\x00b\r\nc\rd\u2028e\ud800f\tg\ufffe") == "ab\nc\nd\ne\ufffdf\tg"


def test_cutting_never_halves_a_character() -> None:
    assert cut_units("🚀🚀🚀", 6) == "🚀🚀🚀"
    assert cut_units("🚀🚀🚀", 5) == "🚀🚀…"
    assert cut_units("🚀🚀🚀", 4) == "🚀…"
