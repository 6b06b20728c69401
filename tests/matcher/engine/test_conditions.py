"""Rules are read from records; a wrong record is refused by the name of the field."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.conditions import (
    READERS,
    Ask,
    Call,
    CompanyAge,
    Condition,
    Direction,
    Headcount,
    Incorporated,
    InstitutionLink,
    LanguageLevel,
    Origin,
    Raised,
    Readiness,
    Rule,
    Seat,
    SectorIn,
    StageIn,
    rule_from_record,
)
from matcher.engine.phrases import Label
from matcher.errors import FieldError

DAEJEON = {"en": "Daejeon", "ko": "대전"}
HEALTH = {"sectors": ["biopharma", "diagnostics"], "max_years": 10}
READ: list[tuple[dict[str, Any], Condition]] = [
    ({"kind": "direction"}, Direction()),
    ({"kind": "direction", "include": ["KR", "DE"]}, Direction(include=("KR", "DE"))),
    ({"kind": "direction", "exclude": ["KR"]}, Direction(exclude=("KR",))),
    ({"kind": "direction", "open": True}, Direction(open=True)),
    ({"kind": "direction", "closed": True}, Direction(closed=True)),
    ({"kind": "origin", "include": ["KR"]}, Origin(include=("KR",))),
    ({"kind": "origin", "exclude": ["US"]}, Origin(exclude=("US",))),
    ({"kind": "company_age", "max_years": 7}, CompanyAge(None, 7)),
    ({"kind": "company_age", "min_years": 1, "max_years": 7}, CompanyAge(1, 7)),
    (
        {"kind": "company_age", "max_years": 7, "longer_for": HEALTH},
        CompanyAge(None, 7, ("biopharma", "diagnostics"), 10),
    ),
    ({"kind": "headcount", "min": 2, "max": 2}, Headcount(2, 2)),
    ({"kind": "stage", "stages": ["seed", "series-a"]}, StageIn(("seed", "series-a"))),
    ({"kind": "sector", "sectors": ["water"]}, SectorIn(("water",))),
    ({"kind": "trl", "min": 4}, Readiness(4, None)),
    (
        {"kind": "raised_usd", "max": 214286, "original": "KRW 300M"},
        Raised(None, 214286, "KRW 300M"),
    ),
    (
        {"kind": "seat", "country": "KR", "places": ["대전"], "label": DAEJEON, "plan_suffices": True},
        Seat("KR", ("대전",), Label("Daejeon", "대전"), plan_suffices=True),
    ),
    (
        {"kind": "institution_link", "institutions": ["kaist"], "label": DAEJEON, "required": False},
        InstitutionLink(("kaist",), Label("Daejeon", "대전"), required=False),
    ),
    ({"kind": "language_level", "language": "en", "level": "B2"}, LanguageLevel("en", "B2")),
    ({"kind": "language_level", "language": "en"}, LanguageLevel("en", None)),
    ({"kind": "incorporated"}, Incorporated()),
    ({"kind": "call", "state": "over"}, Call(over=True)),
    ({"kind": "call", "state": "unknown"}, Call(over=False)),
    ({"kind": "ask", "question": DAEJEON}, Ask(Label("Daejeon", "대전"))),
    (
        {"kind": "ask", "question": DAEJEON | {"de": "Taedschon ", "es": "Teillón"}},
        Ask(Label("Daejeon", "대전", "Taedschon", "Teillón")),
    ),
    ({"kind": "ask", "question": DAEJEON | {"es": " "}}, Ask(Label("Daejeon", "대전"))),
]
SEAT: dict[str, Any] = {"kind": "seat", "country": "KR", "places": ["대전"], "label": DAEJEON}
LINK: dict[str, Any] = {"kind": "institution_link", "institutions": ["kaist"], "label": DAEJEON}
AGE: dict[str, Any] = {"kind": "company_age", "max_years": 7}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "kind: None is not one of ask, "),
    ({"kind": ["ask"]}, "kind: ['ask'] is not one of ask, "),
    ({"kind": "colour"}, "kind: 'colour' is not one of ask, "),
    ({"kind": "trl", "minimum": 4}, "minimum: not a parameter of a trl rule"),
    ({"kind": "incorporated", "source": " "}, "source: the phrase the rule was read from is missing"),
    ({"kind": "incorporated", "source": 3}, "source: the phrase the rule was read from is missing"),
    ({"kind": "incorporated", "verified": "yes"}, "verified: true or false expected"),
    ({"kind": "direction", "open": 1}, "open: true or false expected"),
    ({"kind": "direction", "open": True, "closed": True}, "direction: only one of include, exclude, open, "),
    ({"kind": "origin"}, "origin: exactly one of include, exclude must be set"),
    ({"kind": "origin", "include": ["KR"], "exclude": ["US"]}, "origin: exactly one of include, exclude"),
    ({"kind": "origin", "include": ["Korea"]}, "include: a two-letter country code expected, not 'Korea'"),
    ({"kind": "origin", "include": ["kr"]}, "include: a two-letter country code expected, not 'kr'"),
    ({"kind": "origin", "include": "KR"}, "include: a list of names expected"),
    ({"kind": "company_age"}, "min_years: one of min_years, max_years is needed"),
    ({"kind": "company_age", "min_years": 8, "max_years": 7}, "min_years: 8 is above max_years, 7"),
    ({"kind": "company_age", "max_years": 7.0}, "max_years: a whole number from 0 to 200 expected, not 7.0"),
    (AGE | {"longer_for": []}, "longer_for: an object with sectors and max_years expected"),
    (AGE | {"longer_for": {}}, "longer_for: an object with sectors and max_years expected"),
    (AGE | {"longer_for": {"sectors": ["water"]}}, "longer_for: an object with sectors and max_years"),
    (AGE | {"longer_for": HEALTH | {"max_year": 9}}, "longer_for: an object with sectors and max_years"),
    (
        AGE | {"longer_for": HEALTH | {"max_years": 7}},
        "longer_for: years above a max_years that stands alone",
    ),
    (AGE | {"longer_for": HEALTH | {"max_years": None}}, "longer_for: years above a max_years that stands "),
    (AGE | {"longer_for": HEALTH, "min_years": 1}, "longer_for: years above a max_years that stands alone"),
    ({"kind": "company_age", "min_years": 1, "longer_for": HEALTH}, "longer_for: years above a max_years "),
    (AGE | {"longer_for": HEALTH | {"sectors": ["any"]}}, "sectors: 'any' is not one of agrifood, "),
    ({"kind": "headcount"}, "min: one of min, max is needed"),
    ({"kind": "headcount", "min": -1}, "min: a whole number from 0 to 1000000 expected, not -1"),
    ({"kind": "headcount", "min": 51, "max": 50}, "min: 51 is above max, 50"),
    ({"kind": "stage"}, "stages: a list of names expected"),
    ({"kind": "stage", "stages": []}, "stages: a list of names expected"),
    ({"kind": "stage", "stages": ["series-z"]}, "stages: 'series-z' is not one of growth, "),
    ({"kind": "sector", "sectors": [""]}, "sectors: a list of names expected"),
    ({"kind": "trl", "max": 10}, "max: a whole number from 1 to 9 expected, not 10"),
    ({"kind": "trl", "min": True}, "min: a whole number from 1 to 9 expected, not True"),
    ({"kind": "raised_usd", "original": "KRW 300M"}, "min: one of min, max is needed"),
    (SEAT | {"country": None}, "country: a two-letter country code expected, not None"),
    (SEAT | {"places": [3]}, "places: a list of names expected"),
    (SEAT | {"label": "Daejeon"}, "label: a text in en and in ko expected"),
    (SEAT | {"label": {"en": "Daejeon", "ko": " "}}, "label: a text in en and in ko expected"),
    (SEAT | {"label": DAEJEON | {"de": None}}, "label: de and es may be left out; where they are given"),
    (LINK | {"required": None}, "required: true or false expected"),
    ({"kind": "language_level"}, "language: a language code expected"),
    ({"kind": "language_level", "language": "en", "level": 2}, "level: text or null expected"),
    ({"kind": "call", "state": "open"}, "state: over or unknown expected"),
    ({"kind": "ask"}, "question: a text in en and in ko expected"),
]


@pytest.mark.parametrize(("record", "condition"), READ)
def test_rule_is_read_with_its_source(record: dict[str, Any], condition: Condition) -> None:
    rule = rule_from_record(record | {"source": "as published", "verified": False})

    assert rule == Rule(record["kind"], condition, "as published", verified=False)


def test_rule_is_verified_unless_it_says_otherwise() -> None:
    rule = rule_from_record({"kind": "incorporated", "source": "a company", "field": "description"})

    assert rule == Rule("incorporated", Incorporated(), "a company", verified=True)


def test_rule_table_covers_every_kind() -> None:
    assert {record["kind"] for record, _ in READ} == set(READERS)


@pytest.mark.parametrize(("record", "message"), REFUSED)
def test_rule_is_refused_by_the_name_of_the_field(record: dict[str, Any], message: str) -> None:
    with pytest.raises(FieldError, match="^" + re.escape(message)):
        rule_from_record({"source": "as published"} | record)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted(READERS)), st.data())
def test_rule_with_any_value_is_read_or_refused_by_a_field(kind: str, data: st.DataObject) -> None:
    keys = sorted(READERS[kind][1] | {"source", "verified"})
    record = data.draw(st.dictionaries(st.sampled_from(keys), _JSON))

    try:
        rule = rule_from_record({"kind": kind} | record)
    except FieldError as error:
        fields = {*keys, "direction", "origin", "sectors", "max_years"}
        assert error.field in fields  # noqa: PT017  either outcome is right, a third is not
    else:
        assert rule.kind == kind


@given(
    st.none() | st.integers(min_value=-2, max_value=12), st.none() | st.integers(min_value=-2, max_value=12)
)
def test_trl_is_read_exactly_where_a_written_out_check_allows_it(low: int | None, high: int | None) -> None:
    given_ones = [value for value in (low, high) if value is not None]
    allowed = bool(given_ones) and given_ones == sorted(given_ones) and set(given_ones) <= set(range(1, 10))

    try:
        rule = rule_from_record({"kind": "trl", "min": low, "max": high, "source": "as published"})
    except FieldError:
        rule = None

    assert rule == (Rule("trl", Readiness(low, high), "as published") if allowed else None)
