"""Which sentence of the profile answers which sentence of the program."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.engine.matches import TELLING

_FEWEST_WORDS = 4
_MANY_FIGURES = 2
_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True, slots=True)
class SentencePair:
    """Places of two sentences in their texts, from 0, and their cosine in [-1, 1]."""

    profile: int
    program: int
    similarity: float


def best_pairs(
    similarities: NDArray[np.float32],
    profile: Sequence[str],
    program: Sequence[str],
    limit: int,
) -> tuple[SentencePair, ...]:
    """Pick the most similar sentence pairs, each sentence at most once.

    Args:
        similarities: (profile sentences, program sentences) cosines.
        profile: sentences of the profile.
        program: sentences of the program; those of fewer than four words without a digit are passed over
            where others exist.
        limit: greatest number of pairs.

    Returns:
        The best pair, then others that tell something, in falling order of similarity; equal ones in
        the order of the texts. A pair of which both sentences hold several figures comes last.
    """
    rows, columns = _told(profile), _told(program)
    figures = {row for row in rows if _count_figures(profile[row]) >= _MANY_FIGURES}
    also = {column for column in columns if _count_figures(program[column]) >= _MANY_FIGURES}
    order = sorted(
        # Two sentences full of figures look alike because of them: such a pair comes after all others.
        (row in figures and column in also, -float(similarities[row, column]), row, column)
        for row in rows
        for column in columns
    )
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    pairs: list[SentencePair] = []
    for _, negative, row, column in order:
        if len(pairs) == limit:
            break
        if pairs and -negative < TELLING:
            break
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            pairs.append(SentencePair(row, column, -negative))
    return tuple(pairs)


def _told(sentences: Sequence[str]) -> list[int]:
    long = [place for place, sentence in enumerate(sentences) if _count_words(sentence) >= _FEWEST_WORDS]
    return long or list(range(len(sentences)))


def _count_figures(sentence: str) -> int:
    return sum(any(character.isdigit() for character in word) for word in sentence.split())


def _count_words(sentence: str) -> int:
    """Count words without a digit: two sentences that share only a year or an amount prove nothing."""
    return sum(word.isalpha() for word in _WORD.findall(sentence))
