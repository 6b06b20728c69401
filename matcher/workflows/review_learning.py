"""The order of a desk learns from its decisions, where the program lets it, and says what that is worth.

While individual review is open a reviewer's order learns from that reviewer's own decisions alone. Where the
agency decides, it learns from what the agency decided and from what all submitted reviews agree on. What
founders see never learns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.engine.calibration import PROGRAM
from matcher.engine.learning import Decided, Effect, Learned, LearningState, SignalChange, learn, rescore
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.engine.scoring import ProgramPool
from matcher.workflows.candidate_figures import CandidateFigures
from matcher.workflows.review_setups import Desk, ReviewRules
from matcher.workflows.submitted_reviews import Said
from models.review import ReviewPhase
from models.vocabulary import Decision

_WEIGHTS = tuple(DEFAULT_POLICY.weight(signal) for signal in SIGNALS)


@dataclass(frozen=True, slots=True)
class LearningStatus:
    """What a desk's decisions taught.

    Attributes:
        on: whether the program lets its order learn.
        state: what came of it; None where learning is off.
        accepted: decisions learned from, by kind.
        maybe: likewise.
        declined: likewise.
        changes: default and learned weight of each signal whose weight changed, the largest change first.
        degrees: how far the program's text was turned toward accepted and away from declined ones.
        effect: how often decisions it has not seen come out in the right order; None where it cannot be told.
    """

    on: bool
    state: LearningState | None
    accepted: int = 0
    maybe: int = 0
    declined: int = 0
    changes: tuple[SignalChange, ...] = ()
    degrees: float = 0.0
    effect: Effect | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What scores are learned from: rows of decided startups, oldest first, and the program's vector."""

    rows: tuple[int, ...]
    decisions: tuple[Decision, ...]
    program: NDArray[np.float32]


def program_vector(pool: ProgramPool) -> NDArray[np.float32]:
    """Give the corrected whole-text vector of the one program of a pool: (dimension,), unit length."""
    text = pool.analyses[0]
    row: NDArray[np.float32] = pool.calibration.correct(
        text.whole[np.newaxis, :], PROGRAM, "whole", text.language
    )[0]
    return row


def decisions_of(
    desk: Desk, rules: ReviewRules, said: Mapping[str, Said], agreed: Mapping[str, Decision]
) -> dict[str, Decision]:
    """Give the decisions a desk learns from, oldest first; none where learning is off."""
    if not rules.learning:
        return {}
    own = sorted(
        (
            (one.changed_at.isoformat() if one.changed_at else "", startup, one.decision)
            for startup, one in said.items()
            if one.decision is not None
        )
    )
    pooled = agreed if desk.is_agency and rules.phase is ReviewPhase.DECISION else {}
    return dict(sorted(pooled.items())) | {startup: decision for _, startup, decision in own}


def lessons_of(
    decisions: Mapping[str, Decision], rows: Mapping[str, int], program: NDArray[np.float32]
) -> Lessons:
    """Find the decided startups among those that are ranked."""
    known = [(rows[startup], decision) for startup, decision in decisions.items() if startup in rows]
    return Lessons(tuple(row for row, _ in known), tuple(decision for _, decision in known), program)


def learn_from(figures: CandidateFigures, lessons: Lessons) -> Learned | None:
    """Learn what decisions teach; None where nothing is decided."""
    if not lessons.rows:
        return None
    rows = list(lessons.rows)
    decided = Decided(figures.contributions[rows], figures.vectors[rows], lessons.decisions)
    return learn(decided, _WEIGHTS, lessons.program)


def learned_scores(figures: CandidateFigures, learned: Learned | None) -> NDArray[np.float64]:
    """Give the scores of all startups with what was learned: (startups,)."""
    if learned is None or learned.state is not LearningState.LEARNED:
        plain: NDArray[np.float64] = figures.contributions.sum(axis=1)
        return plain
    return rescore(figures.contributions, figures.vectors, learned).totals


def status_of(rules: ReviewRules, lessons: Lessons, learned: Learned | None) -> LearningStatus:
    """Say what a desk's decisions taught, and what that is worth."""
    if not rules.learning:
        return LearningStatus(on=False, state=None)
    plain = LearningStatus(
        on=True,
        state=LearningState.NOT_ENOUGH,
        accepted=lessons.decisions.count(Decision.ACCEPT),
        maybe=lessons.decisions.count(Decision.MAYBE),
        declined=lessons.decisions.count(Decision.DECLINE),
    )
    if learned is None:
        return plain
    changed = [change for change in learned.weights if round(change.learned - change.default, 3)]
    return replace(
        plain,
        state=learned.state,
        changes=tuple(sorted(changed, key=lambda change: -abs(change.learned - change.default))),
        degrees=learned.text.degrees,
        effect=learned.effect,
    )
