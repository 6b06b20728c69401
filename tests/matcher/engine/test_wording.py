"""Conditions in plain English words."""

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
    Seat,
    SectorIn,
    StageIn,
)
from matcher.engine.phrases import Amount, Label, Word
from matcher.engine.wording import describe, stated_amount, words

DAEJEON = Label("Daejeon", "대전")
KAIST = Label("KAIST", "카이스트")
SAID: list[tuple[Condition, str]] = [
    (Direction(closed=True), "for agencies and organisers, not for startups"),
    (Direction(open=True), "open to companies from any country"),
    (Direction(include=("KR", "DE")), "for companies from KR, DE"),
    (Direction(exclude=("KR",)), "for companies from outside KR"),
    (Direction(), "whether companies from abroad may apply is not published"),
    (Origin(include=("KR",)), "applicants come from KR"),
    (Origin(exclude=("US", "CA")), "applicants come from outside US, CA"),
    (CompanyAge(min_years=3), "founded at least 3 years ago"),
    (CompanyAge(max_years=7), "at most 7 years old"),
    (CompanyAge(1, 7), "between 1 and 7 years old"),
    (CompanyAge(None, 7, ("water",), 10), "at most 7 years old, 10 years in water"),
    (Headcount(2, 50), "between 2 and 50 employees"),
    (Headcount(min=2), "at least 2 employees"),
    (Headcount(max=50), "at most 50 employees"),
    (Headcount(max=0), "at most 0 employees"),
    (StageIn(("seed", "series-a")), "stage: seed, series-a"),
    (SectorIn(("water", "space")), "sector: water, space"),
    (Readiness(4, 7), "TRL 4 to 7"),
    (Readiness(min=4), "TRL 4 or higher"),
    (Readiness(max=7), "TRL 7 or lower"),
    (Raised(min=200000), "at least USD 200,000 raised so far"),
    (Raised(max=200000), "at most USD 200,000 raised so far"),
    (Raised(1000, 200000), "between USD 1,000 and 200,000 raised so far"),
    (Raised(max=214286, original="KRW 300M"), "at most KRW 300M raised so far"),
    (Raised(min=214286, original="KRW 300M"), "at least KRW 300M raised so far"),
    (Raised(1000, 214286, original="KRW 300M"), "between USD 1,000 and 214,286 raised so far"),
    (Seat("KR", ("대전",), DAEJEON), "seat in Daejeon"),
    (Seat("KR", ("대전",), DAEJEON, plan_suffices=True), "seat in Daejeon, or a plan to settle there"),
    (InstitutionLink(("kaist",), KAIST), "tied to KAIST"),
    (InstitutionLink(("kaist",), KAIST, required=False), "a tie to KAIST gives priority"),
    (LanguageLevel("en"), "works in en"),
    (LanguageLevel("de", "B2"), "works in de (B2)"),
    (Incorporated(), "the company is already founded"),
    (Call(over=True), "the call we know of is over"),
    (Call(over=False), "whether applications are taken now is not confirmed"),
    (Ask(Label("100 % yours?", "100 % 본인 소유?")), "100 % yours?"),
]


@pytest.mark.parametrize(("condition", "sentence"), SAID)
def test_describe_says_the_condition(condition: Condition, sentence: str) -> None:
    assert describe(condition).say() == sentence


def test_describe_table_covers_every_kind() -> None:
    assert len({type(condition) for condition, _ in SAID}) == len(READERS)


def test_amounts_stay_numbers_until_they_are_said() -> None:
    # A German or a Spaniard reads 200,000 as two hundred: the page writes the number.
    assert dict(describe(Raised(1000, 200000)).values) == {"low": Amount(1000), "high": Amount(200000)}
    assert dict(describe(Raised(max=214286, original="KRW 300M")).values) == {
        "original": Amount(300_000_000, "KRW", "KRW 300M")
    }


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("USD 200,000", 200_000, "USD"),
        (" EUR 50000 ", 50_000, "EUR"),
        ("KRW 300M", 300_000_000, "KRW"),
        ("EUR 1.5M", 1_500_000, "EUR"),
        ("USD 20k", 20_000, "USD"),
        ("KRW 2bn", 2_000_000_000, "KRW"),
    ],
)
def test_amount_of_a_source_is_read(text: str, value: float, currency: str) -> None:
    assert stated_amount(text) == Amount(value, currency, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3억원",
        "about EUR 2 million",
        "usd 200,000",
        "USD 2,00",
        "USD 1.5",
        "USD 200,000 or more",
        "USD ١٢",
    ],
)
def test_amount_that_is_worded_otherwise_stays_as_it_is(text: str) -> None:
    assert stated_amount(text) == text


@given(st.text())
def test_any_amount_of_a_source_is_said_in_english_as_it_stands(text: str) -> None:
    said = describe(Raised(max=1, original=text)).say()

    assert said == f"at most {text or 'USD 1'} raised so far"


def test_words_name_codes_of_one_vocabulary() -> None:
    assert words("stage", ("seed", "idea")) == (Word("stage", "seed"), Word("stage", "idea"))


@given(
    st.integers(min_value=0, max_value=99).flatmap(
        lambda low: st.tuples(st.just(low), st.integers(min_value=low, max_value=99))
    )
)
def test_describe_says_both_ends_of_a_range(ends: tuple[int, int]) -> None:
    low, high = ends

    said = describe(Headcount(low, high)).say()

    assert said == "between " + str(low) + " and " + str(high) + " employees"
