"""The pages of a round: opened, set, and what is refused or too late."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.web.pages.rounds_by_hand import open_round, pin, post, prepare, text_of

STARTED = {"part": "selection", "key": "selection", "opens": "2026-07-01T09:00", "closes": "2026-07-15T23:59"}


@pytest.fixture
def program(app: FastAPI, client: TestClient) -> str:
    """Give a program with three accepted candidates; a manager is signed in."""
    return prepare(app, client)


@pytest.mark.parametrize("language", ["en", "ko", "de", "es"])
def test_the_pages_are_shown_in_every_language(client: TestClient, program: str, language: str) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/run") == (303, f"{address}/runs/1")
    pages = ("", "/settings", "/dry-run", "/runs/1", "/runs/1/publish", "/compare?a=1&b=1", "/shortlist")

    for page in ("/rounds", *(f"{address}{page}" for page in pages)):
        assert client.get(page, headers={"Accept-Language": language}).status_code == 200


def test_a_round_is_opened_over_ticked_programs_with_windows(client: TestClient, program: str) -> None:
    page = client.get("/rounds").text
    assert f'name="place" value="{program}"' in page

    form = {"name": "Autumn", "program": program, "place": program, "seats": "2", "waitlist": "3"}
    status, address = post(client, "/rounds", stage="selection", time_zone="Asia/Seoul", **form, **STARTED)

    assert status == 303
    page = text_of(client, address)
    assert "2026-07-01 09:00 KST – 2026-07-15 23:59 KST" in page
    assert "Selection now" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Enter a name"),
        ({"program": ""}, "Choose at least one program"),
        ({"seats": "many"}, "Enter a whole number from 0 to 100000."),
        ({"waitlist": "-1"}, "Enter a whole number from 0 to 100000."),
        (STARTED | {"stage": "selection", "closes": "2026-06-15T23:59"}, "It closes before it opens."),
        (STARTED | {"stage": "selection", "opens": "soon"}, "Enter day and time"),
        (STARTED | {"stage": "interview"}, "Choose a stage that takes part."),
        (STARTED | {"stage": "selection", "part": ""}, "Choose at least one stage."),
        ({"time_zone": "Mars/North"}, "Choose a time zone of the list."),
    ],
)
def test_a_refused_round_comes_back_as_typed(
    client: TestClient, program: str, wrong: dict[str, str], said: str
) -> None:
    form = {"name": "Kept name", "program": program, "place": program, "seats": "2", "waitlist": "7"} | wrong

    status, page = post(client, "/rounds", **form)

    assert (status, said in page) == (422, True)
    assert f'value="{form["seats"]}"' in page
    assert f'value="{form["name"].strip()}"' in page or not form["name"].strip()
    assert "There is no round yet." in page


def test_settings_are_changed_and_come_back_refused(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    weights = {"fit": "2", "review": "0", "interest": "0", "moving_cost": "0,5", "seat_for": "not-declined"}

    done = post(client, f"{address}/settings", revision="0", max_per_startup="1", **weights)
    assert done == (303, f"{address}/settings#weights")
    assert 'value="0.5"' in client.get(f"{address}/settings").text
    for wrong in ({"fit": "much"}, {"fit": "-1"}, {"fit": "nan"}):
        status, page = post(
            client, f"{address}/settings", revision="1", max_per_startup="1", **(weights | wrong)
        )
        assert (status, "Enter a number from 0 to 1000." in page) == (422, True)
        assert f'value="{wrong["fit"]}"' in page
    status, page = post(client, f"{address}/settings", revision="1", max_per_startup="99", **weights)
    assert (status, "Enter a whole number from 1 to 50." in page) == (422, True)


def test_a_late_change_shows_both_and_saves_nothing(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    assert post(client, f"{address}/name", revision="0", name="Theirs")[0] == 303

    status, page = post(client, f"{address}/name", revision="0", name="Mine")

    assert status == 409
    assert re.findall(r'<pre class="clash" tabindex="0">(.+?)</pre>', page) == ["Theirs", "Mine"]
    assert 'name="revision" value="1"' in page
    assert "Theirs" in client.get(address).text
    seats = {"program": program, "place": program, "seats": "9", "waitlist": "1"}
    status, page = post(client, f"{address}/programs", revision="0", **seats)
    assert (status, "· 1 · 5</pre>" in page, "· 9 · 1</pre>" in page) == (409, True, True)


def test_stages_are_changed_until_the_round_is_final(client: TestClient, program: str) -> None:
    address = open_round(client, program)

    done = post(client, f"{address}/stages", revision="0", stage="selection", time_zone="UTC", **STARTED)

    assert done == (303, f"{address}/settings#stages")
    assert "2026-07-15 23:59 UTC" in text_of(client, address)
    late = post(client, f"{address}/stages", revision="0", stage="selection", time_zone="UTC", **STARTED)
    assert late[0] == 409


def test_a_usual_rule_is_added_and_taken_back(client: TestClient, program: str) -> None:
    address = open_round(client, program)
    rule = {"act": "add", "rule_name": "Two of a country", "limit": "max", "number": "2", "who": "country"}

    assert post(client, f"{address}/rules", revision="0", **rule)[0] == 303
    page = text_of(client, f"{address}/settings")
    assert "Two of a country · at most 2 · for each: country" in page
    assert "each_startup" in page

    status, page = post(client, f"{address}/rules", revision="1", **rule)
    assert (status, "another rule has the same name" in page) == (422, True)
    assert 'value="Two of a country"' in page
    gone = post(client, f"{address}/rules", revision="1", act="remove", gone="Two of a country")
    assert gone[0] == 303
    assert "There is no side rule." in client.get(f"{address}/settings").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{", "This cannot be read as JSON"),
        ("[NaN]", "This cannot be read as JSON"),
        ("[" * 20_000, "This cannot be read as JSON"),
        ('{"rules": 3}', "This is not written as a side rule"),
        ('[{"name": "A", "startups": [0], "max": 1}]', "Rule “A”: count by attributes"),
        ('[{"name": "A"}]', "Rule “A”: say how many"),
        ('[{"name": "A", "min": 3, "max": 1}]', "Rule “A”: the most, 1, is less than the fewest, 3."),
        ('[{"name": "A", "each_startup": "colour", "max": 1}]', "startups have no “colour”"),
        ('[{"name": "\\ud800", "max": 1}]', "This is not written as a side rule"),
    ],
)
def test_refused_rules_are_named_and_kept_as_typed(
    client: TestClient, program: str, typed: str, said: str
) -> None:
    address = open_round(client, program)

    status, page = post(client, f"{address}/rules", revision="0", act="replace", rules=typed)

    assert (status, said in page) == (422, True)
    assert typed.replace("“", "")[:10].replace('"', "&#34;")[:5] in page


def test_a_rule_of_a_usual_kind_needs_a_name_and_a_number(client: TestClient, program: str) -> None:
    address = open_round(client, program)

    for wrong, said in (
        ({"rule_name": "", "number": "2"}, "Say what the rule is called"),
        ({"rule_name": "Few", "number": "some"}, "Enter a whole number from 0."),
    ):
        status, page = post(client, f"{address}/rules", revision="0", act="add", **wrong)
        assert (status, said in page) == (422, True)


def test_pins_are_set_refused_too_late_and_taken_back(client: TestClient, program: str) -> None:
    address = open_round(client, program)

    assert pin(client, address, program, "S03") == (303, f"{address}#pins")
    assert "Asked by the city" in client.get(address).text
    status, page = pin(client, address, program, "S02", reason="Typed by me")
    assert (status, 'value="Typed by me"' in page) == (409, True)
    status, page = pin(client, address, program, "S09", revision=1)
    assert (status, "not considered for this program" in page) == (422, True)
    status, page = pin(client, address, program, "S02", revision=1, reason=" ")
    assert (status, "Say why" in page, '<option value="S02" selected>' in page) == (422, True, True)
    back = {"program": program, "startup": "S03", "revision": "1"}
    assert post(client, f"{address}/pins", **back)[0] == 303
    assert "No pair is pinned or ruled out." in client.get(address).text
    assert post(client, f"{address}/pins", **back, kind="pin", back="https://elsewhere")[0] == 422


def test_one_seat_more_is_given(client: TestClient, program: str) -> None:
    address = open_round(client, program)

    assert post(client, f"{address}/seats", revision="0", program=program, back="runs/1") == (
        303,
        f"{address}/runs/1",
    )
    assert 'name="seats" inputmode="numeric" maxlength="9" autocomplete="off" value="2"' in (
        client.get(f"{address}/settings").text
    )
