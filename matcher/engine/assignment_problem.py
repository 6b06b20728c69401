"""What an assignment starts from: eligible pairs with scores, seats, pins, exclusions and side rules.

Startups and programs are numbered from 0. A pair that is not among the candidates is forbidden: it is never
returned, whatever its score would be.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.engine.side_rules import SideRule, check_rules
from matcher.errors import FieldError, ShapeMismatchError

LARGEST_SCORE = 1e100
"""Scores beyond this are refused: a sum of them would leave the range of floats."""


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """One startup and one program; as a pin it must be in the plan, as an exclusion it must not."""

    startup: int
    program: int


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs that may be chosen, ordered by startup, then program, each once.

    Attributes:
        startup: int64 (candidates,), from 0.
        program: int64 (candidates,), from 0.
        score: float64 (candidates,), unitless, finite, higher is better, may be negative.
    """

    startup: NDArray[np.int64]
    program: NDArray[np.int64]
    score: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentProblem:
    """Everything one assignment depends on; an impossible one cannot be made.

    Attributes:
        startups: how many startups there are.
        seats: per program, how many startups it takes, >= 0.
        candidates: the eligible pairs and their scores.
        max_per_startup: how many programs one startup may get, >= 1.
        pins: pairs that must be in the plan.
        exclusions: pairs that must not be in it.
        rules: side rules every plan must keep.
        previous: pairs of an earlier plan; those no longer possible are passed over.
        moving_cost: what giving up a previous pair costs, in the unit of the scores, >= 0.

    Raises:
        FieldError: names the field, and for a pin or exclusion the pair.
    """

    startups: int
    seats: tuple[int, ...]
    candidates: Candidates
    max_per_startup: int = 1
    pins: tuple[Pair, ...] = ()
    exclusions: tuple[Pair, ...] = ()
    rules: tuple[SideRule, ...] = ()
    previous: tuple[Pair, ...] = ()
    moving_cost: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no plan could keep."""
        _check_sizes(self)
        _check_candidates(self)
        _check_pins(self)
        check_rules(self.rules, self.startups, len(self.seats))

    @property
    def programs(self) -> int:
        """How many programs there are."""
        return len(self.seats)

    def places_of(self, pairs: Iterable[Pair]) -> NDArray[np.int64]:
        """Give the places of pairs among the candidates, ascending; pairs that are none are left out."""
        keys = self.candidates.startup * self.programs + self.candidates.program
        inside = [
            pair.startup * self.programs + pair.program
            for pair in set(pairs)
            if 0 <= pair.startup < self.startups and 0 <= pair.program < self.programs
        ]
        wanted = np.array(sorted(inside), dtype=np.int64)
        places = np.searchsorted(keys, wanted)
        found = places < keys.size
        found[found] = keys[places[found]] == wanted[found]
        return places[found]

    def pairs_at(self, places: NDArray[np.int64]) -> tuple[Pair, ...]:
        """Give the candidates at these places as pairs."""
        startups = self.candidates.startup[places].tolist()
        programs = self.candidates.program[places].tolist()
        return tuple(Pair(startup, program) for startup, program in zip(startups, programs, strict=True))

    def open_to(self, startup: int) -> NDArray[np.int64]:
        """Give the places of a startup's candidates."""
        first, end = np.searchsorted(self.candidates.startup, [startup, startup + 1])
        return np.arange(first, end)

    def with_pin(self, pair: Pair) -> "AssignmentProblem":
        """Give the same problem with one more pin."""
        return replace(self, pins=(*self.pins, pair))

    def with_seat(self, program: int) -> "AssignmentProblem":
        """Give the same problem with one more seat in a program."""
        seats = list(self.seats)
        seats[program] += 1
        return replace(self, seats=tuple(seats))

    def without_rule(self, name: str) -> "AssignmentProblem":
        """Give the same problem without the rule of this name."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.name != name))

    def with_candidate(self, pair: Pair, score: float) -> "AssignmentProblem":
        """Give the same problem with one more eligible pair."""
        keys = self.candidates.startup * self.programs + self.candidates.program
        place = int(np.searchsorted(keys, pair.startup * self.programs + pair.program))
        more = Candidates(
            np.insert(self.candidates.startup, place, pair.startup),
            np.insert(self.candidates.program, place, pair.program),
            np.insert(self.candidates.score, place, score),
        )
        return replace(self, candidates=more)


def candidates_from(scores: NDArray[np.floating], eligible: NDArray[np.bool_]) -> Candidates:
    """Take the eligible pairs out of a matrix of scores; the other scores are never read.

    Args:
        scores: (startups, programs), unitless, finite where eligible; may be mapped from a file.
        eligible: (startups, programs); a False pair is forbidden.

    Raises:
        ShapeMismatchError: the two have different shapes.
        FieldError: names the first place where a score is no finite number, or too large.
    """
    if scores.shape != eligible.shape or scores.ndim != 2:  # noqa: PLR2004  startups and programs
        raise ShapeMismatchError(f"scores have the shape {scores.shape}, the mask has {eligible.shape}")
    startup, program = np.nonzero(eligible)
    with np.errstate(over="ignore"):
        score = np.asarray(scores[startup, program], dtype=np.float64)
    return Candidates(startup.astype(np.int64), program.astype(np.int64), score)


def _check_sizes(problem: AssignmentProblem) -> None:
    if problem.max_per_startup < 1:
        raise FieldError("max-per-startup", f"a whole number from 1 expected, not {problem.max_per_startup}")
    for place, seats in enumerate(problem.seats):
        if seats < 0:
            raise FieldError("seats", f"program {place} has {seats} seats; 0 or more expected")
    if not 0 <= problem.moving_cost <= LARGEST_SCORE:
        raise FieldError("moving cost", f"a number from 0 expected, not {problem.moving_cost}")


def _check_candidates(problem: AssignmentProblem) -> None:
    startup, program, score = (
        problem.candidates.startup,
        problem.candidates.program,
        problem.candidates.score,
    )
    if not startup.shape == program.shape == score.shape:
        raise ShapeMismatchError(
            f"candidates: {startup.shape} startups, {program.shape} programs, {score.shape} scores"
        )
    if not startup.size:
        return
    if min(startup.min(), program.min()) < 0 or startup[-1] >= problem.startups:
        raise FieldError("candidates", f"startups from 0 to {problem.startups - 1} expected, in order")
    if program.max() >= problem.programs:
        raise FieldError("candidates", f"programs from 0 to {problem.programs - 1} expected")
    if (np.diff(startup * problem.programs + program) <= 0).any():
        raise FieldError("candidates", "each pair once expected, ordered by startup, then program")
    # A comparison with NaN is False, so this finds it too.
    bad = np.flatnonzero(~(np.abs(score) <= LARGEST_SCORE))
    if bad.size:
        place = int(bad[0])
        value = float(score[place])
        reason = "is too large" if np.isfinite(value) else "is not a finite number"
        raise FieldError(
            "scores", f"{value} {reason} (row {int(startup[place])}, column {int(program[place])}, from 0)"
        )


def _check_pins(problem: AssignmentProblem) -> None:
    for kind, pairs in (("pin", problem.pins), ("exclude", problem.exclusions)):
        for pair in pairs:
            if not 0 <= pair.startup < problem.startups:
                raise FieldError(_name(kind, pair), f"startups are numbered 0 to {problem.startups - 1}")
            if not 0 <= pair.program < problem.programs:
                raise FieldError(_name(kind, pair), f"programs are numbered 0 to {problem.programs - 1}")
    pins = sorted(set(problem.pins))
    known = set(problem.pairs_at(problem.places_of(pins)))
    excluded = set(problem.exclusions)
    for pair in pins:
        if pair in excluded:
            raise FieldError(_name("pin", pair), "the pair is also excluded")
        if pair not in known:
            reason = f"startup {pair.startup} is not eligible for program {pair.program}"
            raise FieldError(_name("pin", pair), reason)
    _check_counts(problem, pins)


def _check_counts(problem: AssignmentProblem, pins: list[Pair]) -> None:
    per_startup = Counter(pair.startup for pair in pins)
    per_program = Counter(pair.program for pair in pins)
    for pair in pins:
        programs, startups = per_startup[pair.startup], per_program[pair.program]
        if programs > problem.max_per_startup:
            allowed = f"may get {problem.max_per_startup}"
            reason = f"startup {pair.startup} is pinned to {programs} programs but {allowed}"
            raise FieldError(_name("pin", pair), reason)
        if startups > problem.seats[pair.program]:
            seats = problem.seats[pair.program]
            reason = f"{startups} startups are pinned to program {pair.program}, which has {seats} seats"
            raise FieldError(_name("pin", pair), reason)


def _name(kind: str, pair: Pair) -> str:
    return f"{kind} [{pair.startup}, {pair.program}]"
