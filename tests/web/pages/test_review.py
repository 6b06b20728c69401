"""The review: decide, pin, move, undo, take the shortlist away; only for those who may."""

import csv
import io

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import sign_in_new

QUEUE = "/review/ksc-seattle"


def queue(client: TestClient) -> list[Element]:
    return read_page(client.get(QUEUE).text).find_all("li", cls="candidate")


def order(client: TestClient) -> list[str]:
    return [item.attributes["id"].removeprefix("startup-") for item in queue(client)]


def revision(client: TestClient, startup: str) -> str:
    item = read_page(client.get(QUEUE).text).find("li", id=f"startup-{startup}")
    return item.find("input", name="revision").attributes["value"]


def take(client: TestClient, file_format: str, reason: str) -> Response:
    return client.post(f"{QUEUE}/shortlist", data={"file_format": file_format, "reason": reason})


def decide(client: TestClient, startup: str, decision: str, reason: str = "") -> None:
    response = client.post(
        f"{QUEUE}/{startup}/decision",
        data={"decision": decision, "reason": reason, "revision": revision(client, startup)},
    )
    assert (response.status_code, response.headers["location"]) == (303, f"{QUEUE}#startup-{startup}")


@pytest.fixture
def client(manager: TestClient) -> TestClient:
    """A manager's browser."""
    return manager


def test_review_leads_a_visitor_to_the_sign_in_and_back(client: TestClient) -> None:
    client.cookies.clear()

    response = client.get(f"{QUEUE}?lang=en")

    assert (response.status_code, response.headers["location"]) == (
        303,
        "/login?next=%2Freview%2Fksc-seattle%3Flang%3Den",
    )


def test_review_refuses_a_visitors_decision_and_saves_nothing(client: TestClient) -> None:
    startup = order(client)[0]
    kept = dict(client.cookies)
    client.cookies.clear()

    response = client.post(f"{QUEUE}/{startup}/decision", data={"decision": "accept", "revision": "0"})

    assert response.status_code == 401
    client.cookies.update(kept)
    assert revision(client, startup) == "0"


def test_a_reviewer_sees_the_queues_of_the_own_agency_only(app: FastAPI, client: TestClient) -> None:
    client.cookies.clear()
    sign_in_new(app, client, "reviewer@agency.example", reviews_for=["wirtschaftsfoerderung-dortmund"])

    listed = [
        link.attributes["href"] for link in read_page(client.get("/review").text).find("main").find_all("a")
    ]

    assert listed
    assert QUEUE not in listed
    assert client.get(listed[0]).status_code == 200
    assert client.get(QUEUE).status_code == 404
    assert client.get("/review/no-such-program").status_code == 404


def test_review_lists_programs_with_their_progress(client: TestClient) -> None:
    decide(client, order(client)[0], "accept", "good fit")

    rows = read_page(client.get("/review").text).find("tbody").find_all("tr")
    decided = {
        row.find("a").attributes["href"]: row.find("td", cls="number").find("span").text for row in rows
    }

    assert len(decided) == 57
    assert decided[QUEUE] == "1 / 6"
    assert set(decided.values()) == {"0 / 6", "1 / 6"}


def test_queue_shows_every_startup_with_facts_and_evidence(client: TestClient) -> None:
    items = queue(client)

    assert len(items) == 6
    assert [item.find("p", cls="position").text for item in items] == [
        f"Position {place}" for place in range(1, 7)
    ]
    for item in items:
        assert [chip.text for chip in item.find("h2").find_all("span", cls="chip")] == ["invented"]
        assert item.find("dl", cls="fact-line").find_all("dt")
        assert item.find("div", cls="profile-text").attributes["lang"] == "ko"
        assert len(item.find("ul", cls="contributions").find_all("meter")) == 8


def test_queue_marks_the_words_that_carried_a_match(client: TestClient) -> None:
    boxes = read_page(client.get("/review/djbc-north-america").text).find_all("div", cls="evidence")
    linked = [box for box in boxes if box.find_all("div", cls="evidence-links")]

    assert linked
    for box in linked:
        assert [quote.attributes["lang"] for quote in box.find_all("blockquote")] == ["ko", "en"]
        chains = box.find("div", cls="evidence-links").find_all("li")
        assert all(len(quote.find_all("mark")) == len(chains) for quote in box.find_all("blockquote"))


def test_decision_is_saved_and_shown(client: TestClient) -> None:
    startup = order(client)[1]

    decide(client, startup, "maybe", "needs a local partner")

    item = read_page(client.get(QUEUE).text).find("li", id=f"startup-{startup}")
    assert "is-maybe" in item.attributes["class"].split()
    (chosen,) = item.find_all("input", name="decision", checked="")
    assert chosen.attributes["value"] == "maybe"
    assert item.find("textarea").text == "needs a local partner"


def test_declining_needs_a_reason_and_keeps_the_choice(client: TestClient) -> None:
    startup = order(client)[0]

    response = client.post(f"{QUEUE}/{startup}/decision", data={"decision": "decline", "revision": "0"})
    page = read_page(response.text)

    item = page.find("li", id=f"startup-{startup}")
    assert response.status_code == 422
    assert page.find("div", role="alert").find("h2").text == "The decision was not saved"
    assert item.find("textarea").attributes["aria-invalid"] == "true"
    assert item.find_all("input", name="decision", checked="")[0].attributes["value"] == "decline"
    assert revision(client, startup) == "0"


def test_reason_that_cannot_be_stored_is_refused(client: TestClient) -> None:
    startup = order(client)[0]

    response = client.post(
        f"{QUEUE}/{startup}/decision", data={"decision": "decline", "reason": "a\0b", "revision": "0"}
    )

    assert response.status_code == 422
    assert read_page(response.text).find("span", id="reason-problem").text == (
        "This reason cannot be stored. Use plain words, at most 500 characters."
    )


def test_stale_decision_is_not_saved_and_keeps_what_was_typed(client: TestClient) -> None:
    startup = order(client)[0]
    decide(client, startup, "accept", "first")

    response = client.post(
        f"{QUEUE}/{startup}/decision", data={"decision": "decline", "reason": "second", "revision": "0"}
    )
    page = read_page(response.text)

    assert response.status_code == 409
    assert page.find("h1").text == "Somebody changed this in the meantime"
    assert [answer.text for answer in page.find("dl", cls="glance").find_all("dd")] == ["Decline", "second"]
    assert page.find("a", cls="button").attributes["href"] == f"{QUEUE}#startup-{startup}"
    item = read_page(client.get(QUEUE).text).find("li", id=f"startup-{startup}")
    assert item.find("textarea").text == "first"


def test_stale_step_back_to_open_names_it(client: TestClient) -> None:
    startup = order(client)[0]
    decide(client, startup, "accept")

    response = client.post(f"{QUEUE}/{startup}/decision", data={"decision": "", "revision": "0"})

    assert [answer.text for answer in read_page(response.text).find("dl", cls="glance").find_all("dd")] == [
        "Open"
    ]


def test_pin_move_and_undo(client: TestClient) -> None:
    before = order(client)
    last = before[-1]

    pinned = client.post(f"{QUEUE}/{last}/pin", data={"pinned": "true"})
    assert (pinned.status_code, pinned.headers["location"]) == (303, f"{QUEUE}#startup-{last}")
    assert order(client) == [last, *before[:-1]]
    item = read_page(client.get(QUEUE).text).find("li", id=f"startup-{last}")
    assert item.find("span", cls="pinned").text == "pinned"
    assert item.find("p", cls="chips").find("span", cls="note").text == "Landfall's own order: 6"

    undone = client.post(f"{QUEUE}/undo")
    assert (undone.status_code, undone.headers["location"]) == (303, QUEUE)
    assert order(client) == before

    client.post(f"{QUEUE}/{before[0]}/move", data={"position": "3"})
    assert order(client) == [before[1], before[2], before[0], *before[3:]]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("move", {"position": "0"}),
        ("move", {"position": "9223372036854775808"}),
        ("move", {}),
        ("pin", {"pinned": "perhaps"}),
        ("decision", {"decision": "marry", "revision": "0"}),
        ("decision", {"decision": "accept", "revision": "-1"}),
        ("decision", {"decision": "accept", "reason": "x" * 501, "revision": "0"}),
    ],
)
def test_poison_is_refused(client: TestClient, path: str, data: dict[str, str]) -> None:
    before = client.get(QUEUE).text

    response = client.post(f"{QUEUE}/{order(client)[0]}/{path}", data=data)

    assert response.status_code == 422
    assert client.get(QUEUE).text == before


@pytest.mark.parametrize("path", ["/review/nowhere", "/review/nowhere/shortlist"])
def test_unknown_addresses(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in {404, 405}


def test_shortlist_has_two_forms_only(client: TestClient) -> None:
    response = take(client, "xlsx", "jury")

    assert response.status_code == 422


def test_unknown_startup(client: TestClient) -> None:
    assert client.post(f"{QUEUE}/nobody/pin", data={"pinned": "true"}).status_code == 404


def test_shortlist_is_taken_away_as_a_file(client: TestClient) -> None:
    first, second, *_ = order(client)
    decide(client, first, "decline", "too early")
    decide(client, second, "accept", "ready")

    table = take(client, "csv", "for the jury")
    document = take(client, "json", "for the archive")

    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="shortlist-ksc-seattle.csv"'
    assert table.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["startup"] for row in rows if row["decision"]] == [second]
    assert first not in [row["startup"] for row in rows]
    assert document.headers["content-type"] == "application/json"
    assert document.json()["program"] == "ksc-seattle"


@pytest.mark.parametrize("reason", ["", "  "])
def test_shortlist_is_not_given_away_without_a_reason(client: TestClient, reason: str) -> None:
    response = take(client, "csv", reason)

    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")
    assert read_page(response.text).find("input", id="export-reason").attributes["aria-invalid"] == "true"


def test_private_pages_are_not_stored_by_browsers(client: TestClient) -> None:
    for path in ("/review", QUEUE, "/programs"):
        assert client.get(path).headers["cache-control"] == "no-store"
    assert take(client, "csv", "jury").headers["cache-control"] == "no-store"


def test_write_from_another_site_is_refused(client: TestClient) -> None:
    response = client.post(f"{QUEUE}/undo", headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
