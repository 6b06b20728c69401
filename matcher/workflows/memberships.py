"""Who belongs to which startup and agency, and changing it.

Taking a membership away ends rights and nothing else: they are read anew for every request, so the next one
is denied, in every browser and with every token. An agency may lose its last lead, because a manager can
invite another; a founder cannot leave a startup without any, but a manager or an admin may do that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from matcher.errors import AccessDeniedError, FieldError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.accounts import OwnSeatError
from matcher.workflows.audits import Act, record
from matcher.workflows.conflict_findings import detect_conflicts
from matcher.workflows.sign_ins import revoke_tokens
from models.access import (
    Action,
    Actor,
    On,
    Role,
    accounts_for,
    agency_members_for,
    authorize,
    startup_members_for,
    startups_for,
)
from models.account import Office
from models.tables import Account, Agency, AgencyMember, City, Startup, StartupMember

_OF_AGENCIES = frozenset({Role.REVIEWER, Role.LEAD})
_OFFICES = {Role.MANAGER: Office.MANAGER, Role.ADMIN: Office.ADMIN}


class AlreadyMemberError(FieldError):
    """The person already is what is to be given."""

    def __init__(self) -> None:
        """Name the field of the address."""
        super().__init__("email", "already belongs to it")


@dataclass(frozen=True, slots=True)
class Seat:
    """A role and the startup or agency it is held at; managers and admins hold it at neither."""

    role: Role
    startup_id: str | None = None
    agency_id: str | None = None

    @property
    def details(self) -> dict[str, str]:
        """What the audit log says of it beside the startup."""
        return {"role": self.role.value} | ({"agency": self.agency_id} if self.agency_id else {})


@dataclass(frozen=True, slots=True)
class Membership:
    """A seat somebody holds, with the names a page shows, and what the reader may do about it."""

    role: Role
    startup_id: str | None
    agency_id: str | None
    startup_name: str
    agency_name: str
    agency_name_en: str
    since: datetime
    may_remove: bool
    may_change: bool
    agency_country: str = ""


def check_seat(session: Session, seat: Seat) -> None:
    """Refuse a role at a place that does not exist or does not go with it.

    Raises:
        FieldError: names `role`, `startup_id` or `agency_id`.
    """
    if seat.role not in {Role.FOUNDER, *_OF_AGENCIES, *_OFFICES}:
        raise FieldError("role", "cannot be given")
    if (seat.role is Role.FOUNDER) != (seat.startup_id is not None):
        raise FieldError("startup_id", "goes with founders, and with nobody else")
    if (seat.role in _OF_AGENCIES) != (seat.agency_id is not None):
        raise FieldError("agency_id", "goes with reviewers and leads, and with nobody else")
    if seat.startup_id is not None and not _exists(session, Startup, seat.startup_id):
        raise FieldError("startup_id", "no startup has this id")
    if seat.agency_id is not None and not _exists(session, Agency, seat.agency_id):
        raise FieldError("agency_id", "no agency has this id")


def holds(session: Session, account: Account, seat: Seat) -> bool:
    """Say whether somebody already has this seat, or a larger one at the same place."""
    if seat.startup_id is not None:
        return session.get(StartupMember, (account.id, seat.startup_id)) is not None
    if seat.agency_id is not None:
        member = session.get(AgencyMember, (account.id, seat.agency_id))
        return member is not None and (member.lead or seat.role is Role.REVIEWER)
    return account.office != Office.NONE


def give(session: Session, account: Account, seat: Seat) -> bool:
    """Seat somebody without asking who does it; the callers ask, and write it down.

    A lead who is given the seat of a reviewer stays a lead, and who holds an office keeps it.

    Returns:
        Whether anything changed.
    """
    if holds(session, account, seat):
        return False
    if seat.startup_id is not None:
        session.add(StartupMember(account_id=account.id, startup_id=seat.startup_id))
        detect_conflicts(session)
    elif seat.agency_id is not None:
        member = session.get(AgencyMember, (account.id, seat.agency_id))
        member = member or AgencyMember(account_id=account.id, agency_id=seat.agency_id)
        member.lead = seat.role is Role.LEAD
        session.add(member)
    else:
        account.office = _OFFICES[seat.role].value
        # They were made for what the account was before.
        revoke_tokens(session, account.id)
    _bump(session, account)
    return True


def memberships_of(
    session: Session, actor: Actor, account_ids: Collection[str]
) -> dict[str, tuple[Membership, ...]]:
    """List the seats of accounts as far as this actor may see them: startups first, then agencies."""
    founded = startup_members_for(actor).where(col(StartupMember.account_id).in_(account_ids))
    works = agency_members_for(actor).where(col(AgencyMember.account_id).in_(account_ids))
    found: dict[str, list[Membership]] = {account_id: [] for account_id in account_ids}
    for founder in session.exec(founded.order_by(col(StartupMember.startup_id))):
        found[founder.account_id].append(_of_startup(session, actor, founder))
    for member in session.exec(works.order_by(col(AgencyMember.agency_id))):
        found[member.account_id].append(_of_agency(session, actor, member))
    return {account_id: tuple(seats) for account_id, seats in found.items()}


def add(session: Session, actor: Actor, account_id: str, seat: Seat) -> None:
    """Seat an account that exists, without an invitation.

    Raises:
        UnknownThingError: there is no such account for this actor.
        AccessDeniedError: only managers and admins do this, and only they give what they may invite to;
            an office is given by `accounts.set_office`.
        OwnSeatError: it is the actor's own account.
        FieldError: the place does not exist, or the person already belongs to it.
    """
    account = find_account(session, actor, account_id)
    if not (actor.manager or actor.admin or actor.operator) or seat.role in _OFFICES:
        raise AccessDeniedError("membership: only a manager or an admin adds one")
    _must_manage(actor, seat)
    check_seat(session, seat)
    _must_be_anothers(actor, account)
    if not give(session, account, seat):
        raise AlreadyMemberError
    _record(session, actor, Act.MEMBER_ADDED, account.id, seat)


def remove(session: Session, actor: Actor, account_id: str, seat: Seat) -> None:
    """Take a seat away.

    A lead removes reviewers of the own agencies; managers and admins anybody, also the last founder.

    Args:
        session: an open write unit.
        actor: who does it.
        account_id: whose seat it is.
        seat: the place; which role is held there is read from the row.

    Raises:
        UnknownThingError: there is no such account or membership for this actor.
        AccessDeniedError: this actor may see but not remove it.
    """
    account = find_account(session, actor, account_id)
    row, held = _seat_of(session, actor, account.id, seat)
    _must_manage(actor, held)
    session.delete(row)
    _bump(session, account)
    _record(session, actor, Act.MEMBER_REMOVED, account.id, held)


def set_lead(session: Session, actor: Actor, account_id: str, agency_id: str, *, lead: bool) -> None:
    """Make a reviewer a lead, or a lead a reviewer.

    Raises:
        UnknownThingError: there is no such account or membership for this actor.
        AccessDeniedError: only managers and admins do this.
        OwnSeatError: somebody would make a lead of the own account.
    """
    account = find_account(session, actor, account_id)
    row, held = _seat_of(session, actor, account.id, Seat(Role.REVIEWER, agency_id=agency_id))
    _must_manage(actor, Seat(Role.LEAD, agency_id=agency_id))
    assert isinstance(row, AgencyMember)  # noqa: S101  the seat names an agency
    if row.lead == lead:
        return
    if lead:
        _must_be_anothers(actor, account)
    row.lead = lead
    session.add(row)
    _bump(session, account)
    now_held = Seat(Role.LEAD if lead else Role.REVIEWER, agency_id=agency_id)
    details = {"from": held.role.value, "to": now_held.role.value, "agency": agency_id}
    record(session, actor, Act.MEMBER_CHANGED, about=account.id, details=details)


def leave_startup(session: Session, actor: Actor, startup_id: str) -> None:
    """Give up being a founder of a startup.

    Raises:
        SecondFactorNeededError: the session still waits for its code.
        UnknownThingError: this actor is no founder of it.
        FieldError: nobody would be left.
    """
    if actor.waits_for_code:
        raise SecondFactorNeededError
    row = session.get(StartupMember, (actor.account_id, startup_id)) if startup_id.isprintable() else None
    if row is None or actor.scopes is not None:
        raise UnknownThingError("membership")
    members = session.exec(select(StartupMember).where(StartupMember.startup_id == startup_id)).all()
    if len(members) == 1:
        raise FieldError("startup", "would be left without a founder")
    account = session.get_one(Account, row.account_id)
    session.delete(row)
    _bump(session, account)
    _record(session, actor, Act.MEMBER_REMOVED, account.id, Seat(Role.FOUNDER, startup_id=startup_id))


def find_account(session: Session, actor: Actor, account_id: str) -> Account:
    """Find an account this actor may see.

    Raises:
        UnknownThingError: there is none with this id, or this actor may not see it.
    """
    query = accounts_for(actor).where(Account.id == account_id)
    account = session.exec(query).first() if account_id.isprintable() else None
    if account is None:
        raise UnknownThingError("account")
    return account


def _exists(session: Session, table: type[Startup | Agency], row_id: str) -> bool:
    # An id with half a character is unknown without asking the database, which could not take it.
    return row_id.isprintable() and session.get(table, row_id) is not None


def _seat_of(
    session: Session, actor: Actor, account_id: str, seat: Seat
) -> tuple[StartupMember | AgencyMember, Seat]:
    """Find the row of a seat this actor may see, and the role that is held there."""
    if not (seat.startup_id or seat.agency_id or "").isprintable():
        raise UnknownThingError("membership")
    if seat.startup_id is not None:
        founded = startup_members_for(actor).where(
            StartupMember.account_id == account_id, StartupMember.startup_id == seat.startup_id
        )
        founder = session.exec(founded).first()
        if founder is not None:
            return founder, Seat(Role.FOUNDER, startup_id=founder.startup_id)
    elif seat.agency_id is not None:
        works = agency_members_for(actor).where(
            AgencyMember.account_id == account_id, AgencyMember.agency_id == seat.agency_id
        )
        member = session.exec(works).first()
        if member is not None:
            return member, Seat(Role.LEAD if member.lead else Role.REVIEWER, agency_id=member.agency_id)
    raise UnknownThingError("membership")


def startup_title(session: Session, actor: Actor, startup_id: str) -> str:
    """Name a startup to this actor: who may not read it is told its id alone."""
    seen = session.exec(startups_for(actor).where(col(Startup.id) == startup_id)).first()
    return seen.name if seen else startup_id


def _of_startup(session: Session, actor: Actor, row: StartupMember) -> Membership:
    name = startup_title(session, actor, row.startup_id)
    removable = _may_manage(actor, Seat(Role.FOUNDER, startup_id=row.startup_id))
    return Membership(
        Role.FOUNDER, row.startup_id, None, name, "", "", row.since, removable, may_change=False
    )


def _of_agency(session: Session, actor: Actor, row: AgencyMember) -> Membership:
    agency = session.get_one(Agency, row.agency_id)
    role = Role.LEAD if row.lead else Role.REVIEWER
    return Membership(
        role,
        None,
        agency.id,
        "",
        agency.name,
        agency.name_en,
        row.since,
        _may_manage(actor, Seat(role, agency_id=agency.id)),
        _may_manage(actor, Seat(Role.LEAD, agency_id=agency.id)),
        session.get_one(City, agency.city_id).country,
    )


def _may_manage(actor: Actor, seat: Seat) -> bool:
    on = On(startup_id=seat.startup_id, agency_id=seat.agency_id, role=seat.role)
    return authorize(actor, Action.MANAGE_MEMBERS, on)


def _must_manage(actor: Actor, seat: Seat) -> None:
    if not _may_manage(actor, seat):
        raise AccessDeniedError("membership: not this actor's to change")


def _must_be_anothers(actor: Actor, account: Account) -> None:
    """Whoever gives rights reads nothing by them: a second person has to stand for it."""
    if account.id == actor.account_id:
        raise OwnSeatError


def _bump(session: Session, account: Account) -> None:
    account.revision += 1
    session.add(account)
    session.flush()


def _record(session: Session, actor: Actor, act: Act, account_id: str, seat: Seat) -> None:
    record(session, actor, act, subject=seat.startup_id or "", about=account_id, details=seat.details)
