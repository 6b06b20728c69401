"""What a plan of a round is made from, as it stands now: candidates, marks of their inputs, groups for rules.

Each program's queue is ranked as the agency's desk sees it, under the default weights; what people decided,
scored and wished is read beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from hashlib import sha256
from typing import Any, Literal, cast

from sqlmodel import Session, col, select

from matcher.engine.policy import DEFAULT_POLICY
from matcher.engine.round_plan import (
    RoundCandidate,
    RoundInputs,
    RoundPlan,
    RoundSeats,
    RoundSettings,
    canonical_bytes,
    plan_round,
)
from matcher.engine.rubrics import AggregateScore
from matcher.workflows.analysts import Analyst
from matcher.workflows.candidate_figures import read_considered
from matcher.workflows.program_contents import content_of, stored_content
from matcher.workflows.review_queues import RankedQueue, rank_queue, require
from matcher.workflows.round_attributes import (
    Groups,
    attributes_of_rules,
    grouped,
    program_attributes,
    startup_attributes,
)
from matcher.workflows.round_conflicts import in_names
from matcher.workflows.round_packs import (
    PackedCandidate,
    PackedEngine,
    PackedPin,
    ProgramMark,
    StartupMark,
    numbered_rules,
)
from matcher.workflows.rounds import find_round, rules_of, settings_of
from matcher.workflows.submitted_reviews import NOTHING_SAID, aggregate_of, read_submitted
from models.access import Action, Actor, planner_for, profiles_for, startups_for
from models.tables import (
    City,
    Profile,
    Program,
    ProgramInterest,
    Round,
    RoundPin,
    RoundProgram,
    RoundRun,
    Startup,
)

FIT_DIGITS = 6
"""Fits are rounded to this many digits, so that they come out alike on every machine."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RoundDemands:
    """What a manager set: settings, seats, rules, pins, and the seats of the plan before."""

    settings: RoundSettings
    seats: tuple[RoundSeats, ...]
    rules: tuple[Mapping[str, Any], ...] = ()
    pins: tuple[PackedPin, ...] = ()
    previous: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RoundMaterial:
    """Everything a plan is made from.

    Attributes:
        demands: what a manager set.
        today: the day company ages were counted to.
        engine: what scores depend on beside the texts.
        candidates: every pair that is considered, in the order of startups, then programs.
        startups, programs: marks of the inputs by id.
        groups: values of the attributes side rules count by, for "startups" and "programs".
        names: of startups and programs by id.
        provisional: startup and program of the decisions the agency has not made its own yet.
    """

    demands: RoundDemands
    today: date
    engine: PackedEngine
    candidates: tuple[PackedCandidate, ...]
    startups: Mapping[str, StartupMark]
    programs: Mapping[str, ProgramMark]
    groups: Mapping[Literal["startups", "programs"], Groups]
    names: Mapping[str, str]
    provisional: tuple[tuple[str, str], ...] = field(default=())

    @property
    def inputs(self) -> RoundInputs:
        """What the assignment starts from.

        Raises:
            FieldError: a side rule counts by what there is not.
        """
        demands = self.demands
        bare = RoundInputs(
            demands.settings,
            demands.seats,
            tuple(candidate_of(item) for item in self.candidates),
            tuple((pin.startup, pin.program) for pin in demands.pins if pin.kind == "pin"),
            tuple((pin.startup, pin.program) for pin in demands.pins if pin.kind == "exclude"),
            (),
            demands.previous,
        )
        groups = cast("Any", self.groups)
        return replace(bare, rules=numbered_rules(demands.rules, groups, bare))

    def plan(self) -> RoundPlan:
        """Find the best plan; names people and programs where there is none.

        Raises:
            FieldError: a pin cannot be kept, or pins and rules cannot be kept together.
        """
        inputs = self.inputs
        with in_names(inputs, self.names):
            return plan_round(inputs)


@dataclass(frozen=True, slots=True)
class InputMarks:
    """Hashes, attributes and names of startups and programs, by id."""

    startups: Mapping[str, StartupMark]
    programs: Mapping[str, ProgramMark]
    startup_values: Mapping[str, dict[str, list[str]]]
    program_values: Mapping[str, dict[str, list[str]]]
    names: Mapping[str, str]


def candidate_of(item: PackedCandidate) -> RoundCandidate:
    """Give a packed candidate as the assignment reads it."""
    return RoundCandidate(
        item.startup,
        item.program,
        item.fit,
        item.verdict,
        item.decision,
        item.review,
        item.interested,
        bool(item.zeros),
    )


def read_demands(session: Session, actor: Actor, round_id: str) -> RoundDemands:
    """Read what is set about a round, with the seats of its last stored plan as those before.

    Raises:
        UnknownThingError, AccessDeniedError: see `find_round`.
    """
    row = find_round(session, actor, round_id)
    return RoundDemands(
        settings_of(row),
        _seats(session, row),
        rules_of(row),
        _pins(session, row),
        seated_pairs(last_run(session, round_id)),
    )


def last_run(session: Session, round_id: str) -> RoundRun | None:
    """Find the newest stored plan of a round."""
    runs = select(RoundRun).where(RoundRun.round_id == round_id)
    return session.exec(runs.order_by(col(RoundRun.number).desc()).limit(1)).first()


def seated_pairs(run: RoundRun | None) -> tuple[tuple[str, str], ...]:
    """List the (startup, program) with a seat in a stored plan, in order."""
    if run is None:
        return ()
    return tuple(
        sorted((item["startup"], one["program"]) for one in run.plan["programs"] for item in one["selected"])
    )


def gather(
    session: Session, actor: Actor, analyst: Analyst, demands: RoundDemands, *, today: date
) -> RoundMaterial:
    """Read everything a plan is made from, as it stands now.

    Args:
        session: an open unit.
        actor: a manager.
        analyst: reads texts that are not read yet.
        demands: what a manager set.
        today: the day company ages are counted to.

    Raises:
        AccessDeniedError: this actor runs no rounds.
        UnknownProgramError: a program is gone.
        EncoderBusyError: a text is not read yet and too many wait.
    """
    require(actor, Action.RUN_ROUNDS)
    actor = planner_for(actor)
    marks = read_marks(session, actor, [place.program_id for place in demands.seats])
    candidates: list[PackedCandidate] = []
    provisional: list[tuple[str, str]] = []
    for place in demands.seats:
        queue = rank_queue(session, actor, analyst, place.program_id, today=today)
        found = tuple(_candidates(session, actor, queue))
        candidates += found
        provisional += [
            (item.startup, item.program)
            for item in found
            if item.decision and queue.said.get(item.startup, NOTHING_SAID).decision is None
        ]
    wanted = attributes_of_rules(demands.rules)
    return RoundMaterial(
        demands,
        today,
        engine_of(analyst),
        tuple(sorted(candidates, key=lambda item: (item.startup, item.program))),
        marks.startups,
        marks.programs,
        {
            "startups": grouped(marks.startup_values, wanted["startups"]),
            "programs": grouped(marks.program_values, wanted["programs"]),
        },
        marks.names,
        tuple(sorted(provisional)),
    )


def read_marks(session: Session, actor: Actor, program_ids: Sequence[str]) -> InputMarks:
    """Read what is hashed of everything considered for programs; no text is read by the model.

    Raises:
        AccessDeniedError: this actor runs no rounds.
    """
    require(actor, Action.RUN_ROUNDS)
    ranked = {
        one.id: one.profile_id for program in program_ids for one in read_considered(session, actor, program)
    }
    read = _read_startups(session, actor, ranked)
    programs: dict[str, ProgramMark] = {}
    values: dict[str, dict[str, list[str]]] = {}
    names = {one: found.name for one, found in read.items()}
    rows = session.exec(
        select(Program, City)
        .join(City, col(City.id) == col(Program.city_id))
        .where(col(Program.id).in_(program_ids))
        .order_by(col(Program.id))
    )
    for program, city in rows:
        programs[program.id] = ProgramMark(version=program.version, content=_program_hash(program))
        values[program.id] = program_attributes(program, city)
        names[program.id] = program.name_en
    return InputMarks(
        {one: found.mark for one, found in sorted(read.items())},
        programs,
        {one: found.values for one, found in read.items()},
        values,
        names,
    )


def engine_of(analyst: Analyst) -> PackedEngine:
    """Say what scores depend on beside the texts."""
    policy = {item.name: getattr(DEFAULT_POLICY, item.name) for item in fields(DEFAULT_POLICY)}
    return PackedEngine(
        encoder=analyst.fingerprint, policy=policy, calibration=analyst.pools.calibration.version
    )


def startup_mark(startup: Startup, texts: Mapping[str, str]) -> StartupMark:
    """Hash what a startup says.

    Args:
        startup: its facts.
        texts: its newest text by language.
    """
    return StartupMark(texts=_hash(dict(texts)), facts=_hash(startup.fact_columns()))


@dataclass(frozen=True, slots=True)
class _ReadStartup:
    name: str
    mark: StartupMark
    values: dict[str, list[str]]


def _seats(session: Session, row: Round) -> tuple[RoundSeats, ...]:
    places = select(RoundProgram).where(RoundProgram.round_id == row.id)
    return tuple(
        RoundSeats(place.program_id, place.seats, place.waitlist)
        for place in session.exec(places.order_by(col(RoundProgram.program_id)))
    )


def _pins(session: Session, row: Round) -> tuple[PackedPin, ...]:
    pins = select(RoundPin).where(RoundPin.round_id == row.id)
    return tuple(
        PackedPin(
            startup=pin.startup_id,
            program=pin.program_id,
            kind="pin" if pin.kind == "pin" else "exclude",
            reason=pin.reason,
        )
        for pin in session.exec(pins.order_by(col(RoundPin.startup_id), col(RoundPin.program_id)))
    )


def _candidates(session: Session, actor: Actor, queue: RankedQueue) -> Iterator[PackedCandidate]:
    program_id = queue.program.id
    ids = [startup.id for startup in queue.listed]
    fits = queue.figures.contributions.sum(axis=1).tolist()
    reviews = _reviews(session, actor, queue, ids)
    wishes = dict(
        session.exec(
            select(ProgramInterest.startup_id, ProgramInterest.interested).where(
                ProgramInterest.program_id == program_id
            )
        ).all()
    )
    for startup, fit in zip(ids, fits, strict=True):
        said = queue.said.get(startup, NOTHING_SAID)
        decision = queue.decision(startup)
        yield PackedCandidate(
            startup=startup,
            program=program_id,
            fit=round(fit, FIT_DIGITS),
            verdict=queue.verdict(startup).value,
            decision=decision.value if decision else "",
            interested=wishes.get(startup),
            **_review_figures(reviews.get(startup)),
            override=said.override_reason if said.override else "",
            reason=said.reason,
        )


def _review_figures(made: AggregateScore | None) -> dict[str, Any]:
    """Give what a pack holds of the reviews of a pair; extra points count as all others."""
    if made is None:
        return {"review": None}
    total = made.total
    bonus = 0.0 if total is None else made.bonus
    review = None if total is None else round(total + bonus, FIT_DIGITS)
    return {"review": review, "bonus": bonus, "zeros": list(made.zeros)}


def _reviews(
    session: Session, actor: Actor, queue: RankedQueue, ids: Sequence[str]
) -> Mapping[str, AggregateScore]:
    """Give what all reviews of each startup come to, by the program's rule."""
    found: dict[str, AggregateScore] = {}
    for part in _parts(ids):
        submitted = read_submitted(session, actor, queue.program.id, part, queue.criteria)
        for startup, reviews in submitted.items():
            found[startup] = aggregate_of(queue.criteria, reviews, queue.rules)
    return found


def _read_startups(session: Session, actor: Actor, ranked: Mapping[str, int]) -> dict[str, _ReadStartup]:
    found: dict[str, _ReadStartup] = {}
    for part in _parts(sorted(ranked)):
        startups = {row.id: row for row in session.exec(startups_for(actor).where(col(Startup.id).in_(part)))}
        profiles = session.exec(
            profiles_for(actor)
            .where(col(Profile.startup_id).in_(part))
            .order_by(col(Profile.startup_id), col(Profile.version))
        ).all()
        newest: dict[str, dict[str, str]] = {}
        for profile in profiles:
            newest.setdefault(profile.startup_id, {})[profile.language] = profile.text
        by_id = {profile.id: profile for profile in profiles}
        for one, startup in startups.items():
            values = startup_attributes(startup, by_id[ranked[one]])
            found[one] = _ReadStartup(startup.name, startup_mark(startup, newest[one]), values)
    return found


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _program_hash(program: Program) -> str:
    return _hash(stored_content(content_of(program)))


def _hash(document: Mapping[str, Any]) -> str:
    return sha256(canonical_bytes(document)).hexdigest()
