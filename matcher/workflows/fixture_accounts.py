"""Accounts whose secrets are told: for the demonstration on one's own machine and for acceptance tests."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlmodel import Session, select

from matcher.workflows.audits import Act, record
from matcher.workflows.passwords import hash_password
from matcher.workflows.secret_tokens import hash_token, new_token
from matcher.workflows.server_key import ServerKey
from matcher.workflows.sign_ins import TOKEN_PREFIX
from models.access import OPERATOR, Scope
from models.account import Office
from models.base import now_utc
from models.tables import Account, AgencyMember, ApiToken, StartupMember

TOKEN_LIFE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an account: enough to sign in with it."""

    account_id: str
    login: str
    password: str
    totp_secret: str | None
    token: str


def tell_account(
    session: Session,
    key: ServerKey,
    login: str,
    name: str,
    *,
    office: Office = Office.NONE,
    startups: Iterable[str] = (),
    reviews_for: Iterable[str] = (),
    leads: Iterable[str] = (),
    scopes: Iterable[Scope] = tuple(Scope),
) -> Told:
    """Make an account, or give an existing one new secrets and memberships.

    Args:
        session: an open write unit.
        key: seals the secret of the authenticator app, which managers and admins need.
        login: e-mail address.
        name: how the person is addressed.
        office: manager, admin or none.
        startups: ids of the startups the person is a founder of.
        reviews_for: ids of the agencies the person reviews for.
        leads: ids of the agencies the person leads.
        scopes: what the account's API token may be used for.
    """
    found = session.exec(select(Account).where(Account.email == login)).first()
    if found is not None:
        session.delete(found)
        session.flush()
    password, token = secrets.token_urlsafe(15), new_token(TOKEN_PREFIX)
    secret = None if office is Office.NONE else pyotp.random_base32()
    account = Account(
        email=login,
        name=name,
        office=office.value,
        password_hash=hash_password(password),
        totp_sealed=key.seal(secret) if secret else None,
        totp_confirmed_at=now_utc() if secret else None,
    )
    session.add(account)
    session.flush()
    session.add_all(StartupMember(account_id=account.id, startup_id=startup) for startup in startups)
    session.add_all(AgencyMember(account_id=account.id, agency_id=agency) for agency in reviews_for)
    session.add_all(AgencyMember(account_id=account.id, agency_id=agency, lead=True) for agency in leads)
    session.add(
        ApiToken(
            token_hash=hash_token(token),
            account_id=account.id,
            name="fixture",
            scopes=[scope.value for scope in scopes],
            expires_at=now_utc() + TOKEN_LIFE,
        )
    )
    record(session, OPERATOR, Act.ACCOUNT_CREATED, about=account.id, details={"fixture": True})
    return Told(account.id, login, password, secret, token)
