"""One form of refusal for the API, a page for people, and nothing said that was sent."""

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from web.problems import STATUS, FieldProblem, Refusal, field_problems, prefers_json, problem_response

Open = Callable[..., TestClient]


def test_a_refused_field_is_named(small_client: Open) -> None:
    answer = small_client().get("/api/typed", params={"number": "77 <b>"})

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": answer.json()["title"],
        "status": 422,
        "detail": "A field of the request was refused.",
        "instance": "/api/typed",
        "errors": [
            {
                "field": "number",
                "reason": "Input should be a valid integer, unable to parse string as an integer",
            }
        ],
    }


@pytest.mark.parametrize(
    ("name", "status", "retry_after", "detail"),
    [
        ("field", 422, None, "A field of the request was refused."),
        ("program", 404, None, "No program has this id."),
        ("busy", 503, "7", "The encoder is busy; try again shortly."),
        ("tries", 429, "31", "Too many tries within a short time."),
        ("database", 503, None, "The service cannot answer just now; try again shortly."),
        ("sql", 503, None, "The service cannot answer just now; try again shortly."),
        ("unlisted", 500, None, "Something went wrong on our side."),
        ("fault", 500, None, "Something went wrong on our side."),
    ],
)
def test_a_mistake_gets_its_status_and_no_secret(
    small_client: Open, name: str, status: int, retry_after: str | None, detail: str
) -> None:
    client = small_client()

    answer = client.get(f"/api/mistake/{name}")
    page = client.get(f"/mistake/{name}")

    assert (answer.status_code, page.status_code) == (status, status)
    assert answer.json()["detail"] == detail
    assert answer.headers.get("retry-after") == retry_after
    assert page.headers["content-type"].startswith("text/html")
    assert "secret" not in answer.text + page.text


def test_a_broken_error_page_still_ends_in_an_answer(small_client: Open) -> None:
    answer = small_client().get("/mistake/broken-page")

    assert (answer.status_code, answer.json()["detail"]) == (500, "Something went wrong on our side.")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_log_names_the_cause_but_no_parameter(
    small_client: Open, caplog: pytest.LogCaptureFixture
) -> None:
    small_client().get("/api/mistake/sql")

    assert caplog.messages == ["disk full"]


def test_a_page_is_told_which_field_was_refused(small_client: Open) -> None:
    assert "facts.trl: must be 1 to 9" in small_client().get("/mistake/field").text


def test_an_unknown_address_and_method(small_client: Open) -> None:
    missing = small_client().get("/api/nothing?token=1")
    refused = small_client().delete("/api/echo")

    assert missing.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "instance": "/api/nothing",
        "errors": [],
    }
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("path", "accept", "json_wanted"),
    [
        ("/api", "text/html", True),
        ("/api/v1/match", "text/html", True),
        ("/api/a\nb", "text/html", True),
        ("/openapi.json", "", True),
        ("/healthz", "", True),
        ("/readyz", "", True),
        ("/apiary", "", False),
        ("/", "", False),
        ("/", "*/*", False),
        ("/", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("/", "application/json", True),
        ("/", "application/problem+json, text/html;q=0.5", True),
        ("/", "application/json;q=0.5, text/html", False),
        ("/", "application/json;q=0", False),
        ("/", "application/json;charset=utf-8;q=0.9,text/html;q=0.8", True),
        ("/", "application/json;q=nan", True),
        ("/", ",,;;q=", False),
    ],
)
def test_who_gets_a_problem_document(path: str, accept: str, *, json_wanted: bool) -> None:
    scope = {"type": "http", "path": path, "headers": [(b"accept", accept.encode())]}

    assert prefers_json(scope) is json_wanted


def test_what_cannot_be_printed_is_replaced() -> None:
    name = "x\ud800\x00" + "y" * 500
    (problem,) = field_problems([{"loc": ("body", name), "msg": "Value error, no\nsuch\ud800", "type": "x"}])
    scope = {"type": "http", "path": "/api/\ud800\x00<b>" + "z" * 5000, "headers": []}

    answer = problem_response(scope, Refusal(422, "a\ud800", (problem,)))

    document = json.loads(bytes(answer.body))
    assert document["errors"] == [{"field": "x��" + "y" * 97, "reason": "no�such�"}]
    assert document["detail"] == "a�"
    assert document["instance"].startswith("/api/%3F%00%3Cb%3Ezzz")
    assert len(document["instance"]) == 500


@pytest.mark.parametrize(
    ("loc", "field"),
    [
        (("body",), "body"),
        ((), "body"),
        (("body", 12), "body"),
        (("body", "facts", "sectors", 0), "facts.sectors.0"),
        (("query", "limit"), "limit"),
        (("path", "program_id"), "program_id"),
        (("facts", "trl"), "facts.trl"),
    ],
)
def test_a_field_is_named_by_its_path(loc: tuple[str | int, ...], field: str) -> None:
    assert field_problems([{"loc": loc, "msg": "no", "type": "x"}]) == (
        FieldProblem(field=field, reason="no"),
    )


def test_every_status_of_the_table_is_an_error() -> None:
    assert {status for status in STATUS.values() if not 400 <= status < 600} == set()
