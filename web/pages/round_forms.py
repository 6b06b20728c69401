"""Forms of a round: what stands in them, read from the round or as typed, and what is typed read again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from matcher.errors import FieldError
from matcher.workflows.programs import ProgramCard
from matcher.workflows.round_views import ProgramChoice
from matcher.workflows.rounds import USUAL_STAGES, RoundSheet, StageWindow
from models.round import RoundStage

USUAL_WAITLIST = 10
MOST_NUMBER = 2**31 - 1
LONGEST_RULES = 80_000

_LONGEST_NUMBER = 9
_Typed = Annotated[str, Field(max_length=200)]
_Rows = Annotated[list[_Typed], Field(max_length=2000)]


class ProgramFields(BaseModel):
    """Programs with seats and waitlists: `place` names the program of each row, `program` those chosen."""

    program: _Rows = []
    place: _Rows = []
    seats: _Rows = []
    waitlist: _Rows = []


class StageFields(BaseModel):
    """Stages with windows: `key` names the stage of each row, `part` those that take part."""

    stage: _Typed = ""
    time_zone: _Typed = "Asia/Seoul"
    part: _Rows = []
    key: _Rows = []
    opens: _Rows = []
    closes: _Rows = []


class NewRoundFields(ProgramFields, StageFields):
    """A new round."""

    name: str = Field(default="", max_length=1000)


class SettingFields(BaseModel):
    """What a plan weighs, as typed."""

    max_per_startup: _Typed = ""
    fit: _Typed = ""
    review: _Typed = ""
    interest: _Typed = ""
    moving_cost: _Typed = ""
    seat_for: _Typed = ""


class RuleFields(BaseModel):
    """A rule of the usual kind, the rules as JSON, or the rule that is taken back."""

    act: Literal["add", "replace", "remove"] = "replace"
    rule_name: _Typed = ""
    limit: Literal["max", "min"] = "max"
    number: _Typed = ""
    who: _Typed = ""
    where: _Typed = ""
    gone: _Typed = ""
    rules: str = Field(default="", max_length=LONGEST_RULES)


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A program in the list; `seats` and `waitlist` as they stand in the form, `stated` by the program."""

    program: ProgramCard
    chosen: bool
    seats: str
    waitlist: str
    stated: int | None


@dataclass(frozen=True, slots=True)
class CityRows:
    """The programs of a city; `chosen` of them take part."""

    names: tuple[tuple[str, str], ...]
    rows: tuple[ProgramRow, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage in the list."""

    stage: RoundStage
    part: bool
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class StagesView:
    """The stages as they stand in the form."""

    rows: tuple[StageRow, ...]
    stage: str
    time_zone: str


def city_rows(
    choices: Sequence[ProgramChoice], fields: ProgramFields | None, sheet: RoundSheet | None = None
) -> tuple[CityRows, ...]:
    """Group the programs by city, with what is typed, else with what the round has."""
    typed = (
        dict(zip(fields.place, zip(fields.seats, fields.waitlist, strict=False), strict=False))
        if fields
        else {}
    )
    kept = {one.program.id: one for one in sheet.programs} if sheet else {}
    found: dict[str, list[ProgramRow]] = {}
    for choice in choices:
        key, place = choice.program.id, kept.get(choice.program.id)
        stated = "" if choice.seats is None else str(choice.seats)
        seats = stated if place is None else str(place.seats)
        waitlist = str(USUAL_WAITLIST if place is None else place.waitlist)
        chosen = key in fields.program if fields else place is not None
        row = ProgramRow(choice.program, chosen, *typed.get(key, (seats, waitlist)), choice.seats)
        found.setdefault(choice.program.city_id, []).append(row)
    return tuple(
        CityRows(rows[0].program.city_names, tuple(rows), sum(row.chosen for row in rows))
        for _, rows in sorted(found.items())
    )


def read_programs(fields: ProgramFields) -> list[tuple[str, int, int]]:
    """Read the programs that are chosen: id, seats, longest waitlist.

    Raises:
        FieldError: a number is none, or a program has no row.
    """
    rows = _numbers(fields)
    found = []
    for program in fields.program:
        if program not in rows:
            raise FieldError("programs", "a program without a row")
        seats, waitlist = rows[program]
        found.append((program, _whole(seats, f"seats.{program}"), _whole(waitlist, f"waitlist.{program}")))
    return found


def stages_view(fields: StageFields | None, sheet: RoundSheet | None = None) -> StagesView:
    """Give all stages there are, with what is typed, else with what the round has."""
    if fields is not None and fields.key:
        typed = _windows(fields)
        rows = (
            StageRow(one, one.value in fields.part, *typed.get(one.value, ("", ""))) for one in RoundStage
        )
        return StagesView(tuple(rows), fields.stage, fields.time_zone)
    windows = {one.stage: one for one in (sheet.stages if sheet else USUAL_STAGES)}
    rows = (
        StageRow(one, one in windows, _moment(windows, one, "opens"), _moment(windows, one, "closes"))
        for one in RoundStage
    )
    if sheet is None:
        return StagesView(tuple(rows), USUAL_STAGES[0].stage.value, "Asia/Seoul")
    return StagesView(tuple(rows), sheet.card.stage.value, sheet.time_zone)


def read_stages(fields: StageFields) -> tuple[StageWindow, ...]:
    """Read the stages that take part, in their usual order; none typed gives the usual ones.

    Raises:
        FieldError: a time is none, or a stage closes before it opens.
    """
    if not fields.key:
        return USUAL_STAGES
    typed = _windows(fields)
    return tuple(
        StageWindow(one, *(_time(text, one) for text in typed.get(one.value, ("", ""))))
        for one in RoundStage
        if one.value in fields.part
    )


def read_stage(fields: StageFields) -> RoundStage:
    """Read which stage is on.

    Raises:
        FieldError: there is no such stage.
    """
    try:
        return RoundStage(fields.stage)
    except ValueError as error:
        raise FieldError("stage", "is none of the stages of this round") from error


def setting_fields(sheet: RoundSheet) -> SettingFields:
    """Give the settings of a round as they stand in the form."""
    values = asdict(sheet.settings) | {"seat_for": sheet.settings.seat_for.value}
    written = {
        name: f"{value:.10g}" if isinstance(value, float) else str(value) for name, value in values.items()
    }
    return SettingFields(**written)


def read_setting_fields(fields: SettingFields) -> dict[str, Any]:
    """Read the settings; what they may be is checked where they are kept.

    Raises:
        FieldError: one is no number.
    """
    found: dict[str, Any] = {"seat_for": fields.seat_for}
    for name in ("fit", "review", "interest", "moving_cost"):
        typed = getattr(fields, name).strip().replace(",", ".")
        try:
            found[name] = float(typed)
        except ValueError as error:
            raise FieldError(f"settings.{name}", "a number expected") from error
    found["max_per_startup"] = _whole(fields.max_per_startup, "settings.max_per_startup")
    return found


def rules_text(rules: Sequence[Mapping[str, Any]]) -> str:
    """Write side rules as people edit them: one on each line."""
    lines = ",\n".join(f"  {json.dumps(dict(rule), ensure_ascii=False)}" for rule in rules)
    return f'{{"rules": [\n{lines}\n]}}' if lines else '{"rules": []}'


def read_rules(fields: RuleFields, rules: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the side rules a round shall have.

    Raises:
        FieldError: the JSON cannot be read, or a part of a usual rule is missing.
    """
    if fields.act == "remove":
        return [rule for rule in rules if rule.get("name") != fields.gone]
    if fields.act == "add":
        return [*rules, _usual_rule(fields)]
    try:
        read = json.loads(fields.rules or '{"rules": []}', parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        place = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "?"
        raise FieldError("rules", f"is no JSON {place}") from error
    listed = read.get("rules") if isinstance(read, dict) and set(read) <= {"rules"} else read
    if not isinstance(listed, list):
        raise FieldError("rules", "a list of rules expected")
    return listed


def _numbers(fields: ProgramFields) -> dict[str, tuple[str, str]]:
    return dict(zip(fields.place, zip(fields.seats, fields.waitlist, strict=False), strict=False))


def _windows(fields: StageFields) -> dict[str, tuple[str, str]]:
    return dict(zip(fields.key, zip(fields.opens, fields.closes, strict=False), strict=False))


def _usual_rule(fields: RuleFields) -> dict[str, Any]:
    if not fields.rule_name.strip():
        raise FieldError("rule_name", "a rule needs a name")
    rule: dict[str, Any] = {"name": fields.rule_name.strip()}
    for kind, typed in (("startup", fields.who), ("program", fields.where)):
        attribute, _, value = typed.partition("=")
        if attribute and value:
            rule[f"{kind}s"] = {attribute: value}
        elif attribute:
            rule[f"each_{kind}"] = attribute
    return rule | {fields.limit: _whole(fields.number, "number")}


def _whole(typed: str, field: str) -> int:
    text = typed.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise FieldError(field, "a whole number expected")
    return int(text)


def _time(typed: str, stage: RoundStage) -> datetime | None:
    if not typed.strip():
        return None
    try:
        return datetime.fromisoformat(typed.strip()).replace(second=0, microsecond=0)
    except ValueError as error:
        raise FieldError(f"stages.{stage.value}", "is no time") from error


def _moment(windows: Mapping[RoundStage, StageWindow], stage: RoundStage, end: str) -> str:
    window = windows.get(stage)
    moment: datetime | None = None if window is None else getattr(window, end)
    return "" if moment is None else moment.isoformat(timespec="minutes")


def _refuse(value: str) -> Any:
    raise ValueError(value)
