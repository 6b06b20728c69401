"""The page behind an invitation's link: what each reader sees there, and that opening it changes nothing."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from matcher.settings import Settings
from matcher.workflows.accounts import create_account
from matcher.workflows.invitations import invite
from models.access import OPERATOR, Role
from models.database import read_session, write_session
from models.tables import Account, AgencyMember, AuditEntry, Invitation, Program, SignIn
from tests.web.pages.reading import read_page
from tests.web.signing_in import add_account, sign_in, sign_in_new

EMAIL = "new@people.example"
PASSWORD = "zebra ladder quiet moon"  # noqa: S105  of nobody


@pytest.fixture(name="agency")
def first_agency(app: FastAPI) -> str:
    """Give the id of an agency that runs programs."""
    with read_session(app.state.engine) as session:
        return session.exec(select(Program).order_by(col(Program.id))).all()[0].agency_id


def invited(app: FastAPI, agency: str, role: Role = Role.REVIEWER) -> str:
    """Invite somebody; give the path of the link."""
    with write_session(app.state.engine) as session:
        return f"/invitations/{invite(session, OPERATOR, EMAIL, role, agency_id=agency)[1]}"


def members(app: FastAPI) -> int:
    """Count the members of agencies."""
    with read_session(app.state.engine) as session:
        return len(session.exec(select(AgencyMember)).all())


def test_opening_the_link_changes_nothing(app: FastAPI, client: TestClient, agency: str) -> None:
    link = invited(app, agency)

    answers = [client.get(link) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert EMAIL in answers[0].text
    with read_session(app.state.engine) as session:
        assert session.exec(select(Invitation)).one().accepted_at is None
        assert session.exec(select(Account)).all() == []
        assert [row.act for row in session.exec(select(AuditEntry))] == ["invited"]


def test_somebody_new_makes_an_account(app: FastAPI, client: TestClient, agency: str) -> None:
    link = invited(app, agency)
    form = read_page(client.get(link).text).find("main").find("form")

    answer = client.post(link, data={"name": "새 사람", "password": PASSWORD})

    assert {field.attributes["name"] for field in form.find_all("input")} == {"name", "password"}
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Freview")
    assert members(app) == 1
    with read_session(app.state.engine) as session:
        account = session.exec(select(Account)).one()
        assert (account.email, account.name, account.language) == (EMAIL, "새 사람", "en")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "", "password": PASSWORD}, "name"),
        ({"name": "New <One>", "password": "short"}, "password"),
        ({"name": "New <One>", "password": "password1234"}, "password"),
        ({"name": "New <One>", "password": EMAIL}, "password"),
        ({}, "name"),
    ],
)
def test_a_refused_form_comes_back_without_the_password(
    app: FastAPI, client: TestClient, agency: str, data: dict[str, str], field: str
) -> None:
    link = invited(app, agency)

    answer = client.post(link, data=data)
    page = read_page(answer.text)

    assert answer.status_code == 422
    assert page.find("div", cls="problem-summary").text
    assert page.find("input", id="name").attributes["value"] == data.get("name", "")
    assert page.find("input", id="password").attributes.get("value") is None
    assert page.find("input", id=field).attributes["aria-invalid"] == "true"
    assert members(app) == 0


def test_a_link_is_used_once_and_all_dead_links_look_alike(
    app: FastAPI, client: TestClient, agency: str
) -> None:
    used = invited(app, agency)
    client.post(used, data={"name": "New", "password": PASSWORD})
    with write_session(app.state.engine) as session:
        session.delete(session.exec(select(AgencyMember)).one())
    old = invited(app, agency)
    with write_session(app.state.engine) as session:
        row = session.exec(select(Invitation).where(col(Invitation.accepted_at).is_(None))).one()
        row.expires_at -= timedelta(days=14)
        session.add(row)

    paths = [used, old, "/invitations/never", "/invitations/%ED%A0%80", "/invitations/a%00b"]
    answers = [client.get(path) for path in paths]
    posted = [client.post(path, data={"name": "New", "password": PASSWORD}) for path in paths]

    assert {answer.status_code for answer in answers + posted} == {404}
    assert len({read_page(answer.text).find("main").text for answer in answers + posted}) == 1
    assert members(app) == 0


def test_who_has_an_account_signs_in_first(app: FastAPI, client: TestClient, agency: str) -> None:
    link = invited(app, agency)
    with write_session(app.state.engine) as session:
        create_account(session, email=EMAIL, name="Old One", password=PASSWORD)

    page = read_page(client.get(link).text).find("main")
    posted = client.post(link, data={"name": "Thief", "password": PASSWORD})

    assert page.find_all("form") == []
    assert page.find("a").attributes["href"] == f"/login?next={link.replace('/', '%2F')}"
    assert posted.status_code == 401
    assert members(app) == 0


def test_who_is_signed_in_with_the_address_presses_a_button(
    app: FastAPI, client: TestClient, agency: str
) -> None:
    link = invited(app, agency)
    sign_in_new(app, client, EMAIL)

    page = read_page(client.get(link).text).find("main")
    answer = client.post(link)

    assert page.find_all("input") == []
    assert page.find("button").text == "Accept the invitation"
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert client.get("/review").status_code == 200


def test_another_person_is_told_so(app: FastAPI, client: TestClient, agency: str) -> None:
    link = invited(app, agency)
    sign_in_new(app, client, "other@people.example")

    page = read_page(client.get(link).text).find("main")
    answer = client.post(link, data={"name": "Thief", "password": PASSWORD})

    assert page.find_all("form") == []
    assert answer.status_code == 403
    assert "another address" in answer.text
    assert members(app) == 0


def test_the_code_comes_before_accepting(app: FastAPI, client: TestClient, agency: str) -> None:
    link = invited(app, agency)
    with write_session(app.state.engine) as session:
        account_id = add_account(session, EMAIL, office="manager").id
    sign_in(app, client, account_id)
    with write_session(app.state.engine) as session:
        row = session.exec(select(SignIn)).one()
        row.second_factor_at = None
        session.add(row)

    page = read_page(client.get(link).text).find("main")
    answer = client.post(link)

    assert page.find("a").attributes["href"] == "/login/code"
    assert answer.status_code == 403
    assert members(app) == 0


@pytest.mark.parametrize("role", ["reviewer", "lead", "manager", "admin", "founder"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_letter_carries_the_link_in_the_language_of_the_person(
    *, app: FastAPI, settings: Settings, client: TestClient, agency: str, role: str, language: str
) -> None:
    sign_in_new(app, client, "admin@people.example", office="admin")
    with write_session(app.state.engine) as session:
        create_account(session, email=EMAIL, name="Old One", language=language)

    answer = client.post(
        "/people/invitations",
        data={"email": EMAIL, "role": role, "agency_id": agency, "startup_id": "S01"},
    )
    link = read_page(answer.text).find("input", id="link").attributes["value"]
    (path,) = Path(settings.data_dir / "mail").iterdir()
    letter = message_from_bytes(path.read_bytes(), policy=default)

    assert answer.status_code == 201
    assert link.startswith("http://127.0.0.1/invitations/")
    body = letter.get_content()
    assert (letter["To"], link in body) == (EMAIL, True)
    assert "admin@" not in body
    assert client.get(link).status_code == 200
