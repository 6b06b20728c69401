"""What managers do about conflicts of interest: see them, record a startup's challenge, rule.

Until a ruling an open conflict hides the case. Confirmed, it stays hidden and what the person wrote about it
is deleted: a recused review is absent, never zero. Dismissed, the person sees the case again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, delete, or_, select

from matcher.engine.cleaning import clean_text
from matcher.errors import FieldError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.conflict_findings import detect_conflicts
from matcher.workflows.conflicts import LONGEST_WORDS, company_name
from matcher.workflows.duplicates import normal_name
from matcher.workflows.notices import NoticeKind, Told, notify
from matcher.workflows.review_queues import require
from models.access import Action, Actor, conflicts_for
from models.base import now_utc
from models.conflict import ConflictKind, ConflictState
from models.review import AGENCY_DESK
from models.tables import (
    Account,
    Agency,
    AgencyMember,
    Candidacy,
    ConflictAnswer,
    Program,
    Review,
    ReviewStep,
    Startup,
    StartupMember,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A conflict as a manager sees it.

    Attributes:
        account_id, reviewer, email: the person.
        agencies: where the person works.
        startup_id, startup: what it is about.
        state: open until somebody ruled.
        kind: how it came up.
        words: what was said of it.
        evidence: what Landfall found, one line for each kind.
        answered_at: since when.
        ruling: why it was ruled so, and by whom and when.
    """

    account_id: str
    reviewer: str
    email: str
    agencies: tuple[str, ...]
    startup_id: str
    startup: str
    state: ConflictState
    kind: ConflictKind
    words: str
    evidence: tuple[str, ...]
    answered_at: datetime
    ruling: str
    ruled_by: str
    ruled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewerChoice:
    """Somebody who reviews for an agency."""

    account_id: str
    name: str
    email: str
    agency: str


def list_cases(session: Session, actor: Actor, *, page: int, size: int) -> tuple[tuple[Case, ...], bool]:
    """List conflicts, the open ones first, the newest of each first.

    Returns:
        A page of them, and whether there are more.

    Raises:
        AccessDeniedError: this actor does not rule on conflicts.
    """
    require(actor, Action.RULE_CONFLICTS)
    query = (
        conflicts_for(actor)
        .order_by(
            col(ConflictAnswer.state) != ConflictState.OPEN.value,
            col(ConflictAnswer.answered_at).desc(),
            col(ConflictAnswer.account_id),
            col(ConflictAnswer.startup_id),
        )
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    rows = session.exec(query).all()
    shown = rows[:size]
    ids = {row.account_id for row in shown} | {row.ruled_by for row in shown if row.ruled_by}
    accounts = {row.id: row for row in session.exec(select(Account).where(col(Account.id).in_(sorted(ids))))}
    startups = {
        row.id: row
        for row in session.exec(
            select(Startup).where(col(Startup.id).in_(sorted({row.startup_id for row in shown})))
        )
    }
    works: dict[str, list[str]] = {}
    for account_id, agency in session.exec(
        select(AgencyMember.account_id, Agency.name_en)
        .join(Agency, col(Agency.id) == col(AgencyMember.agency_id))
        .where(col(AgencyMember.account_id).in_(sorted(ids)))
        .order_by(col(Agency.name_en))
    ):
        works.setdefault(account_id, []).append(agency)
    cases = tuple(
        Case(
            row.account_id,
            accounts[row.account_id].name,
            accounts[row.account_id].email,
            tuple(works.get(row.account_id, ())),
            row.startup_id,
            company_name(startups[row.startup_id]),
            ConflictState(row.state),
            ConflictKind(row.kind),
            row.text,
            tuple(row.evidence),
            row.answered_at,
            row.ruling,
            accounts[row.ruled_by].name if row.ruled_by in accounts else "",
            row.ruled_at,
        )
        for row in shown
    )
    return cases, len(rows) > size


def count_open(session: Session, actor: Actor) -> int:
    """Count the conflicts that wait for a ruling; none for those who do not rule."""
    opened = conflicts_for(actor).where(col(ConflictAnswer.state) == ConflictState.OPEN.value)
    return session.exec(select(func.count()).select_from(opened.subquery())).one()


def list_reviewers(session: Session, actor: Actor) -> tuple[ReviewerChoice, ...]:
    """List who reviews for agencies, by name.

    Raises:
        AccessDeniedError: this actor does not rule on conflicts.
    """
    require(actor, Action.RULE_CONFLICTS)
    rows = session.exec(
        select(Account.id, Account.name, Account.email, Agency.name_en)
        .join(AgencyMember, col(AgencyMember.account_id) == col(Account.id))
        .join(Agency, col(Agency.id) == col(AgencyMember.agency_id))
        .order_by(col(Account.name), col(Account.email), col(Agency.name_en))
    )
    return tuple(ReviewerChoice(*row) for row in rows)


def challenge(session: Session, actor: Actor, account_id: str, startup: str, words: str) -> None:
    """Record that a startup challenges a reviewer: the case is hidden until somebody rules on it.

    Args:
        session: an open write unit.
        actor: who records it.
        account_id: the reviewer.
        startup: id or name of the startup.
        words: what the startup says; at most 500 characters.

    Raises:
        FieldError: `account_id` is no reviewer, `startup` names none of this reviewer's candidates or
            several, or `words` are empty, too long or not storable.
        AccessDeniedError: this actor does not rule on conflicts.
    """
    require(actor, Action.RULE_CONFLICTS)
    if (
        not account_id.isprintable()
        or not session.exec(
            select(AgencyMember).where(AgencyMember.account_id == account_id).limit(1)
        ).first()
    ):
        raise FieldError("account_id", "reviews for no agency")
    text = _words(words, "words")
    startup_id = _candidate(session, account_id, startup)
    row = session.get(ConflictAnswer, (account_id, startup_id)) or ConflictAnswer(
        account_id=account_id, startup_id=startup_id, state="", kind=""
    )
    row.state, row.kind, row.text = ConflictState.OPEN.value, ConflictKind.CHALLENGED.value, text
    row.answered_at, row.ruled_by, row.ruled_at, row.ruling = now_utc(), None, None, ""
    session.add(row)
    detect_conflicts(session, account_ids=[account_id])
    record(
        session,
        actor,
        Act.CONFLICT_FOUND,
        subject=startup_id,
        about=account_id,
        details={"kinds": [ConflictKind.CHALLENGED.value]},
    )


def rule(
    session: Session, actor: Actor, account_id: str, startup_id: str, *, conflict: bool, reason: str
) -> tuple[Told, ...]:
    """Confirm a conflict, or say that it is none; a ruling can be changed.

    Args:
        session: an open write unit.
        actor: who rules.
        account_id: the reviewer.
        startup_id: the startup.
        conflict: whether it is one.
        reason: why; at most 500 characters.

    Returns:
        Whom to write to: the reviewer who gets the case back.

    Raises:
        FieldError: there is no reason, or it is too long or not storable; or nobody may judge this startup
            because it is the own one.
        UnknownThingError: there is no such conflict.
        AccessDeniedError: this actor does not rule on conflicts.
    """
    require(actor, Action.RULE_CONFLICTS)
    wanted = conflicts_for(actor).where(
        col(ConflictAnswer.account_id) == account_id, col(ConflictAnswer.startup_id) == startup_id
    )
    printable = account_id.isprintable() and startup_id.isprintable()
    row = session.exec(wanted).first() if printable else None
    if row is None:
        raise UnknownThingError("conflict")
    text = _words(reason, "reason")
    if not conflict and session.get(StartupMember, (account_id, startup_id)) is not None:
        raise FieldError("conflict", "nobody judges the own startup")
    state = ConflictState.CONFIRMED if conflict else ConflictState.DISMISSED
    row.state, row.ruling, row.ruled_by, row.ruled_at = state.value, text, actor.account_id, now_utc()
    session.add(row)
    told: tuple[Told, ...] = ()
    if conflict:
        _forget(session, account_id, startup_id)
    elif program_id := _any_program(session, account_id, startup_id):
        told = notify(
            session,
            [account_id],
            NoticeKind.CONFLICT_RULED,
            address=f"/review/{program_id}",
            program_id=program_id,
            startup_id=startup_id,
        )
    record(
        session,
        actor,
        Act.CONFLICT_RULED,
        subject=startup_id,
        about=account_id,
        reason=text,
        details={"state": state.value, "kind": row.kind},
    )
    return told


def _words(text: str, field: str) -> str:
    if not text.strip():
        raise FieldError(field, "must not be empty")
    return clean_text(text, field, limit=LONGEST_WORDS)


def _candidate(session: Session, account_id: str, startup: str) -> str:
    """Find the one candidate of a reviewer's agencies that is meant."""
    considered = (
        select(Candidacy.startup_id)
        .join(Program, col(Program.id) == col(Candidacy.program_id))
        .join(AgencyMember, col(AgencyMember.agency_id) == col(Program.agency_id))
        .where(AgencyMember.account_id == account_id)
    )
    rows = session.exec(select(Startup).where(col(Startup.id).in_(considered))).all()
    if any(row.id == startup.strip() for row in rows):
        return startup.strip()
    wanted = normal_name(startup)
    found = {row.id for row in rows if wanted and wanted in _spellings(row)}
    if len(found) != 1:
        what = "several candidates have" if found else "no candidate has"
        raise FieldError("startup", f"{what} this name")
    return found.pop()


def _spellings(startup: Startup) -> set[str]:
    names = (startup.name, startup.native_name or "", company_name(startup))
    return {normal_name(name) for name in names}


def _forget(session: Session, account_id: str, startup_id: str) -> None:
    """Delete what somebody wrote about a startup for any program, and what was summed up with it."""
    session.exec(
        delete(Review).where(
            col(Review.startup_id) == startup_id,
            or_(
                col(Review.desk) == account_id,
                # The agency has to decide again what this person decided for it.
                (col(Review.desk) == AGENCY_DESK) & (col(Review.reviewer) == account_id),
            ),
        )
    )
    session.exec(
        delete(ReviewStep).where(
            col(ReviewStep.startup_id) == startup_id,
            or_(
                col(ReviewStep.reviewer) == account_id,
                # A colleague's step there keeps what stood before it, and that may be this person's.
                col(ReviewStep.desk) == AGENCY_DESK,
            ),
        )
    )
    for row in session.exec(
        select(Review).where(Review.startup_id == startup_id, Review.desk == AGENCY_DESK)
    ):
        if row.aggregate is not None:
            row.aggregate = None
            row.revision += 1
            session.add(row)


def _any_program(session: Session, account_id: str, startup_id: str) -> str | None:
    """Give a program under review where this person finds the startup again."""
    return session.exec(
        select(Program.id)
        .join(Candidacy, col(Candidacy.program_id) == col(Program.id))
        .join(AgencyMember, col(AgencyMember.agency_id) == col(Program.agency_id))
        .where(
            Candidacy.startup_id == startup_id,
            AgencyMember.account_id == account_id,
            col(Program.review_closed_at).is_(None),
        )
        .order_by(col(Program.id))
    ).first()
