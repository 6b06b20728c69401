"""Learning from a program's decisions: when it changes the ranking, how, and what it says about itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.encoders import unit_rows
from matcher.engine.learning import (
    ENOUGH,
    FOLDS,
    Decided,
    LearningState,
    _right_pairs,  # compared with counting pair by pair
    learn,
    rescore,
)
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.errors import ShapeMismatchError
from models.vocabulary import Decision

WEIGHTS = tuple(DEFAULT_POLICY.weight(name) for name in SIGNALS)
ACCEPT, MAYBE, DECLINE = Decision.ACCEPT, Decision.MAYBE, Decision.DECLINE
PROGRAM = unit_rows(np.ones((1, 6), dtype=np.float32))[0]
seeds = st.integers(min_value=0, max_value=2**32 - 1)


def startups(count: int, seed: int = 1) -> Decided:
    """Draw startups of which nothing is decided yet; all signals spread alike."""
    draw = np.random.default_rng(seed)
    vectors = unit_rows(draw.normal(size=(count, 6)).astype(np.float32))
    return Decided(draw.normal(0.1, 0.05, (count, len(SIGNALS))), vectors, (MAYBE,) * count)


def decide_by(pool: Decided, signal: str) -> Decided:
    """Accept the upper third of one signal, decline the lower half."""
    values = pool.contributions[:, SIGNALS.index(signal)]
    upper, middle = np.quantile(values, [2 / 3, 1 / 2])
    decisions = tuple(
        ACCEPT if value > upper else MAYBE if value > middle else DECLINE for value in values.tolist()
    )
    return replace(pool, decisions=decisions)


def test_a_reviewer_who_looks_at_one_signal_is_understood() -> None:
    learned = learn(decide_by(startups(40), "region"), WEIGHTS, PROGRAM)

    changes = {change.signal: change.learned / change.default for change in learned.weights}
    others = startups(200, seed=2)
    before = others.contributions.sum(axis=1)
    after = rescore(others.contributions, others.vectors, learned).totals
    wanted = others.contributions[:, SIGNALS.index("region")]
    assert learned.state is LearningState.LEARNED
    assert max(changes, key=lambda name: changes[name]) == "region"
    assert changes["region"] > 1.5
    assert learned.scale is not None
    assert learned.scale >= 30
    assert learned.effect is not None
    assert (learned.effect.decisions, learned.effect.gain > 0.1) == (40, True)
    assert learned.effect.gain > 2 * learned.effect.error
    assert np.corrcoef(after, wanted)[0, 1] > np.corrcoef(before, wanted)[0, 1] + 0.2


def test_too_few_decisions_change_nothing_and_tell_no_effect() -> None:
    pool = startups(20)
    order = np.argsort(-pool.contributions[:, SIGNALS.index("region")])
    decisions = [DECLINE] * 20
    for place in order[: ENOUGH - 1]:
        decisions[place] = ACCEPT

    few = learn(replace(pool, decisions=tuple(decisions)), WEIGHTS, PROGRAM)
    decisions[order[ENOUGH - 1]] = ACCEPT
    enough = learn(replace(pool, decisions=tuple(decisions)), WEIGHTS, PROGRAM)

    assert (few.state, few.scale, few.effect) == (LearningState.NOT_ENOUGH, None, None)
    assert (few.text.accepted, few.text.declined, few.text.degrees) == (ENOUGH - 1, 21 - ENOUGH, 0)
    assert rescore(pool.contributions, pool.vectors, few).contributions.tolist() == (
        pool.contributions.tolist()
    )
    assert enough.state is not LearningState.NOT_ENOUGH
    assert enough.effect is not None


def test_no_decision_at_all_is_not_enough() -> None:
    nothing = learn(startups(0), WEIGHTS, PROGRAM)

    assert nothing.state is LearningState.NOT_ENOUGH
    assert [change.learned for change in nothing.weights] == list(WEIGHTS)


def test_decisions_by_lot_change_nothing() -> None:
    lot = np.random.default_rng(5).integers(0, 2, 40)
    decided = replace(startups(40), decisions=tuple(ACCEPT if one else DECLINE for one in lot))

    learned = learn(decided, WEIGHTS, PROGRAM)

    assert learned.state is LearningState.INCONSISTENT
    assert [change.learned for change in learned.weights] == list(WEIGHTS)
    assert not learned.text.shift.any()
    assert learned.effect is not None


def test_a_reviewer_who_decides_as_the_machine_does_leaves_it_as_it_is() -> None:
    pool = startups(40)
    scores = pool.contributions.sum(axis=1)
    decisions = tuple(ACCEPT if score > np.median(scores) else DECLINE for score in scores.tolist())

    learned = learn(replace(pool, decisions=decisions), WEIGHTS, PROGRAM)

    assert learned.state is LearningState.NO_BETTER
    assert learned.effect is not None
    assert learned.effect.unlearned == 1
    assert [change.learned for change in learned.weights] == list(WEIGHTS)


def test_what_moved_a_startup_is_the_difference_of_its_contributions() -> None:
    learned = learn(decide_by(startups(40), "region"), WEIGHTS, PROGRAM)
    pool = startups(3, seed=3)

    rescored = rescore(pool.contributions, pool.vectors, learned).contributions

    weights = np.array([change.learned for change in learned.weights])
    expected = pool.contributions / np.array(WEIGHTS) * weights
    expected[:, 0] += weights[0] * (pool.vectors @ learned.text.shift)
    assert learned.text.degrees > 0
    assert rescored == pytest.approx(expected, abs=1e-6)


@given(seeds, st.lists(st.sampled_from([ACCEPT, MAYBE, DECLINE]), min_size=1, max_size=24))
def test_learned_weights_are_never_negative_keep_their_sum_and_repeat(
    seed: int, decisions: list[Decision]
) -> None:
    decided = replace(startups(len(decisions), seed), decisions=tuple(decisions))

    learned, again = learn(decided, WEIGHTS, PROGRAM), learn(decided, WEIGHTS, PROGRAM)

    weights = [change.learned for change in learned.weights]
    assert min(weights) >= 0
    assert sum(weights) == pytest.approx(sum(WEIGHTS))
    assert (learned.weights, learned.effect) == (again.weights, again.effect)
    assert learned.text.shift.tolist() == again.text.shift.tolist()
    if learned.state is LearningState.LEARNED:
        assert learned.effect is not None
        assert learned.effect.gain > 0


@given(seeds, st.lists(st.integers(min_value=0, max_value=2), min_size=2, max_size=12))
def test_shares_of_right_pairs_agree_with_counting(seed: int, levels: list[int]) -> None:
    scores = np.random.default_rng(seed).integers(0, 4, len(levels)).astype(np.float64)
    if len(set(levels)) == 1:
        levels = [*levels[:-1], levels[-1] + 1]

    found = _right_pairs(scores, np.array(levels), np.ones(len(levels), dtype=np.bool_))

    for one, share in enumerate(found.tolist()):
        differing = [other for other in range(len(levels)) if levels[other] != levels[one]]
        points = sum(
            0.5
            if scores[one] == scores[other]
            else float((scores[one] > scores[other]) == (levels[one] > levels[other]))
            for other in differing
        )
        assert share == pytest.approx(points / len(differing))


def test_rows_that_do_not_belong_together_are_refused() -> None:
    pool = startups(FOLDS)
    learned = learn(pool, WEIGHTS, PROGRAM)

    with pytest.raises(ShapeMismatchError, match="9 decisions"):
        learn(replace(pool, decisions=pool.decisions[:-1]), WEIGHTS, PROGRAM)
    with pytest.raises(ShapeMismatchError, match=r"program \(5,\)"):
        learn(pool, WEIGHTS, PROGRAM[:-1])
    with pytest.raises(ShapeMismatchError, match="7 weights"):
        learn(pool, WEIGHTS[:-1], PROGRAM)
    with pytest.raises(ShapeMismatchError, match=r"vectors \(9, 6\)"):
        rescore(pool.contributions, pool.vectors[:-1], learned)
