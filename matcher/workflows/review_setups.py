"""How a program is reviewed: phase, blind or not, how many reviews, how scores become one.

A desk is where a review is written. While individual review is open everybody who reviews sits at a desk of
their own; afterwards the agency decides at one desk, where its lead writes. The alliance's people have no
opinion of their own: they always stand at the agency's desk.
"""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from matcher.errors import AccessDeniedError, FieldError, StaleEditError
from matcher.workflows.audits import Act, record
from matcher.workflows.programs import read_reviewed_program
from models.access import Action, Actor, On, authorize
from models.base import now_utc
from models.review import AGENCY_DESK, Aggregation, ReviewPhase
from models.tables import Program, ReviewSetup

MOST_REVIEWS = 20

SeenDesk = Literal["own", "agency"]
"""The desk a form was filled in at: another phase leads the same person to another desk."""


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """How a program is reviewed.

    Attributes:
        phase: whether everybody reviews alone, or the agency decides.
        blind: whether names are hidden from reviewers while everybody reviews alone.
        wanted_reviews: submitted reviews after which a candidate leaves everybody's queue, 1 to 20.
        aggregation: how the scores of several reviewers become one.
        zero_excludes: whether a single 0 in any criterion excludes.
        learning: whether the order learns from decisions.
        rule_version: grows with every change of aggregation or `zero_excludes`.
        revision: grows with every change.
    """

    phase: ReviewPhase = ReviewPhase.INDIVIDUAL
    blind: bool = False
    wanted_reviews: int = 2
    aggregation: Aggregation = Aggregation.TRIMMED_MEAN
    zero_excludes: bool = False
    learning: bool = True
    rule_version: int = 1
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody's review of a program is written; `writes` says whether this person may write there."""

    name: str
    writes: bool

    @property
    def is_agency(self) -> bool:
        """Whether it is the desk where the agency decides."""
        return self.name == AGENCY_DESK

    @property
    def kind(self) -> SeenDesk:
        """Which of the two it is to whom it belongs."""
        return "agency" if self.is_agency else "own"


def read_rules(session: Session, program_id: str) -> ReviewRules:
    """Read how a program is reviewed; whoever may see the program's review may know."""
    row = session.get(ReviewSetup, program_id)
    if row is None:
        return ReviewRules()
    return ReviewRules(
        ReviewPhase(row.phase),
        row.blind,
        row.wanted_reviews,
        Aggregation(row.aggregation),
        row.zero_excludes,
        row.learning,
        row.rule_version,
        row.revision,
    )


def desk_of(session: Session, actor: Actor, program_id: str) -> Desk:
    """Say where this actor writes about the candidates of a program the actor reviews."""
    agency_id = session.get_one(Program, program_id).agency_id
    leads = authorize(actor, Action.LEAD_REVIEW, On(agency_id=agency_id))
    if actor.manager or actor.operator:
        return Desk(AGENCY_DESK, leads)
    if read_rules(session, program_id).phase is ReviewPhase.INDIVIDUAL:
        return Desk(actor.key, writes=True)
    return Desk(AGENCY_DESK, leads)


def change_rules(
    session: Session,
    actor: Actor,
    program_id: str,
    *,
    blind: bool,
    wanted_reviews: int,
    aggregation: Aggregation,
    zero_excludes: bool,
    learning: bool,
    revision: int,
) -> ReviewRules:
    """Change how a program is reviewed.

    Raises:
        FieldError: `wanted_reviews` is not between 1 and 20.
        StaleEditError: somebody changed it since.
        AccessDeniedError: this actor does not lead the review.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    row = _led(session, actor, program_id, revision)
    if not 1 <= wanted_reviews <= MOST_REVIEWS:
        raise FieldError("wanted_reviews", f"a whole number from 1 to {MOST_REVIEWS} expected")
    if (row.aggregation, row.zero_excludes) != (aggregation.value, zero_excludes):
        row.rule_version += 1
    row.blind, row.wanted_reviews, row.learning = blind, wanted_reviews, learning
    row.aggregation, row.zero_excludes = aggregation.value, zero_excludes
    _keep(session, actor, row)
    return read_rules(session, program_id)


def open_phase(session: Session, actor: Actor, program_id: str, phase: ReviewPhase, *, revision: int) -> None:
    """Let everybody review alone, or let the agency decide.

    Raises:
        StaleEditError, AccessDeniedError, UnknownProgramError: see `change_rules`.
    """
    row = _led(session, actor, program_id, revision)
    row.phase = phase.value
    _keep(session, actor, row)


def _led(session: Session, actor: Actor, program_id: str, revision: int) -> ReviewSetup:
    read_reviewed_program(session, actor, program_id)
    agency_id = session.get_one(Program, program_id).agency_id
    if not authorize(actor, Action.LEAD_REVIEW, On(agency_id=agency_id)):
        raise AccessDeniedError(f"{Action.LEAD_REVIEW.value}: not allowed")
    row = session.get(ReviewSetup, program_id) or ReviewSetup(program_id=program_id)
    if row.revision != revision:
        raise StaleEditError("review: the rules of this review were changed in the meantime")
    return row


def _keep(session: Session, actor: Actor, row: ReviewSetup) -> None:
    row.revision += 1
    row.changed_by = actor.account_id
    row.changed_at = now_utc()
    session.add(row)
    details = {
        "phase": row.phase,
        "blind": row.blind,
        "wanted_reviews": row.wanted_reviews,
        "aggregation": row.aggregation,
        "zero_excludes": row.zero_excludes,
        "learning": row.learning,
        "rule_version": row.rule_version,
    }
    record(session, actor, Act.REVIEW_SET_UP, about=row.program_id, details=details)
