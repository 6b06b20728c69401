"""The figures of a round as pages: charts with their tables, links to the cases, and two runs compared."""

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import fromstring

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, delete, select

from matcher.workflows.round_runs import run_round
from matcher.workflows.rounds import create_round, set_pin
from models.access import Actor
from models.database import write_session
from models.round import PinKind
from models.tables import Account, Candidacy, Program, Review, RoundRun, Startup
from tests.web.signing_in import add_account, sign_in, sign_in_new

BOSS = "boss" * 4
MANAGER = Actor(BOSS, "Boss", manager=True)
STARTUPS = ("S01", "S02", "S03")
HOSTILE = "</title><script>alert(1)</script> & \"quoted\" 'name' \u202e"
SVG = re.compile(r"<svg xmlns.*?</svg>", re.DOTALL)


@pytest.fixture
def program(app: FastAPI, client: TestClient) -> str:
    """Give a program with three accepted candidates; a manager is signed in."""
    with write_session(app.state.engine) as session:
        key = session.exec(select(Program.id).order_by(Program.id)).first() or ""
        session.exec(delete(Candidacy).where(col(Candidacy.program_id) == key))
        for startup in STARTUPS:
            session.add(Candidacy(program_id=key, startup_id=startup))
            session.add(
                Review(
                    program_id=key,
                    startup_id=startup,
                    desk="agency",
                    decision="accept",
                    override_verdict="eligible",
                    override_reason="Ruled",
                    reviewer="somebody",
                )
            )
        manager = add_account(session, "manager@x.example", office="manager").id
        session.add(Account(id=BOSS, email="boss@x.example", name="Boss", office="manager"))
    sign_in(app, client, manager)
    return key


@pytest.fixture
def unplanned(app: FastAPI, program: str) -> str:
    """Give the address of the figures of a round without a run."""
    with write_session(app.state.engine) as session:
        create_round(session, MANAGER, "Autumn", [(program, 1, 5)], round_id="autumn")
    return "/rounds/autumn/figures"


@pytest.fixture
def figures(app: FastAPI, unplanned: str, program: str) -> str:
    """Give the address of the figures of a round with two runs."""
    today = date(2026, 11, 1)
    with write_session(app.state.engine) as session:
        run_round(session, MANAGER, app.state.analyst, "autumn", today=today)
        set_pin(session, MANAGER, "autumn", program, "S03", kind=PinKind.PIN, reason="Asked", revision=0)
        run_round(session, MANAGER, app.state.analyst, "autumn", today=today)
    return unplanned


def page_of(client: TestClient, address: str, **asked: str) -> str:
    """Give a page."""
    answer = client.get(address, params=asked or None)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("language", ["en", "ko", "de", "es"])
def test_a_round_without_a_plan_says_so(
    client: TestClient, unplanned: str, program: str, language: str
) -> None:
    page = page_of(client, unplanned, lang=language)

    assert "chart-picture" not in page
    assert f"/review/{program}?show=all" in page
    assert client.get(f"{unplanned}/cases", params={"by": "step", "key": "selected"}).status_code == 404


@pytest.mark.parametrize("language", ["en", "ko", "de", "es"])
def test_charts_stand_beside_their_tables(client: TestClient, figures: str, language: str) -> None:
    page = page_of(client, figures, run="2", against="1", lang=language)

    drawings = SVG.findall(page)
    assert len(drawings) > 10
    for drawing in drawings:
        fromstring(drawing)  # noqa: S314  of our own page
    assert "style=" not in page
    for chart in page.split('<figure class="chart')[1:]:
        drawn = [int(found) for found in re.findall(r'data-count="(\d+)"', chart)]
        table = chart[chart.index("<tbody>") : chart.index("</tbody>")]
        told = [int(found) for found in re.findall(r'class="number">(?:<a [^>]*>)?(\d+)', table)]
        assert sorted(drawn) == sorted(told)
        assert sum(drawn) == sum(told)


def test_the_page_says_which_run_it_shows(client: TestClient, figures: str) -> None:
    assert ">Run 2</a>" in page_of(client, figures)
    assert ">Run 1</a>" in page_of(client, figures, run="1")
    compared = page_of(client, figures, run="2", against="1")
    assert "Compared with run 1" in compared
    assert "Seats kept, entered and lost" in compared
    assert "Compare with" in page_of(client, figures)
    assert "Seats kept, entered and lost" not in page_of(client, figures, run="", against="", program="")


def test_every_link_of_a_chart_leads_to_cases(client: TestClient, figures: str, program: str) -> None:
    page = page_of(client, figures, run="2", against="1")

    links = {unescape(found) for found in re.findall(r'href="(/rounds/[^"]*/cases\?[^"]*)"', page)}
    assert {parse_qs(urlsplit(link).query)["by"][0] for link in links} > {"step", "fit", "sector", "change"}
    for link in links:
        assert f"/review/{program}/S0" in page_of(client, link), link


def test_the_cases_lead_on_to_the_queue_and_the_shortlist(
    client: TestClient, figures: str, program: str
) -> None:
    accepted = page_of(client, f"{figures}/cases", by="step", key="accepted", program=program)
    assert f"/review/{program}?show=accept" in accepted
    assert "3 startups" in accepted
    selected = page_of(client, f"{figures}/cases", by="step", key="selected", program=program)
    assert f"/shortlist?program={program}&amp;result=selected" in selected
    assert "1 startup " in selected
    assert client.get(f"/rounds/autumn/shortlist?program={program}&result=selected").status_code == 200
    before = page_of(client, f"{figures}/cases", run="1", by="step", key="selected", program=program)
    assert "/shortlist?" not in before
    assert "Nobody belongs" in page_of(client, f"{figures}/cases", by="sector", key="none such")


def test_a_name_of_somebody_hostile_is_shown_and_does_nothing(
    app: FastAPI, client: TestClient, figures: str, program: str
) -> None:
    with write_session(app.state.engine) as session:
        session.get_one(Startup, "S03").name = HOSTILE
        row = session.get_one(Program, program)
        row.name = row.name_en = HOSTILE
    for page in (
        page_of(client, figures, run="2", against="1"),
        page_of(client, f"{figures}/cases", by="step", key="selected"),
    ):
        assert "<script>alert" not in page
        assert "alert(1)" in page
        for drawing in SVG.findall(page):
            fromstring(drawing)  # noqa: S314  of our own page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?run=9", 404),
        ("?run=1&against=9", 404),
        ("?program=nowhere", 404),
        ("?run=many", 422),
        ("?run=0", 422),
        ("?page=0", 422),
        ("?page=999", 200),
        ("/cases", 200),
        ("/cases?by=colour&key=red", 422),
        ("/cases?by=change&key=entered", 422),
        ("/cases?by=fit&key=%00", 200),
        ("/cases?by=stage&key=%ED%A0%80", 200),
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, figures: str, path: str, status: int) -> None:
    assert client.get(f"{figures}{path}").status_code == status


def test_long_lists_come_in_pages(app: FastAPI, client: TestClient, figures: str) -> None:
    with write_session(app.state.engine) as session:
        for run in session.exec(select(RoundRun)):
            pack = dict(run.pack)
            like, mark = pack["candidates"][0], next(iter(pack["startups"].values()))
            ids = [f"n{number:03}" for number in range(150)]
            pack["candidates"] = [*pack["candidates"], *({**like, "startup": one} for one in ids)]
            pack["startups"] = {**pack["startups"], **dict.fromkeys(ids, mark)}
            run.pack = pack
    first = page_of(client, f"{figures}/cases", by="step", key="considered")

    assert "Page 1 of 2" in first
    (following,) = re.findall(r'href="([^"]*)" rel="next"', first)
    assert first.count('<th scope="row">') == 100
    assert page_of(client, unescape(following)).count('<th scope="row">') == 53


def test_managers_alone_see_figures(app: FastAPI, client: TestClient, figures: str) -> None:
    sign_in_new(app, client, "lead@x.example")

    assert client.get(figures).status_code == 403
    assert client.get(f"{figures}/cases", params={"by": "step", "key": "selected"}).status_code == 403
