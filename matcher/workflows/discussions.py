"""What reviewers say to each other about a candidate: comments, replies, and taking the own ones back.

While individual review is open the comments of others are hidden until the own review of this candidate is
submitted; where the agency decides, everybody who reviews reads them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from matcher.engine.cleaning import clean_text
from matcher.errors import UnknownStartupError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.blind import Mask, masks_for
from matcher.workflows.notices import NoticeKind, Told, notify, who_reviews
from matcher.workflows.programs import ProgramCard, read_reviewed_program
from matcher.workflows.review_queues import require
from models.access import (
    Action,
    Actor,
    candidacies_for,
    comments_for,
    others_shown_for,
    startups_for,
)
from models.base import now_utc
from models.tables import Account, Candidacy, Comment, Startup

LONGEST_COMMENT = 4000


@dataclass(frozen=True, slots=True)
class CommentText:
    """A comment; `author` is empty where the account is gone, `text` where it was withdrawn."""

    id: str
    author: str
    own: bool
    text: str
    written_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its replies, in the order they were written."""

    comment: CommentText
    replies: tuple[CommentText, ...]


@dataclass(frozen=True, slots=True)
class Discussion:
    """What this actor may read of what is said about a candidate.

    `waits` says that others' comments stay hidden until the own review is submitted. In a blind phase `name`
    is the pseudonym, and names are taken out of what is said.
    """

    program: ProgramCard
    startup_id: str
    name: str
    threads: tuple[Thread, ...]
    waits: bool


def read_discussion(session: Session, actor: Actor, program_id: str, startup_id: str) -> Discussion:
    """Read what is said about a candidate, the oldest first.

    Raises:
        AccessDeniedError: this actor may not review.
        UnknownProgramError, UnknownStartupError: see the classes.
    """
    card = candidate_program(session, actor, program_id, startup_id)
    rows = session.exec(
        comments_for(actor)
        .where(Comment.program_id == program_id, Comment.startup_id == startup_id)
        .order_by(col(Comment.written_at), col(Comment.id))
    ).all()
    authors = {row.author_id for row in rows if row.author_id}
    named = select(Account.id, Account.name).where(col(Account.id).in_(sorted(authors)))
    names = dict(session.exec(named).all())
    mask = masks_for(session, actor, [startup_id]).get(startup_id)
    seen = {row.id for row in rows}
    replies: dict[str, list[CommentText]] = {}
    for row in rows:
        # The comment an own reply belongs to may be hidden by now.
        if row.reply_to in seen:
            replies.setdefault(str(row.reply_to), []).append(_text(row, actor, names, mask))
    threads = tuple(
        Thread(_text(row, actor, names, mask), tuple(replies.get(row.id, ())))
        for row in rows
        if row.reply_to not in seen
    )
    startup = session.exec(startups_for(actor).where(Startup.id == startup_id)).one()
    name = mask.name if mask else startup.name
    shown = others_shown_for(actor).where(
        col(Candidacy.program_id) == program_id, col(Candidacy.startup_id) == startup_id
    )
    return Discussion(card, startup_id, name, threads, session.exec(shown).first() is None)


def add_comment(
    session: Session, actor: Actor, program_id: str, startup_id: str, text: str, *, reply_to: str = ""
) -> tuple[Told, ...]:
    """Comment on a candidate, or reply to a comment; who wrote before in that thread gets a notice.

    Args:
        session: an open write unit.
        actor: who reviews the candidate.
        program_id: the program.
        startup_id: the startup.
        text: at most 4000 characters.
        reply_to: id of the comment it answers.

    Returns:
        Whom to write to.

    Raises:
        FieldError: the text is empty, too long or not storable.
        UnknownThingError: there is no such comment to reply to, or the actor may not see it.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    candidate_program(session, actor, program_id, startup_id)
    said = clean_text(text, "text", limit=LONGEST_COMMENT)
    root = _seen(session, actor, program_id, startup_id, reply_to) if reply_to else None
    comment = Comment(
        program_id=program_id,
        startup_id=startup_id,
        # Threads are one level deep: a reply to a reply stands below the same comment.
        reply_to=(root.reply_to or root.id) if root else None,
        author_id=actor.account_id,
        text=said,
    )
    session.add(comment)
    record(session, actor, Act.COMMENTED, subject=startup_id, about=program_id)
    if comment.reply_to is None:
        return ()
    wrote = session.exec(
        select(Comment.author_id).where(
            (col(Comment.id) == comment.reply_to) | (col(Comment.reply_to) == comment.reply_to)
        )
    )
    others = sorted({author for author in wrote if author} - {actor.account_id})
    return notify(
        session,
        who_reviews(session, others, program_id, startup_id),
        NoticeKind.COMMENT_REPLY,
        address=discussion_address(program_id, startup_id),
        program_id=program_id,
        startup_id=startup_id,
    )


def withdraw_comment(
    session: Session, actor: Actor, program_id: str, startup_id: str, comment_id: str
) -> None:
    """Take an own comment back: its words are gone, its place stays so that replies keep theirs.

    Raises:
        UnknownThingError: there is no such comment, or it is somebody else's.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    candidate_program(session, actor, program_id, startup_id)
    comment = _seen(session, actor, program_id, startup_id, comment_id)
    if comment.author_id is None or comment.author_id != actor.account_id:
        raise UnknownThingError("comment")
    if comment.withdrawn_at is None:
        comment.withdrawn_at = now_utc()
        comment.text = ""
        session.add(comment)
        details = {"withdrawn": True}
        record(session, actor, Act.COMMENTED, subject=startup_id, about=program_id, details=details)


def candidate_program(session: Session, actor: Actor, program_id: str, startup_id: str) -> ProgramCard:
    """Give the program of a candidate this actor reviews.

    Raises:
        AccessDeniedError: this actor may not review.
        UnknownProgramError: there is no such program, or it is not this actor's.
        UnknownStartupError: it is no candidate of it, or a conflict of interest hides it.
    """
    require(actor, Action.REVIEW)
    card = read_reviewed_program(session, actor, program_id).card
    considered = candidacies_for(actor).where(
        col(Candidacy.program_id) == program_id, col(Candidacy.startup_id) == startup_id
    )
    if not startup_id.isprintable() or session.exec(considered).first() is None:
        raise UnknownStartupError(startup_id)
    return card


def discussion_address(program_id: str, startup_id: str) -> str:
    """Give the path of the page on which a candidate is discussed."""
    return f"/review/{program_id}/{startup_id}/discussion"


def _seen(session: Session, actor: Actor, program_id: str, startup_id: str, comment_id: str) -> Comment:
    wanted = comments_for(actor).where(
        Comment.id == comment_id, Comment.program_id == program_id, Comment.startup_id == startup_id
    )
    comment = session.exec(wanted).first() if comment_id.isprintable() else None
    if comment is None:
        raise UnknownThingError("comment")
    return comment


def _text(row: Comment, actor: Actor, names: dict[str, str], mask: Mask | None) -> CommentText:
    return CommentText(
        row.id,
        names.get(row.author_id or "", ""),
        row.author_id is not None and row.author_id == actor.account_id,
        mask.text(row.text) if mask else row.text,
        row.written_at,
        row.withdrawn_at,
    )
