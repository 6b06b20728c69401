"""The private part of the API: scoped to the caller's relations, counted, and closed to strangers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from matcher.settings import Settings
from matcher.workflows.accounts import disable
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.api_tokens import make_token
from matcher.workflows.sign_ins import actor_of_account
from models.access import OPERATOR
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import (
    Account,
    Agency,
    AgencyMember,
    ApiToken,
    AuditEntry,
    Candidacy,
    Profile,
    Program,
    Startup,
)
from tests.web.signing_in import add_account, sign_in
from web.app import create_app

KINDS = {
    "founder": {"startups": ["S01"]},
    "reviewer": {"reviews_for": ["idle"]},
    "lead": {"leads": ["idle"]},
    "manager": {"office": "manager"},
    "admin": {"office": "admin"},
    "nothing": {},
}


class Api:
    """The application with an agency of one open and one closed program, and accounts of each kind."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        """Let S02 be considered for the open program, S03 for the closed one."""
        self.app, self.client = app, client
        self.engine: Engine = app.state.engine
        with write_session(self.engine) as session:
            session.add(Agency(id="idle", name="I", name_en="I", city_id="seattle", role="", source_urls=[]))
            session.flush()
            for program in session.exec(select(Program)).all()[:2]:
                name = "open" if session.get(Program, "open") is None else "closed"
                copy = Program(**program.model_dump() | {"id": name, "agency_id": "idle"})
                copy.review_closed_at = now_utc() if name == "closed" else None
                session.add(copy)
                session.flush()
            session.add(Candidacy(program_id="open", startup_id="S02"))
            session.add(Candidacy(program_id="closed", startup_id="S03"))
            self.ids = {
                name: add_account(session, f"{name}@x.example", **kind).id  # type: ignore[arg-type]
                for name, kind in KINDS.items()
            }

    def token(self, name: str, *scopes: str) -> dict[str, str]:
        """Make a token for somebody; give the headers that carry it."""
        with write_session(self.engine) as session:
            actor = actor_of_account(session, session.get_one(Account, self.ids[name]))
            token = make_token(session, actor, "test", scopes or ("read",), 30)
        return {"Authorization": f"Bearer {token}"}

    def status(self, headers: dict[str, str], path: str = "/api/v1/startups/S02") -> int:
        """Ask for something; give the status."""
        return self.client.get(path, headers=headers).status_code

    def acts(self, *wanted: str) -> list[str]:
        """Give those of the wanted acts that were written down."""
        with read_session(self.engine) as session:
            return [row.act for row in session.exec(select(AuditEntry)) if row.act in wanted]


@pytest.fixture(name="api")
def private_api(settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst) -> Iterator[Api]:
    """Give an application of one's own, with accounts."""
    del engine
    app = create_app(settings.model_copy(update={"profiles_per_hour": 3}), hashing_analyst)
    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield Api(app, client)


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/startups", "/api/v1/startups/S01"])
@pytest.mark.parametrize("token", [None, "", "landfall_wrong", "landfall_\u00e9"])
def test_strangers_get_a_problem_document(api: Api, path: str, token: str | None) -> None:
    headers = {} if token is None else {b"authorization": f"Bearer {token}".encode()}

    answer = api.client.get(path, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("who", "seen"),
    [("founder", ["S01"]), ("reviewer", ["S02"]), ("lead", ["S02"]), ("manager", None)],
)
def test_each_caller_sees_the_own_startups(api: Api, who: str, seen: list[str] | None) -> None:
    headers = api.token(who)

    listed = [item["id"] for item in api.client.get("/api/v1/startups", headers=headers).json()["startups"]]
    opened = [
        name for name in ("S01", "S02", "S03") if api.status(headers, f"/api/v1/startups/{name}") == 200
    ]

    assert listed == (seen or [f"S0{number}" for number in range(1, 7)])
    assert opened == (seen or ["S01", "S02", "S03"])


def test_what_is_foreign_is_like_what_does_not_exist(api: Api) -> None:
    headers = api.token("reviewer")

    foreign, none = (api.client.get(f"/api/v1/startups/{name}", headers=headers) for name in ("S01", "S99"))

    assert (foreign.status_code, none.status_code) == (404, 404)
    assert {k: v for k, v in foreign.json().items() if k != "instance"} == {
        k: v for k, v in none.json().items() if k != "instance"
    }
    assert api.acts("profile-read") == []


@pytest.mark.parametrize("name", ["%ED%A0%80", "a%00b", "%0A", "x" * 200])
def test_an_odd_id_is_not_found(api: Api, name: str) -> None:
    assert api.status(api.token("manager"), f"/api/v1/startups/{name}") == 404


def test_a_review_that_closes_shuts_the_door_at_once(api: Api) -> None:
    headers = api.token("reviewer")
    before = api.status(headers)
    with write_session(api.engine) as session:
        session.get_one(Program, "open").review_closed_at = now_utc()

    assert (before, api.status(headers)) == (200, 404)


@pytest.mark.parametrize("who", ["admin", "nothing"])
def test_whoever_has_no_reason_to_read_is_refused(api: Api, who: str) -> None:
    sign_in(api.app, api.client, api.ids[who])

    assert [api.status({}, path) for path in ("/api/v1/startups", "/api/v1/startups/S01")] == [403, 403]
    assert api.client.get("/api/v1/me").json()["scopes"] is None


def test_a_founder_is_told_more_of_the_own_startup(api: Api) -> None:
    with write_session(api.engine) as session:
        session.add(Profile(startup_id="S02", language="en", version=99, text="The newest."))
        session.get_one(Startup, "S02").languages = {"en": "business"}
    own = api.client.get("/api/v1/startups/S01", headers=api.token("founder")).json()
    read = api.client.get("/api/v1/startups/S02", headers=api.token("reviewer")).json()

    assert set(own) == set(read) == {"id", "name", "invented", "facts", "texts"}
    assert set(own["texts"][0]) == {"language", "text", "version", "saved_at"}
    assert set(read["texts"][0]) == {"language", "text"}
    assert {"language": "en", "text": "The newest."} in read["texts"]
    assert read["facts"]["languages"] == {"en": "business"}
    assert len({item["language"] for item in read["texts"]}) == len(read["texts"])
    assert api.acts("profile-read") == ["profile-read"]


def test_nobody_is_told_an_address(api: Api) -> None:
    for who in ("founder", "reviewer", "manager"):
        headers = api.token(who)
        for path in ("/api/v1/me", "/api/v1/startups", "/api/v1/startups/S01", "/api/v1/startups/S02"):
            assert "@" not in api.client.get(path, headers=headers).text.replace("@ ", "")


def test_an_unchanged_startup_is_not_sent_again(api: Api) -> None:
    headers = api.token("reviewer")
    first = api.client.get("/api/v1/startups/S02", headers=headers)

    again = api.client.get("/api/v1/startups/S02", headers=headers | {"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "no-store"
    assert api.acts("profile-read") == ["profile-read"] * 2


def test_the_list_comes_in_pages(api: Api) -> None:
    headers = api.token("manager")
    path, seen = "/api/v1/startups?limit=4", []
    while path:
        answer = api.client.get(path, headers=headers)
        seen.append([item["id"] for item in answer.json()["startups"]])
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")

    assert seen == [["S01", "S02", "S03", "S04"], ["S05", "S06"]]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "cursor=!", "cursor=", "words=x"])
def test_an_odd_page_is_refused(api: Api, query: str) -> None:
    assert api.status(api.token("manager"), f"/api/v1/startups?{query}") == 422


def test_a_token_is_bound_to_its_scopes(api: Api) -> None:
    paths = ("/api/v1/startups", "/api/v1/startups/S02")
    headers = api.token("lead", "export", "edit-programs")
    reviewing = api.token("lead", "review")

    assert [api.status(headers, path) for path in paths] == [403, 403]
    assert [api.status(reviewing, path) for path in paths] == [200, 200]
    assert api.client.get("/api/v1/me", headers=headers).json()["scopes"] == ["edit-programs", "export"]


@pytest.mark.parametrize("end", ["revoked", "expired", "disabled", "gone", "member"])
def test_what_ends_a_token_ends_it_with_the_next_request(api: Api, end: str) -> None:
    headers = api.token("reviewer")
    before = api.status(headers)
    with write_session(api.engine) as session:
        end_token(session, end, api.ids["reviewer"])

    after = [api.status(headers), api.status(headers, "/api/v1/me")]

    assert (before, after) == (200, [403, 200] if end == "member" else [401, 401])


def end_token(session: Session, end: str, account_id: str) -> None:
    """Take away what the only token rests on."""
    token = session.exec(select(ApiToken)).one()
    if end == "revoked":
        token.revoked_at = now_utc()
    elif end == "expired":
        token.expires_at = now_utc()
    elif end == "disabled":
        disable(session, OPERATOR, session.get_one(Account, account_id))
    elif end == "gone":
        session.delete(session.get_one(Account, account_id))
    else:
        session.delete(session.get_one(AgencyMember, (account_id, "idle")))


def test_the_use_of_a_token_is_kept(api: Api) -> None:
    headers = api.token("reviewer")

    api.status(headers)
    with read_session(api.engine) as session:
        used = session.exec(select(ApiToken)).one().used_at

    assert used is not None
    assert now_utc() - used < timedelta(minutes=1)


def test_a_session_without_its_code_reads_nothing(api: Api) -> None:
    sign_in(api.app, api.client, api.ids["manager"])
    with write_session(api.engine) as session:
        session.connection().execute(text("UPDATE signin SET second_factor_at = NULL"))

    paths = ("/api/v1/me", "/api/v1/startups", "/api/v1/startups/S01")
    assert [api.status({}, path) for path in paths] == [403] * 3


def test_one_startup_too_many_within_the_hour_is_refused(api: Api) -> None:
    headers = api.token("manager")
    statuses = [api.status(headers, f"/api/v1/startups/S0{number}") for number in (1, 2, 3, 3, 4, 4)]
    refused = api.client.get("/api/v1/startups/S05", headers=headers)
    sign_in(api.app, api.client, api.ids["manager"])
    page = api.client.get("/startups/S05", headers={"Accept": "text/html"})

    assert statuses == [200, 200, 200, 200, 429, 429]
    assert 3590 <= int(refused.headers["retry-after"]) <= 3600
    assert refused.headers["content-type"] == "application/problem+json"
    assert page.status_code == 429
    assert api.acts("reading-stopped") == ["reading-stopped"]


def test_reading_goes_on_an_hour_later(api: Api) -> None:
    headers = api.token("manager")
    before = [api.status(headers, f"/api/v1/startups/S0{number}") for number in (1, 2, 3, 4)]
    with write_session(api.engine) as session:
        session.connection().execute(text("DROP TRIGGER IF EXISTS auditentry_no_update"))
        for row in session.exec(select(AuditEntry)):
            row.at -= timedelta(hours=1)
            session.add(row)

    assert (before[-1], api.status(headers, "/api/v1/startups/S04")) == (429, 200)
