"""Meanings in common: each concept of one text meets the nearest concept of the other.

Words that mean nearly the same count nearly as much as the same word, which plain term matching cannot do
and which evens out what two languages call a thing. The form is that of late interaction over concepts
instead of tokens (Khattab and Zaharia 2020, doi:10.1145/3397271.3401075), with weights by informativeness
as in Mihalcea et al. 2006 (AAAI), both ways.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.vocabulary import meanings
from matcher.engine.lexical import TermWeights

NEAR = 0.3
"""Cosine of two concepts from which they have something in common; the same concept counts 1."""


class ConceptIndex:
    """The concepts of a fixed set of texts; each text is scored by itself."""

    def __init__(self, documents: Sequence[Sequence[str]], weights: TermWeights) -> None:
        """Index the documents' concept keys."""
        self._weights = weights
        distinct = [sorted(set(keys)) for keys in documents]
        self._keys = sorted({key for keys in distinct for key in keys})
        self._place = {key: place for place, key in enumerate(self._keys)}
        self._vectors = _vectors(self._keys)
        self._members = [np.array([self._place[key] for key in keys], dtype=np.int64) for keys in distinct]
        self._own = [_weigh(keys, weights) for keys in distinct]

    def scores(self, keys: Sequence[str]) -> NDArray[np.float64]:
        """Score every document against a text.

        Args:
            keys: the text's concept keys; repetition adds nothing.

        Returns:
            (documents,), in [0, 1]: the mean of how much of each side's weight the other side covers.
        """
        scores = np.zeros(len(self._members))
        asked = sorted(set(keys))
        if not asked or not self._keys:
            return scores
        near = np.clip((_vectors(asked) @ self._vectors.T - NEAR) / (1 - NEAR), 0, 1)
        for row, key in enumerate(asked):
            if key in self._place:
                near[row, self._place[key]] = 1
        weights = _weigh(asked, self._weights)
        covered = near.max(axis=0)
        for number, (members, own) in enumerate(zip(self._members, self._own, strict=True)):
            if len(members):
                mine = weights @ near[:, members].max(axis=1)
                scores[number] = (mine + own @ covered[members]) / 2
        return scores


def _weigh(keys: Sequence[str], weights: TermWeights) -> NDArray[np.float64]:
    """Give the keys' weights, which sum to one."""
    values = np.array([weights.of(key) for key in keys], dtype=np.float64)
    total = values.sum()
    return values / total if total else values


def _vectors(keys: Sequence[str]) -> NDArray[np.float32]:
    rows, vectors = meanings()
    places = np.array([rows.get(key, -1) for key in keys], dtype=np.int64)
    found: NDArray[np.float32] = np.where(places[:, np.newaxis] >= 0, vectors[places], np.float32(0))
    return found
