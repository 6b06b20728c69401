"""What a founder says against a published result, within its deadline, and the answer a manager gives."""

from sqlmodel import Session, col

from matcher.engine.cleaning import clean_text
from matcher.errors import FieldError, StaleEditError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.review_queues import require
from matcher.workflows.submissions import own_startup
from models.access import Action, Actor, appeals_for, outcomes_for
from models.base import now_utc
from models.tables import Appeal, Outcome

LONGEST_APPEAL = 4000


class AppealTooLateError(StaleEditError):
    """The deadline of the appeal is over."""


class AppealOpenError(StaleEditError):
    """An appeal against this result waits for its answer already."""


def send_appeal(session: Session, actor: Actor, startup_id: str, program_id: str, text: str) -> None:
    """Appeal against a result.

    Args:
        session: an open write unit.
        actor: a founder of the startup.
        startup_id: the startup.
        program_id: the program whose result it is.
        text: what is said, at most 4,000 characters.

    Raises:
        FieldError: the text is empty, too long or cannot be stored.
        AppealTooLateError, AppealOpenError: see the classes.
        UnknownThingError: there is no such result.
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    own_startup(session, actor, startup_id)
    mine = outcomes_for(actor).where(Outcome.startup_id == startup_id, Outcome.program_id == program_id)
    outcome = session.exec(mine).first() if program_id.isprintable() else None
    if outcome is None:
        raise UnknownThingError("result")
    if not text.strip():
        raise FieldError("text", "is empty")
    words = clean_text(text, "text", limit=LONGEST_APPEAL)
    now = now_utc()
    if now > outcome.appeal_until:
        raise AppealTooLateError("appeal: the deadline is over")
    waits = appeals_for(actor).where(
        Appeal.startup_id == startup_id,
        Appeal.program_id == program_id,
        col(Appeal.answered_at).is_(None),
    )
    if session.exec(waits).first() is not None:
        raise AppealOpenError("appeal: one waits for its answer already")
    session.add(
        Appeal(
            program_id=program_id, startup_id=startup_id, text=words, sent_by=actor.account_id, sent_at=now
        )
    )
    record(session, actor, Act.APPEALED, subject=startup_id, about=program_id)


def answer_appeal(session: Session, actor: Actor, program_id: str, appeal_id: str, text: str) -> str:
    """Answer an appeal, once.

    Returns:
        The id of the startup that appealed.

    Raises:
        FieldError: the answer is empty, too long or cannot be stored.
        StaleEditError: it was answered already.
        UnknownThingError: there is no such appeal in this program.
        AccessDeniedError: this actor answers none.
    """
    require(actor, Action.PUBLISH_OUTCOMES)
    found = appeals_for(actor).where(Appeal.id == appeal_id, Appeal.program_id == program_id)
    printable = appeal_id.isprintable() and program_id.isprintable()
    appeal = session.exec(found).first() if printable else None
    if appeal is None:
        raise UnknownThingError("appeal")
    if not text.strip():
        raise FieldError("answer", "is empty")
    words = clean_text(text, "answer", limit=LONGEST_APPEAL)
    if appeal.answered_at is not None:
        raise StaleEditError("appeal: it was answered already")
    appeal.answer, appeal.answered_by, appeal.answered_at = words, actor.account_id, now_utc()
    session.add(appeal)
    record(session, actor, Act.APPEAL_ANSWERED, subject=appeal.startup_id, about=program_id)
    return appeal.startup_id
