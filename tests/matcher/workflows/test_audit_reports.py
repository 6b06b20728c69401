"""Who saw a startup, and what happened in a month."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from matcher.errors import FieldError, UnknownStartupError
from matcher.workflows.audit_reports import month_report, who_saw
from matcher.workflows.audits import Act, entry_hash, record
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, AuditEntry

GONE = "f" * 32


def add_reader(session: Session) -> Actor:
    """Add an account that reviews for the office."""
    account = Account(email="rae@office.example", name="Rae")
    session.add(account)
    session.flush()
    return Actor(account_id=account.id, address="192.0.2.7", agencies=frozenset({"office"}))


def add_entry(session: Session, number: int, at: datetime, act: Act, **values: Any) -> None:
    """Put an entry of another day into the log."""
    entry = AuditEntry(
        id=number, at=at, actor=GONE, role="lead", act=act.value, previous_hash="", hash="", **values
    )
    entry.hash = entry_hash(entry)
    session.add(entry)


def test_who_saw_lists_reading_listing_exporting_and_deciding(tiny: Engine) -> None:
    with write_session(tiny) as session:
        rae = add_reader(session)
        record(session, rae, Act.PROFILES_LISTED, about="alpha", details={"startups": ["one", "two"]})
        record(session, rae, Act.PROFILE_READ, subject="one", about="alpha")
        record(session, rae, Act.PROFILE_READ, subject="two", about="alpha")
        record(session, rae, Act.PROFILES_LISTED, about="alpha", details={"startups": ["two"], "not": "one"})
        record(session, Actor(account_id=GONE), Act.DECIDED, subject="one", reason="fits")
        record(session, OPERATOR, Act.EXPORTED, reason="board", details={"startups": ["one"]})

    with read_session(tiny) as session:
        found = who_saw(session, "one")

    told = [(one.entry, one.act, str(one.who), one.role, one.address, one.about, one.reason) for one in found]
    assert told == [
        (1, "profiles-listed", "Rae <rae@office.example>", "reviewer", "192.0.2.7", "alpha", ""),
        (2, "profile-read", "Rae <rae@office.example>", "reviewer", "192.0.2.7", "alpha", ""),
        (5, "decided", GONE, "", "", "", "fits"),
        (6, "exported", "operator", "operator", "", "", "board"),
    ]  # fmt: skip
    assert (now_utc() - found[0].at).total_seconds() < 60


def test_who_saw_a_startup_nobody_looked_at_is_empty(tiny: Engine) -> None:
    with read_session(tiny) as session:
        assert who_saw(session, "two") == ()


@pytest.mark.parametrize("startup", ["nobody", "%", "", '"', "on_", "startups", "하나", "\ud800", "a\0b"])
def test_who_saw_refuses_what_was_never_there(tiny: Engine, startup: str) -> None:
    with write_session(tiny) as session:
        record(session, OPERATOR, Act.PROFILES_LISTED, details={"startups": ["one"], "하나": "nobody"})

    with read_session(tiny) as session, pytest.raises(UnknownStartupError):
        who_saw(session, startup)


def test_an_erased_startup_still_has_its_entries(tiny: Engine) -> None:
    with write_session(tiny) as session:
        record(session, OPERATOR, Act.ERASED, subject="gone")

    with read_session(tiny) as session:
        assert [one.act for one in who_saw(session, "gone")] == ["erased"]


def test_a_month_counts_acts_exports_readers_and_alerts(bare: Engine) -> None:
    within, last = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    with write_session(bare) as session:
        add_entry(session, 1, datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), Act.EXPORTED, reason="before")
        add_entry(session, 2, within, Act.EXPORTED, reason="board", object="alpha")
        add_entry(session, 3, within, Act.PROFILE_READ, subject="one")
        add_entry(session, 4, within, Act.PROFILES_LISTED, details={"startups": ["one", "two"]})
        add_entry(session, 5, last, Act.READING_STOPPED)
        add_entry(session, 6, datetime(2026, 12, 1, tzinfo=UTC), Act.EXPORTED, reason="after")

    with read_session(bare) as session:
        found = month_report(session, "2026-11")

    assert (found.month, found.entries) == ("2026-11", 4)
    assert found.acts == (
        ("exported", "lead", 1),
        ("profile-read", "lead", 1),
        ("profiles-listed", "lead", 1),
        ("reading-stopped", "lead", 1),
    )
    assert [(one.reason, one.about, one.who.id) for one in found.exports] == [("board", "alpha", GONE)]
    assert [(one.who.id, one.times, one.startups) for one in found.readers] == [(GONE, 2, 2)]
    assert [one.at for one in found.stopped] == [last]


def test_december_ends_with_the_year(bare: Engine) -> None:
    with write_session(bare) as session:
        add_entry(session, 1, datetime(2026, 12, 31, tzinfo=UTC), Act.EXPORTED)
        add_entry(session, 2, datetime(2027, 1, 1, tzinfo=UTC), Act.EXPORTED)

    with read_session(bare) as session:
        assert month_report(session, "2026-12").entries == 1


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-13", "2026-00", "11-2026", "9999-12", "2026-11-01", "\ud800"]
)
def test_what_is_no_month_is_refused(bare: Engine, month: str) -> None:
    with read_session(bare) as session, pytest.raises(FieldError, match=r"^month: "):
        month_report(session, month)
