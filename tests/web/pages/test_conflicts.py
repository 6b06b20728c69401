"""Conflicts of interest on pages: declaring, stepping back, ruling."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from models.database import read_session, write_session
from models.tables import (
    Account,
    AgencyMember,
    Candidacy,
    ConflictAnswer,
    OutsideTie,
    Program,
    ReviewSetup,
    Startup,
)
from tests.web.pages.people import letters
from tests.web.signing_in import SAME_SITE, add_account, sign_in
from web.app import create_app

PROGRAM = "gruendungsstipendium-nrw"
ADDRESS = f"/review/{PROGRAM}/conflicts"


@pytest.fixture
def app(engine: Engine, settings: Settings, hashing_analyst: LocalAnalyst) -> Iterator[FastAPI]:
    """Open the application with a reviewer who answered for nothing, and a manager."""
    with write_session(engine) as session:
        agency = session.get_one(Program, PROGRAM).agency_id
        add_account(session, "rita@office.example", reviews_for=[agency], answered=False)
        add_account(session, "mara@alliance.example", office="manager")
    app = create_app(settings, hashing_analyst)
    yield app
    app.state.engine.dispose()


def browser(app: FastAPI, email: str) -> TestClient:
    """Give a browser somebody is signed in with."""
    client = TestClient(app, base_url="http://127.0.0.1", headers=SAME_SITE, follow_redirects=False)
    with read_session(app.state.engine) as session:
        account_id = session.exec(select(Account.id).where(Account.email == email)).one()
    sign_in(app, client, account_id)
    return client


@pytest.fixture
def reviewer(app: FastAPI) -> TestClient:
    """Give the reviewer's browser."""
    return browser(app, "rita@office.example")


@pytest.fixture
def manager(app: FastAPI) -> TestClient:
    """Give the manager's browser."""
    return browser(app, "mara@alliance.example")


def names(app: FastAPI) -> list[str]:
    """List the names of the program's candidates."""
    with read_session(app.state.engine) as session:
        return sorted(
            session.exec(
                select(Startup.name)
                .join(Candidacy)
                .where(Candidacy.startup_id == Startup.id, Candidacy.program_id == PROGRAM)
            )
        )


def declared(app: FastAPI, reviewer: TestClient, *conflicts: str) -> None:
    """Answer for every candidate."""
    data = {"name": names(app), "conflict": list(conflicts), "read": "true"}
    done = reviewer.post(ADDRESS, data=data)
    assert (done.status_code, done.headers["location"]) == (303, f"/review/{PROGRAM}")


def test_whoever_answered_for_nothing_is_led_to_the_names(app: FastAPI, reviewer: TestClient) -> None:
    led = reviewer.get(f"/review/{PROGRAM}")
    page = reviewer.get(ADDRESS)

    assert (led.status_code, led.headers["location"]) == (303, ADDRESS)
    assert re.findall(r'name="name" value="([^"]*)"', page.text) == names(app)
    with read_session(app.state.engine) as session:
        ids = session.exec(select(Startup.id)).all()
    assert not [startup_id for startup_id in ids if startup_id in page.text]


def test_a_declared_conflict_leaves_the_queue(app: FastAPI, reviewer: TestClient) -> None:
    first, second, *_ = names(app)

    declared(app, reviewer, first)

    queue = reviewer.get(f"/review/{PROGRAM}").text
    assert first not in queue
    assert second in queue
    assert first not in reviewer.get(ADDRESS).text


def test_names_that_were_not_looked_at_are_not_answered_for(app: FastAPI, reviewer: TestClient) -> None:
    first = names(app)[0]
    data = {
        "name": names(app),
        "conflict": [first],
        "words": "We sat on a board.",
        "tie_kind": ["shareholding"],
        "tie_name": ["Acme"],
        "tie_ended": [""],
    }

    refused = reviewer.post(ADDRESS, data=data)

    assert refused.status_code == 422
    assert "Confirm that you have looked at every name." in refused.text
    assert f'value="{first}" checked' in refused.text
    assert "We sat on a board." in refused.text
    assert 'value="Acme"' in refused.text
    with read_session(app.state.engine) as session:
        assert session.exec(select(OutsideTie)).all() == []


def test_in_a_blind_review_an_answer_for_some_names_comes_back(app: FastAPI, reviewer: TestClient) -> None:
    first, second, *_ = names(app)
    with write_session(app.state.engine) as session:
        session.add(ReviewSetup(program_id=PROGRAM, blind=True))
        before = len(session.exec(select(ConflictAnswer)).all())

    refused = reviewer.post(ADDRESS, data={"name": [first, second], "conflict": [second], "read": "true"})

    assert refused.status_code == 422
    assert 'id="read-problem"' in refused.text
    assert f'value="{second}" checked' in refused.text
    with read_session(app.state.engine) as session:
        assert len(session.exec(select(ConflictAnswer)).all()) == before
    declared(app, reviewer, second)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tie_name": ["Acme"], "tie_ended": ["yesterday"]}, "tie-ended-0"),
        ({"tie_name": ["x" * 301], "tie_ended": [""]}, "tie-name-0"),
        ({"tie_kind": ["cousin"], "tie_name": ["Acme"], "tie_ended": [""]}, "tie-name-0"),
        ({"words": "x" * 501}, "words"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_its_reason(
    reviewer: TestClient, changes: dict[str, list[str]], field: str
) -> None:
    refused = reviewer.post(ADDRESS, data={"tie_kind": ["employer"], "words": ""} | changes)

    assert refused.status_code == 422
    assert f'id="{field}-problem"' in refused.text


def test_ties_are_kept_and_shown_again(app: FastAPI, reviewer: TestClient) -> None:
    first = names(app)[0]
    data = {
        "name": names(app),
        "read": "true",
        "tie_kind": ["employer", "shareholding", "employer"],
        "tie_name": [f"{first} GmbH", "Acme", ""],
        "tie_ended": ["2099-01-31", "", ""],
    }

    assert reviewer.post(ADDRESS, data=data).status_code == 303

    page = reviewer.get(ADDRESS).text
    assert 'value="Acme"' in page
    assert 'value="2099-01-31"' in page
    assert first not in reviewer.get(f"/review/{PROGRAM}").text
    saved = reviewer.post(ADDRESS, data={})
    assert saved.headers["location"] == f"{ADDRESS}?saved=1"
    assert "Your answers are saved." in reviewer.get(saved.headers["location"]).text


def test_a_manager_declares_nothing(manager: TestClient) -> None:
    assert manager.get(ADDRESS).status_code == 403
    assert manager.get(f"/review/{PROGRAM}").status_code == 200


def test_new_candidates_are_told_of_in_the_queue(app: FastAPI, reviewer: TestClient) -> None:
    declared(app, reviewer)
    assert "Answer now" not in reviewer.get(f"/review/{PROGRAM}").text
    with write_session(app.state.engine) as session:
        session.add(Startup(id="s-late", name="Latecomer", invented=True))
        session.flush()
        session.add(Candidacy(program_id=PROGRAM, startup_id="s-late"))

    assert "Answer now" in reviewer.get(f"/review/{PROGRAM}").text
    assert re.findall(r'name="name" value="([^"]*)"', reviewer.get(ADDRESS).text) == ["Latecomer"]


def case_of(app: FastAPI, name: str) -> tuple[str, str]:
    """Give reviewer and startup of a case."""
    with read_session(app.state.engine) as session:
        startup = session.exec(select(Startup.id).where(Startup.name == name)).one()
        account = session.exec(select(Account.id).where(Account.email == "rita@office.example")).one()
    return account, startup


def test_a_manager_rules_on_what_a_reviewer_stepped_back_from(
    app: FastAPI, reviewer: TestClient, manager: TestClient
) -> None:
    first = names(app)[0]
    declared(app, reviewer)
    account, startup = case_of(app, first)

    left = reviewer.post(f"/review/{PROGRAM}/{startup}/step-back", data={"words": "My cousin."})
    page = manager.get("/manage/conflicts").text
    address = f"/manage/conflicts/{account}/{startup}"
    without = manager.post(address, data={"conflict": "false"})
    hidden = reviewer.get(f"/review/{PROGRAM}").text
    ruled = manager.post(address, data={"conflict": "false", "reason": "A namesake."})

    assert (left.status_code, left.headers["location"]) == (303, f"/review/{PROGRAM}")
    assert all(words in page for words in (first, "My cousin.", "rita@office.example"))
    assert (without.status_code, "Say why" in without.text) == (422, True)
    assert (ruled.status_code, first in hidden) == (303, False)
    (letter,) = letters(app.state.settings)
    assert letter["To"] == "Rita <rita@office.example>"
    assert f"/review/{PROGRAM}" in letter.get_content()
    assert first not in letter.get_content()
    assert first in reviewer.get(f"/review/{PROGRAM}").text
    assert "A namesake." in manager.get("/manage/conflicts").text


def test_nobody_rules_that_a_founder_may_judge_the_own_startup(
    app: FastAPI, reviewer: TestClient, manager: TestClient
) -> None:
    first = names(app)[0]
    declared(app, reviewer, first)
    account, startup = case_of(app, first)
    with write_session(app.state.engine) as session:
        agency = session.exec(select(AgencyMember).where(AgencyMember.account_id == account)).one()
        assert agency.agency_id
    people = manager.post(f"/people/{account}/memberships", data={"role": "founder", "startup_id": startup})

    refused = manager.post(
        f"/manage/conflicts/{account}/{startup}", data={"conflict": "false", "reason": "Fine."}
    )

    assert people.status_code == 303
    assert (refused.status_code, "Nobody judges the own startup" in refused.text) == (422, True)


def test_a_challenge_is_recorded_or_comes_back(
    app: FastAPI, reviewer: TestClient, manager: TestClient
) -> None:
    first = names(app)[0]
    declared(app, reviewer)
    account, startup = case_of(app, first)
    data = {"account_id": account, "startup": first, "words": "They sued us."}

    refused = [
        manager.post("/manage/conflicts/challenges", data=data | change)
        for change in ({"account_id": "nobody"}, {"startup": "Nobody Ltd"}, {"words": ""})
    ]
    done = manager.post("/manage/conflicts/challenges", data=data)

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    fields = ("account_id", "startup", "words")
    assert all(
        f'id="challenge-{field}-problem"' in answer.text
        for field, answer in zip(fields, refused, strict=True)
    )
    assert done.status_code == 303
    with read_session(app.state.engine) as session:
        row = session.get_one(ConflictAnswer, (account, startup))
        assert (row.state, row.kind, row.text) == ("open", "challenged", "They sued us.")


def test_a_reviewer_sees_no_case(reviewer: TestClient) -> None:
    assert reviewer.get("/manage/conflicts").status_code == 403


def test_many_cases_are_shown_page_by_page(app: FastAPI, manager: TestClient) -> None:
    account, _ = case_of(app, names(app)[0])
    with write_session(app.state.engine) as session:
        for number in range(51):
            session.add(Startup(id=f"s-{number}", name=f"Many {number}", invented=True))
            session.flush()
            session.add(
                ConflictAnswer(account_id=account, startup_id=f"s-{number}", state="open", kind="declared")
            )

    first, second = manager.get("/manage/conflicts").text, manager.get("/manage/conflicts?page=2").text

    assert first.count('class="conflict-case"') == 50
    assert second.count('class="conflict-case"') == 1
    assert 'href="/manage/conflicts?page=2" rel="next"' in first
    assert 'href="/manage/conflicts" rel="prev"' in second
