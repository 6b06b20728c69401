"""Concepts in common: by hand, against a double loop, and each text by itself."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.vocabulary import meanings
from matcher.engine.concepts import NEAR, ConceptIndex
from matcher.engine.lexical import TermWeights

WEIGHTS = TermWeights({"drug": 3.0, "medicine": 1.0, "bus": 2.0, "tram": 0.5, "music": 0.25}, 1.5, 4.0)
KNOWN = ("drug", "medicine", "bus", "tram", "music", "cell", "battery")
UNKNOWN = ("zzzone", "zzztwo")
texts = st.lists(st.sampled_from(KNOWN + UNKNOWN), max_size=6)
filled = st.lists(st.sampled_from(KNOWN + UNKNOWN), min_size=1, max_size=6)


def alike(left: str, right: str) -> float:
    """Say in plain Python how much of a concept another one covers."""
    if left == right:
        return 1.0
    rows, vectors = meanings()
    if left not in rows or right not in rows:
        return 0.0
    cosine = sum(float(a) * float(b) for a, b in zip(vectors[rows[left]], vectors[rows[right]], strict=True))
    return min(1.0, max(0.0, (cosine - NEAR) / (1 - NEAR)))


def covered(keys: Sequence[str], others: Sequence[str], weights: TermWeights) -> float:
    total = sum(weights.of(key) for key in set(keys))
    found = sum(weights.of(key) * max(alike(key, other) for other in others) for key in set(keys))
    return found / total if total else 0.0


def plain_score(left: Sequence[str], right: Sequence[str], weights: TermWeights) -> float:
    if not left or not right:
        return 0.0
    return (covered(left, right, weights) + covered(right, left, weights)) / 2


def test_the_concepts_of_these_tests_are_known_near_and_far() -> None:
    assert set(KNOWN) <= set(meanings()[0])
    assert set(UNKNOWN).isdisjoint(meanings()[0])
    near = {pair for pair in combinations(sorted(KNOWN), 2) if alike(*pair) > 0}
    assert ("drug", "medicine") in near
    assert ("bus", "drug") not in near


def test_concept_index_worked_example() -> None:
    index = ConceptIndex([["medicine", "zzzone"], ["bus", "drug"], ["zzztwo"], []], WEIGHTS)

    scores = index.scores(["drug", "bus", "drug"])

    # Drug (3 of 5) is covered by medicine as far as the two are alike, bus (2 of 5) by nothing;
    # medicine (1 of 2.5) is covered as far, the unknown word (1.5 of 2.5) is not.
    like = alike("drug", "medicine")
    assert 0.5 < like < 1
    assert scores.tolist() == pytest.approx([(3 / 5 * like + 1 / 2.5 * like) / 2, 1, 0, 0], abs=1e-6)


def test_concept_index_gives_an_unknown_concept_only_to_itself() -> None:
    index = ConceptIndex([["zzzone"], ["zzztwo"], ["zzzone", "zzztwo"]], WEIGHTS)

    # Of two words that weigh the same the one covers itself: all of one side, half of the other.
    assert index.scores(["zzzone"]).tolist() == pytest.approx([1, 0, 3 / 4])


def test_concept_index_of_nothing_gives_nothing() -> None:
    assert ConceptIndex([], WEIGHTS).scores(["bus"]).tolist() == []
    assert ConceptIndex([[], []], WEIGHTS).scores(["bus"]).tolist() == [0.0, 0.0]
    assert ConceptIndex([["bus"], []], WEIGHTS).scores([]).tolist() == [0.0, 0.0]


def test_concept_index_counts_concepts_without_weight_as_nothing() -> None:
    weights = TermWeights({"bus": 0.0, "drug": 2.0}, 0.0, 1.0)
    index = ConceptIndex([["bus"], ["bus", "drug"]], weights)

    # The text weighs nothing; of the second document the drug, all its weight, is covered by nothing.
    assert index.scores(["bus"]).tolist() == [0.0, 0.0]
    assert index.scores(["bus", "drug"]).tolist() == pytest.approx([0.0, 1.0])


@given(st.lists(texts, max_size=5), texts)
def test_concept_index_agrees_with_a_double_loop(documents: list[list[str]], keys: list[str]) -> None:
    scores = ConceptIndex(documents, WEIGHTS).scores(keys)

    expected = [plain_score(keys, document, WEIGHTS) for document in documents]
    assert scores.tolist() == pytest.approx(expected, abs=1e-5)


@given(st.lists(texts, max_size=5), texts)
def test_concept_scores_lie_between_nothing_and_one(documents: list[list[str]], keys: list[str]) -> None:
    scores = ConceptIndex(documents, WEIGHTS).scores(keys)

    assert scores.shape == (len(documents),)
    assert scores.dtype == np.float64
    assert np.all((scores >= 0) & (scores <= 1 + 1e-9))


@given(texts, texts)
def test_concept_score_is_the_same_both_ways(left: list[str], right: list[str]) -> None:
    there, back = ConceptIndex([left], WEIGHTS).scores(right), ConceptIndex([right], WEIGHTS).scores(left)

    assert there.tolist() == pytest.approx(back.tolist(), abs=1e-6)


@given(filled)
def test_a_text_against_itself_scores_one(keys: list[str]) -> None:
    assert ConceptIndex([keys], WEIGHTS).scores([*reversed(keys), *keys]).tolist() == pytest.approx([1.0])


@given(texts, st.lists(texts, max_size=5), texts)
def test_concept_score_of_a_text_does_not_depend_on_the_others(
    document: list[str], others: list[list[str]], keys: list[str]
) -> None:
    alone = ConceptIndex([document], WEIGHTS).scores(keys)[0]

    together = ConceptIndex([*others, document], WEIGHTS).scores(keys)[-1]

    assert together == pytest.approx(alone, abs=1e-6)
