"""The review beyond the list: one candidate, filters, points, drafts, several at once, two versions."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import select

from models.database import read_session, write_session
from models.tables import Candidacy, ConflictAnswer, Profile, Program, Review, ReviewSetup, Startup
from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import SAME_SITE, sign_in_new

QUEUE = "/review/md-global-gateway"
JSON = {"Accept": "application/json"}


@pytest.fixture
def agency(app: FastAPI) -> str:
    """The agency of the program."""
    with read_session(app.state.engine) as session:
        return session.get_one(Program, "md-global-gateway").agency_id


@pytest.fixture
def reviewer(app: FastAPI, client: TestClient, agency: str) -> TestClient:
    """A reviewer's browser."""
    sign_in_new(app, client, "ann@office.example", reviews_for=[agency])
    return client


@pytest.fixture
def colleague(app: FastAPI, agency: str) -> Iterator[TestClient]:
    """Another reviewer's browser."""
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        headers=SAME_SITE | {"Accept-Language": "en", "Accept": "text/html"},
        follow_redirects=False,
    ) as client:
        sign_in_new(app, client, "ben@office.example", reviews_for=[agency])
        yield client


def ids(client: TestClient, query: str = "") -> list[str]:
    """Give the startups a queue shows."""
    items = read_page(client.get(f"{QUEUE}{query}").text).find_all("li", cls="candidate")
    return [item.attributes["id"].removeprefix("startup-") for item in items]


def one(client: TestClient, startup: str, query: str = "") -> Element:
    """Open the page of one candidate."""
    response = client.get(f"{QUEUE}/{startup}{query}")
    assert response.status_code == 200
    return read_page(response.text).find("main")


def submit(client: TestClient, startup: str, decision: str = "accept", **fields: str | list[str]) -> int:
    """Send a review form of a startup nobody has touched, unless `revision` says otherwise."""
    data = {"decision": decision, "reason": "why", "revision": "0"} | fields
    return client.post(f"{QUEUE}/{startup}/decision", data=data).status_code


def test_a_candidate_leads_to_its_neighbours_in_the_filter(reviewer: TestClient) -> None:
    order = ids(reviewer)
    submit(reviewer, order[1])

    page = one(reviewer, order[0])

    assert page.find("h1").text.startswith(page.find("h1").text.split(" invented")[0])
    assert page.find_all("a", rel="prev") == []
    assert page.find("a", rel="next").attributes["href"] == f"{QUEUE}/{order[2]}"
    everything = one(reviewer, order[2], "?show=all&sort=machine")
    assert everything.find("a", rel="prev").attributes["href"] == f"{QUEUE}/{order[1]}?show=all&sort=machine"
    kept = {
        field.attributes["name"]: field.attributes["value"]
        for field in everything.find_all("input", type="hidden")
    }
    assert (kept["show"], kept["sort"], kept["on"]) == ("all", "machine", "candidate")


def test_an_unknown_candidate_is_not_found(reviewer: TestClient) -> None:
    assert reviewer.get(f"{QUEUE}/nobody").status_code == 404


def test_a_form_of_the_candidates_page_leads_back_to_it(reviewer: TestClient) -> None:
    startup = ids(reviewer)[0]

    response = reviewer.post(
        f"{QUEUE}/{startup}/pin", data={"pinned": "true", "on": "candidate", "show": "pinned"}
    )

    assert response.headers["location"] == f"{QUEUE}/{startup}?show=pinned"
    assert ids(reviewer, "?show=pinned") == [startup]


def test_what_is_done_leaves_the_open_ones_and_stays_where_it_is_named(reviewer: TestClient) -> None:
    order = ids(reviewer)
    submit(reviewer, order[0], "maybe")

    assert ids(reviewer) == order[1:]
    assert ids(reviewer, f"?startup={order[0]}") == order
    assert ids(reviewer, "?show=maybe") == ids(reviewer, "?show=done") == [order[0]]
    assert ids(reviewer, "?show=all") == order
    assert "Your decision is saved." in reviewer.get(f"{QUEUE}?startup={order[0]}").text


@pytest.mark.parametrize(
    "query", ["?show=nothing", "?sort=score", "?eligibility=rich", f"?q={'x' * 101}", "?page=0"]
)
def test_a_view_that_does_not_exist_is_refused(reviewer: TestClient, query: str) -> None:
    assert reviewer.get(f"{QUEUE}{query}").status_code == 422


def test_readers_of_korean_get_no_gloss_and_others_a_marked_one(reviewer: TestClient) -> None:
    startup = ids(reviewer)[0]

    said = {code: reviewer.get(f"{QUEUE}/{startup}?lang={code}").text for code in ("de", "ko", "en")}

    assert "gloss-word" not in said["ko"]
    for code in ("de", "en"):
        gloss = read_page(said[code]).find("div", cls="whole-gloss")
        assert gloss.find_all("span", cls="machine-made")
        assert {word.attributes["lang"] for word in gloss.find_all("span", cls="gloss-word")} <= {code, "en"}


def test_points_are_kept_and_added_up(reviewer: TestClient) -> None:
    startup = ids(reviewer)[0]
    keys = ["market-entry", "technology", "fit-with-city", "team", "plan", "bonus"]

    status = submit(reviewer, startup, criterion=keys, points=["5", "4", "4,5", "3", "5", ""])

    fields = one(reviewer, startup).find("fieldset", cls="rubric").find_all("input", name="points")
    assert status == 303
    assert [field.attributes["value"] for field in fields] == ["5", "4", "4.5", "3", "5", ""]
    total = one(reviewer, startup).find("p", cls="rubric-total").find_all("output")[0].text
    assert total == "86 of 100"


@pytest.mark.parametrize("points", ["6", "-1", "nan", "many"])
def test_points_outside_the_scale_come_back_as_they_were_typed(reviewer: TestClient, points: str) -> None:
    startup = ids(reviewer)[0]

    response = reviewer.post(
        f"{QUEUE}/{startup}/decision",
        data={
            "decision": "accept",
            "revision": "0",
            "criterion": ["technology"],
            "points": [points],
            "on": "candidate",
        },
    )

    page = read_page(response.text)
    marked = [field for field in page.find_all("input", name="points") if "aria-invalid" in field.attributes]
    assert response.status_code == 422
    assert [field.attributes["value"] for field in marked] == [points]
    assert ids(reviewer)[0] == startup


def test_a_draft_is_saved_for_a_script_and_shown_again(reviewer: TestClient) -> None:
    startup = ids(reviewer)[0]
    path = f"{QUEUE}/{startup}/draft"

    first = reviewer.post(path, data={"reason": "so far", "revision": "0"}, headers=JSON)
    stale = reviewer.post(path, data={"reason": "other tab", "revision": "0"}, headers=JSON)
    plain = reviewer.post(path, data={"reason": "without a script", "revision": "1"})

    assert (first.status_code, first.json()) == (200, {"revision": 1})
    assert (stale.status_code, plain.status_code) == (409, 303)
    item = one(reviewer, startup)
    assert item.find("textarea", name="reason").text == "without a script"
    assert startup in ids(reviewer)


def test_two_tabs_never_overwrite_each_other(reviewer: TestClient) -> None:
    startup = ids(reviewer)[0]
    submit(reviewer, startup, "maybe", criterion=["team"], points=["4"])

    response = reviewer.post(
        f"{QUEUE}/{startup}/decision",
        data={
            "decision": "accept",
            "reason": "mine",
            "revision": "0",
            "criterion": ["team"],
            "points": ["2"],
        },
    )
    page = read_page(response.text)
    form = page.find("section", cls="error-page").find("form")
    sent = [(field.attributes["name"], field.attributes["value"]) for field in form.find_all("input")]

    assert response.status_code == 409
    assert [text.text for text in page.find("dl", cls="glance").find_all("dd")][:2] == ["Accept", "mine"]
    assert [text.text for text in page.find("dl", cls="saved-version").find_all("dd")][:2] == ["Maybe", "why"]
    again = reviewer.post(form.attributes["action"], data=dict(sent))
    assert again.status_code == 303
    assert one(reviewer, startup).find("textarea", name="reason").text == "mine"


def test_several_are_decided_at_once_or_none(reviewer: TestClient) -> None:
    order = ids(reviewer)

    def choose(*chosen: str, reason: str = "both") -> int:
        data = {"chosen": list(chosen), "decision": "decline", "reason": reason}
        answer = reviewer.post(f"{QUEUE}/bulk", data=data)
        text.append(answer.text)
        return answer.status_code

    text: list[str] = []
    assert choose(f"{order[0]}:0", f"{order[1]}:0") == 303
    assert ids(reviewer, "?show=decline") == order[:2]
    assert choose(f"{order[1]}:0", f"{order[2]}:0") == 409
    named = read_page(text[-1]).find("div", role="alert").find_all("a")
    assert [link.attributes["href"] for link in named] == [f"{QUEUE}/{order[1]}"]
    assert (choose(), choose(f"{order[2]}:0", reason=""), choose("S01")) == (422, 422, 422)
    assert choose("nobody:0") == 404
    assert ids(reviewer) == order[2:]


def test_an_override_needs_a_reason_and_is_shown_with_the_name(reviewer: TestClient) -> None:
    startup = ids(reviewer)[0]
    path = f"{QUEUE}/{startup}/override"

    refused = reviewer.post(path, data={"verdict": "not_eligible", "seen": "0"})
    done = reviewer.post(path, data={"verdict": "not_eligible", "override_reason": "no branch", "seen": "0"})
    stale = reviewer.post(path, data={"verdict": "eligible", "override_reason": "yes", "seen": "0"})

    assert (refused.status_code, done.status_code, stale.status_code) == (422, 303, 409)
    note = one(reviewer, startup).find("p", cls="override-note").text
    assert "by Ann: no branch" in note
    assert ids(reviewer)[-1] == startup


def test_excluding_and_liking_say_what_they_did(reviewer: TestClient) -> None:
    order = ids(reviewer)

    reviewer.post(f"{QUEUE}/{order[0]}/exclude", data={"excluded": "true"})
    excluded = reviewer.get(f"{QUEUE}?startup={order[0]}").text
    reviewer.post(f"{QUEUE}/{order[2]}/liking", data={"liking": "-1"})
    liked = reviewer.get(f"{QUEUE}?startup={order[2]}").text

    assert ids(reviewer, "?show=all")[-1] == order[0]
    effect = read_page(excluded).find("div", cls="effect").text
    assert "whatever speaks for it" in effect
    assert "From position 1 to 6." in effect
    assert "You asked for less like this" in liked


def test_others_reviews_appear_with_ones_own(reviewer: TestClient, colleague: TestClient) -> None:
    startup = ids(reviewer)[0]
    submit(colleague, startup, "decline", reason="too early for us")

    before = reviewer.get(f"{QUEUE}/{startup}").text
    submit(reviewer, startup)
    after = reviewer.get(f"{QUEUE}/{startup}").text

    assert "too early for us" not in before
    assert "1 of 2 reviews submitted" in before
    assert "too early for us" in after


def test_a_reviewer_without_an_answer_sees_nothing_of_a_startup(
    app: FastAPI, reviewer: TestClient, colleague: TestClient
) -> None:
    startup = ids(reviewer)[0]
    with write_session(app.state.engine) as session:
        for answer in session.exec(select(ConflictAnswer).where(ConflictAnswer.startup_id == startup)):
            session.delete(answer)

    assert startup not in ids(reviewer, "?show=all")
    assert reviewer.get(f"{QUEUE}/{startup}").status_code == 404
    assert submit(colleague, startup) == 404


def count_queries(app: FastAPI, client: TestClient, address: str) -> int:
    """Count the statements a page takes."""
    statements: list[str] = []

    def note(*said: object) -> None:
        statements.append(str(said[2]))

    client.get(address)
    event.listen(app.state.engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(app.state.engine, "before_cursor_execute", note)
    return len(statements)


def test_pages_take_as_many_queries_for_a_hundred_candidates_as_for_one(
    app: FastAPI, reviewer: TestClient
) -> None:
    with write_session(app.state.engine) as session:
        for row in session.exec(select(Candidacy).where(Candidacy.program_id == "md-global-gateway")):
            session.delete(row)
    with read_session(app.state.engine) as session:
        account = session.exec(select(ConflictAnswer.account_id)).first()
    assert account is not None
    found: dict[int, tuple[int, int]] = {}
    there = 0
    for wanted in (1, 3, 100):
        with write_session(app.state.engine) as session:
            for number in range(there, wanted):
                startup = Startup(id=f"q{number:03}", name=f"Queried {number}", invented=True)
                session.add(startup)
                session.flush()
                text = f"We build sensor number {number} for ports and ships."
                session.add(Profile(startup_id=startup.id, language="en", version=1, text=text))
                session.add(Candidacy(program_id="md-global-gateway", startup_id=startup.id))
                session.add(
                    ConflictAnswer(account_id=account, startup_id=startup.id, state="clear", kind="none")
                )
                session.add(
                    Review(
                        program_id="md-global-gateway",
                        startup_id=startup.id,
                        desk="colleague",
                        decision="maybe",
                        reviewer="colleague",
                    )
                )
        there = wanted
        found[wanted] = (
            count_queries(app, reviewer, QUEUE),
            count_queries(app, reviewer, f"{QUEUE}/q000"),
        )

    assert found[1] == found[3] == found[100], found


@pytest.fixture
def lead(app: FastAPI, client: TestClient, agency: str) -> TestClient:
    """The browser of the agency's lead."""
    sign_in_new(app, client, "lee@office.example", leads=[agency])
    return client


def start_deciding(app: FastAPI) -> None:
    """Let the agency decide."""
    with write_session(app.state.engine) as session:
        session.add(ReviewSetup(program_id="md-global-gateway", phase="decision"))


def sent_by(form: Element) -> dict[str, str]:
    """Give the hidden fields of a form."""
    fields = form.find_all("input", type="hidden")
    return {field.attributes["name"]: field.attributes["value"] for field in fields}


def test_a_form_of_the_phase_before_is_not_saved_at_the_other_desk(app: FastAPI, lead: TestClient) -> None:
    startup = ids(lead)[0]
    page = one(lead, startup)
    form = page.find("form", cls="decision")
    pin = next(form for form in page.find_all("form") if form.attributes["action"].endswith("/pin"))
    queue = read_page(lead.get(QUEUE).text)
    bulk = sent_by(queue.find("form", id="bulk"))
    start_deciding(app)

    typed = sent_by(form) | {"decision": "accept", "reason": "my own view"}
    refused = lead.post(form.attributes["action"], data=typed)
    drafted = lead.post(form.attributes["data-draft"], data=sent_by(form) | {"reason": "so"}, headers=JSON)
    pinned = lead.post(pin.attributes["action"], data=sent_by(pin))
    undone = lead.post(f"{QUEUE}/undo", data=sent_by(pin))
    several = lead.post(
        f"{QUEUE}/bulk", data=bulk | {"chosen": f"{startup}:0", "decision": "maybe", "reason": "all of them"}
    )

    assert [answer.status_code for answer in (refused, drafted, pinned, undone, several)] == [409] * 5
    assert "my own view" in refused.text
    assert "what is written here is the agency" in refused.text
    assert "all of them" in several.text
    with read_session(app.state.engine) as session:
        assert session.exec(select(Review)).all() == []
    again = read_page(refused.text).find("section", cls="error-page").find("form")
    assert lead.post(again.attributes["action"], data=sent_by(again)).status_code == 303
    with read_session(app.state.engine) as session:
        assert [(row.desk, row.reason) for row in session.exec(select(Review))] == [("agency", "my own view")]


def test_a_refused_form_about_a_startup_without_a_text_is_not_found(
    app: FastAPI, reviewer: TestClient
) -> None:
    startup = ids(reviewer)[0]
    with write_session(app.state.engine) as session:
        for profile in session.exec(select(Profile).where(Profile.startup_id == startup)):
            session.delete(profile)

    assert submit(reviewer, startup, "decline", reason="", on="candidate") == 404
