"""The shortlist of a round on its page and in files, and what happens after it is published."""

import csv
import io
import json
import zipfile

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlmodel import select

from models.database import read_session
from models.tables import Outcome
from tests.web.pages.rounds_by_hand import SAME, open_round, post, prepare, text_of


@pytest.fixture
def program(app: FastAPI, client: TestClient) -> str:
    """Give a program with three accepted candidates; a manager is signed in."""
    return prepare(app, client)


def planned(client: TestClient, program: str) -> str:
    """Open a round with a plan, and give its address."""
    address = open_round(client, program)
    assert post(client, f"{address}/run")[0] == 303
    return address


def selected(app: FastAPI) -> str:
    """Give the startup that is selected."""
    with read_session(app.state.engine) as session:
        return session.exec(select(Outcome.startup_id).where(Outcome.state == "selected")).one()


def file_of(client: TestClient, address: str, form: str, **view: str) -> bytes:
    """Take the shortlist away."""
    data = {"file_format": form, "reason": "Committee"} | view
    answer = client.post(f"{address}/shortlist", data=data, headers=SAME)
    assert answer.status_code == 200
    assert f".{form}" in answer.headers["Content-Disposition"]
    return answer.content


def test_a_round_without_a_plan_has_no_shortlist_yet(client: TestClient, program: str) -> None:
    address = open_round(client, program)

    assert "Nothing is planned yet." in client.get(f"{address}/shortlist").text


@pytest.mark.parametrize("form", ["xlsx", "csv", "pdf", "hwpx", "json"])
def test_every_file_needs_a_reason_and_opens(client: TestClient, program: str, form: str) -> None:
    address = planned(client, program)

    status, page = post(client, f"{address}/shortlist", file_format=form, reason=" ")
    assert (status, "Say why" in page) == (422, True)
    content = file_of(client, address, form)

    if form == "xlsx":
        assert CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    elif form == "hwpx":
        assert "mimetype" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    elif form == "pdf":
        assert content.startswith(b"%PDF-")
    elif form == "json":
        assert json.loads(content)["format"] == "landfall-shortlist-pack-1"
    else:
        assert content.decode("utf-8-sig").count("\n") == 4


def test_a_file_holds_what_the_page_shows_in_the_language_of_the_page(
    client: TestClient, program: str
) -> None:
    address = planned(client, program)
    keys = ("result", "company", "ceo")
    form = {"key": keys, "place": ("1", "2", "3"), "revision": "0"}
    answer = client.post(f"{address}/columns", data=form, headers=SAME, follow_redirects=False)
    assert answer.status_code == 303

    view = {"result": "waitlisted", "masked": "true"}
    shown = client.get(f"{address}/shortlist", params=view, headers={"Accept-Language": "ko"}).text
    data = {"file_format": "csv", "reason": "Committee"} | view
    taken = client.post(f"{address}/shortlist", data=data, headers=SAME | {"Accept-Language": "ko"})

    rows = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert rows[0] == ["결과", "기업명"]
    assert [row[0] for row in rows[1:]] == ["예비 1", "예비 2"]
    for row in rows[1:]:
        assert f"<td>{row[0]}</td><td>{row[1]}</td>" in shown
    assert "<td>선정</td>" not in shown
    assert "대표자" not in shown.partition("<tbody>")[0].rpartition("<thead>")[2]


def test_columns_are_ordered_by_number_and_refused_without_any(client: TestClient, program: str) -> None:
    address = planned(client, program)
    form = {"key": ["number", "company", "result"], "place": ["3", "", "1"], "revision": "0"}

    assert client.post(f"{address}/columns", data=form, headers=SAME).status_code == 303
    head = client.get(f"{address}/shortlist").text.partition("</thead>")[0]
    assert head.index(">Result<") < head.index(">No.<")
    assert ">Company<" not in head
    none = {"key": ["number"], "place": [" "], "revision": "1"}
    answer = client.post(f"{address}/columns", data=none, headers=SAME)
    assert (answer.status_code, "Choose at least one column." in answer.text) == (422, True)
    answer = client.post(f"{address}/columns", data=form, headers=SAME)
    assert answer.status_code == 409


def test_a_startup_gives_its_place_up_from_its_row(app: FastAPI, client: TestClient, program: str) -> None:
    address = planned(client, program)
    assert post(client, f"{address}/publish", run="1")[0] == 303
    first = selected(app)
    left = {"program": program, "startup": first}
    status, page = post(client, f"{address}/withdraw", **left, reason=" ")
    assert (status, f'<a href="#left-{program}-{first}">' in page) == (422, True)

    assert post(client, f"{address}/withdraw", **left, reason="Went elsewhere")[0] == 303

    page = text_of(client, f"{address}/shortlist")
    assert "Went elsewhere" in page
    assert "selected → withdrawn" in page
    assert "waitlisted 1 → selected" in page
    assert selected(app) != first
    status, page = post(client, f"{address}/withdraw", **left, reason="Went elsewhere")
    assert (status, "has given its place up already" in page) == (409, True)


def test_a_round_is_made_final_once(client: TestClient, program: str) -> None:
    address = planned(client, program)
    assert post(client, f"{address}/finalise", revision="0")[0] == 409
    assert post(client, f"{address}/publish", run="1")[0] == 303
    assert "Nothing takes this back." in client.get(f"{address}/shortlist").text

    assert post(client, f"{address}/finalise", revision="1") == (303, f"{address}/shortlist")

    assert "This round is final:" in client.get(f"{address}/shortlist").text
    assert post(client, f"{address}/finalise", revision="1")[0] == 409
    settings = client.get(f"{address}/settings").text
    assert "Save the stages" not in settings
