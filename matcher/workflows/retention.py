"""Whose time is over: startups that were not selected, or withdrew, or were selected long ago."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.settings import Settings
from matcher.workflows.first_keys import ensure_key
from matcher.workflows.subject_erasures import erase_unasked, finish
from matcher.workflows.tombstones import Erased
from models.database import read_session, write_session
from models.tables import Appeal, Candidacy, Outcome, Startup, Submission

_MONTHS = 12


class Why(StrEnum):
    """Why the data of a startup is no longer needed."""

    NOT_SELECTED = "not-selected"
    SELECTED = "selected"
    WITHDRAWN = "withdrawn"
    NEVER_SUBMITTED = "never-submitted"


@dataclass(frozen=True, slots=True)
class Due:
    """A startup whose time is over: why, what it was counted from, and when it was over."""

    startup_id: str
    why: Why
    since: datetime
    until: datetime


def due(session: Session, settings: Settings, now: datetime) -> tuple[Due, ...]:
    """List the startups whose data is to be erased; nothing is changed.

    Kept are invented examples, startups a program still considers without a result, and those with an appeal
    that waits for its answer or could still be sent.

    Args:
        session: one view of the database.
        settings: say how long data is kept.
        now: the present time.
    """
    startups = session.exec(select(Startup).where(col(Startup.invented).is_(False)).order_by(Startup.id))
    judged = (_judge(session, startup, settings) for startup in startups.all())
    return tuple(one for one in judged if one is not None and one.until <= now)


def apply(settings: Settings, engine: Engine, now: datetime) -> tuple[Due, ...]:
    """Erase every startup whose time is over, each in a write unit of its own; give them.

    Raises:
        ServerKeyError: the key the tombstones were made with is gone.
    """
    key = ensure_key(settings, engine)
    with read_session(engine) as session:
        listed = due(session, settings, now)
    done = []
    for one in listed:
        with write_session(engine) as session:
            startup = session.get(Startup, one.startup_id)
            # Somebody may have acted since the list was made.
            if startup is None or _judge(session, startup, settings) != one:
                continue
            marks = erase_unasked(session, settings, key, one.startup_id, f"retention: {one.why.value}")
        finish(settings, engine, Erased.STARTUP, one.startup_id, marks)
        done.append(one)
    return tuple(done)


def _judge(session: Session, startup: Startup, settings: Settings) -> Due | None:
    outcomes = session.exec(select(Outcome).where(Outcome.startup_id == startup.id)).all()
    if _is_waiting(session, startup, outcomes):
        return None
    months, years = settings.retention_months_not_selected, settings.retention_years_selected
    selected = [outcome.published_at for outcome in outcomes if outcome.state == "selected"]
    if selected:
        return _due(startup, Why.SELECTED, max(selected), years * _MONTHS)
    others = [outcome.published_at for outcome in outcomes]
    if startup.withdrawn_at is not None:
        return _due(startup, Why.WITHDRAWN, max([startup.withdrawn_at, *others]), months)
    drafts = session.exec(select(Submission).where(Submission.startup_id == startup.id)).all()
    edits = [draft.edited_at for draft in drafts]
    if others:
        return _due(startup, Why.NOT_SELECTED, max([*others, *edits]), months)
    if drafts and all(draft.submitted_at is None for draft in drafts):
        return _due(startup, Why.NEVER_SUBMITTED, max(edits), months)
    return None


def _is_waiting(session: Session, startup: Startup, outcomes: Sequence[Outcome]) -> bool:
    """Say whether a program still considers it, or an appeal is open."""
    answered = {outcome.program_id for outcome in outcomes}
    considered = session.exec(select(Candidacy.program_id).where(Candidacy.startup_id == startup.id))
    if set(considered) - answered:
        return True
    waiting = select(Appeal.id).where(Appeal.startup_id == startup.id, col(Appeal.answered_at).is_(None))
    return session.exec(waiting.limit(1)).first() is not None


def _due(startup: Startup, why: Why, since: datetime, months: int) -> Due:
    return Due(startup.id, why, since, _later(since, months))


def _later(at: datetime, months: int) -> datetime:
    """Add months; a day the month does not have becomes its last one."""
    count = at.year * _MONTHS + at.month - 1 + months
    year, month = divmod(count, _MONTHS)
    for day in (at.day, 30, 29, 28):
        try:
            return at.replace(year=year, month=month + 1, day=day).astimezone(UTC)
        except ValueError:
            continue
    raise ValueError(at)
