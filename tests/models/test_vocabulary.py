"""Words all layers share: the lists the alliance works with are complete."""

import re

from models.sector_fields import (
    DAEJEON_INDUSTRIES,
    SUPER_GAP_FIELDS,
    daejeon_industries,
    super_gap_fields,
)
from models.vocabulary import (
    ANY_SECTOR,
    DaejeonIndustry,
    Direction,
    Language,
    Offer,
    Region,
    Sector,
    Stage,
    SuperGapField,
    TechnologyReadiness,
    WorkingLanguage,
)


def test_technology_readiness_has_nine_levels() -> None:
    assert [level.value for level in TechnologyReadiness] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_programs_work_in_every_profile_language_and_in_french() -> None:
    assert {language.value for language in WorkingLanguage} == {*Language, "fr"}


def test_stages_stand_in_the_order_companies_pass_through_them() -> None:
    assert list(Stage) == ["idea", "pre-seed", "seed", "series-a", "series-b", "growth"]


def test_tags_are_words_that_fit_an_address() -> None:
    tags = [*Offer, *Region, *Sector, *Stage]

    assert [tag for tag in tags if not re.fullmatch(r"[a-z]+(-[a-z]+)*", tag)] == []
    assert ANY_SECTOR not in set(Sector)


def test_directions_are_named_as_in_the_data() -> None:
    assert [direction for direction in Direction if not re.fullmatch(r"[a-z_]+", direction)] == []


def test_every_sector_says_which_super_gap_fields_it_belongs_to() -> None:
    reached = {field for fields in SUPER_GAP_FIELDS.values() for field in fields}

    assert set(SUPER_GAP_FIELDS) == set(Sector)
    assert reached == set(SuperGapField)
    assert len(SuperGapField) == 10


def test_every_industry_of_daejeon_is_reached_by_a_sector() -> None:
    reached = {industry for industries in DAEJEON_INDUSTRIES.values() for industry in industries}

    assert reached == set(DaejeonIndustry)
    assert len(DaejeonIndustry) == 6


def test_super_gap_fields_of_several_sectors_come_once_each() -> None:
    found = super_gap_fields(("medical-devices", "digital-health", "any"))

    assert found == (SuperGapField.BIO_HEALTH, SuperGapField.BIG_DATA_AI)


def test_daejeon_industries_of_several_sectors_come_once_each() -> None:
    found = daejeon_industries(("photonics", "quantum", "fintech", "any"))

    assert found == (DaejeonIndustry.SEMICONDUCTOR, DaejeonIndustry.QUANTUM)
