"""How many different startups one account may read within an hour, and the entries that count them.

Pages, API and lists that are taken away share one budget, because all of them write what was opened into
the audit log and the log is what is counted. It is a brake for an account that was taken over or means harm,
not a right.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.errors import TooManyAttemptsError
from matcher.workflows.audits import Act, record
from models.access import Actor
from models.base import now_utc
from models.database import write_session
from models.tables import AuditEntry

WINDOW = timedelta(hours=1)

_READINGS = (Act.PROFILE_READ.value, Act.PROFILES_LISTED.value, Act.EXPORTED.value)


def account_for_reading(
    engine: Engine, actor: Actor, startup_ids: Iterable[str], about: str = "", *, limit: int
) -> None:
    """Check the budget and write down what is about to be shown, in one short write unit of its own.

    Call it in a GET route after the scoped query found the startups and before the answer leaves:
    `account_for_reading(engine, actor, [startup.id], limit=settings.profiles_per_hour)`. In a request that
    holds a write unit itself it would wait for that one: such a route calls `note_reading`.

    Args:
        engine: the database.
        actor: who reads.
        startup_ids: the startups whose facts and texts are shown. One is written as `profile-read`, several
            as one `profiles-listed`; none writes nothing. A founder's own startups are neither written nor
            counted.
        about: id of the program whose candidates they are, where there is one.
        limit: different startups an account may read within an hour: `settings.profiles_per_hour`.

    Raises:
        TooManyAttemptsError: this would be more than the limit; nothing may be shown. Says when it fits.
    """
    wanted = _others(actor, startup_ids)
    if not wanted:
        return
    with write_session(engine) as session:
        wait = note_reading(session, actor, wanted, about, limit=limit)
    # Raised only here: inside, the entry that says so would be rolled back.
    if wait:
        raise TooManyAttemptsError(wait)


def note_reading(
    session: Session, actor: Actor, startup_ids: Iterable[str], about: str = "", *, limit: int
) -> int:
    """Check the budget and write down what is about to be shown, in the caller's write unit.

    Args:
        session: an open write unit; to keep the entry that reading was stopped, it has to be committed.
        actor: who reads.
        startup_ids: as in `account_for_reading`.
        about: as in `account_for_reading`.
        limit: as in `account_for_reading`.

    Returns:
        0 where it may be shown, else the seconds until it fits.
    """
    wanted = _others(actor, startup_ids)
    if not wanted:
        return 0
    if wait := check_reading(session, actor, wanted, about, limit=limit):
        return wait
    if len(wanted) == 1:
        record(session, actor, Act.PROFILE_READ, subject=wanted[0], about=about)
    else:
        record(session, actor, Act.PROFILES_LISTED, about=about, details={"startups": wanted})
    return 0


def check_reading(
    session: Session, actor: Actor, startup_ids: Iterable[str], about: str = "", *, limit: int
) -> int:
    """Check the budget for an act that writes entries of its own, such as taking a list away.

    Args:
        session: as in `note_reading`; only an entry that reading was stopped is written.
        actor: who reads.
        startup_ids: as in `account_for_reading`.
        about: as in `account_for_reading`.
        limit: as in `account_for_reading`.

    Returns:
        0 where it may be shown, else the seconds until it fits.
    """
    wanted = _others(actor, startup_ids)
    if not wanted:
        return 0
    now = now_utc()
    entries = _recent(session, actor, now)
    # A list that is taken away names its reader's own startups too.
    seen = {one: at for one, at in _last_read(entries).items() if one not in actor.startups}
    wait = _wait(seen, wanted, now, limit)
    # One entry for each time reading stops, not one for each try after it.
    if wait and (not entries or entries[-1].act != Act.READING_STOPPED.value):
        details = {"asked": len(wanted), "read": len(seen), "limit": limit}
        record(session, actor, Act.READING_STOPPED, about=about, details=details)
    return wait


def _others(actor: Actor, startup_ids: Iterable[str]) -> list[str]:
    return sorted(set(startup_ids) - actor.startups)


def _recent(session: Session, actor: Actor, now: datetime) -> list[AuditEntry]:
    """Give the readings of the last hour, oldest first, without reading the whole log.

    Entries are numbered in the order of time, so the first one that is too old, seen from the end, bounds
    the search.
    """
    too_old = select(AuditEntry.id).where(col(AuditEntry.at) <= now - WINDOW)
    last = session.exec(too_old.order_by(col(AuditEntry.id).desc()).limit(1)).first()
    recent = select(AuditEntry).where(
        AuditEntry.actor == actor.key,
        col(AuditEntry.act).in_([*_READINGS, Act.READING_STOPPED.value]),
        col(AuditEntry.id) > (last or 0),
    )
    return list(session.exec(recent.order_by(col(AuditEntry.id))).all())


def _last_read(entries: Iterable[AuditEntry]) -> dict[str, datetime]:
    """Give the startups that were read and when each was read last; entries are in the order of time."""
    seen: dict[str, datetime] = {}
    for entry in entries:
        if entry.act not in _READINGS:
            continue
        for startup_id in [entry.subject] if entry.subject else entry.details.get("startups", []):
            seen[startup_id] = entry.at
    return seen


def _wait(seen: dict[str, datetime], wanted: list[str], now: datetime, limit: int) -> int:
    """Give the seconds until the wanted startups fit beside those read within the hour; 0 if they do."""
    too_many = len(seen.keys() | set(wanted)) - limit
    if too_many <= 0:
        return 0
    leaving = sorted(at for startup_id, at in seen.items() if startup_id not in wanted)
    # More at once than an hour allows never fits; a whole window is said then.
    free_at = leaving[too_many - 1] + WINDOW if too_many <= len(leaving) else now + WINDOW
    return max(1, math.ceil((free_at - now).total_seconds()))
