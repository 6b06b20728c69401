"""Cities, agencies and the programs they run."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

import models.base  # noqa: F401  names the constraints before the first table is made


def _json(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(JSON, nullable=nullable))


def _empty_list() -> Any:
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))


class City(SQLModel, table=True):
    """A place programs belong to; `names` holds ko, en, de and es."""

    id: str = Field(primary_key=True, max_length=60)
    names: dict[str, str] = _json()
    country: str = Field(min_length=2, max_length=2)
    regions: list[str] = _json()
    alliance_member: bool
    latitude: float | None = None
    longitude: float | None = None


class Agency(SQLModel, table=True):
    """An organisation that runs programs."""

    id: str = Field(primary_key=True, max_length=60)
    name: str = Field(max_length=300)
    name_en: str = Field(max_length=300)
    city_id: str = Field(foreign_key="city.id", index=True)
    role: str = Field(default="", max_length=60)
    source_urls: list[str] = _json()


class Program(SQLModel, table=True):
    """A program with its text, tags, typed rules and sources.

    `rules` and `details` are JSON as read from the seed file and checked on the way in;
    `text` is in `text_language`, which need not be a language the program works in; `texts` holds it in
    further languages. `version` counts what was published; 1 is the version of the seed file. After
    `review_closed_at` the agency's people no longer see the candidates.
    """

    __table_args__ = (
        CheckConstraint("length(text) > 0", name="text_not_empty"),
        CheckConstraint("seats IS NULL OR seats > 0", name="seats_positive"),
    )

    id: str = Field(primary_key=True, max_length=60)
    name: str = Field(max_length=300)
    name_en: str = Field(max_length=300)
    city_id: str = Field(foreign_key="city.id", index=True)
    place: str = Field(default="", max_length=300)
    agency_id: str = Field(foreign_key="agency.id", index=True)
    direction: str = Field(max_length=40)
    working_languages: list[str] = _json()
    unverified_languages: list[str] = _json()
    text_language: str = Field(max_length=2)
    text: str
    offers: list[str] = _json()
    sectors: list[str] = _json()
    stages: list[str] = _json()
    regions: list[str] = _json()
    seats: int | None = None
    publication: str = Field(max_length=40)
    rules: list[dict[str, Any]] = _json()
    details: list[dict[str, Any]] = _json()
    as_of: str = Field(default="", max_length=100)
    source_url: str = Field(default="", max_length=2000)
    source_urls: list[str] = _json()
    verified: bool
    verification_note: str = ""
    texts: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )
    windows: list[dict[str, Any]] = _empty_list()
    rubric: list[dict[str, Any]] = _empty_list()
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    review_closed_at: datetime | None = None
