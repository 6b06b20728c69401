"""Accounts for tests, and browsers that are signed in with them."""

from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from matcher.workflows.sign_ins import open_sign_in
from models.base import now_utc
from models.database import write_session
from models.tables import Account, AgencyMember, ConflictAnswer, Startup, StartupMember
from web.cookies import session_cookie

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def add_account(
    session: Session,
    email: str,
    *,
    office: str = "none",
    startups: Iterable[str] = (),
    reviews_for: Iterable[str] = (),
    leads: Iterable[str] = (),
    answered: bool = True,
) -> Account:
    """Add an account with its memberships; it has no password.

    Where `answered`, it has said of every startup that nothing stands between them.
    """
    account = Account(
        email=email,
        name=email.partition("@")[0].title(),
        office=office,
        totp_confirmed_at=None if office == "none" else now_utc(),
    )
    session.add(account)
    session.flush()
    session.add_all(StartupMember(account_id=account.id, startup_id=startup) for startup in startups)
    session.add_all(AgencyMember(account_id=account.id, agency_id=agency) for agency in reviews_for)
    session.add_all(AgencyMember(account_id=account.id, agency_id=agency, lead=True) for agency in leads)
    session.flush()
    if answered:
        answer_for_all(session, account.id)
    return account


def answer_for_all(session: Session, account_id: str) -> None:
    """Say of every startup there is that nothing stands between it and this account."""
    for startup in session.exec(select(Startup.id)):
        session.merge(ConflictAnswer(account_id=account_id, startup_id=startup, state="clear", kind="none"))
    session.flush()


def sign_in(app: FastAPI, client: TestClient, account_id: str) -> None:
    """Give a browser the session cookie of an account, with the second factor given."""
    with write_session(app.state.engine) as session:
        account = session.get_one(Account, account_id)
        opened = open_sign_in(session, account, device="test", address="127.0.0.1", with_code=True)
    client.cookies.set(session_cookie(app.state.settings), opened.token, domain="127.0.0.1", path="/")


def sign_in_new(
    app: FastAPI,
    client: TestClient,
    email: str,
    *,
    office: str = "none",
    startups: Iterable[str] = (),
    reviews_for: Iterable[str] = (),
    leads: Iterable[str] = (),
) -> str:
    """Add an account and sign a browser in with it; give the account's id."""
    with write_session(app.state.engine) as session:
        account = add_account(
            session, email, office=office, startups=startups, reviews_for=reviews_for, leads=leads
        )
        account_id = account.id
    sign_in(app, client, account_id)
    return account_id
