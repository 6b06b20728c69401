"""What side rules of a round may count by: attributes of startups and programs, and where they are read."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models.tables import City, Profile, Program, Startup

STARTUP_ATTRIBUTES = ("sector", "country", "stage", "language", "region")
PROGRAM_ATTRIBUTES = ("sector", "country", "region", "city", "agency")

Groups = dict[str, dict[str, list[str]]]
"""Values by attribute and id; who has none is not named."""


def startup_attributes(startup: Startup, profile: Profile) -> dict[str, list[str]]:
    """Read the attributes of a startup; `language` is that of the profile that is ranked."""
    facts = StartupColumns(startup.sectors, startup.country, startup.stage, startup.target_regions)
    return attributes_of_columns(facts, profile.language)


class StartupColumns(NamedTuple):
    """The columns of a startup its attributes are read from."""

    sectors: Sequence[str] | None
    country: str | None
    stage: str | None
    target_regions: Sequence[str] | None


def attributes_of_columns(columns: StartupColumns, language: str) -> dict[str, list[str]]:
    """Give the attributes of a startup by its columns and the language of the profile that is ranked."""
    return {
        "sector": list(columns.sectors or ()),
        "country": [columns.country] if columns.country else [],
        "stage": [columns.stage] if columns.stage else [],
        "language": [language],
        "region": list(columns.target_regions or ()),
    }


def program_attributes(program: Program, city: City) -> dict[str, list[str]]:
    """Read the attributes of a program; its regions are those of its city."""
    return {
        "sector": list(program.sectors),
        "country": [city.country],
        "region": list(city.regions),
        "city": [city.id],
        "agency": [program.agency_id],
    }


def attributes_of_rules(rules: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Say which attributes rules count by, for startups and for programs."""
    found: dict[str, frozenset[str]] = {}
    for kind, known in (("startups", STARTUP_ATTRIBUTES), ("programs", PROGRAM_ATTRIBUTES)):
        named = {str(rule.get(f"each_{kind[:-1]}")) for rule in rules}
        for rule in rules:
            group = rule.get(kind)
            named |= set(group) if isinstance(group, Mapping) else set()
        found[kind] = frozenset(named & set(known))
    return found


def grouped(values: Mapping[str, Mapping[str, list[str]]], wanted: frozenset[str]) -> Groups:
    """Turn attributes by id into ids by attribute, of the wanted attributes alone."""
    return {
        name: {key: sorted(found[name]) for key, found in sorted(values.items()) if found.get(name)}
        for name in sorted(wanted)
    }
