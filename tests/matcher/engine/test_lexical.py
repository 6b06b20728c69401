"""BM25 with frozen weights against the formula in plain Python."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.lexical import LexicalIndex, TermWeights, fit_term_weights

FROZEN = TermWeights({"battery": 2.0, "cell": 1.0, "bus": 0.5}, unseen=3.0, mean_length=4.0)
terms = st.lists(st.sampled_from(["battery", "cell", "bus", "opera", "전지"]), max_size=8)
documents_strategy = st.lists(terms, max_size=5)


def bm25(query: Sequence[str], document: Sequence[str], weights: TermWeights) -> float:
    score = 0.0
    for term in set(query) & set(document):
        frequency = document.count(term)
        damping = 1.2 * (0.25 + 0.75 * len(document) / weights.mean_length)
        score += weights.of(term) * frequency / (frequency + damping)
    length = math.sqrt(sum(weights.of(term) ** 2 for term in set(query)))
    return score / length if length else 0.0


def test_fit_term_weights_worked_example() -> None:
    weights = fit_term_weights([["cell", "bus", "cell"], ["cell"]])

    assert weights.mean_length == 2.0
    assert weights.unseen == pytest.approx(math.log(1 + 2.5 / 0.5))
    assert dict(weights.weights) == pytest.approx(
        {"bus": math.log(1 + 1.5 / 1.5), "cell": math.log(1 + 0.5 / 2.5)}
    )
    assert weights.of("opera") == weights.unseen


def test_lexical_index_worked_example() -> None:
    index = LexicalIndex([["battery", "battery", "cell", "bus"], ["opera"], []], FROZEN)

    scores = index.scores(["battery", "opera", "battery"])

    both = math.sqrt(2**2 + 3**2)
    assert scores.tolist() == pytest.approx([2 * 2 / 3.2 / both, 3 / (1 + 1.2 * (0.25 + 0.1875)) / both, 0])


@pytest.mark.parametrize("query", [[], ["opera"], [""]])
def test_lexical_index_gives_nothing_where_no_word_is_shared(query: list[str]) -> None:
    assert LexicalIndex([["cell"], []], FROZEN).scores(query).tolist() == [0.0, 0.0]


def test_lexical_index_of_no_words_gives_nothing() -> None:
    assert LexicalIndex([], FROZEN).scores(["cell"]).tolist() == []
    assert LexicalIndex([[], []], FROZEN).scores(["cell"]).tolist() == [0.0, 0.0]


def test_lexical_index_counts_terms_without_weight_as_nothing() -> None:
    weights = TermWeights({"cell": 0.0}, 0.0, 1.0)

    assert LexicalIndex([["cell"]], weights).scores(["cell"]).tolist() == [0.0]


@given(documents_strategy, terms)
def test_lexical_index_agrees_with_the_formula(documents: list[list[str]], query: list[str]) -> None:
    scores = LexicalIndex(documents, FROZEN).scores(query)

    assert scores.tolist() == pytest.approx([bm25(query, document, FROZEN) for document in documents])


@given(documents_strategy, terms)
def test_lexical_score_of_a_text_does_not_depend_on_the_others(
    documents: list[list[str]], query: list[str]
) -> None:
    together = LexicalIndex(documents, FROZEN).scores(query)

    alone = [LexicalIndex([document], FROZEN).scores(query)[0] for document in documents]

    assert together.tolist() == pytest.approx(alone, abs=1e-12)


@given(st.lists(terms, min_size=1, max_size=6))
def test_fit_term_weights_agrees_with_counting(texts: list[list[str]]) -> None:
    weights = fit_term_weights(texts)

    for term in ("battery", "cell", "missing"):
        holding = sum(term in text for text in texts)
        expected = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        assert weights.of(term) == pytest.approx(expected)
    assert weights.mean_length == pytest.approx(float(np.mean([len(text) for text in texts])))
