"""What the audit log answers: who saw a startup, and what happened in a month."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import String, cast, func, or_
from sqlmodel import Session, col, select

from matcher.errors import FieldError, UnknownStartupError
from matcher.workflows.audits import Act
from models.tables import Account, AuditEntry, Startup

MOST_READERS = 20
_READINGS = (Act.PROFILE_READ.value, Act.PROFILES_LISTED.value)


@dataclass(frozen=True, slots=True)
class Person:
    """Who acted; name and e-mail are empty where the account is gone, or never was one."""

    id: str
    name: str = ""
    email: str = ""

    def __str__(self) -> str:
        """Name the person, else give the id."""
        return f"{self.name} <{self.email}>" if self.email else self.id


@dataclass(frozen=True, slots=True)
class Sighting:
    """One entry about a startup."""

    entry: int
    at: datetime
    who: Person
    role: str
    address: str
    act: str
    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """How much one account read in a month: times profiles were opened or listed, and different startups."""

    who: Person
    times: int
    startups: int


@dataclass(frozen=True, slots=True)
class MonthReport:
    """What is looked at every month.

    Attributes:
        month: year and month, as 2026-11.
        entries: how many acts were written down.
        acts: how often each act was done in each role: (act, role, times).
        exports: every export with its reason.
        readers: the accounts that read most, at most 20.
        stopped: the times somebody was stopped for reading too much.
    """

    month: str
    entries: int
    acts: tuple[tuple[str, str, int], ...]
    exports: tuple[Sighting, ...]
    readers: tuple[Reader, ...]
    stopped: tuple[Sighting, ...]


def who_saw(session: Session, startup_id: str) -> tuple[Sighting, ...]:
    """List everything that was written down about a startup, oldest first: read, listed, exported, decided.

    Raises:
        UnknownStartupError: there is no such startup, and nothing was ever written down about it.
    """
    if not startup_id or not startup_id.isprintable():
        raise UnknownStartupError(startup_id)
    # Lists of startups stand in the details as JSON; the quoted id is looked for first, then the list itself.
    quoted = json.dumps(startup_id)
    found = session.exec(
        select(AuditEntry)
        .where(
            or_(
                col(AuditEntry.subject) == startup_id,
                func.instr(cast(col(AuditEntry.details), String), quoted) > 0,
            )
        )
        .order_by(col(AuditEntry.id))
    ).all()
    entries = [
        entry
        for entry in found
        if entry.subject == startup_id or startup_id in (entry.details.get("startups") or ())
    ]
    if not entries and session.get(Startup, startup_id) is None:
        raise UnknownStartupError(startup_id)
    return _sightings(session, entries)


def month_report(session: Session, month: str) -> MonthReport:
    """Sum up a month: the check personal information law asks for.

    Args:
        session: one view of the database.
        month: year and month, as 2026-11; months are counted in UTC.

    Raises:
        FieldError: this is no month.
    """
    begin, end = _limits(month)
    within = (col(AuditEntry.at) >= begin, col(AuditEntry.at) < end)
    acts = session.exec(
        select(AuditEntry.act, AuditEntry.role, func.count())
        .where(*within)
        .group_by(col(AuditEntry.act), col(AuditEntry.role))
        .order_by(col(AuditEntry.act), col(AuditEntry.role))
    ).all()
    telling = session.exec(
        select(AuditEntry)
        .where(*within, col(AuditEntry.act).in_([Act.EXPORTED.value, Act.READING_STOPPED.value]))
        .order_by(col(AuditEntry.id))
    ).all()
    return MonthReport(
        month=month,
        entries=sum(row[2] for row in acts),
        acts=tuple((row[0], row[1], row[2]) for row in acts),
        exports=_sightings(session, [row for row in telling if row.act == Act.EXPORTED.value]),
        readers=_readers(session, begin, end),
        stopped=_sightings(session, [row for row in telling if row.act == Act.READING_STOPPED.value]),
    )


def _limits(month: str) -> tuple[datetime, datetime]:
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    except ValueError as error:
        raise FieldError("month", f"{month!r} is no month such as 2026-11") from error
    return begin, end


def _readers(session: Session, begin: datetime, end: datetime) -> tuple[Reader, ...]:
    times: Counter[str] = Counter()
    startups: dict[str, set[str]] = {}
    readings = session.exec(
        select(AuditEntry.actor, AuditEntry.subject, AuditEntry.details).where(
            col(AuditEntry.at) >= begin, col(AuditEntry.at) < end, col(AuditEntry.act).in_(_READINGS)
        )
    )
    for actor, subject, details in readings:
        times[actor] += 1
        startups.setdefault(actor, set()).update([subject] if subject else details.get("startups", ()))
    most = sorted(times, key=lambda actor: (-len(startups[actor]), -times[actor], actor))[:MOST_READERS]
    people = _people(session, set(most))
    return tuple(Reader(people[actor], times[actor], len(startups[actor])) for actor in most)


def _sightings(session: Session, entries: list[AuditEntry]) -> tuple[Sighting, ...]:
    people = _people(session, {entry.actor for entry in entries})
    return tuple(
        Sighting(
            entry=entry.id or 0,
            at=entry.at,
            who=people[entry.actor],
            role=entry.role,
            address=entry.address,
            act=entry.act,
            about=entry.object,
            reason=entry.reason,
        )
        for entry in entries
    )


def _people(session: Session, actors: set[str]) -> dict[str, Person]:
    """Name the actors that still have an account; one by one, since a question takes only so many ids."""
    found = {actor: session.get(Account, actor) for actor in actors}
    return {
        actor: Person(actor, account.name, account.email) if account else Person(actor)
        for actor, account in found.items()
    }
