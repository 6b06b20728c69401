"""Judge a program's conditions against what is known of a startup, with three values.

"Cannot tell" is an answer of its own: a missing fact never excludes, it asks. Every outcome keeps
the fact it read, the condition, and what would change the verdict.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from matcher.engine.conditions import (
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
from matcher.engine.phrases import Amount, Phrase, Word, phrase
from matcher.engine.values import StartupFacts
from matcher.engine.wording import describe, words
from models.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule says about one startup.

    `missing` names the fact (a field of `StartupFacts`) whose absence keeps the verdict open.
    """

    rule: Rule
    verdict: Verdict
    condition: Phrase
    fact: Phrase | None = None
    would_change: Phrase | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """All rules of a program, judged for one startup, in the order of the program's rules."""

    verdict: Verdict
    outcomes: tuple[RuleOutcome, ...]

    @property
    def missing_facts(self) -> tuple[str, ...]:
        """Facts the startup could still give to settle an open rule, without repetition."""
        return tuple(dict.fromkeys(outcome.missing for outcome in self.outcomes if outcome.missing))


def judge(rules: tuple[Rule, ...], facts: StartupFacts, today: date) -> Eligibility:
    """Judge every rule and combine the verdicts.

    Args:
        rules: the program's conditions.
        facts: what is known of the startup.
        today: the day company ages are counted to.

    Returns:
        `not_eligible` if any rule says so, else `cannot_tell` if any rule does, else `eligible`.
    """
    outcomes = tuple(_judge_rule(rule, facts, today) for rule in rules)
    verdicts = {outcome.verdict for outcome in outcomes}
    for verdict in (Verdict.NOT_ELIGIBLE, Verdict.CANNOT_TELL):
        if verdict in verdicts:
            return Eligibility(verdict, outcomes)
    return Eligibility(Verdict.ELIGIBLE, outcomes)


@dataclass(frozen=True, slots=True)
class _Finding:
    """A verdict before the rule's own wording is added."""

    verdict: Verdict
    fact: Phrase | None = None
    would_change: Phrase | None = None
    missing: str | None = None


def _judge_rule(rule: Rule, facts: StartupFacts, today: date) -> RuleOutcome:
    finding = _find(rule.condition, facts, today)
    if finding.verdict is Verdict.NOT_ELIGIBLE and not rule.verified:
        finding = replace(
            finding,
            verdict=Verdict.CANNOT_TELL,
            would_change=phrase("The source of this condition is not verified: ask the agency."),
        )
    return RuleOutcome(
        rule,
        finding.verdict,
        describe(rule.condition),
        finding.fact,
        finding.would_change,
        finding.missing,
    )


def _find(condition: Condition, facts: StartupFacts, today: date) -> _Finding:
    if isinstance(condition, CompanyAge):
        return _find_age(condition, facts, today)
    return _FIND[type(condition)](condition, facts)


def _open(missing: str, hint: Phrase) -> _Finding:
    return _Finding(Verdict.CANNOT_TELL, None, hint, missing)


def _yes_no(passes: bool, fact: Phrase, hint: Phrase) -> _Finding:  # noqa: FBT001  the verdict is the point
    if passes:
        return _Finding(Verdict.ELIGIBLE, fact)
    return _Finding(Verdict.NOT_ELIGIBLE, fact, hint)


def _find_age(condition: CompanyAge, facts: StartupFacts, today: date) -> _Finding:
    if facts.founded is None:
        return _open("founded", phrase("Tell us the year of foundation."))
    fact = phrase("founded in %(year)s", year=str(facts.founded))
    youngest, oldest = _age_range(facts.founded, today)
    limit, unsettled = _age_limit(condition, facts)
    low = condition.min_years
    if limit is not None and youngest >= limit + 1:
        return _Finding(
            Verdict.NOT_ELIGIBLE, fact, phrase("Only a younger company would fit; age cannot be changed.")
        )
    if low is not None and oldest < low:
        return _Finding(
            Verdict.NOT_ELIGIBLE, fact, phrase("It opens %(years)s years after foundation.", years=low)
        )
    if unsettled and condition.max_years is not None and oldest > condition.max_years:
        return _Finding(
            Verdict.CANNOT_TELL, fact, phrase("Tell us the sector: some may be older."), "sectors"
        )
    if (limit is not None and oldest > limit) or (low is not None and youngest < low):
        return _Finding(
            Verdict.CANNOT_TELL,
            fact,
            phrase("The limit falls into this year: the exact date of foundation decides."),
        )
    return _Finding(Verdict.ELIGIBLE, fact)


def _age_range(founded: int, today: date) -> tuple[float, float]:
    """Give the least and greatest age in years a company founded in that year can have today."""
    into_year = today.timetuple().tm_yday / 366
    return max(0.0, today.year - founded - 1 + into_year), max(0.0, today.year - founded + into_year)


def _age_limit(condition: CompanyAge, facts: StartupFacts) -> tuple[int | None, bool]:
    """Give the limit for this startup's sectors, and whether an unknown sector leaves it open."""
    if condition.longer_years is None:
        return condition.max_years, False
    if not facts.sectors:
        return condition.longer_years, True
    longer = set(facts.sectors) & set(condition.longer_sectors)
    return (condition.longer_years if longer else condition.max_years), False


def _find_direction(condition: Direction, facts: StartupFacts) -> _Finding:
    if condition.closed:
        return _Finding(
            Verdict.NOT_ELIGIBLE,
            None,
            phrase("Nothing: this program does not take applications from startups."),
        )
    if condition.open:
        return _Finding(Verdict.ELIGIBLE)
    if not condition.include and not condition.exclude:
        return _Finding(
            Verdict.CANNOT_TELL, None, phrase("Ask the agency whether companies from abroad may apply.")
        )
    return _find_country(condition, facts)


def _find_country(condition: Direction | Origin, facts: StartupFacts) -> _Finding:
    if facts.country is None:
        return _open("country", phrase("Tell us the country the company is registered in."))
    fact = phrase("registered in %(country)s", country=(Word("country", facts.country),))
    if condition.include:
        passes = facts.country in condition.include
        hint = phrase("A company registered in %(countries)s.", countries=words("country", condition.include))
    else:
        passes = facts.country not in condition.exclude
        hint = phrase(
            "A company registered outside %(countries)s.", countries=words("country", condition.exclude)
        )
    return _yes_no(passes, fact, hint)


def _find_headcount(condition: Headcount, facts: StartupFacts) -> _Finding:
    if facts.employees is None:
        return _open("employees", phrase("Tell us the number of employees."))
    return _yes_no(
        _within(facts.employees, condition.min, condition.max),
        phrase("%(count)s employees", count=str(facts.employees)),
        phrase("A headcount inside the range."),
    )


def _find_stage(condition: StageIn, facts: StartupFacts) -> _Finding:
    if facts.stage is None:
        return _open("stage", phrase("Tell us the financing stage."))
    return _yes_no(
        facts.stage in condition.stages,
        phrase("stage %(stage)s", stage=(Word("stage", facts.stage),)),
        phrase("One of these stages: %(stages)s.", stages=words("stage", condition.stages)),
    )


def _find_sector(condition: SectorIn, facts: StartupFacts) -> _Finding:
    if not facts.sectors:
        return _open("sectors", phrase("Tell us the sector."))
    return _yes_no(
        bool(set(facts.sectors) & set(condition.sectors)),
        phrase("sector %(sectors)s", sectors=words("sector", facts.sectors)),
        phrase("A product in one of these sectors: %(sectors)s.", sectors=words("sector", condition.sectors)),
    )


def _find_readiness(condition: Readiness, facts: StartupFacts) -> _Finding:
    if facts.trl is None:
        return _open("trl", phrase("Tell us the technology readiness level (TRL)."))
    too_low = condition.min is not None and facts.trl < condition.min
    hint = (
        phrase("Reaching TRL %(level)s.", level=condition.min or 0)
        if too_low
        else phrase("An earlier technology: TRL %(level)s at most.", level=condition.max or 9)
    )
    return _yes_no(
        _within(facts.trl, condition.min, condition.max), phrase("TRL %(level)s", level=facts.trl), hint
    )


def _find_raised(condition: Raised, facts: StartupFacts) -> _Finding:
    if facts.raised_usd is None:
        return _open("raised_usd", phrase("Tell us how much money was raised so far."))
    return _yes_no(
        _within(facts.raised_usd, condition.min, condition.max),
        phrase("raised USD %(amount)s", amount=Amount(facts.raised_usd)),
        phrase("An amount inside the range."),
    )


def _find_seat(condition: Seat, facts: StartupFacts) -> _Finding:
    hint = phrase("A seat in %(place)s.", place=condition.label)
    if facts.country is None and facts.city is None:
        return _open("city", phrase("Tell us the country and city of the seat."))
    elsewhere = facts.country is not None and facts.country != condition.country
    if not elsewhere and facts.city is None:
        return _open("city", phrase("Tell us the city of the seat."))
    if elsewhere:
        fact = phrase("seat in %(country)s", country=(Word("country", facts.country or ""),))
    else:
        fact = phrase("seat in %(city)s", city=facts.city or "")
    inside = not elsewhere and _same_place(facts.city or "", condition.places)
    if not inside and condition.plan_suffices:
        hint = phrase(
            "A concrete plan to settle in %(place)s would also do: ask the agency.", place=condition.label
        )
        return _Finding(Verdict.CANNOT_TELL, fact, hint)
    return _yes_no(inside, fact, hint)


def _same_place(city: str, places: tuple[str, ...]) -> bool:
    """Say whether a place is named as a word of its own: Essen does not lie in Gießen."""
    return any(re.search(_named(place.casefold()), city.casefold()) for place in places)


def _named(place: str) -> str:
    # A Korean name of two syllables or more may be followed by its district without a space.
    end = "" if _HANGUL_NAME.fullmatch(place) else r"(?!\w)"
    return rf"(?<!\w){re.escape(place)}{end}"


_HANGUL_NAME = re.compile(r"[가-힣][가-힣 ]*[가-힣]")


def _find_institution(condition: InstitutionLink, facts: StartupFacts) -> _Finding:
    if not condition.required:
        return _Finding(Verdict.ELIGIBLE)
    if facts.institutions is None:
        hint = phrase("A tie to %(institution)s: a person must confirm it.", institution=condition.label)
        return _Finding(Verdict.CANNOT_TELL, None, hint)
    return _yes_no(
        bool(set(facts.institutions) & set(condition.institutions)),
        phrase("tied to %(institutions)s", institutions=", ".join(facts.institutions) or "-"),
        phrase("A tie to %(institution)s.", institution=condition.label),
    )


def _find_language(condition: LanguageLevel, facts: StartupFacts) -> _Finding:
    if facts.languages is None:
        hint = phrase(
            "Someone in the team who works in %(language)s: a person must confirm it.",
            language=_language(condition),
        )
        return _Finding(Verdict.CANNOT_TELL, None, hint)
    known = dict(facts.languages)
    if condition.language in known and condition.level in {None, known[condition.language]}:
        return _Finding(Verdict.ELIGIBLE, phrase("works in %(language)s", language=_language(condition)))
    if condition.language in known:
        return _Finding(
            Verdict.CANNOT_TELL,
            phrase("works in %(language)s", language=_language(condition)),
            phrase("The level must be compared by a person."),
        )
    return _Finding(
        Verdict.NOT_ELIGIBLE,
        phrase("languages of the team: %(languages)s", languages=words("language", tuple(known))),
        phrase("Someone in the team who works in %(language)s.", language=_language(condition)),
    )


def _find_incorporated(condition: Incorporated, facts: StartupFacts) -> _Finding:
    del condition
    if facts.founded is None:
        return _open("founded", phrase("Tell us the year of foundation."))
    return _Finding(Verdict.ELIGIBLE, phrase("founded in %(year)s", year=str(facts.founded)))


def _find_call(condition: Call, facts: StartupFacts) -> _Finding:
    del facts
    if condition.over:
        return _Finding(
            Verdict.CANNOT_TELL, None, phrase("A new call: ask the agency whether one is planned.")
        )
    return _Finding(Verdict.CANNOT_TELL, None, phrase("Ask the agency whether applications are taken now."))


def _find_ask(condition: Ask, facts: StartupFacts) -> _Finding:
    del condition, facts
    return _Finding(Verdict.CANNOT_TELL, None, phrase("A person at the agency answers this."))


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _language(condition: LanguageLevel) -> tuple[Word, ...]:
    return (Word("language", condition.language),)


_FIND: Mapping[type, Callable[[Any, StartupFacts], _Finding]] = {
    Direction: _find_direction,
    Origin: _find_country,
    Headcount: _find_headcount,
    StageIn: _find_stage,
    SectorIn: _find_sector,
    Readiness: _find_readiness,
    Raised: _find_raised,
    Seat: _find_seat,
    InstitutionLink: _find_institution,
    LanguageLevel: _find_language,
    Incorporated: _find_incorporated,
    Call: _find_call,
    Ask: _find_ask,
}
"""How each kind of condition is judged; company age also needs today's date."""
