"""What a person sees and changes of the own account: memberships, second factor, sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from matcher.errors import UnknownThingError
from matcher.workflows.accounts import own_account, set_password
from matcher.workflows.audits import Act, record
from matcher.workflows.second_factor import check_own_password, recovery_codes_left
from matcher.workflows.sign_ins import close_sign_ins, is_over
from matcher.workflows.throttles import SignInThrottles
from models.access import Actor
from models.account import Office
from models.base import now_utc
from models.tables import Account, Agency, AgencyMember, SignIn, Startup, StartupMember


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A browser that is signed in."""

    id: str
    agent: str
    address: str
    since: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class AgencySeat:
    """An agency somebody works for; `lead` also edits its programs."""

    name: str
    name_en: str
    lead: bool


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account as its owner sees it."""

    name: str
    email: str
    language: str
    office: Office
    startups: tuple[str, ...]
    agencies: tuple[AgencySeat, ...]
    second_factor_since: datetime | None
    recovery_codes_left: int
    sessions: tuple[SessionLine, ...]


def read_own_account(session: Session, actor: Actor) -> OwnAccount:
    """Give the account of whoever asks.

    Raises:
        SecondFactorNeededError: the session still waits for its code.
    """
    account = own_account(session, actor)
    return OwnAccount(
        name=account.name,
        email=account.email,
        language=account.language,
        office=Office(account.office),
        startups=_startups(session, account),
        agencies=_agencies(session, account),
        second_factor_since=account.totp_confirmed_at,
        recovery_codes_left=recovery_codes_left(session, account),
        sessions=_sessions(session, actor, account),
    )


def change_password(
    session: Session,
    throttles: SignInThrottles,
    actor: Actor,
    *,
    current: str,
    new: str,
    with_tokens: bool = False,
) -> None:
    """Change the own password; every other session ends.

    Args:
        session: an open write unit.
        throttles: counts wrong passwords.
        actor: who signed in.
        current: the present password, as it was typed.
        new: the new one.
        with_tokens: revoke the own API tokens too.

    Raises:
        FieldError: the present password is wrong, or the new one is not good enough.
        TooManyAttemptsError: too many were wrong of late.
    """
    account = own_account(session, actor)
    check_own_password(throttles, account, current)
    set_password(session, actor, account, new, keep_sign_in=actor.sign_in, with_tokens=with_tokens)


def end_session(session: Session, actor: Actor, sign_in_id: str) -> None:
    """End one of the own sessions.

    Raises:
        UnknownThingError: none of them has this id.
    """
    account = own_account(session, actor)
    row = session.get(SignIn, sign_in_id)
    if row is None or row.account_id != account.id:
        raise UnknownThingError("session")
    session.delete(row)
    record(session, actor, Act.SESSIONS_ENDED, about=account.id, details={"ended": 1})


def end_other_sessions(session: Session, actor: Actor) -> None:
    """End every own session except the one that asks."""
    account = own_account(session, actor)
    ended = close_sign_ins(session, account.id, but=actor.sign_in)
    if ended:
        record(session, actor, Act.SESSIONS_ENDED, about=account.id, details={"ended": ended})


def _startups(session: Session, account: Account) -> tuple[str, ...]:
    query = (
        select(Startup.name)
        .join(StartupMember, col(StartupMember.startup_id) == col(Startup.id))
        .where(StartupMember.account_id == account.id)
        .order_by(Startup.name)
    )
    return tuple(session.exec(query))


def _agencies(session: Session, account: Account) -> tuple[AgencySeat, ...]:
    query = (
        select(Agency, AgencyMember)
        .join(AgencyMember, col(AgencyMember.agency_id) == col(Agency.id))
        .where(AgencyMember.account_id == account.id)
        .order_by(Agency.name_en)
    )
    return tuple(AgencySeat(agency.name, agency.name_en, seat.lead) for agency, seat in session.exec(query))


def _sessions(session: Session, actor: Actor, account: Account) -> tuple[SessionLine, ...]:
    query = (
        select(SignIn).where(SignIn.account_id == account.id).order_by(col(SignIn.seen_at).desc(), SignIn.id)
    )
    now = now_utc()
    return tuple(
        SessionLine(row.id, row.device, row.address, row.created_at, row.seen_at, row.id == actor.sign_in)
        for row in session.exec(query)
        if not is_over(row, account, now)
    )
