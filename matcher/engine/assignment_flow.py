"""Choose pairs by minimum-cost maximum flow: first as many pairs as possible, then the highest total.

Each startup sends as much flow as it may get programs, each eligible pair carries one unit at the price of
its score, and each program lets through as many units as it has seats. OR-Tools solves this exactly over
whole numbers with cost scaling (Goldberg 1997, doi:10.1006/jagm.1995.0805).
"""

import numpy as np
from numpy.typing import NDArray

from matcher.engine.seat_graph import SeatGraph


def solve_flow(graph: SeatGraph) -> NDArray[np.bool_]:
    """Choose the pairs of a best plan without side rules; which of several equal ones is left open.

    Returns:
        (arcs,), True for the chosen pairs.
    """
    from ortools.graph.python.min_cost_flow import (  # noqa: PLC0415  loaded with the first plan, not with the module
        SimpleMinCostFlow,
    )

    lefts, rights, arcs = graph.left_room.size, graph.right_room.size, graph.units.size
    if not arcs:
        return np.zeros(0, dtype=np.bool_)
    source, sink = lefts + rights, lefts + rights + 1
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        _numbers(source, lefts), np.arange(lefts, dtype=np.int32), graph.left_room, np.zeros(lefts, np.int64)
    )
    pairs = solver.add_arcs_with_capacity_and_unit_cost(
        graph.left.astype(np.int32),
        (graph.right + lefts).astype(np.int32),
        np.ones(arcs, np.int64),
        -graph.units,
    )
    solver.add_arcs_with_capacity_and_unit_cost(
        np.arange(lefts, lefts + rights, dtype=np.int32),
        _numbers(sink, rights),
        graph.right_room,
        np.zeros(rights, np.int64),
    )
    supply = int(graph.left_room.sum())
    solver.set_node_supply(source, supply)
    solver.set_node_supply(sink, -supply)
    status = solver.solve_max_flow_with_min_cost()
    if status != SimpleMinCostFlow.Status.OPTIMAL:
        # The grid keeps every cost in range and a flow of nothing is feasible, so this is a fault of ours.
        raise ArithmeticError(f"the flow solver answered {status}")
    chosen: NDArray[np.bool_] = np.asarray(solver.flows(pairs)) > 0
    return chosen


def _numbers(value: int, count: int) -> NDArray[np.int32]:
    return np.full(count, value, dtype=np.int32)
