"""Measures of ranking quality against figures worked out by hand and against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from matcher.engine.evaluation import mean, ndcg, overlap, rank_order, recall
from matcher.errors import ShapeMismatchError

graded = st.lists(st.integers(min_value=0, max_value=3), min_size=2, max_size=12).flatmap(
    lambda grades: st.tuples(st.permutations(range(len(grades))), st.just(grades))
)
cut = st.integers(min_value=1, max_value=14)


def test_rank_order_keeps_equal_scores_in_their_order() -> None:
    assert rank_order(np.array([0.5, 0.9, 0.5, 0.9])).tolist() == [1, 3, 0, 2]


@given(st.lists(st.sampled_from([0.25, 0.5, 0.75]), min_size=20, max_size=60))
def test_rank_order_agrees_with_sorting_scores_and_places(scores: list[float]) -> None:
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))

    assert rank_order(np.array(scores)).tolist() == expected


def test_ndcg_worked_example() -> None:
    scores, grades = np.array([0.9, 0.8, 0.7]), np.array([0, 3, 1])

    found = ndcg(scores, grades, 2)

    assert found == pytest.approx((7 / math.log2(3)) / (7 + 1 / math.log2(3)))


def test_ndcg_is_nothing_where_no_item_is_good() -> None:
    assert ndcg(np.array([1.0, 2.0]), np.array([0, 0]), 10) is None


def test_ndcg_refuses_scores_of_other_items() -> None:
    with pytest.raises(ShapeMismatchError, match=r"scores \(2,\), grades \(3,\)"):
        ndcg(np.array([1.0, 2.0]), np.array([1, 2, 3]), 10)


@given(graded, cut)
def test_ndcg_agrees_with_scikit_learn(case: tuple[list[int], list[int]], k: int) -> None:
    scores, grades = np.array(case[0], dtype=np.float64), np.array(case[1])

    found = ndcg(scores, grades, k)

    if not grades.any():
        assert found is None
    else:
        assert found == pytest.approx(ndcg_score([2.0**grades - 1], [scores], k=k))


@given(graded, cut)
def test_ndcg_of_the_best_order_is_one_and_of_none_higher(case: tuple[list[int], list[int]], k: int) -> None:
    scores, grades = np.array(case[0], dtype=np.float64), np.array([*case[1], 1])

    best, found = ndcg(grades.astype(float), grades, k), ndcg(np.append(scores, 0.5), grades, k)

    assert best == pytest.approx(1.0)
    assert found is not None
    assert 0 <= found <= 1 + 1e-12


def test_recall_counts_grades_of_two_and_more() -> None:
    scores, grades = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1, 2, 3, 2])

    assert recall(scores, grades, 2) == pytest.approx(1 / 3)
    assert recall(scores, grades, 4) == 1.0
    assert recall(scores, np.array([1, 1, 0, 0]), 2) is None


@given(graded, cut)
def test_recall_agrees_with_counting(case: tuple[list[int], list[int]], k: int) -> None:
    scores, grades = case
    best = sorted(range(len(scores)), key=lambda place: -scores[place])[:k]
    good = [place for place, grade in enumerate(grades) if grade >= 2]

    found = recall(np.array(scores, dtype=np.float64), np.array(grades), k)

    assert found == (len(set(best) & set(good)) / len(good) if good else None)


def test_overlap_is_the_share_of_places_in_common() -> None:
    first, second = np.array([5.0, 4, 3, 2, 1]), np.array([5.0, 1, 2, 3, 4])

    assert overlap(first, second, 2) == 0.5
    assert overlap(first, first, 2) == 1.0
    assert overlap(first, second, 5) == 1.0


@given(graded, st.integers(min_value=1, max_value=2))
def test_overlap_is_the_same_both_ways(case: tuple[list[int], list[int]], k: int) -> None:
    first, second = np.array(case[0], dtype=np.float64), np.array(case[1], dtype=np.float64)

    assert overlap(first, second, k) == overlap(second, first, k)
    assert overlap(first, first, k) == 1.0


def test_mean_leaves_out_what_is_missing() -> None:
    assert mean([1.0, None, 0.5]) == 0.75
    assert mean([None]) is None
    assert mean([]) is None
