"""Why not: each single change that would bring a startup in, or fill an empty seat.

A change suffices when the plan made with it, by the same rules and with the same ties, does what was asked.
Without side rules the cost of a change is a shortest path in the plan's residual graph; where a tie would
decide, and always with side rules, the plan is made again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.engine.assignment import Assignment, assign
from matcher.engine.assignment_flow import solve_flow
from matcher.engine.assignment_problem import AssignmentProblem, Candidates, Pair
from matcher.engine.assignment_ties import settle_ties
from matcher.engine.residual_paths import FAR, Residual, is_near
from matcher.engine.seat_graph import build_graph
from matcher.engine.side_rules import RulesConflictError
from matcher.errors import FieldError


class Kind(StrEnum):
    """What is changed, in the order in which changes are named."""

    PIN = "pin"
    SEAT = "seat"
    RULE = "rule"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the inputs.

    Attributes:
        kind: pin a pair, add a seat to a program, leave out a rule, or let a fact make a pair eligible.
        pair: of a pin or fact.
        program: of a seat.
        rule: name of a rule.
        score: of a fact, the score the pair would have, and of a pin that takes in what is no candidate.
    """

    kind: Kind
    pair: Pair | None = None
    program: int | None = None
    rule: str | None = None
    score: float | None = None

    def apply(self, problem: AssignmentProblem) -> AssignmentProblem:
        """Give the problem with the change made.

        Raises:
            FieldError: the change is a pin that is impossible.
        """
        if self.kind is Kind.PIN and self.pair is not None:
            opened = problem if self.score is None else problem.with_candidate(self.pair, self.score)
            return opened.with_pin(self.pair)
        if self.kind is Kind.SEAT and self.program is not None:
            return problem.with_seat(self.program)
        if self.kind is Kind.RULE and self.rule is not None:
            return problem.without_rule(self.rule)
        if self.kind is Kind.FACT and self.pair is not None and self.score is not None:
            return problem.with_candidate(self.pair, self.score)
        raise FieldError("change", f"a {self.kind.value} without what it changes")


@dataclass(frozen=True, slots=True)
class Sufficient:
    """A change that suffices alone, and what the plan made with it is like.

    Attributes:
        change: the change.
        pairs: how many pairs more, negative for fewer.
        gain: how much higher the total is, moving costs included; negative for lower.
    """

    change: Change
    pairs: int
    gain: float


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The answer for one startup or one program.

    Attributes:
        changes: every sufficient change that was looked at: pins, then seats, rules and facts, each kind
        by number. looked_at: per kind, how many changes were looked at.
    """

    changes: tuple[Sufficient, ...]
    looked_at: tuple[tuple[Kind, int], ...]

    @property
    def none_suffices(self) -> bool:
        """Say whether no single change would do."""
        return not self.changes


NO_PAIRS = Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def why_not_startup(
    problem: AssignmentProblem,
    found: Assignment,
    startup: int,
    facts: Candidates = NO_PAIRS,
    opened: Candidates = NO_PAIRS,
) -> WhyNot:
    """Name each single change that would give a startup without a program one.

    Looked at are pins of the pairs open to it, one seat more in any program, each side rule, and the given
    facts.

    Args:
        problem: what was planned.
        found: its plan.
        startup: one that has no program in it.
        facts: pairs of this startup that are not eligible but would be with another fact, with the score
            they would have; others are passed over.
        opened: pairs of this startup that are no candidates, and would be where somebody pins them.

    Raises:
        FieldError: the startup has a program, or does not exist.
    """
    if not 0 <= startup < problem.startups:
        raise FieldError("startup", f"startups are numbered 0 to {problem.startups - 1}")
    if found.programs_of(startup):
        raise FieldError("startup", f"startup {startup} has a program")
    mine = [change for change in _closed(problem, facts, Kind.FACT) if _pair(change).startup == startup]
    taken_in = [change for change in _closed(problem, opened, Kind.PIN) if _pair(change).startup == startup]
    pins = _pins(_open_pairs(problem, problem.open_to(startup)), taken_in)
    seats = [Change(Kind.SEAT, program=program) for program in range(problem.programs)]
    return _Question(problem, found, startup=startup).answer([*pins, *seats, *_rules(problem), *mine])


def why_not_seat(
    problem: AssignmentProblem,
    found: Assignment,
    program: int,
    facts: Candidates = NO_PAIRS,
    opened: Candidates = NO_PAIRS,
) -> WhyNot:
    """Name each single change after which one seat fewer of a program stays empty.

    Looked at are pins of open pairs, each side rule, and the given facts. One seat more is not: it would
    be the next to stay empty.

    Args:
        problem: what was planned.
        found: its plan.
        program: one with an empty seat in it.
        facts: pairs of this program that are not eligible but would be with another fact, with the score
            they would have; others are passed over.
        opened: pairs of this program that are no candidates, and would be where somebody pins them.

    Raises:
        FieldError: the program has no empty seat, or does not exist.
    """
    if not 0 <= program < problem.programs:
        raise FieldError("program", f"programs are numbered 0 to {problem.programs - 1}")
    held = set(found.startups_of(program))
    if len(held) >= problem.seats[program]:
        raise FieldError("program", f"program {program} has no empty seat")
    mine = [change for change in _closed(problem, facts, Kind.FACT) if _pair(change).program == program]
    taken_in = [change for change in _closed(problem, opened, Kind.PIN) if _pair(change).program == program]
    places = np.flatnonzero(problem.candidates.program == program)
    pins = _pins((pair for pair in _open_pairs(problem, places) if pair.startup not in held), taken_in)
    return _Question(problem, found, program=program).answer([*pins, *_rules(problem), *mine])


class _Question:
    """One "why not" about a plan."""

    def __init__(
        self,
        problem: AssignmentProblem,
        found: Assignment,
        *,
        startup: int | None = None,
        program: int | None = None,
    ) -> None:
        self.problem = problem
        self.found = found
        self.startup = startup
        self.program = program
        self.value = _value(problem, found)

    def answer(self, changes: list[Change]) -> WhyNot:
        """Find out for every change whether it suffices."""
        flow = None if self.problem.rules else _Flow.of(self.problem)
        if flow is None:
            answers = [self._planned(change) for change in changes]
        elif self.startup is not None:
            answers = self._by_paths_to_startup(flow, self.startup, changes)
        else:
            answers = self._by_paths_to_seat(flow, self.program or 0, changes)
        looked_at = tuple((kind, sum(change.kind is kind for change in changes)) for kind in Kind)
        return WhyNot(tuple(answer for answer in answers if answer is not None), looked_at)

    def _planned(self, change: Change) -> Sufficient | None:
        """Make the plan again with the change."""
        try:
            changed = change.apply(self.problem)
            found = assign(changed)
        except (FieldError, RulesConflictError):
            return None
        if self.startup is not None and not found.programs_of(self.startup):
            return None
        if self.program is not None and len(found.startups_of(self.program)) <= len(
            self.found.startups_of(self.program)
        ):
            return None
        pairs = len(found.pairs) - len(self.found.pairs)
        return Sufficient(change, pairs, _value(changed, found) - self.value)

    def _by_paths_to_startup(
        self, flow: "_Flow", startup: int, changes: list[Change]
    ) -> list[Sufficient | None]:
        """Read off the residual graph what each change would cost, and where the startup would be in."""
        residual = flow.residual
        # Backwards from the source: what it costs to free a seat of each program.
        freed = residual.transposed().from_sink().left
        into = {place: flow.cost(freed, place, score) for place, score in self._offers(changes)}
        pins = [into[_pair(change).program] for change in changes if _is_open_pin(change)]
        if min((cost for cost in pins if cost is not None), default=flow.margin + 1) <= flow.margin:
            # An equally good plan has the startup in: a change may tip the tie.
            return [self._planned(change) for change in changes]
        anyhow = residual.from_sink()
        without = residual.from_sink(closed_left=startup).right
        through = residual.from_left(startup).right
        answers = []
        for change in changes:
            if change.kind is Kind.PIN:
                cost = into[_pair(change).program]
                if cost is not None and not flow.within_reach(cost, change):
                    answers.append(self._planned(change))
                else:
                    answers.append(None if cost is None else flow.promise(change, cost))
            elif change.kind is Kind.SEAT:
                seat = change.program or 0
                cost = min(int(anyhow.right[seat]), 0)
                by_way = anyhow.source + int(through[seat]) if is_near(through[seat]) else int(FAR)
                answers.append(
                    self._judged(flow, change, cost, otherwise=min(int(without[seat]), 0), least=by_way)
                )
            else:
                into_fact = into[_pair(change).program]
                answers.append(
                    None
                    if into_fact is None
                    else self._judged(flow, change, into_fact, otherwise=0, least=into_fact)
                )
        return answers

    def _by_paths_to_seat(
        self, flow: "_Flow", program: int, changes: list[Change]
    ) -> list[Sufficient | None]:
        """Read off the residual graph whether a startup put in takes the free seat, or drives another out."""
        residual = flow.residual
        filling = residual.from_sink(shut_right=program).left
        evicting = residual.from_right(program, only_evicting=True).left
        fills = [flow.cost_from(filling, _pair(change).startup, self._offer(change)) for change in changes]
        evicts = [flow.cost_from(evicting, _pair(change).startup, self._offer(change)) for change in changes]
        pins = [cost for cost, change in zip(fills, changes, strict=True) if _is_open_pin(change)]
        if min(pins, default=flow.margin + 1) <= flow.margin:
            return [self._planned(change) for change in changes]
        return [
            self._judged(
                flow, change, fill, otherwise=evict if change.kind is Kind.PIN else min(evict, 0), least=fill
            )
            for change, fill, evict in zip(changes, fills, evicts, strict=True)
        ]

    def _judged(
        self, flow: "_Flow", change: Change, cost: int, *, otherwise: int, least: int
    ) -> Sufficient | None:
        """Compare the best plan that does what was asked with the best that does not.

        Args:
            flow: the plan as a flow.
            change: what is changed.
            cost: of the best plan after the change.
            otherwise: of the best plan that does not do what was asked.
            least: what a plan that does it costs at least.
        """
        if not flow.within_reach(cost, change):
            return self._planned(change)
        if least > otherwise + flow.margin:
            return None
        if cost < otherwise - flow.margin:
            return flow.promise(change, cost)
        return self._planned(change)

    def _offers(self, changes: list[Change]) -> Iterator[tuple[int, float]]:
        for change in changes:
            if change.pair is not None:
                yield change.pair.program, self._offer(change)

    def _offer(self, change: Change) -> float:
        """Give what the pair of a pin or fact adds to the total."""
        pair = _pair(change)
        score = change.score
        if score is None:
            score = float(self.problem.candidates.score[self.problem.places_of([pair])[0]])
        return score + self.problem.moving_cost * (pair in self.problem.previous)


@dataclass(frozen=True, slots=True)
class _Flow:
    """A plan without side rules, as a flow whose residual graph prices changes.

    Attributes:
        residual: of the plan.
        margin: costs that differ by no more than this are looked at as ties.
    """

    residual: Residual
    margin: int

    @classmethod
    def of(cls, problem: AssignmentProblem) -> "_Flow | None":
        """Give the flow; None where the plan is best only within the tolerance: no prices hold then."""
        graph = build_graph(problem)
        best = solve_flow(graph)
        chosen = settle_ties(graph, best).chosen
        if graph.units[chosen].sum() != graph.units[best].sum() or not graph.step:
            return None
        return cls(Residual(graph, chosen), 4 * graph.tolerance + 4)

    def cost(self, freed: NDArray[np.int64], program: int, score: float) -> int | None:
        """Say what it costs to put a startup without a program into one; None if all its seats are pinned."""
        if self.residual.graph.right_room[program] <= 0:
            return None
        return self.cost_from(freed, program, score)

    def cost_from(self, distance: NDArray[np.int64], node: int, score: float) -> int:
        """Add the pair that is put in to the way that makes room for it; far where there is no way."""
        if not is_near(distance[node]):
            return int(FAR)
        return int(distance[node]) - round(score / self.residual.graph.step)

    def within_reach(self, cost: int, change: Change) -> bool:
        """Say whether a new score fits the grid the costs are counted on."""
        score = change.score or 0.0
        return abs(score / self.residual.graph.step) <= 2 * self.residual.graph.largest or not is_near(cost)

    def promise(self, change: Change, cost: int) -> Sufficient:
        """Split a cost into pairs and total."""
        bonus = self.residual.graph.bonus
        pairs = -((cost + bonus // 2) // bonus)
        return Sufficient(change, pairs, -(cost + pairs * bonus) * self.residual.graph.step)


def _value(problem: AssignmentProblem, found: Assignment) -> float:
    """Give what was maximised: the total and the moving costs that were saved."""
    return found.total + problem.moving_cost * len(set(problem.previous) & set(found.pairs))


def _open_pairs(problem: AssignmentProblem, places: NDArray[np.int64]) -> tuple[Pair, ...]:
    excluded = set(problem.exclusions)
    return tuple(pair for pair in problem.pairs_at(places) if pair not in excluded)


def _pins(pairs: Iterable[Pair], taken_in: Iterable[Change]) -> list[Change]:
    return sorted([*(Change(Kind.PIN, pair) for pair in pairs), *taken_in], key=_pair)


def _rules(problem: AssignmentProblem) -> list[Change]:
    return [Change(Kind.RULE, rule=rule.name) for rule in problem.rules]


def _closed(problem: AssignmentProblem, pairs: Candidates, kind: Kind) -> list[Change]:
    """Give the changes that could take in a pair that is no candidate and not ruled out."""
    rows = zip(pairs.startup.tolist(), pairs.program.tolist(), pairs.score.tolist(), strict=True)
    closed = {Pair(startup, program): score for startup, program, score in rows}
    for pair in (*problem.pairs_at(problem.places_of(closed)), *problem.exclusions):
        closed.pop(pair, None)
    return [Change(kind, pair, score=score) for pair, score in sorted(closed.items())]


def _is_open_pin(change: Change) -> bool:
    """Say whether a change pins a pair the plan could have chosen."""
    return change.kind is Kind.PIN and change.score is None


def _pair(change: Change) -> Pair:
    if change.pair is None:
        raise FieldError("change", f"a {change.kind.value} without a pair")
    return change.pair
