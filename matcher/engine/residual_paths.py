"""Cheapest ways to change a best plan: shortest paths in its residual graph.

A plan without side rules is a flow. A path through its residual graph is a chain of moves (this startup
goes there, that one gives way), and the path's length is what the chain costs. As the plan is best, no
chain has a negative cost, so the cheapest one answers "what if" exactly (Ahuja, Magnanti, Orlin, Network
Flows, 1993, chapter 9). Costs are whole numbers: the grid's steps, with a bonus for each pair more.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matcher.engine.seat_graph import SeatGraph

FAR = np.int64(2**62)
"""Distance of what cannot be reached; real distances stay below half of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """Least cost to each node; `FAR` or nearly where there is no way.

    Attributes:
        left: int64 (lefts,).
        right: int64 (rights,).
        source: to the node every left one is fed from.
        sink: to the node every right one flows into.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    source: int
    sink: int


@dataclass(frozen=True, slots=True, eq=False)
class Residual:
    """A graph with the arcs a plan chose, and what may be changed about it.

    Attributes:
        graph: the open pairs.
        chosen: bool (arcs,).
        left_load: int64 (lefts,), chosen arcs per left node.
        right_load: int64 (rights,), likewise.
    """

    graph: SeatGraph
    chosen: NDArray[np.bool_]
    left_load: NDArray[np.int64] = field(init=False)
    right_load: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Count the loads."""
        graph = self.graph
        left = np.bincount(graph.left[self.chosen], minlength=graph.left_room.size)
        right = np.bincount(graph.right[self.chosen], minlength=graph.right_room.size)
        object.__setattr__(self, "left_load", left)
        object.__setattr__(self, "right_load", right)

    def transposed(self) -> "Residual":
        """Give the graph with the sides swapped, in which every way runs backwards."""
        return replace(self, graph=self.graph.transposed())

    def prices(self) -> Distances:
        """Give node prices under which every possible change costs nothing or more.

        Without the bonus arc: only changes that keep the number of pairs are priced.
        """
        graph = self.graph
        none = Distances(
            np.zeros(graph.left_room.size, np.int64), np.zeros(graph.right_room.size, np.int64), 0, 0
        )
        return self._relaxed(none, bonus=False)

    def from_sink(self, *, closed_left: int | None = None, shut_right: int | None = None) -> Distances:
        """Give the least cost of the ways from the sink, or from a seat that would be added.

        Args:
            closed_left: a left node no way may pass.
            shut_right: a right node no way may pass.
        """
        return self._from_node(sink=True, closed_left=closed_left, shut_right=shut_right)

    def from_left(self, left: int) -> Distances:
        """Give the least cost of the ways from a left node."""
        return self._from_node(left=left)

    def from_right(self, right: int, *, only_evicting: bool = False) -> Distances:
        """Give the least cost of the ways from a right node.

        Args:
            right: the node.
            only_evicting: the first step takes one of its pairs away, so its free seats are not used.
        """
        return self._from_node(right=right, full_right=right if only_evicting else None)

    def _from_node(
        self,
        *,
        sink: bool = False,
        left: int | None = None,
        right: int | None = None,
        closed_left: int | None = None,
        shut_right: int | None = None,
        full_right: int | None = None,
    ) -> Distances:
        graph = self.graph
        start = Distances(
            np.full(graph.left_room.size, FAR), np.full(graph.right_room.size, FAR), int(FAR), int(FAR)
        )
        if sink:
            start = replace(start, sink=0)
        if left is not None:
            start.left[left] = 0
        if right is not None:
            start.right[right] = 0
        return self._relaxed(
            start, bonus=True, closed_left=closed_left, shut_right=shut_right, full_right=full_right
        )

    def _relaxed(
        self,
        start: Distances,
        *,
        bonus: bool,
        closed_left: int | None = None,
        shut_right: int | None = None,
        full_right: int | None = None,
    ) -> Distances:
        """Shorten distances until none gets shorter (Bellman 1958, Ford 1956)."""
        graph = self.graph
        left, right = start.left.copy(), start.right.copy()
        source, sink = np.int64(start.source), np.int64(start.sink)
        usable = np.ones(graph.units.size, dtype=np.bool_)
        left_ok, right_ok = np.ones(left.size, dtype=np.bool_), np.ones(right.size, dtype=np.bool_)
        if closed_left is not None:
            usable &= graph.left != closed_left
            left_ok[closed_left] = False
        if shut_right is not None:
            usable &= graph.right != shut_right
            right_ok[shut_right] = False
        taken, free = np.flatnonzero(self.chosen & usable), np.flatnonzero(~self.chosen & usable)
        taken_left, taken_right, taken_units = graph.left[taken], graph.right[taken], graph.units[taken]
        free_left, free_right, free_units = graph.left[free], graph.right[free], graph.units[free]
        can_enter = left_ok & (self.left_load < graph.left_room)
        can_leave = left_ok & (self.left_load > 0)
        has_seat = right_ok & (self.right_load < graph.right_room)
        if full_right is not None:
            has_seat[full_right] = False
        has_load = right_ok & (self.right_load > 0)
        pairs = int(self.chosen.sum())
        stale = np.ones(left.size, dtype=np.bool_)
        while True:
            before_left, before_right = left.copy(), right.copy()
            before = (source, sink)
            np.minimum.at(left, taken_left, _farther(right[taken_right], taken_units))
            left[can_enter] = np.minimum(left[can_enter], source)
            source = min(source, left[can_leave].min(initial=FAR))
            stale |= left < before_left
            # Only what comes from a node that got nearer can bring another one nearer.
            moved = np.flatnonzero(stale[free_left])
            np.minimum.at(right, free_right[moved], _farther(left[free_left[moved]], -free_units[moved]))
            sink = min(sink, right[has_seat].min(initial=FAR))
            right[has_load] = np.minimum(right[has_load], sink)
            if bonus:
                source = min(source, sink - graph.bonus if is_near(sink) else FAR)
                if pairs:
                    sink = min(sink, source + graph.bonus if is_near(source) else FAR)
            stale = np.zeros(left.size, dtype=np.bool_)
            if (
                before == (source, sink)
                and np.array_equal(before_left, left)
                and np.array_equal(before_right, right)
            ):
                return Distances(left, right, int(source), int(sink))


def is_near(distance: int | np.int64) -> bool:
    """Say whether there is a way at all."""
    return bool(distance < FAR // 2)


def _farther(distance: NDArray[np.int64], cost: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add a step to distances; what cannot be reached stays as far as it is."""
    return np.where(distance < FAR // 2, distance + cost, FAR)
