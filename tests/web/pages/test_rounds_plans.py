"""Plans on the pages of a round: dry runs that keep nothing, kept plans, why not, publishing."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import func, select

from models.database import read_session, write_session
from models.tables import Outcome, Review, RoundRun
from tests.web.pages.rounds_by_hand import open_round, pin, post, prepare, text_of


@pytest.fixture
def program(app: FastAPI, client: TestClient) -> str:
    """Give a program with three accepted candidates; a manager is signed in."""
    return prepare(app, client)


def stored(app: FastAPI) -> int:
    """Count the plans that are kept."""
    with read_session(app.state.engine) as session:
        return session.exec(select(func.count()).select_from(RoundRun)).one()


def mark_of(page: str) -> str:
    """Give the mark of the dry run a page shows."""
    (found,) = re.findall(r'name="mark" value="([0-9a-f]{64})"', page)
    return str(found)


def test_a_dry_run_shows_the_plan_and_keeps_nothing(app: FastAPI, client: TestClient, program: str) -> None:
    address = open_round(client, program)

    status, page = post(client, f"{address}/dry-run")

    assert status == 200
    assert "waitlisted 1" in page
    assert "next in line" in page
    assert stored(app) == 0
    assert post(client, f"{address}/run", mark=mark_of(page)) == (303, f"{address}/runs/1")
    assert stored(app) == 1


def test_a_dry_run_that_is_no_longer_true_is_not_kept(app: FastAPI, client: TestClient, program: str) -> None:
    address = open_round(client, program)
    mark = mark_of(post(client, f"{address}/dry-run")[1])
    last = re.findall(r"waitlisted 2.*?", text_of(client, f"{address}/dry-run"))
    assert last
    for startup in ("S01", "S02", "S03"):
        if f'/{startup}">' in waiting_row(client.get(f"{address}/dry-run").text):
            pin(client, address, program, startup)
            break

    status, page = post(client, f"{address}/run", mark=mark)

    assert (status, "Something changed since this dry run." in page) == (409, True)
    assert mark_of(page) != mark
    assert stored(app) == 0


def waiting_row(page: str) -> str:
    """Give the row of the first who waits."""
    return page[page.index('<tr class="is-waiting">') :].partition("</tr>")[0]


def test_a_plan_nobody_can_make_names_what_stands_against_it(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    rules = '[{"name": "Nobody at all", "max": 0}, {"name": "Somebody", "min": 1}]'
    assert post(client, f"{address}/rules", revision="0", rules=rules)[0] == 303

    for way in ("dry-run", "run"):
        status, page = post(client, f"{address}/{way}")
        assert status == 422
        assert "Side rule “Nobody at all”" in page
        assert "Side rule “Somebody”" in page
        assert "cannot be kept together" not in page
    assert post(client, f"{address}/rules", revision="1", rules="[]")[0] == 303
    assert pin(client, address, program, "S01", revision=2)[0] == 303
    assert pin(client, address, program, "S02", revision=3)[0] == 303
    status, page = post(client, f"{address}/dry-run")
    assert (status, "More startups are pinned there than there are seats." in page) == (422, True)


def test_what_a_side_rule_costs_is_shown(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    rules = '[{"name": "Nobody at all", "max": 0}]'
    assert post(client, f"{address}/rules", revision="0", rules=rules)[0] == 303

    _, page = post(client, f"{address}/dry-run")

    assert "1 seat stays empty." in page
    assert re.search(r'<th scope="row">Nobody at all</th><td class="number">1</td>', page)


def test_a_rerun_says_who_entered_and_who_left_and_why(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/run")[0] == 303
    entering = re.findall(r'/(S0\d)">', waiting_row(client.get(f"{address}/runs/1").text))[0]
    assert pin(client, address, program, entering)[0] == 303
    assert "It cannot be published any more: plan again." in client.get(f"{address}/runs/1").text
    assert post(client, f"{address}/run") == (303, f"{address}/runs/2")

    page = text_of(client, f"{address}/runs/2")

    assert "entered because it is pinned" in page
    assert "left to make room for a pin" in page
    assert "plan again." not in page
    page = text_of(client, f"{address}/compare?a=1&b=2")
    assert "entered because it is pinned" in page
    assert "0 seats stay with whom they were given to." in page
    assert "Run 1" in text_of(client, f"{address}/compare")
    assert client.get(f"{address}/compare?a=1&b=9").status_code == 404
    assert client.get(f"{address}/compare?a=0&b=x").status_code == 422


def test_why_not_names_changes_that_suffice_and_a_button_makes_them(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/run")[0] == 303
    page = client.get(f"{address}/runs/1").text
    left_out = re.findall(r'/(S0\d)">', waiting_row(page))[0]
    assert f"{address}/runs/1/why-not?startup={left_out}" in page

    page = client.get(f"{address}/runs/1/why-not?startup={left_out}").text

    assert "A pin" in page
    assert "One seat more:" in page
    assert 'name="kind" value="pin"' in page
    seated = next(
        one for one in ("S01", "S02", "S03") if f"why-not?startup={one}" not in page_of_run(client, address)
    )
    answer = client.get(f"{address}/runs/1/why-not?startup={seated}")
    assert (answer.status_code, "This startup has a seat in this plan." in answer.text) == (422, True)
    answer = client.get(f"{address}/runs/1/why-not?program={program}")
    assert (answer.status_code, "This program has no empty seat" in answer.text) == (422, True)
    assert client.get(f"{address}/runs/1/why-not?startup=S77").status_code == 404
    assert post(client, f"{address}/seats", revision="0", program=program, back="runs/1")[0] == 303
    assert post(client, f"{address}/run")[0] == 303
    assert "2 of 2 seats are given; 1 wait." in text_of(client, f"{address}/runs/2")


def page_of_run(client: TestClient, address: str) -> str:
    """Give the page of the first plan."""
    return client.get(f"{address}/runs/1").text


def test_an_empty_seat_that_no_change_fills_says_so(client: TestClient, program: str) -> None:
    address = open_round(client, program, seats=5)
    assert post(client, f"{address}/run")[0] == 303
    assert "2 seats stay empty." in client.get(f"{address}/runs/1").text

    page = client.get(f"{address}/runs/1/why-not?program={program}").text

    assert "No single change suffices by itself." in page


def test_publishing_says_who_is_told_and_is_done_once(app: FastAPI, client: TestClient, program: str) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/run")[0] == 303

    page = text_of(client, f"{address}/runs/1/publish")
    assert "This cannot be taken back." in page
    assert re.search(r" 1 2 0 0 ", page)
    assert post(client, f"{address}/publish", run="1") == (303, f"{address}/shortlist")
    status, page = post(client, f"{address}/publish", run="1")

    assert status == 409
    assert "Nothing was published or sent a second time." in page
    assert "Publish for good" not in page
    with read_session(app.state.engine) as session:
        assert len(session.exec(select(Outcome)).all()) == 3
    assert post(client, f"{address}/run")[0] == 409


def test_what_keeps_a_plan_from_publishing_is_said_in_words(
    app: FastAPI, client: TestClient, program: str
) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/run")[0] == 303
    with write_session(app.state.engine) as session:
        row = session.get_one(Review, (program, "S03", "agency"))
        row.decision = "decline"

    status, page = post(client, f"{address}/publish", run="1")

    assert (status, "Candidates, decisions or reviews changed" in page) == (409, True)
    assert pin(client, address, program, "S01")[0] == 303
    status, page = post(client, f"{address}/publish", run="1")
    assert (status, "Pins or exclusions changed" in page) == (409, True)
