"""The pages of rounds: opened, pinned, planned, published, taken away, and a vacancy filled."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, delete, select

from models.database import read_session, write_session
from models.tables import Candidacy, Outcome, Program, Review
from tests.web.signing_in import add_account, sign_in

SAME = {"Sec-Fetch-Site": "same-origin"}
STARTUPS = ("S01", "S02", "S03")


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
    sign_in(app, client, manager)
    return key


def post(client: TestClient, address: str, **form: str) -> tuple[int, str]:
    """Send a form, and give the status and where it leads."""
    answer = client.post(address, data=form, headers=SAME, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def open_round(client: TestClient, program: str) -> str:
    """Open a round of one seat and give its address."""
    status, address = post(client, "/rounds", name="Autumn", programs=f"{program} 1 5")
    assert status == 303
    return address


@pytest.mark.parametrize("language", ["en", "ko", "de", "es"])
def test_the_pages_are_shown_in_every_language(client: TestClient, program: str, language: str) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/run") == (303, f"{address}/runs/1")

    for page in ("/rounds", address, f"{address}/runs/1"):
        assert client.get(page, params={"lang": language}).status_code == 200


def test_a_round_goes_from_pins_to_a_filled_vacancy(app: FastAPI, client: TestClient, program: str) -> None:
    address = open_round(client, program)
    pin = {"program": program, "startup": "S03", "kind": "pin", "reason": "Asked by the city"}
    assert post(client, f"{address}/pins", revision="0", **pin)[0] == 303
    assert "Asked by the city" in client.get(address).text
    assert post(client, f"{address}/pins", revision="0", **pin)[0] == 409
    assert post(client, f"{address}/run")[0] == 303
    assert post(client, f"{address}/publish", run="1") == (303, address)
    assert post(client, f"{address}/publish", run="1")[0] == 409
    assert post(client, f"{address}/finalise", revision="2") == (303, address)
    left = {"program": program, "startup": "S03", "reason": "Went elsewhere"}
    assert post(client, f"{address}/withdraw", **left)[0] == 303

    assert "Went elsewhere" in client.get(address).text
    with read_session(app.state.engine) as session:
        told = {row.startup_id: (row.state, row.waitlist_rank) for row in session.exec(select(Outcome))}
    assert told.pop("S03") == ("not-selected", None)
    assert sorted(told.values(), key=str) == [("selected", None), ("waitlisted", 1)]


def test_settings_and_programs_are_changed_and_refused(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    settings = {"max_per_startup": "1", "fit": "2", "review": "0", "interest": "0", "moving_cost": "0.5"}

    assert post(client, f"{address}/settings", revision="0", seat_for="not-declined", **settings)[0] == 303
    assert 'value="0.5"' in client.get(address).text
    assert post(client, f"{address}/programs", revision="1", programs=f"{program} 2")[0] == 303
    assert post(client, f"{address}/programs", revision="2", programs=f"{program} many")[0] == 422
    nobody = {"program": program, "startup": "S09", "kind": "pin", "reason": "x"}
    assert post(client, f"{address}/pins", revision="2", **nobody)[0] == 422
    status, page = post(client, "/rounds", name="Autumn", programs="nowhere 1")
    assert (status, "nowhere 1" in page) == (422, True)


@pytest.mark.parametrize("form", ["xlsx", "csv", "pdf", "hwpx", "json"])
def test_the_shortlist_is_taken_away_with_a_reason(client: TestClient, program: str, form: str) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/run")[0] == 303

    assert post(client, f"{address}/shortlist", file_format=form)[0] == 422
    answer = client.post(
        f"{address}/shortlist", data={"file_format": form, "reason": "Committee"}, headers=SAME
    )
    assert answer.status_code == 200
    assert f".{form}" in answer.headers["Content-Disposition"]
    assert answer.content
