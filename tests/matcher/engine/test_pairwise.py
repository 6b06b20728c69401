"""The pairwise model: what no, few and many decisions do to the weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from matcher.engine.pairwise import (
    CONSISTENT,
    MOST_PAIRS,
    Floats,
    _most_probable,  # the optimum itself is compared with another solver's
    fit_pairwise,
    pair_up,
)

seeds = st.integers(min_value=0, max_value=2**32 - 1)


def drawn(seed: int, rows: int = 24, taste: tuple[float, ...] = (1.0, 1.0, 1.0)) -> tuple[Floats, Floats]:
    """Draw contributions of three signals and the scores of somebody with a taste."""
    contributions = np.random.default_rng(seed).normal(0, 0.1, (rows, 3))
    return contributions, contributions @ np.array(taste)


def test_pairs_hold_the_better_minus_the_worse_worked_example() -> None:
    contributions = np.array([[0.5, 0.1], [0.2, 0.2], [0.1, 0.4]])

    pairs = pair_up(contributions, np.array([2, 0, 1]))

    # The first beats both others, the third beats the second: 2 preferred, 2 others, 4 * 4 / 4 over 3 pairs.
    assert pairs.differences == pytest.approx(np.array([[0.3, -0.1], [0.4, -0.3], [-0.1, 0.2]]))
    assert pairs.weight == pytest.approx(4 / 3)


def test_equal_decisions_make_no_pair() -> None:
    assert len(pair_up(np.ones((4, 2)), np.array([1, 1, 1, 1])).differences) == 0


@given(seeds, st.lists(st.integers(min_value=0, max_value=2), min_size=2, max_size=12))
def test_pairs_agree_with_comparing_one_by_one(seed: int, levels: list[int]) -> None:
    contributions = np.random.default_rng(seed).normal(size=(len(levels), 2))

    pairs = pair_up(contributions, np.array(levels))

    expected = [
        contributions[better] - contributions[worse]
        for better in range(len(levels))
        for worse in range(len(levels))
        if levels[better] > levels[worse]
    ]
    assert pairs.differences.tolist() == [row.tolist() for row in expected]


def test_hundreds_of_decisions_are_read_in_part_and_count_in_full() -> None:
    contributions, scores = drawn(1, rows=200)

    pairs = pair_up(contributions, (scores > 0).astype(np.int64))

    accepted = int((scores > 0).sum())
    assert len(pairs.differences) == MOST_PAIRS
    assert pairs.weight * MOST_PAIRS == pytest.approx(4 * accepted * (200 - accepted) / 200)


def test_weights_lean_to_what_decides() -> None:
    contributions, scores = drawn(2, rows=40, taste=(1.0, 0.0, 0.0))

    fit = fit_pairwise(pair_up(contributions, (scores > 0.05).astype(np.int64)), (0.4, 0.4, 0.4))

    assert fit.scale > CONSISTENT
    assert fit.consistent
    assert fit.multipliers[0] > 1.5
    assert fit.multipliers[1:].max() < 0.8


def test_decisions_drawn_by_lot_are_not_consistent() -> None:
    contributions, _ = drawn(3, rows=60)
    lot = np.random.default_rng(4).integers(0, 2, 60)

    fit = fit_pairwise(pair_up(contributions, lot), (0.4, 0.4, 0.4))

    assert not fit.consistent


@given(seeds, st.lists(st.floats(min_value=0.01, max_value=1), min_size=3, max_size=3))
def test_multipliers_are_never_negative_and_keep_the_sum_of_the_weights(
    seed: int, weights: list[float]
) -> None:
    contributions, scores = drawn(seed, rows=12, taste=(-1.0, 1.0, 2.0))
    levels = (scores > np.median(scores)).astype(np.int64)

    multipliers = fit_pairwise(pair_up(contributions, levels), weights).multipliers

    assert (multipliers >= 0).all()
    assert multipliers @ np.array(weights) == pytest.approx(sum(weights))


@given(seeds)
def test_the_optimum_agrees_with_scikit_learn_where_no_bound_holds(seed: int) -> None:
    contributions, scores = drawn(seed)
    pairs = pair_up(contributions, (scores > np.median(scores)).astype(np.int64))

    found = _most_probable(pairs, np.array([3.0]), pairs.weight, np.ones(3), np.ones((1, 3)))[0]

    # Around 1 instead of 0: the part of the margin the defaults give is an intercept of each pair, which
    # scikit-learn does not know, so the gradient of its loss is checked instead of its solution.
    reference = LogisticRegression(fit_intercept=False)
    reference.classes_, reference.intercept_ = np.array([0, 1]), np.zeros(1)
    reference.coef_ = 3.0 * found[np.newaxis]
    missed = reference.predict_proba(pairs.differences)[:, 0]
    slope = found - 1 - 3.0 * pairs.weight * missed @ pairs.differences
    assert (found > 0).all()
    assert slope == pytest.approx(np.zeros(3), abs=1e-3)


@given(seeds)
def test_no_other_multipliers_are_more_probable(seed: int) -> None:
    contributions, scores = drawn(seed, taste=(-2.0, 1.0, 1.0))
    pairs = pair_up(contributions, (scores > np.median(scores)).astype(np.int64))
    precision = np.array([0.5, 1.0, 1.5])

    def loss(at: Floats) -> float:
        margins = 30 * pairs.differences @ at
        return float(pairs.weight * np.logaddexp(0, -margins).sum() + precision @ (at - 1) ** 2 / 2)

    found = _most_probable(pairs, np.array([30.0]), pairs.weight, precision, np.ones((1, 3)))[0]

    tried = np.random.default_rng(seed).normal(0, 0.05, (200, 3))
    assert loss(found) <= min(loss(np.maximum(found + step, 0)) for step in tried) + 1e-4
