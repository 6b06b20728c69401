"""Small assignment problems, random ones, and the best plan by trying every set of pairs."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from matcher.engine.assignment import Assignment
from matcher.engine.assignment_problem import AssignmentProblem, Candidates, Pair
from matcher.engine.side_rules import Limit, SideRule, keeps
from matcher.errors import FieldError

MOST_PAIRS = 10


def candidates(scores: Mapping[tuple[int, int], float]) -> Candidates:
    """Give eligible pairs from {(startup, program): score}."""
    ordered = sorted(scores.items())
    return Candidates(
        np.array([pair[0] for pair, _ in ordered], dtype=np.int64),
        np.array([pair[1] for pair, _ in ordered], dtype=np.int64),
        np.array([score for _, score in ordered], dtype=np.float64),
    )


def pairs_of(found: Assignment) -> list[tuple[int, int]]:
    """Give the pairs of a plan as plain numbers."""
    return [(pair.startup, pair.program) for pair in found.pairs]


def value_of(problem: AssignmentProblem, found: Assignment) -> float:
    """Give what is maximised after the number of pairs."""
    return found.total + problem.moving_cost * len(set(problem.previous) & set(found.pairs))


def best_by_trying(problem: AssignmentProblem) -> tuple[Pair, ...] | None:
    """Try every set of pairs; None if none keeps pins and rules.

    Sets are tried from the largest to the smallest and in lexicographic order, so that of equal ones the
    lowest is met first.
    """
    places = np.arange(problem.candidates.startup.size)
    worth = dict(zip(problem.pairs_at(places), problem.candidates.score.tolist(), strict=True))
    for pair in set(problem.previous) & set(worth):
        worth[pair] += problem.moving_cost
    for size in range(len(worth), -1, -1):
        best: tuple[float, tuple[Pair, ...]] | None = None
        for chosen in combinations(sorted(worth), size):
            if _possible(problem, chosen):
                total = math.fsum(worth[pair] for pair in chosen)
                if best is None or total > best[0] + 1e-9:
                    best = (total, chosen)
        if best is not None:
            return best[1]
    return None


def _possible(problem: AssignmentProblem, chosen: tuple[Pair, ...]) -> bool:
    startups, programs = Counter(p.startup for p in chosen), Counter(p.program for p in chosen)
    return (
        set(problem.pins) <= set(chosen)
        and not set(problem.exclusions) & set(chosen)
        and all(count <= problem.max_per_startup for count in startups.values())
        and all(count <= problem.seats[program] for program, count in programs.items())
        and keeps(
            problem.rules,
            np.array([pair.startup for pair in chosen], dtype=np.int64),
            np.array([pair.program for pair in chosen], dtype=np.int64),
        )
    )


def random_problem(seed: int, *, rules: bool = False, moving: bool = True) -> AssignmentProblem:
    """Make a small problem; a seed that gives an impossible pin goes on to the next."""
    chance = np.random.default_rng(seed)
    startups, programs = int(chance.integers(1, 6)), int(chance.integers(1, 4))
    shape = (startups, programs)
    scores = (
        chance.random(shape),
        chance.integers(0, 3, shape).astype(np.float64),
        chance.integers(-3, 4, shape) / 10,
        chance.integers(0, 4, shape) / 3,
        np.zeros(shape),
    )[int(chance.integers(5))]
    places = np.flatnonzero(chance.random(shape) < 0.75)[:MOST_PAIRS]
    pairs = [Pair(place // programs, place % programs) for place in places.tolist()]

    def some(share: float) -> tuple[Pair, ...]:
        return tuple(pair for pair in pairs if chance.random() < share)

    def numbers(count: int, share: float) -> frozenset[int]:
        return frozenset(number for number in range(count) if chance.random() < share)

    def rule(number: int) -> SideRule:
        least = int(chance.integers(0, 2))
        limit = Limit("", numbers(startups, 0.6), None, least, least + int(chance.integers(0, 3)))
        if chance.random() < 0.5:
            limit = Limit("", None, numbers(programs, 0.6), least, limit.most)
        return SideRule(f"rule {number}", (limit,))

    try:
        return AssignmentProblem(
            startups,
            tuple(chance.integers(0, 4, programs).tolist()),
            candidates({(p.startup, p.program): float(scores[p.startup, p.program]) for p in pairs}),
            int(chance.integers(1, 4)),
            pins=some(0.1),
            exclusions=some(0.1),
            rules=tuple(rule(number) for number in range(int(chance.integers(1, 4)))) if rules else (),
            previous=some(0.3) if moving else (),
            moving_cost=float(chance.choice([0, 0.3, 2])) if moving else 0.0,
        )
    except FieldError:
        return random_problem(seed + 1_000_003, rules=rules, moving=moving)


def problems(*, rules: bool = False) -> st.SearchStrategy[AssignmentProblem]:
    """Give small problems of every kind."""
    return st.integers(0, 1_000_000).map(lambda seed: random_problem(seed, rules=rules))


def closed_pairs(problem: AssignmentProblem, seed: int) -> Candidates:
    """Give every pair that is not eligible, with a score it might have."""
    chance = np.random.default_rng(seed)
    every = [(s, p) for s in range(problem.startups) for p in range(problem.programs)]
    open_ones = problem.pairs_at(np.arange(problem.candidates.startup.size))
    closed = set(every) - {(pair.startup, pair.program) for pair in open_ones}
    return candidates({pair: round(float(chance.random()), 1) for pair in sorted(closed)})


def as_pairs(numbers: Iterable[tuple[int, int]]) -> tuple[Pair, ...]:
    """Give plain numbers as pairs."""
    return tuple(Pair(startup, program) for startup, program in numbers)
