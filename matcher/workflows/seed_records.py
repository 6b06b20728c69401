"""Records of the seed files: read line by line, refused with file, line and field."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from matcher.engine.cleaning import clean_text
from matcher.engine.conditions import Direction as DirectionCondition
from matcher.engine.conditions import rule_from_record
from matcher.errors import FieldError, RecordError
from matcher.workflows.inputs import first_error
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


def _storable(value: str) -> str:
    try:
        return clean_text(value, "text")
    except FieldError as error:
        raise ValueError(error.reason) from error


Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,59}$")]
Name = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_storable)]
Url = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Identified(_Record):
    id: Slug


R = TypeVar("R", bound=_Identified)


class CityRecord(_Identified):
    """A line of cities.jsonl."""

    names: dict[Language, Name]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    regions: list[Region]
    alliance_member: bool
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    @field_validator("names")
    @classmethod
    def _all_languages(cls, names: dict[Language, str]) -> dict[Language, str]:
        missing = [language.value for language in Language if language not in names]
        if missing:
            raise ValueError(f"no name in {', '.join(missing)}")
        return names


class AgencyRecord(_Identified):
    """A line of agencies.jsonl."""

    name: Name
    name_en: Name
    city: Slug
    role: Annotated[str, Field(max_length=60)] = ""
    source_urls: list[Url]


class DetailRecord(_Record):
    """One stated fact of a program."""

    topic: Literal["duration", "seats", "funding", "window", "cost", "selection", "status", "legal"]
    text: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_storable)]
    verified: bool


class ProgramRecord(_Identified):
    """A line of programs.jsonl; `rules` are checked by the engine's own reader."""

    name: Name
    name_en: Name
    city: Slug
    place: Annotated[str, Field(max_length=300)]
    agency: Slug
    direction: Direction
    working_languages: list[WorkingLanguage]
    unverified_languages: list[WorkingLanguage]
    text_language: Language
    text: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_storable)]
    sectors: list[Sector | Literal["any"]]
    offers: list[Offer]
    stages: list[Stage]
    regions: list[Region]
    seats: Annotated[int, Field(gt=0)] | None
    publication: Publication
    rules: list[dict[str, Any]]
    details: list[DetailRecord]
    as_of: Annotated[str, Field(max_length=100)]
    source_url: Url
    source_urls: list[Url]
    verified: bool
    verification_note: str

    @field_validator("rules")
    @classmethod
    def _rules_are_typed(cls, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        read = []
        for place, rule in enumerate(rules):
            try:
                read.append(rule_from_record(rule))
            except FieldError as error:
                raise ValueError(f"rule {place + 1}, {error.field}: {error.reason}") from error
        if sum(isinstance(rule.condition, DirectionCondition) for rule in read) != 1:
            raise ValueError("exactly one rule must be of the kind direction")
        json.dumps(rules, ensure_ascii=False).encode()  # half a character could be stored but never shown
        return rules

    @field_validator("sectors")
    @classmethod
    def _any_stands_alone(cls, sectors: list[str]) -> list[str]:
        if ANY_SECTOR in sectors and len(sectors) > 1:
            raise ValueError(f"{ANY_SECTOR!r} stands alone")
        return sectors


class StartupRecord(_Identified):
    """A line of eval/startups.jsonl: an invented startup with its texts."""

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_storable)]
    sector: Sector
    stage: Stage
    founded: Annotated[int, Field(ge=1900, le=2100)]
    employees: Annotated[int, Field(ge=0, le=1_000_000)]
    trl: Annotated[int, Field(ge=1, le=9)]
    needs: list[Offer]
    target_regions: list[Region]
    texts: dict[Language, Annotated[str, Field(min_length=1, max_length=200_000), AfterValidator(_storable)]]

    @model_validator(mode="after")
    def _has_a_text(self) -> "StartupRecord":
        if not self.texts:
            raise ValueError("no text in any language")
        return self


@dataclass(frozen=True, slots=True)
class SeedRecords:
    """Everything the seed files hold."""

    cities: tuple[CityRecord, ...]
    agencies: tuple[AgencyRecord, ...]
    programs: tuple[ProgramRecord, ...]
    startups: tuple[StartupRecord, ...]


def read_seed(folder: Path) -> SeedRecords:
    """Read and check all seed files.

    Raises:
        RecordError: a record is refused; nothing is returned then.
    """
    cities = tuple(_read(folder / "cities.jsonl", CityRecord))
    agencies = tuple(_read(folder / "agencies.jsonl", AgencyRecord, city={city.id for city in cities}))
    programs = tuple(
        _read(
            folder / "programs.jsonl",
            ProgramRecord,
            city={city.id for city in cities},
            agency={agency.id for agency in agencies},
        )
    )
    startups = tuple(_read(folder / "eval" / "startups.jsonl", StartupRecord))
    return SeedRecords(cities, agencies, programs, startups)


def read_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Read a JSON Lines file: line numbers from 1 and values; blank lines are passed over.

    Raises:
        RecordError: the file cannot be read, or a line is not JSON.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(path.name, 0, "file", f"cannot be read: {error}") from error
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RecordError(path.name, number, "line", f"is not JSON: {error}") from error


def _read(path: Path, schema: type[R], **known: set[str]) -> Iterator[R]:
    seen: set[str] = set()
    for number, value in read_lines(path):
        try:
            record = schema.model_validate(value)
        except ValidationError as error:
            refused = first_error(error, "record")
            raise RecordError(path.name, number, refused.field, refused.reason) from error
        record_id = record.id
        if record_id in seen:
            raise RecordError(path.name, number, "id", f"{record_id!r} stands in the file twice")
        seen.add(record_id)
        for field, ids in known.items():
            if getattr(record, field) not in ids:
                raise RecordError(path.name, number, field, f"{getattr(record, field)!r} is not known")
        yield record
