"""Pricing pairs out: no plan is worth more than the bound, no best plan holds a pair that was left out."""

import numpy as np
from hypothesis import given, settings

from matcher.engine.arc_prices import Row, price_arcs
from matcher.engine.assignment_problem import AssignmentProblem
from matcher.engine.rule_solver import _rows
from matcher.engine.seat_graph import build_graph
from tests.matcher.engine.assignment_instances import best_by_trying, candidates, problems


def test_price_arcs_worked_example() -> None:
    # One seat for two startups: the better one is worth the seat's price, the other falls 0.4 short of it.
    graph = build_graph(AssignmentProblem(2, (1,), candidates({(0, 0): 0.9, (1, 0): 0.5})))

    prices = price_arcs(graph, [Row(np.array([0, 1]), None, 1)])

    assert prices is not None
    assert prices.bound == graph.units[0] + graph.bonus
    assert prices.possible(prices.bound).tolist() == [True, False]
    assert prices.possible(prices.bound - graph.largest).tolist() == [True, True]


def test_a_relaxation_without_a_solution_prices_nothing() -> None:
    graph = build_graph(AssignmentProblem(1, (1,), candidates({(0, 0): 0.9})))

    assert price_arcs(graph, [Row(np.array([0]), 2, None)]) is None


@given(problems(rules=True))
@settings(deadline=None, max_examples=80)
def test_the_best_plan_lies_among_the_arcs_that_are_left(problem: AssignmentProblem) -> None:
    best = best_by_trying(problem)
    graph = build_graph(problem)
    prices = price_arcs(graph, _rows(problem, graph))
    if best is None or prices is None:
        return

    held = np.isin(graph.places, problem.places_of(best))
    worth = int(graph.units[held].sum()) + graph.bonus * int(held.sum())
    assert worth <= prices.bound
    assert prices.possible(worth)[held].all()
