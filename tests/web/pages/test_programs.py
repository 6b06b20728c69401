"""The catalogue and a program's page: filters in the address, sources, and nothing unverified as a fact."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, text

from tests.web.pages.reading import Element, read_page


@contextmanager
def counted_queries(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def rows(page: Element) -> list[str]:
    return [row.find("a").attributes["href"] for row in page.find_all("li", cls="program-row")]


def test_catalogue_lists_every_program(client: TestClient) -> None:
    page = read_page(client.get("/programs").text)

    assert len(rows(page)) == 57
    assert page.find("h2", id="found").text == "57 programs"
    assert page.find_all("ul", cls="active-filters") == []


def test_filters_narrow_the_list_and_can_be_taken_away_one_by_one(client: TestClient) -> None:
    page = read_page(client.get("/programs?city=seattle&offer=office&q=ksc").text)

    assert rows(page) == ["/programs/ksc-seattle"]
    assert page.find("h2", id="found").text == "1 program"
    active = page.find("ul", cls="active-filters").find_all("a")
    assert [(link.text, link.attributes["href"]) for link in active] == [
        ("Seattle × remove this filter", "/programs?offer=office&q=ksc"),
        ("office space × remove this filter", "/programs?city=seattle&q=ksc"),
        ("“ksc” × remove this filter", "/programs?city=seattle&offer=office"),
        ("Clear all", "/programs"),
    ]
    assert page.find("input", id="filter-q").attributes["value"] == "ksc"
    chosen = page.find("select", id="filter-city").find_all("option", selected="")
    assert [option.text for option in chosen] == ["Seattle"]


def test_empty_catalogue_offers_a_way_on(client: TestClient) -> None:
    page = read_page(client.get("/programs?q=nothing-is-called-this").text)

    assert rows(page) == []
    empty = page.find("div", cls="empty")
    assert empty.find("p", cls="lead").text == "No program matches all of these filters."
    assert [link.attributes["href"] for link in empty.find_all("a")] == ["/programs", "/try"]


def test_what_is_searched_for_is_shown_as_text(client: TestClient) -> None:
    response = client.get('/programs?q="><script>alert(1)</script>')

    assert "<script>alert" not in response.text
    assert read_page(response.text).find("input", id="filter-q").attributes["value"] == (
        '"><script>alert(1)</script>'
    )


@pytest.mark.parametrize("kept", [1, 3])
def test_catalogue_takes_as_many_queries_for_one_program_as_for_three(
    app: FastAPI, client: TestClient, engine: Engine, kept: int
) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM program WHERE id NOT IN (SELECT id FROM program ORDER BY id LIMIT :kept)"),
            {"kept": kept},
        )

    with counted_queries(app.state.engine) as sent:
        page = read_page(client.get("/programs").text)

    assert len(rows(page)) == kept
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 2


def test_program_page_shows_conditions_beside_their_sources(client: TestClient) -> None:
    page = read_page(client.get("/programs/md-global-gateway").text)

    conditions = page.find("ul", cls="source-conditions").find_all("li")

    assert page.find("h1").text == "Maryland Global Gateway (soft landing)"
    assert conditions[0].find("strong").text == "for companies from outside United States"
    assert conditions[0].find("q").text == "non-US companies"
    assert conditions[0].find_all("span", cls="unverified") == []


def test_program_page_names_its_sources_and_their_day(client: TestClient) -> None:
    page = read_page(client.get("/programs/md-global-gateway").text)

    links = page.find("ul", cls="sources").find_all("a")
    glance = {
        block.find("dt").text: block.find("dd").text
        for block in page.find("dl", cls="glance").find_all("div")
    }

    assert [urlsplit(link.attributes["href"]).hostname for link in links] == [
        "thebaynet.com",
        "www.wmar2news.com",
        "thebaynet.com",
        "businessviewmagazine.com",
    ]
    assert glance["As of"] == "2026-02"
    assert glance["Opens a door to"] == "US East"


def test_unverified_details_stand_apart_from_the_facts(client: TestClient) -> None:
    page = read_page(client.get("/programs/md-global-gateway").text)

    facts = page.find("section", **{"aria-labelledby": "details"})
    unsure = page.find("section", cls="unsure")

    assert "Later application windows are not known." not in facts.text
    assert "Later application windows are not known." in unsure.text
    assert len(unsure.find_all("span", cls="unverified")) == 1


def test_pilot_says_that_its_details_are_not_published(client: TestClient) -> None:
    page = read_page(client.get("/programs/pilot-seattle-north-america").text)

    assert len(page.find_all("span", cls="unpublished")) == 1
    assert page.find("p", cls="callout").text.startswith("This program is known from reports, but")


def test_program_page_in_korean_marks_the_language_of_every_text(client: TestClient) -> None:
    page = read_page(client.get("/programs/ksc-seattle?lang=ko").text)

    titles = page.find("h1").find_all("span")

    assert [(title.attributes["lang"], title.text) for title in titles] == [
        ("ko", "KSC 시애틀 (Korea SMEs and Startups Center Seattle)"),
        ("en", "KSC Seattle, open accelerator of KOSME"),
    ]
    assert page.find("div", cls="program-text").attributes["lang"] == "en"


@pytest.mark.parametrize(
    ("language", "raised"),
    [
        ("en", "at least USD 200,000 raised so far"),
        ("ko", "누적 투자유치액 200,000달러 이상"),
        ("de", "bisher mindestens 200.000 USD eingeworben"),
        ("es", "al menos 200.000 USD captados hasta ahora"),
    ],
)
def test_amount_in_a_condition_is_written_for_the_reader(
    client: TestClient, language: str, raised: str
) -> None:
    page = read_page(client.get(f"/programs/global-tips?lang={language}").text)

    conditions = page.find("ul", cls="source-conditions").find_all("strong")

    assert raised in [condition.text for condition in conditions]


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("de", "Können Sie eine De-minimis-Erklärung vorlegen?"),
        ("es", "¿Puede presentar una declaración de ayudas de minimis?"),
    ],
)
def test_question_is_asked_in_the_readers_language(client: TestClient, language: str, question: str) -> None:
    page = read_page(client.get(f"/programs/startup-innolab?lang={language}").text)

    asked = [item for item in page.find_all("strong") if item.text == question]

    assert len(asked) == 1
    assert asked[0].find_all("span") == []


def test_words_of_a_condition_that_lack_the_readers_language_are_marked_as_english(
    client: TestClient, engine: Engine
) -> None:
    rules = [
        {"kind": "direction", "open": True, "source": "open to all"},
        {"kind": "ask", "question": {"en": "Is 1 < 2 & true?", "ko": "참입니까?"}, "source": "as published"},
        {
            "kind": "seat",
            "country": "US",
            "places": ["Rockville"],
            "label": {"en": "the City of Rockville", "ko": "록빌시"},
            "source": "as published",
        },
    ]
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE program SET rules = :rules WHERE id = 'ksc-seattle'"), {"rules": json.dumps(rules)}
        )

    page = read_page(client.get("/programs/ksc-seattle?lang=de").text)

    _, asked, seat = page.find("ul", cls="source-conditions").find_all("strong")
    assert (asked.text, asked.find("span", lang="en").text) == ("Is 1 < 2 & true?",) * 2
    assert seat.text == "Sitz: the City of Rockville"
    assert seat.find("span", lang="en").text == "the City of Rockville"


@pytest.mark.parametrize(
    ("program", "language", "agency"),
    [
        ("start2grow", "de", "Wirtschaftsförderung Dortmund"),
        ("start2grow", "es", "Dortmund Economic Development Agency"),
        ("start2grow", "ko", "Dortmund Economic Development Agency"),
        ("impulsa-startup-malaga", "es", "Cámara de Comercio de Málaga"),
        ("impulsa-startup-malaga", "en", "Málaga Chamber of Commerce"),
        ("djccei-upgrade-global", "ko", "대전창조경제혁신센터"),
    ],
)
def test_agency_is_named_in_the_readers_language_or_in_english(
    client: TestClient, program: str, language: str, agency: str
) -> None:
    page = read_page(client.get(f"/programs/{program}?lang={language}").text)

    assert page.find("p", cls="byline").text.startswith(agency)


def test_every_program_page_opens_in_every_language(client: TestClient) -> None:
    addresses = rows(read_page(client.get("/programs").text))

    for address in addresses:
        for language in ("ko", "en", "de", "es"):
            response = client.get(f"{address}?lang={language}")
            assert response.status_code == 200
            assert read_page(response.text).find("h1").text


@pytest.mark.parametrize(
    ("as_of", "shown"),
    [
        ("2026-02", "2026-02"),
        ("about 2018", "about 2018"),
        ("page date unknown", "date of the source unknown"),
        ("4th edition", "4th edition"),
    ],
)
def test_day_of_the_source_is_said_as_well_as_it_is_known(
    client: TestClient, engine: Engine, as_of: str, shown: str
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE program SET as_of = :as_of"), {"as_of": as_of})

    page = read_page(client.get("/programs?q=KSC+Seattle,+open+accelerator").text)

    assert page.find("p", cls="as-of").text == f"As of {shown}"


def test_only_web_addresses_become_links(client: TestClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                """UPDATE program SET source_url = 'javascript:alert(1)', source_urls = '["https://a.example/x"]'"""
            )
        )

    page = read_page(client.get("/programs/ksc-seattle").text)

    links = page.find("ul", cls="sources").find_all("a")
    assert [link.attributes["href"] for link in links] == ["https://a.example/x"]
