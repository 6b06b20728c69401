"""Errors are pages of the site, in plain words, and repeat nothing that was typed."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from tests.web.pages.reading import read_page


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nothing-here", 404, "There is no such page"),
        ("/programs/no-such-program", 404, "There is no such page"),
        ("/programs?q=" + "x" * 201, 422, "Something in this request is not as expected"),
        ("/review/ksc-seattle/one/decision", 405, "This page cannot be used that way"),
    ],
)
def test_error_page(client: TestClient, path: str, status: int, title: str) -> None:
    response = client.get(path)
    page = read_page(response.text)

    assert response.status_code == status
    assert page.find("h1").text == title
    assert page.find("p", cls="error-status").text == str(status)
    assert "xxx" not in page.find("main").text


def test_error_page_speaks_korean_and_links_to_a_page_that_exists_in_every_language(
    client: TestClient,
) -> None:
    response = client.get("/nothing-here", headers={"Accept-Language": "ko"})
    page = read_page(response.text)

    assert page.find("h1").text == "찾으시는 페이지가 없습니다"
    links = page.find("nav", cls="languages").find_all("a")
    assert [link.attributes["href"] for link in links] == [
        "/?lang=ko",
        "/?lang=en",
        "/?lang=de",
        "/?lang=es",
    ]


def test_refused_field_is_named_but_not_its_value(client: TestClient) -> None:
    page = read_page(client.get("/programs?q=" + "x" * 201).text)

    detail = page.find("p", cls="error-detail")

    assert detail.attributes["lang"] == "en"
    assert detail.text == "q: String should have at most 200 characters"


def test_fault_of_ours_is_a_page_too(client: TestClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE city SET names = '[]'"))

    response = client.get("/programs")

    assert response.status_code == 500
    assert read_page(response.text).find("h1").text == "Something went wrong on our side"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


def test_database_that_is_not_ready_is_not_called_busy(client: TestClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE program RENAME TO program_gone"))

    response = client.get("/programs")
    page = read_page(response.text)

    assert response.status_code == 503
    assert page.find("h1").text == "The site cannot answer just now"
    assert "program_gone" not in page.find("main").text
