"""What was taken away is gone with the very next request, on a connection that was kept open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Client
from sqlmodel import Session, col, delete, select

from matcher.workflows.accounts import disable, set_office, set_password
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.memberships import Seat, remove, set_lead
from matcher.workflows.program_versions import set_review
from matcher.workflows.sign_ins import close_sign_ins
from models.access import OPERATOR, Role
from models.account import Office
from models.base import now_utc
from models.database import write_session
from models.tables import Account, AgencyMember, ApiToken, Candidacy, Program, SignIn
from tests.access.samples import PASSWORD
from tests.access.world import World, open_app, serve
from web.cookies import session_cookie

QUEUE = "/review/fx-program-1"
STARTUP = "/api/v1/startups/fx-s01"
Change = Callable[[Session, Account], object]


@dataclass(frozen=True)
class Case:
    """Who asks for what, and the change after which it must be refused."""

    name: str
    path: str
    change: Change
    token: bool = False


def _program(session: Session) -> Program:
    return session.get_one(Program, "fx-program-1")


def _forget_candidate(session: Session, account: Account) -> None:
    del account
    session.exec(delete(Candidacy).where(col(Candidacy.startup_id) == "fx-s01"))


def _move_program(session: Session, account: Account) -> None:
    del account
    program = _program(session)
    program.agency_id = "fx-agency-b"
    session.add(program)


def _expire_token(session: Session, account: Account) -> None:
    token = session.exec(select(ApiToken).where(col(ApiToken.account_id) == account.id)).one()
    token.expires_at = now_utc() - timedelta(seconds=1)
    session.add(token)


def _revoke_token(session: Session, account: Account) -> None:
    token = session.exec(select(ApiToken).where(col(ApiToken.account_id) == account.id)).one()
    token.revoked_at = now_utc()
    session.add(token)


def _narrow_token(session: Session, account: Account) -> None:
    token = session.exec(select(ApiToken).where(col(ApiToken.account_id) == account.id)).one()
    token.scopes = ["export"]
    session.add(token)


def _leave_idle(session: Session, account: Account) -> None:
    for row in session.exec(select(SignIn).where(col(SignIn.account_id) == account.id)):
        row.seen_at = now_utc() - timedelta(hours=3)
        session.add(row)


def _grow_old(session: Session, account: Account) -> None:
    for row in session.exec(select(SignIn).where(col(SignIn.account_id) == account.id)):
        row.created_at = now_utc() - timedelta(hours=13)
        session.add(row)


def _move_member(session: Session, account: Account) -> None:
    session.exec(delete(AgencyMember).where(col(AgencyMember.account_id) == account.id))
    session.add(AgencyMember(account_id=account.id, agency_id="fx-agency-b"))


def _member(role: Role) -> Change:
    return lambda session, account: remove(session, OPERATOR, account.id, Seat(role, agency_id="fx-agency-a"))


CASES = {
    "reviewer removed from the agency": Case("reviewer_a", QUEUE, _member(Role.REVIEWER)),
    "reviewer moved to another agency": Case("reviewer_a", QUEUE, _move_member),
    "lead made a reviewer": Case(
        "lead",
        "/manage/programs/fx-program-1",
        lambda session, account: set_lead(session, OPERATOR, account.id, "fx-agency-a", lead=False),
    ),
    "founder removed from the startup": Case(
        "own_founder",
        "/startups/fx-s01",
        lambda session, account: remove(
            session, OPERATOR, account.id, Seat(Role.FOUNDER, startup_id="fx-s01")
        ),
    ),
    "review of the program closed": Case(
        "reviewer_a",
        QUEUE,
        lambda session, _: set_review(session, OPERATOR, "fx-program-1", opened=False),
    ),
    "startup no longer a candidate": Case("reviewer_a", "/startups/fx-s01", _forget_candidate),
    "program moved to another agency": Case("reviewer_a", QUEUE, _move_program),
    "manager no longer one": Case(
        "manager", QUEUE, lambda session, account: set_office(session, OPERATOR, account, Office.NONE)
    ),
    "account disabled": Case(
        "reviewer_a", QUEUE, lambda session, account: disable(session, OPERATOR, account)
    ),
    "password changed": Case(
        "reviewer_a", QUEUE, lambda session, account: set_password(session, OPERATOR, account, PASSWORD)
    ),
    "sessions ended": Case("reviewer_a", QUEUE, lambda session, account: close_sign_ins(session, account.id)),
    "session left idle": Case("reviewer_a", QUEUE, _leave_idle),
    "session too old": Case("reviewer_a", QUEUE, _grow_old),
    "token revoked": Case("read_token", STARTUP, _revoke_token, token=True),
    "token expired": Case("read_token", STARTUP, _expire_token, token=True),
    "token narrowed": Case("read_token", STARTUP, _narrow_token, token=True),
    "account of a token disabled": Case(
        "read_token", STARTUP, lambda session, account: disable(session, OPERATOR, account), token=True
    ),
    "member of a token removed": Case("read_token", STARTUP, _member(Role.REVIEWER), token=True),
}


@pytest.fixture
def app(world: World, tmp_path: Path, hashing_analyst: LocalAnalyst) -> Iterator[FastAPI]:
    """The application on a copy of the world."""
    app = open_app(world, tmp_path, hashing_analyst)
    yield app
    app.state.engine.dispose()


@pytest.mark.parametrize("name", list(CASES))
def test_the_very_next_request_is_refused(app: FastAPI, world: World, name: str) -> None:
    case = CASES[name]
    headers = {"Accept": "text/html"}
    cookies = {}
    if case.token:
        headers["Authorization"] = f"Bearer {world.fixture.principals[case.name].token}"
    else:
        cookies[session_cookie(app.state.settings)] = world.sessions[case.name]

    with serve(app) as address, Client(base_url=address, headers=headers, cookies=cookies) as client:
        before = client.get(case.path)
        with write_session(app.state.engine) as session:
            case.change(session, session.get_one(Account, world.fixture.principals[case.name].account_id))
        after = client.get(case.path)

    assert before.status_code == 200
    assert "CNR-fx-s01" in before.text or case.name == "lead"
    assert after.status_code in {401, 403, 404} or (
        after.status_code == 303 and after.headers["location"].startswith("/login?next=")
    )
    assert "CNR-" not in after.text
