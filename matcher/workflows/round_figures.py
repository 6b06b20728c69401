"""A round in figures for its managers: what a stored plan comes to, and how it differs from another one.

Everything a plan was made from stands in its pack; what startups are (sector, stage and so on) is read as it
stands now. However many candidates there are, the number of queries is the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from matcher.engine.round_plan import DIGITS
from matcher.engine.round_tallies import (
    COVERAGE,
    By,
    Change,
    CoverageChange,
    SeatChange,
    Standing,
    Step,
    Tally,
    changed_members,
    compare_coverage,
    compare_seats,
    count_pairs,
    count_startups,
    members,
)
from matcher.errors import FieldError, UnknownThingError
from matcher.workflows.candidate_figures import PREFERRED
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs
from matcher.workflows.review_reports import ProgramProgress, list_progress
from matcher.workflows.round_attributes import StartupColumns, attributes_of_columns
from matcher.workflows.round_packs import PackedCandidate, RoundPack, read_pack
from matcher.workflows.rounds import find_round
from models.access import Actor, profiles_for, reviews_for, startups_for
from models.review import AGENCY_DESK
from models.tables import Profile, Review, RoundProgram, RoundRun, Startup
from models.vocabulary import Language


@dataclass(frozen=True, slots=True)
class RunLabel:
    """A stored plan as it is chosen from a list."""

    number: int
    made_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class FiguresQuestion:
    """What is looked at.

    Attributes:
        run: number of a plan; None takes the one that was published, else the newest.
        against: number of the plan it is compared with.
        program: this program alone; empty takes all.
    """

    run: int | None = None
    against: int | None = None
    program: str = ""


@dataclass(frozen=True, slots=True)
class CasesQuestion:
    """Which cases are listed: a group as `keys_of` says; `selected` lists those with a seat alone."""

    by: By
    key: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class ProgramFigures:
    """A program in a plan; `steps` count its pairs."""

    program: str
    seats: int
    steps: tuple[Tally, ...]

    def at(self, step: Step) -> int:
        """Give how many pairs came as far as a step."""
        return next(one.considered for one in self.steps if one.key == step)


@dataclass(frozen=True, slots=True)
class RunFigures:
    """A plan in figures.

    Attributes:
        label: which plan it is.
        total: the sum of the scores of the chosen pairs.
        startups: startups that were considered.
        selected: startups with a seat.
        programs: each program, in the order of ids.
        spread: pairs by fit and by what reviews come to.
        coverage: startups by what they are.
    """

    label: RunLabel
    total: float
    startups: int
    selected: int
    programs: tuple[ProgramFigures, ...]
    spread: Mapping[By, tuple[Tally, ...]]
    coverage: Mapping[By, tuple[Tally, ...]]

    @property
    def seats(self) -> int:
        """All seats."""
        return sum(one.seats for one in self.programs)

    @property
    def filled(self) -> int:
        """Seats that are filled."""
        return sum(one.at(Step.SELECTED) for one in self.programs)


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What differs between a plan and another; `before` is the other one in figures."""

    before: RunFigures
    seats: tuple[SeatChange, ...]
    coverage: Mapping[By, tuple[CoverageChange, ...]]


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """A round in figures.

    Attributes:
        id, name: of the round.
        runs: its plans, the newest first.
        cards: programs by id; one that is gone has none.
        listed: ids of the programs of the round or the plan that is shown.
        progress: how far reviews are now, of the programs that are looked at.
        shown: the plan, None where there is none yet.
        comparison: with the plan that was asked for.
    """

    id: str
    name: str
    runs: tuple[RunLabel, ...]
    cards: Mapping[str, ProgramCard]
    listed: tuple[str, ...]
    progress: tuple[ProgramProgress, ...]
    shown: RunFigures | None
    comparison: RunComparison | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One pair behind a figure; the name is empty where the startup is gone."""

    name: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class CaseList:
    """The pairs behind a figure, by program and then name; `listed` says that the shortlist shows it."""

    id: str
    name: str
    label: RunLabel
    listed: bool
    cards: Mapping[str, ProgramCard]
    lines: tuple[CaseLine, ...]

    @property
    def startups(self) -> int:
        """How many different startups they are."""
        return len({line.standing.startup for line in self.lines})


def read_figures_of_round(
    session: Session, actor: Actor, round_id: str, asked: FiguresQuestion
) -> RoundFigures:
    """Read a round in figures.

    Raises:
        UnknownThingError: there is no such round, run, or program in it.
        AccessDeniedError: this actor runs no rounds.
    """
    row = find_round(session, actor, round_id)
    runs = _labels(session, round_id)
    read = _read_runs(session, actor, round_id, runs, asked)
    listed = _programs(session, round_id, read)
    if asked.program and asked.program not in listed:
        raise UnknownThingError("program")
    wanted = {asked.program} if asked.program else set(listed)
    return RoundFigures(
        row.id,
        row.name,
        runs,
        {card.id: card for card in list_programs(session, ProgramFilter())},
        listed,
        tuple(one for one in list_progress(session, actor) if one.program.id in wanted),
        _figures(read[0]) if read else None,
        _compared(read[1], read[0]) if len(read) > 1 else None,
    )


def read_cases(
    session: Session, actor: Actor, round_id: str, asked: FiguresQuestion, wanted: CasesQuestion
) -> CaseList:
    """List the pairs behind a figure of `read_figures_of_round`.

    Raises:
        FieldError: a change is asked for without a plan to compare with.
        UnknownThingError: there is no such round or run, or nothing is planned yet.
        AccessDeniedError: this actor runs no rounds.
    """
    row = find_round(session, actor, round_id)
    runs = _labels(session, round_id)
    read = _read_runs(session, actor, round_id, runs, asked)
    if not read:
        raise UnknownThingError("run")
    found = _members(read, wanted)
    names = read[0].names
    lines = (CaseLine(names.get(one.startup, ""), one) for one in found)
    return CaseList(
        row.id,
        row.name,
        read[0].label,
        read[0].label == _usual(runs),
        {card.id: card for card in list_programs(session, ProgramFilter())},
        tuple(
            sorted(
                lines,
                key=lambda line: (line.standing.program, line.name.casefold(), line.standing.startup),
            )
        ),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """A stored plan with where everybody stands in it.

    `programs` are all of the plan, `seats` those that are looked at; `names` are those of the startups that
    still are.
    """

    label: RunLabel
    programs: tuple[str, ...]
    total: float
    seats: Mapping[str, int]
    standings: tuple[Standing, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read of startups and reviews beside the packs."""

    names: Mapping[str, str]
    groups: Mapping[str, Mapping[str, Sequence[str]]]
    reviewed: Mapping[tuple[str, str], datetime]


def _labels(session: Session, round_id: str) -> tuple[RunLabel, ...]:
    rows = session.exec(
        select(RoundRun.number, RoundRun.made_at, RoundRun.published_at)
        .where(RoundRun.round_id == round_id)
        .order_by(col(RoundRun.number).desc())
    )
    return tuple(RunLabel(number, made_at, published_at) for number, made_at, published_at in rows)


def _usual(runs: Sequence[RunLabel]) -> RunLabel | None:
    """Give the plan a shortlist is made of: the one that was published, else the newest."""
    return next((one for one in runs if one.published_at is not None), runs[0] if runs else None)


def _read_runs(
    session: Session, actor: Actor, round_id: str, runs: Sequence[RunLabel], asked: FiguresQuestion
) -> tuple[_Read, ...]:
    """Read the plan that is looked at, and the one it is compared with behind it."""
    usual = _usual(runs)
    shown = asked.run or (usual.number if usual else None)
    numbers = [number for number in (shown, asked.against) if number is not None]
    labels = {one.number: one for one in runs}
    if any(number not in labels for number in numbers):
        raise UnknownThingError("run")
    packs = {
        number: read_pack(pack)
        for number, pack in session.exec(
            select(RoundRun.number, RoundRun.pack).where(
                RoundRun.round_id == round_id, col(RoundRun.number).in_(numbers)
            )
        )
    }
    known = _read_known(session, actor, tuple(packs.values()))
    return tuple(_read(labels[number], packs[number], known, asked.program) for number in numbers)


def _read_known(session: Session, actor: Actor, packs: Sequence[RoundPack]) -> _Known:
    ids = sorted({startup for pack in packs for startup, mark in pack.startups.items() if not mark.erased})
    programs = sorted({place.program for pack in packs for place in pack.seats})
    # One value however long the list is: no limit of the database is met, and no second query needed.
    listed = func.json_each(json.dumps(ids)).table_valued("value")
    among = select(listed.c.value)
    # Columns, not rows: of thousands of startups no more is read than is counted.
    columns = [col(getattr(Startup, name)) for name in StartupColumns._fields]
    startups = session.execute(
        startups_for(actor)
        .where(col(Startup.id).in_(among))
        .with_only_columns(col(Startup.id), col(Startup.name), *columns)
    ).all()
    written: dict[str, Language] = {}
    for startup, code in session.execute(
        profiles_for(actor)
        .where(col(Profile.startup_id).in_(among))
        .with_only_columns(col(Profile.startup_id), col(Profile.language))
        .distinct()
    ):
        written[startup] = min(written.get(startup, Language(code)), Language(code), key=PREFERRED.index)
    return _Known(
        {startup: name for startup, name, *_ in startups},
        {
            startup: attributes_of_columns(StartupColumns._make(values), written[startup].value)
            for startup, _, *values in startups
            if startup in written
        },
        _first_reviews(session, actor, programs),
    )


def _first_reviews(
    session: Session, actor: Actor, programs: Sequence[str]
) -> dict[tuple[str, str], datetime]:
    """Say when the first review of each startup was submitted."""
    rows = session.execute(
        reviews_for(actor)
        .where(
            col(Review.program_id).in_(programs),
            Review.desk != AGENCY_DESK,
            col(Review.submitted_at).is_not(None),
        )
        .with_only_columns(col(Review.startup_id), col(Review.program_id), func.min(col(Review.submitted_at)))
        .group_by(col(Review.startup_id), col(Review.program_id))
    )
    return {(startup, program): first for startup, program, first in rows}


def _read(label: RunLabel, pack: RoundPack, known: _Known, program: str) -> _Read:
    outcomes: dict[tuple[str, str], tuple[Step, int | None]] = {}
    for one in pack.plan["programs"]:
        for item in one["selected"]:
            outcomes[item["startup"], one["program"]] = (Step.SELECTED, None)
        for item in one["waitlist"]:
            outcomes[item["startup"], one["program"]] = (Step.WAITLISTED, item["rank"])
    return _Read(
        label,
        tuple(place.program for place in pack.seats),
        _total(pack, program),
        {place.program: place.seats for place in pack.seats if program in {"", place.program}},
        tuple(
            _standing(label, item, outcomes.get((item.startup, item.program), ("", None)), known)
            for item in pack.candidates
            if program in {"", item.program}
        ),
        known.names,
    )


def _total(pack: RoundPack, program: str) -> float:
    if not program:
        return float(pack.plan["total"])
    for one in pack.plan["programs"]:
        if one["program"] == program:
            return round(sum(float(item["score"]) for item in one["selected"]), DIGITS)
    return 0.0


def _standing(
    label: RunLabel, item: PackedCandidate, outcome: tuple[str, int | None], known: _Known
) -> Standing:
    first = known.reviewed.get((item.startup, item.program))
    return Standing(
        item.startup,
        item.program,
        item.fit,
        item.verdict,
        item.decision,
        item.review,
        # A figure of the reviews is proof enough, whatever became of the reviews since.
        item.review is not None or (first is not None and first <= label.made_at),
        *outcome,
        known.groups.get(item.startup, {}),
        item.startup in known.groups,
    )


def _programs(session: Session, round_id: str, read: Sequence[_Read]) -> tuple[str, ...]:
    now = select(RoundProgram.program_id).where(RoundProgram.round_id == round_id)
    return tuple(sorted({*session.exec(now), *(program for one in read for program in one.programs)}))


def _figures(read: _Read) -> RunFigures:
    standings = read.standings
    by_program: dict[str, list[Standing]] = {program: [] for program in read.seats}
    for one in standings:
        by_program[one.program].append(one)
    return RunFigures(
        read.label,
        read.total,
        len({one.startup for one in standings}),
        len({one.startup for one in standings if one.selected}),
        tuple(
            ProgramFigures(program, read.seats[program], count_pairs(found, By.STEP))
            for program, found in sorted(by_program.items())
        ),
        {by: count_pairs(standings, by) for by in (By.FIT, By.REVIEW)},
        {by: count_startups(standings, by) for by in COVERAGE},
    )


def _compared(before: _Read, now: _Read) -> RunComparison:
    return RunComparison(
        _figures(before),
        compare_seats((before.seats, before.standings), (now.seats, now.standings)),
        {by: compare_coverage(before.standings, now.standings, by) for by in COVERAGE},
    )


def _members(read: Sequence[_Read], wanted: CasesQuestion) -> list[Standing]:
    if wanted.by is not By.CHANGE:
        return members(read[0].standings, wanted.by, wanted.key, selected=wanted.selected)
    if len(read) == 1:
        raise FieldError("against", "a change is one between two runs")
    try:
        change = Change(wanted.key)
    except ValueError as error:
        raise FieldError("key", f"{wanted.key!r} is no change") from error
    return changed_members(read[1].standings, read[0].standings, change)
