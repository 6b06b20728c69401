"""The review: decide, pin, move, undo, take the shortlist away; only for those who may."""

import csv
import io

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from models.database import read_session, write_session
from models.tables import AuditEntry, Candidacy, Profile, Startup
from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import sign_in_new

QUEUE = "/review/ksc-seattle"
ALL = f"{QUEUE}?show=all"


def queue(client: TestClient) -> list[Element]:
    return read_page(client.get(QUEUE).text).find_all("li", cls="candidate")


def order(client: TestClient) -> list[str]:
    return [item.attributes["id"].removeprefix("startup-") for item in queue(client)]


def revision(client: TestClient, startup: str) -> str:
    item = read_page(client.get(ALL).text).find("li", id=f"startup-{startup}")
    return item.find("input", name="revision").attributes["value"]


def at(startup: str) -> str:
    """Give the address that shows a startup on whichever page of the queue it is."""
    return f"{QUEUE}?startup={startup}#startup-{startup}"


def take(client: TestClient, file_format: str, reason: str) -> Response:
    return client.post(f"{QUEUE}/shortlist", data={"file_format": file_format, "reason": reason})


def decide(client: TestClient, startup: str, decision: str, reason: str = "") -> None:
    response = client.post(
        f"{QUEUE}/{startup}/decision",
        data={"decision": decision, "reason": reason, "revision": revision(client, startup)},
    )
    assert (response.status_code, response.headers["location"]) == (303, at(startup))


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
        startup = item.attributes["id"].removeprefix("startup-")
        assert item.find("h2").find("a").attributes["href"] == f"/startups/{startup}"
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

    item = read_page(client.get(ALL).text).find("li", id=f"startup-{startup}")
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
    assert page.find("a", cls="button").attributes["href"] == at(startup)
    item = read_page(client.get(ALL).text).find("li", id=f"startup-{startup}")
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
    assert (pinned.status_code, pinned.headers["location"]) == (303, at(last))
    assert order(client) == [last, *before[:-1]]
    item = read_page(client.get(QUEUE).text).find("li", id=f"startup-{last}")
    assert item.find("span", cls="pinned").text == "pinned"
    assert item.find("p", cls="chips").find("span", cls="note").text == "Landfall's own order: 6"

    undone = client.post(f"{QUEUE}/undo")
    assert (undone.status_code, undone.headers["location"]) == (303, at(last))
    assert order(client) == before

    nothing_left = client.post(f"{QUEUE}/undo")
    assert (nothing_left.status_code, nothing_left.headers["location"]) == (303, QUEUE)

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


def acts(app: FastAPI) -> list[str]:
    """Give every act that was written down, in the order of time."""
    with read_session(app.state.engine) as session:
        return list(session.exec(select(AuditEntry.act).order_by(col(AuditEntry.id))))


def allow(app: FastAPI, profiles: int) -> None:
    """Set how many different startups an account may open within an hour."""
    app.state.settings = app.state.settings.model_copy(update={"profiles_per_hour": profiles})


@pytest.fixture
def crowd(app: FastAPI) -> int:
    """So many candidates that the queue has three pages; half of them have the same text as another."""
    with write_session(app.state.engine) as session:
        for number in range(50):
            startup = Startup(id=f"C{number:02}", name=f"Crowd {number:02}", invented=True)
            session.add(startup)
            session.flush()
            text = f"We build sensor number {number // 2} for ports and ships."
            session.add(Profile(startup_id=startup.id, language="en", version=1, text=text))
            session.add(Candidacy(program_id="ksc-seattle", startup_id=startup.id))
    return 56


def test_a_long_queue_has_pages_of_25(client: TestClient, crowd: int) -> None:
    pages = [read_page(client.get(f"{QUEUE}?page={number}").text) for number in (1, 2, 3)]

    listed = [page.find_all("li", cls="candidate") for page in pages]
    places = [item.find("p", cls="position").text for items in listed for item in items]
    links = [
        [
            (link.attributes["rel"], link.attributes["href"])
            for link in page.find("nav", cls="page-nav").find_all("a")
        ]
        for page in pages
    ]
    assert [len(items) for items in listed] == [25, 25, 6]
    assert places == [f"Position {place}" for place in range(1, crowd + 1)]
    assert links == [
        [("next", f"{QUEUE}?page=2")],
        [("prev", QUEUE), ("next", f"{QUEUE}?page=3")],
        [("prev", f"{QUEUE}?page=2")],
    ]
    assert "Page 2 of 3" in pages[1].find("nav", cls="page-nav").text
    assert {page.find("p", cls="progress-line").text for page in pages} == {"0 of 56 decided, 0 accepted"}


@pytest.mark.usefixtures("crowd")
def test_a_page_past_the_end_is_the_last_and_one_before_the_first_is_refused(client: TestClient) -> None:
    last = client.get(f"{QUEUE}?page=3").text.count("data-candidate")

    assert client.get(f"{QUEUE}?page=99").text.count("data-candidate") == last
    for page in ("0", "-1", "x", "9" * 30):
        assert client.get(f"{QUEUE}?page={page}").status_code == 422


def test_a_queue_of_one_page_has_no_page_links(client: TestClient) -> None:
    assert read_page(client.get(QUEUE).text).find_all("nav", cls="page-nav") == []


def page_with(client: TestClient, address: str) -> list[str]:
    """Give the startups on the page a redirect leads to."""
    items = read_page(client.get(address.partition("#")[0]).text).find_all("li", cls="candidate")
    return [item.attributes["id"].removeprefix("startup-") for item in items]


@pytest.mark.usefixtures("crowd")
def test_changes_lead_back_to_the_page_the_startup_is_on_by_then(client: TestClient) -> None:
    second = page_with(client, f"{QUEUE}?page=2")
    startup = second[4]
    path = f"{QUEUE}/{startup}"

    def change(what: str, **data: str) -> str:
        response = client.post(f"{path}/{what}" if what != "undo" else f"{QUEUE}/undo", data=data)
        assert (response.status_code, response.headers["location"]) == (303, at(startup))
        return response.headers["location"]

    decided = page_with(client, change("decision", decision="maybe", revision="0"))
    moved = page_with(client, change("move", position="56"))
    undone = page_with(client, change("undo"))
    pinned = page_with(client, change("pin", pinned="true"))

    assert decided == second
    assert (len(moved), moved[-1]) == (6, startup)
    assert undone == second
    assert (len(pinned), pinned[0]) == (25, startup)


@pytest.mark.usefixtures("crowd")
def test_arrows_lead_across_the_border_of_a_page(client: TestClient) -> None:
    first, second, third = (
        read_page(client.get(f"{QUEUE}?page={number}").text).find_all("li", cls="candidate")
        for number in (1, 2, 3)
    )

    def targets(item: Element) -> list[str]:
        return [field.attributes["value"] for field in item.find_all("input", name="position", type="hidden")]

    assert (targets(first[0]), targets(first[-1])) == (["2"], ["24", "26"])
    assert (targets(second[0]), targets(third[-1])) == (["25", "27"], ["55"])
    assert second[0].find("input", name="position", type="number").attributes["max"] == "56"


@pytest.mark.usefixtures("crowd")
def test_refused_forms_come_back_on_their_page(client: TestClient) -> None:
    second = page_with(client, f"{QUEUE}?page=2")

    declined = client.post(f"{QUEUE}/{second[3]}/decision", data={"decision": "decline", "revision": "0"})
    export = client.post(f"{QUEUE}/shortlist", data={"file_format": "csv", "reason": "", "page": "2"})

    for response in (declined, export):
        items = read_page(response.text).find_all("li", cls="candidate")
        assert response.status_code == 422
        assert [item.attributes["id"].removeprefix("startup-") for item in items] == second


def test_the_shortlist_is_the_whole_list(client: TestClient, crowd: int) -> None:
    assert len(take(client, "json", "jury").json()["shortlist"]) == crowd


def test_a_queue_longer_than_an_hours_reading_opens_page_by_page(
    app: FastAPI, client: TestClient, crowd: int
) -> None:
    allow(app, 50)

    statuses = [client.get(f"{QUEUE}?page={number}").status_code for number in (1, 2, 1, 3)]

    assert crowd > 50
    assert statuses == [200, 200, 200, 429]
    assert acts(app)[-4:] == ["profiles-listed"] * 3 + ["reading-stopped"]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("shortlist", {"file_format": "csv", "reason": ""}),
        ("{startup}/decision", {"decision": "decline", "revision": "0"}),
    ],
)
def test_a_refused_form_shows_profiles_within_the_budget_only(
    app: FastAPI, client: TestClient, path: str, data: dict[str, str]
) -> None:
    address = f"{QUEUE}/{path.format(startup='S01')}"

    shown = client.post(address, data=data)
    written = acts(app)
    allow(app, 5)
    stopped = client.post(address, data=data)

    assert (shown.status_code, written) == (422, ["profiles-listed"])
    assert stopped.status_code == 429
    assert 3500 < int(stopped.headers["retry-after"]) <= 3600
    assert not read_page(stopped.text).find_all("li", cls="candidate")
    assert acts(app) == ["profiles-listed", "reading-stopped"]


def test_a_list_taken_away_counts_and_stops_at_the_budget(app: FastAPI, client: TestClient) -> None:
    allow(app, 5)
    stopped = take(client, "csv", "jury")
    allow(app, 6)
    taken = take(client, "csv", "jury")
    opened_again = client.get(QUEUE)
    with write_session(app.state.engine) as session:
        session.add(Startup(id="C00", name="One more", invented=True))
    one_more = client.get("/startups/C00")

    assert (stopped.status_code, taken.status_code) == (429, 200)
    assert "content-disposition" not in stopped.headers
    assert (opened_again.status_code, one_more.status_code) == (200, 429)
    assert acts(app) == ["reading-stopped", *["exported"] * 6, "profiles-listed", "reading-stopped"]


def test_a_stopped_program_gets_a_problem_document(app: FastAPI, client: TestClient) -> None:
    allow(app, 5)

    response = client.post(
        f"{QUEUE}/shortlist",
        data={"file_format": "json", "reason": "jury"},
        headers={"Accept": "application/json"},
    )

    assert response.status_code == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert acts(app) == ["reading-stopped"]


def test_a_long_wait_is_said_in_minutes(app: FastAPI, client: TestClient) -> None:
    allow(app, 5)

    said = {
        language: read_page(client.get(f"{QUEUE}?lang={language}").text).find("main").text
        for language in ("en", "ko", "de", "es")
    }

    assert "Try again in 60 minutes." in said["en"]
    assert "60분" in said["ko"]
    assert "60 Minuten" in said["de"]
    assert "60 minutos" in said["es"]
    assert "moment" not in said["en"]
