"""Agencies run their own programs through the pages: who may, what is kept, what everybody then reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from matcher.engine.conditions import READERS
from matcher.workflows.program_contents import content_of
from models.database import read_session
from models.tables import AuditEntry, Program, ProgramVersion
from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import sign_in, sign_in_new
from web.pages.program_rules import PARTS

PROGRAM = "gruendungsstipendium-nrw"
AGENCY = "mwike-nrw"
ADDRESS = f"/manage/programs/{PROGRAM}"
Fields = dict[str, list[str]]


@pytest.fixture
def lead(app: FastAPI, client: TestClient) -> str:
    """Sign a lead of the agency in; give the account."""
    return sign_in_new(app, client, "lead@nrw.example", leads=[AGENCY])


@pytest.fixture
def boss(app: FastAPI, client: TestClient, lead: str) -> str:
    """Have a manager beside the lead, who stays signed in; give the manager's account."""
    account = sign_in_new(app, client, "boss@alliance.example", office="manager")
    sign_in(app, client, lead)
    return account


@contextmanager
def signed_in(app: FastAPI, client: TestClient, account: str, back: str) -> Iterator[None]:
    """Let somebody else sit at the browser for a while."""
    sign_in(app, client, account)
    yield
    sign_in(app, client, back)


def fields_of(page: Element) -> Fields:
    """Give what a browser would send of the draft's form, in its order, without a button."""
    (form,) = [form for form in page.find_all("form") if "program-form" in form.attributes.get("class", "")]
    sent: Fields = {}

    def walk(element: Element) -> None:
        name = element.attributes.get("name", "")
        if element.tag == "input" and name:
            if element.attributes["type"] != "checkbox" or "checked" in element.attributes:
                sent.setdefault(name, []).append(element.attributes.get("value", "on"))
        elif element.tag == "textarea":
            sent.setdefault(name, []).append(element.written.removeprefix("\n").replace("\n", "\r\n"))
        elif element.tag == "select":
            options = element.find_all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            sent.setdefault(name, []).extend(option.attributes["value"] for option in chosen)
        for part in element.parts:
            if isinstance(part, Element):
                walk(part)

    walk(form)
    return sent


def open_form(client: TestClient, program: str = PROGRAM, query: str = "") -> Fields:
    """Open the draft's form."""
    response = client.get(f"/manage/programs/{program}/draft{query}")
    assert response.status_code == 200
    return fields_of(read_page(response.text))


def save(
    client: TestClient, sent: Fields, act: str = "save", program: str = PROGRAM, **changes: str
) -> Response:
    """Send the form with some fields changed and a button pressed."""
    changed = sent | {name.replace("__", "."): [value] for name, value in changes.items()} | {"act": [act]}
    response: Response = client.post(f"/manage/programs/{program}/draft", data=changed)
    return response


def problems(response: Response) -> list[str]:
    """Name the fields a refused form complains about."""
    summary = read_page(response.text).find("div", id="problems")
    return [link.attributes["href"].removeprefix("#") for link in summary.find_all("a")]


def opened(app: FastAPI, program: str = PROGRAM) -> ProgramVersion | None:
    """Read the open version."""
    with read_session(app.state.engine) as session:
        query = select(ProgramVersion).where(
            ProgramVersion.program_id == program, ProgramVersion.state != "published"
        )
        found = session.exec(query).first()
        if found is not None:
            session.expunge(found)
        return found


def content(app: FastAPI, program: str = PROGRAM) -> dict[str, Any]:
    """Read what the open version says."""
    version = opened(app, program)
    assert version is not None
    return version.content


def test_from_a_draft_to_the_catalogue(app: FastAPI, client: TestClient, lead: str, boss: str) -> None:
    sent = open_form(client)
    saved = save(client, sent, seats="12", note="fixed seats", text__de="Ein Zuschuss für Gründungen.")
    assert (saved.status_code, saved.headers["location"]) == (303, f"{ADDRESS}/draft?saved=1")
    assert "fixed seats" in client.get(ADDRESS).text
    assert client.post(f"{ADDRESS}/submit", data={"revision": "1"}).status_code == 303
    assert client.post(f"{ADDRESS}/publish", data={"revision": "2"}).status_code == 403

    with signed_in(app, client, boss, lead):
        waiting = read_page(client.get("/manage/programs").text).find(
            "section", **{"aria-labelledby": "waiting"}
        )
        assert waiting.find("h2").text == "Waits for your approval"
        assert waiting.find("a").attributes["href"] == ADDRESS
        page = read_page(client.get(ADDRESS).text)
        assert {row.find("dt").text for row in page.find("dl", cls="changes").find_all("div")} == {
            "Seats",
            "Text in German",
        }
        assert client.post(f"{ADDRESS}/publish", data={"revision": "2"}).status_code == 303

    shown = read_page(client.get(f"/programs/{PROGRAM}", headers={"Accept-Language": "de"}).text)
    glance = {
        part.find("dt").text: part.find("dd").text for part in shown.find("dl", cls="glance").find_all("div")
    }
    assert shown.find("div", cls="program-text").text == "Ein Zuschuss für Gründungen."
    assert shown.find("div", cls="program-text").attributes["lang"] == "de"
    assert "12" in glance.values()
    english = read_page(client.get(f"/programs/{PROGRAM}").text)
    assert english.find("div", cls="program-text").attributes["lang"] == "en"
    answer = client.get(f"/api/v1/programs/{PROGRAM}").json()
    assert (answer["version"], answer["seats"], set(answer["texts"])) == (2, 12, {"de", "en"})
    assert answer["published_on"]
    with read_session(app.state.engine) as session:
        acts = [entry.act for entry in session.exec(select(AuditEntry)) if entry.object == PROGRAM]
    assert acts == ["program-saved", "program-submitted", "program-published"]


def test_a_new_program_begins_with_its_name(app: FastAPI, client: TestClient, lead: str, boss: str) -> None:
    begun = client.post("/manage/programs", data={"agency": AGENCY, "name_en": "Hydrogen Pilot"})
    assert begun.headers["location"] == "/manage/programs/hydrogen-pilot/draft"
    assert client.get("/programs/hydrogen-pilot").status_code == 404
    assert "hydrogen-pilot" not in client.get("/api/v1/programs?limit=100").text
    refused = client.post("/manage/programs/hydrogen-pilot/submit", data={"revision": "1"})
    assert refused.status_code == 422

    sent = open_form(client, "hydrogen-pilot", "?add=rules&kind=direction") | {"sectors": ["hydrogen"]}
    saved = save(
        client,
        sent,
        program="hydrogen-pilot",
        city="dortmund",
        direction="local",
        text__en="We test electrolysers.",
        rules__0__mode="open",
        rules__0__source="open to all companies",
    )
    assert saved.status_code == 303, saved.text
    assert client.post("/manage/programs/hydrogen-pilot/submit", data={"revision": "2"}).status_code == 303
    with signed_in(app, client, boss, lead):
        client.post("/manage/programs/hydrogen-pilot/publish", data={"revision": "3"})

    assert client.get("/programs/hydrogen-pilot").status_code == 200
    found = client.post("/try", data={"text": "We build electrolysers and test them.", "country": "KR"})
    assert "/programs/hydrogen-pilot" in found.text


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"agency": AGENCY, "name_en": " "}, 422),
        ({"agency": AGENCY, "name_en": "nul \x00"}, 422),
        ({"agency": AGENCY, "name_en": "x" * 301}, 422),
        ({"agency": "gini", "name_en": "Mine"}, 404),
        ({"agency": "nobody", "name_en": "Mine"}, 404),
    ],
)
def test_a_program_that_cannot_begin(
    client: TestClient, lead: str, data: dict[str, str], status: int
) -> None:
    del lead
    assert client.post("/manage/programs", data=data).status_code == status


PATHS = [
    ("GET", ""),
    ("GET", "/draft"),
    ("GET", "/preview"),
    ("GET", "/versions/1"),
    ("POST", "/draft"),
    ("POST", "/submit"),
    ("POST", "/discard"),
    ("POST", "/versions/1/draft"),
    ("POST", "/review"),
]
FORM = {"revision": "0", "state": "close", "name_en": "x"}
POSTED = {
    "/draft": {"revision", "name_en"},
    "/submit": {"revision"},
    "/discard": {"revision"},
    "/review": {"state"},
}


def ask(client: TestClient, method: str, path: str) -> int:
    """Ask for a page of the program, or send it what it expects."""
    data = {name: FORM[name] for name in POSTED.get(path, set())}
    return client.request(method, f"{ADDRESS}{path}", data=data if method == "POST" else None).status_code


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_people_of_another_agency_find_nothing(
    app: FastAPI, client: TestClient, method: str, path: str
) -> None:
    sign_in_new(app, client, "other@daejeon.example", leads=["gini"])

    assert ask(client, method, path) == 404
    assert PROGRAM not in client.get("/manage/programs").text


@pytest.mark.parametrize(("method", "path"), [*PATHS, ("POST", "/publish"), ("POST", "/return")])
def test_a_reviewer_is_refused(app: FastAPI, client: TestClient, method: str, path: str) -> None:
    sign_in_new(app, client, "reviewer@nrw.example", reviews_for=[AGENCY])

    assert ask(client, method, path) == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_nobody_in_particular_is_sent_to_sign_in(client: TestClient, method: str, path: str) -> None:
    assert ask(client, method, path) == (303 if method == "GET" else 401)


def test_a_stale_save_shows_both_versions_and_loses_nothing(
    app: FastAPI, client: TestClient, lead: str, boss: str
) -> None:
    mine = open_form(client)
    with signed_in(app, client, boss, lead):
        save(client, open_form(client), seats="5")

    stale = save(client, mine, seats="7", place="My place")

    assert stale.status_code == 409
    page = read_page(stale.text)
    changes = {
        row.find("dt").text: row.find("dd").text
        for row in page.find("div", id="problems").find("dl", cls="changes").find_all("div")
    }
    assert changes["Seats"] == "before: 5 now: 7"
    assert content(app)["seats"] == 5
    kept = fields_of(page)
    assert (kept["seats"], kept["place"], kept["revision"]) == (["7"], ["My place"], ["1"])
    assert save(client, kept).status_code == 303
    assert content(app)["seats"] == 7
    assert content(app)["place"] == "My place"


def test_a_decision_about_something_else_than_was_read_is_not_taken(
    app: FastAPI, client: TestClient, lead: str, boss: str
) -> None:
    save(client, open_form(client), seats="5")
    client.post(f"{ADDRESS}/submit", data={"revision": "1"})
    save(client, open_form(client), seats="500")

    with signed_in(app, client, boss, lead):
        published = client.post(f"{ADDRESS}/publish", data={"revision": "2"})
        returned = client.post(f"{ADDRESS}/return", data={"revision": "2", "answer": "Too many seats."})

    assert (published.status_code, returned.status_code) == (409, 409)
    assert "Nothing was done." in published.text


def test_what_is_sent_back_shows_the_answer_to_the_lead(
    app: FastAPI, client: TestClient, lead: str, boss: str
) -> None:
    save(client, open_form(client), seats="5")
    client.post(f"{ADDRESS}/submit", data={"revision": "1"})
    with signed_in(app, client, boss, lead):
        empty = client.post(f"{ADDRESS}/return", data={"revision": "2", "answer": " "})
        long = client.post(f"{ADDRESS}/return", data={"revision": "2", "answer": "x" * 501})
        done = client.post(f"{ADDRESS}/return", data={"revision": "2", "answer": "Name the source."})

    assert [one.status_code for one in (empty, long, done)] == [422, 422, 303]
    assert "x" * 501 in long.text
    assert "Name the source." in client.get(ADDRESS).text


@pytest.mark.parametrize("program", [PROGRAM, "md-global-gateway", "ksc-seattle"])
def test_sending_the_form_as_it_came_changes_nothing(manager: TestClient, app: FastAPI, program: str) -> None:
    response = save(manager, open_form(manager, program), program=program)

    assert response.status_code == 303, problems(response)
    assert opened(app, program) is None


def test_every_shipped_program_survives_its_form(manager: TestClient, app: FastAPI) -> None:
    with read_session(app.state.engine) as session:
        programs = {row.id: content_of(row) for row in session.exec(select(Program))}

    for program in programs:
        response = save(manager, open_form(manager, program), program=program)
        assert response.status_code == 303, (program, problems(response))

    with read_session(app.state.engine) as session:
        assert session.exec(select(ProgramVersion)).all() == []


RULES: dict[str, dict[str, Any]] = {
    "direction": {"exclude": ["KR", "US"]},
    "origin": {"include": ["KR"]},
    "company_age": {"max_years": 5, "longer_for": {"sectors": ["biopharma", "diagnostics"], "max_years": 7}},
    "headcount": {"min": 0, "max": 50},
    "stage": {"stages": ["seed", "series-a"]},
    "sector": {"sectors": ["robotics", "space"]},
    "trl": {"min": 4, "max": 8},
    "raised_usd": {"min": 200_000, "original": "KRW 300M"},
    "seat": {
        "country": "DE",
        "places": ["Dortmund", "도르트문트"],
        "label": {"en": "Dortmund", "ko": "도르트문트", "de": "Dortmund"},
        "plan_suffices": True,
    },
    "institution_link": {
        "institutions": ["KAIST", "한국과학기술원"],
        "label": {"en": "KAIST", "ko": "한국과학기술원"},
        "required": False,
    },
    "language_level": {"language": "de", "level": "B2"},
    "incorporated": {},
    "call": {"state": "over"},
    "ask": {
        "question": {"en": "Is there a pilot customer?", "ko": "실증 고객이 있습니까?", "es": "¿Hay cliente?"}
    },
}
TYPED: dict[str, dict[str, list[str]]] = {
    "direction": {"mode": ["exclude"], "countries": ["South Korea, us"]},
    "origin": {"mode": ["include"], "countries": ["대한민국"]},
    "company_age": {
        "max_years": ["5"],
        "longer_years": ["7"],
        "longer_sectors": ["biopharma", "diagnostics"],
    },
    "headcount": {"min": ["0"], "max": ["50"]},
    "stage": {"stages": ["seed", "series-a"]},
    "sector": {"sectors": ["robotics", "space"]},
    "trl": {"min": ["4"], "max": ["8"]},
    "raised_usd": {"min": ["200,000"], "original": ["KRW 300M"]},
    "seat": {
        "country": ["Germany"],
        "places": ["Dortmund\r\n도르트문트"],
        "label_en": ["Dortmund"],
        "label_ko": ["도르트문트"],
        "label_de": ["Dortmund"],
        "plan_suffices": ["true"],
    },
    "institution_link": {
        "institutions": ["KAIST\r\n한국과학기술원"],
        "label_en": ["KAIST"],
        "label_ko": ["한국과학기술원"],
    },
    "language_level": {"language": ["de"], "level": ["B2"]},
    "incorporated": {},
    "call": {"state": ["over"]},
    "ask": {
        "question_en": ["Is there a pilot customer?"],
        "question_ko": ["실증 고객이 있습니까?"],
        "question_es": ["¿Hay cliente?"],
    },
}


def test_every_kind_of_condition_has_a_form() -> None:
    assert set(PARTS) == set(READERS) == set(RULES) == set(TYPED)


@pytest.mark.parametrize("kind", sorted(RULES))
def test_the_form_of_every_kind_of_condition_comes_back(
    app: FastAPI, client: TestClient, lead: str, kind: str
) -> None:
    del lead
    added = save(client, open_form(client), act="add-rules", new_rule=kind)
    place = int(added.headers["location"].rpartition(".")[2])
    address = added.headers["location"].partition("#")[0]
    sent = fields_of(read_page(client.get(address).text))
    assert sent[f"rules.{place}.kind"] == [kind]
    sent = {name: value for name, value in sent.items() if name != f"rules.{place}.required"}
    sent |= {f"rules.{place}.{name}": value for name, value in TYPED[kind].items()}

    saved = save(client, sent | {f"rules.{place}.source": ["as the call says"]})

    assert saved.status_code == 303, problems(saved)
    stored = content(app)["rules"][place]
    assert stored == {"kind": kind, "source": "as the call says", "verified": True} | RULES[kind]
    again = open_form(client)
    assert save(client, again).status_code == 303
    assert content(app)["rules"][place] == stored
    version = opened(app)
    assert version is not None
    assert version.revision == 1


@pytest.mark.parametrize("kind", sorted(set(RULES) - {"incorporated"}))
def test_a_condition_nobody_filled_in_is_named_and_kept(client: TestClient, lead: str, kind: str) -> None:
    del lead
    sent = open_form(client, query=f"?add=rules&kind={kind}")
    place = max(int(name.split(".")[1]) for name in sent if name.startswith("rules."))

    refused = save(client, sent)

    assert refused.status_code == 422
    fields = problems(refused)
    assert f"rules.{place}.source" in fields
    assert all(field.startswith(f"rules.{place}.") for field in fields)
    page = read_page(refused.text)
    row = page.find("li", id=f"rules.{place}")
    assert "open" in row.find_all("details")[0].attributes
    assert len(row.find_all("span", cls="field-problem")) == len(fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_en", ""),
        ("name_en", "nul \x00"),
        ("name_en", "x" * 301),
        ("seats", "-1"),
        ("seats", "0"),
        ("seats", "many"),
        ("seats", "9" * 400),
        ("city", "atlantis"),
        ("direction", "sideways"),
        ("text_language", "fr"),
        ("text.ko", "가" * 20_001),
        ("text.ko", "\x00"),
        ("offers", "gold"),
        ("sectors", "robotics"),
        ("source_url", "javascript:alert(1)"),
        ("source_urls", "nowhere"),
        ("as_of", "x" * 101),
        ("publication", "secret"),
        ("note", "x" * 501),
        ("windows.0.closes", "2027-02-30"),
        ("windows.0.opens", "soon"),
        ("windows.0.time_zone", "Mars/Base"),
        ("rubric.0.weight", "NaN"),
        ("rubric.0.weight", "-1"),
        ("rubric.0.scale_max", "inf"),
        ("rubric.0.threshold", "9"),
        ("rubric.0.name_ko", "x" * 201),
        ("details.0.topic", "gossip"),
        ("details.0.text", "x" * 2001),
        ("rules.0.source", ""),
        ("rules.0.source", "half \x00"),
        ("rules.1.max_years", "-3"),
        ("rules.1.max_years", "201"),
    ],
)
def test_a_refused_field_is_named_and_everything_stays_as_typed(
    app: FastAPI, client: TestClient, lead: str, field: str, value: str
) -> None:
    del lead
    sent = open_form(client) | {
        "windows.0.closes": ["2027-02-26"],
        "windows.0.time_zone": ["Asia/Seoul"],
        "rubric.0.name": ["Team"],
        "rubric.0.weight": ["30"],
        "rubric.0.scale_max": ["5"],
        "place": ["As I typed it"],
    }
    sent[field] = [*sent[field], value] if field in {"offers", "sectors"} else [value]

    refused = save(client, sent)

    assert refused.status_code == 422
    assert problems(refused) == [field]
    page = read_page(refused.text)
    assert len(page.find_all("span", cls="field-problem")) == 1
    kept = fields_of(page)
    assert kept["place"] == ["As I typed it"]
    assert kept["rubric.0.name"] == ["Team"]
    if field not in {"offers", "city", "direction", "text_language", "publication", "text.ko"}:
        assert field.endswith(("time_zone", "topic")) or kept[field] == sent[field]
    assert opened(app) is None


@pytest.mark.parametrize(
    "field", ["owner", "rules.0.magic", "windows.x.opens", "windows.9999.opens", "text.fr", "half%"]
)
def test_a_field_that_is_not_of_this_form_is_refused_by_its_name(
    client: TestClient, lead: str, field: str
) -> None:
    del lead
    response = client.post(f"{ADDRESS}/draft", data={"revision": "0", "name_en": "x", field: "1"})

    assert response.status_code == 422
    assert field in response.text


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 30])
def test_a_revision_that_is_none_is_refused(client: TestClient, lead: str, revision: str) -> None:
    del lead
    response = client.post(f"{ADDRESS}/draft", data={"revision": revision, "name_en": "x"})

    assert response.status_code == 422


def test_too_many_rows_and_broken_bytes_are_refused(client: TestClient, lead: str) -> None:
    del lead
    rows = {f"windows.{place}.note": "x" for place in range(41)}
    many = client.post(f"{ADDRESS}/draft", data={"revision": "0", "name_en": "x"} | rows)
    broken = client.post(
        f"{ADDRESS}/draft",
        content=b"revision=0&name_en=%ED%A0%80%FF&place=%00",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert (many.status_code, broken.status_code) == (422, 422)


def test_rows_are_added_and_removed_by_buttons_that_save(app: FastAPI, client: TestClient, lead: str) -> None:
    del lead
    first = save(client, open_form(client), act="add-windows", seats="4")
    assert first.headers["location"] == f"{ADDRESS}/draft?saved=1&add=windows#windows.0"
    assert content(app)["seats"] == 4
    sent = open_form(client, query="?add=windows")
    assert sent["windows.0.time_zone"] == ["Asia/Seoul"]
    save(client, sent, windows__0__opens="2027-01-04", windows__0__closes="2027-02-26")
    (window,) = content(app)["windows"]
    assert (window["closes"], window["closes_at"], window["time_zone"]) == (
        "2027-02-26",
        "23:59",
        "Asia/Seoul",
    )
    rules = len(content(app)["rules"])

    removed = save(client, open_form(client), act="remove-rules.1")
    assert removed.headers["location"] == f"{ADDRESS}/draft?saved=1#rules"
    save(client, open_form(client), act="remove-windows.0")

    assert (len(content(app)["rules"]), content(app)["windows"]) == (rules - 1, [])


def test_the_first_button_saves_so_that_enter_removes_nothing(client: TestClient, lead: str) -> None:
    del lead
    page = read_page(client.get(f"{ADDRESS}/draft").text)
    (form,) = [form for form in page.find_all("form") if "program-form" in form.attributes.get("class", "")]

    assert form.find_all("button")[0].attributes["value"] == "save"


def test_the_kind_of_a_condition_is_chosen_before_it_is_added(client: TestClient, lead: str) -> None:
    del lead
    for kind in ("", "magic"):
        refused = save(client, open_form(client), act="add-rules", new_rule=kind)
        assert (refused.status_code, problems(refused)) == (422, ["new_rule"])


def test_the_preview_names_who_changes_and_is_written_down(app: FastAPI, client: TestClient) -> None:
    program = "md-global-gateway"
    sign_in_new(app, client, "lead@maryland.example", leads=["maryland-commerce"])
    added = open_form(client, program, "?add=rules&kind=company_age")
    place = max(int(name.split(".")[1]) for name in added if name.startswith("rules."))
    rule = {f"rules.{place}.max_years": ["0"], f"rules.{place}.source": ["founded this year"]}
    saved = save(client, added | rule, act="preview", program=program)
    assert saved.headers["location"] == f"/manage/programs/{program}/preview"

    page = read_page(client.get(saved.headers["location"]).text)

    counts = [[cell.text for cell in row.find_all("td")] for row in page.find("table").find_all("tr")[1:]]
    assert counts == [["0", "0"], ["6", "0"], ["0", "6"]]
    changes = page.find("ul", cls="verdict-changes")
    assert len(changes.find_all("h3")) == 6
    assert {line.find("strong").text for line in changes.find_all("li", cls="condition")} == {
        "at most 0 years old"
    }
    with read_session(app.state.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.object == program)).all()
        assert [entry.act for entry in entries] == ["program-saved", "profiles-listed"]
        assert len(entries[1].details["startups"]) == 6


def test_a_closed_review_shows_no_candidates(client: TestClient, lead: str) -> None:
    del lead
    assert client.get(f"/review/{PROGRAM}").status_code == 200

    assert client.post(f"{ADDRESS}/review", data={"state": "close"}).status_code == 303
    assert "The review is closed" in client.get(ADDRESS).text
    assert client.get(f"/review/{PROGRAM}").status_code == 404
    assert client.post(f"{ADDRESS}/review", data={"state": "ajar"}).status_code == 422
    client.post(f"{ADDRESS}/review", data={"state": "open"})

    assert client.get(f"/review/{PROGRAM}").status_code == 200


def test_an_older_version_is_compared_and_taken_again(
    app: FastAPI, client: TestClient, lead: str, boss: str
) -> None:
    save(client, open_form(client), seats="12")
    client.post(f"{ADDRESS}/submit", data={"revision": "1"})
    with signed_in(app, client, boss, lead):
        client.post(f"{ADDRESS}/publish", data={"revision": "2"})

    first = read_page(client.get(f"{ADDRESS}/versions/1").text)
    second = read_page(client.get(f"{ADDRESS}/versions/2").text)
    for page, said in ((first, "now: 12"), (second, "now: 12")):
        (change,) = page.find("dl", cls="changes").find_all("div")
        assert (change.find("dt").text, change.find("dd").text) == ("Seats", said)
    assert client.get(f"{ADDRESS}/versions/3").status_code == 404
    assert client.post(f"{ADDRESS}/versions/1/draft").headers["location"] == f"{ADDRESS}/draft"
    assert client.post(f"{ADDRESS}/versions/2/draft").status_code == 409

    assert content(app)["seats"] is None
    assert client.post(f"{ADDRESS}/discard", data={"revision": "1"}).status_code == 303
    assert opened(app) is None


@pytest.mark.parametrize("language", ["ko", "en", "de", "es"])
def test_every_page_speaks_every_language(manager: TestClient, language: str) -> None:
    save(manager, open_form(manager), seats="12")
    paths = ("", "/draft?add=rules&kind=seat", "/preview", "/versions/1")

    for address in ("/manage/programs", *(f"{ADDRESS}{path}" for path in paths)):
        response = manager.get(address, headers={"Accept-Language": language})
        page = read_page(response.text)
        assert response.status_code == 200
        assert page.find("html").attributes["lang"] == language
        assert "%(" not in page.text


def test_public_page_shows_windows_and_how_applications_are_judged(
    app: FastAPI, client: TestClient, lead: str, boss: str
) -> None:
    save(
        client,
        open_form(client)
        | {
            "windows.0.opens": ["2027-01-04"],
            "windows.0.closes": ["2027-02-26"],
            "windows.0.closes_at": ["23:59"],
            "windows.0.time_zone": ["Asia/Seoul"],
            "rubric.0.name": ["Team"],
            "rubric.0.name_ko": ["팀 역량"],
            "rubric.0.weight": ["30,5"],
            "rubric.0.scale_max": ["5"],
            "rubric.0.threshold": ["3"],
            "rubric.1.name": ["Partner here"],
            "rubric.1.weight": ["2"],
            "rubric.1.scale_max": ["3"],
            "rubric.1.bonus": ["true"],
        },
    )
    client.post(f"{ADDRESS}/submit", data={"revision": "1"})
    with signed_in(app, client, boss, lead):
        client.post(f"{ADDRESS}/publish", data={"revision": "2"})

    page = read_page(client.get(f"/programs/{PROGRAM}").text)
    korean = read_page(client.get(f"/programs/{PROGRAM}", headers={"Accept-Language": "ko"}).text)
    api = client.get(f"/api/v1/programs/{PROGRAM}").json()

    windows = page.find("ul", cls="windows")
    assert windows.text == "from 2027-01-04 to 2027-02-26 23:59 KST"
    rows = [
        [cell.text for cell in row.find_all("td")] for row in page.find("table", cls="rubric").find_all("tr")
    ]
    assert rows == [[], ["30.5", "0-5", "3"], ["2", "0-3", "-"], ["30.5", "5", ""], ["2", "3", ""]]
    assert "팀 역량" in korean.find("table", cls="rubric").text
    assert korean.find("div", cls="program-text").attributes["lang"] == "en"
    assert api["windows"][0]["time_zone"] == "Asia/Seoul"
    assert [criterion["bonus"] for criterion in api["rubric"]] == [False, True]
