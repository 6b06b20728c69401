"""GET /api/v1/programs: filters, pages that miss nothing, and answers that need not be sent twice."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from models.vocabulary import Offer, Region, Sector, Stage
from tests.web.api.poison import TEXTS

PROGRAMS = "/api/v1/programs"


def all_programs(client: TestClient, **filters: str) -> list[dict[str, Any]]:
    """List every program that passes the filters, in one page."""
    answer = client.get(PROGRAMS, params={**filters, "limit": "100"})
    assert answer.status_code == 200
    assert answer.json()["next"] is None
    programs: list[dict[str, Any]] = answer.json()["programs"]
    return programs


@pytest.mark.parametrize("limit", [1, 2, 7, 99, 100])
def test_pages_give_the_whole_list_once(client: TestClient, limit: int) -> None:
    walked = []
    address: str | None = f"{PROGRAMS}?limit={limit}"
    while address:
        answer = client.get(address)
        page = answer.json()
        assert len(page["programs"]) <= limit
        walked += page["programs"]
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
        assert (link is None) == (page["next"] is None)
        address = link[1] if link else None

    assert walked == all_programs(client)
    assert [program["id"] for program in walked] == sorted({program["id"] for program in walked})


def test_the_next_page_keeps_the_filters(client: TestClient) -> None:
    region = next(program["regions"][0] for program in all_programs(client) if program["regions"])
    wanted = all_programs(client, region=region)

    first = client.get(PROGRAMS, params={"region": region, "limit": 1})

    if len(wanted) > 1:
        assert f"region={region}" in first.headers["link"]
        second = client.get(PROGRAMS, params={"region": region, "limit": 1, "cursor": first.json()["next"]})
        assert second.json()["programs"] == wanted[1:2]


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [("offer", "offers", Offer), ("region", "regions", Region), ("stage", "stages", Stage)],
)
def test_a_filter_gives_the_programs_that_have_the_word(
    client: TestClient, name: str, field: str, words: type[Offer | Region | Stage]
) -> None:
    programs = all_programs(client)

    for word in words:
        found = {program["id"] for program in all_programs(client, **{name: word})}
        assert found >= {program["id"] for program in programs if word in program[field]}


def test_a_sector_and_a_city_filter(client: TestClient) -> None:
    programs = all_programs(client)
    city = programs[0]["city_id"]

    in_city = all_programs(client, city=city)
    in_sector = {program["id"] for program in all_programs(client, sector=Sector.BATTERIES)}

    assert in_city == [program for program in programs if program["city_id"] == city]
    assert in_sector >= {program["id"] for program in programs if "batteries" in program["sectors"]}


@pytest.mark.parametrize("name", ["offer", "sector", "region", "stage", "limit", "cursor"])
def test_poison_in_a_filter_is_refused_by_name(client: TestClient, name: str) -> None:
    answers = {
        kind: client.get(PROGRAMS, params={name: text}) for kind, text in TEXTS.items() if len(text) < 5000
    }

    assert {kind: answer.status_code for kind, answer in answers.items() if answer.status_code != 422} == {}
    assert {error["field"] for answer in answers.values() for error in answer.json()["errors"]} == {name}


@pytest.mark.parametrize("name", ["q", "city"])
def test_poison_in_a_free_text_is_harmless(client: TestClient, name: str) -> None:
    answers = {
        kind: client.get(PROGRAMS, params={name: text}) for kind, text in TEXTS.items() if len(text) < 5000
    }

    assert {
        kind: answer.status_code for kind, answer in answers.items() if answer.status_code not in {200, 422}
    } == {}
    refused = [answer for answer in answers.values() if answer.status_code == 422]
    assert answers["nul"] in refused
    assert {error["field"] for answer in refused for error in answer.json()["errors"]} == {name}


@pytest.mark.parametrize(
    "query", ["q=%ff%fe", "q=%ed%a0%80", "q=" + "x" * 5000, "%00=%00", "q=a&q=b", "&&==", "%"]
)
def test_odd_query_strings_end_in_no_fault(client: TestClient, query: str) -> None:
    assert client.get(f"{PROGRAMS}?{query}").status_code in {200, 422}


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1e9", "9223372036854775808", "9" * 5000, "NaN", "1.5", ""]
)
def test_a_page_has_at_most_a_hundred(client: TestClient, limit: str) -> None:
    answer = client.get(PROGRAMS, params={"limit": limit})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "limit")


@pytest.mark.parametrize("cursor", ["", "%", "a", "a===", "4pyT", "_w", "Zg=", "zzzz zzzz", "\u00e9", "7aCA"])
def test_a_made_up_cursor_ends_in_no_fault(client: TestClient, cursor: str) -> None:
    answer = client.get(PROGRAMS, params={"cursor": cursor})

    assert answer.status_code in {200, 422}
    if answer.status_code == 422:
        assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


def test_an_unknown_filter_is_refused_by_name(client: TestClient) -> None:
    answer = client.get(PROGRAMS, params={"sectr": "quantum"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "sectr")


def test_a_program_is_given_with_its_conditions(client: TestClient) -> None:
    for listed in all_programs(client):
        program = client.get(f"{PROGRAMS}/{listed['id']}").json()

        assert {name: program[name] for name in listed} == listed
        assert program["text"]
        assert all(rule["condition"] for rule in program["rules"])


def test_an_unchanged_program_is_not_sent_again(client: TestClient) -> None:
    first, second = (f"{PROGRAMS}/{program['id']}" for program in all_programs(client)[:2])
    tag = client.get(first).headers["etag"]

    answers = {
        header: client.get(first, headers={"if-none-match": header})
        for header in (tag, f"W/{tag}", f'"other", {tag}', "*", '"other"', "", tag.strip('"'))
    }

    assert [answer.status_code for answer in answers.values()] == [304, 304, 304, 304, 200, 200, 200]
    assert (answers[tag].content, answers[tag].headers["etag"]) == (b"", tag)
    assert client.get(second).headers["etag"] != tag


@pytest.mark.parametrize(
    "program_id", ["no-such-program", "\x00", "%", "é", "배터리", "' or 1=1", "a" * 200, "..;", "\ufffd"]
)
def test_an_unknown_program_is_not_found(client: TestClient, program_id: str) -> None:
    answer = client.get(f"{PROGRAMS}/{quote(program_id, safe='')}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "No program has this id."


def test_a_very_long_id_is_refused_by_name(client: TestClient) -> None:
    answer = client.get(f"{PROGRAMS}/{'a' * 5000}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "program_id")
