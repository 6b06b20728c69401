"""POST /api/v1/match: the document of `landfall match --json`; whatever comes in, never a fault."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from matcher.workflows.throttles import MINUTE, Throttle
from tests.web.api.poison import BROKEN_BODIES, FRAGMENTS

MATCH = "/api/v1/match"
JSON = {"content-type": "application/json"}
KOREAN = "우리는 전고체 배터리 소재를 만듭니다. 북미 완성차 업체와 실증할 곳을 찾습니다."
FACTS = (
    "founded",
    "employees",
    "stage",
    "trl",
    "sectors",
    "needs",
    "target_regions",
    "country",
    "city",
    "raised_usd",
)
FIELDS = ("text", "lang", "top", "facts", *(f"facts.{fact}" for fact in FACTS))


def body_with(field: str, fragment: bytes) -> bytes:
    """Build a good body in which one field holds the fragment as it is."""
    outer, _, fact = field.partition(".")
    value = b'{"' + fact.encode() + b'": ' + fragment + b"}" if fact else fragment
    text = b"" if outer == "text" else b'"text": "battery materials", '
    return b"{" + text + b'"' + outer.encode() + b'": ' + value + b"}"


def send(client: TestClient, body: bytes) -> Response:
    """Send a body as JSON."""
    return client.post(MATCH, content=body, headers=JSON)


def refused_fields(answer: Response) -> list[str]:
    """Name the fields of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["field"] for error in answer.json()["errors"]]


@pytest.fixture(name="api")
def api_without_limit(client: TestClient) -> Iterator[TestClient]:
    """Give the client with room for as many tries as a test makes."""
    state = client.app.state  # type: ignore[attr-defined]
    usual = state.try_limiter
    state.try_limiter = Throttle(1_000_000, MINUTE, lambda: 0.0)
    yield client
    state.try_limiter = usual


def test_a_korean_text_is_ranked(api: TestClient) -> None:
    answer = api.post(
        MATCH, json={"text": KOREAN, "facts": {"sectors": ["batteries"], "founded": 2021}, "top": 3}
    )

    document = answer.json()
    assert answer.status_code == 200
    assert document["language"] == "ko"
    assert [result["rank"] for result in document["results"]] == list(range(1, len(document["results"]) + 1))
    assert 1 <= len(document["results"]) <= 3
    for result in document["results"]:
        assert sum(result["signals"].values()) == pytest.approx(result["score"], abs=1e-6)
        assert result["eligibility"]["verdict"] in {"eligible", "not_eligible", "cannot_tell"}


def test_evidence_names_the_words_that_carried_it(api: TestClient) -> None:
    document = api.post(MATCH, json={"text": KOREAN, "top": 100}).json()
    pairs = [pair for result in document["results"] for pair in result["evidence"]]

    assert any(pair["links"] for pair in pairs)
    for pair in pairs:
        for link in pair["links"]:
            assert pair["profile"][slice(*link["profile_span"])] == link["profile"]
            assert pair["program"][slice(*link["program_span"])] == link["program"]
            assert link["concept"]


def test_the_same_text_gives_the_same_bytes(api: TestClient) -> None:
    first, second = (api.post(MATCH, json={"text": KOREAN}) for _ in range(2))

    assert first.content == second.content


def test_top_cuts_the_same_ranking(api: TestClient) -> None:
    long, short = (api.post(MATCH, json={"text": KOREAN, "top": top}).json() for top in (100, 2))

    assert short["results"] == long["results"][:2]


@pytest.mark.parametrize("field", FIELDS)
def test_poison_is_answered_or_refused_by_name(api: TestClient, field: str) -> None:
    answers = {name: send(api, body_with(field, fragment)) for name, fragment in FRAGMENTS.items()}

    assert {
        name: answer.status_code for name, answer in answers.items() if answer.status_code not in {200, 422}
    } == {}
    misnamed = {
        name: refused_fields(answer)
        for name, answer in answers.items()
        if answer.status_code == 422 and not all(found.startswith(field) for found in refused_fields(answer))
    }
    assert misnamed == {}


@pytest.mark.parametrize(
    ("field", "name"),
    [
        *(
            ("text", name)
            for name in ("empty", "spaces", "nul", "only_nul", "zero_width", "hangul_fillers", "emoji")
        ),
        *(
            ("text", name)
            for name in ("punctuation", "too_long", "null", "zero", "object", "surrogate", "bad_utf8")
        ),
        *(
            ("text", name)
            for name in ("surrogate_raw", "korean_windows", "overlong_utf8", "raw_nul", "many_digits")
        ),
        *(("lang", name) for name in ("empty", "null", "nul", "surrogate", "unknown_word", "list")),
        *(
            ("top", name)
            for name in ("zero", "negative", "nan", "two_to_63", "many_digits", "true", "half", "null")
        ),
        *(("facts", name) for name in ("null", "list", "empty", "object_of_nul")),
        *(
            ("facts.founded", name)
            for name in ("nan", "two_to_63", "infinity", "negative", "half", "many_digits")
        ),
        *(("facts.employees", name) for name in ("nan", "two_to_63", "infinity", "negative", "half", "html")),
        *(("facts.trl", name) for name in ("zero", "nan", "two_to_63", "half", "many_digits", "surrogate")),
        *(("facts.raised_usd", name) for name in ("nan", "infinity", "overflow", "negative", "many_digits")),
        *(("facts.stage", name) for name in ("empty", "unknown_word", "nul", "surrogate", "zero", "list")),
        *(
            ("facts.sectors", name)
            for name in ("unknown_word", "list_of_unknown", "list_of_null", "surrogate_list")
        ),
        *(("facts.needs", name) for name in ("unknown_word", "list_of_unknown", "list_of_lists", "nested")),
        *(
            ("facts.target_regions", name)
            for name in ("list_of_unknown", "long_list", "object", "surrogate_list")
        ),
        *(("facts.country", name) for name in ("nul", "surrogate", "unknown_word", "zero", "bad_utf8")),
        *(("facts.city", name) for name in ("nul", "surrogate", "too_long", "zero", "bad_utf8", "raw_nul")),
    ],
)
def test_what_cannot_be_meant_is_refused(api: TestClient, field: str, name: str) -> None:
    answer = send(api, body_with(field, FRAGMENTS[name]))

    assert answer.status_code == 422
    assert all(found.startswith(field) for found in refused_fields(answer))


@pytest.mark.parametrize("name", BROKEN_BODIES)
def test_a_broken_body_is_refused(api: TestClient, name: str) -> None:
    answer = send(api, BROKEN_BODIES[name])

    assert answer.status_code == 422
    assert refused_fields(answer) in (["body"], ["text"])


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({}, ["text"]),
        ({"text": "battery", "txet": 1}, ["txet"]),
        ({"text": "battery", "facts": {"sector": "batteries"}}, ["facts.sector"]),
        ({"text": "battery", "facts": {"trl": 10}, "top": 0}, ["facts.trl", "top"]),
        ({"text": "battery", "배터리": 1}, ["배터리"]),
        ({"text": "battery", "x" * 1000: 1}, ["x" * 100]),
        ({"text": "battery", "\x00": 1}, ["�"]),
    ],
)
def test_missing_and_unknown_fields_are_named(
    api: TestClient, document: dict[str, Any], fields: list[str]
) -> None:
    answer = api.post(MATCH, json=document)

    assert answer.status_code == 422
    assert sorted(refused_fields(answer)) == fields


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            b'{"top": 5, "facts": {"trl": 1, "sectors": ["quantum", "\\udfff"]}, "text": "\\ud800"}',
            {"field": "facts.sectors.1", "reason": "holds characters that are no valid Unicode"},
        ),
        (
            b'{"text": "a\\nb", "facts": {"city": "a\x00"}}',
            {"field": "facts.city", "reason": "holds control characters"},
        ),
        (
            b'{"text": "battery", "facts": {"trl": ' + b"9" * 5000 + b"}}",
            {"field": "facts.trl", "reason": "is a number with too many digits"},
        ),
        (
            b'{"text": "battery"',
            {"field": "body", "reason": "Invalid JSON: EOF while parsing an object at line 1 column 18"},
        ),
    ],
)
def test_a_body_that_is_no_json_names_its_place(
    api: TestClient, body: bytes, problem: dict[str, str]
) -> None:
    answer = send(api, body)

    assert (answer.status_code, answer.json()["errors"]) == (422, [problem])


def test_a_refusal_repeats_nothing_that_was_sent(api: TestClient) -> None:
    canary = "CANARY-소재-4711"
    documents = [
        {"text": canary, "lang": canary, "facts": dict.fromkeys(FACTS, canary)},
        {"text": [canary]},
        {"text": "battery", "facts": {"sectors": [canary], "city": {"a": canary}}},
    ]

    answers = [api.post(MATCH, json=document) for document in documents]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert [canary in answer.text for answer in answers] == [False, False, False]


def test_a_repeated_key_counts_once(api: TestClient) -> None:
    answer = send(api, b'{"text": "", "text": "battery materials"}')

    assert answer.status_code == 200


def test_a_byte_order_mark_is_passed_over(api: TestClient) -> None:
    answer = send(api, b"\xef\xbb\xbf" + json.dumps({"text": KOREAN}).encode())

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("application/vnd.api+json", 200),
        ("text/plain", 415),
        ("text/json", 415),
        ("text/plain; application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=a", 415),
        ("application/jsonp", 415),
        ("json", 415),
        ("", 415),
        ("\u00ff/\u00ff", 415),
    ],
)
def test_only_json_is_taken(api: TestClient, content_type: str, status: int) -> None:
    body = json.dumps({"text": KOREAN}).encode()

    answer = api.post(MATCH, content=body, headers=[(b"content-type", content_type.encode("latin-1"))])

    assert answer.status_code == status


def test_a_body_without_a_type_is_not_taken(api: TestClient) -> None:
    answer = api.post(MATCH, content=b'{"text": "battery"}')

    assert answer.status_code == 415
    assert answer.json()["detail"] == "Send the body as application/json."


def test_ten_megabytes_are_refused_by_field(api: TestClient) -> None:
    answer = api.post(MATCH, json={"text": "x" * 10_000_000})

    assert answer.status_code == 422
    assert refused_fields(answer) == ["text"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_told_what_is_allowed(api: TestClient, method: str) -> None:
    answer = api.request(method, MATCH)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_tries_are_counted_per_minute_and_refusals_are_not(client: TestClient) -> None:
    state = client.app.state  # type: ignore[attr-defined]
    now = 100.0
    state.try_limiter = Throttle(2, MINUTE, lambda: now)
    good, bad = {"text": KOREAN}, {"text": ""}

    early = [client.post(MATCH, json=document).status_code for document in (bad, good, bad, good, bad, good)]
    refusal = client.post(MATCH, json=good, headers={"x-forwarded-for": "198.51.100.9"})
    now += 60.0
    later = client.post(MATCH, json=good)

    assert early == [422, 200, 422, 200, 422, 429]
    assert (refusal.status_code, refusal.headers["retry-after"]) == (429, "60")
    assert refusal.headers["content-type"] == "application/problem+json"
    assert later.status_code == 200


def test_the_answer_is_not_stored(api: TestClient) -> None:
    assert api.post(MATCH, json={"text": KOREAN}).headers["cache-control"] == "no-store"
