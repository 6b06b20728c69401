"""Rounds: which programs assign their seats together, when, by which settings, rules and pins.

A round belongs to the alliance: managers alone see and change it. Until it is published everything about it
may change, afterwards its stages and columns alone, and once it is final nothing but who takes a vacancy.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session, col, func, select

from matcher.engine.cleaning import clean_text
from matcher.engine.round_plan import RoundSettings, SeatFor
from matcher.errors import FieldError, RecordError, StaleEditError, UnknownThingError
from matcher.exports.shortlist import COLUMN_KEYS, check_columns
from matcher.workflows.audits import Act, record
from matcher.workflows.program_contents import TIME_ZONES
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs
from matcher.workflows.review_queues import require
from matcher.workflows.reviews import clean_reason
from matcher.workflows.round_attributes import PROGRAM_ATTRIBUTES, STARTUP_ATTRIBUTES
from matcher.workflows.round_packs import MOST_SEATS
from matcher.workflows.side_rule_files import read_side_rules
from models.access import Action, Actor, rounds_for
from models.base import new_id, now_utc
from models.round import PinKind, RoundStage, RoundState
from models.tables import Account, Candidacy, Round, RoundPin, RoundProgram, RoundRun, Startup

LONGEST_NAME = 200
MOST_PROGRAMS = 1000
MOST_RULES = 100
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_ID = 60
_RANDOM_PART = 8


class _Settings(BaseModel):
    """What a plan depends on beside the candidates, as it is stored; see `RoundSettings`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    max_per_startup: Annotated[int, Field(strict=True, ge=1, le=50)] = 1
    fit: Annotated[float, Field(ge=0, le=1000)] = 1.0
    review: Annotated[float, Field(ge=0, le=1000)] = 1.0
    interest: Annotated[float, Field(ge=0, le=1000)] = 0.1
    seat_for: SeatFor = SeatFor.ACCEPTED
    moving_cost: Annotated[float, Field(ge=0, le=1000)] = 0.0


@dataclass(frozen=True, slots=True)
class StageWindow:
    """A stage of a round and when it is: local times in the round's time zone, None where it is open.

    Raises:
        FieldError: it closes before it opens.
    """

    stage: RoundStage
    opens: datetime | None = None
    closes: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what never is."""
        for moment in (self.opens, self.closes):
            if moment is not None and moment.tzinfo is not None:
                raise FieldError(f"stages.{self.stage.value}", "local times without a zone expected")
        if self.opens and self.closes and self.opens > self.closes:
            raise FieldError(f"stages.{self.stage.value}", "closes before it opens")

    def is_open(self, now: datetime, time_zone: str) -> bool:
        """Say whether the stage is on at a moment; the last minute of it counts in full.

        Args:
            now: with a zone.
            time_zone: the round's.
        """
        local = now.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None, second=0, microsecond=0)
        return (self.opens is None or self.opens <= local) and (self.closes is None or local <= self.closes)


@dataclass(frozen=True, slots=True)
class ProgramSeats:
    """A program of a round; `candidates` are the startups considered for it."""

    program: ProgramCard
    seats: int
    waitlist: int
    candidates: int


@dataclass(frozen=True, slots=True)
class Pin:
    """A pair a manager demands or rules out; `set_by` is empty where the account is gone."""

    program_id: str
    startup_id: str
    name: str
    kind: PinKind
    reason: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round in a list."""

    id: str
    name: str
    state: RoundState
    stage: RoundStage
    programs: int
    seats: int
    runs: int
    made_at: datetime
    published_at: datetime | None
    finalised_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoundSheet:
    """Everything that is set about a round; `revision` grows with every change."""

    card: RoundCard
    stages: tuple[StageWindow, ...]
    time_zone: str
    settings: RoundSettings
    rules: tuple[Mapping[str, Any], ...]
    programs: tuple[ProgramSeats, ...]
    pins: tuple[Pin, ...]
    columns: tuple[str, ...]
    revision: int


USUAL_STAGES = (
    StageWindow(RoundStage.ELIGIBILITY),
    StageWindow(RoundStage.DOCUMENTS),
    StageWindow(RoundStage.PRESENTATION),
    StageWindow(RoundStage.SELECTION),
    StageWindow(RoundStage.AGREEMENT),
)


def local_time(moment: datetime, time_zone: str) -> str:
    """Write a local time as people read it, with its zone: 2026-07-15 23:59 KST.

    Args:
        moment: local, or with a zone of its own.
        time_zone: the zone it is shown in.
    """
    zone = ZoneInfo(time_zone)
    there = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    return f"{there:%Y-%m-%d %H:%M} {there.tzname() or time_zone}"


def create_round(
    session: Session,
    actor: Actor,
    name: str,
    programs: Sequence[tuple[str, int, int]],
    *,
    round_id: str = "",
    time_zone: str = "Asia/Seoul",
    stages: Sequence[StageWindow] = USUAL_STAGES,
) -> str:
    """Open a round.

    Args:
        session: an open write unit.
        actor: a manager.
        name: what it is called.
        programs: (program, seats, longest waitlist).
        round_id: small letters, digits and hyphens; made of the name where it is empty.
        time_zone: the zone its windows are in, such as Asia/Seoul.
        stages: in their order; the first one is on.

    Returns:
        The round's id.

    Raises:
        FieldError: a value is refused; names it.
        AccessDeniedError: this actor runs no rounds.
    """
    require(actor, Action.RUN_ROUNDS)
    called = clean_text(name, "name", limit=LONGEST_NAME)
    key = _new_id(session, round_id, called)
    _check_zone(time_zone)
    written = _written_stages(stages)
    row = Round(
        id=key,
        name=called,
        stage=stages[0].stage.value,
        stages=written,
        time_zone=time_zone,
        settings=_stored_settings(RoundSettings()),
        side_rules={"rules": []},
        columns=list(COLUMN_KEYS),
        made_by=actor.account_id,
    )
    session.add(row)
    session.flush()
    _put_programs(session, key, programs)
    record(session, actor, Act.ROUND_CHANGED, about=key, details={"changed": "made"})
    return key


def list_rounds(session: Session, actor: Actor) -> tuple[RoundCard, ...]:
    """List the rounds, the newest first.

    Raises:
        AccessDeniedError: this actor runs no rounds.
    """
    require(actor, Action.RUN_ROUNDS)
    rows = session.exec(rounds_for(actor).order_by(col(Round.made_at).desc(), col(Round.id)))
    return tuple(_card(session, row) for row in rows)


def round_exists(session: Session, actor: Actor, round_id: str) -> bool:
    """Say whether there is a round of this id for this actor."""
    wanted = rounds_for(actor).where(Round.id == round_id) if round_id.isprintable() else None
    return wanted is not None and session.exec(wanted).first() is not None


def find_round(session: Session, actor: Actor, round_id: str) -> Round:
    """Find a round.

    Raises:
        UnknownThingError: there is none of this id.
        AccessDeniedError: this actor runs no rounds.
    """
    require(actor, Action.RUN_ROUNDS)
    wanted = rounds_for(actor).where(Round.id == round_id) if round_id.isprintable() else None
    row = None if wanted is None else session.exec(wanted).first()
    if row is None:
        raise UnknownThingError("round")
    return row


def read_round(session: Session, actor: Actor, round_id: str) -> RoundSheet:
    """Read everything that is set about a round.

    Raises:
        UnknownThingError, AccessDeniedError: see `find_round`.
    """
    row = find_round(session, actor, round_id)
    counting = select(col(Candidacy.program_id), func.count()).group_by(col(Candidacy.program_id))
    counted = {program: number for program, number in session.execute(counting)}  # noqa: C416  rows, not pairs
    cards = {card.id: card for card in list_programs(session, ProgramFilter())}
    places = _programs(session, round_id)
    pins = session.execute(
        select(RoundPin, col(Startup.name), col(Account.name))
        .join(Startup, col(Startup.id) == col(RoundPin.startup_id))
        .outerjoin(Account, col(Account.id) == col(RoundPin.set_by))
        .where(col(RoundPin.round_id) == round_id)
        .order_by(col(RoundPin.kind).desc(), col(RoundPin.program_id), col(RoundPin.startup_id))
    )
    return RoundSheet(
        _card(session, row),
        tuple(_read_stage(stage) for stage in row.stages),
        row.time_zone,
        settings_of(row),
        rules_of(row),
        tuple(
            ProgramSeats(
                cards[place.program_id], place.seats, place.waitlist, counted.get(place.program_id, 0)
            )
            for place in places
        ),
        tuple(
            Pin(pin.program_id, pin.startup_id, name, PinKind(pin.kind), pin.reason, by or "", pin.set_at)
            for pin, name, by in pins
        ),
        tuple(row.columns),
        row.revision,
    )


def rename_round(session: Session, actor: Actor, round_id: str, name: str, *, revision: int) -> None:
    """Call a round something else.

    Raises:
        FieldError, StaleEditError, UnknownThingError, AccessDeniedError: see `change_settings`.
    """
    row = _open_round(session, actor, round_id, revision)
    row.name = clean_text(name, "name", limit=LONGEST_NAME)
    _keep(session, actor, row, "name")


def change_stages(
    session: Session,
    actor: Actor,
    round_id: str,
    *,
    stages: Sequence[StageWindow],
    stage: RoundStage,
    time_zone: str,
    revision: int,
) -> None:
    """Say which stages there are and when, and which one is on; may be done until the round is final.

    Raises:
        FieldError: a stage stands there twice or closes before it opens, or none of them is on.
        StaleEditError, UnknownThingError, AccessDeniedError: see `change_settings`.
    """
    row = _changed_round(session, actor, round_id, revision)
    if row.state == RoundState.FINALISED:
        raise StaleEditError("round: it is final")
    _check_zone(time_zone)
    written = _written_stages(stages)
    if stage not in {one.stage for one in stages}:
        raise FieldError("stage", "is none of the stages of this round")
    row.stages, row.stage, row.time_zone = written, stage.value, time_zone
    _keep(session, actor, row, "stages")


def change_settings(
    session: Session, actor: Actor, round_id: str, settings: Mapping[str, Any], *, revision: int
) -> RoundSettings:
    """Change what a plan depends on beside the candidates.

    Args:
        session: an open write unit.
        actor: a manager.
        round_id: the round.
        settings: by the names of `RoundSettings`; what is left out keeps its value.
        revision: the revision the change was made from.

    Raises:
        FieldError: a setting is unknown or out of range; names it.
        StaleEditError: somebody changed the round since, or it is published.
        UnknownThingError, AccessDeniedError: see `find_round`.
    """
    row = _open_round(session, actor, round_id, revision)
    made = read_settings(dict(row.settings) | dict(settings))
    row.settings = _stored_settings(made)
    _keep(session, actor, row, "settings", row.settings)
    return made


def change_programs(
    session: Session,
    actor: Actor,
    round_id: str,
    programs: Sequence[tuple[str, int, int]],
    *,
    revision: int,
) -> None:
    """Say which programs take part, with seats and the longest waitlist; pins of others are dropped.

    Raises:
        FieldError: there is no such program, one stands there twice, or a number is out of range.
        StaleEditError, UnknownThingError, AccessDeniedError: see `change_settings`.
    """
    row = _open_round(session, actor, round_id, revision)
    _put_programs(session, round_id, programs)
    kept = {program for program, _, _ in programs}
    for pin in session.exec(select(RoundPin).where(RoundPin.round_id == round_id)):
        if pin.program_id not in kept:
            session.delete(pin)
    _keep(session, actor, row, "programs", {program: seats for program, seats, _ in programs})


def change_rules(
    session: Session, actor: Actor, round_id: str, rules: Sequence[Mapping[str, Any]], *, revision: int
) -> None:
    """Set the side rules; they are written as docs/side_rules.md has them and count by attributes alone.

    Raises:
        FieldError: a rule is wrong, counts by numbers, or by an attribute that there is not.
        StaleEditError, UnknownThingError, AccessDeniedError: see `change_settings`.
    """
    row = _open_round(session, actor, round_id, revision)
    row.side_rules = {"rules": check_rules(rules)}
    _keep(session, actor, row, "rules", {"rules": [rule["name"] for rule in row.side_rules["rules"]]})


def save_columns(
    session: Session, actor: Actor, round_id: str, columns: Sequence[str], *, revision: int
) -> None:
    """Keep the choice of columns of the shortlist.

    Raises:
        FieldError: none, an unknown one, or one twice.
        StaleEditError, UnknownThingError, AccessDeniedError: see `change_settings`.
    """
    row = _changed_round(session, actor, round_id, revision)
    if row.state == RoundState.FINALISED:
        raise StaleEditError("round: it is final")
    check_columns(tuple(columns))
    row.columns = list(columns)
    _keep(session, actor, row, "columns")


def set_pin(
    session: Session,
    actor: Actor,
    round_id: str,
    program_id: str,
    startup_id: str,
    *,
    kind: PinKind,
    reason: str,
    revision: int,
) -> None:
    """Demand a pair, or rule it out; what was demanded of it before is replaced.

    Raises:
        FieldError: the startup is not considered for the program, or no reason is given.
        StaleEditError, UnknownThingError, AccessDeniedError: see `change_settings`.
    """
    row = _open_round(session, actor, round_id, revision)
    why = clean_reason(reason)
    if not why:
        raise FieldError("reason", "say why")
    if not _is_considered(session, round_id, program_id, startup_id):
        raise FieldError("startup", "is not considered for this program")
    pin = session.get(RoundPin, (round_id, program_id, startup_id)) or RoundPin(
        round_id=round_id, program_id=program_id, startup_id=startup_id, kind=kind.value
    )
    pin.kind, pin.reason, pin.set_by, pin.set_at = kind.value, why, actor.account_id, now_utc()
    session.add(pin)
    _keep(session, actor, row, kind.value, {"program": program_id}, subject=startup_id, reason=why)


def remove_pin(
    session: Session, actor: Actor, round_id: str, program_id: str, startup_id: str, *, revision: int
) -> None:
    """Demand nothing of a pair any more.

    Raises:
        StaleEditError, UnknownThingError, AccessDeniedError: see `change_settings`.
    """
    row = _open_round(session, actor, round_id, revision)
    pin = session.get(RoundPin, (round_id, program_id, startup_id))
    if pin is None:
        raise UnknownThingError("pin")
    session.delete(pin)
    _keep(session, actor, row, "unpin", {"program": program_id}, subject=startup_id)


def settings_of(row: Round) -> RoundSettings:
    """Give the settings of a stored round."""
    return read_settings(row.settings)


def rules_of(row: Round) -> tuple[Mapping[str, Any], ...]:
    """Give the side rules of a stored round."""
    return tuple(row.side_rules.get("rules", ()))


def read_settings(values: Mapping[str, Any]) -> RoundSettings:
    """Read settings by their names.

    Raises:
        FieldError: one is unknown or out of range; names it as `settings.fit`.
    """
    try:
        read = _Settings.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise FieldError(f"settings.{field}", first["msg"]) from error
    return RoundSettings(**dict(read))


def check_rules(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Let side rules pass that a round can keep.

    Raises:
        FieldError: names the rule, and why.
    """
    if len(rules) > MOST_RULES:
        raise FieldError("rules", f"at most {MOST_RULES}")
    for rule in rules:
        for kind in ("startups", "programs"):
            if isinstance(rule, Mapping) and isinstance(rule.get(kind), list):
                # Numbers would mean somebody else as soon as one more startup applies.
                raise FieldError(f"rule '{rule.get('name')}'", f"{kind} by attributes expected, not numbers")
    document = {
        "startups": {name: [] for name in STARTUP_ATTRIBUTES},
        "programs": {name: [] for name in PROGRAM_ATTRIBUTES},
        "rules": [dict(rule) if isinstance(rule, Mapping) else rule for rule in rules],
    }
    try:
        read_side_rules("rules", document, startups=0, programs=0)
    except RecordError as error:
        raise FieldError(error.field, error.reason) from error
    return [dict(rule) for rule in rules]


def _stored_settings(settings: RoundSettings) -> dict[str, Any]:
    return asdict(settings) | {"seat_for": settings.seat_for.value}


def _card(session: Session, row: Round) -> RoundCard:
    places = _programs(session, row.id)
    runs = session.exec(select(func.count()).where(RoundRun.round_id == row.id)).one()
    return RoundCard(
        row.id,
        row.name,
        RoundState(row.state),
        RoundStage(row.stage),
        len(places),
        sum(place.seats for place in places),
        runs,
        row.made_at,
        row.published_at,
        row.finalised_at,
    )


def _programs(session: Session, round_id: str) -> Sequence[RoundProgram]:
    listed = select(RoundProgram).where(RoundProgram.round_id == round_id)
    return session.exec(listed.order_by(col(RoundProgram.program_id))).all()


def _put_programs(session: Session, round_id: str, programs: Sequence[tuple[str, int, int]]) -> None:
    if not programs:
        raise FieldError("programs", "choose at least one")
    if len(programs) > MOST_PROGRAMS:
        raise FieldError("programs", f"at most {MOST_PROGRAMS}")
    known = {card.id for card in list_programs(session, ProgramFilter())}
    there = {place.program_id: place for place in _programs(session, round_id)}
    seen: set[str] = set()
    for program, seats, waitlist in programs:
        if program not in known:
            raise FieldError("programs", "there is no such program")
        if program in seen:
            raise FieldError("programs", f"{program} stands there twice")
        seen.add(program)
        for field, number in (("seats", seats), ("waitlist", waitlist)):
            if not 0 <= number <= MOST_SEATS:
                raise FieldError(f"{field}.{program}", f"a whole number from 0 to {MOST_SEATS} expected")
        place = there.pop(program, None) or RoundProgram(round_id=round_id, program_id=program, seats=seats)
        place.seats, place.waitlist = seats, waitlist
        session.add(place)
    for gone in there.values():
        session.delete(gone)
    session.flush()


def _changed_round(session: Session, actor: Actor, round_id: str, revision: int) -> Round:
    row = find_round(session, actor, round_id)
    if row.revision != revision:
        raise StaleEditError("round: it was changed in the meantime")
    return row


def _open_round(session: Session, actor: Actor, round_id: str, revision: int) -> Round:
    row = _changed_round(session, actor, round_id, revision)
    if row.state != RoundState.OPEN:
        raise StaleEditError("round: it is published; what it depended on no longer changes")
    return row


def _keep(
    session: Session,
    actor: Actor,
    row: Round,
    changed: str,
    details: Mapping[str, Any] | None = None,
    *,
    subject: str = "",
    reason: str = "",
) -> None:
    row.revision += 1
    session.add(row)
    record(
        session,
        actor,
        Act.ROUND_CHANGED,
        subject=subject,
        about=row.id,
        reason=reason,
        details={"changed": changed, **(details or {})},
    )


def _is_considered(session: Session, round_id: str, program_id: str, startup_id: str) -> bool:
    if not (program_id.isprintable() and startup_id.isprintable()):
        return False
    takes_part = session.get(RoundProgram, (round_id, program_id)) is not None
    wanted = select(Candidacy).where(Candidacy.program_id == program_id, Candidacy.startup_id == startup_id)
    return takes_part and session.exec(wanted).first() is not None


def _new_id(session: Session, wanted: str, name: str) -> str:
    if wanted:
        if len(wanted) > _LONGEST_ID or not _SLUG.fullmatch(wanted):
            raise FieldError("id", "small letters, digits and single hyphens expected, at most 60")
        if session.get(Round, wanted) is not None:
            raise FieldError("id", "another round has it")
        return wanted
    # A name in Hangul leaves no letter of it: the random part alone is then the id.
    slug = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[: _LONGEST_ID - _RANDOM_PART - 1].strip("-")
    return f"{slug}-{new_id()[:_RANDOM_PART]}" if slug else f"round-{new_id()[:_RANDOM_PART]}"


def _check_zone(time_zone: str) -> None:
    if time_zone not in TIME_ZONES:
        raise FieldError("time_zone", "is not a time zone of the list")


def _written_stages(stages: Sequence[StageWindow]) -> list[dict[str, Any]]:
    if not stages:
        raise FieldError("stages", "choose at least one")
    names = [stage.stage for stage in stages]
    if len(set(names)) != len(names):
        raise FieldError("stages", "one stands there twice")
    return [
        {
            "stage": stage.stage.value,
            "opens": stage.opens.isoformat(timespec="minutes") if stage.opens else "",
            "closes": stage.closes.isoformat(timespec="minutes") if stage.closes else "",
        }
        for stage in stages
    ]


def _read_stage(stored: Mapping[str, Any]) -> StageWindow:
    opens, closes = (
        datetime.fromisoformat(stored[key]) if stored.get(key) else None for key in ("opens", "closes")
    )
    return StageWindow(RoundStage(stored["stage"]), opens, closes)


RoundTime = Literal["before", "open", "after"]


def stage_time(stage: StageWindow, time_zone: str, now: datetime | None = None) -> RoundTime:
    """Say whether a stage is still to come, on, or over."""
    moment = now or datetime.now(UTC)
    if stage.is_open(moment, time_zone):
        return "open"
    local = moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return "before" if stage.opens is not None and local < stage.opens else "after"
