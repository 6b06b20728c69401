"""The home page, the page about the site, and the frame around every page."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.web.pages.reading import read_page
from tests.web.signing_in import sign_in_new
from web.assets import STATIC


def test_home_says_what_this_is_and_where_to_start(client: TestClient) -> None:
    response = client.get("/")
    page = read_page(response.text)

    assert response.status_code == 200
    assert page.find("title").text == "Deep tech meets partner cities - Landfall"
    assert page.find("h1").text == "Which partner city is ready for your technology?"
    assert page.find("a", cls="button", href="/try").text == "Try it with your text"
    assert len(page.find("ol", cls="steps").find_all("li")) == 3


def test_home_lists_the_member_cities_with_their_programs(client: TestClient) -> None:
    page = read_page(client.get("/?lang=ko").text)

    cities = page.find("ul", cls="cities").find_all("a")

    assert [(city.find("span", cls="city-name").text, city.attributes["href"]) for city in cities] == [
        ("대전", "/programs?city=daejeon"),
        ("시애틀", "/programs?city=seattle"),
        ("몽고메리 카운티", "/programs?city=montgomery-county"),
        ("퀘벡", "/programs?city=quebec"),
        ("말라가", "/programs?city=malaga"),
        ("도르트문트", "/programs?city=dortmund"),
    ]


@pytest.mark.parametrize(
    ("language", "daejeon", "seattle"),
    [
        ("en", "36.4° N 127.4° E", "47.6° N 122.3° W"),
        ("ko", "북위 36.4° 동경 127.4°", "북위 47.6° 서경 122.3°"),
        ("de", "36,4° N 127,4° O", "47,6° N 122,3° W"),
        ("es", "36,4° N 127,4° E", "47,6° N 122,3° O"),
    ],
)
def test_home_gives_positions_as_a_chart_in_the_readers_language(
    client: TestClient, language: str, daejeon: str, seattle: str
) -> None:
    page = read_page(client.get(f"/?lang={language}").text)

    positions = [place.text for place in page.find("ul", cls="cities").find_all("span", cls="city-position")]

    assert positions[:2] == [daejeon, seattle]


def test_about_says_what_happens_to_a_text(client: TestClient) -> None:
    page = read_page(client.get("/about").text)

    assert [heading.attributes["id"] for heading in page.find_all("h2")] == [
        "privacy",
        "method",
        "measured",
        "limits",
    ]


def test_frame_can_be_used_by_keyboard_and_names_the_section(client: TestClient) -> None:
    page = read_page(client.get("/programs").text)

    assert page.find("a", cls="skip").attributes["href"] == "#content"
    assert page.find("main").attributes["id"] == "content"
    sections = page.find("nav", cls="sections").find_all("a")
    assert [(link.text, link.attributes.get("aria-current")) for link in sections] == [
        ("Programs", "page"),
        ("Try it", None),
        ("About", None),
    ]


def test_only_those_who_review_are_led_to_the_review(app: FastAPI, client: TestClient) -> None:
    def sections() -> list[str]:
        page = read_page(client.get("/").text)
        return [link.attributes["href"] for link in page.find("nav", cls="sections").find_all("a")]

    before = sections()
    sign_in_new(app, client, "reviewer@agency.example", reviews_for=["wirtschaftsfoerderung-dortmund"])

    assert "/review" not in before
    assert "/review" in sections()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ({"startups": ["S01"]}, ["My startups"]),
        ({"reviews_for": ["wirtschaftsfoerderung-dortmund"]}, ["Startups"]),
        ({"leads": ["wirtschaftsfoerderung-dortmund"]}, ["Startups", "Manage programs"]),
        ({"office": "manager"}, ["Startups", "Manage programs"]),
        ({"office": "admin"}, []),
        ({"startups": ["S01"], "reviews_for": ["wirtschaftsfoerderung-dortmund"]}, ["My startups"]),
    ],
)
def test_the_menu_leads_to_startups_and_programs_by_the_name_of_their_pages(
    app: FastAPI, client: TestClient, kind: dict[str, Any], words: list[str]
) -> None:
    sign_in_new(app, client, "somebody@x.example", **kind)

    links = read_page(client.get("/").text).find("nav", cls="sections").find_all("a")

    led = [link for link in links if link.attributes["href"] in {"/startups", "/manage/programs"}]
    assert [link.text for link in led] == words
    for link in led:
        heading = read_page(client.get(link.attributes["href"]).text).find("h1").text
        assert link.text in {heading, f"My {heading.lower()}"}


def test_about_names_the_cookies_of_those_who_sign_in(client: TestClient) -> None:
    said = read_page(client.get("/about").text).find("main").text

    assert "one holds the session" in said
    assert "lets this browser be known again for a year" in said


def test_static_files_are_kept_for_ever_under_an_address_that_names_their_content(
    client: TestClient,
) -> None:
    page = read_page(client.get("/").text)
    addresses = [
        *(link.attributes["href"] for link in page.find_all("link")),
        *(script.attributes["src"] for script in page.find_all("script")),
    ]

    assert len(addresses) == 4
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert len(address.partition("?v=")[2]) == 12


def test_static_file_without_its_version_is_asked_for_again(client: TestClient) -> None:
    assert client.get("/static/landfall.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/../app.py").status_code == 404


def test_fonts_are_served_as_fonts(client: TestClient) -> None:
    fonts = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.woff2"))

    response = client.get(f"/static/{fonts[0]}")

    assert len(fonts) == 93
    assert response.headers["content-type"] == "font/woff2"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_style_sheet_names_only_files_that_exist() -> None:
    style = (STATIC / "landfall.css").read_text(encoding="utf-8")

    addresses = [part.partition('"')[0] for part in style.split('url("')[1:]]

    assert addresses == ["fonts/landfall-latin/LandfallLatin.woff2"]
    assert all(Path(STATIC / address).is_file() for address in addresses)
