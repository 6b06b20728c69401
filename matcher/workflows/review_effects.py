"""What the last act of a person changed in the order of a queue, and why."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlmodel import Session, col

from matcher.workflows.review_queues import RankedQueue
from matcher.workflows.submitted_reviews import NOTHING_SAID, Said, said_of
from models.access import Actor, steps_for
from models.base import now_utc
from models.tables import ReviewStep

MOST_MOVES = 4
"""Moves that are told; one place up or down that another startup's move causes says little."""
FRESH = timedelta(minutes=10)
"""How long an act is told of."""


class Cause(StrEnum):
    """What an act did to the order."""

    DECIDED = "decided"
    SCORED = "scored"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    EXCLUDED = "excluded"
    INCLUDED = "included"
    MOVED = "moved"
    MORE_LIKE = "more-like"
    LESS_LIKE = "less-like"
    NEITHER = "neither"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Shift:
    """A startup that stands elsewhere now."""

    startup_id: str
    before: int
    after: int

    @property
    def distance(self) -> int:
        """How far it moved."""
        return abs(self.after - self.before)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act about a startup did; `own` is its own shift where it moved, `others` the largest others."""

    startup_id: str
    cause: Cause
    own: Shift | None
    others: tuple[Shift, ...]
    moved: int


def last_effect(session: Session, actor: Actor, queue: RankedQueue, startup_id: str) -> Effect | None:
    """Tell what this actor's last act did to the order, if it was about this startup and a short while ago.

    Args:
        session: the unit the queue was ranked in.
        actor: who reviews.
        queue: the queue as it stands.
        startup_id: the startup.
    """
    steps = steps_for(actor).where(
        ReviewStep.program_id == queue.program.id, ReviewStep.desk == queue.desk.name
    )
    step = session.exec(steps.order_by(col(ReviewStep.id).desc()).limit(1)).first()
    if step is None or step.startup_id != startup_id or step.changed_at < now_utc() - FRESH:
        return None
    before = said_of(step.before)
    return compare(queue, startup_id, before)


def compare(queue: RankedQueue, startup_id: str, before: Said) -> Effect:
    """Compare the order as it stands with the one before something else was said about a startup."""
    now = queue.said.get(startup_id, NOTHING_SAID)
    earlier = queue.ordered_by({**queue.said, startup_id: before})
    shifts = [
        Shift(startup, place, queue.positions[startup])
        for place, startup in enumerate(earlier, 1)
        if queue.positions[startup] != place
    ]
    own = next((shift for shift in shifts if shift.startup_id == startup_id), None)
    others = sorted(
        (shift for shift in shifts if shift.startup_id != startup_id),
        key=lambda shift: (-shift.distance, shift.after),
    )
    return Effect(startup_id, cause_of(before, now), own, tuple(others[:MOST_MOVES]), len(shifts))


def cause_of(before: Said, now: Said) -> Cause:
    """Name what changed, what weighs most in the order first."""
    if before.override is not now.override:
        return Cause.OVERRIDDEN
    if before.excluded != now.excluded:
        return Cause.EXCLUDED if now.excluded else Cause.INCLUDED
    if before.pinned != now.pinned:
        return Cause.PINNED if now.pinned else Cause.UNPINNED
    if (before.place, before.turn) != (now.place, now.turn):
        return Cause.MOVED
    if before.liking != now.liking:
        return {1: Cause.MORE_LIKE, -1: Cause.LESS_LIKE, 0: Cause.NEITHER}[now.liking]
    unscored = replace(before, scores=now.scores, revision=now.revision, changed_at=now.changed_at, by=now.by)
    return Cause.DECIDED if unscored.decision is not now.decision else Cause.SCORED
