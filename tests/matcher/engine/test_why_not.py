"""Why not: every change that is named suffices, and none is left out."""

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from matcher.engine.assignment import Assignment, assign
from matcher.engine.assignment_problem import AssignmentProblem, Candidates, Pair
from matcher.engine.side_rules import Limit, RulesConflictError, SideRule
from matcher.engine.why_not import NO_PAIRS, Change, Kind, WhyNot, why_not_seat, why_not_startup
from matcher.errors import FieldError
from tests.matcher.engine.assignment_instances import (
    as_pairs,
    candidates,
    closed_pairs,
    random_problem,
    value_of,
)

INSTANCES = int(os.environ.get("LANDFALL_WHY_NOT_INSTANCES", "30"))
"""`make soak` sets 200."""

# Two seats, both taken; startup 2 is left out.
FULL = AssignmentProblem(3, (1, 1), candidates({(0, 0): 0.9, (0, 1): 0.5, (1, 1): 0.8, (2, 0): 0.6}))


def named(answer: WhyNot) -> list[tuple[Kind, Pair | int | str | None, int, float]]:
    """Give the changes of an answer in short."""
    return [
        (
            one.change.kind,
            one.change.pair or (one.change.rule if one.change.program is None else one.change.program),
            one.pairs,
            round(one.gain, 9),
        )
        for one in answer.changes
    ]


def test_why_not_a_startup_worked_example() -> None:
    facts = candidates({(2, 1): 0.95, (0, 1): 9.0})

    answer = why_not_startup(FULL, assign(FULL), 2, facts)

    # A seat more in program 1 helps too: startup 0 moves there, and startup 2 takes its place.
    assert named(answer) == [
        (Kind.PIN, Pair(2, 0), 0, -0.3),
        (Kind.SEAT, 0, 1, 0.6),
        (Kind.SEAT, 1, 1, 0.2),
        (Kind.FACT, Pair(2, 1), 0, 0.15),
    ]
    assert answer.looked_at == ((Kind.PIN, 1), (Kind.SEAT, 2), (Kind.RULE, 0), (Kind.FACT, 1))
    assert not answer.none_suffices


def test_why_not_a_seat_worked_example() -> None:
    problem = replace(FULL, seats=(1, 3))
    found = assign(problem)

    answer = why_not_seat(problem, found, 1, candidates({(2, 1): 0.1}))

    assert found.pairs == as_pairs([(0, 1), (1, 1), (2, 0)])
    # The fact alone lets startup 0 have its better program; one of the others still takes the third seat.
    assert named(answer) == []
    assert answer.none_suffices
    assert answer.looked_at == ((Kind.PIN, 0), (Kind.SEAT, 0), (Kind.RULE, 0), (Kind.FACT, 1))


def test_why_not_names_the_rule_that_keeps_a_startup_out() -> None:
    rule = SideRule("one of two", (Limit("", frozenset({0, 1}), most=1),))
    problem = AssignmentProblem(2, (2,), candidates({(0, 0): 0.9, (1, 0): 0.8}), rules=(rule,))
    found = assign(problem)

    startup, seat = why_not_startup(problem, found, 1), why_not_seat(problem, found, 0)

    assert named(startup) == [(Kind.PIN, Pair(1, 0), 0, -0.1), (Kind.RULE, "one of two", 1, 0.8)]
    assert named(seat) == [(Kind.RULE, "one of two", 1, 0.8)]


def test_why_not_says_when_no_single_change_suffices() -> None:
    problem = AssignmentProblem(1, (0,), candidates({(0, 0): 1.0}), exclusions=as_pairs([(0, 0)]))

    answer = why_not_startup(problem, assign(problem), 0)

    assert answer.none_suffices
    assert answer.looked_at == ((Kind.PIN, 0), (Kind.SEAT, 1), (Kind.RULE, 0), (Kind.FACT, 0))


@pytest.mark.parametrize("startup", [0, 3, -1])
def test_why_not_is_asked_only_for_startups_without_a_program(startup: int) -> None:
    with pytest.raises(FieldError, match="startup"):
        why_not_startup(FULL, assign(FULL), startup)


@pytest.mark.parametrize("program", [0, 2, -1])
def test_why_not_is_asked_only_for_empty_seats(program: int) -> None:
    with pytest.raises(FieldError, match="program"):
        why_not_seat(FULL, assign(FULL), program)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_change_of_nothing_is_refused(kind: Kind) -> None:
    with pytest.raises(FieldError, match="without what it changes"):
        Change(kind).apply(FULL)


def every_change(
    problem: AssignmentProblem,
    facts: Candidates,
    opened: Candidates,
    *,
    startup: int | None = None,
    program: int | None = None,
) -> Iterator[Change]:
    """Give every change a question is about."""
    excluded = set(problem.exclusions)
    for pair in problem.pairs_at(np.arange(problem.candidates.startup.size)):
        if pair not in excluded and (pair.startup == startup or pair.program == program):
            yield Change(Kind.PIN, pair)
    yield from _with_score(Kind.PIN, opened, startup, program)
    if startup is not None:
        for number in range(problem.programs):
            yield Change(Kind.SEAT, program=number)
    for rule in problem.rules:
        yield Change(Kind.RULE, rule=rule.name)
    yield from _with_score(Kind.FACT, facts, startup, program)


def _with_score(kind: Kind, pairs: Candidates, startup: int | None, program: int | None) -> Iterator[Change]:
    for one, other, score in zip(
        pairs.startup.tolist(), pairs.program.tolist(), pairs.score.tolist(), strict=True
    ):
        if one == startup or other == program:
            yield Change(kind, Pair(one, other), score=score)


def check(problem: AssignmentProblem, facts: Candidates, opened: Candidates = NO_PAIRS) -> None:
    """Ask about every startup left out and every seat left empty, and plan again with every change."""
    try:
        found = assign(problem)
    except RulesConflictError:
        return
    for one in found.unmatched:
        answer = why_not_startup(problem, found, one.startup, facts, opened)
        changes = list(every_change(problem, facts, opened, startup=one.startup))
        _compare(problem, found, answer, changes, startup=one.startup)
    for program in range(problem.programs):
        if len(found.startups_of(program)) < problem.seats[program]:
            answer = why_not_seat(problem, found, program, facts, opened)
            changes = list(every_change(problem, facts, opened, program=program))
            _compare(problem, found, answer, changes, program=program)


def _compare(
    problem: AssignmentProblem,
    found: Assignment,
    answer: WhyNot,
    changes: list[Change],
    *,
    startup: int | None = None,
    program: int | None = None,
) -> None:
    promised = {one.change: one for one in answer.changes}
    suffices = []
    for change in changes:
        try:
            changed = change.apply(problem)
            again = assign(changed)
        except (FieldError, RulesConflictError):
            continue
        if startup is not None:
            done = bool(again.programs_of(startup))
        else:
            done = len(again.startups_of(program or 0)) > len(found.startups_of(program or 0))
        if done:
            suffices.append(change)
            assert promised[change].pairs == len(again.pairs) - len(found.pairs)
            gain = value_of(changed, again) - value_of(problem, found)
            assert promised[change].gain == pytest.approx(gain, abs=1e-8)
    assert [one.change for one in answer.changes] == sorted(
        suffices, key=lambda change: (list(Kind).index(change.kind), change.pair or Pair(0, 0))
    )


@pytest.mark.parametrize("rules", [False, True])
def test_named_changes_keep_their_promise_and_no_other_change_does(*, rules: bool) -> None:
    for seed in range(INSTANCES):
        problem = random_problem(seed, rules=rules)
        if seed % 2:
            # Scores without ties, for which everything is read off the residual graph.
            scores = np.random.default_rng(seed).random(problem.candidates.score.size)
            problem = replace(problem, candidates=replace(problem.candidates, score=scores))
        closed = closed_pairs(problem, seed)
        check(problem, closed)
        check(problem, closed, opened=closed)


def test_scores_of_facts_may_be_far_larger_than_all_others() -> None:
    check(FULL, candidates({(2, 1): 1e9, (1, 0): -1e9}))
    check(FULL, NO_PAIRS, opened=candidates({(2, 1): 1e9, (1, 0): -1e9}))
    check(replace(FULL, seats=(2, 1)), candidates({(2, 1): 1e9, (1, 0): -1e9}))


def test_plans_that_are_equal_only_nearly_are_planned_again() -> None:
    third = 1 / 3
    check(
        AssignmentProblem(
            3, (1, 1), candidates({(0, 0): third, (1, 1): 2 * third, (0, 1): 1.0, (1, 0): 0.0, (2, 0): 0.0})
        ),
        candidates({}),
    )
