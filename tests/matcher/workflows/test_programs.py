"""The catalogue: cards, filters, one program, and the profile the engine ranks."""

import pytest
from sqlalchemy import Engine

from matcher.engine.conditions import Direction as DirectionCondition
from matcher.errors import UnknownProgramError
from matcher.workflows.programs import (
    CityChoice,
    ProgramCard,
    ProgramDetail,
    ProgramFilter,
    list_cities,
    list_programs,
    program_profiles,
    program_source,
    read_program,
)
from models.database import read_session, write_session
from models.tables import City
from models.vocabulary import Direction, Language, Publication

TOWN_NAMES = (("de", "Stadt"), ("en", "Town"), ("es", "Pueblo"), ("ko", "마을"))


@pytest.mark.parametrize(
    ("narrow", "ids"),
    [
        (ProgramFilter(), ["alpha", "beta"]),
        (ProgramFilter(city="field"), ["beta"]),
        (ProgramFilter(city="nowhere"), []),
        (ProgramFilter(offer="funding"), ["beta"]),
        (ProgramFilter(sector="batteries"), ["alpha", "beta"]),
        (ProgramFilter(sector="quantum"), ["beta"]),
        (ProgramFilter(region="de"), ["alpha"]),
        (ProgramFilter(stage="growth"), ["beta"]),
        (ProgramFilter(q="alpha PROGRAMM"), ["alpha"]),
        (ProgramFilter(q="들"), ["beta"]),
        (ProgramFilter(q="amt office"), ["alpha", "beta"]),
        (ProgramFilter(q="alpha zebra"), []),
        (ProgramFilter(city="field", region="de"), []),
        (ProgramFilter(city="town", offer="pilot-customer", sector="batteries", region="de", stage="seed",
                       q="pueblo"), ["alpha"]),
    ],
)  # fmt: skip
def test_list_programs_keeps_what_fits_every_filter(
    tiny: Engine, narrow: ProgramFilter, ids: list[str]
) -> None:
    with read_session(tiny) as session:
        cards = list_programs(session, narrow)

    assert [card.id for card in cards] == ids


def test_a_card_holds_everything_a_list_shows(tiny: Engine) -> None:
    with read_session(tiny) as session:
        card = list_programs(session, ProgramFilter(city="town"))[0]

    assert card == ProgramCard(
        id="alpha",
        name="Alpha-Programm",
        name_en="Alpha program",
        city_id="town",
        city_names=TOWN_NAMES,
        agency_name="Amt",
        agency_name_en="Office",
        offers=("pilot-customer",),
        sectors=("batteries",),
        stages=("seed",),
        regions=("de",),
        working_languages=("de", "fr"),
        unverified_languages=("en",),
        publication=Publication.PUBLISHED,
        verified=True,
        as_of="2026-01-31",
        direction=Direction.INBOUND_TO_MEMBER,
        agency_country="DE",
    )


def test_list_cities_names_members_first_and_only_cities_with_programs(tiny: Engine) -> None:
    with write_session(tiny) as session:
        session.add(
            City(id="empty", names={"en": "Aaa"}, country="US", regions=["us-west"], alliance_member=True)
        )

    with read_session(tiny) as session:
        cities = list_cities(session)

    assert cities == (
        CityChoice("town", TOWN_NAMES, alliance_member=True),
        CityChoice(
            "field", (("de", "Feld"), ("en", "Field"), ("es", "Campo"), ("ko", "들")), alliance_member=False
        ),
    )


def test_read_program_gives_everything_published(tiny: Engine) -> None:
    with read_session(tiny) as session:
        alpha, beta = read_program(session, "alpha"), read_program(session, "beta")

    assert (alpha.place, alpha.seats, alpha.text_language) == ("Town", 3, Language.EN)
    assert alpha.text == "We open a battery recycling line to young companies."
    assert alpha.details == (ProgramDetail("cost", "Free of charge.", verified=True),)
    assert [rule.condition for rule in alpha.rules] == [DirectionCondition(open=True)]
    assert (alpha.source_url, alpha.source_urls) == ("https://alpha.example/", ("https://alpha.example/",))
    assert (beta.seats, beta.source_urls, beta.verification_note) == (None, (), "read second-hand")


def test_read_program_names_an_id_that_is_unknown(tiny: Engine) -> None:
    with (
        read_session(tiny) as session,
        pytest.raises(UnknownProgramError, match="no program has the id 'gamma'") as refused,
    ):
        read_program(session, "gamma")

    assert refused.value.program_id == "gamma"


def test_the_engine_sees_the_english_name_above_the_text(tiny: Engine) -> None:
    with read_session(tiny) as session:
        alpha, beta = program_profiles(session)

    assert (alpha.name, alpha.city, beta.city) == ("Alpha program", "Town", "Field")
    assert alpha.text == "Alpha program\nWe open a battery recycling line to young companies."
    assert (program_source(alpha).text, program_source(alpha).language) == (alpha.text, Language.EN)
