"""Leave pairs out of a problem with side rules that no best plan can hold.

The linear relaxation (OR-Tools' GLOP) prices every seat, startup and rule. With these prices, rounded to
whole numbers, the Lagrangian bound is exact whatever the rounding: no plan is worth more than the bound,
and no plan that holds a pair is worth more than the bound less what the pair falls short of its prices.
Given any plan, pairs that fall too short for an equal or better one are left out (reduced cost fixing:
Dantzig, Fulkerson, Johnson 1954, doi:10.1287/opre.2.4.393).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.engine.seat_graph import SeatGraph

_LIKELY_PER_NODE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """From `least` to `most` of these arcs; None means no limit."""

    arcs: NDArray[np.int64]
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True, eq=False)
class ArcPrices:
    """What each arc is worth beyond its prices, and what no plan is worth more than.

    Attributes:
        surplus: int64 (arcs,), in steps of the grid, with the graph's bonus for each pair.
        bound: worth of a plan, bonus included.
        priced: the limits that have a price, with it; a plan that misses the limit by one loses as much.
    """

    surplus: NDArray[np.int64]
    bound: int
    priced: tuple[tuple[Row, int], ...]

    def likely(self, nodes: int) -> NDArray[np.bool_]:
        """Name the arcs a good plan is looked for in: those that fall least short."""
        count = min(_LIKELY_PER_NODE * nodes, self.surplus.size)
        if count == self.surplus.size:
            return np.ones(count, dtype=np.bool_)
        limit = np.partition(self.surplus, -count)[-count]
        found: NDArray[np.bool_] = self.surplus >= limit
        return found

    def possible(self, worth: int) -> NDArray[np.bool_]:
        """Name the arcs that a plan worth so much, or more, may hold."""
        found: NDArray[np.bool_] = self.surplus >= worth - self.bound
        return found


def price_arcs(graph: SeatGraph, rows: Sequence[Row]) -> ArcPrices | None:
    """Solve the linear relaxation.

    Args:
        graph: the open pairs.
        rows: every limit on them, rooms included.

    Returns:
        None if the relaxation has no solution, or none was found.
    """
    from ortools.linear_solver import pywraplp  # noqa: PLC0415  only plans with rules need it

    solver = pywraplp.Solver.CreateSolver("GLOP")
    arcs = [solver.NumVar(0, 1, "") for _ in range(graph.units.size)]
    limits = []
    for row in rows:
        least = -solver.infinity() if row.least is None else row.least
        most = solver.infinity() if row.most is None else row.most
        limit = solver.Constraint(least, most)
        for arc in row.arcs.tolist():
            limit.SetCoefficient(arcs[arc], 1)
        limits.append(limit)
    objective = solver.Objective()
    for arc, worth in zip(arcs, ((graph.units + graph.bonus) / graph.largest).tolist(), strict=True):
        objective.SetCoefficient(arc, worth)
    objective.SetMaximization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    return _bounded(graph, rows, [round(limit.dual_value() * graph.largest) for limit in limits])


def _bounded(graph: SeatGraph, rows: Sequence[Row], prices: Sequence[int]) -> ArcPrices:
    surplus = graph.units + graph.bonus
    bound = 0
    priced = []
    for row, price in zip(rows, prices, strict=True):
        limit = row.most if price > 0 else row.least
        # A price with no limit on its side would bound nothing.
        if limit is not None and price:
            surplus[row.arcs] -= price
            bound += price * limit
            priced.append((Row(row.arcs, limit, limit), abs(price)))
    return ArcPrices(surplus, bound + sum(surplus[surplus > 0].tolist()), tuple(priced))
