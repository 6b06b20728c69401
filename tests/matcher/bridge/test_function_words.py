"""Words of grammar: they stand in the gloss and nowhere among the terms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.bridge.gloss import SpanKind, gloss
from matcher.bridge.lexicon import function_words
from models.vocabulary import Language

CONTENT = {Language.KO: "배터리", Language.DE: "Batterie", Language.ES: "batería"}
WORDS = {
    language: [content, *sorted({word.partition("/")[0] for word in function_words(language)})]
    for language, content in CONTENT.items()
}


@pytest.mark.parametrize(
    ("language", "text", "english", "words"),
    [
        (Language.KO, "배터리가 안전하지 않다", "battery safety not", {"않": "not"}),
        (Language.KO, "우리는 배터리를 만든다", "we battery build", {"우리": "we"}),
        (Language.KO, "공장이 없다", "factory no", {"없": "no"}),
        (Language.KO, "3개월간 진행", "3 month progress", {"개월": "month"}),
        (
            Language.DE,
            "Wir haben keine Batterie",
            "we have no battery",
            {"Wir": "we", "haben": "have", "keine": "no"},
        ),
        (Language.DE, "Die Batterie ohne Kobalt", "battery without cobalt", {"ohne": "without"}),
        (Language.ES, "no tenemos batería", "not have battery", {"no": "not", "tenemos": "have"}),
        (Language.ES, "nuestra batería", "our battery", {"nuestra": "our"}),
    ],
)
def test_negations_pronouns_and_counted_months(
    language: Language, text: str, english: str, words: dict[str, str]
) -> None:
    result = gloss(text, language)

    assert result.text == english
    assert {s.source: s.concept for s in result.spans if s.kind is SpanKind.FUNCTION} == words


def test_a_counted_time_is_no_organ() -> None:
    """간 alone is a liver; after a count of months it is "during" and leaves no trace."""
    assert gloss("3개월간", Language.KO).text == "3 month"
    assert gloss("3개월간", Language.KO).terms == ()


@pytest.mark.parametrize(
    ("language", "text", "bare"),
    [
        (Language.KO, "우리의 배터리", "배터리"),
        (Language.DE, "Wir haben keine Batterie", "Batterie"),
        (Language.ES, "no tenemos batería", "batería"),
    ],
)
def test_terms_are_those_of_the_words_of_content(language: Language, text: str, bare: str) -> None:
    assert gloss(text, language).text != gloss(bare, language).text
    assert gloss(text, language).terms == gloss(bare, language).terms == ("battery",)


def test_phrases_run_across_words_of_grammar() -> None:
    (apart,) = gloss("entrada en el mercado", Language.ES).spans

    assert (apart.kind, apart.concept) == (SpanKind.LEXICON, "market entry")


def test_english_stands_as_it_is() -> None:
    assert function_words(Language.EN) == {}
    assert all(span.kind is not SpanKind.FUNCTION for span in gloss("We do not sell", Language.EN).spans)


@pytest.mark.parametrize("language", list(CONTENT))
@settings(deadline=None)
@given(data=st.data())
def test_words_of_grammar_give_no_terms(language: Language, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(WORDS[language]), max_size=8))

    for span in gloss(" ".join(words), language).spans:
        if span.kind is SpanKind.FUNCTION:
            assert span.terms == span.keys == ()
            assert span.concept in function_words(language).values()
