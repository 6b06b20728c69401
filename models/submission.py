"""What a founder writes about a startup, saved while it grows and submitted as a version."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import new_id, now_utc


class Submission(SQLModel, table=True):
    """One version of a startup's profile: a draft that is saved as it is typed, then submitted, or withdrawn.

    `content` holds every field of the form, texts by language. The facts and texts that are ranked are
    written when it is submitted; a saved draft is not a submission. `revision` grows with every save.
    """

    __table_args__ = (
        UniqueConstraint("startup_id", "number"),
        CheckConstraint("state IN ('draft', 'submitted', 'withdrawn')", name="state_known"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    number: int
    state: str = Field(default="draft", max_length=10)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    revision: int = 1
    edited_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    edited_at: datetime = Field(default_factory=now_utc)
    submitted_at: datetime | None = None
    withdrawn_at: datetime | None = None


class ProgramInterest(SQLModel, table=True):
    """Whether a startup wants a program: said by its founder, program by program."""

    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True)
    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", primary_key=True, index=True)
    interested: bool
    changed_at: datetime = Field(default_factory=now_utc)
