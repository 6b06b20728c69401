"""Words in common: BM25 over bridge terms with a frozen vocabulary of term weights.

bm25s takes term weights and the mean length from the texts it indexes; both are replaced by frozen
figures here, so that a pair's score depends on the pair alone.
Source: Robertson and Zaragoza 2009, doi:10.1561/1500000019; Lu 2024, arXiv:2407.03618 (bm25s).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class TermWeights:
    """Inverse document frequencies fitted on shipped texts.

    `unseen` is the weight of a term none of them holds; `mean_length` is in terms.
    """

    weights: Mapping[str, float]
    unseen: float
    mean_length: float

    def of(self, term: str) -> float:
        """Give the weight of a term."""
        return self.weights.get(term, self.unseen)


def fit_term_weights(texts: Sequence[Sequence[str]]) -> TermWeights:
    """Fit weights ln(1 + (n - df + 0.5) / (df + 0.5)) on the terms of texts.

    Args:
        texts: terms of each text, with repetition; at least one text.
    """
    count = len(texts)
    frequencies: dict[str, int] = {}
    for terms in texts:
        for term in set(terms):
            frequencies[term] = frequencies.get(term, 0) + 1

    def weight(frequency: int) -> float:
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    return TermWeights(
        {term: weight(frequency) for term, frequency in sorted(frequencies.items())},
        weight(0),
        sum(len(terms) for terms in texts) / count,
    )


class LexicalIndex:
    """BM25 of one text's terms against a fixed set of texts, each scored by itself."""

    def __init__(self, documents: Sequence[Sequence[str]], weights: TermWeights) -> None:
        """Index the documents' terms."""
        self._count = len(documents)
        self._weights = weights
        filled = [list(terms) for terms in documents]
        mean = sum(len(terms) for terms in filled) / self._count if self._count else 0.0
        self._retriever = _build(filled, mean, weights) if mean else None

    def scores(self, terms: Sequence[str]) -> NDArray[np.float64]:
        """Score every document against a text.

        Args:
            terms: the text's terms; repetition adds nothing.

        Returns:
            (documents,), 0 or more: BM25 divided by the length of the text's vector of term weights.
        """
        distinct = sorted(set(terms))
        total = math.sqrt(sum(self._weights.of(term) ** 2 for term in distinct))
        if self._retriever is None:
            return np.zeros(self._count)
        # The library keeps an empty word for texts without any.
        known = [term for term in distinct if term and term in self._retriever.vocab_dict]
        if not known or not total:
            return np.zeros(self._count)
        raw = np.asarray(self._retriever.get_scores(known), dtype=np.float64)
        return raw / total


def _build(documents: list[list[str]], mean_length: float, weights: TermWeights) -> Any:
    import bm25s  # noqa: PLC0415  loaded with the first index, not with the module

    # Solving k1' (1 - b') = k1 (1 - b) and k1' b' / mean = k1 b / frozen mean makes the library
    # normalise lengths by the frozen mean although it divides by the mean of these documents.
    constant, slope = K1 * (1 - B), K1 * B * mean_length / weights.mean_length
    retriever = bm25s.BM25(
        k1=constant + slope, b=slope / (constant + slope), method="lucene", dtype="float64"
    )
    retriever.index(documents, show_progress=False)
    term_of = {place: term for term, place in retriever.vocab_dict.items()}
    starts = retriever.scores["indptr"]
    count = len(documents)
    frequencies = np.diff(starts)
    for place in range(len(starts) - 1):
        own = math.log(1 + (count - frequencies[place] + 0.5) / (frequencies[place] + 0.5))
        retriever.scores["data"][starts[place] : starts[place + 1]] *= weights.of(term_of[place]) / own
    return retriever
