"""Who may see what: the one place that decides.

Until accounts exist there are two kinds of actors: anybody, who sees programs only, and the local
reviewer, who exists only while the site is bound to this machine.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.tables import Profile, ReviewDecision, ReviewStep, Startup


class Role(StrEnum):
    """What an actor is to the alliance."""

    ANONYMOUS = "anonymous"
    LOCAL_REVIEWER = "local-reviewer"


class Action(StrEnum):
    """What can be done with private things."""

    READ_STARTUPS = "read-startups"
    REVIEW = "review"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks for a page."""

    role: Role
    name: str


ANONYMOUS = Actor(Role.ANONYMOUS, "anonymous")
LOCAL_REVIEWER = Actor(Role.LOCAL_REVIEWER, "local reviewer")

_ALLOWED = {
    Role.ANONYMOUS: frozenset[Action](),
    Role.LOCAL_REVIEWER: frozenset(Action),
}


def authorize(actor: Actor, action: Action) -> bool:
    """Say whether the actor may do this at all."""
    return action in _ALLOWED[actor.role]


def startups_for(actor: Actor) -> SelectOfScalar[Startup]:
    """Select the startups this actor may see; none where reading is not allowed."""
    query = select(Startup)
    return query if authorize(actor, Action.READ_STARTUPS) else query.where(col(Startup.id).in_([]))


def profiles_for(actor: Actor) -> SelectOfScalar[Profile]:
    """Select the profiles this actor may see; none where reading is not allowed."""
    query = select(Profile)
    return query if authorize(actor, Action.READ_STARTUPS) else query.where(col(Profile.id).in_([]))


def decisions_for(actor: Actor) -> SelectOfScalar[ReviewDecision]:
    """Select the review decisions this actor may see."""
    query = select(ReviewDecision)
    return query if authorize(actor, Action.REVIEW) else query.where(col(ReviewDecision.startup_id).in_([]))


def steps_for(actor: Actor) -> SelectOfScalar[ReviewStep]:
    """Select the steps this actor may undo."""
    query = select(ReviewStep)
    return query if authorize(actor, Action.REVIEW) else query.where(col(ReviewStep.id).in_([]))
