"""What an agency may write about a program: every field, checked, to and from the stored program."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    field_validator,
    model_validator,
)

from matcher.engine.cleaning import clean_text
from matcher.engine.conditions import Direction as DirectionCondition
from matcher.engine.conditions import Rule, rule_from_record
from matcher.errors import FieldError
from matcher.workflows.inputs import first_error
from models.tables import Program
from models.vocabulary import (
    ANY_SECTOR,
    Direction,
    Language,
    Offer,
    Publication,
    Region,
    Sector,
    Stage,
    WorkingLanguage,
)

LONGEST_NAME = 300
LONGEST_TEXT = 20_000
LONGEST_DETAIL = 2000
LONGEST_NOTE = 500
LONGEST_URL = 2000
MOST_RULES = 60
MOST_ROWS = 40
MOST_ITEMS = 200
MOST_SEATS = 1_000_000
LARGEST_POINTS = 1000

TIME_ZONES = (
    "Asia/Seoul",
    "America/Los_Angeles",
    "America/Toronto",
    "America/New_York",
    "Europe/Berlin",
    "Europe/Madrid",
    "UTC",
    "America/Chicago",
    "America/Denver",
    "America/Mexico_City",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Paris",
)
"""Zones a call may close in: those of the member cities first."""

DETAIL_TOPICS = ("funding", "window", "seats", "selection", "duration", "cost", "legal", "status")


def _line(value: str) -> str:
    return "" if not value.strip() else " ".join(_storable(value).split())


def _storable(value: str) -> str:
    try:
        return clean_text(value, "text")
    except FieldError as error:
        raise ValueError(error.reason) from error


def _block(value: str) -> str:
    return "" if not value.strip() else _storable(value)


def _known_day(value: str) -> str:
    if value:
        date.fromisoformat(value)
    return value


def _known_hour(value: str) -> str:
    if value:
        time.fromisoformat(value)
    return value


Line = Annotated[str, AfterValidator(_line)]
Block = Annotated[str, AfterValidator(_block)]
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$"), AfterValidator(_known_day)]
Hour = Annotated[str, Field(pattern=r"^(\d{2}:\d{2})?$"), AfterValidator(_known_hour)]
Url = Annotated[str, AfterValidator(_line), Field(pattern=r"^https?://\S+$", max_length=LONGEST_URL)]
Points = Annotated[float, Field(strict=True, ge=0, le=LARGEST_POINTS)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Window(_Part):
    """When applications are taken; `closes_at` is an hour in `time_zone`."""

    opens: Day = ""
    closes: Day = ""
    closes_at: Hour = ""
    time_zone: str = "Asia/Seoul"
    rolling: StrictBool = False
    note: Annotated[Line, Field(max_length=LONGEST_NOTE)] = ""

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        if zone not in TIME_ZONES:
            raise ValueError("is not a time zone of the list")
        return zone

    @model_validator(mode="after")
    def _says_something_possible(self) -> "Window":
        if not (self.opens or self.closes or self.rolling or self.note):
            raise ValueError("says nothing: give a day, or say that applications are taken at any time")
        if self.opens and self.closes and self.opens > self.closes:
            raise ValueError("closes before it opens")
        if self.closes_at and not self.closes:
            raise ValueError("an hour needs the day it belongs to")
        return self

    @property
    def zone_name(self) -> str:
        """Name the zone as people write it, such as KST, on the day the window closes."""
        day = date.fromisoformat(self.closes or self.opens or "2000-01-01")
        at = time.fromisoformat(self.closes_at or "12:00")
        return datetime.combine(day, at, ZoneInfo(self.time_zone)).tzname() or self.time_zone


class Criterion(_Part):
    """What applications are judged by; a bonus criterion adds to the sum and is none of it."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    names: dict[Language, Annotated[Line, Field(min_length=1, max_length=200)]] = {}
    weight: Points
    scale_max: Annotated[float, Field(strict=True, gt=0, le=LARGEST_POINTS)]
    threshold: Points | None = None
    bonus: StrictBool = False

    @model_validator(mode="after")
    def _threshold_can_be_reached(self) -> "Criterion":
        if self.threshold is not None and self.threshold > self.scale_max:
            raise ValueError("the least points lie above the most points")
        return self


class Detail(_Part):
    """One stated fact; an unverified one is never shown as a fact."""

    topic: Literal["funding", "window", "seats", "selection", "duration", "cost", "legal", "status"]
    text: Annotated[Block, Field(min_length=1, max_length=LONGEST_DETAIL)]
    verified: StrictBool


class ProgramContent(_Part):
    """Every field an agency may edit.

    A draft may lack anything but the English name; `missing_fields` says what publishing needs. `texts`
    holds the text by language, and `text_language` names the one that is ranked.
    """

    name: Annotated[Line, Field(max_length=LONGEST_NAME)] = ""
    name_en: Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
    city: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[Line, Field(max_length=LONGEST_NAME)] = ""
    direction: Direction | Literal[""] = ""
    publication: Publication = Publication.PUBLISHED
    text_language: Language = Language.EN
    texts: dict[Language, Annotated[Block, Field(min_length=1, max_length=LONGEST_TEXT)]] = {}
    working_languages: list[WorkingLanguage] = []
    unverified_languages: list[WorkingLanguage] = []
    offers: list[Offer] = []
    sectors: list[Sector | Literal["any"]] = []
    stages: list[Stage] = []
    regions: list[Region] = []
    seats: Annotated[int, Field(strict=True, gt=0, le=MOST_SEATS)] | None = None
    windows: Annotated[list[Window], Field(max_length=MOST_ROWS)] = []
    rules: Annotated[list[dict[str, Any]], Field(max_length=MOST_RULES)] = []
    rubric: Annotated[list[Criterion], Field(max_length=MOST_ROWS)] = []
    details: Annotated[list[Detail], Field(max_length=MOST_ROWS)] = []
    as_of: Annotated[Line, Field(max_length=100)] = ""
    source_url: Url | Literal[""] = ""
    source_urls: Annotated[list[Url], Field(max_length=MOST_ROWS)] = []
    verified: StrictBool = True
    verification_note: Annotated[Block, Field(max_length=LONGEST_DETAIL)] = ""

    @field_validator("sectors")
    @classmethod
    def _any_stands_alone(cls, sectors: list[str]) -> list[str]:
        if ANY_SECTOR in sectors and len(sectors) > 1:
            raise ValueError("`any` stands alone")
        return sectors

    @field_validator("rules")
    @classmethod
    def _rules_are_typed(cls, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for place, record in enumerate(rules):
            try:
                check_rule(record)
            except FieldError as error:
                raise ValueError(f"rule {place + 1}, {error.field}: {error.reason}") from error
        return rules

    @property
    def typed_rules(self) -> tuple[Rule, ...]:
        """The rules as the engine judges them."""
        return tuple(rule_from_record(record) for record in self.rules)

    @property
    def rubric_sums(self) -> "RubricSums":
        """What the criteria add up to, the bonus apart."""
        return sum_rubric(self.rubric)

    @property
    def text(self) -> str:
        """The main text, which is ranked; empty while nobody has written it."""
        return self.texts.get(self.text_language, "")


@dataclass(frozen=True, slots=True)
class RubricSums:
    """Sums of weights and of most points, as they are shown; the bonus criteria apart."""

    weight: str
    points: str
    bonus_weight: str
    bonus_points: str


def sum_rubric(rubric: Sequence[Criterion]) -> RubricSums:
    """Add the criteria up."""
    base = [item for item in rubric if not item.bonus]
    bonus = [item for item in rubric if item.bonus]
    return RubricSums(
        figure(math.fsum(item.weight for item in base)),
        figure(math.fsum(item.scale_max for item in base)),
        figure(math.fsum(item.weight for item in bonus)),
        figure(math.fsum(item.scale_max for item in bonus)),
    )


def figure(value: float) -> str:
    """Write a number of a rubric without digits it does not need."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def check_rule(record: Mapping[str, Any]) -> Rule:
    """Check a rule that somebody wrote, and give it as the engine judges it.

    Raises:
        FieldError: a value is of the wrong kind, too long, or holds what cannot be stored.
    """
    for key, value in record.items():
        _check_strings(key, value)
    return rule_from_record(record)


def _check_strings(field: str, value: object) -> None:
    if isinstance(value, str):
        if value:
            clean_text(value, field, limit=LONGEST_DETAIL)
    elif isinstance(value, Mapping):
        for item in value.values():
            _check_strings(field, item)
    elif isinstance(value, list):
        if len(value) > MOST_ITEMS:
            raise FieldError(field, f"more than {MOST_ITEMS} entries")
        for item in value:
            _check_strings(field, item)
    elif isinstance(value, float) and not math.isfinite(value):
        raise FieldError(field, "a finite number expected")


def read_content(stored: Mapping[str, Any]) -> ProgramContent:
    """Read content as it is stored or sent.

    Raises:
        FieldError: a field is unknown or refused; names the first one.
    """
    try:
        return ProgramContent.model_validate(dict(stored))
    except ValidationError as error:
        raise first_error(error, "program") from error


def stored_content(content: ProgramContent) -> dict[str, Any]:
    """Give content as it is stored: plain JSON values."""
    stored: dict[str, Any] = json.loads(content.model_dump_json())
    return stored


def missing_fields(content: ProgramContent) -> tuple[str, ...]:
    """Name what must still be filled in before the program can be published, in the order of the form."""
    directions = sum(isinstance(rule.condition, DirectionCondition) for rule in content.typed_rules)
    wanted = {
        "city": bool(content.city),
        "direction": bool(content.direction),
        "text": bool(content.text),
        "sectors": bool(content.sectors),
        "rules": directions == 1,
    }
    return tuple(field for field, there in wanted.items() if not there)


def content_of(program: Program) -> ProgramContent:
    """Give what a stored program says as content."""
    main = Language(program.text_language)
    return ProgramContent.model_validate(
        {name: getattr(program, name) for name in _SAME_NAME}
        | {
            "city": program.city_id,
            "texts": {main: program.text} | dict(program.texts),
            # The rules of the seed file stay as they are, down to the key a form does not know.
            "rules": [dict(rule) for rule in program.rules],
        }
    )


def program_values(content: ProgramContent) -> dict[str, Any]:
    """Give the columns of a program with this content.

    Raises:
        FieldError: something is missing that every published program has.
    """
    if missing := missing_fields(content):
        raise FieldError(missing[0], "is missing")
    stored = stored_content(content)
    texts = dict(stored["texts"])
    return {name: stored[name] for name in _SAME_NAME} | {
        "name": stored["name"] or stored["name_en"],
        "city_id": stored["city"],
        "text": texts.pop(stored["text_language"]),
        "texts": texts,
        "rules": stored["rules"],
    }


_SAME_NAME = (
    "name",
    "name_en",
    "place",
    "direction",
    "publication",
    "text_language",
    "working_languages",
    "unverified_languages",
    "offers",
    "sectors",
    "stages",
    "regions",
    "seats",
    "windows",
    "rubric",
    "details",
    "as_of",
    "source_url",
    "source_urls",
    "verified",
    "verification_note",
)
"""Fields whose column has the same name."""
