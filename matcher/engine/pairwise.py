"""Which weights put pairs of decided startups in the order a reviewer put them: a pairwise logistic model.

That a is preferred to b has the probability 1 / (1 + exp(-scale * (score(a) - score(b)))), and the score is
linear in the signals: Bradley and Terry 1952, doi:10.1093/biomet/39.3-4.324, over features as Joachims 2002,
doi:10.1145/775047.775067, and Burges et al. 2005, doi:10.1145/1102351.1102363, rank with. Weights are found
as multipliers of the defaults, with a Gaussian prior around 1, so that no decision means no change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SCALES = (1.0, 3.0, 10.0, 30.0, 100.0)
"""How sharply decisions may follow the score, each as likely as the others before a decision is seen.

At 10, a pair whose scores are 0.1 apart (half of what a fitting sector adds) is put in the score's order 73
times of 100; at 1, 52 times; at 100, practically always.
"""
CONSISTENT = 30.0
"""Geometric mean of the scale from which decisions are followed.

Below it the decisions may speak for a reviewer, or several, whom no weighing of the signals explains: of
decisions by graders turned around one time in five, one set in 400 reaches it, of decisions by reviewers who
weigh the signals their own way 94 of 100 after 20 decisions (docs/learning.md).
"""
SHARPENING = 2.0
"""How many times more a decision counts once decisions are known to be consistent (docs/learning.md)."""
MOST_PAIRS = 500
"""Pairs read at most, evenly spread over all: keeps a re-rank fast after hundreds of decisions."""
_FOLLOWED = 10.0
"""Least scale the weights are learned at: the middle of `SCALES`."""
_STEPS = 25
_SMALL_STEP = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Differences of contributions, preferred minus other, (pairs, signals), and what one pair counts.

    Pairs that share a startup say partly the same, so together they count in proportion to the decisions, not
    to the pairs: `4ab / (a + b)` for a preferred and b other startups, which is twice the information as many
    independent decisions hold where nothing is known yet, and parts consistent decisions from noise best.
    """

    differences: Floats
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class PairwiseFit:
    """Multipliers of the default weights, (signals,), 0 or more, and the geometric mean of the scale."""

    multipliers: Floats
    scale: float

    @property
    def consistent(self) -> bool:
        """Whether the decisions follow some weighing of the signals closely enough to learn it."""
        return self.scale >= CONSISTENT


def pair_up(contributions: Floats, levels: NDArray[np.int64]) -> Pairs:
    """Pair each decided startup with every one that was decided worse.

    Args:
        contributions: (decided, signals), what each signal adds under the default weights.
        levels: (decided,), a higher level is a better decision.
    """
    better, worse = np.nonzero(levels[:, np.newaxis] > levels[np.newaxis, :])
    if not len(better):
        return Pairs(np.zeros((0, contributions.shape[1])), 0.0)
    a, b = len(np.unique(better)), len(np.unique(worse))
    kept = np.linspace(0, len(better) - 1, min(len(better), MOST_PAIRS)).astype(np.int64)
    differences = contributions[better[kept]] - contributions[worse[kept]]
    return Pairs(differences, 4 * a * b / (a + b) / len(kept))


def fit_pairwise(pairs: Pairs, weights: Sequence[float]) -> PairwiseFit:
    """Fit multipliers of the default weights.

    Which scales the decisions speak for is told by their evidence, by Laplace's approximation (MacKay 1992,
    doi:10.1162/neco.1992.4.3.415); the multipliers are the mean over the upper scales.

    Args:
        pairs: at least one pair.
        weights: default weights, (signals,), above 0.
    """
    precision = np.asarray(weights, dtype=np.float64) / np.mean(weights)
    scales = np.array(SCALES)
    found = _most_probable(pairs, scales, pairs.weight, precision, np.ones((len(scales), len(precision))))
    evidence = _evidence(pairs, scales, pairs.weight, precision, found)
    likely = np.exp(evidence - evidence.max())
    likely /= likely.sum()
    high = scales >= _FOLLOWED
    sharp = _most_probable(pairs, scales[high], SHARPENING * pairs.weight, precision, found[high])
    # Only the direction ranks: each is brought to the sum of the defaults before they are mixed.
    sums = sharp @ np.asarray(weights, dtype=np.float64)
    sharp *= (np.sum(weights) / np.where(sums > 0, sums, 1))[:, np.newaxis]
    multipliers = likely[high] @ sharp / max(likely[high].sum(), np.finfo(np.float64).tiny)
    return PairwiseFit(multipliers, float(np.exp(likely @ np.log(scales))))


def _most_probable(pairs: Pairs, scales: Floats, weight: float, precision: Floats, start: Floats) -> Floats:
    """Maximise the posterior for every scale at once, multipliers not below 0: (scales, signals).

    The prior's variance is the mean weight divided by a signal's own: a signal of average weight may well
    double or vanish, and in sum every signal's weight varies in proportion to its size, as a Dirichlet draw
    would. Projected Newton steps: Bertsekas 1982, doi:10.1137/0320018.
    """
    found, value = start.copy(), _loss(pairs, scales, weight, precision, start)
    for _ in range(_STEPS):
        slope, curvature = _derivatives(pairs, scales, weight, precision, found)
        held = (found <= 0) & (slope > 0)
        slope = np.where(held, 0.0, slope)
        free = ~held[:, :, np.newaxis] & ~held[:, np.newaxis, :]
        curvature = np.where(free, curvature, np.eye(len(precision)))
        step = np.linalg.solve(curvature, slope[:, :, np.newaxis])[:, :, 0]
        length = np.ones(len(scales))
        for _ in range(_STEPS):
            tried = np.maximum(found - length[:, np.newaxis] * step, 0.0)
            reached = _loss(pairs, scales, weight, precision, tried)
            worse = reached > value
            if not worse.any():
                break
            length[worse] /= 4
        better = (reached <= value)[:, np.newaxis]
        moved = np.where(better, tried - found, 0.0)
        found, value = found + moved, np.minimum(reached, value)
        if np.abs(moved).max() < _SMALL_STEP:
            break
    return found


def _loss(pairs: Pairs, scales: Floats, weight: float, precision: Floats, at: Floats) -> Floats:
    margins = scales[:, np.newaxis] * (at @ pairs.differences.T)
    prior = ((at - 1) ** 2 @ precision) / 2
    total: Floats = weight * np.logaddexp(0, -margins).sum(axis=1) + prior
    return total


def _derivatives(
    pairs: Pairs, scales: Floats, weight: float, precision: Floats, at: Floats
) -> tuple[Floats, Floats]:
    margins = scales[:, np.newaxis] * (at @ pairs.differences.T)
    # The logistic function of -margin, in a form that never overflows.
    missed = 0.5 * (1 - np.tanh(margins / 2))
    slope = -weight * scales[:, np.newaxis] * (missed @ pairs.differences) + precision * (at - 1)
    share = weight * scales[:, np.newaxis] ** 2 * missed * (1 - missed)
    curvature = (pairs.differences.T * share[:, np.newaxis, :]) @ pairs.differences + np.diag(precision)
    return slope, curvature


def _evidence(pairs: Pairs, scales: Floats, weight: float, precision: Floats, at: Floats) -> Floats:
    _, curvature = _derivatives(pairs, scales, weight, precision, at)
    _, volume = np.linalg.slogdet(curvature)
    result: Floats = (np.log(precision).sum() - volume) / 2 - _loss(pairs, scales, weight, precision, at)
    return result
