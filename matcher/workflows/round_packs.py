"""The pack of a plan: everything it can be made again from, with hashes in the place of profiles.

A pack holds no profile. Whether a profile is still the one the plan was made from, its hash tells; what came
of it (fit, verdict) stands in the pack, so that the list can be made again even where a profile is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from matcher.engine.round_plan import (
    RoundCandidate,
    RoundInputs,
    RoundSeats,
    RoundSettings,
    SeatFor,
    canonical_bytes,
    canonical_plan,
    plan_round,
)
from matcher.engine.side_rules import SideRule
from matcher.errors import FieldError
from matcher.workflows.side_rule_files import read_side_rules

FORMAT: Final = "landfall-shortlist-pack-1"
MOST_CANDIDATES = 2_000_000
MOST_SEATS = 100_000
"""Of one program, and the longest waitlist."""

Id = Annotated[str, Field(min_length=1, max_length=60)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Verdict = Literal["eligible", "not_eligible", "cannot_tell"]
Decided = Literal["", "accept", "maybe", "decline"]


class _Part(BaseModel):
    """A part of a pack: nothing beside its fields, nothing changed on the way in."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PackedRound(_Part):
    """Which plan of which round it is."""

    id: Id
    name: Annotated[str, Field(max_length=200)]
    run: Annotated[int, Field(ge=1, lt=2**31)]


class PackedEngine(_Part):
    """What the machine's scores depend on beside the texts."""

    encoder: Annotated[str, Field(max_length=500)]
    policy: dict[str, float | int | str]
    calibration: Annotated[str, Field(max_length=500)]


class PackedSettings(_Part):
    """See `RoundSettings`."""

    max_per_startup: Annotated[int, Field(ge=1)]
    fit: FiniteFloat
    review: FiniteFloat
    interest: FiniteFloat
    seat_for: Annotated[str, Field(max_length=30)]
    moving_cost: FiniteFloat


class PackedSeats(_Part):
    """See `RoundSeats`."""

    program: Id
    seats: Annotated[int, Field(ge=0, le=MOST_SEATS)]
    waitlist: Annotated[int, Field(ge=0, le=MOST_SEATS)]


class PackedPin(_Part):
    """A pair that was demanded or ruled out, and why."""

    startup: Id
    program: Id
    kind: Literal["pin", "exclude"]
    reason: Annotated[str, Field(max_length=500)] = ""


class PackedCandidate(_Part):
    """See `RoundCandidate`; with what people said that changed it.

    `review` holds the extra points of `bonus`; `zeros` are the criteria somebody gave 0, where that excludes.
    """

    startup: Id
    program: Id
    fit: FiniteFloat
    verdict: Verdict
    decision: Decided
    review: FiniteFloat | None
    interested: bool | None
    bonus: FiniteFloat = 0.0
    zeros: list[Annotated[str, Field(max_length=200)]] = Field(default=[])
    override: Annotated[str, Field(max_length=500)] = ""
    reason: Annotated[str, Field(max_length=500)] = ""


class StartupMark(_Part):
    """Hashes of what a startup said when the plan was made; `erased` where it has asked to be forgotten."""

    texts: Hash | Literal[""]
    facts: Hash | Literal[""]
    erased: bool = False


class ProgramMark(_Part):
    """Which version of a program the plan was made for."""

    version: Annotated[int, Field(ge=1)]
    content: Hash


class RoundPack(_Part):
    """A plan and everything it was made from.

    Attributes:
        format: the format's name and version.
        round: which plan it is.
        made_at: when it was made, UTC.
        today: the day company ages were counted to.
        seed: 0: no step of a plan draws lots.
        engine: what scores depend on.
        settings, seats, rules, pins, previous: what the assignment depends on; `rules` are those of
            docs/side_rules.md, `previous` the seats of the plan before.
        startups, programs: hashes of the inputs by id.
        groups: values of the attributes that side rules count by: {"startups" or "programs": {attribute: {id:
            values}}}.
        candidates: every pair that was considered.
        plan: the list, see `canonical_plan`.
        plan_sha256: hash of its canonical bytes.
    """

    format: Literal["landfall-shortlist-pack-1"]
    round: PackedRound
    made_at: datetime
    today: date
    seed: Literal[0]
    engine: PackedEngine
    settings: PackedSettings
    seats: list[PackedSeats]
    rules: list[dict[str, Any]]
    pins: list[PackedPin]
    previous: list[tuple[Id, Id]]
    startups: dict[str, StartupMark]
    programs: dict[str, ProgramMark]
    groups: dict[Literal["startups", "programs"], dict[str, dict[str, list[str]]]]
    candidates: Annotated[list[PackedCandidate], Field(max_length=MOST_CANDIDATES)]
    plan: dict[str, Any]
    plan_sha256: Hash

    @model_validator(mode="after")
    def _goes_together(self) -> "RoundPack":
        programs = [place.program for place in self.seats]
        if len(set(programs)) != len(programs):
            raise ValueError("seats: a program stands there twice")
        pairs = [(item.startup, item.program) for item in self.candidates]
        if len(set(pairs)) != len(pairs):
            raise ValueError("candidates: a pair stands there twice")
        if not {startup for startup, _ in pairs} <= self.startups.keys():
            raise ValueError("startups: one of the candidates is missing")
        return self

    @property
    def inputs(self) -> RoundInputs:
        """What the assignment starts from.

        Raises:
            FieldError: a setting or a side rule is none that is known.
        """
        return packed_inputs(self)


def read_pack(document: object) -> RoundPack:
    """Read a pack.

    Raises:
        FieldError: names the first field that is wrong, as `candidates.3.fit`.
    """
    if not isinstance(document, Mapping):
        raise FieldError("pack", "a JSON object expected")
    if document.get("format") != FORMAT:
        raise FieldError("format", f"{FORMAT!r} expected")
    try:
        # JSON knows no dates and no tuples, so this mode reads both out of text and lists.
        return RoundPack.model_validate_json(canonical_bytes(document))
    except (ValidationError, ValueError) as error:
        if not isinstance(error, ValidationError):
            raise FieldError("pack", "holds what JSON cannot") from error
        first = error.errors()[0]
        raise FieldError(".".join(str(part) for part in first["loc"]) or "pack", first["msg"]) from error


def packed_inputs(pack: RoundPack) -> RoundInputs:
    """Give what the assignment starts from.

    Raises:
        FieldError: a setting or a side rule is none that is known.
    """
    try:
        seat_for = SeatFor(pack.settings.seat_for)
    except ValueError as error:
        raise FieldError("settings.seat_for", f"{pack.settings.seat_for!r} is not known") from error
    settings = RoundSettings(
        pack.settings.max_per_startup,
        pack.settings.fit,
        pack.settings.review,
        pack.settings.interest,
        seat_for,
        pack.settings.moving_cost,
    )
    inputs = RoundInputs(
        settings,
        tuple(RoundSeats(item.program, item.seats, item.waitlist) for item in pack.seats),
        tuple(
            RoundCandidate(
                item.startup,
                item.program,
                item.fit,
                item.verdict,
                item.decision,
                item.review,
                item.interested,
                bool(item.zeros),
            )
            for item in pack.candidates
        ),
        tuple((item.startup, item.program) for item in pack.pins if item.kind == "pin"),
        tuple((item.startup, item.program) for item in pack.pins if item.kind == "exclude"),
        (),
        tuple(pack.previous),
    )
    return replace(inputs, rules=numbered_rules(pack.rules, pack.groups, inputs))


def numbered_rules(
    rules: Sequence[Mapping[str, Any]],
    groups: Mapping[Literal["startups", "programs"], Mapping[str, Mapping[str, Sequence[str]]]],
    inputs: RoundInputs,
) -> tuple[SideRule, ...]:
    """Give side rules in numbers of the startups and programs of a round.

    Args:
        rules: the rules of docs/side_rules.md; they count by attributes.
        groups: values of the attributes by id; who is not named has none.
        inputs: the round.

    Raises:
        RecordError: a rule is wrong, or counts by an attribute that there is not.
    """

    def listed(kind: Literal["startups", "programs"], ids: Sequence[str]) -> dict[str, list[Any]]:
        return {
            name: [list(values.get(one, ())) or None for one in ids]
            for name, values in groups.get(kind, {}).items()
        }

    document = {
        "startups": listed("startups", inputs.startups),
        "programs": listed("programs", inputs.programs),
        "rules": list(rules),
    }
    return read_side_rules("rules", document, startups=len(inputs.startups), programs=len(inputs.programs))


def plan_again(pack: RoundPack) -> tuple[dict[str, Any], str]:
    """Make the list of a pack again, from the pack alone.

    Returns:
        The list and the hash of its canonical bytes.

    Raises:
        FieldError, RulesConflictError: the pack's parts do not go together.
    """
    made = canonical_plan(plan_round(packed_inputs(pack)))
    return made, sha256(canonical_bytes(made)).hexdigest()


def without_startup(document: Mapping[str, Any], startup_id: str) -> dict[str, Any] | None:
    """Take out of a stored pack what is said about a startup that is erased; its places in the list stay.

    The id remains, which means nothing once the startup is gone, so that the list can be made again.

    Returns:
        The pack with the startup marked as erased; None where it says nothing about it.
    """
    if startup_id not in document["startups"]:
        return None
    pairs = {
        key: [_without_words(item, startup_id) for item in document[key]] for key in ("pins", "candidates")
    }
    mark = {"texts": "", "facts": "", "erased": True}
    return {**document, **pairs, "startups": {**document["startups"], startup_id: mark}}


def _without_words(item: Mapping[str, Any], startup_id: str) -> dict[str, Any]:
    if item["startup"] != startup_id:
        return dict(item)
    return {key: "" if key in {"override", "reason"} else value for key, value in item.items()}
