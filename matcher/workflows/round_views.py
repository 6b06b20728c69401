"""A plan of a round as people read it: everybody in it by name, with what the score is made of and why.

The same view is made of a dry run and of a stored plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session, col, select

from matcher.engine.assignment import Cause
from matcher.engine.assignment_plan import RuleCost
from matcher.engine.round_plan import RoundPlan, plan_round, score_of, usual_reviews
from matcher.workflows.analysts import Analyst
from matcher.workflows.candidate_figures import read_considered
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs
from matcher.workflows.review_queues import require
from matcher.workflows.review_reports import ProgramProgress, list_progress, read_agreed
from matcher.workflows.round_inputs import RoundDemands, RoundMaterial, candidate_of
from matcher.workflows.round_packs import PackedCandidate, RoundPack, read_pack
from matcher.workflows.round_runs import DraftRun, NamedDiff, Reasons, compare, find_run, names_of, why_not
from matcher.workflows.rounds import RoundSheet, read_round
from models.access import Action, Actor, startups_for
from models.tables import Program, Startup


@dataclass(frozen=True, slots=True)
class ProgramChoice:
    """A program a round may take in, and the seats it states; None where it states none."""

    program: ProgramCard
    seats: int | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far the review of one program of a round is; `provisional` decisions keep it from publishing."""

    progress: ProgramProgress
    provisional: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A startup in the plan of one program.

    Attributes:
        startup_id: the startup.
        name: of the startup; its id where it is gone.
        score: what the plan counts.
        rank: its place on the waitlist, from 1; None where it has a seat.
        fit: the machine's score, 0 to 1.
        review: the reviewers' total in percent, None without one.
        interested: what the founders said, None where they said nothing.
        decision: accept, maybe, decline, or empty.
        verdict: on eligibility.
        pin: the reason it is pinned for; None where it is not.
    """

    startup_id: str
    name: str
    score: float
    rank: int | None
    fit: float
    review: float | None
    interested: bool | None
    decision: str
    verdict: str
    pin: str | None


@dataclass(frozen=True, slots=True)
class PlanProgram:
    """What a plan gives one program; `empty` seats stay free."""

    program: ProgramCard
    seats: int
    selected: tuple[PlanRow, ...]
    waitlist: tuple[PlanRow, ...]

    @property
    def empty(self) -> int:
        """Seats nobody has."""
        return self.seats - len(self.selected)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A startup without a seat and without a place on a waitlist, with what stands in each program."""

    startup_id: str
    name: str
    cause: Cause
    rows: tuple[tuple[ProgramCard, PlanRow], ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan in full.

    Attributes:
        programs: in the order of their ids.
        left_out: who is on no list, by name.
        total: what the plan comes to.
        rule_costs: what each side rule costs.
        names: of startups and programs by id.
        cards: of the programs.
        before: number of the plan it is compared with, None where there is none.
        changes: what differs from that plan.
    """

    programs: tuple[PlanProgram, ...]
    left_out: tuple[LeftOut, ...]
    total: float
    rule_costs: tuple[RuleCost, ...]
    names: Mapping[str, str]
    cards: Mapping[str, ProgramCard]
    before: int | None
    changes: NamedDiff


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One side of a comparison: a stored plan in figures."""

    number: int
    selected: int
    total: float
    empty: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two stored plans of a round; `changes` lead from the first to the second."""

    first: ComparedRun
    second: ComparedRun
    changes: NamedDiff
    names: Mapping[str, str]


def list_choices(session: Session, actor: Actor) -> tuple[ProgramChoice, ...]:
    """List the programs a round may take in.

    Raises:
        AccessDeniedError: this actor runs no rounds.
    """
    require(actor, Action.RUN_ROUNDS)
    stated = dict(session.exec(select(Program.id, Program.seats)).all())
    return tuple(ProgramChoice(card, stated.get(card.id)) for card in list_programs(session, ProgramFilter()))


def read_readiness(session: Session, actor: Actor, sheet: RoundSheet) -> tuple[Readiness, ...]:
    """Say for each program of a round how far its review is.

    Raises:
        AccessDeniedError: this actor runs no rounds.
    """
    require(actor, Action.RUN_ROUNDS)
    found = {one.program.id: one for one in list_progress(session, actor)}
    return tuple(
        Readiness(found[place.program.id], read_agreed(session, actor, place.program.id).count)
        for place in sheet.programs
        if place.program.id in found
    )


def list_considered(session: Session, actor: Actor, sheet: RoundSheet) -> tuple[tuple[str, str], ...]:
    """List the startups considered for any program of a round: id and name, by name."""
    found = {
        one.id: one.name
        for place in sheet.programs
        for one in read_considered(session, actor, place.program.id)
    }
    return tuple(sorted(found.items(), key=lambda pair: (pair[1].casefold(), pair[0])))


def list_countries(session: Session, actor: Actor) -> tuple[str, ...]:
    """List the countries startups come from, by code.

    Raises:
        AccessDeniedError: this actor runs no rounds.
    """
    require(actor, Action.RUN_ROUNDS)
    found = session.execute(startups_for(actor).with_only_columns(col(Startup.country)).distinct())
    return tuple(sorted(country for (country,) in found if country))


def view_draft(session: Session, draft: DraftRun) -> PlanView:
    """Give a dry run as people read it."""
    pins = {
        (pin.startup, pin.program): pin.reason for pin in draft.material.demands.pins if pin.kind == "pin"
    }
    return _view(
        session,
        draft.document,
        draft.material.candidates,
        pins,
        draft.material.names,
        made=draft.made,
        compared=(draft.before, draft.changes),
    )


def view_run(
    session: Session,
    pack: RoundPack,
    names: Mapping[str, str],
    *,
    before: int | None,
    changes: NamedDiff,
) -> PlanView:
    """Give a stored plan as people read it; what rules cost is computed again."""
    pins = {(pin.startup, pin.program): pin.reason for pin in pack.pins if pin.kind == "pin"}
    made = plan_round(pack.inputs)
    compared = (before, changes)
    return _view(session, pack.plan, pack.candidates, pins, names, made=made, compared=compared)


def read_reasons(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    round_id: str,
    number: int,
    *,
    startup_id: str = "",
    program_id: str = "",
) -> tuple[Reasons, Mapping[str, str]]:
    """Say for a stored plan what would give a startup a seat, or fill an empty one, and what all are called.

    Raises:
        UnknownThingError: there is no such plan, or the startup or program is no part of it.
        AccessDeniedError: this actor runs no rounds.
        FieldError: the startup has a program, or the program no empty seat.
    """
    pack = read_pack(find_run(session, actor, round_id, number).pack)
    names = names_of(session, pack)
    inputs = pack.inputs
    material = RoundMaterial(
        RoundDemands(inputs.settings, inputs.seats, tuple(pack.rules), tuple(pack.pins), inputs.previous),
        pack.today,
        pack.engine,
        tuple(pack.candidates),
        pack.startups,
        pack.programs,
        pack.groups,
        names,
    )
    made = plan_round(inputs)
    asked = {"startup_id": startup_id, "program_id": program_id}
    return why_not(session, actor, analyst, material, made, **asked), names


def compare_stored(session: Session, actor: Actor, round_id: str, first: int, second: int) -> Comparison:
    """Compare two stored plans of a round.

    Raises:
        UnknownThingError: there is none of these numbers.
        AccessDeniedError: this actor runs no rounds.
    """
    packs = [read_pack(find_run(session, actor, round_id, number).pack) for number in (first, second)]
    plans = [plan_round(pack.inputs) for pack in packs]
    names = names_of(session, packs[0]) | names_of(session, packs[1])
    sides = [_side(number, pack.plan) for number, pack in zip((first, second), packs, strict=True)]
    return Comparison(sides[0], sides[1], compare(plans[0], plans[1]), names)


def read_sheet_and_cards(
    session: Session, actor: Actor, round_id: str
) -> tuple[RoundSheet, dict[str, ProgramCard]]:
    """Read a round with the cards of its programs by id.

    Raises:
        UnknownThingError, AccessDeniedError: see `read_round`.
    """
    sheet = read_round(session, actor, round_id)
    return sheet, {place.program.id: place.program for place in sheet.programs}


def _side(number: int, plan: Mapping[str, Any]) -> ComparedRun:
    selected = sum(len(one["selected"]) for one in plan["programs"])
    return ComparedRun(
        number, selected, plan["total"], sum(one["seats"] for one in plan["programs"]) - selected
    )


def _view(
    session: Session,
    document: Mapping[str, Any],
    candidates: Sequence[PackedCandidate],
    pins: Mapping[tuple[str, str], str],
    names: Mapping[str, str],
    *,
    made: RoundPlan,
    compared: tuple[int | None, NamedDiff],
) -> PlanView:
    cards = {card.id: card for card in list_programs(session, ProgramFilter())}
    settings, usual = made.inputs.settings, usual_reviews(made.inputs.candidates)
    by_pair = {
        (item.startup, item.program): PlanRow(
            item.startup,
            names.get(item.startup, item.startup),
            score_of(candidate_of(item), settings, usual.get(item.program, 0.0)),
            None,
            item.fit,
            item.review,
            item.interested,
            item.decision,
            item.verdict,
            pins.get((item.startup, item.program)),
        )
        for item in candidates
    }
    own: dict[str, list[tuple[ProgramCard, PlanRow]]] = {}
    for (startup, program), row in by_pair.items():
        if program in cards:
            own.setdefault(startup, []).append((cards[program], row))
    left_out = (
        LeftOut(
            item["startup"],
            names.get(item["startup"], item["startup"]),
            Cause(item["cause"]),
            tuple(own.get(item["startup"], ())),
        )
        for item in document["not_selected"]
    )
    return PlanView(
        tuple(_program(one, cards[one["program"]], by_pair) for one in document["programs"]),
        tuple(sorted(left_out, key=lambda one: (one.name.casefold(), one.startup_id))),
        document["total"],
        made.run.rules,
        names,
        cards,
        *compared,
    )


def _program(
    listed: Mapping[str, Any], card: ProgramCard, by_pair: Mapping[tuple[str, str], PlanRow]
) -> PlanProgram:
    def rows(items: Sequence[Mapping[str, Any]]) -> tuple[PlanRow, ...]:
        return tuple(replace(by_pair[item["startup"], card.id], rank=item.get("rank")) for item in items)

    return PlanProgram(card, listed["seats"], rows(listed["selected"]), rows(listed["waitlist"]))
