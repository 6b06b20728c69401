"""Comments on a candidate: who reads them when, replies, taking back, and who hears of a reply."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import (
    AccessDeniedError,
    FieldError,
    UnknownProgramError,
    UnknownStartupError,
    UnknownThingError,
)
from matcher.workflows.discussions import Discussion, add_comment, read_discussion, withdraw_comment
from matcher.workflows.notices import NoticeKind, count_unread, list_notices
from matcher.workflows.reviews import record_decision
from models.database import read_session, write_session
from models.review import ReviewPhase
from models.tables import AuditEntry, Comment
from models.vocabulary import Decision
from tests.matcher.workflows.reviewing import PROGRAM, UnderReview


@pytest.fixture
def review(tiny: Engine) -> UnderReview:
    """Give the tiny program under review."""
    return UnderReview(tiny)


def say(review: UnderReview, name: str, text: str, reply_to: str = "", startup: str = "one") -> list[str]:
    """Comment as somebody; give the addresses that are written to."""
    with write_session(review.engine) as session:
        told = add_comment(session, review.actor(name), PROGRAM, startup, text, reply_to=reply_to)
        return [one.email for one in told]


def read(review: UnderReview, name: str, startup: str = "one") -> Discussion:
    """Read the discussion as somebody."""
    with read_session(review.engine) as session:
        return read_discussion(session, review.actor(name), PROGRAM, startup)


def texts(found: Discussion) -> list[str]:
    """List everything that is said."""
    return [one.text for thread in found.threads for one in (thread.comment, *thread.replies)]


def test_others_are_read_once_the_own_review_is_submitted(review: UnderReview) -> None:
    say(review, "ann", "A fine pilot.")
    before = read(review, "ben")
    say(review, "ben", "I doubt it.")
    own = read(review, "ben")
    review.submit("ben", "one", Decision.MAYBE)
    after = read(review, "ben")

    assert (texts(before), before.waits) == ([], True)
    assert (texts(own), own.waits) == (["I doubt it."], True)
    assert (sorted(texts(after)), after.waits) == (["A fine pilot.", "I doubt it."], False)
    assert {thread.comment.author for thread in after.threads} == {"Ann", "Ben"}


def test_a_review_of_another_candidate_opens_nothing(review: UnderReview) -> None:
    say(review, "ann", "A fine pilot.")
    review.submit("ben", "two", Decision.MAYBE)

    assert texts(read(review, "ben")) == []


def test_everybody_reads_where_the_agency_decides_and_the_manager_always(review: UnderReview) -> None:
    say(review, "ann", "A fine pilot.")

    assert texts(read(review, "boss")) == ["A fine pilot."]
    review.set_phase(ReviewPhase.DECISION)
    assert texts(read(review, "ben")) == texts(read(review, "lead")) == ["A fine pilot."]


def test_a_review_taken_back_closes_it_again(review: UnderReview) -> None:
    say(review, "ann", "A fine pilot.")
    review.submit("ben", "one", Decision.MAYBE)
    with write_session(review.engine) as session:
        record_decision(session, review.actor("ben"), PROGRAM, "one", decision=None, reason="", revision=1)

    assert texts(read(review, "ben")) == []


def test_a_reply_tells_who_wrote_before_in_the_thread_and_may_see_it(review: UnderReview) -> None:
    review.set_phase(ReviewPhase.DECISION)
    say(review, "ann", "A fine pilot.")
    root = read(review, "ben").threads[0].comment.id

    assert say(review, "ben", "I doubt it.", root) == ["ann@x.example"]
    review.conflict("ben", "one")
    # Ben stepped back: the case is no business of his any more, and what he said is gone with him. Ann has
    # not read the first notice yet.
    assert say(review, "lead", "Who else?", root) == []
    (thread,) = read(review, "lead").threads
    assert [one.text for one in thread.replies] == ["Who else?"]
    with read_session(review.engine) as session:
        (notice,) = list_notices(session, review.actor("ann"))
        assert (notice.kind, notice.startup_id) == (NoticeKind.COMMENT_REPLY, "one")
        assert list_notices(session, review.actor("ben")) == ()


def test_a_conflict_hides_discussion_and_notice(review: UnderReview) -> None:
    review.set_phase(ReviewPhase.DECISION)
    say(review, "ann", "A fine pilot.")
    say(review, "ben", "I doubt it.", read(review, "ben").threads[0].comment.id)
    with read_session(review.engine) as session:
        assert count_unread(session, review.actor("ann")) == 1
    review.conflict("ann", "one", "confirmed")

    with read_session(review.engine) as session:
        assert (count_unread(session, review.actor("ann")), list_notices(session, review.actor("ann"))) == (
            0,
            (),
        )
    with pytest.raises(UnknownStartupError):
        read(review, "ann")
    with pytest.raises(UnknownStartupError):
        say(review, "ann", "But I say.")


def test_an_own_comment_is_taken_back_with_its_words(review: UnderReview) -> None:
    review.set_phase(ReviewPhase.DECISION)
    say(review, "ann", "A fine pilot.")
    root = read(review, "ann").threads[0].comment.id
    say(review, "ben", "I doubt it.", root)
    with write_session(review.engine) as session, pytest.raises(UnknownThingError):
        withdraw_comment(session, review.actor("ben"), PROGRAM, "one", root)
    for _ in range(2):
        with write_session(review.engine) as session:
            withdraw_comment(session, review.actor("ann"), PROGRAM, "one", root)

    assert texts(read(review, "ben")) == ["", "I doubt it."]
    assert read(review, "ben").threads[0].comment.withdrawn_at is not None
    with read_session(review.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "commented")).all()
        assert [entry.details for entry in entries] == [{}, {}, {"withdrawn": True}]


@pytest.mark.parametrize("wrong", ["", "no-such", "\x00", "\ud800"])
def test_nothing_hidden_can_be_replied_to_or_withdrawn(review: UnderReview, wrong: str) -> None:
    say(review, "ann", "A fine pilot.")
    with read_session(review.engine) as session:
        hidden = session.exec(select(Comment.id)).one()
    for comment in filter(None, (hidden, wrong)):
        with pytest.raises(UnknownThingError):
            say(review, "ben", "I doubt it.", comment)
    with write_session(review.engine) as session, pytest.raises(UnknownThingError):
        withdraw_comment(session, review.actor("ben"), PROGRAM, "one", wrong)


@pytest.mark.parametrize("text", ["", " ", "!!!", "\x00a", "\ud800a", "x" * 4001])
def test_a_text_that_cannot_be_stored_is_refused(review: UnderReview, text: str) -> None:
    with pytest.raises(FieldError, match="text"):
        say(review, "ann", text)


def test_nobody_else_discusses(review: UnderReview) -> None:
    for name, error in (("kim", AccessDeniedError), ("stranger", AccessDeniedError)):
        with pytest.raises(error):
            read(review, name)
    with pytest.raises(UnknownStartupError):
        read(review, "ann", "no-such")
    with read_session(review.engine) as session, pytest.raises(UnknownProgramError):
        read_discussion(session, review.actor("ann"), "no-such", "one")


def test_in_a_blind_phase_neither_title_nor_words_name_the_startup(review: UnderReview) -> None:
    review.set_blind()
    say(review, "boss", "One Ltd has a fine pilot.")
    review.submit("ann", "one", Decision.MAYBE)
    found = read(review, "ann")

    assert "One Ltd" not in found.name + texts(found)[0]
    assert read(review, "boss").name == "One Ltd"


def test_the_comments_of_a_gone_account_stay_without_a_name(review: UnderReview) -> None:
    say(review, "ann", "A fine pilot.")
    with write_session(review.engine) as session:
        comment = session.exec(select(Comment)).one()
        comment.author_id = None
        session.add(comment)

    (thread,) = read(review, "boss").threads
    assert (thread.comment.author, thread.comment.own) == ("", False)
