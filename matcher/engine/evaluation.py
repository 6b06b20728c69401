"""Measures of ranking quality over graded pairs.

nDCG with gains 2^grade - 1: Järvelin and Kekäläinen 2002, doi:10.1145/582415.582418, in the
exponential form of Burges et al. 2005, doi:10.1145/1102351.1102363.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ShapeMismatchError

RELEVANT = 2
"""Least grade that counts as a good match."""


def rank_order(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order the items of (items,) scores from best to worst; equal scores keep their order."""
    return np.argsort(-scores, kind="stable")


def ndcg(scores: NDArray[np.float64], grades: NDArray[np.int64], k: int) -> float | None:
    """Compare an order with the best one.

    Args:
        scores: (items,), higher is better.
        grades: (items,), 0 or more.
        k: how many places count.

    Returns:
        A figure in [0, 1]; None where no item has a grade above 0.

    Raises:
        ShapeMismatchError: scores and grades describe different items.
    """
    if scores.shape != grades.shape:
        raise ShapeMismatchError(f"scores {scores.shape}, grades {grades.shape}")
    gains = np.exp2(grades) - 1
    places = min(k, len(gains))
    discounts = 1 / np.log2(np.arange(2, places + 2))
    best = float(np.sort(gains)[::-1][:places] @ discounts)
    if not best:
        return None
    return float(gains[rank_order(scores)][:places] @ discounts) / best


def recall(scores: NDArray[np.float64], grades: NDArray[np.int64], k: int) -> float | None:
    """Give the share of good matches among the first k; None where there is no good match."""
    good = grades >= RELEVANT
    if not good.any():
        return None
    return float(good[rank_order(scores)][:k].sum() / good.sum())


def overlap(first: NDArray[np.float64], second: NDArray[np.float64], k: int) -> float:
    """Give the share of the first k places two score rows have in common: |A and B| / k."""
    a, b = set(rank_order(first)[:k].tolist()), set(rank_order(second)[:k].tolist())
    return len(a & b) / k


def mean(values: Sequence[float | None]) -> float | None:
    """Average what is there; None where nothing is."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None
