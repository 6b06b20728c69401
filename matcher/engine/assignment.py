"""Assign startups to programs: as many pairs as possible, then the highest total, then the lowest pairs.

Of plans with equally many pairs and the same total, that one is taken whose pairs, ordered by startup, then
program, are the lowest: compared pair by pair, the first difference decides. Totals that differ by less
than one part in 10^9 of the largest score count as the same. Without side rules the plan is a minimum-cost
flow, with them a constraint program; docs/assignment.md says more.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.engine.assignment_flow import solve_flow
from matcher.engine.assignment_problem import AssignmentProblem, Pair
from matcher.engine.assignment_ties import SettledPlan, settle_ties
from matcher.engine.rule_solver import solve_with_rules
from matcher.engine.seat_graph import SeatGraph, build_graph
from matcher.engine.side_rules import keeps


class Cause(StrEnum):
    """Why a startup has no program."""

    NOT_ELIGIBLE = "not_eligible"
    EXCLUDED = "excluded"
    NO_SEATS = "no_seats"
    PINNED_OUT = "pinned_out"
    RULES = "rules"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A startup without a program, and why, in plain words that are true of the plan."""

    startup: int
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A best plan.

    Attributes:
        pairs: the chosen pairs, ordered by startup, then program; pins are among them.
        total: sum of their scores as given, without moving costs.
        unmatched: startups without a program, ascending.
        settled: False when equal plans were so many that the lowest of them was not found; the plan is best
            all the same, and the same each time.
    """

    pairs: tuple[Pair, ...]
    total: float
    unmatched: tuple[Unmatched, ...]
    settled: bool

    def programs_of(self, startup: int) -> tuple[int, ...]:
        """Give the programs of one startup."""
        return tuple(pair.program for pair in self.pairs if pair.startup == startup)

    def startups_of(self, program: int) -> tuple[int, ...]:
        """Give the startups of one program."""
        return tuple(pair.startup for pair in self.pairs if pair.program == program)


def assign(problem: AssignmentProblem) -> Assignment:
    """Find the best plan.

    Args:
        problem: pairs, seats, pins, exclusions, side rules and the plan before, if any.

    Returns:
        A plan that keeps every pin, exclusion and rule. A previous pair counts its moving cost more while
        the best plan is sought, so that it is given up only for a gain above that cost.

    Raises:
        RulesConflictError: no plan keeps the rules and pins; names them.
        UnprovenPlanError: the best plan under the rules was not proven within the work allowed.
    """
    graph = build_graph(problem)
    plan = choose(problem, graph)
    places = np.sort(np.concatenate([graph.places[plan.chosen], graph.pinned]))
    total = math.fsum(problem.candidates.score[places].tolist())
    return Assignment(
        problem.pairs_at(places), total, _explain_unmatched(problem, graph, places), plan.settled
    )


def choose(problem: AssignmentProblem, graph: SeatGraph) -> SettledPlan:
    """Choose among the open pairs of a problem."""
    plan = settle_ties(graph, solve_flow(graph))
    if not problem.rules:
        return plan
    places = np.concatenate([graph.places[plan.chosen], graph.pinned])
    # A best plan that keeps the rules anyway is the best among those that do.
    if keeps(problem.rules, problem.candidates.startup[places], problem.candidates.program[places]):
        return plan
    return solve_with_rules(problem, graph)


def _explain_unmatched(
    problem: AssignmentProblem, graph: SeatGraph, places: NDArray[np.int64]
) -> tuple[Unmatched, ...]:
    """Say for every startup without a program why."""
    candidates, seats = problem.candidates, np.array(problem.seats, dtype=object) > 0

    def count(startup: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(startup, minlength=problem.startups)

    not_excluded = np.ones(candidates.startup.size, dtype=np.bool_)
    not_excluded[problem.places_of(problem.exclusions)] = False
    seated = not_excluded & seats[candidates.program].astype(np.bool_)
    loads = np.bincount(candidates.program[places], minlength=problem.programs)
    seats_left = np.array(
        [min(seats, problem.startups) > load for seats, load in zip(problem.seats, loads, strict=True)],
        dtype=np.bool_,
    )
    reachable = graph.right_room[graph.right] > 0
    eligible = count(candidates.startup)
    allowed = count(candidates.startup[not_excluded])
    with_seats = count(candidates.startup[seated])
    unpinned = count(graph.left[reachable])
    free = count(graph.left[seats_left[graph.right]]) if graph.right.size else count(graph.left)
    found = []
    for startup in np.flatnonzero(count(candidates.startup[places]) == 0).tolist():
        cause, reason = _reason(
            int(eligible[startup]),
            int(allowed[startup]),
            int(with_seats[startup]),
            int(unpinned[startup]),
            int(free[startup]),
            rules=bool(problem.rules),
        )
        found.append(Unmatched(startup, cause, reason))
    return tuple(found)


def _reason(
    eligible: int, allowed: int, with_seats: int, unpinned: int, free: int, *, rules: bool
) -> tuple[Cause, str]:
    """Put the cause into words.

    Args:
        eligible: programs the startup is eligible for.
        allowed: those of them it is not excluded from.
        with_seats: those of them that have seats at all.
        unpinned: those of them whose seats are not all pinned to others.
        free: those of them that still have a free seat in the plan.
        rules: whether there are side rules.
    """
    if not eligible:
        return Cause.NOT_ELIGIBLE, "not eligible for any program"
    if not allowed:
        return Cause.EXCLUDED, f"excluded from {_every(eligible)} it is eligible for"
    if not with_seats:
        return Cause.NO_SEATS, f"no seats in {_every(allowed)} open to it"
    if not unpinned:
        return Cause.PINNED_OUT, f"the seats of {_every(with_seats)} open to it are pinned to other startups"
    if free:
        return Cause.RULES, f"the side rules keep it from the free seats of {_programs(free)} open to it"
    better = "the total is higher, or equal with lower startup numbers"
    if rules:
        better = "the side rules are kept and the total is highest, or equal with lower startup numbers"
    return Cause.FULL, f"{_every(unpinned)} open to it is full of startups with which {better}"


def _programs(count: int) -> str:
    return "1 program" if count == 1 else f"{count} programs"


def _every(count: int) -> str:
    return "the only program" if count == 1 else f"each of the {count} programs"
