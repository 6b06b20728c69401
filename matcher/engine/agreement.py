"""How far several reviewers agree: Krippendorff's alpha, spread, and how severe each of them is.

Krippendorff, K. (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania. That alpha is
told with an interval is the advice of Hayes, A. F. & Krippendorff, K. (2007), Answering the call for a
standard reliability measure for coding data, Communication Methods and Measures 1(1), 77-89; ours is a plain
bootstrap over the rated things. Whoever gave nothing, or stepped back, is absent: no value stands for them.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TypeVar

import numpy as np
import numpy.typing as npt

RELIABLE, TENTATIVE = 0.8, 0.667
"""Krippendorff's limits: from the first on figures can be relied on, from the second with caution."""

LEAST_THINGS = 10
"""Things rated by two or more below which alpha is not told: one of them would move it too far."""

LEAST_PAIRS = 5
"""Startups shared with others below which nothing is said of a reviewer's severity."""

_DRAWS = 1000
_MOST_CELLS = 1_000_000
_SEED = 20260101
_SURE = (0.025, 0.975)
_PAIR = 2
_NOTHING = 1e-12

_STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""The 97.5 % point of Student's t for 1 to 30 degrees of freedom."""

_NORMAL = 1.96

Floats = npt.NDArray[np.float64]
Value = TypeVar("Value", float, str)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha with what it was computed from.

    Attributes:
        alpha: 1 is full agreement, 0 what chance would give, below 0 less than that; None where it cannot be
            computed: nothing was rated twice, or all values are the same.
        low: 2.5 % point of alpha over things drawn again; None where alpha is.
        high: 97.5 % point.
        things: things with two or more values.
        values: values of these things.
    """

    alpha: float | None
    low: float | None
    high: float | None
    things: int
    values: int

    @property
    def enough(self) -> bool:
        """Whether there is enough to tell a figure."""
        return self.alpha is not None and self.things >= LEAST_THINGS


@dataclass(frozen=True, slots=True)
class Severity:
    """How one reviewer's totals differ from the mean of the others' on the same startups.

    Attributes:
        reviewer: whose totals these are.
        difference: mean difference; below 0 is more severe than the others. None where nothing is shared.
        half_width: half the width of its 95 % interval; None with fewer than two.
        shared: startups somebody else gave a total too.
    """

    reviewer: str
    difference: float | None
    half_width: float | None
    shared: int

    @property
    def enough(self) -> bool:
        """Whether there is enough to tell a figure."""
        return self.half_width is not None and self.shared >= LEAST_PAIRS

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return (
            self.enough
            and self.difference is not None
            and self.half_width is not None
            and abs(self.difference) > self.half_width
        )


def interval_alpha(ratings: Mapping[str, Mapping[str, float]]) -> Agreement:
    """Compute alpha of numbers: two values differ by the square of their distance.

    Args:
        ratings: value by reviewer, by the thing that is rated.

    Raises:
        ValueError: a value is no finite number.
    """
    things = _paired(ratings)
    values = [value for thing in things for value in thing]
    if not all(math.isfinite(value) for value in values):
        raise ValueError("ratings must be finite")
    if not things:
        return _unknown(things)
    # Distances do not know where zero is; the middle keeps the squares small.
    middle = fmean(values)
    scale = max((abs(value - middle) for value in values), default=0.0)
    if scale == 0:
        return _unknown(things)
    centred = [np.array([(value - middle) / scale for value in thing]) for thing in things]
    sums = np.array([[len(thing), thing.sum(), (thing**2).sum()] for thing in centred])
    return _drawn(things, sums, _interval_pairs)


def nominal_alpha(ratings: Mapping[str, Mapping[str, str]]) -> Agreement:
    """Compute alpha of words: two values are the same or they are not.

    Args:
        ratings: value by reviewer, by the thing that is rated.
    """
    things = _paired(ratings)
    words = sorted({value for thing in things for value in thing})
    if len(words) < _PAIR:
        return _unknown(things)
    sums = np.array([[float(len(thing)), *(thing.count(word) for word in words)] for thing in things])
    return _drawn(things, sums, _nominal_pairs)


def spread_of(values: Sequence[float]) -> float:
    """Give the distance of the highest from the lowest; 0 for one value or none."""
    return max(values) - min(values) if values else 0.0


def severity_of(totals: Mapping[str, Mapping[str, float]]) -> tuple[Severity, ...]:
    """Compare each reviewer's totals with the mean of the others' on the same startups.

    Args:
        totals: total by reviewer, by startup.

    Returns:
        One for each reviewer with a total, by name.
    """
    differences: dict[str, list[float]] = defaultdict(list)
    for given in totals.values():
        for reviewer, own in given.items():
            others = [total for other, total in given.items() if other != reviewer]
            differences[reviewer] += [own - fmean(others)] if others else []
    return tuple(_severity(reviewer, found) for reviewer, found in sorted(differences.items()))


def _severity(reviewer: str, differences: Sequence[float]) -> Severity:
    if not differences:
        return Severity(reviewer, None, None, 0)
    count = len(differences)
    if count < _PAIR:
        return Severity(reviewer, differences[0], None, count)
    student = _STUDENT[count - 2] if count - 1 <= len(_STUDENT) else _NORMAL
    half_width = student * stdev(differences) / math.sqrt(count)
    return Severity(reviewer, fmean(differences), half_width, count)


def _paired(ratings: Mapping[str, Mapping[str, Value]]) -> list[tuple[Value, ...]]:
    """Keep what was rated by two or more: a single value can be compared with nothing."""
    return [tuple(given.values()) for _, given in sorted(ratings.items()) if len(given) >= _PAIR]


def _unknown(things: Sequence[Sequence[object]]) -> Agreement:
    return Agreement(None, None, None, len(things), sum(map(len, things)))


def _interval_pairs(sums: Floats) -> Floats:
    """Sum the squared distances of all ordered pairs out of count, sum and sum of squares."""
    found: Floats = 2 * (sums[..., 0] * sums[..., 2] - sums[..., 1] ** 2)
    return found


def _nominal_pairs(sums: Floats) -> Floats:
    """Count the ordered pairs of different words out of count and counts by word."""
    found: Floats = sums[..., 0] ** 2 - (sums[..., 1:] ** 2).sum(axis=-1)
    return found


def _drawn(things: Sequence[Sequence[object]], sums: Floats, pairs: Callable[[Floats], Floats]) -> Agreement:
    """Compute alpha, and what it comes to when the things are drawn again with replacement.

    Args:
        things: the values of each thing.
        sums: the count of each thing's values in the first column, and what `pairs` needs beside it.
        pairs: sums the differences of all ordered pairs out of such a row; rows can be added up.
    """
    within = pairs(sums) / (sums[:, 0] - 1)
    (alpha,) = _alphas(np.ones((1, len(sums))), sums, within, pairs)
    drawing = np.random.default_rng(_SEED)
    size = max(1, min(_DRAWS, _MOST_CELLS // len(sums)))
    even = np.full(len(sums), 1 / len(sums))
    found: list[float] = []
    while len(found) < _DRAWS:
        weights = drawing.multinomial(len(sums), even, size=size).astype(np.float64)
        found += _alphas(weights, sums, within, pairs).tolist()
    # Draws in which all values are the same say nothing.
    told = np.array([one for one in found if math.isfinite(one)])
    low, high = np.quantile(told, _SURE).tolist()
    return Agreement(float(alpha), low, high, len(things), sum(map(len, things)))


def _alphas(weights: Floats, sums: Floats, within: Floats, pairs: Callable[[Floats], Floats]) -> Floats:
    """Compute one alpha for each row of weights of the things."""
    totals = weights @ sums
    count = totals[:, 0]
    observed = (weights @ within) / count
    expected = pairs(totals) / (count * (count - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(expected > _NOTHING, 1 - observed / expected, np.nan)
    return found
