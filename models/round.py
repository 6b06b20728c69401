"""Rounds: programs that assign their seats together, the plans that were made, and what was published."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import new_id, now_utc


class RoundState(StrEnum):
    """How far a round is; a finalised one never changes again but for vacancies."""

    OPEN = "open"
    PUBLISHED = "published"
    FINALISED = "finalised"


class RoundStage(StrEnum):
    """What happens in a round, in the usual order; a round may leave some out."""

    ELIGIBILITY = "eligibility"
    DOCUMENTS = "documents"
    INTERVIEW = "interview"
    PRESENTATION = "presentation"
    SELECTION = "selection"
    AGREEMENT = "agreement"


class PinKind(StrEnum):
    """What a manager demands of a pair."""

    PIN = "pin"
    EXCLUDE = "exclude"


def _json(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(JSON, nullable=nullable))


class Round(SQLModel, table=True):
    """Programs that assign their seats together.

    `stages` lists {"stage", "opens", "closes"} with local times in `time_zone`; `stage` is the one it is in.
    `settings` holds what a plan depends on beside the candidates: how many programs a startup may get, the
    weights of score, review and interest, whom seats are for, the cost of moving. `side_rules` is a file of
    rules as docs/side_rules.md describes it. `columns` is the saved choice of columns of its shortlist.
    """

    __table_args__ = (CheckConstraint("state IN ('open', 'published', 'finalised')", name="state_known"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=60)
    name: str = Field(max_length=200)
    state: str = Field(default=RoundState.OPEN.value, max_length=10)
    stage: str = Field(default=RoundStage.ELIGIBILITY.value, max_length=12)
    stages: list[dict[str, Any]] = _json()
    time_zone: str = Field(default="Asia/Seoul", max_length=60)
    settings: dict[str, Any] = _json()
    side_rules: dict[str, Any] = _json()
    columns: list[str] = _json()
    revision: int = 0
    made_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    made_at: datetime = Field(default_factory=now_utc)
    published_at: datetime | None = None
    finalised_at: datetime | None = None


class RoundProgram(SQLModel, table=True):
    """A program that takes part in a round, with its seats and the longest waitlist it keeps."""

    __table_args__ = (
        CheckConstraint("seats >= 0", name="seats_not_negative"),
        CheckConstraint("waitlist >= 0", name="waitlist_not_negative"),
    )

    round_id: str = Field(foreign_key="round.id", ondelete="CASCADE", primary_key=True)
    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", primary_key=True, index=True)
    seats: int
    waitlist: int = 10


class RoundPin(SQLModel, table=True):
    """A pair a manager demands or rules out, with the reason."""

    __table_args__ = (CheckConstraint("kind IN ('pin', 'exclude')", name="kind_known"),)

    round_id: str = Field(foreign_key="round.id", ondelete="CASCADE", primary_key=True)
    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True, index=True)
    kind: str = Field(max_length=8)
    reason: str = Field(default="", max_length=500)
    set_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    set_at: datetime = Field(default_factory=now_utc)


class RoundRun(SQLModel, table=True):
    """One plan of a round: what it started from, and what came of it.

    `pack` is everything the plan can be made again from, with hashes in the place of profiles; `plan` is its
    canonical list. A run that was published is never deleted.
    """

    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    round_id: str = Field(foreign_key="round.id", ondelete="CASCADE", index=True)
    number: int
    pack: dict[str, Any] = _json()
    plan: dict[str, Any] = _json()
    made_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    made_at: datetime = Field(default_factory=now_utc)
    published_at: datetime | None = None


class RoundEvent(SQLModel, table=True):
    """What happened to a result after it was published: a withdrawal, a promotion from the waitlist."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    round_id: str = Field(foreign_key="round.id", ondelete="CASCADE", index=True)
    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE")
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    kind: str = Field(max_length=20)
    before: str = Field(default="", max_length=30)
    after: str = Field(default="", max_length=30)
    reason: str = Field(default="", max_length=500)
    done_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    done_at: datetime = Field(default_factory=now_utc)
