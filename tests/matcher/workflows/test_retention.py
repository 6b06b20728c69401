"""Data goes when its time is over, and not while a program or an appeal still needs it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.settings import Settings
from matcher.workflows.retention import Why, apply, due
from matcher.workflows.server_key import make_key
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Appeal, Candidacy, Outcome, Startup, Submission
from tests.matcher.workflows.founded import add_startup

THEN = datetime(2026, 8, 31, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, bare: Engine) -> Settings:
    """Settings whose database is the tiny one."""
    return Settings(data_dir=tmp_path / "data", database_url=bare.url.render_as_string())


@pytest.fixture
def founded(tiny: Engine) -> Engine:
    """Open the tiny database with a real startup whose draft was edited long ago."""
    add_startup(tiny)
    with write_session(tiny) as session:
        draft = session.exec(select(Submission)).one()
        draft.edited_at = THEN
        session.add(draft)
    return tiny


def publish(session: Session, program: str, state: str) -> None:
    """Publish a result of that day."""
    rank = 1 if state == "waitlisted" else None
    session.add(
        Outcome(
            program_id=program,
            startup_id="real",
            state=state,
            waitlist_rank=rank,
            published_at=THEN,
            appeal_until=THEN,
        )
    )


def found(engine: Engine, settings: Settings, now: datetime) -> list[tuple[str, Why]]:
    with read_session(engine) as session:
        return [(one.startup_id, one.why) for one in due(session, settings, now)]


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "why", "year"),
    [
        ("not-selected", Why.NOT_SELECTED, 2027),
        ("waitlisted", Why.NOT_SELECTED, 2027),
        ("selected", Why.SELECTED, 2031),
    ],
)
def test_a_result_is_kept_as_long_as_the_settings_say(
    founded: Engine, settings: Settings, state: str, why: Why, year: int
) -> None:
    with write_session(founded) as session:
        publish(session, "alpha", state)

    assert found(founded, settings, at(year, 8, 30)) == []
    assert found(founded, settings, at(year, 8, 31)) == [("real", why)]


def test_six_months_end_on_the_last_day_of_a_short_month(founded: Engine, settings: Settings) -> None:
    shorter = settings.model_copy(update={"retention_months_not_selected": 6})

    assert found(founded, shorter, at(2027, 2, 27)) == []
    assert found(founded, shorter, at(2027, 2, 28)) == [("real", Why.NEVER_SUBMITTED)]


def test_nothing_goes_while_it_is_considered_or_an_appeal_waits(founded: Engine, settings: Settings) -> None:
    late = at(2040, 1, 1)
    with write_session(founded) as session:
        publish(session, "alpha", "not-selected")
        session.add(Candidacy(program_id="beta", startup_id="real"))
    considered = found(founded, settings, late)
    with write_session(founded) as session:
        publish(session, "beta", "not-selected")
        appeal = Appeal(program_id="alpha", startup_id="real", text="why")
        session.add(appeal)
        session.flush()
        appeal_id = appeal.id
    appealed = found(founded, settings, late)
    with write_session(founded) as session:
        row = session.get_one(Appeal, appeal_id)
        row.answered_at = now_utc()
        session.add(row)

    assert (considered, appealed) == ([], [])
    assert found(founded, settings, late) == [("real", Why.NOT_SELECTED)]


def test_a_withdrawn_startup_goes(founded: Engine, settings: Settings) -> None:
    with write_session(founded) as session:
        startup = session.get_one(Startup, "real")
        startup.withdrawn_at = THEN
        session.add(startup)

    assert found(founded, settings, at(2028, 1, 1)) == [("real", Why.WITHDRAWN)]


def test_applying_erases_what_is_listed_and_no_example(founded: Engine, settings: Settings) -> None:
    make_key(settings)

    done = apply(settings, founded, at(2040, 1, 1))

    assert [one.startup_id for one in done] == ["real"]
    assert apply(settings, founded, at(2040, 1, 1)) == ()
    with read_session(founded) as session:
        assert session.get(Startup, "real") is None
        assert session.get(Startup, "one") is not None
