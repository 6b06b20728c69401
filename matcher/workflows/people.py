"""People: the accounts somebody may see, what they belong to, and what may be done about them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false
from sqlmodel import Session, col, or_, select

from matcher.workflows.memberships import Membership, find_account, memberships_of
from models.access import (
    Action,
    Actor,
    Role,
    accounts_for,
    agency_members_for,
    authorize,
    startup_members_for,
)
from models.account import Office
from models.tables import Account, Agency, AgencyMember, City, StartupMember


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What a reader narrows the list to; empty means everything."""

    role: Role | None = None
    words: str = ""
    startup_id: str = ""
    agency_id: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """An account as those see it who look after it; `waits` says that nobody ever signed in with it."""

    id: str
    name: str
    email: str
    office: Office
    disabled: bool
    waits: bool
    since: datetime
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency somebody can be seated at."""

    id: str
    agency_name: str
    agency_name_en: str
    agency_country: str


def list_people(
    session: Session, actor: Actor, narrow: PeopleFilter, *, page: int, size: int
) -> tuple[tuple[Person, ...], bool]:
    """List the accounts this actor may see, by name.

    Args:
        session: an open unit.
        actor: who looks.
        narrow: every filter that is set must fit; roles are those this actor may know of.
        page: from 1.
        size: most people on a page.

    Returns:
        The people, and whether another page follows.
    """
    query = (
        accounts_for(actor).where(*_conditions(actor, narrow)).order_by(col(Account.name), col(Account.id))
    )
    accounts = session.exec(query.offset((page - 1) * size).limit(size + 1)).all()
    shown = accounts[:size]
    seats = memberships_of(session, actor, [account.id for account in shown])
    return tuple(_person(account, seats[account.id]) for account in shown), len(accounts) > size


def read_person(session: Session, actor: Actor, account_id: str) -> Person:
    """Read one account.

    Raises:
        UnknownThingError: there is none with this id, or this actor may not see it.
    """
    account = find_account(session, actor, account_id)
    return _person(account, memberships_of(session, actor, [account.id])[account.id])


def seatable_agencies(session: Session, actor: Actor) -> tuple[AgencyChoice, ...]:
    """List the agencies this actor may seat people at: a lead the own ones, managers and admins all."""
    query = (
        select(Agency, col(City.country))
        .join(City, col(Agency.city_id) == City.id)
        .order_by(col(Agency.name_en), col(Agency.id))
    )
    if not (actor.manager or actor.admin or actor.operator):
        query = query.where(col(Agency.id).in_(sorted(actor.leads)))
    return tuple(AgencyChoice(row.id, row.name, row.name_en, country) for row, country in session.exec(query))


def knowable_roles(actor: Actor) -> tuple[Role, ...]:
    """List the roles this actor may look for."""
    if authorize(actor, Action.MANAGE_ACCOUNTS):
        return (Role.FOUNDER, Role.REVIEWER, Role.LEAD, Role.MANAGER, Role.ADMIN)
    return (Role.FOUNDER, Role.REVIEWER, Role.LEAD) if actor.manager else (Role.REVIEWER, Role.LEAD)


def _conditions(actor: Actor, narrow: PeopleFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if not narrow.words.isprintable():
        # SQLite ends a pattern at a NUL, so that everybody would fit.
        found.append(false())
    elif narrow.words:
        found.append(
            or_(
                col(Account.name).icontains(narrow.words, autoescape=True),
                col(Account.email).icontains(narrow.words, autoescape=True),
            )
        )
    founders = startup_members_for(actor).where(col(StartupMember.account_id) == col(Account.id))
    members = agency_members_for(actor).where(col(AgencyMember.account_id) == col(Account.id))
    if narrow.startup_id:
        found.append(founders.where(StartupMember.startup_id == narrow.startup_id).exists())
    if narrow.agency_id:
        found.append(members.where(AgencyMember.agency_id == narrow.agency_id).exists())
    if narrow.role is Role.FOUNDER:
        found.append(founders.exists())
    elif narrow.role in {Role.REVIEWER, Role.LEAD}:
        found.append(members.where(col(AgencyMember.lead).is_(narrow.role is Role.LEAD)).exists())
    elif narrow.role is not None:
        found.append(col(Account.office) == narrow.role.value)
    return found


def _person(account: Account, seats: tuple[Membership, ...]) -> Person:
    return Person(
        account.id,
        account.name,
        account.email,
        Office(account.office),
        account.disabled_at is not None,
        account.password_hash is None,
        account.created_at,
        seats,
    )
