"""What counts as a word the lexicon lacks, and how such words are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.coverage import BATCH, is_missed, measure_coverage
from matcher.bridge.gloss import GlossSpan, SpanKind
from models.vocabulary import Language

SENTENCES = {
    Language.EN: "We recycle batteries and grumblefy 40 of them at Qwvkjh.",
    Language.DE: "Wir recyceln Batterien und grumblieren 40 davon bei Qwvkjh.",
    Language.ES: "Reciclamos baterías y grumbleamos 40 de ellas en Qwvkjh.",
}


def span(source: str, kind: SpanKind) -> GlossSpan:
    """Make a part of a text."""
    return GlossSpan(0, len(source), source, None, kind)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("kind", "missed"),
    [
        (SpanKind.DROPPED, True),
        (SpanKind.TRANSLITERATED, True),
        (SpanKind.LEXICON, False),
        (SpanKind.COMPOUND, False),
        (SpanKind.NAME, False),
        (SpanKind.FUNCTION, False),
    ],
)
def test_what_has_no_meaning_of_its_own_is_missed(language: Language, kind: SpanKind, missed: bool) -> None:  # noqa: FBT001
    assert is_missed(span("단어", kind), language) is missed


@pytest.mark.parametrize(
    ("source", "missed"),
    [
        ("grumbleamos", {Language.EN, Language.DE, Language.ES}),
        ("hidro-óptico", {Language.EN, Language.DE, Language.ES}),
        # A German noun of the dictionary; elsewhere a capital makes a name.
        ("Olivenhaine", {Language.DE}),
        ("Qwvkjh", set()),
        ("ISO", set()),
        ("CAR-T", set()),
        ("40", set()),
        ("7nm", set()),
        ("kg", set()),
        ("cm²", set()),
        ("x" * 61, set()),
    ],
)
def test_of_what_was_passed_through_names_and_numbers_are_not_missed(
    source: str, missed: set[Language]
) -> None:
    passed = span(source, SpanKind.PASSED)

    assert {language for language in Language if is_missed(passed, language)} == missed


@pytest.mark.parametrize("language", list(SENTENCES))
def test_an_invented_verb_is_missed_and_an_invented_name_is_not(language: Language) -> None:
    found = measure_coverage([SENTENCES[language]], language)

    (miss,) = (miss for miss in found.misses if miss.word.startswith("grumbl"))
    assert (miss.count, miss.kind, miss.example) == (1, SpanKind.PASSED, SENTENCES[language])
    assert "qwvkjh" not in {miss.word.casefold() for miss in found.misses}


def test_a_korean_word_nobody_knows_is_missed_and_latin_letters_are_not() -> None:
    found = measure_coverage(["배터리를 뷁슭하는 grumble 로봇 40대를 만듭니다."], Language.KO)

    assert any("뷁" in miss.word for miss in found.misses)
    assert "grumble" not in {miss.word for miss in found.misses}
    assert found.covered >= 2


def test_misses_stand_by_falling_count_with_their_first_example() -> None:
    sentences = ["Reciclamos de grumbleada.", "Una grumbleada y un blorfito.", "Una grumbleada más."]

    misses = measure_coverage(sentences, Language.ES).misses

    found = [(miss.word, miss.count, miss.example) for miss in misses]
    assert found[0][1:] == (3, "Reciclamos de grumbleada.")
    assert found[-1] == ("blorfito", 1, "Una grumbleada y un blorfito.")


def test_a_long_sentence_is_shown_around_the_word() -> None:
    sentence = f"{'Baterías recicladas ' * 20}grumblefico {'baterías recicladas ' * 20}."

    (miss,) = (miss for miss in measure_coverage([sentence], Language.ES).misses if "grumb" in miss.word)

    assert miss.example.startswith("…recicladas ") or miss.example.startswith("…Baterías ")
    assert " grumblefico " in miss.example
    assert miss.example.endswith(("recicladas…", "baterías…"))
    assert len(miss.example) < 100


def test_sentences_in_another_language_are_passed_over() -> None:
    english = "This is a sentence that was written in English for grumblefiers of the world."

    korean = measure_coverage(["배터리를 재활용합니다.", english], Language.KO)

    assert korean == measure_coverage(["배터리를 재활용합니다."], Language.KO)


@pytest.mark.parametrize("language", list(Language))
def test_a_text_of_no_words_has_no_share(language: Language) -> None:
    found = measure_coverage([], language)

    assert (found.words, found.covered, found.misses, found.share) == (0, 0, (), None)


def test_a_text_of_any_length_is_read_in_batches() -> None:
    found = measure_coverage(["Reciclamos baterías en el blorfito."] * (2 * BATCH + 3), Language.ES)

    assert {miss.word: miss.count for miss in found.misses}["blorfito"] == 2 * BATCH + 3


@given(
    st.lists(st.sampled_from([*SENTENCES.values(), "Roboter mieten.", "배터리", "...", "kg"]), max_size=5),
    st.sampled_from(list(Language)),
)
def test_words_are_covered_or_missed(sentences: list[str], language: Language) -> None:
    found = measure_coverage(sentences, language)

    assert found.words == found.covered + sum(miss.count for miss in found.misses)
    assert found.share is None if not found.words else 0 <= (found.share or 0) <= 1
    assert all(miss.example for miss in found.misses)
    assert found.language is language
