"""Make a published list again from its pack, and say what its inputs are by now.

The list is made from the pack alone; beside that every input the pack has a hash of is compared with what the
database holds now, and every figure with what would be computed today from the same day's point of view.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from matcher.engine.round_plan import RoundSeats, canonical_bytes
from matcher.errors import FieldError
from matcher.workflows.analysts import Analyst
from matcher.workflows.round_inputs import (
    InputMarks,
    RoundDemands,
    engine_of,
    gather,
    read_demands,
    read_marks,
)
from matcher.workflows.round_packs import PackedCandidate, RoundPack, plan_again, read_pack
from matcher.workflows.round_runs import names_of
from models.access import OPERATOR
from models.tables import Program, Round, RoundRun


class Part(StrEnum):
    """What of a pack is another than it was."""

    LIST = "list"
    MODEL = "model"
    WEIGHT = "weight"
    SETTING = "setting"
    SEATS = "seats"
    RULES = "rules"
    PINS = "pins"
    PROGRAM = "program"
    PROFILE = "profile"
    FACTS = "facts"
    ERASED = "erased"
    CANDIDATE = "candidate"
    PACK = "pack"


_WEIGHTS = frozenset({"fit", "review", "interest", "moving_cost"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is another than it was.

    Attributes:
        part: what kind of thing.
        id: which one: an id, or the name of a weight or setting.
        name: how it is called now, empty where it has no name any more.
        before: what the pack says.
        now: what there is.
    """

    part: Part
    id: str
    name: str = ""
    before: str = ""
    now: str = ""

    @property
    def line(self) -> str:
        """Say it in one line."""
        what = f"{self.part.value} {self.name} ({self.id})" if self.name else f"{self.part.value} {self.id}"
        if self.part is Part.ERASED:
            return f"input {self.id} was erased"
        return f"{what}: {self.before} -> {self.now}" if self.before or self.now else f"{what} changed"


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came of making a list again.

    Attributes:
        round_id, run: which plan it is.
        list_sha256: hash of the canonical list that was made.
        same_list: whether it is the one of the pack, byte for byte.
        inputs_compared: False where there was no database to compare the inputs with.
        differences: everything that is another than it was.
    """

    round_id: str
    run: int
    list_sha256: str
    same_list: bool
    inputs_compared: bool
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return self.same_list and not self.differences

    @property
    def document(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "result": "identical" if self.identical else "differs",
            "round": self.round_id,
            "run": self.run,
            "list": "identical" if self.same_list else "differs",
            "list_sha256": self.list_sha256,
            "inputs": "compared" if self.inputs_compared else "not compared",
            "differences": [
                {
                    "part": one.part.value,
                    "id": one.id,
                    "name": one.name,
                    "before": one.before,
                    "now": one.now,
                    "line": one.line,
                }
                for one in self.differences
            ],
        }


def reproduce(session: Session | None, analyst: Analyst, document: object) -> Reproduction:
    """Make the list of a pack again and compare its inputs with what there is now.

    Args:
        session: an open unit; None where there is no database, and inputs are then not compared.
        analyst: reads texts.
        document: the pack, as JSON values.

    Raises:
        FieldError: it is no pack; names the first field that is wrong.
        EncoderBusyError: a text is not read yet and too many wait.
    """
    pack = read_pack(document)
    made, digest = plan_again(pack)
    same = canonical_bytes(made) == canonical_bytes(pack.plan) and digest == pack.plan_sha256
    found: list[Difference] = []
    if not same:
        found += _list_differences(pack, made)
    found += _engine_differences(pack, analyst)
    if session is not None:
        found += _stored_differences(session, pack)
        found += _input_differences(session, analyst, pack, same_model=not _scores_otherwise(found))
    return Reproduction(pack.round.id, pack.round.run, digest, same, session is not None, _once(found))


def _scores_otherwise(found: list[Difference]) -> bool:
    """Say whether the machine's scores are made in another way now, so that all of them may differ."""
    return any(one.part in {Part.MODEL, Part.WEIGHT} and one.id.startswith("engine.") for one in found)


def _list_differences(pack: RoundPack, made: Mapping[str, Any]) -> Iterator[Difference]:
    written = sha256(canonical_bytes(pack.plan)).hexdigest()
    if written != pack.plan_sha256:
        yield Difference(Part.PACK, "plan_sha256", "", pack.plan_sha256, written)
    for before, now in zip(_program_lists(pack.plan), _program_lists(made), strict=False):
        if before != now:
            yield Difference(Part.LIST, str(now.get("program")), "", _short(before), _short(now))
            return
    yield Difference(Part.LIST, "total", "", str(pack.plan.get("total")), str(made["total"]))


def _program_lists(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = plan.get("programs")
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _short(listed: Mapping[str, Any]) -> str:
    selected = listed.get("selected")
    listed_now = selected if isinstance(selected, list) else []
    names = [str(one.get("startup")) for one in listed_now if isinstance(one, Mapping)]
    return ", ".join(names) or "nobody"


def _engine_differences(pack: RoundPack, analyst: Analyst) -> Iterator[Difference]:
    now = engine_of(analyst)
    for name in ("encoder", "calibration"):
        before, is_now = getattr(pack.engine, name), getattr(now, name)
        if before != is_now:
            yield Difference(Part.MODEL, f"engine.{name}", "", before, is_now)
    for name in sorted({*pack.engine.policy, *now.policy}):
        weight, weight_now = pack.engine.policy.get(name), now.policy.get(name)
        if weight != weight_now:
            yield Difference(Part.WEIGHT, f"engine.policy.{name}", "", str(weight), str(weight_now))


def _stored_differences(session: Session, pack: RoundPack) -> Iterator[Difference]:
    """Compare with the plan as it was stored, and with what is set about the round now."""
    stored = session.exec(
        select(RoundRun).where(RoundRun.round_id == pack.round.id, RoundRun.number == pack.round.run)
    ).first()
    row = session.get(Round, pack.round.id)
    if stored is None or row is None:
        return
    kept = read_pack(stored.pack)
    if kept.plan_sha256 != pack.plan_sha256:
        yield Difference(Part.PACK, "plan_sha256", "", pack.plan_sha256, kept.plan_sha256)
    settings = pack.settings.model_dump(mode="json")
    for now in (kept.settings.model_dump(mode="json"), settings | dict(row.settings)):
        for name, value in settings.items():
            if now[name] != value:
                part = Part.WEIGHT if name in _WEIGHTS else Part.SETTING
                yield Difference(part, f"settings.{name}", "", str(value), str(now[name]))
    for part, field in ((Part.SEATS, "seats"), (Part.RULES, "rules"), (Part.PACK, "previous")):
        if getattr(pack, field) != getattr(kept, field):
            yield Difference(part, field)
    if [(one.startup, one.program, one.kind) for one in pack.pins] != [
        (one.startup, one.program, one.kind) for one in kept.pins
    ]:
        yield Difference(Part.PINS, "pins")
    yield from _demand_differences(pack, read_demands(session, OPERATOR, pack.round.id))
    before = {(one.startup, one.program): _figures(one) for one in kept.candidates}
    for one in pack.candidates:
        is_now = before.get((one.startup, one.program), {})
        yield from _candidate(one.startup, one.program, "", _figures(one), is_now)


def _demand_differences(pack: RoundPack, now: RoundDemands) -> Iterator[Difference]:
    """Compare seats, rules and pins with those of the round as it is set now."""
    if [(one.program, one.seats, one.waitlist) for one in pack.seats] != [
        (one.program_id, one.seats, one.waitlist) for one in now.seats
    ]:
        yield Difference(Part.SEATS, "seats")
    if pack.rules != [dict(rule) for rule in now.rules]:
        yield Difference(Part.RULES, "rules")
    # A pin goes with the startup that is erased, which is named by itself.
    if [pin for pin in pack.pins if not _is_erased(pack, pin.startup)] != list(now.pins):
        yield Difference(Part.PINS, "pins")


def _is_erased(pack: RoundPack, startup: str) -> bool:
    mark = pack.startups.get(startup)
    return mark is not None and mark.erased


def _input_differences(
    session: Session, analyst: Analyst, pack: RoundPack, *, same_model: bool
) -> Iterator[Difference]:
    names = names_of(session, pack)
    programs = [one.program for one in pack.seats]
    there = set(session.exec(select(Program.id).where(col(Program.id).in_(programs))))
    for gone in sorted(set(programs) - there):
        yield Difference(Part.PROGRAM, gone, "", "", "is gone")
    marks = read_marks(session, OPERATOR, sorted(there))
    yield from _startup_differences(pack, marks, names)
    for one, version in sorted(pack.programs.items()):
        found = marks.programs.get(one)
        if found is not None and found != version:
            yield Difference(
                Part.PROGRAM, one, names[one], f"version {version.version}", f"version {found.version}"
            )
    if not same_model:
        # Under another model every figure may be another; that it is another model says it all.
        return
    figures = {(one.startup, one.program): _figures(one) for one in _computed(session, pack, analyst, there)}
    for item in pack.candidates:
        is_now = figures.pop((item.startup, item.program), None)
        if item.startup not in marks.startups or item.program not in there:
            # Who is gone altogether is named already.
            continue
        if is_now is None:
            pair = f"{item.startup}, {item.program}"
            yield Difference(Part.CANDIDATE, pair, names[item.startup], "considered", "not considered")
        else:
            yield from _candidate(item.startup, item.program, names[item.startup], _figures(item), is_now)
    for startup, program in sorted(figures):
        if startup in pack.startups:
            pair = f"{startup}, {program}"
            yield Difference(Part.CANDIDATE, pair, marks.names[startup], "not considered", "considered")


def _startup_differences(
    pack: RoundPack, marks: InputMarks, names: Mapping[str, str]
) -> Iterator[Difference]:
    for one, mark in sorted(pack.startups.items()):
        now = marks.startups.get(one)
        if mark.erased or one not in names:
            yield Difference(Part.ERASED, one)
        elif now is None:
            yield Difference(Part.CANDIDATE, one, names[one], "considered", "not considered")
        else:
            if now.texts != mark.texts:
                yield Difference(Part.PROFILE, one, names[one])
            if now.facts != mark.facts:
                yield Difference(Part.FACTS, one, names[one])
    for one in sorted(set(marks.startups) - set(pack.startups)):
        yield Difference(Part.CANDIDATE, one, marks.names[one], "not considered", "considered")


def _computed(
    session: Session, pack: RoundPack, analyst: Analyst, there: set[str]
) -> tuple[PackedCandidate, ...]:
    seats = tuple(
        RoundSeats(one.program, one.seats, one.waitlist) for one in pack.seats if one.program in there
    )
    demands = RoundDemands(pack.inputs.settings, seats)
    return gather(session, OPERATOR, analyst, demands, today=pack.today).candidates


def _figures(item: PackedCandidate) -> dict[str, str]:
    return {
        "fit": str(item.fit),
        "verdict": item.verdict,
        "decision": item.decision or "undecided",
        "review": str(item.review),
        "interested": str(item.interested),
        "excluded by a 0 in": ", ".join(item.zeros) or "nothing",
    }


def _candidate(
    startup: str, program: str, name: str, before: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[Difference]:
    for field, value in before.items():
        if now.get(field) != value:
            yield Difference(
                Part.CANDIDATE, f"{startup}, {program}: {field}", name, value, now.get(field, "absent")
            )


def _once(found: list[Difference]) -> tuple[Difference, ...]:
    return tuple(dict.fromkeys(found))


def read_document(content: bytes) -> object:
    """Read the file of a pack as JSON.

    Raises:
        FieldError: it is none.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FieldError("pack", "is not JSON that can be read") from error
