"""Which sentence of the profile answers which sentence of the program."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.engine.matches import TELLING, Evidence

_FEWEST_WORDS = 4
_WORD = re.compile(r"\w{2,}")


def best_pairs(
    similarities: NDArray[np.float32],
    profile: Sequence[str],
    program: Sequence[str],
    limit: int,
) -> tuple[Evidence, ...]:
    """Pick the most similar sentence pairs, each sentence at most once.

    Args:
        similarities: (profile sentences, program sentences) cosines.
        profile: sentences of the profile.
        program: sentences of the program; those of fewer than four words without a digit are passed over
            where others exist.
        limit: greatest number of pairs.

    Returns:
        The best pair, then others that tell something, in falling order of similarity; equal ones in
        the order of the texts.
    """
    rows, columns = _told(profile), _told(program)
    order = sorted((-float(similarities[row, column]), row, column) for row in rows for column in columns)
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    pairs: list[Evidence] = []
    for negative, row, column in order:
        if len(pairs) == limit:
            break
        if pairs and -negative < TELLING:
            break
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            pairs.append(Evidence(profile[row], program[column], -negative))
    return tuple(pairs)


def _told(sentences: Sequence[str]) -> list[int]:
    long = [place for place, sentence in enumerate(sentences) if _count_words(sentence) >= _FEWEST_WORDS]
    return long or list(range(len(sentences)))


def _count_words(sentence: str) -> int:
    """Count words without a digit: two sentences that share only a year or an amount prove nothing."""
    return sum(word.isalpha() for word in _WORD.findall(sentence))
