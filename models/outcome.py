"""What a program decided about its candidates, once it is published, and what a startup says against it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import new_id, now_utc


class OutcomeState(StrEnum):
    """What a startup is told: 선정, 예비, 미선정 or 신청취소."""

    SELECTED = "selected"
    WAITLISTED = "waitlisted"
    NOT_SELECTED = "not-selected"
    WITHDRAWN = "withdrawn"


class Outcome(SQLModel, table=True):
    """The published result of one startup in one program; `reason` is what the agency released.

    `round_id` is the round it was published with; empty for a program that published by itself.
    """

    __table_args__ = (
        CheckConstraint(
            "state IN ('selected', 'waitlisted', 'not-selected', 'withdrawn')", name="state_known"
        ),
        CheckConstraint("(state = 'waitlisted') = (waitlist_rank IS NOT NULL)", name="rank_of_the_waitlist"),
        CheckConstraint("waitlist_rank IS NULL OR waitlist_rank > 0", name="rank_positive"),
    )

    program_id: str = Field(foreign_key="program.id", primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True, index=True)
    state: str = Field(max_length=12)
    waitlist_rank: int | None = None
    reason: str = Field(default="", max_length=2000)
    published_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    published_at: datetime = Field(default_factory=now_utc)
    appeal_until: datetime
    round_id: str | None = Field(default=None, foreign_key="round.id", ondelete="SET NULL", index=True)


class Appeal(SQLModel, table=True):
    """What a founder says against a result, and the answer."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    program_id: str = Field(foreign_key="program.id", index=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    text: str = Field(max_length=4000)
    sent_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    sent_at: datetime = Field(default_factory=now_utc)
    answer: str = Field(default="", max_length=4000)
    answered_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    answered_at: datetime | None = None
