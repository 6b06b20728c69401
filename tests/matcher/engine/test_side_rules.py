"""Side rules: best plans that keep them, what each costs, and conflicts by name."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine import rule_solver
from matcher.engine.assignment import Cause, assign
from matcher.engine.assignment_problem import AssignmentProblem, Pair, candidates_from
from matcher.engine.rule_solver import UnprovenPlanError, find_conflict
from matcher.engine.side_rules import Limit, RulesConflictError, SideRule, keeps
from matcher.errors import FieldError
from tests.matcher.engine.assignment_instances import as_pairs, best_by_trying, candidates, pairs_of, problems

ONE_BIO = SideRule("one bio", (Limit("", frozenset({0, 1}), None, most=1),))


def example(*rules: SideRule) -> AssignmentProblem:
    """Give three startups, the first two from bio, and two seats in one program."""
    return AssignmentProblem(3, (2,), candidates({(0, 0): 0.9, (1, 0): 0.8, (2, 0): 0.3}), rules=rules)


def test_a_quota_worked_example() -> None:
    without, with_quota = assign(example()), assign(example(ONE_BIO))

    assert pairs_of(without) == [(0, 0), (1, 0)]
    assert pairs_of(with_quota) == [(0, 0), (2, 0)]
    assert with_quota.total == pytest.approx(1.2)
    assert [(one.startup, one.cause) for one in with_quota.unmatched] == [(1, Cause.FULL)]


def test_a_rule_may_leave_seats_free_and_says_so() -> None:
    nobody = SideRule("no bio", (Limit("", frozenset({0, 1}), None, most=0),))

    found = assign(example(nobody))

    assert pairs_of(found) == [(2, 0)]
    assert [one.cause for one in found.unmatched] == [Cause.RULES, Cause.RULES]
    assert found.unmatched[0].reason == "the side rules keep it from the free seats of 1 program open to it"


@given(problems(rules=True))
@settings(deadline=None, max_examples=100)
def test_plans_with_rules_agree_with_trying_every_plan(problem: AssignmentProblem) -> None:
    best = best_by_trying(problem)

    if best is None:
        with pytest.raises(RulesConflictError):
            assign(problem)
    else:
        assert assign(problem).pairs == best


@given(problems(rules=True))
@settings(deadline=None, max_examples=100)
def test_a_conflict_is_one_and_every_member_is_needed(problem: AssignmentProblem) -> None:
    if best_by_trying(problem) is not None:
        return

    conflict = find_conflict(problem)

    def possible(rules: tuple[str, ...], pins: tuple[tuple[int, int], ...]) -> bool:
        kept = tuple(rule for rule in problem.rules if rule.name in rules)
        return best_by_trying(replace(problem, rules=kept, pins=as_pairs(pins))) is not None

    assert not possible(conflict.rules, conflict.pins)
    for name in conflict.rules:
        assert possible(tuple(other for other in conflict.rules if other != name), conflict.pins)
    for pin in conflict.pins:
        assert possible(conflict.rules, tuple(other for other in conflict.pins if other != pin))


def test_conflicts_are_told_by_name() -> None:
    many = SideRule("two bio", (Limit("", frozenset({0, 1}), None, least=2),))
    loose = SideRule("few others", (Limit("", frozenset({2}), None, most=1),))

    with pytest.raises(RulesConflictError) as rules:
        assign(example(loose, ONE_BIO, many))
    with pytest.raises(RulesConflictError) as pins:
        assign(replace(example(ONE_BIO), pins=as_pairs([(0, 0), (1, 0)])))
    with pytest.raises(RulesConflictError) as alone:
        assign(example(SideRule("five", (Limit("", None, None, least=5),))))

    assert str(rules.value) == "rules: 'one bio' and 'two bio' cannot be kept together"
    assert rules.value.rules == ("one bio", "two bio")
    assert str(pins.value) == (
        "rules: 'one bio', the pin of startup 0 to program 0 and the pin of startup 1 to program 0"
        " cannot be kept together"
    )
    assert str(alone.value) == "rules: 'five' cannot be kept by any plan"
    with pytest.raises(ArithmeticError):
        find_conflict(example(ONE_BIO))


def test_equal_plans_under_rules_are_settled_in_batches() -> None:
    # 60 pairs make two batches.
    shape = (20, 3)
    rule = SideRule("later half", (Limit("", frozenset(range(10, 20)), None, least=2),))
    problem = AssignmentProblem(
        20, (2, 2, 2), candidates_from(np.ones(shape), np.ones(shape, dtype=np.bool_)), rules=(rule,)
    )

    found = assign(problem)

    assert pairs_of(found) == [(0, 0), (1, 0), (2, 1), (3, 1), (10, 2), (11, 2)]
    assert found.settled


def test_too_many_equal_plans_under_rules_leave_a_best_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_solver, "_MOST_BATCHES", 0)
    rule = SideRule("the last", (Limit("", frozenset({3}), None, least=1),))
    problem = AssignmentProblem(
        4, (2,), candidates_from(np.ones((4, 1)), np.ones((4, 1), dtype=np.bool_)), rules=(rule,)
    )

    found = assign(problem)

    assert (len(found.pairs), found.total, found.settled) == (2, 2.0, False)


def test_a_plan_that_cannot_be_proven_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_solver, "_WORK", 0.0)

    with pytest.raises(UnprovenPlanError, match="set fewer or looser rules"):
        assign(example(ONE_BIO))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), unique=True))
def test_keeps_counts_pairs_between_the_groups(pairs: list[tuple[int, int]]) -> None:
    limit = Limit("", frozenset({0, 2}), frozenset({1, 2}), least=1, most=2)
    startup, program = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))

    count = sum(one in {0, 2} and other in {1, 2} for one, other in pairs)
    assert keeps([SideRule("rule", (limit,))], startup, program) == (1 <= count <= 2)


@pytest.mark.parametrize(
    ("rules", "field", "reason"),
    [
        ((ONE_BIO, ONE_BIO), "rule 'one bio'", "another rule has the same name"),
        (
            (SideRule("a", (Limit("", frozenset({3})),)),),
            "rule 'a'",
            "startups are numbered 0 to 2, not 3",
        ),
        (
            (SideRule("a", (Limit("", None, frozenset({-1})),)),),
            "rule 'a'",
            "programs are numbered 0 to 0, not -1",
        ),
        (
            (SideRule("a", (Limit("", None, None, least=2, most=1),)),),
            "rule 'a'",
            "from 2 to 1 is no range of counts",
        ),
    ],
)
def test_rules_about_nothing_are_refused(rules: tuple[SideRule, ...], field: str, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        example(*rules)

    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_pins_count_towards_rules() -> None:
    problem = replace(example(ONE_BIO), pins=(Pair(1, 0),))

    assert pairs_of(assign(problem)) == [(1, 0), (2, 0)]
