"""What a dry run shows: the plan, what each side rule costs, and who would come next in each program."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matcher.engine.assignment import Assignment, assign
from matcher.engine.assignment_problem import AssignmentProblem


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What the plan would gain without one side rule, all others kept.

    Attributes:
        name: the rule.
        pairs: pairs more without it, >= 0.
        total: how much higher the total would be; may be negative where more pairs are possible without it.
    """

    name: str
    pairs: int
    total: float


@dataclass(frozen=True, slots=True)
class WaitlistEntry:
    """The startup that is `rank`-th (from 1) in a program's waitlist."""

    startup: int
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Waitlist:
    """Who would come next in a program, best first."""

    program: int
    entries: tuple[WaitlistEntry, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """A plan that nobody has decided on yet.

    Attributes:
        assignment: the plan.
        rules: per side rule, in the order they were given.
        waitlists: per program, in order.
        free_seats: per program, seats the plan leaves empty.
    """

    assignment: Assignment
    rules: tuple[RuleCost, ...]
    waitlists: tuple[Waitlist, ...]
    free_seats: tuple[int, ...]


def plan(problem: AssignmentProblem, *, longest: int | None = None) -> DryRun:
    """Find the best plan and what a manager wants to know before deciding on it.

    Args:
        problem: what to plan.
        longest: how many startups a waitlist names at most; None names all.

    Raises:
        RulesConflictError: no plan keeps the rules and pins.
    """
    found = assign(problem)
    return DryRun(
        found,
        rule_costs(problem, found),
        waitlists(problem, found, longest=longest),
        free_seats(problem, found),
    )


def rule_costs(problem: AssignmentProblem, found: Assignment) -> tuple[RuleCost, ...]:
    """Plan again without each side rule in turn."""
    costs = []
    for rule in problem.rules:
        without = assign(problem.without_rule(rule.name))
        costs.append(RuleCost(rule.name, len(without.pairs) - len(found.pairs), without.total - found.total))
    return tuple(costs)


def waitlists(
    problem: AssignmentProblem, found: Assignment, *, longest: int | None = None
) -> tuple[Waitlist, ...]:
    """Rank for each program the startups that could still take a seat there.

    These are the startups that are eligible, not excluded, not in the program, and have fewer programs than
    they may get; the highest score first, equal scores by startup. Side rules are not looked at: whether a
    promotion keeps them depends on who leaves.
    """
    candidates = problem.candidates
    held = np.zeros(problem.startups, dtype=np.int64)
    np.add.at(held, [pair.startup for pair in found.pairs], 1)
    waiting = held[candidates.startup] < problem.max_per_startup
    waiting[problem.places_of(found.pairs)] = False
    waiting[problem.places_of(problem.exclusions)] = False
    places = np.flatnonzero(waiting)
    order = places[
        np.lexsort((candidates.startup[places], -candidates.score[places], candidates.program[places]))
    ]
    ends = np.searchsorted(candidates.program[order], np.arange(problem.programs + 1))
    lists = []
    for program, (first, end) in enumerate(pairwise(ends)):
        mine = order[first:end][:longest]
        ranked = zip(candidates.startup[mine].tolist(), candidates.score[mine].tolist(), strict=True)
        entries = tuple(
            WaitlistEntry(startup, rank, score) for rank, (startup, score) in enumerate(ranked, 1)
        )
        lists.append(Waitlist(program, entries))
    return tuple(lists)


def free_seats(problem: AssignmentProblem, found: Assignment) -> tuple[int, ...]:
    """Count for each program the seats the plan leaves empty."""
    taken = np.bincount([pair.program for pair in found.pairs], minlength=problem.programs).tolist()
    return tuple(seats - load for seats, load in zip(problem.seats, taken, strict=True))
