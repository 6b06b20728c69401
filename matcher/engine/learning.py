"""Learn a program's ranking from its decisions: weights shrunk to the defaults, its text moved a bounded way.

Nothing here switches learning on or off: the caller decides whether to rank by `rescore` or by the scores as
they were. What founders see is never ranked by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.engine.pairwise import PairwiseFit, fit_pairwise, pair_up
from matcher.engine.policy import SIGNALS
from matcher.engine.scoring import Scores
from matcher.engine.text_moves import TextMove, move_text
from matcher.errors import ShapeMismatchError
from models.vocabulary import Decision

ENOUGH = 5
"""Decisions there must be on either side before anything is learned and an effect is told.

With fewer, noise cannot be told from taste: of three accepted startups there is nearly always some weighing
of eight signals that puts them first. One decision of five also moves a share of pairs by a fifth already.
"""
MOST_DECISIONS = 200
"""The latest decisions count, so that a re-rank stays fast however long a review lasts."""
FOLDS = 10
"""Parts the decisions are split into, each left out once: Kohavi 1995 (IJCAI), stratified."""
BEYOND_CHANCE = 1.645
"""Standard errors the gain on held-out decisions must reach: one-sided, 5% of what has none does."""
_LEVELS = {Decision.DECLINE: 0, Decision.MAYBE: 1, Decision.ACCEPT: 2}
_DENSE = SIGNALS.index("dense")
_PLAIN = np.ones(len(SIGNALS))

Floats = NDArray[np.float64]


class LearningState(StrEnum):
    """What came of a program's decisions; in every state but `LEARNED` its ranking stays as it was."""

    NOT_ENOUGH = "not_enough"
    INCONSISTENT = "inconsistent"
    NO_BETTER = "no_better"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """The decisions of one program, row by row.

    `contributions` is (decided, signals), what each signal adds under the default weights, as `Scores` holds
    it; `vectors` is (decided, dimension), the startups' corrected whole-text vectors, unit rows.
    Oldest first.
    """

    contributions: Floats
    vectors: NDArray[np.float32]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """How often held-out decisions come out in the right order, without and with learning.

    Both are shares of pairs of differing decisions, in [0, 1], a tie counting half, averaged over
    `decisions`; each decision was put in order by what the decisions of the other folds teach. `error` is the
    standard error of the gain; the parts learned from overlap, so take it as a rough one.
    """

    decisions: int
    unlearned: float
    learned: float
    error: float

    @property
    def gain(self) -> float:
        """Share of pairs gained, in [-1, 1]."""
        return self.learned - self.unlearned


@dataclass(frozen=True, slots=True)
class SignalChange:
    """Default and learned weight of a signal; both sets have the same sum."""

    signal: str
    default: float
    learned: float


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What a program's decisions taught.

    `weights` has one entry per signal, in the order of `SIGNALS`; `text` is the move of the program's vector.
    `scale` is the geometric mean of how sharply the decisions follow the signals, from 1 to 100. `effect` is
    that of what would be learned, also where it is not used. Scale and effect are None while there are too
    few decisions: "not enough yet".
    """

    state: LearningState
    weights: tuple[SignalChange, ...]
    text: TextMove
    scale: float | None
    effect: Effect | None


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    """Multipliers of the weights and the text move some decisions teach, whether they are used or not."""

    fit: PairwiseFit
    multipliers: Floats
    text: TextMove


def learn(decided: Decided, weights: Sequence[float], program: NDArray[np.float32]) -> Learned:
    """Learn weights and a text move from the decisions of one program.

    Everything stays as it was while there are fewer than `ENOUGH` decisions on either side, while no weighing
    of the signals explains the decisions (`matcher.engine.pairwise.CONSISTENT`), and where what was learned
    does not put held-out decisions in a better order by more than chance would.

    Args:
        decided: the decisions, oldest first; the last `MOST_DECISIONS` count.
        weights: default weights in the order of `SIGNALS`, above 0.
        program: (dimension,), the program's corrected whole-text vector, unit length.

    Raises:
        ShapeMismatchError: rows, decisions, signals or dimensions differ in number.
    """
    _check(decided, weights, program)
    decided = Decided(
        decided.contributions[-MOST_DECISIONS:],
        decided.vectors[-MOST_DECISIONS:],
        decided.decisions[-MOST_DECISIONS:],
    )
    levels = np.array([_LEVELS[decision] for decision in decided.decisions], dtype=np.int64)
    if not _enough(levels):
        unmoved = _stay(program, levels)
        return Learned(LearningState.NOT_ENOUGH, _changes(weights, _PLAIN), unmoved, None, None)
    lesson = _teach(decided, levels, weights, program)
    effect = _held_out(decided, levels, weights, program)
    state = LearningState.LEARNED
    if not lesson.fit.consistent:
        state = LearningState.INCONSISTENT
    elif effect.gain <= BEYOND_CHANCE * effect.error:
        state = LearningState.NO_BETTER
    if state is not LearningState.LEARNED:
        return Learned(state, _changes(weights, _PLAIN), _stay(program, levels), lesson.fit.scale, effect)
    return Learned(state, _changes(weights, lesson.multipliers), lesson.text, lesson.fit.scale, effect)


def rescore(contributions: Floats, vectors: NDArray[np.float32], learned: Learned) -> Scores:
    """Score startups for the program again with what was learned.

    The text move stands in the contribution of `dense`, so that what moved a startup, and why, is the
    difference between these contributions and the given ones.

    Args:
        contributions: (startups, signals), under the default weights.
        vectors: (startups, dimension), corrected whole-text vectors, unit rows.
        learned: what the program's decisions taught.

    Raises:
        ShapeMismatchError: rows, signals or dimensions differ in number.
    """
    shift = learned.text.shift
    if contributions.shape != (len(vectors), len(SIGNALS)) or vectors.shape[1:] != shift.shape:
        raise ShapeMismatchError(f"contributions {contributions.shape}, vectors {vectors.shape}")
    multipliers = np.array([change.learned / change.default for change in learned.weights])
    return Scores(_rescored(contributions, vectors, multipliers, learned.weights[_DENSE].default, shift))


def _check(decided: Decided, weights: Sequence[float], program: NDArray[np.float32]) -> None:
    count = len(decided.decisions)
    shapes = decided.contributions.shape, decided.vectors.shape
    if len(weights) != len(SIGNALS) or shapes != ((count, len(SIGNALS)), (count, *program.shape)):
        raise ShapeMismatchError(
            f"{count} decisions, contributions {shapes[0]}, vectors {shapes[1]}, {len(weights)} weights,"
            f" program {program.shape}"
        )


def _enough(levels: NDArray[np.int64]) -> bool:
    """Say whether enough startups were preferred to another, and enough had another preferred to them."""
    if not len(levels):
        return False
    return min(int((levels > levels.min()).sum()), int((levels < levels.max()).sum())) >= ENOUGH


def _stay(program: NDArray[np.float32], levels: NDArray[np.int64]) -> TextMove:
    accepted, declined = (
        int((levels == _LEVELS[decision]).sum()) for decision in (Decision.ACCEPT, Decision.DECLINE)
    )
    return TextMove(np.zeros(len(program)), 0.0, accepted, declined)


def _changes(weights: Sequence[float], multipliers: Floats) -> tuple[SignalChange, ...]:
    return tuple(
        SignalChange(name, float(default), float(default * multiplier))
        for name, default, multiplier in zip(SIGNALS, weights, multipliers.tolist(), strict=True)
    )


def _teach(
    decided: Decided, levels: NDArray[np.int64], weights: Sequence[float], program: NDArray[np.float32]
) -> _Lesson:
    """Learn from decisions of which at least two differ; nothing where they are not consistent."""
    fit = fit_pairwise(pair_up(decided.contributions, levels), weights)
    if not fit.consistent:
        return _Lesson(fit, _PLAIN, _stay(program, levels))
    accepted, declined = (
        decided.vectors[levels == _LEVELS[decision]] for decision in (Decision.ACCEPT, Decision.DECLINE)
    )
    return _Lesson(fit, fit.multipliers, move_text(program, accepted, declined))


def _rescored(
    contributions: Floats,
    vectors: NDArray[np.float32],
    multipliers: Floats,
    dense: float,
    shift: Floats,
) -> Floats:
    scored: Floats = contributions * multipliers
    # In single precision, as the vectors are: making doubles of 20,000 of them would take most of the time.
    scored[:, _DENSE] += dense * multipliers[_DENSE] * (vectors @ shift.astype(np.float32))
    return scored


def _held_out(
    decided: Decided, levels: NDArray[np.int64], weights: Sequence[float], program: NDArray[np.float32]
) -> Effect:
    """Put each decision in order by what the decisions of the other folds teach."""
    folds = np.empty(len(levels), dtype=np.int64)
    folds[np.argsort(-levels, kind="stable")] = np.arange(len(levels)) % FOLDS
    unlearned, learned = np.zeros(len(levels)), np.zeros(len(levels))
    for fold in range(FOLDS):
        kept, out = folds != fold, folds == fold
        part = Decided(
            decided.contributions[kept],
            decided.vectors[kept],
            tuple(decision for decision, stays in zip(decided.decisions, kept, strict=True) if stays),
        )
        lesson = _teach(part, levels[kept], weights, program)
        scored = _rescored(
            decided.contributions, decided.vectors, lesson.multipliers, weights[_DENSE], lesson.text.shift
        )
        unlearned[out] = _right_pairs(decided.contributions.sum(axis=1), levels, out)
        learned[out] = _right_pairs(scored.sum(axis=1), levels, out)
    error = float((learned - unlearned).std(ddof=1) / np.sqrt(len(levels)))
    return Effect(len(levels), float(unlearned.mean()), float(learned.mean()), error)


def _right_pairs(scores: Floats, levels: NDArray[np.int64], rows: NDArray[np.bool_]) -> Floats:
    """Give, for each chosen decision, the share of differing decisions it stands on the right side of."""
    wanted = np.sign(levels[rows, np.newaxis] - levels[np.newaxis, :])
    got = np.sign(scores[rows, np.newaxis] - scores[np.newaxis, :])
    differ = wanted != 0
    shares: Floats = ((1 + wanted * got) / 2).sum(axis=1, where=differ) / differ.sum(axis=1)
    return shares
