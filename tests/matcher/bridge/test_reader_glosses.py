"""Glosses for readers: meanings in their language, in the order of the text, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.reader_glosses import GlossedWord, gloss_for_reader
from matcher.engine.analysis import ConceptSpan
from models.vocabulary import Language

SENTENCE = "2026년 반도체 검사 장비를 Samsung 2곳에 공급합니다."
SEMICONDUCTOR = ConceptSpan(6, 9, "semiconductor", ("semiconductor",))
COMPOUND = ConceptSpan(
    10, 12, "semiconductor artificial intelligence", ("semiconductor", "artificial_intelligence")
)
UNKNOWN = ConceptSpan(13, 15, "something no lexicon holds", ("nothing_of_the_kind",))


@pytest.mark.parametrize(
    ("reader", "meanings"),
    [
        (Language.DE, ["2026", "Halbleiter", "Halbleiter künstliche Intelligenz"]),
        (Language.ES, ["2026", "semiconductor", "semiconductor inteligencia artificial"]),
        (Language.EN, ["2026", "semiconductor", "semiconductor artificial intelligence"]),
    ],
)
def test_worked_example(reader: Language, meanings: list[str]) -> None:
    words = gloss_for_reader(SENTENCE, (SEMICONDUCTOR, COMPOUND, UNKNOWN), reader)

    assert [word.meaning for word in words[:3]] == meanings
    assert words[3] == GlossedWord("장비", "something no lexicon holds", Language.EN)
    assert [(word.source, word.meaning) for word in words[4:]] == [("", "Samsung"), ("", "2")]
    assert {word.language for word in words[:3]} == {reader}


def test_a_sentence_of_which_nothing_is_understood_has_no_gloss() -> None:
    assert gloss_for_reader("안녕하세요.", (), Language.DE) == ()


@given(st.text(max_size=60), st.lists(st.integers(0, 60), max_size=8, unique=True))
def test_sources_are_pieces_of_the_sentence_in_its_order(sentence: str, cuts: list[int]) -> None:
    ends = sorted(cut for cut in cuts if cut <= len(sentence))
    spans = [
        ConceptSpan(start, end, "cell", ("cell",))
        for start, end in zip(ends[::2], ends[1::2], strict=False)
        if start < end
    ]

    words = gloss_for_reader(sentence, spans, Language.DE)

    assert [word.source for word in words if word.source] == [
        sentence[span.start : span.end] for span in spans
    ]
    assert all(word.meaning in sentence for word in words if not word.source)
