"""Conflicts of interest between the people who review and the startups they would review."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import new_id, now_utc


class ConflictState(StrEnum):
    """What stands between a reviewer and a startup; only CLEAR and DISMISSED let the reviewer see it."""

    CLEAR = "clear"
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class ConflictKind(StrEnum):
    """How a conflict was found."""

    NONE = "none"
    DECLARED = "declared"
    CHALLENGED = "challenged"
    FOUNDER = "founder"
    EMAIL_DOMAIN = "email-domain"
    EMPLOYER = "employer"
    SHAREHOLDING = "shareholding"


class ConflictAnswer(SQLModel, table=True):
    """A reviewer's answer about one startup, or what was found or said against it, and a manager's ruling.

    Without a row the reviewer has not answered yet and sees nothing of the startup. `text` is what a person
    said, `evidence` what Landfall found, one line for each kind: a manager has ruled on all of it.
    """

    __table_args__ = (
        CheckConstraint("state IN ('clear', 'open', 'confirmed', 'dismissed')", name="state_known"),
        CheckConstraint(
            "kind IN ('none', 'declared', 'challenged', 'founder', 'email-domain', 'employer', "
            "'shareholding')",
            name="kind_known",
        ),
        CheckConstraint("(state = 'clear') = (kind = 'none')", name="clear_without_kind"),
    )

    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True, index=True)
    state: str = Field(max_length=10)
    kind: str = Field(max_length=14)
    text: str = Field(default="", max_length=500)
    evidence: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    answered_at: datetime = Field(default_factory=now_utc)
    ruled_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    ruled_at: datetime | None = None
    ruling: str = Field(default="", max_length=500)


class OutsideTie(SQLModel, table=True):
    """An employer of the last three years or a shareholding that a reviewer has told of."""

    __table_args__ = (
        CheckConstraint("kind IN ('employer', 'shareholding')", name="kind_known"),
        UniqueConstraint("account_id", "kind", "name"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    kind: str = Field(max_length=14)
    name: str = Field(max_length=300)
    ended_on: date | None = None
    told_at: datetime = Field(default_factory=now_utc)
