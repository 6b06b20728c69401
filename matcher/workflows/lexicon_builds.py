"""Make the files texts are read with from the lexicon: the recipe behind `landfall lexicon build`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.lexicon import Concept, load_gazetteer, load_lexicon
from matcher.bridge.tokenised import FOLDER, save_meanings
from matcher.bridge.vocabulary import build_tokenised
from matcher.engine.encoders import Encoder, unit_rows
from models.vocabulary import Language

DIMENSION = 96
"""Of a meaning: a quarter of the packaged model's, which tells senses apart as well and takes less memory."""
_VARIANTS = 3
"""Variants that describe a concept to the model: enough to settle what a homograph means."""


@dataclass(frozen=True, slots=True)
class LexiconBuild:
    """What was made: how many lines and how many distinct names of concepts there are."""

    lines: int
    names: int


def build_lexicon(encoder: Encoder | None, folder: Path = FOLDER) -> LexiconBuild:
    """Write the meanings of all concepts and the tokenised lexicon.

    Running it again writes the same. A running process keeps what it has loaded.

    Args:
        encoder: the packaged model, for sense choice is fitted to its meanings; None keeps the meanings
            in force, and a concept with a new name has none.
        folder: where the files go, made where it is missing.
    """
    # Before the work, so that a folder that cannot be made is refused at once.
    folder.mkdir(parents=True, exist_ok=True)
    concepts = (*load_gazetteer(), *load_lexicon())
    texts = describe(concepts)
    if encoder is not None:
        save_meanings(list(texts), reduce_vectors(encoder.encode(list(texts.values()))), folder)
    build_tokenised(folder, FOLDER if encoder is None else folder)
    return LexiconBuild(len(concepts), len(texts))


def describe(concepts: Iterable[Concept]) -> dict[str, str]:
    """Describe each name of a concept by its first distinct English variants, over all lines of this name."""
    variants: dict[str, dict[str, None]] = {}
    for concept in concepts:
        variants.setdefault(concept.name, {}).update(dict.fromkeys(concept.words_in(Language.EN)))
    return {name: ", ".join(list(words)[:_VARIANTS]) for name, words in variants.items()}


def reduce_vectors(rows: NDArray[np.float32], dimension: int = DIMENSION) -> NDArray[np.float32]:
    """Keep the directions in which meanings differ most.

    The mean is subtracted, the rows are scaled to length one and projected on their first right singular
    vectors, each turned so that its largest component is positive: a decomposition leaves the signs open.

    Args:
        rows: (concepts, dimension of the model) unit rows.
        dimension: most directions to keep.

    Returns:
        (concepts, at most `dimension`) unit rows.
    """
    centred = unit_rows(rows - rows.mean(axis=0))
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    kept = directions[:dimension]
    largest = np.take_along_axis(kept, np.abs(kept).argmax(axis=1)[:, np.newaxis], axis=1)
    return unit_rows(centred @ (kept * np.sign(largest)).T)
