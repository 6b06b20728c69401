"""Forms of words the lexicon has otherwise, one by one, and over all words of the lexicon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.derivations import source_forms, split_prefix
from matcher.bridge.gloss import GlossSpan, SpanKind, gloss
from matcher.bridge.lexicon import load_lexicon
from models.vocabulary import Language


@pytest.mark.parametrize(
    ("language", "word", "form"),
    [
        (Language.DE, "gelöst", "lösen"),
        (Language.DE, "gelösten", "lösen"),
        (Language.DE, "eingesetzt", "einsetzen"),
        (Language.DE, "verblindet", "verblinden"),
        (Language.DE, "validierte", "validieren"),
        (Language.DE, "beginnender", "beginnen"),
        (Language.DE, "thermischen", "thermisch"),
        (Language.DE, "messung", "messen"),
        (Language.DE, "haltbarkeit", "haltbar"),
        (Language.ES, "finas", "fino"),
        (Language.ES, "flexiones", "flexión"),
        (Language.ES, "capaces", "capaz"),
        (Language.ES, "ventilados", "ventilar"),
        (Language.ES, "medidas", "medir"),
        (Language.ES, "creciendo", "crecer"),
        (Language.ES, "venderlos", "vender"),
        (Language.ES, "purificación", "purificar"),
        (Language.ES, "rápidamente", "rápido"),
    ],
)
def test_a_word_may_come_from(language: Language, word: str, form: str) -> None:
    assert form in source_forms(word, language)


def test_forms_worked_by_hand() -> None:
    assert list(source_forms("gelöst", Language.DE)) == ["lösen"]
    # The likeliest first: an adjective in -o, then one in -e; "fin" is too short to be told from chance.
    assert list(source_forms("finas", Language.ES)) == ["fino", "fine"]


@pytest.mark.parametrize("language", [Language.EN, Language.KO])
def test_other_languages_have_no_rules(language: Language) -> None:
    assert list(source_forms("gelöst", language)) == list(source_forms("flexiones", language)) == []


@pytest.mark.parametrize(("ending", "plural"), [("ión", "iones"), ("z", "ces"), ("o", "as")])
def test_spanish_plurals_of_the_lexicon_lead_back_to_their_words(ending: str, plural: str) -> None:
    words = {
        word
        for concept in load_lexicon()
        for word in concept.words_in(Language.ES)
        if word.isalpha() and word.islower() and word.endswith(ending) and len(word) > 3
    }

    assert len(words) > 20
    assert [w for w in words if w not in source_forms(w.removesuffix(ending) + plural, Language.ES)] == []


@given(
    st.text(max_size=12) | st.from_regex(r"(ge|ver|ein)?[a-zäöü]{1,6}(t|ung|keit|iones|ados)", fullmatch=True)
)
def test_no_form_is_so_short_that_it_is_found_by_accident(word: str) -> None:
    assert all(len(form) > 3 for language in Language for form in source_forms(word, language))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("nanofilter", ("nano", "filter")),
        ("mikrosensor", ("micro", "sensor")),
        ("ultra-fein", ("ultra", "fein")),
        ("elektromotor", ("electro", "motor")),
        ("termoplástico", ("thermo", "plástico")),
        ("autoconsumo", ("self", "consumo")),
        # What is left is too short, or there is no prefix.
        ("biogas", None),
        ("nano", None),
        ("batterie", None),
        ("", None),
    ],
)
def test_split_prefix(word: str, parts: tuple[str, str] | None) -> None:
    assert split_prefix(word) == parts


@given(st.text(max_size=8), st.sampled_from(["nano", "ultra", "thermo"]), st.sampled_from(["", "-"]))
def test_what_follows_the_prefix_is_the_end_of_the_word(rest: str, prefix: str, hyphen: str) -> None:
    found = split_prefix(prefix + hyphen + rest)

    assert (found is None) == (len(hyphen + rest) <= 3)
    assert found is None or found == (prefix, (hyphen + rest).lstrip("-"))


@pytest.mark.parametrize(
    ("language", "word", "source", "english"),
    [
        (Language.ES, "flexiones", "flexión", "curvature"),
        (Language.ES, "ventilados", "ventilación", "ventilation"),
        (Language.DE, "gelistet", "Listen", "list"),
    ],
)
def test_a_derived_word_means_what_its_source_means(
    language: Language, word: str, source: str, english: str
) -> None:
    assert only_span(word, language).kind is SpanKind.DERIVED
    assert only_span(source, language).kind is SpanKind.LEXICON
    assert only_span(word, language).concept == only_span(source, language).concept == english


@pytest.mark.parametrize(
    ("language", "word", "english"),
    [(Language.DE, "Nanofilter", "nano filter"), (Language.ES, "microsensores", "micro sensor")],
)
def test_a_known_word_with_a_prefix_is_a_compound(language: Language, word: str, english: str) -> None:
    found = only_span(word, language)

    assert (found.kind, found.concept) == (SpanKind.COMPOUND, english)


def only_span(word: str, language: Language) -> GlossSpan:
    (span,) = gloss(word, language).spans
    return span
