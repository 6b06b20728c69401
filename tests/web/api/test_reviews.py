"""The review over the API: pages of a queue, If-Match, decisions, order, learning; only for those who may."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from matcher.engine.policy import SIGNALS
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.api_tokens import make_token
from matcher.workflows.blind import pseudonym
from matcher.workflows.sign_ins import actor_of_account
from models.database import read_session, write_session
from models.tables import Account, AuditEntry, ConflictAnswer, Program, Review, ReviewSetup
from tests.web.signing_in import add_account
from web.app import create_app

PROGRAM = "ksc-seattle"
QUEUE = f"/api/v1/reviews/{PROGRAM}"
ELSEWHERE = "wirtschaftsfoerderung-dortmund"


class Api:
    """The application with two reviewers, a lead, a manager and a reviewer of another agency."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        """Make an account and a token for everybody."""
        self.app, self.client = app, client
        self.tokens: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        with write_session(app.state.engine) as session:
            agency = session.get_one(Program, PROGRAM).agency_id
            people: Mapping[str, dict[str, Any]] = {
                "ana": {"reviews_for": [agency]},
                "ben": {"reviews_for": [agency]},
                "lead": {"leads": [agency]},
                "manager": {"office": "manager"},
                "stranger": {"reviews_for": [ELSEWHERE]},
                "founder": {"startups": ["S01"]},
            }
            for name, kind in people.items():
                account = add_account(session, f"{name}@x.example", **kind)
                self.ids[name] = account.id
        for name in self.ids:
            self.give(name, name, "read" if name == "founder" else "review")

    def give(self, token: str, owner: str, scope: str) -> None:
        """Make a token."""
        with write_session(self.app.state.engine) as session:
            actor = actor_of_account(session, session.get_one(Account, self.ids[owner]))
            self.tokens[token] = make_token(session, actor, token, [scope], 30)

    def ask(self, method: str, path: str = "", who: str = "ana", **more: Any) -> Response:
        """Send a request below the queue's address."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} | more.pop("headers", {})
        return self.client.request(method, f"{QUEUE}{path}", headers=headers, **more)

    def items(self, who: str = "ana", query: str = "") -> list[dict[str, Any]]:
        """Read the queue."""
        answer = self.ask("GET", query, who)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def order(self, who: str = "ana") -> list[str]:
        """Give the ids in the order of somebody's desk."""
        return [item["startup_id"] for item in self.items(who)]

    def put(self, startup: str, body: Any, who: str = "ana", etag: str | None = None) -> Response:
        """Put a review, with the ETag in force where none is given."""
        etag = etag or self.ask("GET", f"/{startup}", who).headers["etag"]
        return self.ask("PUT", f"/{startup}", who, json=body, headers={"If-Match": etag})

    def decide(self, startup: str, decision: str | None, who: str = "ana", **more: Any) -> Response:
        """Decide about the revision in force."""
        revision = next(item["revision"] for item in self.items(who) if item["startup_id"] == startup)
        body = {"decision": decision, "revision": revision} | more
        return self.ask("POST", f"/{startup}/decision", who, json=body)

    def set_up(self, **values: Any) -> None:
        """Say how the program is reviewed."""
        with write_session(self.app.state.engine) as session:
            session.merge(ReviewSetup(program_id=PROGRAM, **values))

    def acts(self, *wanted: str) -> list[str]:
        """Give those of the wanted acts that were written down."""
        with read_session(self.app.state.engine) as session:
            return [row.act for row in session.exec(select(AuditEntry)) if row.act in wanted]


@pytest.fixture
def api(settings: Settings, engine: object, hashing_analyst: LocalAnalyst) -> Iterator[Api]:
    """Give the application with tokens; four profiles an hour may be read."""
    del engine
    app = create_app(settings.model_copy(update={"profiles_per_hour": 4}), hashing_analyst)
    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        yield Api(app, client)
    app.state.engine.dispose()


def test_the_queue_goes_in_pages_in_the_order_of_the_desk(api: Api) -> None:
    first = api.ask("GET", "?limit=4")
    second = api.ask("GET", f"?limit=4&cursor={first.json()['next']}")
    whole = api.items()

    assert first.json()["items"] + second.json()["items"] == whole
    assert [item["position"] for item in whole] == [1, 2, 3, 4, 5, 6]
    assert [item["machine_rank"] for item in whole] == [1, 2, 3, 4, 5, 6]
    assert (first.json()["candidates"], first.json()["decided"], second.json()["next"]) == (6, 0, None)
    assert 'rel="next"' in first.headers["link"]
    assert set(whole[0]) >= {
        "name",
        "score",
        "band",
        "verdict",
        "decision",
        "provisional",
        "reviews",
        "revision",
    }


def test_a_page_begins_behind_the_last_one_wherever_that_stands_by_now(api: Api) -> None:
    first = api.ask("GET", "?limit=2").json()
    last = first["items"][-1]["startup_id"]
    api.ask("POST", f"/{last}/order", json={"position": 5})

    following = api.items(query=f"?limit=2&cursor={first['next']}")

    assert [item["startup_id"] for item in following] == api.order()[5:]


@pytest.mark.parametrize("cursor", ["7a", "322e", "392e5a5a5a", "30302e"])
def test_every_well_formed_cursor_is_good(api: Api, cursor: str) -> None:
    assert api.ask("GET", f"?cursor={cursor}").status_code == 200


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?cursor=z", "?show=no", "?page=2"])
def test_a_query_that_is_not_described_is_refused(api: Api, query: str) -> None:
    assert api.ask("GET", query).status_code == 422


def test_the_queue_is_filtered_as_the_page_is(api: Api) -> None:
    startup = api.order()[2]
    api.decide(startup, "maybe")

    shown = {
        show: [item["startup_id"] for item in api.items(query=f"?show={show}")] for show in ("maybe", "open")
    }
    verdicts = {
        verdict: api.items(query=f"?eligibility={verdict}")
        for verdict in ("eligible", "cannot_tell", "not_eligible")
    }

    assert shown["maybe"] == [startup]
    assert len(shown["open"]) == 5
    assert sum(len(found) for found in verdicts.values()) == 6
    assert all(item["verdict"] == verdict for verdict, found in verdicts.items() for item in found)


def test_the_queue_tells_how_many_wait_for_an_answer_about_conflicts(api: Api) -> None:
    with write_session(api.app.state.engine) as session:
        session.delete(session.get_one(ConflictAnswer, (api.ids["ana"], "S01")))

    answer = api.ask("GET").json()

    assert (answer["unanswered"], answer["candidates"]) == (1, 5)
    assert api.ask("GET", "/S01").status_code == 404
    assert api.ask("PUT", "/S01", json={"decision": "maybe"}).status_code == 404


def test_a_candidate_is_given_in_full_with_evidence_in_both_languages(api: Api) -> None:
    startup = api.order()[0]

    answer = api.ask("GET", f"/{startup}")
    told = answer.json()

    assert answer.headers["cache-control"] == "no-store"
    assert told["language"] == "ko"
    assert told["text"]
    assert sum(told["signals"].values()) == pytest.approx(told["score"])
    assert tuple(told["signals"]) == SIGNALS
    assert {(pair["profile_language"], pair["program_language"]) for pair in told["evidence"]} == {
        ("ko", "en")
    }
    assert {"verdict", "rules"} == set(told["eligibility"])
    assert [item["key"] for item in told["criteria"]][:2] == ["market-entry", "technology"]
    assert told["own_review"] == {
        "startup_id": startup,
        "desk": "own",
        "decision": None,
        "reason_kind": None,
        "reason": "",
        "scores": {},
        "total": None,
        "revision": 0,
    }
    assert (told["other_reviews"], told["aggregate"], told["override"]) == ([], None, None)


def test_reading_is_written_down_and_counted(api: Api) -> None:
    api.items()
    statuses = [api.ask("GET", f"/{startup}").status_code for startup in api.order()[:5]]

    assert statuses == [200, 200, 200, 200, 429]
    assert api.acts("profile-read", "reading-stopped") == ["profile-read"] * 4 + ["reading-stopped"]


def test_a_review_is_put_under_if_match(api: Api) -> None:
    startup = api.order()[0]
    body = {"decision": "accept", "reason_kind": "technology", "scores": {"technology": 4.5}}
    seen = api.ask("GET", f"/{startup}").headers["etag"]

    missing = api.ask("PUT", f"/{startup}", json=body)
    saved = api.put(startup, body, etag=seen)
    stale = api.put(startup, body | {"decision": "maybe"}, etag=seen)
    again = api.put(startup, body | {"decision": "maybe"}, etag=saved.headers["etag"])

    assert (missing.status_code, saved.status_code) == (428, 200)
    assert (stale.status_code, again.status_code) == (412, 200)
    assert saved.json()["scores"] == {"technology": 4.5}
    assert api.ask("GET", f"/{startup}").json()["own_review"] == again.json()
    assert api.ask("GET", f"/{startup}").headers["etag"] == again.headers["etag"]


def test_a_review_without_a_decision_is_a_draft(api: Api) -> None:
    startup = api.order()[0]

    drafted = api.put(startup, {"decision": None, "reason": "So far.", "scores": {}})
    submitted = api.put(startup, {"decision": "accept", "scores": {}})
    taken_back = api.put(startup, {"decision": None})

    assert [one.json()["decision"] for one in (drafted, submitted, taken_back)] == [None, "accept", None]
    assert (drafted.json()["reason"], taken_back.json()["reason"]) == ("So far.", "")
    with read_session(api.app.state.engine) as session:
        row = session.get_one(Review, (PROGRAM, startup, api.ids["ana"]))
        assert row.submitted_at is None
    assert api.acts("scored", "decided") == ["scored", "decided", "decided"]


def test_full_points_give_a_total(api: Api) -> None:
    startup = api.order()[0]
    scores = {item["key"]: 5 for item in api.ask("GET", f"/{startup}").json()["criteria"]}

    told = api.put(startup, {"decision": "accept", "scores": scores}).json()

    assert told["total"] == {"total": 100.0, "bonus": 10.0}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"decision": "yes"}, 422),
        ({"decision": "decline"}, 422),
        ({"decision": "decline", "reason": "   "}, 422),
        ({"decision": "decline", "reason": "Too early."}, 200),
        ({"decision": "decline", "reason_kind": "stage"}, 200),
        ({"decision": "maybe", "reason": "x" * 501}, 422),
        ({"decision": "maybe", "reason": "a\u0000b"}, 422),
        ({"decision": "maybe", "scores": {"technology": -1}}, 422),
        ({"decision": "maybe", "scores": {"technology": True}}, 422),
        ({"decision": "maybe", "scores": {"technology": 6}}, 409),
        ({"decision": "maybe", "scores": {"colour": 1}}, 409),
        ({"decision": "maybe", "stars": 5}, 422),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_saved(api: Api, body: Any, status: int) -> None:
    startup = api.order()[0]

    answer = api.put(startup, body)

    assert answer.status_code == status
    assert api.items()[0]["decision"] == (body["decision"] if status == 200 else None)
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("etag", ["", "\u00e9"])
def test_an_if_match_that_is_no_etag_is_refused(api: Api, etag: str) -> None:
    headers = {b"authorization": f"Bearer {api.tokens['ana']}".encode(), b"if-match": etag.encode()}

    answer = api.client.put(f"{QUEUE}/{api.order()[0]}", headers=headers, json={"decision": None})

    assert answer.status_code == 422


def test_a_decision_tells_what_it_changed(api: Api) -> None:
    startup = api.order()[0]

    answer = api.decide(startup, "accept")
    stale = api.ask("POST", f"/{startup}/decision", json={"decision": "maybe", "revision": 0})
    taken_back = api.decide(startup, None)

    assert (answer.json()["item"]["decision"], answer.json()["item"]["revision"]) == ("accept", 1)
    assert answer.json()["effect"]["cause"] == "decided"
    assert stale.status_code == 409
    assert taken_back.json()["item"]["decision"] is None
    assert api.decide(startup, "decline").status_code == 422


def test_a_decision_leaves_the_scores(api: Api) -> None:
    startup = api.order()[0]
    api.put(startup, {"decision": None, "scores": {"technology": 3}})

    api.decide(startup, "accept")

    assert api.ask("GET", f"/{startup}").json()["own_review"]["scores"] == {"technology": 3}


def test_the_order_is_changed_by_hand_and_the_machines_rank_stays(api: Api) -> None:
    before = api.order()
    third, last, first = before[2], before[-1], before[0]

    moved = api.ask("POST", f"/{third}/order", json={"position": 1})
    pinned = api.ask("POST", f"/{last}/order", json={"pinned": True})
    excluded = api.ask("POST", f"/{first}/order", json={"excluded": True})
    liked = api.ask("POST", f"/{third}/order", json={"liking": 1})
    after = api.items()

    assert moved.json()["effect"]["own"] == {"startup_id": third, "before": 3, "after": 1}
    assert [answer.json()["effect"]["cause"] for answer in (moved, pinned, excluded, liked)] == [
        "moved",
        "pinned",
        "excluded",
        "more-like",
    ]
    assert (after[0]["startup_id"], after[0]["pinned"], after[0]["machine_rank"]) == (last, True, 6)
    assert (after[-1]["startup_id"], after[-1]["excluded"], after[-1]["machine_rank"]) == (first, True, 1)
    assert next(item for item in after if item["startup_id"] == third)["liking"] == 1
    assert api.ask("POST", f"/{third}/order", json={"position": None}).json()["item"]["place"] is None


@pytest.mark.parametrize(
    "body",
    [{}, {"position": 0}, {"position": 1_000_001}, {"liking": 2}, {"liking": True}, {"pinned": 1},
     {"pinned": None}, {"pinned": True, "excluded": False}, {"place": 1}, []],
)  # fmt: skip
def test_a_wish_is_exactly_one_of_those_described(api: Api, body: Any) -> None:
    startup = api.order()[0]

    answer = api.ask("POST", f"/{startup}/order", json=body)

    assert answer.status_code == 422
    assert api.items()[0]["revision"] == 0


def test_another_reviewers_review_is_hidden_until_the_own_is_submitted(api: Api) -> None:
    startup = api.order()[0]
    api.put(startup, {"decision": "accept", "reason": "Ready.", "scores": {"technology": 5}}, "ben")

    hidden = api.ask("GET", f"/{startup}").json()
    api.put(startup, {"decision": "maybe"})
    shown = api.ask("GET", f"/{startup}").json()

    assert (hidden["decision"], hidden["other_reviews"], hidden["reviews"]) == (None, [], 1)
    assert [(one["name"], one["decision"], one["reason"]) for one in shown["other_reviews"]] == [
        ("Ben", "accept", "Ready.")
    ]
    assert shown["aggregate"] is None


def test_where_the_agency_decides_its_lead_writes(api: Api) -> None:
    startup = api.order()[0]
    scores = {item["key"]: 4 for item in api.ask("GET", f"/{startup}", "ben").json()["criteria"]}
    api.put(startup, {"decision": "accept", "scores": scores}, "ben")
    api.set_up(phase="decision")

    before = api.items("lead")[0]
    refused = api.ask("POST", f"/{startup}/decision", json={"decision": "maybe", "revision": 0})
    decided = api.decide(startup, "decline", "lead", reason_kind="team")
    told = api.ask("GET", f"/{startup}", "lead").json()

    assert (before["decision"], before["provisional"]) == ("accept", True)
    assert (refused.status_code, api.ask("GET").json()["writes"]) == (403, False)
    assert (decided.json()["item"]["decision"], decided.json()["item"]["provisional"]) == ("decline", False)
    assert (told["own_review"]["desk"], told["aggregate"]["total"]) == ("agency", 80.0)


def test_what_was_read_at_one_desk_is_not_written_at_another(api: Api) -> None:
    startup = api.order("lead")[0]
    read = api.ask("GET", f"/{startup}", "lead")
    desk = read.json()["own_review"]["desk"]
    api.set_up(phase="decision")

    body = {"decision": "accept", "revision": 0}
    decided = api.ask("POST", f"/{startup}/decision?desk={desk}", "lead", json=body)
    ordered = api.ask("POST", f"/{startup}/order?desk={desk}", "lead", json={"pinned": True})
    put = api.put(startup, {"decision": "accept"}, "lead", etag=read.headers["etag"])
    now = api.ask("POST", f"/{startup}/decision?desk=agency", "lead", json=body)

    assert (decided.status_code, ordered.status_code, put.status_code, now.status_code) == (
        409,
        409,
        412,
        200,
    )
    assert api.ask("POST", f"/{startup}/decision?desk=mine", "lead", json=body).status_code == 422


def test_blind_review_gives_pseudonyms(api: Api) -> None:
    api.set_up(blind=True)

    told = api.ask("GET").json()
    named = {item["startup_id"]: item["name"] for item in told["items"]}
    startup = told["items"][0]["startup_id"]

    assert told["blind"]
    assert named == {one: pseudonym(one) for one in named}
    assert api.ask("GET", f"/{startup}").json()["name"] == pseudonym(startup)
    assert not api.ask("GET", "", "manager").json()["blind"]


def test_learning_says_not_enough_yet_until_there_is(api: Api) -> None:
    before = api.ask("GET", "/learning").json()
    api.decide(api.order()[0], "accept")
    after = api.ask("GET", "/learning").json()
    api.set_up(learning=False)
    off = api.ask("GET", "/learning").json()

    assert (before["on"], before["state"], before["words"], before["effect"]) == (
        True,
        "not_enough",
        "not enough yet",
        None,
    )
    assert [weight["signal"] for weight in before["weights"]] == list(SIGNALS)
    assert all(weight["default"] == weight["learned"] > 0 for weight in before["weights"])
    assert after["decisions"] == {"accept": 1, "maybe": 0, "decline": 0}
    assert (off["on"], off["state"], off["decisions"]["accept"]) == (False, None, 0)


PATHS = [
    ("GET", ""),
    ("GET", "/learning"),
    ("GET", "/S01"),
    ("PUT", "/S01"),
    ("POST", "/S01/decision"),
    ("POST", "/S01/order"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_only_those_who_review_the_program_get_in(api: Api, method: str, path: str) -> None:
    api.give("reading", "ana", "read")
    api.give("exporting", "ana", "export")

    statuses = {
        who: api.ask(method, path, who, json={}).status_code
        for who in ("stranger", "founder", "reading", "exporting")
    }
    nobody = api.client.request(method, f"{QUEUE}{path}", json={})

    assert statuses == {"stranger": 404, "founder": 403, "reading": 403, "exporting": 403}
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(("method", "path"), PATHS[2:])
def test_what_is_no_candidate_is_not_there(api: Api, method: str, path: str) -> None:
    answer = api.ask(method, path.replace("S01", "S99"), json={})

    assert answer.status_code == 404


def test_a_closed_review_is_gone_for_the_agency(api: Api) -> None:
    with write_session(api.app.state.engine) as session:
        program = session.get_one(Program, PROGRAM)
        program.review_closed_at = (
            program.review_closed_at or session.get_one(Account, api.ids["ana"]).created_at
        )
        session.add(program)

    assert {who: api.ask("GET", "", who).status_code for who in ("ana", "lead", "manager")} == {
        "ana": 404,
        "lead": 404,
        "manager": 200,
    }
