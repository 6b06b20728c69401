"""Scores by a rubric: one reviewer's total, and what several reviewers' totals come to.

The rules are those of Korean and German panels: 최고·최저점 제외 평균 (the mean without the highest and the
lowest total), the median, the mean, and "a single 0 excludes" (Gründungsstipendium.NRW). Bonus points are
counted apart, because calls grant them by rules of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

FULL_SCORE = 100.0
DIGITS = 2
_LEAST_TRIMMED = 3

Rule = Literal["trimmed-mean", "median", "mean"]


@dataclass(frozen=True, slots=True)
class ScoredCriterion:
    """What is scored: points from 0 to `scale_max`, counted by `weight`; `threshold` is in points.

    `names` holds the name by language, the name it was given under "".
    """

    key: str
    names: tuple[tuple[str, str], ...]
    weight: float
    scale_max: float
    threshold: float | None
    bonus: bool


@dataclass(frozen=True, slots=True)
class OneTotal:
    """One reviewer's total in percent of what can be reached; `bonus` in points of weight, apart."""

    reviewer: str
    total: float
    bonus: float


@dataclass(frozen=True, slots=True)
class AggregateScore:
    """What the totals of several reviewers came to.

    Attributes:
        total: percent of what can be reached, rounded to two decimals; None without a complete review.
        bonus: mean of the bonus points, rounded to two decimals.
        used: the totals that count.
        dropped: the totals the trimmed mean leaves out.
        below: keys of criteria whose mean points lie below their threshold.
        zeros: keys of criteria somebody gave 0, where that excludes.
        spread: highest minus lowest of all totals, in percent; 0 for one.
    """

    total: float | None
    bonus: float
    used: tuple[OneTotal, ...]
    dropped: tuple[OneTotal, ...]
    below: tuple[str, ...]
    zeros: tuple[str, ...]
    spread: float


def total_of(
    criteria: Sequence[ScoredCriterion], reviewer: str, scores: Mapping[str, float]
) -> OneTotal | None:
    """Add one reviewer's points up; None while a criterion that is no bonus has none.

    Args:
        criteria: the rubric; without criteria there is nothing to add.
        reviewer: whose points these are.
        scores: points by key, from 0 to the criterion's `scale_max`.
    """
    base = [item for item in criteria if not item.bonus]
    weight = sum(item.weight for item in base)
    if not base or weight <= 0 or any(item.key not in scores for item in base):
        return None
    reached = sum(item.weight * scores[item.key] / item.scale_max for item in base)
    bonus = sum(item.weight * scores.get(item.key, 0.0) / item.scale_max for item in criteria if item.bonus)
    return OneTotal(reviewer, FULL_SCORE * reached / weight, bonus)


def aggregate(
    criteria: Sequence[ScoredCriterion],
    scores: Mapping[str, Mapping[str, float]],
    rule: Rule,
    *,
    zero_excludes: bool = False,
) -> AggregateScore:
    """Make one score of the points of several reviewers.

    Args:
        criteria: the rubric.
        scores: points by key of the criterion, by reviewer. Who steps back has no entry: absent, never zero.
        rule: how totals become one; with fewer than three the trimmed mean is the mean.
        zero_excludes: whether a 0 in any criterion that is no bonus is reported in `zeros`.
    """
    totals = [total_of(criteria, name, points) for name, points in sorted(scores.items())]
    complete = sorted((one for one in totals if one is not None), key=lambda one: (one.total, one.reviewer))
    trims = rule == "trimmed-mean" and len(complete) >= _LEAST_TRIMMED
    used = complete[1:-1] if trims else complete
    dropped = [complete[0], complete[-1]] if trims else []
    middle = median if rule == "median" else fmean
    base = [item for item in criteria if not item.bonus]
    given = {
        item.key: [points[item.key] for points in scores.values() if item.key in points] for item in base
    }
    return AggregateScore(
        round(middle([one.total for one in used]), DIGITS) if used else None,
        round(fmean([one.bonus for one in complete]), DIGITS) if complete else 0.0,
        tuple(used),
        tuple(dropped),
        tuple(
            item.key
            for item in base
            if item.threshold is not None and given[item.key] and fmean(given[item.key]) < item.threshold
        ),
        tuple(item.key for item in base if zero_excludes and 0.0 in given[item.key]),
        round(complete[-1].total - complete[0].total, DIGITS) if complete else 0.0,
    )
