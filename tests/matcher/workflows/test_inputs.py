"""Facts and texts people send: what is taken, and what is refused by the name of its field."""

from datetime import UTC, datetime
from typing import Any

import pytest

from matcher.engine.values import StartupFacts
from matcher.errors import FieldError
from matcher.workflows.inputs import FactsInput, read_facts, read_form_facts, read_text

THIS_YEAR = datetime.now(UTC).year


def test_no_fact_says_nothing() -> None:
    assert read_facts({}) == StartupFacts()


def test_every_fact_is_read() -> None:
    facts = read_facts(
        {
            "founded": 2021,
            "employees": 12,
            "stage": "pre-seed",
            "trl": 6,
            "sectors": ["batteries", "materials"],
            "needs": ["pilot-customer"],
            "target_regions": ["us-west", "de"],
            "country": "KR",
            "city": "Daejeon",
            "raised_usd": 1_500_000,
        }
    )

    assert facts == StartupFacts(
        founded=2021,
        employees=12,
        stage="pre-seed",
        trl=6,
        sectors=("batteries", "materials"),
        needs=("pilot-customer",),
        target_regions=("us-west", "de"),
        country="KR",
        city="Daejeon",
        raised_usd=1_500_000.0,
    )


def test_the_facts_are_those_of_the_contract() -> None:
    assert list(FactsInput.model_fields) == [
        "founded",
        "employees",
        "stage",
        "trl",
        "sectors",
        "needs",
        "target_regions",
        "country",
        "city",
        "raised_usd",
    ]


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("founded", 1900, 1900),
        ("founded", THIS_YEAR, THIS_YEAR),
        ("founded", None, None),
        ("employees", 0, 0),
        ("employees", 1_000_000, 1_000_000),
        ("trl", 1, 1),
        ("trl", 9, 9),
        ("sectors", [], None),
        ("sectors", ["quantum", "quantum"], ("quantum",)),
        ("city", " 대전\u200b  유성구 ", "대전 유성구"),
        ("raised_usd", 0, 0.0),
        ("raised_usd", 1e12, 1e12),
        ("raised_usd", 0.5, 0.5),
    ],
)
def test_values_at_the_limits_are_taken(field: str, value: object, read: object) -> None:
    assert getattr(read_facts({field: value}), field) == read


@pytest.mark.parametrize(
    "name",
    ["KR", "kr", "South Korea", " south korea ", "대한민국", "Südkorea", "Corea del Sur", "Korea", "한국"],
)
def test_a_country_is_known_by_its_code_and_its_name_in_four_languages(name: str) -> None:
    assert read_facts({"country": name}).country == "KR"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("founded", THIS_YEAR + 1, "lies in the future"),
        ("founded", 1899, "greater than or equal to 1900"),
        ("founded", "12", "valid integer"),
        ("founded", 2021.5, "valid integer"),
        ("founded", True, "valid integer"),
        ("founded", 2**63, "lies in the future"),
        ("employees", -1, "greater than or equal to 0"),
        ("employees", 2**63, "less than or equal to 1000000"),
        ("employees", "12", "valid integer"),
        ("employees", True, "valid integer"),
        ("employees", float("nan"), "valid integer"),
        ("stage", "series-z", "Input should be"),
        ("stage", 3, "Input should be"),
        ("trl", 0, "greater than or equal to 1"),
        ("trl", 10, "less than or equal to 9"),
        ("trl", "6", "valid integer"),
        ("trl", True, "valid integer"),
        ("sectors", "batteries", "valid list"),
        ("sectors", ["zebra"], "Input should be"),
        ("sectors", ["any"], "Input should be"),
        ("sectors", ["quantum"] * 31, "at most 30 items"),
        ("needs", ["love"], "Input should be"),
        ("needs", [None], "Input should be"),
        ("target_regions", ["mars"], "Input should be"),
        ("target_regions", {"de": 1}, "valid list"),
        ("country", "Atlantis", "is not a country"),
        ("country", "EU", "is not a country"),
        ("country", "ZZ", "is not a country"),
        ("country", "K", "at least 2 characters"),
        ("country", 82, "valid string"),
        ("city", "", "at least 1 character"),
        ("city", "😀", "holds no letter and no digit"),
        ("city", "a\0b", "holds a NUL character"),
        ("city", "x" * 101, "longer than 100 characters"),
        ("city", "\ud800", "valid string"),
        ("raised_usd", float("nan"), "finite number"),
        ("raised_usd", float("inf"), "finite number"),
        ("raised_usd", -1, "greater than or equal to 0"),
        ("raised_usd", 2**63, "less than or equal to 1000000000000"),
        ("raised_usd", 10**400, "valid number"),
        ("raised_usd", "12", "valid number"),
        ("raised_usd", True, "valid number"),
        ("turnover", 5, "is not a known fact"),
        ("Founded", 2020, "is not a known fact"),
        ("languages", {"ko": "native"}, "is not a known fact"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_field(field: str, value: object, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        read_facts({field: value})

    assert refused.value.field.split(".")[0] == field
    assert reason in refused.value.reason


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(FieldError) as refused:
        read_facts({"sectors": ["my secret idea"]})

    assert "secret" not in str(refused.value)
    assert refused.value.field == "sectors.0"


def test_form_fields_are_read_as_people_write_them() -> None:
    facts = read_form_facts(
        {
            "text": ["not a fact"],
            "founded": [" 2021 "],
            "employees": ["1,200"],
            "trl": ["6"],
            "stage": ["seed"],
            "sectors": ["batteries", "", "quantum"],
            "country": ["대한민국"],
            "city": ["  "],
            "raised_usd": ["1,500,000.50"],
        }
    )

    assert facts == StartupFacts(
        founded=2021,
        employees=1200,
        trl=6,
        stage="seed",
        sectors=("batteries", "quantum"),
        country="KR",
        raised_usd=1_500_000.5,
    )


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("founded", "this year", "a whole number expected"),
        ("founded", "２０２１", "a whole number expected"),
        ("founded", "-5", "a whole number expected"),
        ("employees", "12.5", "a whole number expected"),
        ("employees", "9" * 14, "a whole number expected"),
        ("employees", "9" * 13, "less than or equal to 1000000"),
        ("trl", "0", "greater than or equal to 1"),
        ("raised_usd", "a lot", "a number expected"),
        ("raised_usd", "nan", "finite number"),
        ("raised_usd", "1e999", "finite number"),
        ("stage", "late", "Input should be"),
        ("sectors", "zebra", "Input should be"),
    ],
)
def test_a_bad_form_field_is_refused_by_its_name(field: str, value: str, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        read_form_facts({field: [value]})

    assert refused.value.field.split(".")[0] == field
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is empty"),
        (" \n\u200b", "is empty"),
        ("😀🎉", "holds no letter and no digit"),
        ("a\0b", "holds a NUL character"),
        ("a\ud800", "holds half a character (a lone surrogate)"),
        ("x" * 200_001, "longer than 200,000 characters"),
        ("x" * 10_000_000, "longer than 200,000 characters"),
    ],
    ids=["empty", "blank", "emoji", "nul", "surrogate", "long", "10MB"],
)
def test_a_bad_text_is_refused_by_the_name_of_its_field(value: str, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        read_text(value, "text")

    assert (refused.value.field, refused.value.reason) == ("text", reason)


def test_a_text_of_the_greatest_length_is_taken() -> None:
    assert len(read_text("가" * 200_000, "text")) == 200_000


@pytest.mark.parametrize("key", [3, None])
def test_a_key_that_is_no_word_is_refused(key: Any) -> None:
    with pytest.raises(FieldError):
        read_facts({key: 1})


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert read_facts({"employees": 12.0, "founded": 2021.0}) == StartupFacts(employees=12, founded=2021)
