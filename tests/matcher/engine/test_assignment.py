"""Assigning startups to programs within seats: best plans, ties, pins, moving costs, reasons, refusals."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array

from matcher.engine.assignment import Cause, assign
from matcher.engine.assignment_problem import AssignmentProblem, Candidates, Pair, candidates_from
from matcher.engine.assignment_ties import settle_ties
from matcher.engine.seat_graph import build_graph
from matcher.errors import FieldError, ShapeMismatchError
from tests.matcher.engine.assignment_instances import (
    as_pairs,
    best_by_trying,
    candidates,
    pairs_of,
    problems,
    value_of,
)

ORACLE_INSTANCES = 200
FULL = (
    "the only program open to it is full of startups with which the total is higher,"
    " or equal with lower startup numbers"
)


def test_assign_worked_example() -> None:
    # Startup 1 fits only program 0, so startup 0 gives up its best program: two pairs before a high total.
    problem = AssignmentProblem(3, (1, 1), candidates({(0, 0): 1.0, (0, 1): 0.4, (1, 0): 0.5, (2, 0): 0.1}))

    found = assign(problem)

    assert pairs_of(found) == [(0, 1), (1, 0)]
    assert found.total == pytest.approx(0.9)
    assert [(one.startup, one.cause) for one in found.unmatched] == [(2, Cause.FULL)]
    assert found.settled


@given(problems())
@settings(deadline=None, max_examples=150)
def test_assign_agrees_with_trying_every_plan(problem: AssignmentProblem) -> None:
    found = assign(problem)

    assert found.pairs == best_by_trying(problem)
    assert found.settled
    scores = dict(zip(problem.pairs_at(np.arange(problem.candidates.score.size)),
                      problem.candidates.score.tolist(), strict=True))  # fmt: skip
    assert found.total == pytest.approx(math.fsum(scores[pair] for pair in found.pairs))
    matched = {pair.startup for pair in found.pairs}
    assert [one.startup for one in found.unmatched] == sorted(set(range(problem.startups)) - matched)


def middling_problem(seed: int) -> AssignmentProblem:
    """Make a problem too large to try every plan, with pins that can be kept."""
    chance = np.random.default_rng(seed)
    startups, programs, most = int(chance.integers(5, 40)), int(chance.integers(2, 9)), 1 + seed % 3
    scores = chance.normal(size=(startups, programs)) if seed % 2 else chance.random((startups, programs))
    eligible = chance.random((startups, programs)) < chance.uniform(0.2, 0.9)
    seats = tuple(chance.integers(0, 6, programs).tolist())
    problem = AssignmentProblem(startups, seats, candidates_from(scores, eligible), most)
    for place in chance.permutation(problem.candidates.score.size)[:4].tolist():
        try:
            problem = problem.with_pin(problem.pairs_at(np.array([place]))[0])
        except FieldError:
            continue
    return problem


def optimum_by_milp(problem: AssignmentProblem) -> tuple[int, float]:
    """Give most pairs and highest total as SciPy's mixed-integer solver finds them."""
    arcs = problem.candidates
    count = arcs.score.size
    if not count:
        return 0, 0.0
    ones, columns = np.ones(count), np.arange(count)
    shape_of_startups, shape_of_programs = (problem.startups, count), (problem.programs, count)
    lower = np.zeros(count)
    lower[problem.places_of(problem.pins)] = 1
    per_startup = LinearConstraint(
        coo_array((ones, (arcs.startup, columns)), shape=shape_of_startups).tocsr(),
        -np.inf,
        problem.max_per_startup,
    )
    per_program = LinearConstraint(
        coo_array((ones, (arcs.program, columns)), shape=shape_of_programs).tocsr(),
        -np.inf,
        np.array(problem.seats, dtype=np.float64),
    )
    exactly = {"mip_rel_gap": 0.0}
    limits = [per_startup, per_program]
    fullest = milp(-ones, integrality=ones, bounds=(lower, 1), constraints=limits, options=exactly)
    pairs = round(-fullest.fun)
    limits.append(LinearConstraint(ones[np.newaxis], pairs, pairs))
    best = milp(-arcs.score, integrality=ones, bounds=(lower, 1), constraints=limits, options=exactly)
    return pairs, math.fsum(arcs.score[best.x > 0.5].tolist())


def test_assign_is_as_good_as_scipy_on_200_instances() -> None:
    for seed in range(ORACLE_INSTANCES):
        problem = middling_problem(seed)

        found = assign(problem)

        pairs, total = optimum_by_milp(problem)
        assert len(found.pairs) == pairs
        assert found.total == pytest.approx(total, rel=1e-9, abs=1e-12)
        assert set(problem.pins) <= set(found.pairs)


@pytest.mark.parametrize("step", [1.0, 0.1, 1 / 3, 1e-7, 1e12, 7e-300])
def test_assign_takes_the_lowest_pairs_of_equal_plans_whatever_the_unit(step: float) -> None:
    # 1 + 2 = 3 + 0, also in tenths and thirds, whose float sums differ in the last digit.
    problem = AssignmentProblem(
        2, (1, 1), candidates({(0, 0): 1 * step, (1, 1): 2 * step, (0, 1): 3 * step, (1, 0): 0.0})
    )

    found = assign(problem)

    assert pairs_of(found) == [(0, 0), (1, 1)]
    assert found.settled


def test_assign_gives_equal_startups_seats_in_order() -> None:
    problem = AssignmentProblem(6, (2, 1), candidates_from(np.ones((6, 2)), np.ones((6, 2), dtype=np.bool_)))

    assert pairs_of(assign(problem)) == [(0, 0), (1, 0), (2, 1)]
    assert pairs_of(assign(replace(problem, max_per_startup=2))) == [(0, 0), (0, 1), (1, 0)]


def test_ties_beyond_the_work_allowed_leave_a_best_plan() -> None:
    problem = AssignmentProblem(9, (2, 2), candidates_from(np.ones((9, 2)), np.ones((9, 2), dtype=np.bool_)))
    graph = build_graph(problem)
    last = graph.left >= 7

    plan = settle_ties(graph, last, most_steps=5)

    assert not plan.settled
    assert plan.chosen.sum() == last.sum()


@given(problems(), st.floats(0.01, 5))
@settings(deadline=None, max_examples=60)
def test_moving_costs_never_add_moves(problem: AssignmentProblem, cost: float) -> None:
    free = replace(problem, moving_cost=0.0)
    dear = replace(problem, moving_cost=cost)

    kept_free, kept_dear = (set(assign(one).pairs) & set(problem.previous) for one in (free, dear))

    assert len(kept_dear) >= len(kept_free)


def test_a_move_happens_only_for_a_gain_above_its_cost() -> None:
    problem = AssignmentProblem(
        1, (1, 1), candidates({(0, 0): 0.5, (0, 1): 0.8}), previous=as_pairs([(0, 0)])
    )

    assert pairs_of(assign(replace(problem, moving_cost=0.2))) == [(0, 1)]
    assert pairs_of(assign(replace(problem, moving_cost=0.4))) == [(0, 0)]
    assert assign(replace(problem, moving_cost=0.4)).total == 0.5


@pytest.mark.parametrize(
    ("change", "cause", "reason"),
    [
        ({"candidates": candidates({(0, 0): 1.0})}, Cause.NOT_ELIGIBLE, "not eligible for any program"),
        (
            {"exclusions": as_pairs([(1, 0)])},
            Cause.EXCLUDED,
            "excluded from the only program it is eligible for",
        ),
        ({"seats": (0,)}, Cause.NO_SEATS, "no seats in the only program open to it"),
        (
            {"pins": as_pairs([(0, 0)])},
            Cause.PINNED_OUT,
            "the seats of the only program open to it are pinned to other startups",
        ),
        (
            {},
            Cause.FULL,
            FULL,
        ),
    ],
)
def test_unmatched_startups_are_told_why(change: dict[str, object], cause: Cause, reason: str) -> None:
    problem = AssignmentProblem(2, (1,), candidates({(0, 0): 1.0, (1, 0): 0.5}))

    found = assign(replace(problem, **change))  # type: ignore[arg-type]

    last = found.unmatched[-1]
    assert (last.startup, last.cause, last.reason) == (1, cause, reason)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"pins": as_pairs([(0, 1)])}, "pin [0, 1]", "startup 0 is not eligible for program 1"),
        ({"pins": as_pairs([(2, 0)])}, "pin [2, 0]", "startups are numbered 0 to 1"),
        ({"pins": as_pairs([(0, 2)])}, "pin [0, 2]", "programs are numbered 0 to 1"),
        ({"exclusions": as_pairs([(0, -1)])}, "exclude [0, -1]", "programs are numbered 0 to 1"),
        (
            {"pins": as_pairs([(0, 0), (1, 0)])},
            "pin [0, 0]",
            "2 startups are pinned to program 0, which has 1 seats",
        ),
        (
            {"pins": as_pairs([(1, 0), (1, 1)])},
            "pin [1, 0]",
            "startup 1 is pinned to 2 programs but may get 1",
        ),
        (
            {"pins": as_pairs([(1, 0)]), "exclusions": as_pairs([(1, 0)])},
            "pin [1, 0]",
            "the pair is also excluded",
        ),
        ({"seats": (1, -1)}, "seats", "program 1 has -1 seats; 0 or more expected"),
        ({"max_per_startup": 0}, "max-per-startup", "a whole number from 1 expected, not 0"),
        ({"moving_cost": math.nan}, "moving cost", "a number from 0 expected, not nan"),
        (
            {"candidates": candidates({(0, 0): math.nan})},
            "scores",
            "nan is not a finite number (row 0, column 0, from 0)",
        ),
        (
            {"candidates": candidates({(1, 1): 1e200})},
            "scores",
            "1e+200 is too large (row 1, column 1, from 0)",
        ),
        ({"candidates": candidates({(2, 0): 1.0})}, "candidates", "startups from 0 to 1 expected, in order"),
        ({"candidates": candidates({(0, 2): 1.0})}, "candidates", "programs from 0 to 1 expected"),
    ],
)
def test_what_no_plan_could_keep_is_refused(change: dict[str, object], field: str, reason: str) -> None:
    problem = AssignmentProblem(2, (1, 1), candidates({(0, 0): 1.0, (1, 0): 0.5, (1, 1): 0.5}))

    with pytest.raises(FieldError) as refused:
        replace(problem, **change)  # type: ignore[arg-type]

    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_candidates_out_of_order_are_refused() -> None:
    turned = Candidates(np.array([1, 0]), np.array([0, 0]), np.array([1.0, 1.0]))

    with pytest.raises(FieldError, match="each pair once expected, ordered"):
        AssignmentProblem(2, (1,), turned)


def test_matrices_of_different_shapes_are_refused() -> None:
    with pytest.raises(ShapeMismatchError):
        candidates_from(np.ones((2, 2)), np.ones((2, 3), dtype=np.bool_))
    with pytest.raises(ShapeMismatchError):
        AssignmentProblem(2, (1,), Candidates(np.array([0]), np.array([0]), np.array([1.0, 2.0])))


def test_scores_of_forbidden_pairs_are_never_read() -> None:
    scores = np.array([[1.0, math.nan], [math.inf, 0.5]])

    found = assign(AssignmentProblem(2, (1, 1), candidates_from(scores, np.eye(2, dtype=np.bool_))))

    assert (pairs_of(found), found.total) == ([(0, 0), (1, 1)], 1.5)


@pytest.mark.parametrize(("startups", "seats"), [(0, (1,)), (2, ()), (0, ()), (2, (0, 10**30))])
def test_assign_takes_problems_without_pairs(startups: int, seats: tuple[int, ...]) -> None:
    found = assign(AssignmentProblem(startups, seats, candidates({})))

    assert (found.pairs, found.total, len(found.unmatched)) == ((), 0.0, startups)


def test_value_counts_what_stayed() -> None:
    problem = AssignmentProblem(
        1, (1,), candidates({(0, 0): 0.5}), previous=as_pairs([(0, 0)]), moving_cost=0.25
    )

    assert value_of(problem, assign(problem)) == 0.75
    assert assign(problem).programs_of(0) == assign(problem).startups_of(0) == (0,)
    assert problem.open_to(0).tolist() == [0]
    assert problem.places_of([Pair(0, 0), Pair(5, 5)]).tolist() == [0]
