"""What a re-run changed, and why."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from matcher.engine.assignment import assign
from matcher.engine.assignment_problem import AssignmentProblem
from matcher.engine.rerun_diff import Entered, Left, RerunDiff, compare_runs
from matcher.engine.side_rules import Limit, SideRule
from tests.matcher.engine.assignment_instances import as_pairs, candidates, problems

BASE = AssignmentProblem(3, (1, 1), candidates({(0, 0): 0.9, (1, 0): 0.8, (1, 1): 0.3, (2, 1): 0.7}))


def rerun(before: AssignmentProblem, **changes: object) -> RerunDiff:
    """Plan, change the inputs, plan again, compare."""
    after = replace(before, **changes)  # type: ignore[arg-type]
    return compare_runs((before, assign(before)), (after, assign(after)))


def test_compare_runs_worked_example() -> None:
    diff = rerun(BASE, pins=as_pairs([(1, 0)]))

    (entered,), (left,) = diff.entered, diff.left
    assert diff.kept == as_pairs([(2, 1)])
    assert (entered.pair, entered.why, entered.in_place_of) == (*as_pairs([(1, 0)]), Entered.PINNED, (0,))
    assert (left.pair, left.why, left.gave_way_to) == (*as_pairs([(0, 0)]), Left.GAVE_WAY_TO_PIN, (1,))
    assert entered.came_from == left.went_to == ()


@pytest.mark.parametrize(
    ("changes", "entered", "left"),
    [
        ({}, [], []),
        ({"exclusions": as_pairs([(0, 0)])}, [Entered.VACANCY], [Left.EXCLUDED]),
        (
            {"candidates": candidates({(1, 0): 0.8, (2, 1): 0.7})},
            [Entered.VACANCY],
            [Left.NOT_ELIGIBLE],
        ),
        ({"seats": (2, 1)}, [Entered.MORE_SEATS], []),
        ({"seats": (0, 1)}, [], [Left.FEWER_SEATS]),
        (
            {"candidates": candidates({(0, 0): 0.1, (1, 0): 0.8, (2, 1): 0.7})},
            [Entered.VACANCY],
            [Left.GAVE_WAY],
        ),
        (
            {"candidates": candidates({(0, 0): 0.9, (1, 0): 0.8, (1, 1): 0.3, (2, 1): 0.7, (2, 0): 2.0})},
            [Entered.VACANCY, Entered.NEWLY_ELIGIBLE],
            [Left.GAVE_WAY, Left.MOVED],
        ),
        ({"rules": (SideRule("none", (Limit("", frozenset({0, 1}), most=0),)),)}, [], [Left.RULES]),
    ],
)
def test_changes_of_the_inputs_are_named(
    changes: dict[str, object], entered: list[Entered], left: list[Left]
) -> None:
    diff = rerun(BASE, **changes)

    assert [one.why for one in diff.entered] == entered
    assert [one.why for one in diff.left] == left


def test_pairs_come_in_when_an_exclusion_or_a_rule_is_lifted() -> None:
    excluded = replace(BASE, exclusions=as_pairs([(0, 0), (1, 0)]))
    ruled = replace(BASE, rules=(SideRule("none", (Limit("", frozenset({0, 1}), most=0),)),))

    assert [one.why for one in rerun(excluded, exclusions=()).entered] == [Entered.NO_LONGER_EXCLUDED]
    assert [one.why for one in rerun(ruled, rules=()).entered] == [Entered.FREE_SEAT]


def test_a_startup_that_may_get_fewer_programs_leaves_one() -> None:
    two = AssignmentProblem(1, (1, 1), candidates({(0, 0): 0.9, (0, 1): 0.5}), max_per_startup=2)

    assert [one.why for one in rerun(two, max_per_startup=1).left] == [Left.FEWER_PROGRAMS]


@given(problems(), problems())
@settings(deadline=None, max_examples=80)
def test_a_diff_leads_from_one_plan_to_the_other(one: AssignmentProblem, other: AssignmentProblem) -> None:
    if (one.startups, one.programs) != (other.startups, other.programs):
        other = replace(one, pins=(), exclusions=one.previous)
    before, after = assign(one), assign(other)

    diff = compare_runs((one, before), (other, after))

    entered, left = {item.pair for item in diff.entered}, {item.pair for item in diff.left}
    assert (set(before.pairs) - left) | entered == set(after.pairs)
    assert set(diff.kept) == set(before.pairs) & set(after.pairs)
    # Without side rules, only better or newly possible pairs drive one out.
    assert all(item.why is not Left.RULES for item in diff.left)
