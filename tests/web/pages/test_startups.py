"""The pages of startups: founders see their own, staff what they may read, and every reading counts."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Agency, AuditEntry, Profile, Program, Startup, StartupMember
from tests.web.pages.reading import read_page
from tests.web.signing_in import add_account, sign_in, sign_in_new


@pytest.fixture(name="agency")
def agency_with_one_program(app: FastAPI) -> str:
    """Give the id of an agency with exactly one program."""
    with read_session(app.state.engine) as session:
        owners = [row.agency_id for row in session.exec(select(Program))]
    return min(owner for owner in owners if owners.count(owner) == 1)


def startup_ids(client: TestClient, path: str = "/startups") -> list[str]:
    """List the ids a page links to."""
    page = read_page(client.get(path).text)
    rows = page.find("main").find_all("th", scope="row")
    return [row.find("a").attributes["href"].removeprefix("/startups/") for row in rows]


def acts(app: FastAPI) -> list[tuple[str, str]]:
    """Give act and subject of every reading."""
    with read_session(app.state.engine) as session:
        rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
        return [(row.act, row.subject) for row in rows]


def test_a_founder_sees_the_own_startup_and_no_other(app: FastAPI, client: TestClient) -> None:
    sign_in_new(app, client, "founder@x.example", startups=["S01"])

    own, other, none = (client.get(f"/startups/{name}") for name in ("S01", "S02", "S99"))

    assert startup_ids(client) == ["S01"]
    assert [answer.status_code for answer in (own, other, none)] == [200, 404, 404]
    assert read_page(other.text).find("main").text == read_page(none.text).find("main").text
    assert acts(app) == []


def test_a_founder_reads_texts_in_their_languages_and_the_names_of_the_others(
    app: FastAPI, client: TestClient
) -> None:
    with write_session(app.state.engine) as session:
        account_id = add_account(session, "founder@x.example", startups=["S01"]).id
        add_account(session, "second@x.example", startups=["S01"])
        session.add(Profile(startup_id="S01", language="en", version=99, text="The newest\ntext <b>."))
    sign_in(app, client, account_id)

    answer = client.get("/startups/S01")
    page = read_page(answer.text)

    texts = page.find_all("div", cls="profile-text")
    assert {text.attributes["lang"] for text in texts} >= {"ko", "en"}
    assert "The newest text <b>." in [text.text for text in texts]
    assert "Version 99" in page.text
    assert [item.text for item in page.find("section", **{"aria-labelledby": "founders"}).find_all("li")] == [
        "Founder you",
        "Second",
    ]
    assert "second@x.example" not in answer.text


def test_a_reviewer_reads_candidates_without_their_founders(
    app: FastAPI, client: TestClient, agency: str
) -> None:
    with write_session(app.state.engine) as session:
        add_account(session, "founder@x.example", startups=["S01"])
    sign_in_new(app, client, "reviewer@x.example", reviews_for=[agency])

    answer = client.get("/startups/S01")
    page = read_page(answer.text)
    reviews = page.find("section", **{"aria-labelledby": "reviews"}).find_all("a")

    assert answer.status_code == 200
    assert "Founder" not in [item.text for item in page.find_all("li")]
    assert "founder@x.example" not in answer.text
    assert "Version" not in answer.text
    assert len(reviews) == 1
    assert reviews[0].attributes["href"].endswith("#startup-S01")
    assert acts(app) == [("profile-read", "S01")]


def test_a_closed_review_shuts_the_door_at_once(app: FastAPI, client: TestClient, agency: str) -> None:
    sign_in_new(app, client, "reviewer@x.example", reviews_for=[agency])
    before = (client.get("/startups/S01").status_code, len(startup_ids(client)))
    with write_session(app.state.engine) as session:
        program = session.exec(select(Program).where(Program.agency_id == agency)).one()
        program.review_closed_at = now_utc()
        session.add(program)

    after = (client.get("/startups/S01").status_code, len(startup_ids(client)))

    assert (before, after) == ((200, 6), (404, 0))


def test_a_manager_reads_all_and_an_admin_none(app: FastAPI, client: TestClient) -> None:
    sign_in_new(app, client, "manager@x.example", office="manager")
    manager = read_page(client.get("/startups/S01").text)
    listed = startup_ids(client)
    client.cookies.clear()
    sign_in_new(app, client, "admin@x.example", office="admin")

    assert len(listed) == 6
    assert [link for link in manager.find_all("a") if link.attributes["href"] == "/people?startup=S01#invite"]
    assert [client.get(path).status_code for path in ("/startups", "/startups/S01")] == [403, 403]


def test_the_list_has_pages_of_fifty(app: FastAPI, client: TestClient) -> None:
    with write_session(app.state.engine) as session:
        session.add_all(
            Startup(id=f"Z{number:03}", name=f"Z {number}", invented=True) for number in range(50)
        )
    sign_in_new(app, client, "manager@x.example", office="manager")

    first = read_page(client.get("/startups").text)
    (onward,) = first.find_all("a", rel="next")

    assert len(startup_ids(client)) == 50
    assert len(startup_ids(client, onward.attributes["href"])) == 6
    assert startup_ids(client, "/startups?after=%00") == startup_ids(client)


@pytest.mark.parametrize("name", ["%ED%A0%80", "a%00b", "S01%0A", "x" * 300])
def test_an_odd_id_is_not_found(app: FastAPI, client: TestClient, name: str) -> None:
    sign_in_new(app, client, "manager@x.example", office="manager")

    assert client.get(f"/startups/{name}").status_code == 404


def test_nobody_in_particular_signs_in_first(client: TestClient) -> None:
    answers = [client.get(path) for path in ("/startups", "/startups/S01", "/startups/S99")]

    assert {answer.status_code for answer in answers} == {303}


def test_the_last_founder_stays_and_another_may_leave(app: FastAPI, client: TestClient) -> None:
    sign_in_new(app, client, "founder@x.example", startups=["S01"])
    alone = read_page(client.get("/startups/S01").text)
    refused = client.post("/startups/S01/leave").status_code
    with write_session(app.state.engine) as session:
        add_account(session, "second@x.example", startups=["S01"])

    left = client.post("/startups/S01/leave").status_code

    assert alone.find_all("form", action="/startups/S01/leave") == []
    assert (refused, left, client.get("/startups/S01").status_code) == (422, 303, 403)
    assert client.post("/startups/S02/leave").status_code == 404
    with read_session(app.state.engine) as session:
        assert len(session.exec(select(StartupMember)).all()) == 1


def test_an_agency_sees_nothing_of_programs_of_others(app: FastAPI, client: TestClient) -> None:
    with write_session(app.state.engine) as session:
        agencies = set(session.exec(select(Agency.id)).all())
        session.add(Agency(id="idle", name="I", name_en="I", city_id="seattle", role="", source_urls=[]))
        assert "idle" not in agencies
    sign_in_new(app, client, "reviewer@x.example", reviews_for=["idle"])

    assert (startup_ids(client), client.get("/startups/S01").status_code) == ([], 404)
