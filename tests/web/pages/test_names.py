"""Every word of the vocabulary has a name in the four languages."""

from enum import StrEnum

import pytest

from matcher.engine.phrases import Amount, Label, Word
from models.vocabulary import ANY_SECTOR, Language, Offer, Region, Sector, Stage, TechnologyReadiness
from models.vocabulary_names import OFFERS, REGIONS, SECTORS, STAGES, TRL_LABELS, Names
from web.i18n import INTERFACE_LANGUAGES, speaking
from web.names import (
    Spoken,
    agency_title,
    countries,
    in_own_language,
    name,
    name_in,
    position,
    program_titles,
    spoken,
    written,
)


@pytest.mark.parametrize(("table", "words"), [(STAGES, Stage), (OFFERS, Offer), (REGIONS, Region)])
def test_every_word_has_names(table: dict[str, Names], words: type[StrEnum]) -> None:
    assert set(table) == {word.value for word in words}
    assert all(all(names) for names in table.values())


def test_every_sector_and_level_has_names() -> None:
    assert set(SECTORS) == {*(sector.value for sector in Sector), ANY_SECTOR}
    assert set(TRL_LABELS) == {str(int(level)) for level in TechnologyReadiness}
    assert all(all(names) for table in (SECTORS, TRL_LABELS) for names in table.values())


@pytest.mark.parametrize("table", [STAGES, OFFERS, REGIONS, SECTORS, TRL_LABELS])
def test_no_two_words_share_a_name(table: dict[str, Names]) -> None:
    for language in INTERFACE_LANGUAGES:
        said = [getattr(names, language.value).casefold() for names in table.values()]

        assert len(said) == len(set(said)), language


def test_no_name_holds_a_comma() -> None:
    # Pages put several names behind each other with commas between them.
    for table in (STAGES, OFFERS, REGIONS, SECTORS):
        assert not [name for names in table.values() for name in names if "," in name]


def test_names_by_language() -> None:
    assert name_in(Language.KO, "sector", "batteries") == "이차전지"
    assert name_in(Language.DE, "offer", "funding") == "Zuschüsse und Förderung"
    assert name_in(Language.ES, "trl", "3") == "prueba de concepto experimental"
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
    with speaking(Language.ES):
        assert (name(label), name(Word("stage", "seed"))) == ("Daejeon", "semilla")


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        ("en", Spoken("the City of Rockville", "en")),
        ("ko", Spoken("록빌시", "ko")),
        ("de", Spoken("Stadt Rockville", "de")),
        ("es", Spoken("the City of Rockville", "en")),
    ],
)
def test_label_without_the_readers_language_is_english_and_says_so(reader: str, expected: Spoken) -> None:
    label = Label("the City of Rockville", "록빌시", "Stadt Rockville")

    with speaking(Language(reader)):
        assert spoken(label) == expected
        assert name(label) == expected.text


@pytest.mark.parametrize(
    ("reader", "bare", "won", "francs"),
    [
        ("en", "1,234,567", "KRW 300M", "CHF 5,000,000"),
        ("ko", "1,234,567", "300,000,000원", "CHF 5,000,000"),
        ("de", "1.234.567", "300.000.000 KRW", "5.000.000 CHF"),
        ("es", "1.234.567", "300.000.000 KRW", "5.000.000 CHF"),
    ],
)
def test_amounts_are_written_as_the_reader_writes_them(reader: str, bare: str, won: str, francs: str) -> None:
    with speaking(Language(reader)):
        assert written(Amount(1234567.2)) == bare
        assert written(Amount(300_000_000, "KRW", "KRW 300M")) == won
        assert written(Amount(5_000_000, "CHF")) == francs
        assert written(Amount(0)) == "0"


@pytest.mark.parametrize(
    ("reader", "rio"),
    [
        ("en", "22.9° S 43.2° W"),
        ("ko", "남위 22.9° 서경 43.2°"),
        ("de", "22,9° S 43,2° W"),
        ("es", "22,9° S 43,2° O"),
    ],
)
def test_position_has_the_compass_of_each_language(reader: str, rio: str) -> None:
    with speaking(Language(reader)):
        assert position(-22.91, -43.17) == rio


@pytest.mark.parametrize(
    ("own", "english", "country", "readers"),
    [
        ("Wirtschaftsförderung", "Development Agency", "DE", {"de"}),
        ("Cámara de Comercio", "Chamber of Commerce", "ES", {"es"}),
        ("창업진흥원", "KISED", "KR", {"ko"}),
        ("KIC-워싱턴", "KIC Washington", "US", {"ko"}),
        ("Gouvernement du Québec", "Government of Québec", "CA", set()),
        ("Netzwerk", "Network", "", set()),
        ("Only own", "", "FR", {"en", "ko", "de", "es"}),
    ],
)
def test_agency_has_its_own_name_for_readers_of_its_language(
    own: str, english: str, country: str, readers: set[str]
) -> None:
    seen = {}
    for language in INTERFACE_LANGUAGES:
        with speaking(language):
            seen[language.value] = agency_title(own, english, country)

    assert seen == {
        language.value: own if language in readers else english for language in INTERFACE_LANGUAGES
    }


def test_program_titles_lead_with_the_readers_language() -> None:
    with speaking(Language.KO):
        korean = program_titles("글로벌 팁스", "Global TIPS", ("ko", "en"))
    with speaking(Language.EN):
        english = program_titles("글로벌 팁스", "Global TIPS", ("ko", "en"))

    with speaking(Language.DE):
        german = program_titles("글로벌 팁스", "Global TIPS", ("ko", "en"))

    assert korean == (Spoken("글로벌 팁스", "ko"), Spoken("Global TIPS", "en"))
    assert english == german == (Spoken("Global TIPS", "en"), Spoken("글로벌 팁스", "ko"))


@pytest.mark.parametrize(
    ("reader", "leads"), [("ko", "own"), ("de", "own"), ("en", "english"), ("es", "english")]
)
def test_own_name_leads_for_readers_of_its_language(reader: str, leads: str) -> None:
    with speaking(Language(reader)):
        first, second = program_titles("Gründungsstipendium NRW", "Founders' grant NRW", ("de", "en"))

    assert first.text == {"own": "Gründungsstipendium NRW", "english": "Founders' grant NRW"}[leads]
    assert {first.language, second.language} == {"de", "en"}


def test_readers_of_english_see_the_english_name_first_whatever_the_program_works_in() -> None:
    with speaking(Language.EN):
        first, _ = program_titles("Digitale Woche International", "Digital Week, delegations", ("en", "de"))

    assert first.text == "Digital Week, delegations"


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


@pytest.mark.parametrize(
    ("language", "first", "middle", "after"),
    [
        ("de", "Afghanistan", "Österreich", "Pakistan"),
        ("es", "Afganistán", "Andorra", "Angola"),
        ("ko", "가나", "대한민국", "덴마크"),
    ],
)
def test_countries_are_in_the_order_of_each_alphabet(
    language: str, first: str, middle: str, after: str
) -> None:
    listed = [title for _, title in countries(Language(language))]

    assert listed[0] == first
    assert listed.index(middle) + 1 == listed.index(after)
