"""What reviewers and their agency write about a startup for a program."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from models.base import now_utc

AGENCY_DESK = "agency"
"""The desk of the agency itself; every other desk is named by the account that sits there."""


class ReviewPhase(StrEnum):
    """How far the review of a program is; a closed one is told by `Program.review_closed_at`."""

    INDIVIDUAL = "individual"
    DECISION = "decision"


class Aggregation(StrEnum):
    """How the scores of several reviewers become one."""

    TRIMMED_MEAN = "trimmed-mean"
    MEDIAN = "median"
    MEAN = "mean"


class ReviewSetup(SQLModel, table=True):
    """How a program is reviewed; a program without a row is reviewed by the defaults.

    `wanted_reviews` are the reviews a candidate needs until it leaves everybody's queue; `rule_version` grows
    with every change of what makes scores comparable.
    """

    __table_args__ = (
        CheckConstraint("phase IN ('individual', 'decision')", name="phase_known"),
        CheckConstraint("aggregation IN ('trimmed-mean', 'median', 'mean')", name="aggregation_known"),
        CheckConstraint("wanted_reviews BETWEEN 1 AND 20", name="wanted_reviews_in_range"),
    )

    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", primary_key=True)
    phase: str = Field(default=ReviewPhase.INDIVIDUAL.value, max_length=12)
    blind: bool = False
    wanted_reviews: int = 2
    aggregation: str = Field(default=Aggregation.TRIMMED_MEAN.value, max_length=12)
    zero_excludes: bool = False
    learning: bool = True
    rule_version: int = 1
    revision: int = 0
    changed_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    changed_at: datetime = Field(default_factory=now_utc)


class Review(SQLModel, table=True):
    """What one desk says about one startup for one program; `revision` grows with every change.

    A desk is a reviewer's own (the account's id) while individual review is open, and the agency's one
    (`AGENCY_DESK`) where it decides. `scores` holds points by the key of the criterion; `place` is the
    position the startup was moved to, `turn` counts the moves of a desk, `pinned` holds it at the top and
    `excluded` at the end; `liking` is 1 for more like this, -1 for less. `override_verdict` puts a person's
    verdict in the place of the computed one. `aggregate` is what the scores of all came to when the agency
    decided: the rule and its version, the scores, those that were dropped. `reviewer` changed it last.
    """

    __table_args__ = (
        CheckConstraint(
            "decision IS NULL OR decision IN ('accept', 'maybe', 'decline')", name="decision_known"
        ),
        CheckConstraint("place IS NULL OR place > 0", name="place_positive"),
        CheckConstraint("liking IN (-1, 0, 1)", name="liking_known"),
        CheckConstraint(
            "override_verdict IS NULL OR override_verdict IN ('eligible', 'not_eligible', 'cannot_tell')",
            name="override_known",
        ),
    )

    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True, index=True)
    desk: str = Field(primary_key=True, max_length=60)
    decision: str | None = Field(default=None, max_length=10)
    reason_kind: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=500)
    scores: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    pinned: bool = False
    excluded: bool = False
    place: int | None = None
    turn: int = 0
    liking: int = 0
    override_verdict: str | None = Field(default=None, max_length=12)
    override_reason: str = Field(default="", max_length=500)
    aggregate: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    revision: int = 0
    reviewer: str = Field(max_length=60, index=True)
    submitted_at: datetime | None = None
    changed_at: datetime = Field(default_factory=now_utc)


class ReviewStep(SQLModel, table=True):
    """One change of a review: `before` holds what the review said, so that it can be undone.

    Steps of one `act` are about several startups and are undone together; a step on its own has none.
    """

    id: int | None = Field(default=None, primary_key=True)
    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", index=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    desk: str = Field(max_length=60)
    before: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    act: str = Field(default="", max_length=32)
    reviewer: str = Field(max_length=60, index=True)
    changed_at: datetime = Field(default_factory=now_utc)
