"""What an agency may write: every shipped program fits, and what cannot be stored is refused by its field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import FieldError
from matcher.workflows.program_contents import (
    Criterion,
    Window,
    content_of,
    figure,
    missing_fields,
    program_values,
    read_content,
    stored_content,
    sum_rubric,
)
from models.database import read_session
from models.tables import Program

OPEN = {"kind": "direction", "open": True, "source": "open to all"}
COMPLETE: dict[str, Any] = {
    "name_en": "Robot Pilot",
    "city": "town",
    "direction": "local",
    "texts": {"en": "We test robots."},
    "sectors": ["robotics"],
    "rules": [OPEN],
}


def test_every_shipped_program_comes_back_as_it_was(engine: Engine) -> None:
    with read_session(engine) as session:
        programs = session.exec(select(Program)).all()
        for program in programs:
            stored = stored_content(content_of(program))
            values = program_values(read_content(stored))
            assert {name: getattr(program, name) for name in values} == values, program.id
            kept = {"id", "agency_id", "version", "review_closed_at"}
            assert set(values) == set(Program.model_fields) - kept

    assert len(programs) == 57


def test_a_draft_needs_an_english_name_only() -> None:
    content = read_content({"name_en": "  Robot \n Pilot "})

    assert content.name_en == "Robot Pilot"
    assert missing_fields(content) == ("city", "direction", "text", "sectors", "rules")
    with pytest.raises(FieldError, match="city: is missing"):
        program_values(content)


def test_the_main_text_is_ranked_and_the_others_stand_beside_it() -> None:
    texts = {"en": "We test robots.", "de": "Wir testen Roboter."}

    values = program_values(read_content(COMPLETE | {"texts": texts, "text_language": "de"}))

    assert (values["text"], values["text_language"]) == ("Wir testen Roboter.", "de")
    assert values["texts"] == {"en": "We test robots."}
    assert values["name"] == "Robot Pilot"


def test_a_main_text_in_a_language_nobody_wrote_is_missing() -> None:
    assert missing_fields(read_content(COMPLETE | {"text_language": "ko"})) == ("text",)


@pytest.mark.parametrize("rules", [[], [OPEN, OPEN | {"source": "again"}]])
def test_exactly_one_rule_says_which_countries_may_apply(rules: list[dict[str, Any]]) -> None:
    assert missing_fields(read_content(COMPLETE | {"rules": rules})) == ("rules",)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_en": ""}, "name_en"),
        ({"name_en": "x" * 301}, "name_en"),
        ({"name_en": "half \ud800"}, "name_en"),
        ({"name_en": "nul \x00"}, "name_en"),
        ({"texts": {"en": "x" * 20_001}}, "texts.en"),
        ({"texts": {"fr": "Bonjour"}}, "texts.fr"),
        ({"seats": -1}, "seats"),
        ({"seats": 0}, "seats"),
        ({"seats": "5"}, "seats"),
        ({"seats": True}, "seats"),
        ({"offers": ["gold"]}, "offers.0"),
        ({"sectors": ["any", "robotics"]}, "sectors"),
        ({"direction": "sideways"}, "direction"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"verified": "yes"}, "verified"),
        ({"owner": "me"}, "owner"),
        ({"rules": [{"kind": "magic", "source": "x"}]}, "rules"),
        ({"rules": [OPEN | {"source": "half \udfff"}]}, "rules"),
        ({"rules": [OPEN | {"source": "x" * 2001}]}, "rules"),
        ({"rules": [OPEN] * 61}, "rules"),
        ({"rules": [{"kind": "sector", "sectors": ["ocean"] * 201, "source": "x"}]}, "rules"),
        ({"rubric": [{"name": "Team", "weight": float("nan"), "scale_max": 5}]}, "rubric.0.weight"),
        ({"rubric": [{"name": "Team", "weight": -1, "scale_max": 5}]}, "rubric.0.weight"),
        ({"rubric": [{"name": "Team", "weight": 1, "scale_max": 0}]}, "rubric.0.scale_max"),
        ({"rubric": [{"name": "Team", "weight": 1, "scale_max": 5, "threshold": 6}]}, "rubric.0"),
        ({"windows": [{"opens": "2027-02-30"}]}, "windows.0.opens"),
        ({"windows": [{"opens": "2027-03-01", "closes": "2027-02-01"}]}, "windows.0"),
        ({"windows": [{"closes": "2027-03-01", "closes_at": "24:01"}]}, "windows.0.closes_at"),
        ({"windows": [{"closes_at": "12:00", "note": "noon"}]}, "windows.0"),
        ({"windows": [{"closes": "2027-03-01", "time_zone": "Mars/Base"}]}, "windows.0.time_zone"),
        ({"windows": [{}]}, "windows.0"),
        ({"details": [{"topic": "gossip", "text": "x", "verified": True}]}, "details.0.topic"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as refused:
        read_content(COMPLETE | changes)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("day", "zone", "name"),
    [
        ("2027-02-26", "Asia/Seoul", "KST"),
        ("2027-02-26", "Europe/Berlin", "CET"),
        ("2027-07-26", "Europe/Berlin", "CEST"),
        ("2027-07-26", "America/Los_Angeles", "PDT"),
    ],
)
def test_a_zone_is_named_as_it_is_on_the_day_the_window_closes(day: str, zone: str, name: str) -> None:
    assert Window(closes=day, closes_at="23:59", time_zone=zone).zone_name == name


def test_bonus_criteria_stand_apart_from_the_sum() -> None:
    rubric = (
        Criterion(name="Team", weight=0.1, scale_max=5.0),
        Criterion(name="Market", weight=0.2, scale_max=10.0, threshold=4.0),
        Criterion(name="Local partner", weight=2.5, scale_max=3.0, bonus=True),
    )

    sums = sum_rubric(rubric)

    assert (sums.weight, sums.points) == ("0.3", "15")
    assert (sums.bonus_weight, sums.bonus_points) == ("2.5", "3")


@given(st.integers(0, 10**9))
def test_a_figure_says_the_number_it_was_made_of(millionths: int) -> None:
    value = millionths / 10**6

    assert float(figure(value)) == pytest.approx(value, abs=5e-7)
    assert not figure(value).endswith(".")
