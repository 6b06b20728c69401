"""Every word of the vocabulary has a name in the four languages."""

from enum import StrEnum

import pytest

from matcher.engine.phrases import Label, Word
from models.vocabulary import ANY_SECTOR, Language, Offer, Region, Sector, Stage, TechnologyReadiness
from models.vocabulary_names import OFFERS, REGIONS, SECTORS, STAGES, TRL_LABELS, Names
from web.i18n import speaking
from web.names import (
    Spoken,
    countries,
    in_own_language,
    name,
    name_in,
    program_titles,
)


@pytest.mark.parametrize(("table", "words"), [(STAGES, Stage), (OFFERS, Offer), (REGIONS, Region)])
def test_every_word_has_names(table: dict[str, Names], words: type[StrEnum]) -> None:
    assert set(table) == {word.value for word in words}
    assert all(all(names) for names in table.values())


def test_every_sector_and_level_has_names() -> None:
    assert set(SECTORS) == {*(sector.value for sector in Sector), ANY_SECTOR}
    assert set(TRL_LABELS) == {str(int(level)) for level in TechnologyReadiness}


def test_names_by_language() -> None:
    assert name_in(Language.KO, "sector", "batteries") == "이차전지"
    assert name_in(Language.DE, "offer", "funding") == "Zuschüsse und Förderung"
    assert name_in(Language.ES, "trl", "3") == "prueba de concepto"
    assert name_in(Language.KO, "country", "KR") == "대한민국"
    assert name_in(Language.EN, "language", "fr") == "French"
    assert name_in(Language.EN, "sector", "unseen-tag") == "unseen-tag"
    assert name_in(Language.EN, "unseen-kind", "x") == "x"


def test_words_and_labels_follow_the_interface() -> None:
    label = Label("Daejeon", "대전")

    with speaking(Language.KO):
        assert (name(label), name(Word("stage", "seed"))) == ("대전", "시드")
    with speaking(Language.EN):
        assert (name(label), name(Word("stage", "seed"))) == ("Daejeon", "seed")


def test_program_titles_lead_with_the_readers_language() -> None:
    with speaking(Language.KO):
        korean = program_titles("글로벌 팁스", "Global TIPS", ("ko", "en"))
    with speaking(Language.EN):
        english = program_titles("글로벌 팁스", "Global TIPS", ("ko", "en"))

    assert korean == (Spoken("글로벌 팁스", "ko"), Spoken("Global TIPS", "en"))
    assert english == (Spoken("Global TIPS", "en"), Spoken("글로벌 팁스", "ko"))


@pytest.mark.parametrize(
    ("own", "english", "expected"),
    [
        ("innoclub", "innoclub Dortmund", (Spoken("innoclub Dortmund", "en"),)),
        ("KSGC (Korea)", "KSGC", (Spoken("KSGC (Korea)", "de"),)),
        ("Gründungsstipendium", "", (Spoken("Gründungsstipendium", "de"),)),
    ],
)
def test_program_titles_do_not_repeat_themselves(
    own: str, english: str, expected: tuple[Spoken, ...]
) -> None:
    assert program_titles(own, english, ("de",)) == expected


def test_names_fall_back_to_english_then_to_any() -> None:
    with speaking(Language.KO):
        assert in_own_language([("en", "Seville"), ("ko", "세비야")]) == "세비야"
        assert in_own_language([("en", "Seville")]) == "Seville"
        assert in_own_language([("es", "Sevilla")]) == "Sevilla"
        assert in_own_language([]) == ""


def test_countries_are_countries_in_order_of_their_names() -> None:
    listed = countries(Language.EN)

    assert listed[0] == ("AF", "Afghanistan")
    assert ("KR", "South Korea") in listed
    assert not {code for code, _ in listed} & {"EU", "UN", "ZZ"}
