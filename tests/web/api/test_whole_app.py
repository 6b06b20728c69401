"""What must hold for every address of the whole application, pages and API alike."""

from collections.abc import Iterator, Sequence

import pytest
from fastapi.testclient import TestClient

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.errors import EncoderBusyError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.throttles import MINUTE, Throttle
from web.app import create_app
from web.middleware import CONTENT_SECURITY_POLICY

TEXT = "We build solid-state batteries and look for a pilot customer in the United States."


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/programs", 200),
        ("GET", "/programs/no-such", 404),
        ("GET", "/try", 200),
        ("POST", "/try", 422),
        ("GET", "/nothing", 404),
        ("PUT", "/try", 405),
        ("GET", "/static/landfall.css", 200),
        ("GET", "/static/../web/app.py", 404),
        ("GET", "/login", 200),
        ("GET", "/healthz", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/api/v1/programs?limit=0", 422),
        ("POST", "/api/v1/match", 415),
        ("DELETE", "/api/v1/match", 405),
    ],
)
def test_every_kind_of_answer_carries_the_security_headers(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers.get_list("cache-control").count("no-store") == int(
        method != "GET" or path == "/login"
    )


@pytest.mark.parametrize("path", ["/try", "/api/v1/match", "/review/p/s/decision", "/nothing"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"cookie": "landfall_lang=ko"},
    ],
)
def test_foreign_writes_are_refused(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, data={"text": TEXT}, headers=headers)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/try", "/api/v1/programs", "/healthz", "/static/landfall.css"])
def test_other_hosts_are_refused(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.fixture(name="two_tries")
def client_with_two_tries(client: TestClient) -> Iterator[TestClient]:
    """Give the client with room for two tries on a clock that stands still."""
    state = client.app.state  # type: ignore[attr-defined]
    usual = state.try_limiter
    state.try_limiter = Throttle(2, MINUTE, lambda: 0.0)
    yield client
    state.try_limiter = usual


def test_page_and_api_share_one_count(two_tries: TestClient) -> None:
    page = two_tries.post("/try", data={"text": TEXT})
    document = two_tries.post("/api/v1/match", json={"text": TEXT})
    page_refused = two_tries.post("/try", data={"text": TEXT})
    refused = two_tries.post("/api/v1/match", json={"text": TEXT})

    answers = (page, document, page_refused, refused)
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [answer.headers.get("retry-after") for answer in answers] == [None, None, "60", "60"]


def test_a_page_says_in_both_languages_that_a_file_is_too_large(client: TestClient) -> None:
    answer = client.post("/try", files={"file": ("text.txt", b"x" * 10_000_000, "text/plain")})

    assert answer.status_code == 422
    assert "text: the request is larger than 4 MiB" in answer.text


class BusyAnalyst(LocalAnalyst):
    """An analyst whose queue is always full."""

    def read(self, sources: Sequence[SourceText]) -> tuple[TextAnalysis, ...]:
        """Refuse every text."""
        del sources
        raise EncoderBusyError(5)


def test_a_full_queue_says_when_to_come_back(client: TestClient) -> None:
    settings = client.app.state.settings  # type: ignore[attr-defined]
    app = create_app(settings, BusyAnalyst(settings))

    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as busy:
        answers = [busy.post("/api/v1/match", json={"text": TEXT}), busy.post("/try", data={"text": TEXT})]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert [answer.headers["retry-after"] for answer in answers] == ["5", "5"]
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert TEXT not in answers[0].text
