"""Who has seen a profile, for its founders: agency, role, act and time from the audit log, never a name."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, cast, func, or_
from sqlmodel import Session, col, select

from matcher.workflows.audits import Act
from matcher.workflows.own_startups import own_startup
from models.access import Actor, Role
from models.tables import Agency, AgencyMember, AuditEntry, City, Program, StartupMember

MOST_SHOWN = 500

SEEN = (Act.PROFILE_READ, Act.PROFILES_LISTED, Act.EXPORTED, Act.DATA_EXPORTED)
"""Acts in which somebody was shown or took away what a profile holds."""


class ReaderRole(StrEnum):
    """What a reader was at that time."""

    REVIEWER = "reviewer"
    MANAGER = "manager"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class ReaderAgency:
    """An agency, as pages name it."""

    agency_name: str
    agency_name_en: str
    agency_country: str


@dataclass(frozen=True, slots=True)
class SeenLine:
    """One time the profile was seen; without agencies where it was nobody of an agency."""

    at: datetime
    act: Act
    role: ReaderRole
    agencies: tuple[ReaderAgency, ...]


def who_has_seen(session: Session, actor: Actor, startup_id: str) -> tuple[SeenLine, ...]:
    """List who has seen a startup's profile, newest first, its own founders left out; at most 500.

    Raises:
        UnknownStartupError: the actor is no founder of it.
    """
    own_startup(session, actor, startup_id)
    founders = set(
        session.exec(select(StartupMember.account_id).where(StartupMember.startup_id == startup_id))
    )
    quoted = json.dumps(startup_id)
    rows = session.exec(
        select(AuditEntry)
        .where(
            col(AuditEntry.act).in_([act.value for act in SEEN]),
            or_(
                col(AuditEntry.subject) == startup_id,
                func.instr(cast(col(AuditEntry.details), String), quoted) > 0,
            ),
        )
        .order_by(col(AuditEntry.id).desc())
    )
    found = []
    for row in rows:
        if row.actor in founders:
            continue
        if row.subject != startup_id and startup_id not in (row.details.get("startups") or ()):
            continue
        found.append(SeenLine(row.at, Act(row.act), _role_of(row.role), _agencies_of(session, row)))
        if len(found) == MOST_SHOWN:
            break
    return tuple(found)


def _role_of(roles: str) -> ReaderRole:
    held = set(roles.split(","))
    if Role.OPERATOR.value in held:
        return ReaderRole.OPERATOR
    if held & {Role.MANAGER.value, Role.ADMIN.value}:
        return ReaderRole.MANAGER
    return ReaderRole.REVIEWER


def _agencies_of(session: Session, row: AuditEntry) -> tuple[ReaderAgency, ...]:
    """Name the agency of the program it was about, else those the reader works for now."""
    if _role_of(row.role) is not ReaderRole.REVIEWER:
        return ()
    query = select(Agency, City.country).join(City, col(City.id) == col(Agency.city_id))
    of_program = query.join(Program, col(Program.agency_id) == col(Agency.id)).where(Program.id == row.object)
    found = session.exec(of_program).all()
    if not found:
        of_reader = (
            query.join(AgencyMember, col(AgencyMember.agency_id) == col(Agency.id))
            .where(AgencyMember.account_id == row.actor)
            .order_by(Agency.name_en)
        )
        found = session.exec(of_reader).all()
    return tuple(ReaderAgency(agency.name, agency.name_en, country) for agency, country in found)
