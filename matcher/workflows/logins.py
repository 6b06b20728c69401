"""Signing in and out: what a password opens, and how often it may be guessed.

The password is compared before the write lock is taken: a comparison takes a core for a moment, and
whoever guesses must not keep others from saving.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from matcher.errors import FieldError, TooManyAttemptsError
from matcher.workflows.accounts import account_by_email, fold_email
from matcher.workflows.audits import Act, record
from matcher.workflows.passwords import hash_password, needs_rehash, verify_password
from matcher.workflows.secret_tokens import hash_token, new_token
from matcher.workflows.sign_ins import (
    actor_of_account,
    drop_old_sign_ins,
    needs_second_factor,
    open_sign_in,
)
from matcher.workflows.throttles import SignInThrottles, network_of
from models.access import Actor
from models.account import EMAIL_LENGTH
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, KnownDevice, SignIn

DEVICE_KNOWN_FOR = timedelta(days=365)
MOST_DEVICES = 20


class WrongSignInError(FieldError):
    """E-mail and password do not belong together; says the same whatever the cause."""

    def __init__(self) -> None:
        """Name neither of the two as the wrong one."""
        super().__init__("password", "e-mail address and password do not belong together")


@dataclass(frozen=True, slots=True)
class Browser:
    """What a request says about where it comes from.

    Attributes:
        address: network address.
        agent: what the browser says it is.
        device_token: the secret by which it was known before.
        session_token: the secret of the session it already has.
    """

    address: str = ""
    agent: str = ""
    device_token: str | None = None
    session_token: str | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A session that was just opened.

    Attributes:
        token: goes into the session cookie and nowhere else.
        device_token: goes into the device cookie; None where the browser is known, or the code is missing.
        actor: who signed in.
        language: the account's language, empty if it has none.
    """

    token: str
    device_token: str | None
    actor: Actor
    language: str


@dataclass(frozen=True, slots=True)
class _Checked:
    """An account whose password was right, as it was when that was seen."""

    account_id: str
    revision: int
    renewed_hash: str | None


def login(engine: Engine, throttles: SignInThrottles, email: str, password: str, browser: Browser) -> Login:
    """Sign somebody in with a password; a session the browser already had is replaced.

    Args:
        engine: the database; the write lock is held only after the password was right.
        throttles: counts wrong passwords.
        email: address, however it is spelled.
        password: as it was typed.
        browser: where the request comes from.

    Returns:
        A full session, or one that waits for the second factor.

    Raises:
        WrongSignInError: no open account has this address and this password.
        TooManyAttemptsError: too many were wrong of late.
    """
    checked = _check(engine, throttles, email, password, browser)
    with write_session(engine) as session:
        return _open(session, checked, browser)


def logout(session: Session, actor: Actor) -> None:
    """End the session the request came with, if there is one."""
    row = session.get(SignIn, actor.sign_in) if actor.sign_in else None
    if row is not None:
        session.delete(row)
        record(session, actor, Act.SIGN_OUT, about=row.account_id)


def remember_device(session: Session, account_id: str, token: str | None) -> str | None:
    """Let a browser be known from now on.

    Args:
        session: an open write unit.
        account_id: who signed in completely.
        token: the secret by which it may be known already.

    Returns:
        A new secret for its cookie, None where it is known.
    """
    if is_known(session, account_id, token):
        return None
    fresh = new_token()
    session.add(KnownDevice(token_hash=hash_token(fresh), account_id=account_id))
    session.flush()
    session.exec(delete(KnownDevice).where(col(KnownDevice.created_at) < now_utc() - DEVICE_KNOWN_FOR))
    newest = (
        select(KnownDevice.token_hash)
        .where(KnownDevice.account_id == account_id)
        .order_by(col(KnownDevice.created_at).desc())
        .limit(MOST_DEVICES)
    )
    session.exec(
        delete(KnownDevice).where(
            col(KnownDevice.account_id) == account_id, col(KnownDevice.token_hash).not_in(newest)
        )
    )
    return fresh


def is_known(session: Session, account_id: str, token: str | None) -> bool:
    """Say whether this account signed in completely with this browser before."""
    row = session.get(KnownDevice, hash_token(token)) if token else None
    return row is not None and row.account_id == account_id and row.created_at > now_utc() - DEVICE_KNOWN_FOR


def guess_keys(account_key: str, browser: Browser, *, known: bool) -> tuple[str, ...]:
    """Name what a try counts for: the account and the network, or a known browser alone.

    So nobody elsewhere, and nobody behind the same network address, locks out whoever signed in before.
    """
    if known and browser.device_token:
        return (f"device {hash_token(browser.device_token)}",)
    return (f"account {account_key}", f"network {network_of(browser.address)}")


def email_key(email: str) -> str:
    """Name an address for counting, also where nobody has it or it is none."""
    try:
        return fold_email(email)
    except FieldError:
        return email.strip().lower()[:EMAIL_LENGTH]


def _check(
    engine: Engine, throttles: SignInThrottles, email: str, password: str, browser: Browser
) -> _Checked:
    with read_session(engine) as session:
        account = account_by_email(session, email)
        known = account is not None and is_known(session, account.id, browser.device_token)
        open_account = account is not None and account.disabled_at is None
        stored = account.password_hash if account is not None and open_account else None
        found = (account.id, account.revision) if account is not None else ("", 0)
    keys = guess_keys(email_key(email), browser, known=known)
    throttles.passwords.take(*keys)
    try:
        right = verify_password(stored, password)
        renewed = hash_password(password) if right and stored and needs_rehash(stored) else None
    except TooManyAttemptsError:
        throttles.passwords.give_back(*keys)
        raise
    if not right:
        raise WrongSignInError
    throttles.passwords.give_back(*keys)
    return _Checked(*found, renewed)


def _open(session: Session, checked: _Checked, browser: Browser) -> Login:
    account = session.get(Account, checked.account_id)
    # Between the comparison and now the account may have been shut or got another password.
    if account is None or account.disabled_at is not None or account.revision != checked.revision:
        raise WrongSignInError
    if checked.renewed_hash:
        account.password_hash = checked.renewed_hash
        session.add(account)
    drop_old_sign_ins(session, now_utc())
    if browser.session_token:
        session.exec(delete(SignIn).where(col(SignIn.token_hash) == hash_token(browser.session_token)))
    waits = needs_second_factor(account)
    opened = open_sign_in(session, account, device=browser.agent, address=browser.address)
    device_token = None if waits else remember_device(session, account.id, browser.device_token)
    actor = replace(
        actor_of_account(session, account),
        address=browser.address,
        sign_in=opened.sign_in_id,
        waits_for_code=waits,
    )
    record(session, actor, Act.SIGN_IN, about=account.id, details={"waits_for_code": waits})
    return Login(opened.token, device_token, actor, account.language)
