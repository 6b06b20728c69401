"""So many different startups an hour, counted from the audit log itself."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from matcher.errors import TooManyAttemptsError
from matcher.settings import Settings
from matcher.workflows.audits import Act, record
from matcher.workflows.reading_budgets import account_for_reading, check_reading, note_reading
from models.access import Actor
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import AuditEntry

READER = Actor("a" * 32, "Reader", agencies=frozenset({"office"}))
OTHER = Actor("b" * 32, "Other", agencies=frozenset({"office"}))


def entries(engine: Engine) -> list[tuple[str, str, str]]:
    """Give act, subject and thing of every entry."""
    with read_session(engine) as session:
        rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        return [(row.act, row.subject, row.object) for row in rows]


def read(engine: Engine, *startup_ids: str, actor: Actor = READER, limit: int = 3) -> None:
    """Read startups one after another."""
    for startup_id in startup_ids:
        account_for_reading(engine, actor, [startup_id], limit=limit)


def make_older(engine: Engine, seconds: int, ids: Sequence[int] | None = None) -> None:
    """Move entries into the past, which the database itself refuses."""
    with write_session(engine) as session:
        session.connection().execute(text("DROP TRIGGER IF EXISTS auditentry_no_update"))
        for row in session.exec(select(AuditEntry)):
            if ids is None or row.id in ids:
                row.at -= timedelta(seconds=seconds)
                session.add(row)


def test_one_startup_is_a_reading_and_several_are_a_list(bare: Engine) -> None:
    account_for_reading(bare, READER, ["one"], limit=3)
    account_for_reading(bare, READER, ["two", "one", "two"], "alpha", limit=3)
    account_for_reading(bare, READER, [], limit=3)

    assert entries(bare) == [("profile-read", "one", ""), ("profiles-listed", "", "alpha")]
    with read_session(bare) as session:
        assert session.get_one(AuditEntry, 2).details == {"startups": ["one", "two"]}


def test_a_whole_hour_of_reading_ends_at_the_limit_of_the_settings(bare: Engine, settings: Settings) -> None:
    limit = settings.profiles_per_hour
    account_for_reading(bare, READER, [f"s{number}" for number in range(limit - 1)], "alpha", limit=limit)
    account_for_reading(bare, READER, ["the last"], limit=limit)

    with pytest.raises(TooManyAttemptsError):
        account_for_reading(bare, READER, ["one more"], limit=limit)

    assert limit == 300
    assert entries(bare)[-1] == ("reading-stopped", "", "")


def test_the_same_startup_again_costs_nothing_but_is_written_down(bare: Engine) -> None:
    read(bare, "one", "two", "three", "one", "two", "three")

    assert [act for act, _, _ in entries(bare)] == ["profile-read"] * 6


def test_one_startup_too_many_is_refused_and_said_once(bare: Engine) -> None:
    read(bare, "one", "two", "three")

    for _ in range(3):
        with pytest.raises(TooManyAttemptsError) as refused:
            read(bare, "four")

    assert 3590 <= refused.value.retry_after_seconds <= 3600
    assert [act for act, _, _ in entries(bare)] == ["profile-read"] * 3 + ["reading-stopped"]


def test_lists_and_single_readings_share_the_budget(bare: Engine) -> None:
    account_for_reading(bare, READER, ["one", "two"], "alpha", limit=3)
    read(bare, "three")

    with pytest.raises(TooManyAttemptsError):
        account_for_reading(bare, READER, ["one", "four"], "alpha", limit=3)


def test_what_was_stopped_goes_on_an_hour_later(bare: Engine) -> None:
    read(bare, "one", "two", "three")
    with pytest.raises(TooManyAttemptsError):
        read(bare, "four")

    make_older(bare, 3600)
    read(bare, "four")

    assert entries(bare)[-1] == ("profile-read", "four", "")


def test_the_waiting_time_is_that_of_the_oldest_readings_that_are_in_the_way(bare: Engine) -> None:
    read(bare, "one", "two", "three")
    make_older(bare, 1000, [1, 2])
    make_older(bare, 2000, [1])

    with write_session(bare) as session:
        waits = [
            note_reading(session, READER, wanted, limit=3)
            for wanted in (["four"], ["four", "five"], ["four", "five", "six"], list("abcdef"))
        ]

    assert [round(wait, -2) for wait in waits] == [600, 2600, 3600, 3600]


def test_what_was_read_again_leaves_later(bare: Engine) -> None:
    read(bare, "one", "two", "three")
    make_older(bare, 3000)
    read(bare, "one")

    with write_session(bare) as session:
        waits = [note_reading(session, READER, list(wanted), limit=3) for wanted in (["x"], ["x", "y", "z"])]

    assert [round(wait, -2) for wait in waits] == [600, 3600]


def test_each_account_has_its_own_budget(bare: Engine) -> None:
    read(bare, "one", "two", "three")
    read(bare, "four", "five", "six", actor=OTHER)

    assert len(entries(bare)) == 6


def test_reading_stops_anew_after_it_went_on(bare: Engine) -> None:
    read(bare, "one", "two", "three")
    for _ in range(2):
        with pytest.raises(TooManyAttemptsError):
            read(bare, "four")
        read(bare, "one")

    acts = [act for act, _, _ in entries(bare)]
    assert acts == ["profile-read"] * 3 + ["reading-stopped", "profile-read"] * 2


def test_a_founder_reads_the_own_startup_uncounted(bare: Engine) -> None:
    founder = Actor("c" * 32, "Founder", startups=frozenset({"one"}))

    account_for_reading(bare, founder, ["one"], limit=0)
    with write_session(bare) as session:
        wait = note_reading(session, founder, ["one"], limit=0)

    assert (wait, entries(bare)) == (0, [])


def test_older_readings_and_other_acts_are_not_counted(bare: Engine) -> None:
    with write_session(bare) as session:
        for number in (1, 2):
            session.add(
                AuditEntry(
                    id=number,
                    at=now_utc() - timedelta(hours=2 - number),
                    actor=READER.key,
                    role="reviewer",
                    act="profile-read" if number == 1 else "decided",
                    subject=f"s{number}",
                    previous_hash="",
                    hash=str(number),
                )
            )

    read(bare, "one", "two", "three")

    assert len(entries(bare)) == 5


def test_lists_that_were_taken_away_count_without_the_readers_own_startups(bare: Engine) -> None:
    both = Actor("d" * 32, "Both", startups=frozenset({"own"}), agencies=frozenset({"office"}))
    with write_session(bare) as session:
        for startup_id in ("own", "one", "two"):
            record(session, both, Act.EXPORTED, subject=startup_id, about="alpha", reason="jury")

    read(bare, "two", "three", actor=both)
    with pytest.raises(TooManyAttemptsError):
        read(bare, "four", actor=both)


def test_checking_writes_nothing_but_that_reading_stopped(bare: Engine) -> None:
    with write_session(bare) as session:
        fits = check_reading(session, READER, ["one", "two", "three"], "alpha", limit=3)
        stops = check_reading(session, READER, ["one", "two", "three", "four"], "alpha", limit=3)

    assert (fits, stops) == (0, 3600)
    assert entries(bare) == [("reading-stopped", "", "alpha")]
