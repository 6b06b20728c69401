"""What a re-run changed: which pairs entered, which left, and why, as far as the inputs tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from matcher.engine.assignment import Assignment
from matcher.engine.assignment_problem import AssignmentProblem, Pair


class Entered(StrEnum):
    """Why a pair came in; the first that is true is named."""

    PINNED = "pinned"
    NEWLY_ELIGIBLE = "newly_eligible"
    NO_LONGER_EXCLUDED = "no_longer_excluded"
    VACANCY = "vacancy"
    MORE_SEATS = "more_seats"
    FREE_SEAT = "free_seat"


class Left(StrEnum):
    """Why a pair went out; the first that is true is named."""

    NOT_ELIGIBLE = "not_eligible"
    EXCLUDED = "excluded"
    FEWER_SEATS = "fewer_seats"
    MOVED = "moved"
    GAVE_WAY_TO_PIN = "gave_way_to_pin"
    GAVE_WAY = "gave_way"
    FEWER_PROGRAMS = "fewer_programs"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class EnteredPair:
    """A pair of the new plan that the old one did not have.

    Attributes:
        pair: the pair.
        why: its cause.
        came_from: programs the startup gave up for it.
        in_place_of: startups that left the program.
    """

    pair: Pair
    why: Entered
    came_from: tuple[int, ...]
    in_place_of: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LeftPair:
    """A pair of the old plan that the new one does not have.

    Attributes:
        pair: the pair.
        why: its cause.
        went_to: programs the startup got instead.
        gave_way_to: startups that entered the program.
    """

    pair: Pair
    why: Left
    went_to: tuple[int, ...]
    gave_way_to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RerunDiff:
    """Everything that changed between two plans, ordered by startup, then program."""

    kept: tuple[Pair, ...]
    entered: tuple[EnteredPair, ...]
    left: tuple[LeftPair, ...]


def compare_runs(
    before: tuple[AssignmentProblem, Assignment], after: tuple[AssignmentProblem, Assignment]
) -> RerunDiff:
    """Compare two plans over the same startups and programs.

    Args:
        before: the inputs and the plan that was there.
        after: the inputs and the plan of the re-run.
    """
    (old_problem, old), (new_problem, new) = before, after
    old_pairs, new_pairs = set(old.pairs), set(new.pairs)
    entered, left = sorted(new_pairs - old_pairs), sorted(old_pairs - new_pairs)
    was_eligible = set(old_problem.pairs_at(old_problem.places_of(entered)))
    is_eligible = set(new_problem.pairs_at(new_problem.places_of(left)))
    return RerunDiff(
        tuple(sorted(old_pairs & new_pairs)),
        tuple(
            EnteredPair(
                pair,
                _why_entered(pair, old_problem, new_problem, was_eligible, left),
                _programs(left, pair.startup),
                _startups(left, pair.program),
            )
            for pair in entered
        ),
        tuple(
            LeftPair(
                pair,
                _why_left(
                    pair,
                    old_problem,
                    new_problem,
                    is_eligible=pair in is_eligible,
                    entered=entered,
                    now=new.pairs,
                ),
                _programs(entered, pair.startup),
                _startups(entered, pair.program),
            )
            for pair in left
        ),
    )


def _why_entered(
    pair: Pair, old: AssignmentProblem, new: AssignmentProblem, was_eligible: set[Pair], left: list[Pair]
) -> Entered:
    if pair in new.pins:
        return Entered.PINNED
    if pair not in was_eligible:
        return Entered.NEWLY_ELIGIBLE
    if pair in old.exclusions:
        return Entered.NO_LONGER_EXCLUDED
    if _startups(left, pair.program):
        return Entered.VACANCY
    if new.seats[pair.program] > old.seats[pair.program]:
        return Entered.MORE_SEATS
    # Nobody left and there are no more seats, so one was free before.
    return Entered.FREE_SEAT


def _why_left(
    pair: Pair,
    old: AssignmentProblem,
    new: AssignmentProblem,
    *,
    is_eligible: bool,
    entered: list[Pair],
    now: tuple[Pair, ...],
) -> Left:
    others = _startups(entered, pair.program)
    full = len(_startups(now, pair.program)) >= new.seats[pair.program]
    fewer_seats = new.seats[pair.program] < old.seats[pair.program]
    causes = (
        (Left.NOT_ELIGIBLE, not is_eligible),
        (Left.EXCLUDED, pair in new.exclusions),
        (Left.FEWER_SEATS, full and fewer_seats and not others),
        (Left.MOVED, bool(_programs(entered, pair.startup))),
        (Left.GAVE_WAY_TO_PIN, any(Pair(other, pair.program) in new.pins for other in others)),
        (Left.GAVE_WAY, full),
        (Left.FEWER_PROGRAMS, len(_programs(now, pair.startup)) >= new.max_per_startup),
        # Nothing else keeps an eligible startup with room for one more from a seat that is free.
        (Left.RULES, True),
    )
    return next(cause for cause, holds in causes if holds)


def _programs(pairs: Iterable[Pair], startup: int) -> tuple[int, ...]:
    return tuple(pair.program for pair in pairs if pair.startup == startup)


def _startups(pairs: Iterable[Pair], program: int) -> tuple[int, ...]:
    return tuple(pair.startup for pair in pairs if pair.program == program)
