"""Plans of a round: dry runs, stored runs with their packs, what a re-run changed, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

import numpy as np
from sqlmodel import Session, col, select

from matcher.engine.assignment import Assignment, Unmatched
from matcher.engine.assignment_plan import RuleCost
from matcher.engine.assignment_problem import AssignmentProblem, Candidates, Pair
from matcher.engine.eligibility import judge
from matcher.engine.phrases import Phrase
from matcher.engine.rerun_diff import Entered, Left, RerunDiff, compare_runs
from matcher.engine.round_plan import (
    RoundCandidate,
    RoundPlan,
    canonical_bytes,
    canonical_plan,
    may_be_seated,
    plan_round,
    score_of,
    usual_reviews,
)
from matcher.engine.why_not import Kind, Sufficient, WhyNot, why_not_seat, why_not_startup
from matcher.errors import StaleEditError, UnknownThingError
from matcher.workflows.analysts import Analyst
from matcher.workflows.audits import Act, record
from matcher.workflows.candidate_figures import read_facts
from matcher.workflows.matching import stored_program
from matcher.workflows.review_queues import require
from matcher.workflows.round_inputs import InputMarks, RoundMaterial, gather, read_demands, read_marks
from matcher.workflows.round_packs import (
    FORMAT,
    PackedRound,
    PackedSeats,
    PackedSettings,
    RoundPack,
    read_pack,
)
from matcher.workflows.rounds import find_round
from matcher.workflows.webhook_deliveries import announce
from models.access import Action, Actor
from models.base import now_utc
from models.round import RoundState
from models.tables import Account, Program, RoundRun, Startup
from models.vocabulary import Verdict
from models.webhook import WebhookEvent


@dataclass(frozen=True, slots=True, eq=False)
class DraftRun:
    """A plan nobody has decided on yet.

    Attributes:
        material: what it was made from.
        made: the plan.
        document: its canonical list.
        before: number of the stored plan it is compared with, None where there is none.
        changes: what differs from that plan.
    """

    material: RoundMaterial
    made: RoundPlan
    document: Mapping[str, Any]
    before: int | None
    changes: "NamedDiff"

    @property
    def rule_costs(self) -> tuple[RuleCost, ...]:
        """What each side rule costs."""
        return self.made.run.rules


@dataclass(frozen=True, slots=True)
class RunCard:
    """A stored plan in a list; `made_by` is empty where the account is gone."""

    number: int
    made_by: str
    made_at: datetime
    published_at: datetime | None
    selected: int
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class StoredRun:
    """A stored plan in full; `names` are those of now, an erased startup has none."""

    card: RunCard
    pack: RoundPack
    document: Mapping[str, Any]
    pack_document: Mapping[str, Any]
    names: Mapping[str, str]
    before: int | None
    changes: "NamedDiff"


@dataclass(frozen=True, slots=True)
class ChangedPair:
    """A pair that came in or went out, and why; ids.

    Attributes:
        startup, program: the pair.
        why: its cause.
        programs: those the startup gave up, or got instead.
        startups: those that left the program, or entered it.
    """

    startup: str
    program: str
    why: Entered | Left
    programs: tuple[str, ...]
    startups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedDiff:
    """What changed between two plans, by ids."""

    kept: int = 0
    entered: tuple[ChangedPair, ...] = ()
    left: tuple[ChangedPair, ...] = ()


class Lacks(StrEnum):
    """What would have to be otherwise for a pair to be possible."""

    CONDITION = "condition"
    DECISION = "decision"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One change that suffices alone.

    Attributes:
        kind: pin, seat, rule or fact.
        startup, program: ids, empty where the change has none.
        rule: name of a side rule.
        lacks: of a fact, what would have to be otherwise.
        condition: the condition that is not met, as the program says it.
        fact: what was read.
        pairs: pairs more, negative for fewer.
        gain: how much higher the total would be, negative for lower.
    """

    kind: Kind
    startup: str
    program: str
    rule: str
    lacks: Lacks | None
    condition: Phrase | None
    fact: Phrase | None
    pairs: int
    gain: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a startup has no program, or a seat stays empty, and what would suffice.

    Attributes:
        startup, program: what was asked about; one of them is empty.
        cause: of a startup, why it has no program, as the plan says it.
        suggestions: pins, then seats, rules and facts.
        looked_at: how many changes of each kind were tried.
    """

    startup: str
    program: str
    cause: Unmatched | None
    suggestions: tuple[Suggestion, ...]
    looked_at: tuple[tuple[Kind, int], ...]


def dry_run(session: Session, actor: Actor, analyst: Analyst, round_id: str, *, today: date) -> DraftRun:
    """Make a plan and keep nothing of it.

    Args:
        session: an open unit.
        actor: a manager.
        analyst: reads texts.
        round_id: the round.
        today: the day company ages are counted to.

    Raises:
        FieldError: no plan keeps the pins and rules; names them.
        UnknownThingError, AccessDeniedError: see `find_round`.
        EncoderBusyError: a text is not read yet and too many wait.
    """
    material = gather(session, actor, analyst, read_demands(session, actor, round_id), today=today)
    made = material.plan()
    before = _run_before(session, round_id, None)
    return DraftRun(
        material,
        made,
        canonical_plan(made),
        None if before is None else before.number,
        NamedDiff() if before is None else compare(plan_round(read_pack(before.pack).inputs), made),
    )


def run_round(
    session: Session, actor: Actor, analyst: Analyst, round_id: str, *, today: date, seen: str = ""
) -> int:
    """Make a plan and keep it with its pack.

    Args:
        session: an open write unit.
        actor: a manager.
        analyst: reads texts.
        round_id: the round.
        today: the day company ages are counted to.
        seen: `mark_of` the dry run that is to be kept; empty keeps whatever comes of it.

    Returns:
        The number of the run, from 1.

    Raises:
        StaleEditError: the round is published, or the plan is no longer the one that was looked at.
        FieldError, UnknownThingError, AccessDeniedError, EncoderBusyError: see `dry_run`.
    """
    row = find_round(session, actor, round_id)
    if row.state != RoundState.OPEN:
        raise StaleEditError("round: it is published; there is nothing to plan any more")
    draft = dry_run(session, actor, analyst, round_id, today=today)
    if seen and seen != mark_of(draft):
        raise StaleEditError("run: what it is made from changed since the dry run")
    number = (draft.before or 0) + 1
    made_at = now_utc()
    which = PackedRound(id=row.id, name=row.name, run=number)
    session.add(
        RoundRun(
            round_id=row.id,
            number=number,
            pack=pack_of(draft, which, made_at),
            plan=dict(draft.document),
            made_by=actor.account_id,
            made_at=made_at,
        )
    )
    details = {"run": number, "pairs": len(draft.made.assignment.pairs), "total": draft.document["total"]}
    record(session, actor, Act.ROUND_RUN, about=row.id, details=details)
    announce(session, WebhookEvent.ROUND_RUN, {"round": row.id, "run": number, **counted(draft.document)})
    return number


def mark_of(draft: DraftRun) -> str:
    """Give the hash of the list of a dry run."""
    return sha256(canonical_bytes(draft.document)).hexdigest()


def counted(document: Mapping[str, Any]) -> dict[str, int]:
    """Count what a plan gives, for whom it names nobody."""
    programs = document["programs"]
    return {
        "programs": len(programs),
        "seats": sum(one["seats"] for one in programs),
        "selected": sum(len(one["selected"]) for one in programs),
        "waitlisted": sum(len(one["waitlist"]) for one in programs),
        "not_selected": len(document["not_selected"]),
    }


def pack_of(draft: DraftRun, which: PackedRound, made_at: datetime) -> dict[str, Any]:
    """Write everything a plan can be made again from, with hashes in the place of profiles."""
    material, demands = draft.material, draft.material.demands
    settings = PackedSettings(
        **asdict(demands.settings) | {"seat_for": demands.settings.seat_for.value},
    )
    pack = RoundPack(
        format=FORMAT,
        round=which,
        made_at=made_at,
        today=material.today,
        seed=0,
        engine=material.engine,
        settings=settings,
        seats=[
            PackedSeats(program=place.program_id, seats=place.seats, waitlist=place.waitlist)
            for place in demands.seats
        ],
        rules=[dict(rule) for rule in demands.rules],
        pins=list(demands.pins),
        previous=list(demands.previous),
        startups=dict(material.startups),
        programs=dict(material.programs),
        groups=dict(material.groups),
        candidates=list(material.candidates),
        plan=dict(draft.document),
        plan_sha256=mark_of(draft),
    )
    written: dict[str, Any] = pack.model_dump(mode="json")
    return written


def pack_bytes(run: RoundRun) -> bytes:
    """Write the pack of a stored plan, byte for byte the same each time."""
    return canonical_bytes(run.pack)


def list_runs(session: Session, actor: Actor, round_id: str) -> tuple[RunCard, ...]:
    """List the stored plans of a round, the newest first.

    Raises:
        UnknownThingError, AccessDeniedError: see `find_round`.
    """
    find_round(session, actor, round_id)
    rows = session.execute(
        select(RoundRun, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(RoundRun.made_by))
        .where(col(RoundRun.round_id) == round_id)
        .order_by(col(RoundRun.number).desc())
    )
    return tuple(_card(run, by or "") for run, by in rows)


def find_run(session: Session, actor: Actor, round_id: str, number: int) -> RoundRun:
    """Find a stored plan.

    Raises:
        UnknownThingError: there is none of this number.
        AccessDeniedError: this actor runs no rounds.
    """
    find_round(session, actor, round_id)
    wanted = select(RoundRun).where(RoundRun.round_id == round_id, RoundRun.number == number)
    # A number beyond what the database can count is none that was ever given.
    run = session.exec(wanted).first() if 0 < number < 2**31 else None
    if run is None:
        raise UnknownThingError("run")
    return run


def read_run(session: Session, actor: Actor, round_id: str, number: int) -> StoredRun:
    """Read a stored plan with what it changed.

    Raises:
        UnknownThingError, AccessDeniedError: see `find_run`.
    """
    run = find_run(session, actor, round_id, number)
    pack = read_pack(run.pack)
    by = session.get(Account, run.made_by) if run.made_by else None
    before = _run_before(session, round_id, number)
    return StoredRun(
        _card(run, by.name if by else ""),
        pack,
        run.plan,
        run.pack,
        names_of(session, pack),
        None if before is None else before.number,
        NamedDiff()
        if before is None
        else compare(plan_round(read_pack(before.pack).inputs), plan_round(pack.inputs)),
    )


def names_of(session: Session, pack: RoundPack) -> dict[str, str]:
    """Give the names startups and programs of a pack have now; who is erased has none."""
    found: dict[str, str] = {}
    ids = sorted(pack.startups)
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        found |= dict(session.exec(select(Startup.id, Startup.name).where(col(Startup.id).in_(part))).all())
    wanted = [place.program for place in pack.seats]
    named = select(Program.id, Program.name_en).where(col(Program.id).in_(wanted))
    return found | dict(session.exec(named).all())


def compare(before: RoundPlan, after: RoundPlan) -> NamedDiff:
    """Say what a re-run changed."""
    startups = sorted({*before.inputs.startups, *after.inputs.startups})
    programs = sorted({*before.inputs.programs, *after.inputs.programs})
    found = compare_runs(
        _renumbered(before, startups, programs),
        _renumbered(after, startups, programs),
    )
    return _named(found, startups, programs)


def why_not(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    material: RoundMaterial,
    made: RoundPlan,
    *,
    startup_id: str = "",
    program_id: str = "",
) -> Reasons:
    """Name each single change that would give a startup a program, or fill a seat that stays empty.

    Args:
        session: an open unit.
        actor: a manager.
        analyst: reads texts.
        material: what the plan was made from.
        made: the plan.
        startup_id: a startup without a program; or
        program_id: a program with an empty seat.

    Raises:
        AccessDeniedError: this actor runs no rounds.
        UnknownThingError: the startup or program is no part of the plan.
        FieldError: the startup has a program, or the program no empty seat.
    """
    require(actor, Action.RUN_ROUNDS)
    startups, programs = made.inputs.startups, made.inputs.programs
    asked = startup_id or program_id
    if asked not in (startups if startup_id else programs):
        raise UnknownThingError("startup" if startup_id else "program")
    closed = [
        item
        for item in made.inputs.candidates
        if (item.startup_id == startup_id if startup_id else item.program_id == program_id)
        and not may_be_seated(item, made.inputs.settings)
    ]
    lacking = _single_lacks(session, actor, analyst, material, closed)
    facts = _as_candidates(made, [lack.candidate for lack in lacking.values()])
    # A pin is a person's word: it takes in whoever is not ruled out, whatever was decided.
    opened = _as_candidates(made, [item for item in closed if not item.is_ruled_out])
    if startup_id:
        number = startups.index(startup_id)
        answer = why_not_startup(made.problem, made.assignment, number, facts, opened)
        cause = next(one for one in made.assignment.unmatched if one.startup == number)
    else:
        answer = why_not_seat(made.problem, made.assignment, programs.index(program_id), facts, opened)
        cause = None
    return Reasons(startup_id, program_id, cause, _suggestions(answer, made, lacking), answer.looked_at)


_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Lack:
    """The one thing a pair lacks to be possible."""

    candidate: RoundCandidate
    lacks: Lacks
    condition: Phrase | None = None
    fact: Phrase | None = None


def _card(run: RoundRun, by: str) -> RunCard:
    selected = sum(len(one["selected"]) for one in run.plan["programs"])
    return RunCard(run.number, by, run.made_at, run.published_at, selected, run.plan["total"])


def _run_before(session: Session, round_id: str, number: int | None) -> RoundRun | None:
    runs = select(RoundRun).where(RoundRun.round_id == round_id)
    if number is not None:
        runs = runs.where(RoundRun.number < number)
    return session.exec(runs.order_by(col(RoundRun.number).desc()).limit(1)).first()


def _renumbered(
    made: RoundPlan, startups: Sequence[str], programs: Sequence[str]
) -> tuple[AssignmentProblem, Assignment]:
    """Count a plan's startups and programs as another list does, that has all of them."""
    places = {one: number for number, one in enumerate(startups)}
    startup = np.array([places[one] for one in made.inputs.startups], dtype=np.int64)
    program = np.array([programs.index(one) for one in made.inputs.programs], dtype=np.int64)

    def pairs(numbered: Sequence[Pair]) -> tuple[Pair, ...]:
        return tuple(sorted(Pair(int(startup[one.startup]), int(program[one.program])) for one in numbered))

    candidates = made.problem.candidates
    rows, columns = startup[candidates.startup], program[candidates.program]
    order = np.lexsort((columns, rows))
    seats = [0] * len(programs)
    for place, number in zip(made.problem.seats, program.tolist(), strict=True):
        seats[number] = place
    problem = AssignmentProblem(
        len(startups),
        tuple(seats),
        Candidates(rows[order], columns[order], candidates.score[order]),
        made.problem.max_per_startup,
        pairs(made.problem.pins),
        pairs(made.problem.exclusions),
    )
    return problem, replace(made.assignment, pairs=pairs(made.assignment.pairs))


def _named(found: RerunDiff, startups: Sequence[str], programs: Sequence[str]) -> NamedDiff:
    return NamedDiff(
        len(found.kept),
        tuple(
            ChangedPair(
                startups[one.pair.startup],
                programs[one.pair.program],
                one.why,
                tuple(programs[number] for number in one.came_from),
                tuple(startups[number] for number in one.in_place_of),
            )
            for one in found.entered
        ),
        tuple(
            ChangedPair(
                startups[one.pair.startup],
                programs[one.pair.program],
                one.why,
                tuple(programs[number] for number in one.went_to),
                tuple(startups[number] for number in one.gave_way_to),
            )
            for one in found.left
        ),
    )


def _is_as_it_was(material: RoundMaterial, now: InputMarks, startup: str, program: str) -> bool:
    """Say whether the facts of a startup and the text of a program are those a plan was made from."""
    facts = now.startups.get(startup)
    same_facts = facts is not None and facts.facts == material.startups[startup].facts
    return same_facts and now.programs.get(program) == material.programs[program]


def _single_lacks(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    material: RoundMaterial,
    closed: Sequence[RoundCandidate],
) -> dict[tuple[str, str], _Lack]:
    """Find the pairs that lack one thing alone: one condition, the agency's word, or a review without a 0."""
    settings = material.demands.settings
    found: dict[tuple[str, str], _Lack] = {}
    packed = {(item.startup, item.program): item for item in material.candidates}
    facts = read_facts(session, sorted({item.startup_id for item in closed}))
    asked_of = {item.program_id for item in closed if item.verdict == Verdict.NOT_ELIGIBLE.value}
    pools = {program: stored_program(session, analyst, program) for program in sorted(asked_of)}
    marks = read_marks(session, actor, sorted(asked_of)) if asked_of else None
    for item in closed:
        pair = (item.startup_id, item.program_id)
        if item.verdict != Verdict.NOT_ELIGIBLE.value:
            if not item.zero:
                found[pair] = _Lack(item, Lacks.DECISION)
            elif may_be_seated(replace(item, zero=False), settings):
                found[pair] = _Lack(item, Lacks.ZERO)
            continue
        # Without the verdict the decision must be one that seats: else two things are lacking.
        decided = may_be_seated(replace(item, verdict=Verdict.ELIGIBLE.value), settings)
        if not decided or packed[pair].override or item.startup_id not in facts:
            continue
        # Conditions are judged by what is there now, which says nothing of a plan made from something else.
        if marks is None or not _is_as_it_was(material, marks, *pair):
            continue
        judged = judge(pools[item.program_id].programs[0].rules, facts[item.startup_id], material.today)
        unmet = [one for one in judged.outcomes if one.verdict is Verdict.NOT_ELIGIBLE]
        if len(unmet) == 1:
            found[pair] = _Lack(item, Lacks.CONDITION, unmet[0].condition, unmet[0].fact)
    return found


def _as_candidates(made: RoundPlan, wanted: Sequence[RoundCandidate]) -> Candidates:
    """Score pairs that are no candidates of a plan as it would."""
    startups = {one: number for number, one in enumerate(made.inputs.startups)}
    programs = made.inputs.programs
    usual = usual_reviews(made.inputs.candidates)
    rows = sorted(
        (
            startups[item.startup_id],
            programs.index(item.program_id),
            score_of(item, made.inputs.settings, usual.get(item.program_id, 0.0)),
        )
        for item in wanted
    )
    return Candidates(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )


def _suggestions(
    answer: WhyNot, made: RoundPlan, lacking: Mapping[tuple[str, str], _Lack]
) -> tuple[Suggestion, ...]:
    return tuple(_suggestion(one, made, lacking) for one in answer.changes)


def _suggestion(one: Sufficient, made: RoundPlan, lacking: Mapping[tuple[str, str], _Lack]) -> Suggestion:
    change = one.change
    startup = program = ""
    if change.pair is not None:
        startup = made.inputs.startups[change.pair.startup]
        program = made.inputs.programs[change.pair.program]
    elif change.program is not None:
        program = made.inputs.programs[change.program]
    lack = lacking.get((startup, program)) if change.kind is Kind.FACT else None
    return Suggestion(
        change.kind,
        startup,
        program,
        change.rule or "",
        None if lack is None else lack.lacks,
        None if lack is None else lack.condition,
        None if lack is None else lack.fact,
        one.pairs,
        round(one.gain, 9),
    )
