"""Conditions in plain words, as phrases a catalogue can translate."""

import re
from collections.abc import Callable, Mapping
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
    Seat,
    SectorIn,
    StageIn,
)
from matcher.engine.phrases import Amount, Phrase, PhraseValue, Word, mark, phrase


def describe(condition: Condition) -> Phrase:
    """Say a condition in plain words."""
    return _DESCRIBE[type(condition)](condition)


def words(kind: str, codes: tuple[str, ...]) -> tuple[Word, ...]:
    """Name several codes of one vocabulary."""
    return tuple(Word(kind, code) for code in codes)


def _direction(condition: Direction) -> Phrase:
    if condition.closed:
        return phrase("for agencies and organisers, not for startups")
    if condition.open:
        return phrase("open to companies from any country")
    if condition.include:
        return phrase("for companies from %(countries)s", countries=words("country", condition.include))
    if condition.exclude:
        return phrase(
            "for companies from outside %(countries)s", countries=words("country", condition.exclude)
        )
    return phrase("whether companies from abroad may apply is not published")


def _origin(condition: Origin) -> Phrase:
    if condition.include:
        return phrase("applicants come from %(countries)s", countries=words("country", condition.include))
    return phrase("applicants come from outside %(countries)s", countries=words("country", condition.exclude))


def _company_age(condition: CompanyAge) -> Phrase:
    if condition.max_years is None:
        return phrase("founded at least %(years)s years ago", years=condition.min_years or 0)
    if condition.longer_years is not None:
        return phrase(
            "at most %(years)s years old, %(longer)s years in %(sectors)s",
            years=condition.max_years,
            longer=condition.longer_years,
            sectors=words("sector", condition.longer_sectors),
        )
    if condition.min_years is not None:
        return phrase(
            "between %(low)s and %(high)s years old", low=condition.min_years, high=condition.max_years
        )
    if condition.max_years == 1:
        return phrase("at most 1 year old")
    return phrase("at most %(years)s years old", years=condition.max_years)


def _headcount(condition: Headcount) -> Phrase:
    return _range(
        condition.min,
        condition.max,
        mark("between %(low)s and %(high)s employees"),
        mark("at least %(low)s employees"),
        mark("at most %(high)s employees"),
    )


def _stage(condition: StageIn) -> Phrase:
    return phrase("stage: %(stages)s", stages=words("stage", condition.stages))


def _sector(condition: SectorIn) -> Phrase:
    return phrase("sector: %(sectors)s", sectors=words("sector", condition.sectors))


def _readiness(condition: Readiness) -> Phrase:
    return _range(
        condition.min,
        condition.max,
        mark("TRL %(low)s to %(high)s"),
        mark("TRL %(low)s or higher"),
        mark("TRL %(high)s or lower"),
    )


def _raised(condition: Raised) -> Phrase:
    # One original amount says one bound; where both are set, the range in dollars says more.
    if condition.original and (condition.min is None or condition.max is None):
        template = (
            mark("at least %(original)s raised so far")
            if condition.max is None
            else mark("at most %(original)s raised so far")
        )
        return phrase(template, original=stated_amount(condition.original))
    return _range(
        None if condition.min is None else Amount(condition.min),
        None if condition.max is None else Amount(condition.max),
        mark("between USD %(low)s and %(high)s raised so far"),
        mark("at least USD %(low)s raised so far"),
        mark("at most USD %(high)s raised so far"),
    )


def stated_amount(text: str) -> Amount | str:
    """Read an amount as sources state it, such as KRW 300M; one that is worded otherwise stays as it is."""
    found = _STATED.fullmatch(text.strip())
    if found is None:
        return text
    value = float(found["digits"].replace(",", "")) * _TIMES[found["times"] or ""]
    # Half a won or less would be lost where the amount is written out.
    return Amount(value, found["currency"], text) if value.is_integer() else text


_STATED = re.compile(
    r"(?P<currency>[A-Z]{3}) (?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,3})?)"
    r"(?P<times>k|M|bn)?"
)
_TIMES: Mapping[str, int] = {"": 1, "k": 1000, "M": 1_000_000, "bn": 1_000_000_000}


def _seat(condition: Seat) -> Phrase:
    if condition.plan_suffices:
        return phrase("seat in %(place)s, or a plan to settle there", place=condition.label)
    return phrase("seat in %(place)s", place=condition.label)


def _institution_link(condition: InstitutionLink) -> Phrase:
    if condition.required:
        return phrase("tied to %(institution)s", institution=condition.label)
    return phrase("a tie to %(institution)s gives priority", institution=condition.label)


def _language_level(condition: LanguageLevel) -> Phrase:
    language = words("language", (condition.language,))
    if condition.level:
        return phrase("works in %(language)s (%(level)s)", language=language, level=condition.level)
    return phrase("works in %(language)s", language=language)


def _incorporated(condition: Incorporated) -> Phrase:
    del condition
    return phrase("the company is already founded")


def _call(condition: Call) -> Phrase:
    if condition.over:
        return phrase("the call we know of is over")
    return phrase("whether applications are taken now is not confirmed")


def _ask(condition: Ask) -> Phrase:
    return phrase("%(question)s", question=condition.question)


def _range(
    low: PhraseValue | None, high: PhraseValue | None, both: str, only_low: str, only_high: str
) -> Phrase:
    if low is not None and high is not None:
        return phrase(both, low=low, high=high)
    return phrase(only_low, low=low) if low is not None else phrase(only_high, high=high or 0)


_DESCRIBE: Mapping[type, Callable[[Any], Phrase]] = {
    Direction: _direction,
    Origin: _origin,
    CompanyAge: _company_age,
    Headcount: _headcount,
    StageIn: _stage,
    SectorIn: _sector,
    Readiness: _readiness,
    Raised: _raised,
    Seat: _seat,
    InstitutionLink: _institution_link,
    LanguageLevel: _language_level,
    Incorporated: _incorporated,
    Call: _call,
    Ask: _ask,
}
