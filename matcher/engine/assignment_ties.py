"""Settle which of several equally good plans is taken: the one with the lowest pairs.

Plans are compared pair by pair, each plan's pairs ordered by startup, then program; the first difference
decides for the lower pair. So a pair is taken, in this order, whenever some equally good plan holds it
together with all pairs settled before. Such a plan is found as a cycle of moves through the residual graph
that costs nothing; only arcs that cost nothing under the best plan's prices can lie on one, and they are
few.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.engine.residual_paths import Residual
from matcher.engine.seat_graph import SeatGraph

MOST_STEPS = 4_000_000
"""Arcs looked at before the rest is left as the solver had it; one to two seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class SettledPlan:
    """Which pairs a plan holds, and whether it is the lowest of its equals.

    Attributes:
        chosen: bool (arcs,).
        settled: False when ties were so many that those of the last startups were left to the solver.
    """

    chosen: NDArray[np.bool_]
    settled: bool


def settle_ties(graph: SeatGraph, chosen: NDArray[np.bool_], most_steps: int = MOST_STEPS) -> SettledPlan:
    """Exchange pairs of a best plan for lower ones while the total stays the same.

    Args:
        graph: the open pairs, ordered by startup, then program.
        chosen: (arcs,), a best plan.
        most_steps: how much work is done at most, counted in arcs so that it is the same everywhere.

    Returns:
        The lowest of all plans with as many pairs whose total is within the graph's tolerance of the best.
    """
    moves = _CheapMoves(graph, chosen, most_steps)
    settled = moves.settle()
    return SettledPlan(moves.chosen, settled)


class _OutOfStepsError(Exception):
    """The work allowed is used up."""


class _CheapMoves:
    """The part of the residual graph in which moves cost next to nothing, changed as pairs are settled.

    Nodes are numbered: startups, then programs, then source and sink.
    """

    def __init__(self, graph: SeatGraph, chosen: NDArray[np.bool_], most_steps: int) -> None:
        residual = Residual(graph, chosen)
        prices = residual.prices()
        self.graph = graph
        self.chosen = chosen.copy()
        self.budget = graph.tolerance
        self.steps = most_steps
        self.lefts = graph.left_room.size
        self.source = self.lefts + graph.right_room.size
        self.sink = self.source + 1
        self.price: list[int] = [*prices.left.tolist(), *prices.right.tolist(), prices.source, prices.sink]
        self.load = [*residual.left_load.tolist(), *residual.right_load.tolist()]
        self.room = [*graph.left_room.tolist(), *graph.right_room.tolist()]
        reduced = prices.left[graph.left] - graph.units - prices.right[graph.right]
        # Prices move by at most the tolerance in all, so an arc dearer than this never comes into question.
        cheap = np.flatnonzero(np.where(chosen, -reduced, reduced) <= 2 * graph.tolerance)
        self.arcs = cheap.tolist()
        lefts, rights = graph.left[cheap].tolist(), graph.right[cheap].tolist()
        units, held = graph.units[cheap].tolist(), chosen[cheap].tolist()
        self.ends = {
            arc: (left, self.lefts + right, value)
            for arc, left, right, value in zip(self.arcs, lefts, rights, units, strict=True)
        }
        self.open_arcs: dict[int, dict[int, int]] = {}
        self.held_arcs: dict[int, dict[int, int]] = {}
        for arc, is_held in zip(self.arcs, held, strict=True):
            left, right, _ = self.ends[arc]
            if is_held:
                self.held_arcs.setdefault(right, {})[left] = arc
            else:
                self.open_arcs.setdefault(left, {})[right] = arc
        self.loose = [0] * self.lefts
        for held_by in self.held_arcs.values():
            for left in held_by:
                self.loose[left] += 1
        self.rights = sorted({right for _, right, _ in self.ends.values()})

    def settle(self) -> bool:
        """Go through the pairs in order; say whether the work allowed sufficed."""
        # A startup without a cheap arc that is still open can only pass on what it holds.
        if not self.open_arcs:
            return True
        try:
            for arc in self.arcs:
                self._settle_arc(arc)
        except _OutOfStepsError:
            return False
        return True

    def _settle_arc(self, arc: int) -> None:
        left, right, units = self.ends[arc]
        if left in self.held_arcs.get(right, {}):
            del self.held_arcs[right][left]
            self.loose[left] -= 1
            return
        del self.open_arcs[left][right]
        if not self.open_arcs[left]:
            del self.open_arcs[left]
        first = self.price[left] - units - self.price[right]
        if first > self.budget or not self._can_change(left):
            return
        way = self._way(right, left, self.budget - first)
        if way is not None:
            cost, steps = way
            self.budget -= cost + first
            self._push(steps)
            self.chosen[arc] = True

    def _can_change(self, left: int) -> bool:
        """Say whether a startup has room for one more pair, or holds one that is not settled."""
        return self.load[left] < self.room[left] or self.loose[left] > 0

    def _way(self, start: int, goal: int, most: int) -> tuple[int, list[tuple[int, int]]] | None:
        """Find the cheapest way (Dijkstra 1959) and take its cost into the prices."""
        near = {start: 0}
        came: dict[int, int] = {}
        done: set[int] = set()
        # Of equal costs the highest number first: source, sink and programs lead on sooner than startups.
        heap = [(0, -start)]
        while heap:
            cost, number = heapq.heappop(heap)
            node = -number
            if node in done:
                continue
            done.add(node)
            if node == goal:
                break
            for other, step in self._next(node, goal):
                self.steps -= 1
                if self.steps < 0:
                    raise _OutOfStepsError
                length = cost + self.price[node] + step - self.price[other]
                if length <= most and length < near.get(other, most + 1):
                    near[other] = length
                    came[other] = node
                    if other == goal and length == cost:
                        done.add(goal)
                        heap = []
                        break
                    heapq.heappush(heap, (length, -other))
        if goal not in done:
            return None
        if near[goal]:
            self._raise_prices(near, near[goal])
        return near[goal], _steps(came, start, goal)

    def _raise_prices(self, near: dict[int, int], total: int) -> None:
        for node in range(len(self.price)):
            self.price[node] += min(near.get(node, total), total)

    def _next(self, node: int, goal: int) -> Iterator[tuple[int, int]]:
        """Give the nodes one move away and what the move costs, the goal first."""
        if node < self.lefts:
            return self._from_startup(node)
        if node < self.source:
            return self._from_program(node, goal)
        return self._from_source(goal) if node == self.source else self._from_sink()

    def _from_startup(self, node: int) -> Iterator[tuple[int, int]]:
        for right, arc in self.open_arcs.get(node, {}).items():
            yield right, -self.ends[arc][2]
        if self.load[node]:
            yield self.source, 0

    def _from_program(self, node: int, goal: int) -> Iterator[tuple[int, int]]:
        held = self.held_arcs.get(node, {})
        if goal in held:
            yield goal, self.ends[held[goal]][2]
        for left, arc in held.items():
            yield left, self.ends[arc][2]
        if self.load[node] < self.room[node]:
            yield self.sink, 0

    def _from_source(self, goal: int) -> Iterator[tuple[int, int]]:
        if self.load[goal] < self.room[goal]:
            yield goal, 0
        for left in self.open_arcs:
            if self.load[left] < self.room[left]:
                yield left, 0

    def _from_sink(self) -> Iterator[tuple[int, int]]:
        for right in self.rights:
            if self.load[right]:
                yield right, 0

    def _push(self, steps: list[tuple[int, int]]) -> None:
        """Carry out the moves of a way: pairs are given up and taken, seats and places change hands."""
        for tail, head in steps:
            if tail < self.lefts and head < self.source:
                arc = self.open_arcs[tail].pop(head)
                if not self.open_arcs[tail]:
                    del self.open_arcs[tail]
                self.held_arcs.setdefault(head, {})[tail] = arc
                self.loose[tail] += 1
                self.chosen[arc] = True
            elif head < self.lefts and tail < self.source:
                arc = self.held_arcs[tail].pop(head)
                self.loose[head] -= 1
                self.open_arcs.setdefault(head, {})[tail] = arc
                self.chosen[arc] = False
            elif tail == self.source:
                self.load[head] += 1
            elif head == self.source:
                self.load[tail] -= 1
            elif head == self.sink:
                self.load[tail] += 1
            else:
                self.load[head] -= 1


def _steps(came: dict[int, int], start: int, goal: int) -> list[tuple[int, int]]:
    """Give the steps of a way, the last first."""
    steps = []
    node = goal
    while node != start:
        steps.append((came[node], node))
        node = came[node]
    return steps
