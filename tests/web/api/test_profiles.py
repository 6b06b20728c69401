"""Profiles over the API: pages of a list, ETag and If-Match, one submission for one key."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.api_tokens import make_token
from matcher.workflows.sign_ins import actor_of_account
from models.database import read_session, write_session
from models.tables import ApiEffect, AuditEntry, Startup, Submission
from tests.web.signing_in import add_account
from web.app import create_app

PATH = "/api/v1/profiles/S01"
BODY: dict[str, Any] = {
    "name": "Gaon",
    "texts": {"en": {"one_liner": "Robots.", "summary": "We build robots.", "solution": "An arm on a rail."}},
    "needs": ["pilot-customer"],
    "target_regions": ["de"],
    "stage": "seed",
    "country": "KR",
}


class Api:
    """The application with a founder of three startups, and tokens of several scopes."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        """Make the tokens."""
        self.app, self.client = app, client
        self.tokens = {}
        with write_session(app.state.engine) as session:
            account = add_account(session, "founder@x.example", startups=["S01", "S02", "S03"])
            self.account_id = account.id
            other = add_account(session, "other@x.example", startups=["S04"])
            for name, owner, scopes in (
                ("write", account, ["write-profile"]),
                ("read", account, ["read"]),
                ("other", other, ["write-profile"]),
            ):
                actor = actor_of_account(session, owner)
                self.tokens[name] = make_token(session, actor, name, scopes, 30)

    def ask(self, method: str, path: str = PATH, scope: str = "write", **more: Any) -> Response:
        """Send a request with a token."""
        headers = {"Authorization": f"Bearer {self.tokens[scope]}"} | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)

    def etag(self) -> str:
        """Read the ETag in force."""
        return str(self.ask("GET").headers["etag"])

    def put(self, body: Any, etag: str | None = None, scope: str = "write") -> Response:
        """Save the whole profile."""
        return self.ask("PUT", scope=scope, json=body, headers={"If-Match": etag or self.etag()})

    def submit(self, key: str, revision: int, path: str = PATH) -> Response:
        """Submit under a key."""
        return self.ask(
            "POST", f"{path}/submit", json={"revision": revision}, headers={"Idempotency-Key": key}
        )

    def versions(self) -> list[tuple[int, str]]:
        """Read the stored versions."""
        with read_session(self.app.state.engine) as session:
            rows = session.exec(select(Submission).where(Submission.startup_id == "S01")).all()
            return sorted((row.number, row.state) for row in rows)


@pytest.fixture
def api(settings: Settings, engine: object, hashing_analyst: LocalAnalyst) -> Iterator[Api]:
    """Give the application with tokens."""
    del engine
    app = create_app(settings, hashing_analyst)
    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield Api(app, client)
    app.state.engine.dispose()


def test_the_list_goes_in_pages_over_the_own_startups_alone(api: Api) -> None:
    first = api.ask("GET", "/api/v1/profiles?limit=2")
    second = api.ask("GET", f"/api/v1/profiles?limit=2&cursor={first.json()['next']}")

    assert [one["startup_id"] for one in first.json()["profiles"]] == ["S01", "S02"]
    assert [one["startup_id"] for one in second.json()["profiles"]] == ["S03"]
    assert second.json()["next"] is None
    assert 'rel="next"' in first.headers["link"]
    for limit in (0, 101):
        assert api.ask("GET", f"/api/v1/profiles?limit={limit}").status_code == 422


def test_an_unchanged_profile_is_not_sent_again(api: Api) -> None:
    assert api.ask("GET", headers={"If-None-Match": api.etag()}).status_code == 304


def test_a_change_needs_the_state_it_was_made_from(api: Api) -> None:
    seen = api.etag()
    assert api.ask("PUT", json=BODY).status_code == 428
    saved = api.put(BODY, seen)
    stale = api.put(BODY | {"name": "Narae"}, seen)

    assert (saved.status_code, stale.status_code) == (200, 412)
    assert saved.headers["etag"] == api.etag() != seen
    assert saved.json()["content"]["name"] == "Gaon"
    assert (saved.json()["state"], saved.json()["revision"]) == ("draft", 1)
    assert stale.headers["content-type"] == "application/problem+json"
    assert api.ask("GET").json()["content"]["name"] == "Gaon"


def test_a_patch_changes_what_it_names_and_null_empties(api: Api) -> None:
    api.put(BODY | {"trl": 5})
    patch = {"trl": None, "texts": {"en": {"summary": None}, "ko": {"summary": "로봇을 만듭니다."}}}
    done = api.ask("PATCH", json=patch, headers={"If-Match": api.etag()})
    content = done.json()["content"]

    assert done.status_code == 200
    assert content["trl"] is None
    assert content["stage"] == "seed"
    assert content["texts"]["en"]["one_liner"] == "Robots."
    assert content["texts"]["en"]["summary"] == ""
    assert content["texts"]["ko"]["summary"] == "로봇을 만듭니다."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trl", 10),
        ("stage", "no-such"),
        ("country", "Korea"),
        ("export_flags", ["none", "itar-ear"]),
        ("name", ""),
        ("texts", {"en": {"one_liner": "x" * 141}}),
        ("unknown", 1),
        ("founded", 2999),
        ("city", "!!!"),
    ],
)
def test_a_field_that_is_refused_is_named(api: Api, field: str, value: object) -> None:
    answer = api.put(BODY | {field: value})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


def test_a_city_that_is_not_in_the_list_is_a_conflict(api: Api) -> None:
    assert api.put(BODY | {"target_cities": ["no-such-city"]}).status_code == 409


def test_one_key_submits_once_and_gives_the_same_answer(api: Api) -> None:
    api.put(BODY)
    first = api.submit("one", 1)
    again = api.submit("one", 1)

    assert (first.status_code, again.status_code) == (200, 200)
    assert (
        first.json()
        == again.json()
        == {
            "startup_id": "S01",
            "state": "submitted",
            "version": 1,
            "languages": ["en"],
        }
    )
    assert api.versions() == [(1, "submitted")]
    with read_session(api.app.state.engine) as session:
        assert session.get_one(Startup, "S01").name == "Gaon"


def test_a_key_stands_for_one_request_of_one_account_for_a_day(api: Api) -> None:
    api.put(BODY)
    api.submit("one", 1)
    assert api.submit("one", 2).status_code == 409
    assert api.submit("one", 1, "/api/v1/profiles/S02").status_code == 409
    with write_session(api.app.state.engine) as session:
        (effect,) = session.exec(select(ApiEffect)).all()
        assert "one" not in {effect.key_hash, effect.request_hash}
        assert "Robots" not in effect.answer
        effect.created_at -= timedelta(hours=25)
        session.add(effect)

    assert api.submit("one", 1).status_code == 409


def test_what_failed_may_be_tried_again_under_the_same_key(api: Api) -> None:
    api.put(BODY | {"needs": []})
    refused = api.submit("one", 1)
    assert (refused.status_code, "needs" in refused.json()["detail"]) == (409, True)
    api.put(BODY)

    assert api.submit("one", 2).status_code == 200


def test_a_key_is_needed(api: Api) -> None:
    answer = api.ask("POST", f"{PATH}/submit", json={"revision": 1})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].lower() == "idempotency-key"


def test_a_token_does_what_its_scope_says_and_nothing_to_others(api: Api) -> None:
    assert api.ask("GET", scope="read").status_code == 200
    assert api.put(BODY, scope="read").status_code == 403
    assert api.ask("GET", scope="other").status_code == 404
    assert api.put(BODY, scope="other").status_code == 404
    assert api.ask("GET", "/api/v1/startups").status_code == 403


def test_a_wrong_method_is_told_all_the_right_ones(api: Api) -> None:
    assert api.ask("DELETE").headers["allow"] == "GET, PATCH, PUT"


def test_a_saved_change_is_sent_again_under_its_key_without_a_second_effect(api: Api) -> None:
    headers = {"If-Match": api.etag(), "Idempotency-Key": "save"}
    first, again = (api.ask("PUT", json=BODY, headers=headers) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    other = api.ask("PUT", json=BODY | {"city": "Seoul"}, headers=headers)
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    assert api.ask("GET").json()["revision"] == 1


def test_a_submitted_profile_is_withdrawn_once(api: Api) -> None:
    api.put(BODY)
    api.submit("one", 1)
    headers = {"Idempotency-Key": "back"}
    first, again = (api.ask("POST", f"{PATH}/withdraw", headers=headers) for _ in range(2))

    assert first.json() == again.json() == {"startup_id": "S01", "state": "withdrawn"}
    assert api.versions() == [(1, "withdrawn")]
    assert api.ask("POST", f"{PATH}/withdraw", headers={"Idempotency-Key": "more"}).status_code == 409
    assert api.ask("POST", f"{PATH}/withdraw").status_code == 422


def test_one_key_sent_by_many_at_once_submits_once(api: Api) -> None:
    api.put(BODY)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: api.submit("one", 1), range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert api.versions() == [(1, "submitted")]
    with read_session(api.app.state.engine) as session:
        acts = session.exec(select(AuditEntry).where(AuditEntry.act == "profile-submitted")).all()
        assert len(acts) == 1
