"""What a reviewer does: decide with a reason, pin, move, undo. Every change keeps what was there before."""

from dataclasses import astuple, dataclass, replace

from sqlmodel import Session, col

from matcher.engine.cleaning import clean_text
from matcher.errors import FieldError, StaleEditError, UnknownStartupError
from matcher.workflows.audits import Act, record
from matcher.workflows.programs import read_reviewed_program
from matcher.workflows.review_queues import require
from models.access import Action, Actor, candidacies_for, decisions_for, steps_for
from models.base import now_utc
from models.tables import Candidacy, ReviewDecision, ReviewStep
from models.vocabulary import Decision

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class _State:
    """What a reviewer can change of a startup's row."""

    decision: str | None
    reason: str
    pinned: bool
    place: int | None
    turn: int


def record_decision(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    decision: Decision | None,
    reason: str,
    revision: int,
) -> None:
    """Save a decision with its reason; None takes a decision back.

    Args:
        session: an open write unit.
        actor: who decides.
        program_id: the program.
        startup_id: the startup.
        decision: accept, maybe or decline.
        reason: why, at most 500 characters; a decline needs one.
        revision: the revision the reviewer saw.

    Raises:
        FieldError: the reason is missing, too long or not a text.
        StaleEditError: somebody changed this startup's row since.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    row = _row(session, actor, program_id, startup_id)
    if row.revision != revision:
        raise StaleEditError("review: this startup was changed in the meantime; reload and decide again")
    text = clean_reason(reason)
    if decision is Decision.DECLINE and not text:
        raise FieldError("reason", "a declined startup needs a reason")
    after = replace(_state(row), decision=decision and decision.value, reason=text)
    _save(session, actor, row, after, Act.DECIDED)


def set_pin(session: Session, actor: Actor, program_id: str, startup_id: str, *, pinned: bool) -> None:
    """Hold a startup at the top of the list, or let it go.

    Raises:
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    row = _row(session, actor, program_id, startup_id)
    _save(session, actor, row, replace(_state(row), pinned=pinned), Act.PINNED)


def move(session: Session, actor: Actor, program_id: str, startup_id: str, *, position: int | None) -> None:
    """Move a startup to a position (1 is the top); None gives it back to the machine's order.

    Raises:
        FieldError: the position is below 1.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    if position is not None and not 1 <= position <= 1_000_000:  # noqa: PLR2004  beyond any list
        raise FieldError("position", "a whole number from 1 expected")
    row = _row(session, actor, program_id, startup_id)
    moved = decisions_for(actor).where(ReviewDecision.program_id == program_id)
    turn = 1 + max((other.turn for other in session.exec(moved)), default=0)
    _save(session, actor, row, replace(_state(row), place=position, turn=turn if position else 0), Act.MOVED)


def undo(session: Session, actor: Actor, program_id: str) -> str | None:
    """Take back this actor's last change of a program's review.

    Returns:
        The id of the startup it concerned, None where there is nothing to undo.

    Raises:
        AccessDeniedError: this actor may not review.
        UnknownProgramError: there is no such program.
    """
    require(actor, Action.REVIEW)
    read_reviewed_program(session, actor, program_id)
    step = session.exec(
        steps_for(actor).where(ReviewStep.program_id == program_id).order_by(col(ReviewStep.id).desc())
    ).first()
    if step is None:
        return None
    row = session.get_one(ReviewDecision, (program_id, step.startup_id))
    _put(row, _state(step))
    row.revision += 1
    row.changed_at = now_utc()
    session.add(row)
    session.delete(step)
    record(session, actor, Act.UNDONE, subject=step.startup_id, about=program_id)
    return step.startup_id


def clean_reason(reason: str) -> str:
    """Clean a reason; an empty one is allowed.

    Raises:
        FieldError: longer than 500 characters, or not storable.
    """
    return clean_text(reason, "reason", limit=LONGEST_REASON) if reason.strip() else ""


def _row(session: Session, actor: Actor, program_id: str, startup_id: str) -> ReviewDecision:
    """Find or prepare the row of a startup this actor may see."""
    require(actor, Action.REVIEW)
    read_reviewed_program(session, actor, program_id)
    considered = candidacies_for(actor).where(
        col(Candidacy.program_id) == program_id, col(Candidacy.startup_id) == startup_id
    )
    if not startup_id.isprintable() or session.exec(considered).first() is None:
        raise UnknownStartupError(startup_id)
    row = session.get(ReviewDecision, (program_id, startup_id))
    return row or ReviewDecision(program_id=program_id, startup_id=startup_id, reviewer=actor.key)


def _state(row: ReviewDecision | ReviewStep) -> _State:
    return _State(row.decision, row.reason, row.pinned, row.place, row.turn)


def _put(row: ReviewDecision | ReviewStep, state: _State) -> None:
    row.decision, row.reason, row.pinned, row.place, row.turn = astuple(state)


def _save(session: Session, actor: Actor, row: ReviewDecision, after: _State, act: Act) -> None:
    """Keep what was there before as a step that can be undone, then write; no change leaves no step."""
    before = _state(row)
    if before == after:
        return
    step = ReviewStep(program_id=row.program_id, startup_id=row.startup_id, reviewer=actor.key)
    _put(step, before)
    session.add(step)
    _put(row, after)
    row.revision += 1
    row.reviewer = actor.key
    row.changed_at = now_utc()
    session.add(row)
    details = {"decision": after.decision} if act is Act.DECIDED else {}
    record(session, actor, act, subject=row.startup_id, about=row.program_id, details=details)
