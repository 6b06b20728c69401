"""Notices: what a person should look at, in the page and by letter.

A notice names a kind, a program and a page, never what it says there: who may read that is asked again when
the page is opened. What a conflict of interest hides by now is in no list and no count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, delete, select, update

from matcher.errors import AccessDeniedError, UnknownThingError
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs, read_program
from matcher.workflows.sign_ins import actor_of_account
from models.access import Action, Actor, authorize, candidacies_for, notices_for
from models.base import now_utc
from models.tables import Account, Candidacy, Notice, StartupMember

MOST_SHOWN = 200
NOTICES_KEPT = timedelta(days=180)


class NoticeKind(StrEnum):
    """What a notice is about."""

    QUESTION_ASKED = "question-asked"
    QUESTION_RELAYED = "question-relayed"
    QUESTION_REFUSED = "question-refused"
    QUESTION_ANSWERED = "question-answered"
    PHASE_OPENED = "phase-opened"
    REMINDER = "reminder"
    CONFLICT_RULED = "conflict-ruled"
    COMMENT_REPLY = "comment-reply"


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as its owner reads it; `startup_id` is set where it is about one."""

    id: str
    kind: NoticeKind
    program: ProgramCard | None
    startup_id: str | None
    made_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who was given a notice and is to be written to; `address` is the page it leads to."""

    email: str
    name: str
    language: str
    kind: NoticeKind
    program: ProgramCard | None
    address: str


def notify(
    session: Session,
    account_ids: Iterable[str],
    kind: NoticeKind,
    *,
    address: str,
    program_id: str | None = None,
    startup_id: str | None = None,
) -> tuple[Told, ...]:
    """Give people a notice.

    Somebody who has not read the same notice yet gets no second one, and no second letter; a reminder is
    what it is.

    Args:
        session: an open write unit.
        account_ids: whose; a disabled account gets none. The caller has asked whether they may see the page.
        kind: what it is about.
        address: path of the page it leads to.
        program_id: the program it is about.
        startup_id: the startup it is about; the notice is hidden where the startup is.

    Returns:
        Whom to write to.
    """
    wanted = sorted(set(account_ids))
    accounts = session.exec(
        select(Account).where(col(Account.id).in_(wanted), col(Account.disabled_at).is_(None))
    ).all()
    waiting = {
        notice.account_id: notice
        for notice in session.exec(
            select(Notice).where(
                col(Notice.account_id).in_(wanted),
                Notice.kind == kind.value,
                Notice.address == address,
                col(Notice.read_at).is_(None),
            )
        )
    }
    card = read_program(session, program_id).card if program_id else None
    told = []
    for account in sorted(accounts, key=lambda one: one.email):
        notice = waiting.get(account.id)
        if notice is None:
            session.add(
                Notice(
                    account_id=account.id,
                    kind=kind.value,
                    address=address,
                    program_id=program_id,
                    startup_id=startup_id,
                )
            )
        else:
            notice.made_at = now_utc()
            session.add(notice)
        if notice is None or kind is NoticeKind.REMINDER:
            told.append(Told(account.email, account.name, account.language, kind, card, address))
    session.flush()
    return tuple(told)


def list_notices(session: Session, actor: Actor) -> tuple[NoticeLine, ...]:
    """List the own notices, the newest first, at most 200.

    Raises:
        AccessDeniedError: nobody in particular asks.
    """
    _require(actor)
    rows = session.exec(
        notices_for(actor).order_by(col(Notice.made_at).desc(), col(Notice.id)).limit(MOST_SHOWN)
    ).all()
    cards = {card.id: card for card in list_programs(session, ProgramFilter())} if rows else {}
    return tuple(
        NoticeLine(
            row.id,
            NoticeKind(row.kind),
            cards.get(row.program_id or ""),
            row.startup_id,
            row.made_at,
            row.read_at is None,
        )
        for row in rows
    )


def count_unread(session: Session, actor: Actor) -> int:
    """Count the own notices that were not read yet."""
    if not authorize(actor, Action.OWN_ACCOUNT):
        return 0
    unread = notices_for(actor).where(col(Notice.read_at).is_(None)).limit(MOST_SHOWN).subquery()
    return session.exec(select(func.count()).select_from(unread)).one()


def open_notice(session: Session, actor: Actor, notice_id: str) -> str:
    """Mark a notice as read; give the page it leads to.

    Raises:
        UnknownThingError: there is none with this id, or it is somebody else's.
        AccessDeniedError: nobody in particular asks.
    """
    _require(actor)
    wanted = notices_for(actor).where(Notice.id == notice_id)
    notice = session.exec(wanted).first() if notice_id.isprintable() else None
    if notice is None:
        raise UnknownThingError("notice")
    notice.read_at = notice.read_at or now_utc()
    session.add(notice)
    return notice.address


def read_all(session: Session, actor: Actor) -> None:
    """Mark all own notices as read.

    Raises:
        AccessDeniedError: nobody in particular asks.
    """
    _require(actor)
    session.exec(
        update(Notice)
        .where(col(Notice.account_id) == actor.account_id, col(Notice.read_at).is_(None))
        .values(read_at=now_utc())
    )


def drop_old_notices(session: Session, now: datetime) -> None:
    """Delete notices of half a year ago."""
    session.exec(delete(Notice).where(col(Notice.made_at) < now - NOTICES_KEPT))


def who_reviews(
    session: Session, account_ids: Sequence[str], program_id: str, startup_id: str
) -> tuple[str, ...]:
    """Keep those who may see this candidate now: nobody else hears of it."""
    return tuple(
        account.id
        for account in session.exec(select(Account).where(col(Account.id).in_(sorted(set(account_ids)))))
        if session.exec(
            candidacies_for(actor_of_account(session, account)).where(
                col(Candidacy.program_id) == program_id, col(Candidacy.startup_id) == startup_id
            )
        ).first()
        is not None
    )


def founders_of(session: Session, startup_id: str) -> tuple[str, ...]:
    """List the accounts of a startup's founders."""
    return tuple(session.exec(select(StartupMember.account_id).where(StartupMember.startup_id == startup_id)))


def managers(session: Session) -> tuple[str, ...]:
    """List the accounts of the alliance's managers."""
    return tuple(session.exec(select(Account.id).where(Account.office == "manager")))


def _require(actor: Actor) -> None:
    if not authorize(actor, Action.OWN_ACCOUNT):
        raise AccessDeniedError(f"{Action.OWN_ACCOUNT.value}: not allowed")
