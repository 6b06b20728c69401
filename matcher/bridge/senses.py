"""Choose among the concepts that share a word, by the words around it.

Every concept has a vector, made of its English name by the packaged model and reduced. The senses of the
words near by, and of the whole text, say what the text is about; the sense that lies nearest wins, unless
it is a rare meaning of the word. The weights were fitted on words whose translation tells their sense, see
docs/bridge.md.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.lexicon import BUSINESS, GENERAL
from matcher.bridge.tokenised import Concepts, Sense, Senses

FEATURES = ("near", "text", "area", "everyday", "rank", "lines", "prior")
_TINY = 1e-9
_RAREST = 3
"""Place among a concept's variants from which a word is equally unusual for it."""
_FARTHEST = 20
"""In words; what lies farther away weighs less than a hundredth."""
_REACH = 4.0
"""How far words matter to each other: at this distance, in words, by 1/e."""


@dataclass(frozen=True, slots=True)
class SenseWeights:
    """Weights of the features of a sense, in the order of `FEATURES`."""

    near: float = 2.1
    text: float = 2.1
    area: float = 1.1
    everyday: float = 0.0
    rank: float = -0.25
    lines: float = 0.5
    prior: float = 1.15

    def row(self) -> NDArray[np.float64]:
        """Give the weights as (features,)."""
        return np.array([getattr(self, name) for name in FEATURES])


FITTED = SenseWeights()


def choose(
    words: Sequence[Senses],
    concepts: Concepts,
    weights: SenseWeights = FITTED,
) -> list[Sense]:
    """Choose one sense for each word of a text.

    Args:
        words: what each word may mean, in the order of the text; none of them empty.
        concepts: all concepts.
        weights: of the features of a sense.
    """
    if all(len(senses) == 1 for senses in words):
        return [senses[0] for senses in words]
    row = weights.row()
    return [
        senses[0] if len(senses) == 1 else senses[int(np.argmax(features @ row))]
        for senses, features in zip(words, features_of(words, concepts), strict=True)
    ]


def features_of(words: Sequence[Senses], concepts: Concepts) -> list[NDArray[np.float64]]:
    """Give the features of the senses of each word, (senses, features); (0, features) when it has one."""
    contexts = np.stack(
        [concepts.vectors[[sense.concept for sense in senses]].mean(axis=0) / len(senses) for senses in words]
    )
    near, whole = _unit(_around(contexts)), _unit(contexts.sum(axis=0) - contexts)
    areas = _areas(words, concepts)
    found = []
    for place, senses in enumerate(words):
        if len(senses) == 1:
            found.append(np.zeros((0, len(FEATURES))))
            continue
        numbers = [sense.concept for sense in senses]
        vectors = concepts.vectors[numbers]
        found.append(
            np.stack(
                [
                    vectors @ near[place],
                    vectors @ whole[place],
                    np.array([np.log1p(areas[concepts.areas[number]]) for number in numbers]),
                    np.array([concepts.domains[number] in {GENERAL, BUSINESS} for number in numbers]),
                    np.array([min(sense.rank, _RAREST) for sense in senses]),
                    np.log([sense.lines for sense in senses]),
                    np.array([sense.prior for sense in senses]),
                ],
                axis=1,
            ).astype(np.float64)
        )
    return found


def _around(contexts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum for each word the contexts of the words around it, the nearer the more."""
    near = np.zeros_like(contexts)
    for distance in range(1, min(_FARTHEST, len(contexts) - 1) + 1):
        weight = np.float32(np.exp(-distance / _REACH))
        near[distance:] += weight * contexts[:-distance]
        near[:-distance] += weight * contexts[distance:]
    return near


def _areas(words: Sequence[Senses], concepts: Concepts) -> Counter[str]:
    """Count the areas of the technical words that have one meaning only."""
    return Counter(
        concepts.areas[senses[0].concept]
        for senses in words
        if len(senses) == 1 and concepts.domains[senses[0].concept] not in {GENERAL, BUSINESS}
    )


def _unit(rows: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, _TINY), dtype=np.float64)
