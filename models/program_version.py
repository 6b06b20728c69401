"""Versions of a program: what its agency wrote, what a manager approved."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import new_id, now_utc


class ProgramVersion(SQLModel, table=True):
    """One version: a draft its agency edits, then submitted, then published by a manager or sent back.

    `content` holds every field of the program that an agency may edit. `program_id` need not exist yet:
    the program appears in the catalogue when its first version is published. `revision` grows with every
    save of a draft.
    """

    __table_args__ = (
        UniqueConstraint("program_id", "number"),
        CheckConstraint("state IN ('draft', 'submitted', 'published', 'returned')", name="state_known"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    program_id: str = Field(max_length=60, index=True)
    agency_id: str = Field(foreign_key="agency.id", index=True)
    number: int
    state: str = Field(default="draft", max_length=10)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    note: str = Field(default="", max_length=500)
    revision: int = 1
    edited_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    edited_at: datetime = Field(default_factory=now_utc)
    submitted_at: datetime | None = None
    decided_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    decided_at: datetime | None = None
    answer: str = Field(default="", max_length=500)
