"""The pages that bring in a table: template, preview, columns, one commit."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import func, select

from models.database import read_session
from models.tables import Startup
from tests.web.pages.reading import read_page
from tests.web.signing_in import sign_in_new
from web.pages.imports import AT_ONCE

GOOD = "기업명,단계\n주식회사 가온,시드\n㈜가온,series-a\n"


def send(client: TestClient, content: str | bytes, name: str = "table.csv") -> str:
    """Send a table and give the address of its preview."""
    data = content.encode() if isinstance(content, str) else content
    answer = client.post("/imports", files={"file": (name, data)})
    assert answer.status_code == 303
    return answer.headers["location"]


def startups(app: FastAPI) -> int:
    """Count the startups."""
    with read_session(app.state.engine) as session:
        return session.exec(select(func.count()).select_from(Startup)).one()


def waiting(app: FastAPI) -> list[Path]:
    """List the tables that wait."""
    return sorted((app.state.settings.data_dir / "imports").glob("*.json"))


def kept(app: FastAPI) -> list[Path]:
    """List all files of tables that wait."""
    return sorted((app.state.settings.data_dir / "imports").iterdir())


def test_the_preview_shows_columns_rows_and_duplicates_and_writes_nothing(
    app: FastAPI, manager: TestClient
) -> None:
    before = startups(app)
    page = read_page(manager.get(send(manager, GOOD)).text).find("main")

    assert "2 of 2 rows can be written" in page.text
    assert "same name" in page.text
    chosen = [
        option.attributes["value"] for option in page.find_all("option") if "selected" in option.attributes
    ]
    assert chosen == ["name", "stage"]
    assert "주식회사 가온" in page.text
    assert startups(app) == before


def test_a_table_is_written_once_however_often_it_is_sent(app: FastAPI, manager: TestClient) -> None:
    before = startups(app)
    address = send(manager, GOOD)

    first, second = (manager.post(f"{address}/commit") for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert startups(app) == before + 2
    assert kept(app) == []
    assert "2 startups were written" in manager.get(first.headers["location"]).text
    assert manager.get(address).headers["location"] == first.headers["location"]


def test_a_table_with_an_error_has_no_button_and_is_not_written(app: FastAPI, manager: TestClient) -> None:
    before = startups(app)
    address = send(manager, "name,trl\nGaon,5\nNarae,12\n")
    page = read_page(manager.get(address).text).find("main")

    assert "1 of 2 rows have no error" in page.text
    assert "1 error: nothing can be written" in page.text
    assert "is larger than 9" in page.text
    assert not page.find_all("form", action=f"{address}/commit")
    assert manager.post(f"{address}/commit").headers["location"] == address
    assert startups(app) == before


def test_a_column_that_is_wrong_is_corrected_without_sending_the_file_again(manager: TestClient) -> None:
    address = send(manager, "A,trl\nGaon,12\n")
    moved = manager.post(f"{address}/mapping", data={"column": ["name", ""]})
    page = manager.get(moved.headers["location"])

    assert "1 of 1 rows can be written" in page.text
    assert manager.get(address).status_code == 404


def test_two_columns_with_one_field_are_refused_and_the_table_stays(manager: TestClient) -> None:
    address = send(manager, "A,B\nGaon,seed\n")
    moved = manager.post(f"{address}/mapping", data={"column": ["name", "name"]})

    assert "Two columns cannot hold the same field" in manager.get(moved.headers["location"]).text


def test_a_table_of_many_rows_is_checked_after_the_answer_and_once(app: FastAPI, manager: TestClient) -> None:
    rows = "".join(f"Company {number}\n" for number in range(AT_ONCE + 1))
    address = send(manager, f"name\n{rows}")
    (check,) = [path for path in kept(app) if path.suffix == ".check"]
    made = check.stat().st_mtime_ns
    page = manager.get(address).text

    assert f"{AT_ONCE + 1} of {AT_ONCE + 1} rows can be written" in page
    assert "Writing so many rows takes up to a minute" in page
    assert check.stat().st_mtime_ns == made
    assert manager.post(f"{address}/commit").headers["location"].startswith("/imports?done=")


def test_a_check_that_was_cut_off_begins_again_and_the_page_says_so(
    app: FastAPI, manager: TestClient
) -> None:
    address = send(manager, GOOD)
    (check,) = [path for path in kept(app) if path.suffix == ".check"]
    check.unlink()
    looking = manager.get(address)

    assert "2 rows are being checked" in looking.text
    assert looking.headers["refresh"] == "2"
    assert "2 of 2 rows can be written" in manager.get(address).text


def test_a_table_can_be_forgotten(app: FastAPI, manager: TestClient) -> None:
    address = send(manager, GOOD)
    assert len(waiting(app)) == 1
    manager.post(f"{address}/cancel")

    assert kept(app) == []
    assert manager.get(address).status_code == 404


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00\x01\x02", b"name\n", b'a\n"x'])
def test_a_file_that_is_no_table_comes_back_with_the_reason(manager: TestClient, content: bytes) -> None:
    answer = manager.post("/imports", files={"file": ("x.csv", content)})

    assert answer.status_code == 422
    assert read_page(answer.text).find("div", id="problems").text


def test_cells_are_shown_as_text(manager: TestClient) -> None:
    address = send(manager, "name,stage\n<script>alert(1)</script>,{{7*7}}\n")
    page = read_page(manager.get(address).text).find("main")

    assert page.find_all("script") == []
    assert "{{7*7}}" in page.text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ko", "en", "de", "es"])
def test_the_template_comes_back_known_and_without_its_example(
    manager: TestClient, form: str, language: str
) -> None:
    template = manager.get(f"/imports/template/{form}?lang={language}")
    page = manager.get(send(manager, template.content, f"t.{form}") + "?lang=en").text

    assert "attachment" in template.headers["content-disposition"]
    assert "The invented example row of the template is left out." in page
    assert "0 of 0 rows can be written" in page


def test_nobody_but_managers_sees_these_pages_or_another_managers_table(
    app: FastAPI, manager: TestClient
) -> None:
    address = send(manager, GOOD)
    sign_in_new(app, manager, "second@alliance.example", office="manager")
    assert manager.get(address).status_code == 404
    assert manager.post(f"{address}/commit").status_code == 404
    sign_in_new(app, manager, "founder@x.example", startups=["S01"])

    assert manager.get("/imports").status_code == 403
    assert manager.post("/imports", files={"file": ("x.csv", b"name\nGaon\n")}).status_code == 403
