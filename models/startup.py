"""Startups and their profiles."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import now_utc


class Startup(SQLModel, table=True):
    """A startup's facts; null means that nobody has said. `invented` startups are examples.

    `registration_no` and `export_flags` are for managers and the startup itself; no agency and no other
    applicant is shown them. After `withdrawn_at` the startup is considered for nothing.
    """

    __table_args__ = (
        CheckConstraint("employees IS NULL OR employees >= 0", name="employees_not_negative"),
        CheckConstraint("trl IS NULL OR trl BETWEEN 1 AND 9", name="trl_in_range"),
        CheckConstraint("raised_usd IS NULL OR raised_usd >= 0", name="raised_not_negative"),
    )

    id: str = Field(primary_key=True, max_length=60)
    name: str = Field(max_length=100)
    invented: bool
    founded: int | None = None
    employees: int | None = None
    stage: str | None = Field(default=None, max_length=20)
    trl: int | None = None
    sectors: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    needs: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    target_regions: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    country: str | None = Field(default=None, max_length=2)
    city: str | None = Field(default=None, max_length=100)
    raised_usd: float | None = None
    languages: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    institutions: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    native_name: str | None = Field(default=None, max_length=100)
    registration_no: str | None = Field(default=None, max_length=40)
    revenue_band: str | None = Field(default=None, max_length=20)
    raised_band: str | None = Field(default=None, max_length=20)
    ip_status: str | None = Field(default=None, max_length=20)
    export_flags: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    withdrawn_at: datetime | None = None
    created_at: datetime = Field(default_factory=now_utc)

    def fact_columns(self) -> dict[str, Any]:
        """Give the columns that hold facts, by name."""
        return {name: getattr(self, name) for name in FACT_COLUMNS}


FACT_COLUMNS = (
    "founded",
    "employees",
    "stage",
    "trl",
    "sectors",
    "needs",
    "target_regions",
    "country",
    "city",
    "raised_usd",
    "languages",
    "institutions",
)


class Profile(SQLModel, table=True):
    """One text of a startup: one per language and version; the highest version counts."""

    __table_args__ = (
        UniqueConstraint("startup_id", "language", "version"),
        CheckConstraint("length(text) > 0", name="text_not_empty"),
        CheckConstraint("version > 0", name="version_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    language: str = Field(max_length=2)
    version: int
    text: str
    created_at: datetime = Field(default_factory=now_utc)
