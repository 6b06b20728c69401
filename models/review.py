"""What reviewers decide about a startup for a program."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import now_utc


class ReviewDecision(SQLModel, table=True):
    """The state of one startup in one program's review; `revision` grows with every change.

    `place` is the position a reviewer moved the startup to, `turn` counts the moves of a program, and
    `pinned` holds the startup at the top.
    """

    __table_args__ = (
        CheckConstraint(
            "decision IS NULL OR decision IN ('accept', 'maybe', 'decline')", name="decision_known"
        ),
        CheckConstraint("place IS NULL OR place > 0", name="place_positive"),
    )

    program_id: str = Field(foreign_key="program.id", primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True)
    decision: str | None = Field(default=None, max_length=10)
    reason: str = Field(default="", max_length=500)
    pinned: bool = False
    place: int | None = None
    turn: int = 0
    revision: int = 0
    reviewer: str = Field(max_length=60)
    changed_at: datetime = Field(default_factory=now_utc)


class ReviewStep(SQLModel, table=True):
    """One change of a review as it was before, so that it can be undone."""

    id: int | None = Field(default=None, primary_key=True)
    program_id: str = Field(foreign_key="program.id", index=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    decision: str | None = Field(default=None, max_length=10)
    reason: str = Field(default="", max_length=500)
    pinned: bool = False
    place: int | None = None
    turn: int = 0
    reviewer: str = Field(max_length=60)
    changed_at: datetime = Field(default_factory=now_utc)
