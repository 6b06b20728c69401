"""Choose pairs when side rules are set: constraint programming with OR-Tools' CP-SAT.

A side rule limits sums over any pairs, which no flow can do. The order of aims is the same as without
rules: as many pairs as possible, then the highest total, then the lowest pairs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.engine.arc_prices import ArcPrices, Row, price_arcs
from matcher.engine.assignment_problem import AssignmentProblem
from matcher.engine.assignment_ties import SettledPlan
from matcher.engine.seat_graph import SeatGraph, build_graph
from matcher.engine.side_rules import RulesConflictError, SideRule, members
from matcher.errors import LandfallError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_SEED = 20_261_122
_WORK = 600.0
"""Deterministic time of CP-SAT for one question, near to seconds: it stops at the same point each time."""

_BATCH = 40
"""Pairs settled at once: their weights, powers of two, must sum to less than 2^62."""

_MOST_BATCHES = 50


class UnprovenPlanError(LandfallError):
    """The best plan under the rules could not be proven within the work allowed."""

    def __init__(self) -> None:
        """Say what can be done."""
        super().__init__(
            "rules: the best plan was not proven within the work allowed; set fewer or looser rules"
        )


def solve_with_rules(problem: AssignmentProblem, graph: SeatGraph) -> SettledPlan:
    """Choose the open pairs of the best plan that keeps every side rule.

    Args:
        problem: with at least one rule.
        graph: its open pairs.

    Raises:
        RulesConflictError: no plan keeps the rules and pins.
        UnprovenPlanError: the work allowed did not suffice.
    """
    prices = price_arcs(graph, _rows(problem, graph))
    arcs = np.ones(graph.units.size, dtype=np.bool_)
    if prices is not None:
        arcs = prices.likely(graph.left_room.size + graph.right_room.size)
    best = _best(problem, graph, arcs)
    if prices is not None and best is not None:
        arcs, likely = prices.possible(_worth(graph, best) - graph.tolerance), arcs
        if (arcs & ~likely).any():
            best = _best(problem, graph, arcs)
    elif prices is not None:
        arcs[:] = True
        best = _best(problem, graph, arcs)
    if best is None:
        raise find_conflict(problem)
    return _settled(problem, graph, arcs, best, prices)


def _worth(graph: SeatGraph, chosen: NDArray[np.bool_]) -> int:
    return int(graph.units[chosen].sum()) + graph.bonus * int(chosen.sum())


def _spread(arcs: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give a choice among some arcs as one among all."""
    found = np.zeros(arcs.size, dtype=np.bool_)
    found[np.flatnonzero(arcs)[chosen]] = True
    return found


def _part(graph: SeatGraph, arcs: NDArray[np.bool_]) -> SeatGraph:
    """Give a graph with some of the arcs only."""
    return replace(
        graph,
        left=graph.left[arcs],
        right=graph.right[arcs],
        units=graph.units[arcs],
        places=graph.places[arcs],
    )


def _asked(problem: AssignmentProblem, graph: SeatGraph) -> "_Question":
    question = _Question(graph)
    for rule in problem.rules:
        question.keep(problem, graph, rule)
    return question


def _best(problem: AssignmentProblem, graph: SeatGraph, arcs: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Find most pairs, then the highest total, among these arcs; None if no plan is possible."""
    part = _part(graph, arcs)
    question = _asked(problem, part)
    every = np.ones(part.units.size, dtype=np.int64)
    fullest = question.best(every)
    if fullest is None:
        return None
    question.require(every, int(fullest.sum()), int(fullest.sum()))
    highest = question.best(part.units, fullest)
    return None if highest is None else _spread(arcs, highest)


def _settled(
    problem: AssignmentProblem,
    graph: SeatGraph,
    arcs: NDArray[np.bool_],
    best: NDArray[np.bool_],
    prices: ArcPrices | None,
) -> SettledPlan:
    """Take the lowest of the plans as good as this one; all of them lie among these arcs."""
    part = _part(graph, arcs)
    question = _asked(problem, part)
    question.require(np.ones(part.units.size, dtype=np.int64), int(best.sum()), int(best.sum()))
    if prices is None:
        question.require(part.units, int(graph.units[best].sum()) - graph.tolerance, None)
    else:
        question.lose(prices, arcs, prices.bound - _worth(graph, best) + graph.tolerance)
    plan = _settle(question, best[arcs])
    return SettledPlan(_spread(arcs, plan.chosen), plan.settled)


def _rows(problem: AssignmentProblem, graph: SeatGraph) -> list[Row]:
    """Give every limit of a problem: rooms of startups and programs, and side rules."""
    rows = []
    for node, room in ((graph.left, graph.left_room), (graph.right, graph.right_room)):
        for number, arcs in _grouped(node):
            if arcs.size > room[number]:
                rows.append(Row(arcs, None, int(room[number])))
    for rule in problem.rules:
        rows += _limits(problem, graph, rule)
    return rows


def _grouped(node: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
    """Give the arcs of each node."""
    order = np.argsort(node, kind="stable")
    numbers, starts = np.unique(node[order], return_index=True)
    return list(zip(numbers.tolist(), np.split(order, starts[1:]), strict=False))


def _limits(problem: AssignmentProblem, graph: SeatGraph, rule: SideRule) -> list[Row]:
    """Give the limits of a rule on the open pairs: what the pins count is taken off."""
    pinned_startup = problem.candidates.startup[graph.pinned]
    pinned_program = problem.candidates.program[graph.pinned]
    rows = []
    for limit in rule.limits:
        arcs = np.flatnonzero(members(limit, graph.left, graph.right))
        pinned = int(members(limit, pinned_startup, pinned_program).sum())
        least = limit.least - pinned if limit.least > pinned else None
        most = None if limit.most is None or limit.most >= pinned + arcs.size else limit.most - pinned
        if least is not None or most is not None:
            rows.append(Row(arcs, least, most))
    return rows


def find_conflict(problem: AssignmentProblem) -> RulesConflictError:
    """Name rules and pins that cannot be kept together, so few that leaving out any one of them helps.

    CP-SAT names a sufficient set; what is not needed in it is then deleted one by one (the deletion filter of
    Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157).
    """
    free = replace(problem, pins=(), rules=())
    graph = build_graph(free)
    claims = _Claims(problem.rules, problem.places_of(problem.pins).tolist())
    core = _impossible(free, graph, claims)
    if core is None:
        raise ArithmeticError("these rules and pins can be kept together")
    for claim in core.single():
        fewer = _impossible(free, graph, core.without(claim))
        if fewer is not None:
            core = core.without(claim)
    pins = problem.pairs_at(np.array(core.pins, dtype=np.int64))
    return RulesConflictError(
        tuple(rule.name for rule in core.rules), tuple((pin.startup, pin.program) for pin in pins)
    )


@dataclass(frozen=True, slots=True)
class _Claims:
    """Rules, and pins by their places among the candidates."""

    rules: tuple[SideRule, ...]
    pins: list[int]

    def single(self) -> list[SideRule | int]:
        return [*self.pins, *self.rules]

    def without(self, claim: SideRule | int) -> "_Claims":
        return _Claims(
            tuple(rule for rule in self.rules if rule is not claim),
            [pin for pin in self.pins if pin is not claim and pin != claim],
        )


def _impossible(problem: AssignmentProblem, graph: SeatGraph, claims: _Claims) -> _Claims | None:
    """Give those of the claims that already suffice to make any plan impossible; None if one is possible."""
    question = _Question(graph)
    literals: dict[int, SideRule | int] = {}
    arc_of = {place: arc for arc, place in enumerate(graph.places.tolist())}
    for claim in claims.single():
        literal = question.model.new_bool_var("")
        literals[literal.index] = claim
        if isinstance(claim, SideRule):
            question.keep(problem, graph, claim, literal)
        else:
            question.model.add_implication(literal, question.chosen[arc_of[claim]])
        question.model.add_assumption(literal)
    if question.solve() is not None:
        return None
    named = [literals[index] for index in question.sufficient()]
    return _Claims(
        tuple(rule for rule in claims.rules if any(rule is claim for claim in named)),
        [pin for pin in claims.pins if any(pin == claim for claim in named if isinstance(claim, int))],
    )


class _Question:
    """A CP-SAT model over the open pairs of a graph, to which limits are added one after the other."""

    def __init__(self, graph: SeatGraph) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415  a second of imports, only plans with rules need it

        self.cp = cp_model
        self.model = cp_model.CpModel()
        self.chosen = [self.model.new_bool_var("") for _ in range(graph.units.size)]
        self.solver = cp_model.CpSolver()
        self.solver.parameters.random_seed = _SEED
        self.solver.parameters.max_deterministic_time = _WORK
        self.solver.parameters.num_workers = 1
        self._fill(graph.left, graph.left_room)
        self._fill(graph.right, graph.right_room)

    def _fill(self, node: NDArray[np.int64], room: NDArray[np.int64]) -> None:
        for number, arcs in _grouped(node):
            if arcs.size > room[number]:
                self.model.add(self._sum(arcs) <= int(room[number]))

    def keep(
        self,
        problem: AssignmentProblem,
        graph: SeatGraph,
        rule: SideRule,
        literal: "cp_model.IntVar | None" = None,
    ) -> None:
        """Add the limits of a rule; with a literal they hold only where it is true."""
        for row in _limits(problem, graph, rule):
            added = []
            if row.least is not None:
                added.append(self.model.add(self._sum(row.arcs) >= row.least))
            if row.most is not None:
                added.append(self.model.add(self._sum(row.arcs) <= row.most))
            for constraint in added:
                if literal is not None:
                    constraint.only_enforce_if(literal)

    def require(self, weights: NDArray[np.int64], least: int, most: int | None) -> None:
        """Bound a weighted sum of the chosen pairs."""
        total = self._weighted(np.arange(weights.size), weights)
        self.model.add(total >= least)
        if most is not None:
            self.model.add(total <= most)

    def lose(self, prices: ArcPrices, arcs: NDArray[np.bool_], most: int) -> None:
        """Bound what a plan loses against the bound: the same as a bound on its total, in small numbers."""
        place = np.cumsum(arcs) - 1
        losses = []
        for row, price in prices.priced:
            total = self._sum(place[row.arcs[arcs[row.arcs]]].tolist())
            limit = row.most or 0
            if price > most:
                self.model.add(total == limit)
            else:
                missed = self.model.new_int_var(0, most // price, "")
                self.model.add_abs_equality(missed, limit - total)
                losses.append(price * missed)
        for variable, surplus in zip(self.chosen, prices.surplus[arcs].tolist(), strict=True):
            if surplus > most:
                self.model.add(variable == 1)
            elif surplus:
                losses.append(surplus * (1 - variable) if surplus > 0 else -surplus * variable)
        self.model.add(self.cp.LinearExpr.sum(losses) <= most)

    def fix(self, arc: int, *, chosen: bool) -> None:
        """Settle one pair."""
        self.model.add(self.chosen[arc] == int(chosen))

    def best(
        self,
        weights: NDArray[np.int64],
        hint: NDArray[np.bool_] | None = None,
        arcs: NDArray[np.int64] | None = None,
    ) -> NDArray[np.bool_] | None:
        """Choose pairs with the highest weighted sum; None if no plan is possible."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        # Only a plan that is possible helps; CP-SAT loses seconds on repairing any other.
        if hint is not None:
            for variable, value in zip(self.chosen, hint.tolist(), strict=True):
                self.model.add_hint(variable, value)
        self.model.maximize(self._weighted(np.arange(weights.size) if arcs is None else arcs, weights))
        return self.solve()

    def other(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
        """Choose pairs that are not exactly these; None if there is no other plan."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        self.model.clear_objective()  # type: ignore[no-untyped-call]
        kept = self._sum(np.flatnonzero(chosen)) if chosen.any() else 0
        literal = self.model.new_bool_var("")
        self.model.add(kept <= int(chosen.sum()) - 1).only_enforce_if(literal)
        self.model.add_assumption(literal)
        found = self.solve()
        self.model.clear_assumptions()
        return found

    def solve(self) -> NDArray[np.bool_] | None:
        """Ask the solver; None if nothing is possible."""
        status = self.solver.solve(self.model)
        if status == self.cp.INFEASIBLE:
            return None
        if status != self.cp.OPTIMAL:
            raise UnprovenPlanError
        return np.array(self.solver.boolean_values(self.chosen), dtype=np.bool_).reshape(len(self.chosen))

    def sufficient(self) -> Sequence[int]:
        """Name the literals that made the last question impossible."""
        found: Sequence[int] = self.solver.sufficient_assumptions_for_infeasibility()
        return found

    def _sum(self, arcs: Iterable[int]) -> "cp_model.LinearExprT":
        return self.cp.LinearExpr.sum([self.chosen[arc] for arc in arcs])

    def _weighted(self, arcs: NDArray[np.int64], weights: NDArray[np.int64]) -> "cp_model.LinearExprT":
        return self.cp.LinearExpr.weighted_sum([self.chosen[arc] for arc in arcs], weights.tolist())


def _settle(question: _Question, chosen: NDArray[np.bool_]) -> SettledPlan:
    """Take the lowest of the plans that are left, a batch of pairs at a time."""
    if not chosen.any() or question.other(chosen) is None:
        return SettledPlan(chosen, settled=True)
    batches = range(0, chosen.size, _BATCH)
    if len(batches) > _MOST_BATCHES:
        return SettledPlan(chosen, settled=False)
    for start in batches:
        arcs = np.arange(start, min(start + _BATCH, chosen.size))
        # Each pair outweighs all later ones of its batch together.
        weights = 2 ** np.arange(arcs.size - 1, -1, -1, dtype=np.int64)
        lower = question.best(weights, chosen, arcs)
        if lower is None:
            raise ArithmeticError("a plan vanished between two questions")
        chosen = lower
        for arc in arcs.tolist():
            question.fix(arc, chosen=bool(chosen[arc]))
    return SettledPlan(chosen, settled=True)
