"""Conditions judged with three values: every kind, passing, failing and with the fact unknown."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta

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
)
from matcher.engine.eligibility import Eligibility, RuleOutcome, judge
from matcher.engine.phrases import Label, Phrase, phrase
from matcher.engine.values import StartupFacts
from models.vocabulary import Verdict

TODAY = date(2025, 11, 22)
YES, NO, OPEN = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE, Verdict.CANNOT_TELL
NOTHING = StartupFacts()
DAEJEON = Label("Daejeon", "대전")
KAIST = Label("KAIST", "카이스트")

AGE = CompanyAge(1, 7)
AGE_HEALTH = CompanyAge(None, 7, ("biopharma",), 10)
SEAT = Seat("KR", ("Daejeon", "대전"), DAEJEON)
SEAT_OR_PLAN = replace(SEAT, plan_suffices=True)
LINK = InstitutionLink(("kaist", "etri"), KAIST)

COUNTRY_HINT = "Tell us the country the company is registered in."
YEAR_HINT = "Tell us the year of foundation."
DATE_HINT = "The limit falls into this year: the exact date of foundation decides."
YOUNGER_HINT = "Only a younger company would fit; age cannot be changed."
PERSON_HINT = "A tie to KAIST: a person must confirm it."
GERMAN_HINT = "Someone in the team who works in de: a person must confirm it."

Row = tuple[Condition, StartupFacts, Verdict, str | None, str | None, str | None]
JUDGED: list[Row] = [
    # Condition, facts -> verdict, the fact read, what would change the verdict, the missing fact.
    (Direction(open=True), NOTHING, YES, None, None, None),
    (
        Direction(closed=True),
        NOTHING,
        NO,
        None,
        "Nothing: this program does not take applications from startups.",
        None,
    ),
    (Direction(), NOTHING, OPEN, None, "Ask the agency whether companies from abroad may apply.", None),
    (Direction(include=("KR",)), StartupFacts(country="KR"), YES, "registered in KR", None, None),
    (
        Direction(include=("KR", "JP")),
        StartupFacts(country="DE"),
        NO,
        "registered in DE",
        "A company registered in KR, JP.",
        None,
    ),
    (Direction(include=("KR",)), NOTHING, OPEN, None, COUNTRY_HINT, "country"),
    (Direction(exclude=("US",)), StartupFacts(country="KR"), YES, "registered in KR", None, None),
    (
        Direction(exclude=("KR",)),
        StartupFacts(country="KR"),
        NO,
        "registered in KR",
        "A company registered outside KR.",
        None,
    ),
    (Direction(exclude=("KR",)), NOTHING, OPEN, None, COUNTRY_HINT, "country"),
    (Origin(include=("KR",)), StartupFacts(country="KR"), YES, "registered in KR", None, None),
    (
        Origin(exclude=("KR",)),
        StartupFacts(country="KR"),
        NO,
        "registered in KR",
        "A company registered outside KR.",
        None,
    ),
    (Origin(include=("KR",)), NOTHING, OPEN, None, COUNTRY_HINT, "country"),
    (AGE, StartupFacts(founded=2020), YES, "founded in 2020", None, None),
    (AGE, StartupFacts(founded=2016), NO, "founded in 2016", YOUNGER_HINT, None),
    (AGE, StartupFacts(founded=2025), NO, "founded in 2025", "It opens 1 years after foundation.", None),
    (AGE, StartupFacts(founded=2024), OPEN, "founded in 2024", DATE_HINT, None),
    (AGE, StartupFacts(founded=2018), OPEN, "founded in 2018", DATE_HINT, None),
    (AGE, NOTHING, OPEN, None, YEAR_HINT, "founded"),
    (CompanyAge(min_years=3), StartupFacts(founded=1990), YES, "founded in 1990", None, None),
    (AGE_HEALTH, StartupFacts(founded=2016, sectors=("biopharma",)), YES, "founded in 2016", None, None),
    (AGE_HEALTH, StartupFacts(founded=2016, sectors=("water",)), NO, "founded in 2016", YOUNGER_HINT, None),
    (AGE_HEALTH, StartupFacts(founded=2010), NO, "founded in 2010", YOUNGER_HINT, None),
    (AGE_HEALTH, StartupFacts(founded=2020), YES, "founded in 2020", None, None),
    *(
        (
            AGE_HEALTH,
            StartupFacts(founded=year, sectors=sectors),
            OPEN,
            f"founded in {year}",
            "Tell us the sector: some may be older.",
            "sectors",
        )
        for year, sectors in ((2016, None), (2016, ()), (2018, None))
    ),
    (Headcount(2, 50), StartupFacts(employees=50), YES, "50 employees", None, None),
    (Headcount(2, 50), StartupFacts(employees=1), NO, "1 employees", "A headcount inside the range.", None),
    (
        Headcount(max=50),
        StartupFacts(employees=51),
        NO,
        "51 employees",
        "A headcount inside the range.",
        None,
    ),
    (Headcount(min=2), NOTHING, OPEN, None, "Tell us the number of employees.", "employees"),
    (StageIn(("seed",)), StartupFacts(stage="seed"), YES, "stage seed", None, None),
    (
        StageIn(("seed", "series-a")),
        StartupFacts(stage="idea"),
        NO,
        "stage idea",
        "One of these stages: seed, series-a.",
        None,
    ),
    (StageIn(("seed",)), NOTHING, OPEN, None, "Tell us the financing stage.", "stage"),
    (SectorIn(("water",)), StartupFacts(sectors=("space", "water")), YES, "sector space, water", None, None),
    (
        SectorIn(("water", "ocean")),
        StartupFacts(sectors=("space",)),
        NO,
        "sector space",
        "A product in one of these sectors: water, ocean.",
        None,
    ),
    (SectorIn(("water",)), NOTHING, OPEN, None, "Tell us the sector.", "sectors"),
    (SectorIn(("water",)), StartupFacts(sectors=()), OPEN, None, "Tell us the sector.", "sectors"),
    (Readiness(4, 7), StartupFacts(trl=4), YES, "TRL 4", None, None),
    (Readiness(4, 7), StartupFacts(trl=3), NO, "TRL 3", "Reaching TRL 4.", None),
    (
        Readiness(4, 7),
        StartupFacts(trl=8),
        NO,
        "TRL 8",
        "An earlier technology: TRL 7 at most.",
        None,
    ),
    (
        Readiness(min=4),
        NOTHING,
        OPEN,
        None,
        "Tell us the technology readiness level (TRL).",
        "trl",
    ),
    (Raised(max=1e6), StartupFacts(raised_usd=1e6), YES, "raised USD 1,000,000", None, None),
    (Raised(min=1e6), StartupFacts(raised_usd=0.0), NO, "raised USD 0", "An amount inside the range.", None),
    (Raised(min=1e6), NOTHING, OPEN, None, "Tell us how much money was raised so far.", "raised_usd"),
    (SEAT, StartupFacts(country="KR", city="대전"), YES, "seat in 대전", None, None),
    (SEAT, StartupFacts(city="Yuseong-gu, daejeon"), YES, "seat in Yuseong-gu, daejeon", None, None),
    (SEAT, StartupFacts(country="KR", city="Seoul"), NO, "seat in Seoul", "A seat in Daejeon.", None),
    (SEAT, StartupFacts(country="DE", city="Daejeon"), NO, "seat in DE", "A seat in Daejeon.", None),
    (SEAT, StartupFacts(country="KR"), OPEN, None, "Tell us the city of the seat.", "city"),
    (SEAT, NOTHING, OPEN, None, "Tell us the country and city of the seat.", "city"),
    (SEAT_OR_PLAN, StartupFacts(city="Daejeon"), YES, "seat in Daejeon", None, None),
    *(
        (
            SEAT_OR_PLAN,
            facts,
            OPEN,
            fact,
            "A concrete plan to settle in Daejeon would also do: ask the agency.",
            None,
        )
        for facts, fact in (
            (StartupFacts(country="US"), "seat in US"),
            (StartupFacts(city="Seoul"), "seat in Seoul"),
        )
    ),
    (LINK, StartupFacts(institutions=("etri", "snu")), YES, "tied to etri, snu", None, None),
    (LINK, StartupFacts(institutions=("snu",)), NO, "tied to snu", "A tie to KAIST.", None),
    (LINK, StartupFacts(institutions=()), NO, "tied to -", "A tie to KAIST.", None),
    (LINK, NOTHING, OPEN, None, PERSON_HINT, None),
    (replace(LINK, required=False), NOTHING, YES, None, None, None),
    (LanguageLevel("de"), StartupFacts(languages=(("de", "A1"),)), YES, "works in de", None, None),
    (LanguageLevel("de", "B2"), StartupFacts(languages=(("de", "B2"),)), YES, "works in de", None, None),
    (
        LanguageLevel("de", "B2"),
        StartupFacts(languages=(("de", "C1"),)),
        OPEN,
        "works in de",
        "The level must be compared by a person.",
        None,
    ),
    (
        LanguageLevel("de"),
        StartupFacts(languages=(("ko", "C2"), ("en", "B2"))),
        NO,
        "languages of the team: ko, en",
        "Someone in the team who works in de.",
        None,
    ),
    (LanguageLevel("de"), NOTHING, OPEN, None, GERMAN_HINT, None),
    (Incorporated(), StartupFacts(founded=2025), YES, "founded in 2025", None, None),
    (Incorporated(), NOTHING, OPEN, None, YEAR_HINT, "founded"),
    (Call(over=True), NOTHING, OPEN, None, "A new call: ask the agency whether one is planned.", None),
    (Call(over=False), NOTHING, OPEN, None, "Ask the agency whether applications are taken now.", None),
    (Ask(DAEJEON), NOTHING, OPEN, None, "A person at the agency answers this.", None),
]
NEVER_REFUSED = (Incorporated, Call, Ask)
NEVER_MET = (Call, Ask)
CONDITIONS = [condition for condition, *_ in JUDGED]

facts_strategy = st.builds(
    StartupFacts,
    founded=st.none() | st.integers(min_value=2005, max_value=2025),
    employees=st.none() | st.integers(min_value=0, max_value=60),
    stage=st.sampled_from([None, "idea", "seed", "unheard-of"]),
    trl=st.none() | st.integers(min_value=1, max_value=9),
    sectors=st.sampled_from([None, (), ("water",), ("biopharma", "space")]),
    country=st.sampled_from([None, "KR", "DE", "US"]),
    city=st.sampled_from([None, "", "Daejeon", "Seoul"]),
    raised_usd=st.sampled_from([None, 0.0, 1e6, 5e6]),
    languages=st.sampled_from([None, (), (("de", "B2"),), (("ko", "C2"),)]),
    institutions=st.sampled_from([None, (), ("kaist",), ("snu",)]),
)
rules_strategy = st.lists(
    st.builds(Rule, st.just("kind"), st.sampled_from(CONDITIONS), verified=st.booleans()), max_size=6
).map(tuple)


def outcome_of(condition: Condition, facts: StartupFacts, *, verified: bool = True) -> RuleOutcome:
    return judge((Rule("kind", condition, "a source", verified),), facts, TODAY).outcomes[0]


def said(part: Phrase | None) -> str | None:
    return None if part is None else part.say()


@pytest.mark.parametrize("row", JUDGED)
def test_judge_says_verdict_fact_and_what_would_change_it(row: Row) -> None:
    condition, facts, *expected = row

    outcome = outcome_of(condition, facts)

    assert [outcome.verdict, said(outcome.fact), said(outcome.would_change), outcome.missing] == expected


def test_judged_table_covers_every_kind_with_every_verdict_it_can_have() -> None:
    kinds = {type(condition) for condition in CONDITIONS}

    shown = {(type(condition), verdict) for condition, _, verdict, *_ in JUDGED}

    assert len(kinds) == len(READERS)
    assert {kind for kind, verdict in shown if verdict is OPEN} == kinds
    assert {kind for kind, verdict in shown if verdict is NO} == kinds - set(NEVER_REFUSED)
    assert {kind for kind, verdict in shown if verdict is YES} == kinds - set(NEVER_MET)


def test_judge_says_the_condition_beside_its_rule() -> None:
    outcome = outcome_of(Headcount(max=50), NOTHING)

    assert outcome.rule == Rule("kind", Headcount(max=50), "a source")
    assert outcome.condition.say() == "at most 50 employees"


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [((), YES), ((YES, YES), YES), ((YES, OPEN), OPEN), ((OPEN, NO, YES), NO), ((NO, NO), NO)],
)
def test_judge_combines_to_the_worst_verdict(verdicts: tuple[Verdict, ...], verdict: Verdict) -> None:
    shown = {YES: Direction(open=True), OPEN: Direction(), NO: Direction(closed=True)}
    rules = tuple(Rule("direction", shown[each]) for each in verdicts)

    found = judge(rules, NOTHING, TODAY)

    assert found.verdict is verdict
    assert [outcome.verdict for outcome in found.outcomes] == list(verdicts)


def test_unverified_rule_asks_instead_of_excluding() -> None:
    outcome = outcome_of(Readiness(min=4), StartupFacts(trl=3), verified=False)

    assert outcome.verdict is OPEN
    assert said(outcome.fact) == "TRL 3"
    assert said(outcome.would_change) == "The source of this condition is not verified: ask the agency."


@given(st.sampled_from(CONDITIONS), facts_strategy)
def test_unverified_rule_never_excludes_and_is_otherwise_judged_alike(
    condition: Condition, facts: StartupFacts
) -> None:
    verified = outcome_of(condition, facts)

    unverified = outcome_of(condition, facts, verified=False)

    assert unverified.verdict is (OPEN if verified.verdict is NO else verified.verdict)


@given(rules_strategy, facts_strategy)
def test_judge_agrees_with_every_rule_judged_alone(rules: tuple[Rule, ...], facts: StartupFacts) -> None:
    alone = tuple(judge((rule,), facts, TODAY).outcomes[0] for rule in rules)
    worst = max((outcome.verdict for outcome in alone), key=(YES, OPEN, NO).index, default=YES)

    assert judge(rules, facts, TODAY) == Eligibility(worst, alone)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_missing_facts_never_exclude_except_from_what_takes_no_startups(condition: Condition) -> None:
    assert (outcome_of(condition, NOTHING).verdict is NO) == (condition == Direction(closed=True))


@given(
    st.sampled_from(CONDITIONS),
    facts_strategy,
    st.sampled_from([field.name for field in fields(StartupFacts)]),
)
def test_taking_a_fact_away_never_excludes(condition: Condition, facts: StartupFacts, name: str) -> None:
    with_it = outcome_of(condition, facts)

    without = outcome_of(condition, replace(facts, **{name: None}))

    assert without.verdict is not NO or with_it.verdict is NO


@given(st.sampled_from(CONDITIONS), facts_strategy)
def test_verdicts_other_than_a_pass_say_what_would_change_them(
    condition: Condition, facts: StartupFacts
) -> None:
    outcome = outcome_of(condition, facts)

    assert (outcome.would_change is None) == (outcome.verdict is YES)
    assert outcome.missing is None or outcome.verdict is OPEN


def test_missing_facts_are_named_once_in_the_order_of_the_rules() -> None:
    conditions = (SEAT, Readiness(min=4), Direction(include=("KR",)), SEAT_OR_PLAN, Readiness(max=7))

    found = judge(tuple(Rule("kind", condition) for condition in conditions), NOTHING, TODAY)

    assert found.missing_facts == ("city", "trl", "country")


@given(
    st.integers(min_value=2000, max_value=2025),
    st.integers(min_value=0, max_value=366 * 3),
    st.integers(min_value=0, max_value=12),
)
def test_greatest_age_agrees_with_every_day_of_the_founding_year(founded: int, days: int, limit: int) -> None:
    today = date(2025, 1, 1) + timedelta(days)
    ages = [full_years(day, today) for day in days_of(founded, today)]

    verdict = judge(
        (Rule("company_age", CompanyAge(max_years=limit)),), StartupFacts(founded=founded), today
    ).verdict

    assert verdict is not YES or all(not older_than(day, today, limit) for day in days_of(founded, today))
    assert verdict is not NO or min(ages) > limit
    assert verdict is YES or max(ages) >= limit
    assert verdict is NO or min(ages) <= limit + 1


@given(
    st.integers(min_value=2000, max_value=2025),
    st.integers(min_value=0, max_value=366 * 3),
    st.integers(min_value=1, max_value=12),
)
def test_least_age_agrees_with_every_day_of_the_founding_year(founded: int, days: int, least: int) -> None:
    today = date(2025, 1, 1) + timedelta(days)
    ages = [full_years(day, today) for day in days_of(founded, today)]

    verdict = judge(
        (Rule("company_age", CompanyAge(min_years=least)),), StartupFacts(founded=founded), today
    ).verdict

    assert verdict is not YES or min(ages) >= least
    assert verdict is not NO or max(ages) < least
    assert verdict is YES or min(ages) <= least
    assert verdict is NO or max(ages) >= least - 1


@pytest.mark.parametrize(
    ("places", "city", "inside"),
    [
        (("대전",), "대전광역시 유성구", True),
        (("대전",), "대전유성구", True),
        (("Daejeon",), "DAEJEON, Korea", True),
        (("Montgomery County",), "Rockville (Montgomery County)", True),
        (("Córdoba",), "Córdoba", True),
        (("Essen",), "Gießen, Hessen", False),
        (("LA",), "Portland", False),
        (("Frederick",), "Fredericksburg", False),
        (("본",), "일본 도쿄", False),
        (("본",), "본", True),
        (("a.c",), "abc", False),
        (("Daejeon",), "", False),
    ],
)
def test_seat_is_found_only_as_a_word_of_its_own(places: tuple[str, ...], city: str, inside: bool) -> None:  # noqa: FBT001
    outcome = outcome_of(Seat("KR", places, DAEJEON), StartupFacts(city=city))

    assert outcome.verdict is (YES if inside else NO)


def test_outcome_keeps_phrases_a_catalogue_can_translate() -> None:
    outcome = outcome_of(Headcount(max=50), StartupFacts(employees=51))

    assert outcome.fact == phrase("%(count)s employees", count="51")


def days_of(year: int, today: date) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year and (day <= today or day == date(year, 1, 1)):
        yield day
        day += timedelta(1)


def full_years(born: date, today: date) -> int:
    return max(0, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def older_than(born: date, today: date, years: int) -> bool:
    return (today.year - born.year, today.month, today.day) > (years, born.month, born.day)
