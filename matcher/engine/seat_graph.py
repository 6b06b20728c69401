"""The part of an assignment that is still open: a bipartite graph with whole-number scores.

Solvers count in whole numbers. Scores are rounded to a decimal grid, so that scores written with a few
decimals add up and tie as they do on paper, which binary fractions would not.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.engine.assignment_problem import AssignmentProblem

_MOST_DIGITS = 14
_ROOM = 2.0**62 / 16
"""Sums a solver makes stay below this: 64-bit numbers, less the factors its own arithmetic needs."""

_TOLERANCE_DIGITS = 10


@dataclass(frozen=True, slots=True, eq=False)
class SeatGraph:
    """Pairs that can still be chosen, in whole-number scores, beside the pins that are settled.

    Left are the startups and right the programs, or the other way round once it is transposed.

    Attributes:
        left: int64 (arcs,), numbers of the left side.
        right: int64 (arcs,), numbers of the right side.
        units: int64 (arcs,), scores on the grid, |units| <= `largest`.
        left_room: int64 (lefts,), how many arcs each left node can still take.
        right_room: int64 (rights,), likewise.
        largest: the grid's steps for the largest score, a power of ten.
        tolerance: totals that differ by no more than this count as equal, in steps of the grid.
        step: what one step of the grid is worth in the unit of the scores.
        places: int64 (arcs,), where each arc stands among the candidates.
        pinned: int64 (pins,), where the pins stand among the candidates.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    units: NDArray[np.int64]
    left_room: NDArray[np.int64]
    right_room: NDArray[np.int64]
    largest: int
    tolerance: int
    step: float
    places: NDArray[np.int64]
    pinned: NDArray[np.int64]

    def transposed(self) -> "SeatGraph":
        """Give the same graph with the sides swapped."""
        return replace(
            self,
            left=self.right,
            right=self.left,
            left_room=self.right_room,
            right_room=self.left_room,
        )

    @property
    def bonus(self) -> int:
        """What one more pair is worth: more than any exchange of pairs can change the total."""
        return 8 * self.largest * (min(self.left_room.size, self.right_room.size) + 2)


def build_graph(problem: AssignmentProblem) -> SeatGraph:
    """Take pins and exclusions out of a problem, and put its scores on a grid.

    The grid has 10^d steps for the power of ten at or above the largest score, with d from 14 for a small
    problem to 11 for a million pairs. Rounding moves the total of a plan of n pairs by at most n/2 steps.
    """
    candidates = problem.candidates
    pinned, excluded = problem.places_of(problem.pins), problem.places_of(problem.exclusions)
    is_open = np.ones(candidates.startup.size, dtype=np.bool_)
    is_open[pinned] = False
    is_open[excluded] = False
    places = np.flatnonzero(is_open)
    value = candidates.score.copy()
    if problem.moving_cost:
        value[problem.places_of(problem.previous)] += problem.moving_cost
    counted = candidates.startup.size + problem.startups + problem.programs + 16
    digits = min(_MOST_DIGITS, int(np.floor(np.log10(_ROOM / counted))))
    exponent = _exponent(value)
    left_room = np.full(problem.startups, min(problem.max_per_startup, problem.programs), dtype=np.int64)
    seats = np.array([min(seats, problem.startups) for seats in problem.seats], dtype=np.int64)
    left_room -= np.bincount(candidates.startup[pinned], minlength=problem.startups)
    seats -= np.bincount(candidates.program[pinned], minlength=problem.programs)
    return SeatGraph(
        candidates.startup[places],
        candidates.program[places],
        _rounded(value[places], digits - exponent),
        left_room,
        seats,
        10**digits,
        10 ** max(digits - _TOLERANCE_DIGITS, 0),
        10.0 ** (exponent - digits),
        places,
        pinned,
    )


def _exponent(value: NDArray[np.float64]) -> int:
    largest = float(np.abs(value).max(initial=0.0))
    return int(np.ceil(np.log10(largest))) if largest > 0 else 0


def _rounded(value: NDArray[np.float64], exponent: int) -> NDArray[np.int64]:
    # In two factors, because one power of ten for very small scores would leave the range of floats.
    half = exponent // 2
    return np.rint(value * 10.0**half * 10.0 ** (exponent - half)).astype(np.int64)
