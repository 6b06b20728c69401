"""Reminders to those who still have something to do in a review: once a day for each person at most."""

from collections.abc import Collection

from sqlmodel import Session

from matcher.workflows.audits import Act, record
from matcher.workflows.notices import NoticeKind, Told, notify
from matcher.workflows.review_reports import read_led_program, reviewers_progress
from models.access import Actor


def remind(
    session: Session, actor: Actor, program_id: str, account_ids: Collection[str] = ()
) -> tuple[Told, ...]:
    """Remind reviewers of a program who are behind, save those who were reminded within a day.

    Args:
        session: an open write unit.
        actor: who leads the review.
        program_id: the program.
        account_ids: whom; everybody who is behind where it is empty.

    Returns:
        Whom to write to.

    Raises:
        AccessDeniedError: this actor does not lead the review.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    read_led_program(session, actor, program_id)
    due = [
        person.account_id
        for person in reviewers_progress(session, actor, program_id)
        if person.may_remind and (not account_ids or person.account_id in account_ids)
    ]
    if not due:
        return ()
    record(session, actor, Act.REMINDED, about=program_id, details={"people": len(due)})
    return notify(session, due, NoticeKind.REMINDER, address=f"/review/{program_id}", program_id=program_id)
