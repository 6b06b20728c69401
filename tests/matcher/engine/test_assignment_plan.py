"""The dry run: costs of side rules, waitlists, free seats."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from matcher.engine.assignment import assign
from matcher.engine.assignment_plan import WaitlistEntry, plan
from matcher.engine.assignment_problem import AssignmentProblem
from matcher.engine.side_rules import Limit, RulesConflictError, SideRule
from tests.matcher.engine.assignment_instances import as_pairs, best_by_trying, candidates, problems

PROBLEM = AssignmentProblem(
    5,
    (2, 1),
    candidates({(0, 0): 0.9, (1, 0): 0.8, (2, 0): 0.3, (3, 0): 0.3, (3, 1): 0.7, (4, 0): 0.5}),
    exclusions=as_pairs([(4, 0)]),
    rules=(
        SideRule("one of the first two", (Limit("", frozenset({0, 1}), most=1),)),
        SideRule("at most three", (Limit("", most=3),)),
    ),
)


def test_plan_worked_example() -> None:
    run = plan(PROBLEM)

    assert run.assignment.pairs == as_pairs([(0, 0), (2, 0), (3, 1)])
    # Without the first rule startup 1 would come in for startup 2: 0.8 instead of 0.3.
    assert [(cost.name, cost.pairs, round(cost.total, 9)) for cost in run.rules] == [
        ("one of the first two", 0, 0.5),
        ("at most three", 0, 0.0),
    ]
    assert [waitlist.entries for waitlist in run.waitlists] == [(WaitlistEntry(1, 1, 0.8),), ()]
    assert run.free_seats == (0, 0)


def test_waitlists_rank_equal_scores_by_startup_and_may_be_cut() -> None:
    problem = AssignmentProblem(
        4, (1,), candidates({(0, 0): 0.2, (1, 0): 0.9, (2, 0): 0.4, (3, 0): 0.4}), rules=()
    )

    run, cut = plan(problem), plan(problem, longest=1)

    assert [(entry.startup, entry.rank) for entry in run.waitlists[0].entries] == [(2, 1), (3, 2), (0, 3)]
    assert [entry.startup for entry in cut.waitlists[0].entries] == [2]


@given(problems(rules=True))
@settings(deadline=None, max_examples=60)
def test_a_dry_run_agrees_with_trying_every_plan(problem: AssignmentProblem) -> None:
    try:
        run = plan(problem)
    except RulesConflictError:
        return

    for rule, cost in zip(problem.rules, run.rules, strict=True):
        without = best_by_trying(problem.without_rule(rule.name))
        assert without is not None
        assert cost.pairs == len(without) - len(run.assignment.pairs) >= 0
        assert cost.total == pytest.approx(
            assign(problem.without_rule(rule.name)).total - run.assignment.total
        )
    held = [len(run.assignment.programs_of(startup)) for startup in range(problem.startups)]
    for waitlist in run.waitlists:
        waiting = [entry.startup for entry in waitlist.entries]
        assert waiting == [
            startup for _, startup in sorted((-entry.score, entry.startup) for entry in waitlist.entries)
        ]
        assert not set(waiting) & set(run.assignment.startups_of(waitlist.program))
        assert all(held[startup] < problem.max_per_startup for startup in waiting)
    loads = [len(run.assignment.startups_of(program)) for program in range(problem.programs)]
    assert [load + free for load, free in zip(loads, run.free_seats, strict=True)] == list(problem.seats)


def test_a_dry_run_without_rules_has_no_rule_costs() -> None:
    assert plan(replace(PROBLEM, rules=())).rules == ()
