"""Scores by a rubric: a worked example, the rules of panels, and every aggregate against a plain count."""

from collections.abc import Mapping
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.rubrics import OneTotal, Rule, ScoredCriterion, aggregate, total_of


def criterion(
    key: str, weight: float, *, threshold: float | None = None, bonus: bool = False
) -> ScoredCriterion:
    """Give a criterion of five points."""
    return ScoredCriterion(key, (("", key),), weight, 5.0, threshold, bonus)


PANEL = (
    criterion("technology", 60.0, threshold=3.0),
    criterion("team", 40.0),
    criterion("extra", 10.0, bonus=True),
)
SCORES: Mapping[str, Mapping[str, float]] = {
    "a": {"technology": 5, "team": 5},
    "b": {"technology": 4, "team": 3, "extra": 5},
    "c": {"technology": 1, "team": 2},
    "d": {"technology": 0, "team": 5, "extra": 1},
}


def test_total_worked_example() -> None:
    # 60 * 4/5 + 40 * 3/5 of 100, and 10 * 5/5 of bonus apart.
    assert total_of(PANEL, "b", SCORES["b"]) == OneTotal("b", 72.0, 10.0)
    assert total_of(PANEL, "b", {"technology": 4}) is None
    assert total_of((), "b", {}) is None


@pytest.mark.parametrize(
    ("rule", "total", "dropped"),
    [("trimmed-mean", 56.0, ["c", "a"]), ("median", 56.0, []), ("mean", 60.0, [])],
)
def test_aggregate_worked_example(rule: Rule, total: float, dropped: list[str]) -> None:
    # Totals are 100, 72, 28 and 40.
    made = aggregate(PANEL, SCORES, rule, zero_excludes=True)

    assert made.total == total
    assert [one.reviewer for one in made.dropped] == dropped
    assert (made.bonus, made.spread) == (3.0, 72.0)
    assert (made.below, made.zeros) == (("technology",), ("technology",))


def test_with_two_reviews_nothing_is_dropped() -> None:
    two = {name: SCORES[name] for name in ("a", "b")}

    made = aggregate(PANEL, two, "trimmed-mean")

    assert (made.total, made.dropped, made.below) == (86.0, (), ())


def test_who_steps_back_is_absent_and_not_zero() -> None:
    three = {name: SCORES[name] for name in ("a", "b", "c")}

    assert aggregate(PANEL, three, "mean").total == pytest.approx(66.67)
    assert aggregate(PANEL, three, "mean", zero_excludes=True).zeros == ()


def test_a_review_without_all_points_counts_nowhere_but_in_the_zeros() -> None:
    made = aggregate(PANEL, {"a": {"technology": 0}}, "mean", zero_excludes=True)

    assert (made.total, made.bonus, made.spread) == (None, 0.0, 0.0)
    assert made.zeros == ("technology",)


POINTS = st.floats(min_value=0, max_value=5, allow_nan=False)
PANELS = st.dictionaries(
    st.sampled_from("abcdefg"),
    st.fixed_dictionaries({"technology": POINTS, "team": POINTS}, optional={"extra": POINTS}),
    min_size=1,
)


@given(PANELS)
def test_every_rule_agrees_with_counting_by_hand(scores: dict[str, dict[str, float]]) -> None:
    totals = sorted(12 * points["technology"] + 8 * points["team"] for points in scores.values())
    inner = totals[1:-1] if len(totals) > 2 else totals

    assert aggregate(PANEL, scores, "mean").total == pytest.approx(fmean(totals), abs=0.006)
    assert aggregate(PANEL, scores, "median").total == pytest.approx(median(totals), abs=0.006)
    assert aggregate(PANEL, scores, "trimmed-mean").total == pytest.approx(fmean(inner), abs=0.006)


@given(PANELS, st.sampled_from(["trimmed-mean", "median", "mean"]))
def test_an_aggregate_lies_between_the_totals_and_keeps_every_one(
    scores: dict[str, dict[str, float]], rule: Rule
) -> None:
    made = aggregate(PANEL, scores, rule)
    everybody = (*made.used, *made.dropped)
    totals = [one.total for one in everybody]

    assert made.total is not None
    assert min(totals) - 0.01 <= made.total <= max(totals) + 0.01
    assert sorted(one.reviewer for one in everybody) == sorted(scores)
    assert made.spread == pytest.approx(max(totals) - min(totals), abs=0.006)


@given(PANELS)
def test_the_order_of_reviewers_and_points_of_bonus_change_no_total(
    scores: dict[str, dict[str, float]],
) -> None:
    plain = {
        name: {key: value for key, value in points.items() if key != "extra"}
        for name, points in reversed(scores.items())
    }

    assert aggregate(PANEL, plain, "mean").total == aggregate(PANEL, scores, "mean").total
