"""Signed-in browsers: sessions as rows, with the rights read anew for every request."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from matcher.workflows.secret_tokens import hash_token, new_token
from models.access import Actor, Scope
from models.base import now_utc
from models.tables import Account, AgencyMember, ApiToken, SignIn, StartupMember

IDLE = timedelta(hours=2)
STAFF_IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH_AFTER = timedelta(minutes=1)
"""A session's last use is written at most so often, so that reading pages seldom writes."""

TOKEN_PREFIX = "landfall_"  # noqa: S105  lets secret scanners recognise a token that leaked


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A session that was just opened; the token is shown to the browser and nowhere stored."""

    token: str
    sign_in_id: str


def open_sign_in(
    session: Session, account: Account, *, device: str, address: str, with_code: bool = False
) -> NewSignIn:
    """Open a session for an account.

    Args:
        session: an open write unit.
        account: whose password was right.
        device: what the browser says it is, for the list of sessions.
        address: its network address.
        with_code: whether the second factor was given too.
    """
    token = new_token()
    now = now_utc()
    row = SignIn(
        token_hash=hash_token(token),
        account_id=account.id,
        second_factor_at=now if with_code else None,
        device=device[:200],
        address=address[:64],
    )
    session.add(row)
    session.flush()
    return NewSignIn(token, row.id)


def close_sign_ins(session: Session, account_id: str, *, but: str | None = None) -> int:
    """End every session of an account, except one.

    Returns:
        How many were ended.
    """
    rows = session.exec(select(SignIn).where(SignIn.account_id == account_id)).all()
    ended = [row for row in rows if row.id != but]
    for row in ended:
        session.delete(row)
    session.flush()
    return len(ended)


def revoke_tokens(session: Session, account_id: str) -> int:
    """Revoke every API token of an account for good.

    Returns:
        How many were good until now.
    """
    good = select(ApiToken).where(ApiToken.account_id == account_id, col(ApiToken.revoked_at).is_(None))
    rows, now = session.exec(good).all(), now_utc()
    for row in rows:
        row.revoked_at = now
        session.add(row)
    session.flush()
    return len(rows)


def drop_old_sign_ins(session: Session, now: datetime) -> None:
    """Delete the sessions that are over."""
    session.exec(delete(SignIn).where(col(SignIn.created_at) < now - LONGEST))


def actor_of_cookie(session: Session, token: str, address: str) -> Actor:
    """Say who a browser's session cookie belongs to; an anonymous actor where it is not good."""
    row = session.exec(select(SignIn).where(SignIn.token_hash == hash_token(token))).first()
    account = session.get(Account, row.account_id) if row else None
    if row is None or account is None or account.disabled_at or is_over(row, account, now_utc()):
        return Actor(address=address)
    waits = needs_second_factor(account) and row.second_factor_at is None
    return _actor(session, account, address, waits=waits, sign_in=row.id)


def actor_of_token(session: Session, token: str, address: str) -> Actor:
    """Say whose API token this is; an anonymous actor where it is not good.

    Where the account needs a second factor, no token is good before one was set up.
    """
    row = session.exec(select(ApiToken).where(ApiToken.token_hash == hash_token(token))).first()
    account = session.get(Account, row.account_id) if row else None
    if row is None or account is None or account.disabled_at or row.revoked_at or row.expires_at <= now_utc():
        return Actor(address=address)
    if needs_second_factor(account) and account.totp_confirmed_at is None:
        return Actor(address=address)
    return _actor(session, account, address, scopes=frozenset(Scope(scope) for scope in row.scopes))


def actor_of_account(session: Session, account: Account) -> Actor:
    """Give the actor an account is when it is fully signed in; for commands and tests."""
    return _actor(session, account, "")


def needs_second_factor(account: Account) -> bool:
    """Say whether this account may do nothing without a code: staff of the alliance, and who chose so."""
    return account.office != "none" or account.totp_confirmed_at is not None


def due_for_touch(session: Session, actor: Actor) -> bool:
    """Say whether the use of this session is to be written down."""
    row = session.get(SignIn, actor.sign_in) if actor.sign_in else None
    return row is not None and row.seen_at <= now_utc() - TOUCH_AFTER


def touch(session: Session, actor: Actor) -> None:
    """Write down that this session was used."""
    row = session.get(SignIn, actor.sign_in) if actor.sign_in else None
    if row is not None:
        row.seen_at = now_utc()
        session.add(row)


def is_over(row: SignIn, account: Account, now: datetime) -> bool:
    """Say whether a session has ended by itself: too old, or unused for too long."""
    idle = STAFF_IDLE if account.office != "none" else IDLE
    return row.created_at <= now - LONGEST or row.seen_at <= now - idle


def _actor(
    session: Session,
    account: Account,
    address: str,
    *,
    scopes: frozenset[Scope] | None = None,
    waits: bool = False,
    sign_in: str | None = None,
) -> Actor:
    startups = session.exec(
        select(StartupMember.startup_id).where(StartupMember.account_id == account.id)
    ).all()
    agencies = session.exec(select(AgencyMember).where(AgencyMember.account_id == account.id)).all()
    return Actor(
        account_id=account.id,
        name=account.name,
        startups=frozenset(startups),
        agencies=frozenset(row.agency_id for row in agencies),
        leads=frozenset(row.agency_id for row in agencies if row.lead),
        manager=account.office == "manager",
        admin=account.office == "admin",
        scopes=scopes,
        waits_for_code=waits,
        address=address,
        sign_in=sign_in,
    )
