"""Rounds over the API: opened, changed under If-Match, planned, published, taken away; for managers alone."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from python_calamine import CalamineWorkbook
from sqlmodel import col, delete, select

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.api_tokens import make_token
from matcher.workflows.sign_ins import actor_of_account
from models.database import read_session, write_session
from models.tables import (
    Account,
    AuditEntry,
    Candidacy,
    Outcome,
    Profile,
    Program,
    Review,
    Startup,
    Webhook,
    WebhookDelivery,
)
from tests.web.signing_in import add_account
from web.app import create_app

STARTUPS = ("S01", "S02", "S03")
ROUNDS = "/api/v1/rounds"


class Api:
    """The application with a manager, a lead and an admin, and a program with three accepted candidates."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        """Put everybody there."""
        self.app, self.client = app, client
        self.tokens: dict[str, str] = {}
        with write_session(app.state.engine) as session:
            programs = session.exec(select(Program).order_by(Program.id)).all()
            self.program, self.other = programs[0].id, programs[1].id
            session.exec(delete(Candidacy).where(col(Candidacy.program_id).in_([self.program, self.other])))
            for startup in STARTUPS:
                session.add(Candidacy(program_id=self.program, startup_id=startup))
                session.add(
                    Review(
                        program_id=self.program,
                        startup_id=startup,
                        desk="agency",
                        decision="accept",
                        override_verdict="eligible",
                        override_reason="Ruled",
                        reviewer="somebody",
                    )
                )
            self.manager = add_account(session, "manager@x.example", office="manager").id
            self.lead = add_account(session, "lead@x.example", leads=[programs[0].agency_id]).id
            self.admin = add_account(session, "admin@x.example", office="admin").id
        self.give("rounds", self.manager, "rounds")
        self.give("all", self.manager, "rounds", "export", "review")
        self.give("export", self.manager, "export")
        self.give("review", self.manager, "review", "read")
        self.give("lead", self.lead, "review", "export", "read")

    def give(self, token: str, owner: str, *scopes: str) -> None:
        """Make a token."""
        with write_session(self.app.state.engine) as session:
            actor = actor_of_account(session, session.get_one(Account, owner))
            self.tokens[token] = make_token(session, actor, token, scopes, 30)

    def ask(self, method: str, path: str = "", who: str = "all", **more: Any) -> Response:
        """Send a request below /api/v1/rounds."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} | more.pop("headers", {})
        return self.client.request(method, f"{ROUNDS}{path}", headers=headers, **more)

    def open(self, seats: int = 1, **more: Any) -> str:
        """Open a round of one program and give its path."""
        programs = [{"program": self.program, "seats": seats, "waitlist": 5}]
        answer = self.ask("POST", json={"name": "Autumn", "programs": programs, "id": "autumn"} | more)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"].removeprefix(ROUNDS)

    def change(self, path: str, body: Any, etag: str | None = None, **more: Any) -> Response:
        """Change a round from the ETag in force."""
        etag = etag or self.ask("GET", path).headers["etag"]
        return self.ask("PATCH", path, json=body, headers={"If-Match": etag}, **more)

    def pin(self, path: str, startup: str, **body: Any) -> Response:
        """Demand a pair."""
        etag = self.ask("GET", path).headers["etag"]
        said = {"kind": "pin", "reason": "Asked by the city"} | body
        address = f"{path}/pins/{self.program}/{startup}"
        return self.ask("PUT", address, json=said, headers={"If-Match": etag})

    def run(self, path: str) -> dict[str, Any]:
        """Make a plan and keep it."""
        answer = self.ask("POST", f"{path}/runs")
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def acts(self, *wanted: str) -> list[AuditEntry]:
        """Give the entries of some acts."""
        with read_session(self.app.state.engine) as session:
            session.expire_on_commit = False
            found = list(session.exec(select(AuditEntry).where(col(AuditEntry.act).in_(wanted))))
            session.expunge_all()
            return found


@pytest.fixture
def api(settings: Settings, engine: object, hashing_analyst: LocalAnalyst) -> Iterator[Api]:
    """Give the application with tokens."""
    del engine
    app = create_app(settings, hashing_analyst)
    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield Api(app, client)
    app.state.engine.dispose()


def fields(answer: Response) -> list[str]:
    """Give the refused fields."""
    return [one["field"] for one in answer.json()["errors"]]


def test_a_round_is_opened_read_and_listed_in_pages(api: Api) -> None:
    path = api.open(time_zone="Europe/Berlin")
    first = api.ask("GET", path)
    again = api.ask("GET", path, headers={"If-None-Match": first.headers["etag"]})
    for number in range(3):
        api.open(id=f"more-{number}")
    page = api.ask("GET", "?limit=3")
    rest = api.ask("GET", f"?limit=3&cursor={page.json()['next']}")

    assert first.headers["etag"] == '"0"'
    said = first.json()
    assert (said["id"], said["state"], said["time_zone"]) == ("autumn", "open", "Europe/Berlin")
    assert said["programs"][0] | {"name": ""} == {
        "program": api.program,
        "name": "",
        "seats": 1,
        "waitlist": 5,
        "candidates": 3,
    }
    assert (again.status_code, again.content) == (304, b"")
    assert 'rel="next"' in page.headers["link"]
    assert len({one["id"] for one in page.json()["rounds"] + rest.json()["rounds"]}) == 4
    assert rest.json()["next"] is None


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"programs": []}, 422, "programs"),
        ({"name": "\x00"}, 422, "name"),
        ({"name": "?"}, 422, "name"),
        ({"name": "a" * 201}, 422, "name"),
        ({"seats": 1}, 422, "seats"),
        ({"programs": [{"program": "no-such", "seats": 1}]}, 409, "programs"),
        ({"programs": [{"program": "x", "seats": -1}]}, 422, "programs.0.seats"),
        ({"time_zone": "Mars/Base"}, 409, "time_zone"),
        ({"stages": [{"stage": "selection", "opens": "2026-02-31T10:00"}]}, 409, "stages.selection"),
        (
            {"stages": [{"stage": "selection", "opens": "2026-03-02T10:00", "closes": "2026-03-01T10:00"}]},
            409,
            "stages.selection",
        ),
        ({"id": "Upper"}, 422, "id"),
        ({"id": "autumn"}, 409, "id"),
    ],
)
def test_what_is_refused_is_named(api: Api, body: dict[str, Any], status: int, field: str) -> None:
    api.open()
    whole = {"name": "Another", "programs": [{"program": api.program, "seats": 1}]} | body
    answer = api.ask("POST", json=whole)

    assert (answer.status_code, fields(answer)) == (status, [field])
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(api.ask("GET").json()["rounds"]) == 1


def test_a_key_opens_one_round_however_often_it_is_sent(api: Api) -> None:
    body = {"name": "Autumn", "programs": [{"program": api.program, "seats": 1}]}
    answers = [api.ask("POST", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    other = api.ask("POST", json=body | {"name": "Winter"}, headers={"Idempotency-Key": "k1"})

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["etag"] == '"0"'
    assert other.status_code == 409
    assert len(api.ask("GET").json()["rounds"]) == 1


def test_everything_that_is_set_is_changed_from_what_was_read(api: Api) -> None:
    path = api.open()
    rule = {"name": "two per country", "each_startup": "country", "max": 2}
    changed = api.change(
        path,
        {
            "name": "Late autumn",
            "stage": "selection",
            "stages": [{"stage": "selection", "opens": "2026-03-01T09:00", "closes": "2026-03-02T23:59"}],
            "time_zone": "Europe/Madrid",
            "settings": {"moving_cost": 0.5, "seat_for": "not-declined"},
            "programs": [{"program": api.program, "seats": 2}, {"program": api.other, "seats": 1.0}],
            "rules": [rule],
            "columns": ["company", "result"],
        },
    )

    assert changed.status_code == 200, changed.text
    said = changed.json()
    assert (said["name"], said["stage"], said["columns"]) == (
        "Late autumn",
        "selection",
        ["company", "result"],
    )
    assert said["stages"] == [
        {"stage": "selection", "opens": "2026-03-01T09:00", "closes": "2026-03-02T23:59"}
    ]
    assert (said["settings"]["moving_cost"], said["settings"]["fit"]) == (0.5, 1.0)
    assert [one["seats"] for one in said["programs"]] == [2, 1]
    assert said["rules"] == [rule]
    assert changed.headers["etag"] == f'"{said["revision"]}"' == '"6"'
    assert api.ask("GET", path).json() == said


def test_a_change_from_something_else_is_refused(api: Api) -> None:
    path = api.open()
    without = api.ask("PATCH", path, json={"name": "Winter"})
    strange = api.ask("PATCH", path, json={"name": "Winter"}, headers={"If-Match": " "})
    stale = api.change(path, {"name": "Winter"}, etag='"7"')
    nothing = api.change(path, {"name": None})
    wrong = api.change(path, {"name": "Winter", "columns": ["company", "company"]})

    assert (without.status_code, strange.status_code, stale.status_code) == (428, 422, 412)
    assert nothing.headers["etag"] == '"0"'
    assert (wrong.status_code, fields(wrong)) == (409, ["columns"])
    assert api.ask("GET", path).json()["name"] == "Autumn", "one part refused, none is kept"
    assert api.change("/no-such", {"name": "W"}, etag='"0"').status_code == 404


def test_a_rule_that_is_wrong_is_named(api: Api) -> None:
    path = api.open()
    answer = api.change(path, {"rules": [{"name": "two", "startups": [1, 2], "programs": "all", "max": 1}]})

    assert answer.status_code == 409
    assert fields(answer) == ["rule 'two'"]


def test_pins_are_put_and_taken_away(api: Api) -> None:
    path = api.open()
    put = api.pin(path, "S03")
    (pin,) = put.json()["pins"]
    nobody = api.pin(path, "S05")
    silent = api.pin(path, "S02", reason="")
    address = f"{path}/pins/{api.program}/S03"
    stale = api.ask("DELETE", address, headers={"If-Match": '"0"'})
    gone = api.ask("DELETE", address, headers={"If-Match": put.headers["etag"]})

    assert (pin["startup"], pin["kind"], pin["reason"]) == ("S03", "pin", "Asked by the city")
    assert (nobody.status_code, fields(nobody)) == (409, ["startup"])
    assert (silent.status_code, fields(silent)) == (422, ["reason"])
    assert stale.status_code == 412
    assert gone.json()["pins"] == []
    assert api.ask("DELETE", address, headers={"If-Match": "*"}).status_code == 404
    assert api.ask("DELETE", address).status_code == 428


def test_a_plan_is_tried_kept_and_compared(api: Api) -> None:
    path = api.open()
    tried = api.ask("POST", f"{path}/dry-run").json()
    assert api.ask("GET", f"{path}/runs").json() == {"runs": []}
    kept = api.ask("POST", f"{path}/runs?mark={tried['mark']}")
    waiting = tried["programs"][0]["waitlist"][0]["startup"]
    api.pin(path, waiting)
    other = api.ask("POST", f"{path}/runs?mark={tried['mark']}")
    second = api.run(path)
    runs = api.ask("GET", f"{path}/runs").json()["runs"]
    shown = api.ask("GET", kept.headers["location"].removeprefix(ROUNDS)).json()

    assert kept.status_code == 201
    assert {key: shown[key] for key in ("mark", "programs", "total")} == {
        key: tried[key] for key in ("mark", "programs", "total")
    }
    assert other.status_code == 409
    assert "since the dry run" in other.json()["detail"]
    assert [one["run"] for one in runs] == [2, 1]
    assert [one["startup"] for one in second["programs"][0]["selected"]] == [waiting]
    assert second["programs"][0]["selected"][0]["name"]
    assert (second["changes"]["before"], len(second["changes"]["entered"])) == (1, 1)
    assert api.ask("GET", f"{path}/runs/3").status_code == 404
    assert api.ask("GET", f"{path}/runs/0").status_code == 422


def test_a_plan_that_cannot_be_is_told_with_its_pins(api: Api) -> None:
    path = api.open()
    api.pin(path, "S01")
    api.pin(path, "S02")
    answer = api.ask("POST", f"{path}/dry-run")

    assert answer.status_code == 409
    assert answer.json()["errors"] != []


def test_why_not_is_answered_for_a_startup_and_a_seat(api: Api) -> None:
    path = api.open()
    assert api.ask("GET", f"{path}/why-not?startup=S01").status_code == 404
    made = api.run(path)
    (left, *_) = made["programs"][0]["waitlist"]
    answer = api.ask("GET", f"{path}/why-not?startup={left['startup']}")
    said = answer.json()

    assert answer.status_code == 200, answer.text
    assert (said["run"], said["startup"], said["program"]) == (1, left["startup"], None)
    assert {one["kind"] for one in said["suggestions"]} >= {"pin", "seat"}
    assert api.ask("GET", f"{path}/why-not").status_code == 422
    assert api.ask("GET", f"{path}/why-not?startup=S01&program=x").status_code == 422
    assert api.ask("GET", f"{path}/why-not?startup=no-such").status_code == 404
    full = api.ask("GET", f"{path}/why-not?program={api.program}&run=1")
    assert full.status_code == 409
    api.change(path, {"programs": [{"program": api.program, "seats": 9}]})
    api.run(path)
    assert api.ask("GET", f"{path}/why-not?program={api.program}").json()["run"] == 2


def test_a_plan_is_published_made_final_and_a_vacancy_filled(api: Api) -> None:
    path = api.open()
    made = api.run(path)
    chosen = made["programs"][0]["selected"][0]["startup"]
    first = made["programs"][0]["waitlist"][0]["startup"]
    planned = api.ask("GET", f"{path}/assignments").json()
    published = api.ask("POST", f"{path}/publish", json={"run": 1}, headers={"Idempotency-Key": "p"})
    again = api.ask("POST", f"{path}/publish", json={"run": 1})
    repeated = api.ask("POST", f"{path}/publish", json={"run": 1}, headers={"Idempotency-Key": "p"})
    late = api.pin(path, "S03")
    etag = api.ask("GET", path).headers["etag"]
    stale = api.ask("POST", f"{path}/finalise", headers={"If-Match": '"0"'})
    final = api.ask("POST", f"{path}/finalise", headers={"If-Match": etag})
    body = {"program": api.program, "startup": chosen, "reason": "Went elsewhere"}
    left = api.ask("POST", f"{path}/withdraw", json=body)
    now = api.ask("GET", f"{path}/assignments").json()

    assert (planned["run"], planned["published"]) == (1, False)
    assert len(published.json()["results"]) == 3
    assert (again.status_code, "published already" in again.json()["detail"]) == (409, True)
    assert repeated.json() == published.json()
    assert (late.status_code, "it is published" in late.json()["detail"]) == (409, True)
    assert (stale.status_code, final.status_code, final.json()["state"]) == (412, 200, "finalised")
    assert left.json()["changed"][0] == {
        "program": api.program,
        "startup": chosen,
        "state": "withdrawn",
        "rank": None,
    }
    assert now["published"]
    seats = [one["startup"] for one in now["assignments"] if one["state"] == "selected"]
    assert seats == [first]
    assert api.ask("POST", f"{path}/withdraw", json=body).status_code == 409
    with read_session(api.app.state.engine) as session:
        assert session.get_one(Outcome, (api.program, first)).state == "selected"


def test_a_plan_whose_inputs_changed_is_not_published(api: Api) -> None:
    path = api.open()
    api.run(path)
    api.change(path, {"settings": {"fit": 0.5}})
    answer = api.ask("POST", f"{path}/publish", json={"run": 1})

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "run: settings changed since; make a new run",
    )
    assert api.ask("POST", f"{path}/publish", json={"run": 7}).status_code == 404


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "hwpx", "pdf"])
def test_the_shortlist_is_taken_away_with_a_reason(api: Api, form: str) -> None:
    path = api.open()
    api.run(path)
    answer = api.ask("GET", f"{path}/shortlist?format={form}&reason=Committee&language=de")
    silent = api.ask("GET", f"{path}/shortlist?format={form}")

    assert answer.status_code == 200, answer.text
    assert f"shortlist-autumn.{form}" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert (silent.status_code, fields(silent)) == (422, ["reason"])
    entries = api.acts("exported")
    assert entries
    assert {entry.reason for entry in entries} == {"Committee"}
    if form == "csv":
        assert not answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.content.decode("utf-8")
    if form == "xlsx":
        assert CalamineWorkbook.from_filelike(BytesIO(answer.content)).sheet_names
    if form == "json":
        assert json.loads(answer.content)["round"]["id"] == "autumn"


def test_the_shortlist_shows_what_is_asked_for(api: Api) -> None:
    path = api.open()
    api.run(path)
    ask = f"{path}/shortlist?format=csv&reason=x&columns=company&columns=result"
    few = api.ask("GET", f"{ask}&language=en").text.splitlines()
    waiting = api.ask("GET", f"{ask}&everybody=true&masked=true").text.splitlines()
    wrong = api.ask("GET", f"{path}/shortlist?format=csv&reason=x&program=no-such")
    twice = api.ask("GET", f"{path}/shortlist?format=csv&reason=x&columns=company&columns=company")

    assert len(few[-1].split(",")) == 2
    assert len(waiting) >= len(few)
    assert (wrong.status_code, fields(wrong)) == (409, ["program"])
    assert (twice.status_code, fields(twice)) == (409, ["columns"])
    assert api.ask("GET", f"{path}/shortlist?format=exe&reason=x").status_code == 422
    assert api.ask("GET", "/no-such/shortlist?reason=x").status_code == 404


def test_a_pack_is_the_same_each_time_and_written_down(api: Api) -> None:
    path = api.open()
    api.run(path)
    first = api.ask("GET", f"{path}/runs/1/pack?reason=archive")
    again = api.ask("GET", f"{path}/runs/1/pack?reason=archive")

    assert first.content == again.content
    assert first.json()["round"] == {"id": "autumn", "name": "Autumn", "run": 1}
    assert len(api.acts("exported")) == 6
    assert api.ask("GET", f"{path}/runs/1/pack").status_code == 422
    assert api.ask("GET", f"{path}/runs/2/pack?reason=x").status_code == 404


def test_more_than_an_hour_allows_is_not_taken_away(
    settings: Settings, engine: object, hashing_analyst: LocalAnalyst
) -> None:
    del engine
    app = create_app(settings.model_copy(update={"profiles_per_hour": 2}), hashing_analyst)
    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        api = Api(app, client)
        path = api.open()
        api.run(path)
        answer = api.ask("GET", f"{path}/shortlist?reason=x")

        assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
        assert [entry.act for entry in api.acts("exported", "reading-stopped")] == ["reading-stopped"]
    app.state.engine.dispose()


def test_a_token_for_rounds_plans_and_does_nothing_else(api: Api) -> None:
    path = api.open()
    assert api.ask("POST", f"{path}/dry-run", "rounds").status_code == 200
    assert api.ask("POST", f"{path}/runs", "rounds").status_code == 201
    assert api.ask("POST", f"{path}/publish", "rounds", json={"run": 1}).status_code == 200
    assert api.ask("GET", f"{path}/shortlist?reason=x", "rounds").status_code == 403
    assert api.ask("GET", f"{path}/runs/1/pack?reason=x", "rounds").status_code == 403
    reviews = api.client.get(
        f"/api/v1/reviews/{api.program}", headers={"Authorization": f"Bearer {api.tokens['rounds']}"}
    )
    assert reviews.status_code == 403
    for who in ("export", "review", "lead"):
        for method, tail in (("GET", ""), ("POST", "/runs"), ("GET", "/shortlist?reason=x")):
            assert api.ask(method, f"{path}{tail}", who).status_code == 403, (who, tail)
    assert api.client.get(f"{ROUNDS}{path}").status_code == 401


def test_what_happens_is_told_to_webhooks_without_a_name_or_a_text(api: Api) -> None:
    with write_session(api.app.state.engine) as session:
        session.add(
            Webhook(
                address="https://127.0.0.1/",
                secret_sealed="sealed",  # noqa: S106  of nobody
                events=["round.run", "round.published", "round.finalised", "result.changed"],
            )
        )
    path = api.open()
    api.pin(path, "S01", reason="CANARY-REASON")
    chosen = api.run(path)["programs"][0]["selected"][0]["startup"]
    api.ask("POST", f"{path}/publish", json={"run": 1})
    etag = api.ask("GET", path).headers["etag"]
    api.ask("POST", f"{path}/finalise", headers={"If-Match": etag})
    body = {"program": api.program, "startup": chosen, "reason": "CANARY-REASON"}
    api.ask("POST", f"{path}/withdraw", json=body)
    with read_session(api.app.state.engine) as session:
        rows = session.exec(select(WebhookDelivery).order_by(col(WebhookDelivery.made_at))).all()
        bodies = [json.loads(row.body) for row in rows]
        texts = " ".join(row.body for row in rows)
        words = {account.email for account in session.exec(select(Account))}
        words |= {startup.name for startup in session.exec(select(Startup))}
        words |= {profile.text[:20] for profile in session.exec(select(Profile))}

    told = [body["type"] for body in bodies]
    assert set(told[:3]) == {"round.run", "round.published", "round.finalised"}
    assert set(told[3:]) == {"result.changed"}
    assert next(one["data"] for one in bodies if one["type"] == "round.run") == {
        "round": "autumn",
        "run": 1,
        "programs": 1,
        "seats": 1,
        "selected": 1,
        "waitlisted": 2,
        "not_selected": 0,
    }
    left = next(one["data"] for one in bodies if one["data"].get("change") == "withdrawn")
    assert left == {
        "round": "autumn",
        "program": api.program,
        "startup": chosen,
        "change": "withdrawn",
        "before": {"state": "selected", "rank": None},
        "after": {"state": "withdrawn", "rank": None},
    }
    assert "CANARY" not in texts
    assert [word for word in words if word and word in texts] == []
