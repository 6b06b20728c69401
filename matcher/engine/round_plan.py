"""A round as an assignment: who stands where, what the plan says about everybody, and in what order.

Pure: everything comes in as values, so that a plan can be made again from what was kept of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from matcher.engine.assignment import Assignment, Cause
from matcher.engine.assignment_plan import DryRun, plan
from matcher.engine.assignment_problem import AssignmentProblem, Candidates, Pair
from matcher.engine.side_rules import SideRule
from matcher.errors import FieldError

FULL_REVIEW = 100.0
DIGITS = 9
"""Scores are rounded to this many digits, so that a sum comes out alike on every machine."""


class SeatFor(StrEnum):
    """Whom seats are for, by what the agency decided."""

    ACCEPTED = "accepted"
    ACCEPTED_AND_MAYBE = "accepted-and-maybe"
    NOT_DECLINED = "not-declined"


_SEATED = {
    SeatFor.ACCEPTED: frozenset({"accept"}),
    SeatFor.ACCEPTED_AND_MAYBE: frozenset({"accept", "maybe"}),
    SeatFor.NOT_DECLINED: frozenset({"accept", "maybe", ""}),
}


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """What a plan depends on beside the candidates.

    Attributes:
        max_per_startup: how many programs one startup may get, from 1.
        fit: weight of the machine's score (0 to 1), from 0.
        review: weight of the reviewers' total as a share of what can be reached, from 0. A candidate without
            a review gets the mean of those of the program that have one.
        interest: what a founder's "interested" adds, from 0; "not interested" takes as much away.
        seat_for: whom seats are for.
        moving_cost: what giving up a seat of the plan before costs, in the unit of the scores, from 0.
    """

    max_per_startup: int = 1
    fit: float = 1.0
    review: float = 1.0
    interest: float = 0.1
    seat_for: SeatFor = SeatFor.ACCEPTED
    moving_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class RoundSeats:
    """A program in a round: how many it takes, and the longest waitlist it keeps."""

    program_id: str
    seats: int
    waitlist: int


@dataclass(frozen=True, slots=True)
class RoundCandidate:
    """A startup considered for a program, as the round sees it.

    Attributes:
        startup_id: the startup.
        program_id: the program.
        fit: the machine's score, 0 to 1.
        verdict: eligible, not_eligible or cannot_tell; a person's where there is one.
        decision: accept, maybe, decline, or empty where the agency has not decided.
        review: the reviewers' total in percent, None without one.
        interested: what the founders said, None where they said nothing.
        zero: whether a reviewer gave a 0 where that excludes.
    """

    startup_id: str
    program_id: str
    fit: float
    verdict: str
    decision: str
    review: float | None
    interested: bool | None
    zero: bool = False

    @property
    def is_ruled_out(self) -> bool:
        """Whether no decision and no pin can give it a seat."""
        return self.verdict == "not_eligible" or self.zero


@dataclass(frozen=True, slots=True)
class RoundInputs:
    """Everything one plan of a round depends on.

    `pins`, `exclusions` and `previous` are (startup, program). `rules` count in numbers of `startups` and of
    `seats`, in their order.
    """

    settings: RoundSettings
    seats: tuple[RoundSeats, ...]
    candidates: tuple[RoundCandidate, ...]
    pins: tuple[tuple[str, str], ...] = ()
    exclusions: tuple[tuple[str, str], ...] = ()
    rules: tuple[SideRule, ...] = ()
    previous: tuple[tuple[str, str], ...] = ()

    @property
    def startups(self) -> tuple[str, ...]:
        """The startups in the order they are numbered."""
        return tuple(sorted({item.startup_id for item in self.candidates}))

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs in the order they are numbered."""
        return tuple(item.program_id for item in self.seats)


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A plan of a round with what it was made from."""

    inputs: RoundInputs
    problem: AssignmentProblem
    run: DryRun

    @property
    def assignment(self) -> Assignment:
        """The chosen pairs."""
        return self.run.assignment


def score_of(candidate: RoundCandidate, settings: RoundSettings, usual_review: float) -> float:
    """Weigh what speaks for a pair.

    Args:
        candidate: the pair.
        settings: the weights.
        usual_review: the share (0 to 1) a candidate without a review is taken to have.
    """
    review = usual_review if candidate.review is None else candidate.review / FULL_REVIEW
    wish = 0.0 if candidate.interested is None else 1.0 if candidate.interested else -1.0
    return round(settings.fit * candidate.fit + settings.review * review + settings.interest * wish, DIGITS)


def may_be_seated(candidate: RoundCandidate, settings: RoundSettings) -> bool:
    """Say whether a pair may be chosen at all; whoever cannot be told eligible yet may."""
    return not candidate.is_ruled_out and candidate.decision in _SEATED[settings.seat_for]


def round_problem(inputs: RoundInputs) -> AssignmentProblem:
    """State a round as an assignment.

    Raises:
        FieldError: a pin names a pair that is not considered, or one that may not be seated.
    """
    startups = {startup: number for number, startup in enumerate(inputs.startups)}
    programs = {program: number for number, program in enumerate(inputs.programs)}
    usual = usual_reviews(inputs.candidates)
    pinned = set(inputs.pins)
    rows = sorted(
        (
            startups[item.startup_id],
            programs[item.program_id],
            score_of(item, inputs.settings, usual.get(item.program_id, 0.0)),
        )
        for item in inputs.candidates
        if item.program_id in programs
        # A pin is a person's word against the rule whom seats are for, never against eligibility.
        and (
            may_be_seated(item, inputs.settings)
            or ((item.startup_id, item.program_id) in pinned and not item.is_ruled_out)
        )
    )
    return AssignmentProblem(
        len(startups),
        tuple(item.seats for item in inputs.seats),
        Candidates(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.float64),
        ),
        inputs.settings.max_per_startup,
        tuple(_numbered(pair, startups, programs) for pair in inputs.pins),
        # Who is ruled out and has left since is out anyhow.
        tuple(
            Pair(startups[startup], programs[program])
            for startup, program in inputs.exclusions
            if startup in startups and program in programs
        ),
        inputs.rules,
        tuple(
            Pair(startups[startup], programs[program])
            for startup, program in inputs.previous
            if startup in startups and program in programs
        ),
        inputs.settings.moving_cost,
    )


def plan_round(inputs: RoundInputs) -> RoundPlan:
    """Find the best plan of a round.

    Raises:
        FieldError: a pin cannot be kept; names it.
        RulesConflictError: no plan keeps the side rules and pins; names them.
    """
    problem = round_problem(inputs)
    return RoundPlan(inputs, problem, plan(problem))


def canonical_plan(made: RoundPlan) -> dict[str, Any]:
    """Write a plan as the list that is published: everything in one order, nothing that depends on when.

    Returns:
        {"programs": [{"program", "seats", "selected": [{"startup", "score"}], "waitlist": [{"startup",
        "rank", "score"}]}], "not_selected": [{"startup", "cause"}], "total"}. Programs stand in the order of
        ids, who is selected by score and then id. A startup is on a waitlist only where it has no seat.
    """
    inputs, found = made.inputs, made.assignment
    startups, programs = inputs.startups, inputs.programs
    scores = {
        (startups[startup], programs[program]): score
        for startup, program, score in zip(
            made.problem.candidates.startup.tolist(),
            made.problem.candidates.program.tolist(),
            made.problem.candidates.score.tolist(),
            strict=True,
        )
    }
    seated = {(startups[pair.startup], programs[pair.program]) for pair in found.pairs}
    waiting = _waiting(made)
    listed: list[dict[str, Any]] = []
    for place in sorted(inputs.seats, key=lambda item: item.program_id):
        chosen = sorted(
            ((-scores[pair], pair[0]) for pair in seated if pair[1] == place.program_id),
        )
        listed.append(
            {
                "program": place.program_id,
                "seats": place.seats,
                "selected": [{"startup": startup, "score": -score} for score, startup in chosen],
                "waitlist": [
                    {"startup": startup, "rank": rank, "score": score}
                    for rank, (startup, score) in enumerate(waiting[place.program_id][: place.waitlist], 1)
                ],
            }
        )
    has_place = {item["startup"] for one in listed for item in (*one["selected"], *one["waitlist"])}
    causes = {startups[one.startup]: one.cause for one in found.unmatched}
    return {
        "programs": listed,
        "not_selected": [
            {"startup": startup, "cause": causes.get(startup, Cause.FULL).value}
            for startup in startups
            if startup not in has_place
        ],
        "total": round(found.total, DIGITS),
    }


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """Write a document so that equal ones are equal byte for byte: sorted keys, UTF-8, one line."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def _waiting(made: RoundPlan) -> dict[str, list[tuple[str, float]]]:
    """Rank for each program who has no seat anywhere and could take one there."""
    startups, programs = made.inputs.startups, made.inputs.programs
    unseated = {one.startup for one in made.assignment.unmatched}
    found: dict[str, list[tuple[str, float]]] = {program: [] for program in programs}
    for waitlist in made.run.waitlists:
        found[programs[waitlist.program]] = [
            (startups[entry.startup], entry.score) for entry in waitlist.entries if entry.startup in unseated
        ]
    return found


def usual_reviews(candidates: Sequence[RoundCandidate]) -> dict[str, float]:
    """Give the mean of the reviews of each program that has one, as a share (0 to 1)."""
    given: dict[str, list[float]] = {}
    for item in candidates:
        if item.review is not None:
            given.setdefault(item.program_id, []).append(item.review / FULL_REVIEW)
    return {program: sum(shares) / len(shares) for program, shares in given.items()}


def _numbered(pair: tuple[str, str], startups: Mapping[str, int], programs: Mapping[str, int]) -> Pair:
    startup, program = pair
    if startup not in startups or program not in programs:
        raise FieldError(f"pin {startup}, {program}", "this startup is not considered for this program")
    return Pair(startups[startup], programs[program])
