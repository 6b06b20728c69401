"""Forgotten passwords: a link that sets a new one, once, within the hour."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, delete

from matcher.errors import UnknownThingError
from matcher.workflows.accounts import account_by_email, new_hash, set_hash
from matcher.workflows.audits import Act, record
from matcher.workflows.logins import Browser, email_key, guess_keys
from matcher.workflows.secret_tokens import hash_token, new_token
from matcher.workflows.throttles import SignInThrottles, network_of
from models.access import Actor
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, PasswordReset

GOOD_FOR = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class NewReset:
    """A link that was made for somebody; the token goes into the letter and nowhere else."""

    token: str
    email: str
    name: str
    language: str


def count_asking(throttles: SignInThrottles, email: str, browser: Browser) -> None:
    """Count that a link is asked for, alike whether or not somebody has this address.

    Raises:
        TooManyAttemptsError: this network, or anybody for this address, asked too often of late.
    """
    throttles.reset_networks.take(network_of(browser.address))
    account_key, _ = guess_keys(email_key(email), browser, known=False)
    throttles.reset_accounts.take(account_key)


def make_reset(session: Session, email: str, address: str) -> NewReset | None:
    """Make a link for whoever has this address and could sign in; None where nobody does."""
    account = account_by_email(session, email)
    if account is None or account.disabled_at is not None or account.password_hash is None:
        return None
    now = now_utc()
    session.exec(delete(PasswordReset).where(col(PasswordReset.expires_at) <= now))
    token = new_token()
    session.add(PasswordReset(token_hash=hash_token(token), account_id=account.id, expires_at=now + GOOD_FOR))
    record(session, Actor(address=address), Act.PASSWORD_RESET_ASKED, about=account.id)
    return NewReset(token, account.email, account.name, account.language)


def account_of_reset(session: Session, token: str) -> Account:
    """Give the account a link is for; changes nothing.

    Raises:
        UnknownThingError: the link was used, is too old, or never was one.
    """
    row = session.get(PasswordReset, hash_token(token))
    account = session.get(Account, row.account_id) if row else None
    if row is None or account is None or row.used_at or row.expires_at <= now_utc() or account.disabled_at:
        raise UnknownThingError("password reset")
    return account


def reset_password(engine: Engine, token: str, password: str, address: str) -> None:
    """Set the password a link was asked for; sessions end, tokens are revoked, the second factor stays.

    Args:
        engine: the database; the write lock is held only after the password was hashed.
        token: the secret of the link.
        password: the new one, as it was typed.
        address: network address, for the audit log.

    Raises:
        UnknownThingError: the link was used, is too old, or never was one.
        FieldError: the password is too short, too long or easy to guess.
    """
    with read_session(engine) as session:
        hashed = new_hash(account_of_reset(session, token), password)
    with write_session(engine) as session:
        # In the meantime the link may have been used, or the account shut.
        account = account_of_reset(session, token)
        # The link itself goes with all others of the account.
        set_hash(session, Actor(address=address), account, hashed, with_tokens=True)
