"""The page of one's own API tokens: made and shown once, revoked, never for a token itself."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.database import read_session, write_session
from models.tables import Agency, ApiToken, SignIn
from tests.web.pages.reading import read_page
from tests.web.signing_in import sign_in_new


@pytest.fixture(name="agency")
def first_agency(app: FastAPI) -> str:
    """Give the id of an agency."""
    with read_session(app.state.engine) as session:
        return session.exec(select(Agency.id).order_by(col(Agency.id))).all()[0]


def make(client: TestClient, **changes: object) -> str:
    """Make a token on the page; give its secret."""
    form = {"name": "Weekly export", "scopes": ["read"], "days": "30"} | changes
    answer = client.post("/account/tokens", data=form)
    assert answer.status_code == 201
    return read_page(answer.text).find("input", id="made").attributes["value"]


def test_a_token_is_shown_once_and_signs_a_program_in(app: FastAPI, client: TestClient, agency: str) -> None:
    sign_in_new(app, client, "lead@x.example", leads=[agency])

    token = make(client)
    later = client.get("/account/tokens")
    client.cookies.clear()
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert "Weekly export" in later.text
    assert token not in later.text
    assert later.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "name": "Lead",
        "roles": ["lead"],
        "startups": [],
        "agencies": [agency],
        "scopes": ["read"],
    }


def test_the_form_offers_what_the_roles_can_use(app: FastAPI, client: TestClient, agency: str) -> None:
    offered = {}
    for name, kind in {"founder": {"startups": ["S01"]}, "lead": {"leads": [agency]}}.items():
        client.cookies.clear()
        sign_in_new(app, client, f"{name}@x.example", **kind)  # type: ignore[arg-type]
        page = read_page(client.get("/account/tokens").text)
        offered[name] = [box.attributes["value"] for box in page.find_all("input", type="checkbox")]
    client.cookies.clear()
    sign_in_new(app, client, "admin@x.example", office="admin")
    nothing = read_page(client.get("/account/tokens").text)

    assert offered == {
        "founder": ["read", "write-profile"],
        "lead": ["read", "review", "export", "edit-programs"],
    }
    assert nothing.find("main").find_all("form") == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "a\x00b"}),
        ("days", {"days": "0"}),
        ("days", {"days": "366"}),
        ("days", {"days": "٣٠"}),
        ("days", {"days": "9" * 20}),
        ("days", {"days": ""}),
        ("scopes", {"scopes": []}),
        ("scopes", {"scopes": ["review"]}),
        ("scopes", {"scopes": ["everything"]}),
    ],
)
def test_a_refused_form_comes_back_as_typed(
    app: FastAPI, client: TestClient, field: str, changes: dict[str, object]
) -> None:
    sign_in_new(app, client, "founder@x.example", startups=["S01"])
    form = {"name": "Weekly <export>", "scopes": ["read"], "days": "30"} | changes

    answer = client.post("/account/tokens", data=form)
    page = read_page(answer.text)

    assert answer.status_code == 422
    assert page.find("fieldset" if field == "scopes" else "input", id=field).attributes["aria-invalid"]
    assert page.find("input", id="days").attributes["value"] == form["days"]
    with read_session(app.state.engine) as session:
        assert session.exec(select(ApiToken)).all() == []


def test_a_revoked_token_opens_nothing_more(app: FastAPI, client: TestClient) -> None:
    sign_in_new(app, client, "founder@x.example", startups=["S01"])
    token = make(client)
    form = read_page(client.get("/account/tokens").text).find("main").find("ul").find("form")

    before = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
    revoked = client.post(form.attributes["action"])
    after = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code

    assert (before, revoked.status_code, after) == (200, 303, 401)
    assert client.post(form.attributes["action"]).status_code == 404


def test_nobody_revokes_the_token_of_another(app: FastAPI, client: TestClient) -> None:
    sign_in_new(app, client, "founder@x.example", startups=["S01"])
    token = make(client)
    action = read_page(client.get("/account/tokens").text).find("main").find("ul").find("form")
    client.cookies.clear()
    sign_in_new(app, client, "admin@x.example", office="admin")

    answer = client.post(action.attributes["action"])

    assert answer.status_code == 404
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_token_opens_no_page(app: FastAPI, client: TestClient, agency: str) -> None:
    sign_in_new(app, client, "lead@x.example", leads=[agency])
    token = make(client, scopes=["read", "review", "export"])
    client.cookies.clear()
    headers = {"Authorization": f"Bearer {token}"}

    pages = ["/account/tokens", "/startups", "/startups/S01", "/people", "/review", "/account"]
    opened = [client.get(path, headers=headers).status_code for path in pages]
    posted = client.post("/account/tokens", data={"name": "x"}, headers=headers).status_code

    assert (opened, posted) == ([303] * len(pages), 401)


def test_a_session_without_its_code_makes_no_token(app: FastAPI, client: TestClient) -> None:
    sign_in_new(app, client, "manager@x.example", office="manager")
    with write_session(app.state.engine) as session:
        row = session.exec(select(SignIn)).one()
        row.second_factor_at = None
        session.add(row)

    shown = client.get("/account/tokens")
    posted = client.post("/account/tokens", data={"name": "x", "scopes": ["read"], "days": "1"})

    assert (shown.status_code, shown.headers["location"]) == (303, "/login/code")
    assert posted.status_code == 403
    with read_session(app.state.engine) as session:
        assert session.exec(select(ApiToken)).all() == []
