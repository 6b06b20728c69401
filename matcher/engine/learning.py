"""Learn a program's ranking from its decisions: weights shrunk to the defaults, and a bounded move of its text.

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
"""Decisions there must be on either side before weights are learned and an effect is told.

With fewer, noise cannot be told from taste: of three accepted startups there is nearly always some weighing of
eight signals that puts them first. One decision of five also moves a share of pairs by a fifth already.
"""
FOLDS = 10
"""Parts the decisions are split into, each left out once: Kohavi 1995 (IJCAI), stratified."""
_LEVELS = {Decision.DECLINE: 0, Decision.MAYBE: 1, Decision.ACCEPT: 2}
_DENSE = SIGNALS.index("dense")

Floats = NDArray[np.float64]


class WeightState(StrEnum):
    """Why the weights of a program are what they are."""

    NOT_ENOUGH = "not_enough"
    INCONSISTENT = "inconsistent"
    NO_BETTER = "no_better"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """The decisions of one program, row by row.

    `contributions` is (decided, signals), what each signal adds under the default weights, as `Scores` holds
    it; `vectors` is (decided, dimension), the startups' corrected whole-text vectors, unit rows.
    """

    contributions: Floats
    vectors: NDArray[np.float32]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """How often held-out decisions come out in the right order, without and with learning.

    Both are shares of pairs of differing decisions, in [0, 1], a tie counting half, averaged over `decisions`;
    each decision was put in order by what was learned without it. `error` is the standard error of the gain;
    the parts learned from overlap, so take it as a rough one.
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

    `weights` has one entry per signal, in the order of `SIGNALS`; `scale` is the geometric mean of how sharply
    the decisions follow the signals, None without a pair; `effect` None means that it cannot be told yet.
    """

    weights: tuple[SignalChange, ...]
    state: WeightState
    scale: float | None
    text: TextMove
    effect: Effect | None

    @property
    def changes_nothing(self) -> bool:
        """Whether every score stays as it was."""
        return self.state is not WeightState.LEARNED and not self.text.degrees


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    fit: PairwiseFit | None
    text: TextMove

    def multipliers(self) -> Floats:
        if self.fit is None or not self.fit.consistent:
            return np.ones(len(SIGNALS))
        return self.fit.multipliers


def learn(decided: Decided, weights: Sequence[float], program: NDArray[np.float32]) -> Learned:
    """Learn weights and a text move from the decisions of one program.

    Weights stay at the defaults while there are fewer than `ENOUGH` decisions on either side, while no weighing
    explains the decisions (`matcher.engine.pairwise.CONSISTENT`), and where the learned ones put held-out
    decisions in a worse order than the defaults do.

    Args:
        decided: the decisions; their order does not matter beyond the last digits.
        weights: default weights in the order of `SIGNALS`, above 0.
        program: (dimension,), the program's corrected whole-text vector, unit length.

    Raises:
        ShapeMismatchError: rows, decisions, signals or dimensions differ in number.
    """
    _check(decided, weights, program)
    levels = np.array([_LEVELS[decision] for decision in decided.decisions], dtype=np.int64)
    enough = _enough(levels)
    fitted = _fit(decided, levels, weights, program, weighs=enough)
    effects = _held_out(decided, levels, weights, program) if enough else None
    state = _state(fitted, effects)
    multipliers = fitted.multipliers() if state is WeightState.LEARNED else np.ones(len(SIGNALS))
    effect = None
    if effects is not None:
        effect = effects.whole if state is WeightState.LEARNED else effects.text
    return Learned(
        tuple(
            SignalChange(name, float(default), float(default * multiplier))
            for name, default, multiplier in zip(SIGNALS, weights, multipliers.tolist(), strict=True)
        ),
        state,
        None if fitted.fit is None else fitted.fit.scale,
        fitted.text,
        effect,
    )


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


@dataclass(frozen=True, slots=True)
class _Effects:
    """The effect of the text move alone, and of text move and weights together."""

    text: Effect
    whole: Effect


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


def _fit(
    decided: Decided,
    levels: NDArray[np.int64],
    weights: Sequence[float],
    program: NDArray[np.float32],
    *,
    weighs: bool,
) -> _Fitted:
    text = move_text(
        program,
        decided.vectors[levels == _LEVELS[Decision.ACCEPT]],
        decided.vectors[levels == _LEVELS[Decision.DECLINE]],
    )
    pairs = pair_up(decided.contributions, levels)
    return _Fitted(fit_pairwise(pairs, weights) if weighs and len(pairs.differences) else None, text)


def _state(fitted: _Fitted, effects: _Effects | None) -> WeightState:
    if fitted.fit is None or effects is None:
        return WeightState.NOT_ENOUGH
    if not fitted.fit.consistent:
        return WeightState.INCONSISTENT
    if effects.whole.learned < effects.text.learned:
        return WeightState.NO_BETTER
    return WeightState.LEARNED


def _rescored(
    contributions: Floats,
    vectors: NDArray[np.float32],
    multipliers: Floats,
    dense: float,
    shift: Floats,
) -> Floats:
    scored: Floats = contributions * multipliers
    # In single precision, as the vectors are: turning 20,000 of them into doubles would take most of the time.
    scored[:, _DENSE] += dense * multipliers[_DENSE] * (vectors @ shift.astype(np.float32))
    return scored


def _held_out(
    decided: Decided, levels: NDArray[np.int64], weights: Sequence[float], program: NDArray[np.float32]
) -> _Effects:
    """Put each decision in order by what the other folds teach."""
    folds = np.empty(len(levels), dtype=np.int64)
    folds[np.argsort(-levels, kind="stable")] = np.arange(len(levels)) % FOLDS
    plain = np.ones(len(SIGNALS))
    unlearned, text, whole = (np.zeros(len(levels)) for _ in range(3))
    before = _right_pairs(decided.contributions.sum(axis=1), levels)
    for fold in np.unique(folds):
        kept, out = folds != fold, folds == fold
        part = Decided(
            decided.contributions[kept],
            decided.vectors[kept],
            tuple(decision for decision, stays in zip(decided.decisions, kept, strict=True) if stays),
        )
        fitted = _fit(part, levels[kept], weights, program, weighs=True)
        unlearned[out] = before[out]
        for shares, multipliers in ((text, plain), (whole, fitted.multipliers())):
            scored = _rescored(
                decided.contributions, decided.vectors, multipliers, weights[_DENSE], fitted.text.shift
            )
            shares[out] = _right_pairs(scored.sum(axis=1), levels)[out]
    return _Effects(_effect(unlearned, text), _effect(unlearned, whole))


def _right_pairs(scores: Floats, levels: NDArray[np.int64]) -> Floats:
    """Give, for each decision, the share of differing decisions it stands on the right side of: (decided,)."""
    wanted = np.sign(levels[:, np.newaxis] - levels[np.newaxis, :])
    got = np.sign(scores[:, np.newaxis] - scores[np.newaxis, :])
    differ = wanted != 0
    right = np.where(differ, (1 + wanted * got) / 2, 0.0)
    shares: Floats = right.sum(axis=1) / np.maximum(differ.sum(axis=1), 1)
    return shares


def _effect(unlearned: Floats, learned: Floats) -> Effect:
    differences = learned - unlearned
    error = float(differences.std(ddof=1) / np.sqrt(len(differences)))
    return Effect(len(differences), float(unlearned.mean()), float(learned.mean()), error)
