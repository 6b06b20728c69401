"""Texts are read once: sentences, gloss, vectors and terms."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.analysis import (
    MAX_SENTENCES,
    SourceText,
    TextAnalysis,
    analyse,
    analysis_fingerprint,
    content_hash,
)
from matcher.engine.encoders import HashingEncoder, open_encoder
from matcher.engine.model_files import PACKAGED_MODEL
from models.vocabulary import Language

ENCODER = HashingEncoder()
ENGLISH = "We sell battery packs to bus operators in Seattle."
BATTERY = SourceText("We make battery cells. They power buses.", Language.EN)
KOREAN = SourceText("배터리 셀을 만든다. 북미 진출을 원한다.", Language.KO)


class Narrow(HashingEncoder):
    """Reads four words at a time."""

    window = 4


sources = st.lists(
    st.lists(
        st.sampled_from(["We make cells.", "Buses run on them.", "A pilot in Seattle!", "seven words " * 3]),
        min_size=1,
        max_size=4,
    ).map(lambda parts: SourceText(" ".join(parts).strip(), Language.EN)),
    min_size=1,
    max_size=4,
)


mixtures = st.builds(
    lambda parts, language: SourceText(" ".join(parts), language),
    st.lists(
        st.sampled_from(
            [
                ENGLISH,
                "We make 12 battery cells, e.g. IL-15 sensors.",
                "배터리 셀을 만든다.",
                "당사는 CAR-NK 치료제와 3.5W AI 칩을 개발하고 있습니다.",
                "Wir bauen Batteriezellen für Busse in der Stadt.",
                "Fabricamos células de batería para autobuses.",
            ]
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([*Language, None]),
)


def test_analyse_worked_example() -> None:
    (analysis,) = analyse(ENCODER, [BATTERY])

    expected = ENCODER.encode([
        "We make battery cells. They power buses.", "We make battery cells.", "They power buses."
    ])  # fmt: skip
    assert (analysis.language, analysis.sentences) == (
        Language.EN,
        ("We make battery cells.", "They power buses."),
    )
    assert analysis.whole.tolist() == pytest.approx(expected[0].tolist(), abs=1e-6)
    assert analysis.sentence_vectors.ravel().tolist() == pytest.approx(
        expected[1:].ravel().tolist(), abs=1e-6
    )
    assert set(analysis.terms) >= {"battery", "cell", "bus"}


def test_analyse_encodes_the_gloss_of_a_korean_text_and_quotes_the_original() -> None:
    english, korean, original = (
        analyse(ENCODER, [SourceText("We make battery cells.", Language.EN)])[0],
        analyse(ENCODER, [KOREAN])[0],
        analyse(ENCODER, [KOREAN], bridged=False)[0],
    )

    assert korean.sentences == original.sentences == ("배터리 셀을 만든다.", "북미 진출을 원한다.")
    assert float(english.whole @ korean.whole) > 0.3 > float(english.whole @ original.whole)
    assert "battery" in korean.terms


def test_analyse_finds_the_language_out() -> None:
    texts = (
        "우리는 배터리 기업입니다.",
        "Wir bauen Batterien für Busse in der Stadt.",
        "We build batteries.",
    )

    found = analyse(ENCODER, [SourceText(text) for text in texts])

    assert [analysis.language for analysis in found] == [Language.KO, Language.DE, Language.EN]


@pytest.mark.parametrize("text", ["...", "및", "등"])
def test_analyse_keeps_a_text_the_bridge_leaves_nothing_of(text: str) -> None:
    (analysis,) = analyse(ENCODER, [SourceText(text, Language.KO)])

    assert (analysis.sentences, analysis.terms) == ((text,), ())
    assert analysis.whole.tolist() == pytest.approx(ENCODER.encode([text])[0].tolist(), abs=1e-6)


def test_analyse_marks_the_words_it_understood_in_each_sentence() -> None:
    (analysis,) = analyse(ENCODER, [KOREAN])

    marked = [
        {sentence[span.start : span.end]: span.concept for span in spans}
        for sentence, spans in zip(analysis.sentences, analysis.spans, strict=True)
    ]
    assert marked[0]["배터리 셀"] == "battery cell"
    assert set(marked[1]) == {"북미", "진출", "원한"}
    assert "battery_cell" in analysis.concepts


@pytest.mark.parametrize(
    ("text", "main", "sentence"),
    [
        (f"배터리 셀을 만든다. {ENGLISH}", Language.KO, 1),
        (f"{ENGLISH} 배터리 셀을 만든다.", Language.EN, 0),
    ],
)
def test_analyse_glosses_a_mixed_text_sentence_by_sentence(text: str, main: Language, sentence: int) -> None:
    (mixed,) = analyse(ENCODER, [SourceText(text, main)])

    (english,) = analyse(ENCODER, [SourceText(ENGLISH, Language.EN)])
    (korean,) = analyse(ENCODER, [SourceText("배터리 셀을 만든다.", Language.KO)])
    parts = (korean, english) if sentence else (english, korean)
    assert mixed.language is main
    assert mixed.sentences == parts[0].sentences + parts[1].sentences
    assert mixed.spans == parts[0].spans + parts[1].spans
    assert mixed.terms == parts[0].terms + parts[1].terms
    assert mixed.sentence_vectors.tolist() == [part.sentence_vectors[0].tolist() for part in parts]
    assert {"battery_cell", "battery_pack", "seattle"} <= set(mixed.concepts)


@given(mixtures)
def test_spans_lie_in_their_sentences_in_order_and_name_terms(source: SourceText) -> None:
    (analysis,) = analyse(ENCODER, [source])

    assert len(analysis.spans) == len(analysis.sentences)
    for sentence, spans in zip(analysis.sentences, analysis.spans, strict=True):
        assert spans
        assert all(0 <= span.start < span.end <= len(sentence) for span in spans)
        assert all(before.end <= after.start for before, after in pairwise(spans))
        assert all(span.concept and span.keys for span in spans)
    assert set(analysis.concepts) <= set(analysis.terms)


def test_analyse_of_nothing_is_nothing() -> None:
    assert analyse(ENCODER, []) == ()


def test_analyse_merges_more_sentences_than_it_keeps() -> None:
    text = "\n".join(f"Sentence number {place} here" for place in range(2 * MAX_SENTENCES))

    (analysis,) = analyse(ENCODER, [SourceText(text, Language.EN)])

    assert len(analysis.sentences) == len(analysis.sentence_vectors) == MAX_SENTENCES
    assert " ".join(analysis.sentences) == text.replace("\n", " ")


def test_analyse_reads_to_the_end_of_a_text_longer_than_the_window() -> None:
    long = "one two three four five six seven eight"

    (analysis,) = analyse(Narrow(), [SourceText(long, Language.EN)])

    halves = ENCODER.encode(["one two three four", "five six seven eight"]).sum(axis=0)
    assert analysis.whole.tolist() == pytest.approx((halves / np.linalg.norm(halves)).tolist(), abs=1e-6)


@given(sources, st.sampled_from([ENCODER, Narrow()]))
def test_analysis_of_a_text_does_not_depend_on_the_others(
    texts: list[SourceText], encoder: HashingEncoder
) -> None:
    together = analyse(encoder, texts)

    for text, analysis in zip(texts, together, strict=True):
        (alone,) = analyse(encoder, [text])
        assert figures(analysis) == figures(alone)
        assert np.linalg.norm(analysis.sentence_vectors, axis=1).tolist() == pytest.approx(
            [1.0] * len(analysis.sentences)
        )


@given(sources)
def test_analyse_agrees_with_encoding_sentence_by_sentence(texts: list[SourceText]) -> None:
    found = analyse(ENCODER, texts)

    rows = [ENCODER.encode([sentence])[0] for analysis in found for sentence in analysis.sentences]
    vectors = [row for analysis in found for row in analysis.sentence_vectors]
    assert np.concatenate(vectors).tolist() == pytest.approx(np.concatenate(rows).tolist(), abs=1e-6)


def test_content_hash_digests_text_and_language() -> None:
    expected = hashlib.sha256("ko\n배터리".encode()).hexdigest()

    assert content_hash(SourceText("배터리", Language.KO)) == expected
    assert content_hash(SourceText("배터리")) == hashlib.sha256("auto\n배터리".encode()).hexdigest()


def test_analysis_fingerprint_tells_encoders_and_bridging_apart() -> None:
    fingerprints = (
        analysis_fingerprint(ENCODER),
        analysis_fingerprint(ENCODER, bridged=False),
        analysis_fingerprint(open_encoder(PACKAGED_MODEL)),
    )

    assert analysis_fingerprint(HashingEncoder()) == fingerprints[0]
    assert [len(fingerprint) for fingerprint in fingerprints] == [64] * len(set(fingerprints))


def figures(analysis: TextAnalysis) -> tuple[Sequence[object], ...]:
    return (
        [analysis.language, *analysis.sentences],
        analysis.terms,
        analysis.spans,
        analysis.whole.tolist(),
        analysis.sentence_vectors.ravel().tolist(),
    )
