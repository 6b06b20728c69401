"""Notices: given once until read, read by their owner alone, counted, and gone after half a year."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import AccessDeniedError, UnknownProgramError, UnknownThingError
from matcher.workflows.notices import (
    NOTICES_KEPT,
    NoticeKind,
    Told,
    count_unread,
    drop_old_notices,
    list_notices,
    notify,
    open_notice,
    read_all,
)
from models.access import ANONYMOUS, OPERATOR, Scope
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, Notice
from tests.matcher.workflows.reviewing import PROGRAM, UnderReview


@pytest.fixture
def review(tiny: Engine) -> UnderReview:
    """Give the tiny program under review."""
    return UnderReview(tiny)


def give(review: UnderReview, kind: NoticeKind = NoticeKind.PHASE_OPENED, *names: str) -> tuple[Told, ...]:
    """Give people a notice about the program."""
    with write_session(review.engine) as session:
        return notify(
            session,
            [name * 4 for name in names or ("ann", "ben")],
            kind,
            address=f"/review/{PROGRAM}",
            program_id=PROGRAM,
        )


def test_the_same_notice_is_given_once_until_it_is_read(review: UnderReview) -> None:
    first, second = give(review), give(review)
    with write_session(review.engine) as session:
        read_all(session, review.actor("ann"))
    third = give(review)

    assert [one.email for one in first] == ["ann@x.example", "ben@x.example"]
    assert first[0].program is not None
    assert second == ()
    assert [one.email for one in third] == ["ann@x.example"]


def test_a_reminder_is_sent_each_time(review: UnderReview) -> None:
    assert len(give(review, NoticeKind.REMINDER)) == len(give(review, NoticeKind.REMINDER)) == 2
    with read_session(review.engine) as session:
        assert count_unread(session, review.actor("ann")) == 1


def test_a_notice_is_its_owners(review: UnderReview) -> None:
    give(review)
    with read_session(review.engine) as session:
        (mine,) = list_notices(session, review.actor("ann"))
    with write_session(review.engine) as session, pytest.raises(UnknownThingError):
        open_notice(session, review.actor("ben"), mine.id)
    with write_session(review.engine) as session:
        assert open_notice(session, review.actor("ann"), mine.id) == f"/review/{PROGRAM}"
        assert open_notice(session, review.actor("ann"), mine.id) == f"/review/{PROGRAM}"

    with read_session(review.engine) as session:
        assert count_unread(session, review.actor("ann")) == 0
        assert count_unread(session, review.actor("ben")) == 1
        assert [one.is_new for one in list_notices(session, review.actor("ann"))] == [False]


@pytest.mark.parametrize("wrong", ["", "no-such", "\x00", "\ud800"])
def test_an_unknown_notice_is_unknown(review: UnderReview, wrong: str) -> None:
    with write_session(review.engine) as session, pytest.raises(UnknownThingError):
        open_notice(session, review.actor("ann"), wrong)


def test_without_an_account_there_are_no_notices(review: UnderReview) -> None:
    token = review.actor("ann").__class__("ann" * 4, scopes=frozenset({Scope.READ}))
    with write_session(review.engine) as session:
        for actor in (ANONYMOUS, OPERATOR, token):
            assert count_unread(session, actor) == 0
            with pytest.raises(AccessDeniedError):
                list_notices(session, actor)
            with pytest.raises(AccessDeniedError):
                read_all(session, actor)


def test_a_disabled_account_gets_none(review: UnderReview) -> None:
    with write_session(review.engine) as session:
        account = session.get_one(Account, "ann" * 4)
        account.disabled_at = now_utc()
        session.add(account)

    assert [one.email for one in give(review)] == ["ben@x.example"]


def test_an_unknown_program_has_no_notice(review: UnderReview) -> None:
    with write_session(review.engine) as session, pytest.raises(UnknownProgramError):
        notify(session, ["ann" * 4], NoticeKind.REMINDER, address="/", program_id="no-such")


def test_old_notices_are_deleted(review: UnderReview) -> None:
    give(review)
    with write_session(review.engine) as session:
        drop_old_notices(session, now_utc() + NOTICES_KEPT)
        assert len(session.exec(select(Notice)).all()) == 2
        drop_old_notices(session, now_utc() + NOTICES_KEPT * 1.01)
        assert session.exec(select(Notice)).all() == []
