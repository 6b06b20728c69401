"""Questions to founders: asked, passed on in other words or refused, answered, and read by whom."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import (
    AccessDeniedError,
    FieldError,
    StaleEditError,
    UnknownStartupError,
    UnknownThingError,
)
from matcher.workflows.notices import NoticeKind, list_notices
from matcher.workflows.questions import (
    MOST_OPEN,
    QuestionState,
    answer,
    ask,
    has_questions,
    list_answers,
    list_asked,
    list_managed,
    list_own,
    refuse,
    relay,
)
from models.access import Actor
from models.database import read_session, write_session
from models.review import ReviewPhase
from models.tables import Agency, Program, Question
from models.vocabulary import Decision
from tests.matcher.workflows.reviewing import PROGRAM, UnderReview


@pytest.fixture
def review(tiny: Engine) -> UnderReview:
    """Give the tiny program under review."""
    return UnderReview(tiny)


def asked(review: UnderReview, text: str = "Ann wonders: who pays?") -> str:
    """Let Ann ask; give the question's id."""
    with write_session(review.engine) as session:
        told = ask(session, review.actor("ann"), PROGRAM, "one", text)
        assert {one.email for one in told} <= {"boss@x.example"}
    with read_session(review.engine) as session:
        return session.exec(select(Question.id).where(Question.text == text)).one()


def passed_on(review: UnderReview, text: str = "Who pays for it?") -> str:
    """Let the manager pass a question on; give its id."""
    question = asked(review)
    with write_session(review.engine) as session:
        told = relay(session, review.actor("boss"), question, text)
        assert [one.email for one in told] == ["kim@x.example"]
    return question


def answered(review: UnderReview, text: str = "The harbour pays.") -> str:
    """Let the founder answer; give the question's id."""
    question = passed_on(review)
    with write_session(review.engine) as session:
        told = answer(session, review.actor("kim"), "one", question, text)
        assert [(one.email, one.kind) for one in told] == [
            ("ann@x.example", NoticeKind.QUESTION_ANSWERED),
            ("boss@x.example", NoticeKind.QUESTION_ANSWERED),
        ]
    return question


def test_a_founder_reads_the_managers_words_and_the_agency_and_no_name(review: UnderReview) -> None:
    waiting = asked(review)
    with read_session(review.engine) as session:
        assert list_own(session, review.actor("kim"), "one") == ()
        assert not has_questions(session, review.actor("kim"), "one")
    with write_session(review.engine) as session:
        relay(session, review.actor("boss"), waiting, "Who pays for it?")

    with read_session(review.engine) as session:
        (question,) = list_own(session, review.actor("kim"), "one")
        assert has_questions(session, review.actor("kim"), "one")
    assert (question.text, question.program.agency_name_en) == ("Who pays for it?", "Office")
    assert "Ann" not in repr(question)


def test_a_reviewer_reads_the_answer_and_never_who_gave_it(review: UnderReview) -> None:
    answered(review)
    with read_session(review.engine) as session:
        (mine,) = list_asked(session, review.actor("ann"), PROGRAM, "one")
        (colleagues,) = list_asked(session, review.actor("ben"), PROGRAM, "one")

    assert (mine.state, mine.answer, mine.own) == (QuestionState.ANSWERED, "The harbour pays.", True)
    assert (colleagues.own, "Ann" in repr(colleagues).replace("Ann wonders", "")) == (False, False)
    assert "Kim" not in repr(mine)


def test_others_open_questions_are_shown_with_ones_own_review(review: UnderReview) -> None:
    asked(review)

    def shown_to(name: str) -> int:
        with read_session(review.engine) as session:
            return len(list_asked(session, review.actor(name), PROGRAM, "one"))

    assert (shown_to("ann"), shown_to("ben"), shown_to("boss")) == (1, 0, 1)
    review.submit("ben", "one", Decision.ACCEPT)
    assert (shown_to("ben"), shown_to("lead")) == (1, 0)
    review.set_phase(ReviewPhase.DECISION)
    assert shown_to("lead") == 1
    review.conflict("ann", "one")
    assert (shown_to("ben"), shown_to("lead"), shown_to("boss")) == (0, 0, 1)


def test_a_refused_question_goes_back_with_the_reason(review: UnderReview) -> None:
    question = asked(review)
    with write_session(review.engine) as session:
        told = refuse(session, review.actor("boss"), question, "It is in the profile.")
        assert [one.email for one in told] == ["ann@x.example"]
    with read_session(review.engine) as session:
        (mine,) = list_asked(session, review.actor("ann"), PROGRAM, "one")
        assert list_own(session, review.actor("kim"), "one") == ()
        assert [one.kind for one in list_notices(session, review.actor("ann"))] == [
            NoticeKind.QUESTION_REFUSED
        ]

    assert (mine.state, mine.note) == (QuestionState.REFUSED, "It is in the profile.")


def test_who_asked_hears_nothing_once_a_conflict_hides_the_case(review: UnderReview) -> None:
    question = passed_on(review)
    review.conflict("ann", "one")
    with write_session(review.engine) as session:
        told = answer(session, review.actor("kim"), "one", question, "The harbour pays.")

    assert [one.email for one in told] == ["boss@x.example"]
    with read_session(review.engine) as session:
        assert list_answers(session, review.actor("ann"), "one") == ()


def test_the_answer_stands_beside_the_profile_with_its_source(review: UnderReview) -> None:
    answered(review)
    with read_session(review.engine) as session:
        for name in ("ben", "boss", "kim"):
            (fact,) = list_answers(session, review.actor(name), "one")
            assert (fact.question, fact.text) == ("Who pays for it?", "The harbour pays.")
            assert fact.program.agency_name_en == "Office"
        assert list_answers(session, review.actor("ben"), "one", "beta") == ()
        assert list_answers(session, review.actor("stranger"), "one") == ()


def test_another_agency_is_not_told_that_this_one_asked(review: UnderReview) -> None:
    answered(review)
    with write_session(review.engine) as session:
        session.add(Agency(id="other", name="Other", name_en="Other", city_id="town", source_urls=[]))
        session.flush()
        beta = session.get_one(Program, "beta")
        beta.agency_id = "other"
        session.add(beta)
    elsewhere = Actor("ben" * 4, agencies=frozenset({"other"}))

    with read_session(review.engine) as session:
        assert list_answers(session, elsewhere, "one") == ()


def test_in_a_blind_phase_the_answer_names_nobody(review: UnderReview) -> None:
    review.set_blind()
    answered(review, "One Ltd and Kim are paid by the harbour.")
    with read_session(review.engine) as session:
        (mine,) = list_asked(session, review.actor("ann"), PROGRAM, "one")
        (fact,) = list_answers(session, review.actor("ann"), "one")
        (whole,) = list_answers(session, review.actor("boss"), "one")

    assert "One Ltd" not in mine.answer + fact.text
    assert "Kim" not in mine.answer + fact.text
    assert "One Ltd" in whole.text


def test_a_question_is_decided_and_answered_once(review: UnderReview) -> None:
    question = answered(review)
    with write_session(review.engine) as session, pytest.raises(StaleEditError):
        relay(session, review.actor("boss"), question, "Again?")
    with write_session(review.engine) as session, pytest.raises(StaleEditError):
        refuse(session, review.actor("boss"), question, "No.")
    with write_session(review.engine) as session, pytest.raises(StaleEditError):
        answer(session, review.actor("kim"), "one", question, "Somebody else pays.")


def test_only_managers_decide_and_only_founders_answer(review: UnderReview) -> None:
    question = asked(review)
    for name in ("lead", "ann", "kim"):
        with write_session(review.engine) as session, pytest.raises(AccessDeniedError):
            relay(session, review.actor(name), question, "Who pays?")
        with read_session(review.engine) as session, pytest.raises(AccessDeniedError):
            list_managed(session, review.actor(name))
    with write_session(review.engine) as session, pytest.raises(AccessDeniedError):
        ask(session, review.actor("kim"), PROGRAM, "one", "Who am I?")
    with write_session(review.engine) as session, pytest.raises(UnknownThingError):
        answer(session, review.actor("kim"), "one", question, "Not passed on yet.")
    with write_session(review.engine) as session, pytest.raises(UnknownStartupError):
        answer(session, review.actor("boss"), "one", question, "Me.")


@pytest.mark.parametrize("wrong", ["", "no-such", "\x00", "\ud800"])
def test_an_unknown_question_is_unknown(review: UnderReview, wrong: str) -> None:
    with write_session(review.engine) as session, pytest.raises(UnknownThingError):
        relay(session, review.actor("boss"), wrong, "Who pays?")
    with write_session(review.engine) as session, pytest.raises(UnknownThingError):
        answer(session, review.actor("kim"), "one", wrong, "Me.")


@pytest.mark.parametrize("text", ["", "!!!", "\x00a", "\ud800a", "x" * 4001])
def test_words_that_cannot_be_stored_are_refused(review: UnderReview, text: str) -> None:
    with pytest.raises(FieldError):
        asked(review, text)
    question = asked(review)
    with write_session(review.engine) as session, pytest.raises(FieldError):
        relay(session, review.actor("boss"), question, text)
    with write_session(review.engine) as session:
        relay(session, review.actor("boss"), question, "Who pays?")
    with write_session(review.engine) as session, pytest.raises(FieldError):
        answer(session, review.actor("kim"), "one", question, text)


def test_only_so_many_questions_wait(review: UnderReview) -> None:
    for number in range(MOST_OPEN):
        asked(review, f"Question {number}?")
    with pytest.raises(FieldError, match="wait already"):
        asked(review, "One more?")


def test_a_manager_reads_who_asked_and_what_waits_first(review: UnderReview) -> None:
    answered(review)
    waiting = asked(review, "And who else?")
    with read_session(review.engine) as session:
        found = list_managed(session, review.actor("boss"))

    assert [one.question.id == waiting for one in found] == [True, False]
    assert (found[0].asker, found[0].startup_name, found[0].program.id) == ("Ann", "One Ltd", PROGRAM)
