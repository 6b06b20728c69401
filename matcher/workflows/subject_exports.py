"""Everything that is held about a startup or a person, as rows of the tables it stands in.

Which column is exported, erased or kept stands in docs/data_inventory.tsv; a test holds both together.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func
from sqlmodel import Session, SQLModel, col, or_, select

from matcher.engine.analysis import SourceText, content_hash
from matcher.workflows.accounts import own_account
from matcher.workflows.audits import Act, record
from matcher.workflows.own_startups import own_startup
from matcher.workflows.subject_erasures import kind_of
from matcher.workflows.tombstones import Erased
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.tables import (
    Account,
    AgencyMember,
    ApiEffect,
    ApiToken,
    Appeal,
    AuditEntry,
    Candidacy,
    Comment,
    ConflictAnswer,
    Consent,
    Invitation,
    KnownDevice,
    Notice,
    Outcome,
    OutsideTie,
    PasswordReset,
    Profile,
    ProgramInterest,
    Question,
    RecoveryCode,
    Review,
    ReviewStep,
    RoundEvent,
    SignIn,
    Startup,
    StartupMember,
    Submission,
    TextEmbedding,
)
from models.vocabulary import Language

FORMAT = 1

Row = Mapping[str, Any]

SECRET: Mapping[str, frozenset[str]] = {
    "account": frozenset({"password_hash", "totp_sealed", "totp_last_step"}),
    "apieffect": frozenset({"key_hash", "request_hash"}),
    "apitoken": frozenset({"token_hash"}),
    "invitation": frozenset({"token_hash"}),
    "knowndevice": frozenset({"token_hash"}),
    "passwordreset": frozenset({"token_hash"}),
    "recoverycode": frozenset({"code_hash"}),
    "signin": frozenset({"token_hash"}),
}
"""Columns that prove who somebody is: in nobody's export."""

OF_OTHERS: Mapping[str, frozenset[str]] = {
    "appeal": frozenset({"sent_by", "answered_by"}),
    "auditentry": frozenset({"actor", "address", "reason", "details", "previous_hash", "hash", "subject"}),
    "comment": frozenset({"author_id"}),
    "consent": frozenset({"given_by"}),
    "invitation": frozenset({"invited_by"}),
    "outcome": frozenset({"published_by"}),
    "question": frozenset({"asked_by", "relayed_by", "answered_by"}),
    "review": frozenset(
        {"aggregate", "desk", "excluded", "liking", "pinned", "place", "reviewer", "revision", "turn"}
    ),
    "reviewstep": frozenset({"act", "before", "desk", "reviewer"}),
    "roundevent": frozenset({"done_by"}),
    "submission": frozenset({"edited_by"}),
}
"""Columns a startup's export leaves out: who else acted, and where it stands among other startups."""

OF_THE_AGENCY: Mapping[str, frozenset[str]] = {"question": frozenset({"text", "asked_at"})}
"""Columns that only the operator's export of a startup holds: a reviewer's words before a manager's."""

PASSED_ON = ("relayed", "answered")
"""States of a question its founders have seen; the others are working papers."""

WORKING_PAPERS = (Review, ReviewStep, Comment)
"""Tables of a review that an agency has not released: only the operator's export holds them."""

_FOR_FOUNDERS: Mapping[str, frozenset[str]] = {
    **OF_OTHERS,
    **{name: OF_OTHERS.get(name, frozenset()) | columns for name, columns in OF_THE_AGENCY.items()},
}

_OF_STARTUP: tuple[type[SQLModel], ...] = (
    Profile,
    Submission,
    ProgramInterest,
    Consent,
    Candidacy,
    Outcome,
    RoundEvent,
    Appeal,
    StartupMember,
    Invitation,
)

_OF_ACCOUNT: tuple[type[SQLModel], ...] = (
    StartupMember,
    AgencyMember,
    ConflictAnswer,
    OutsideTie,
    Notice,
    SignIn,
    KnownDevice,
    RecoveryCode,
    PasswordReset,
    ApiToken,
    ApiEffect,
)

_DONE_BY: tuple[tuple[type[SQLModel], str, tuple[str, ...]], ...] = (
    (Submission, "edited_by", ("id", "startup_id", "number", "edited_at")),
    (Consent, "given_by", ("id", "startup_id", "agency_id", "purpose", "given_at")),
    (Appeal, "sent_by", ("id", "startup_id", "program_id", "sent_at")),
    (Appeal, "answered_by", ("id", "startup_id", "program_id", "answered_at")),
    (Outcome, "published_by", ("program_id", "startup_id", "published_at")),
    (RoundEvent, "done_by", ("id", "startup_id", "program_id", "done_at")),
    (Review, "reviewer", ("program_id", "startup_id", "changed_at")),
    (ReviewStep, "reviewer", ("id", "program_id", "startup_id", "changed_at")),
    (Comment, "author_id", ("id", "program_id", "startup_id", "written_at", "withdrawn_at")),
    (Question, "asked_by", ("id", "program_id", "startup_id", "asked_at")),
    (Question, "relayed_by", ("id", "program_id", "startup_id", "relayed_at")),
    (Question, "answered_by", ("id", "program_id", "startup_id", "answered_at")),
    (ConflictAnswer, "ruled_by", ("startup_id", "state", "ruled_at")),
    (Invitation, "invited_by", ("id", "role", "created_at")),
)
"""What an account did to things of others: the table, the column that names it, and what is told of it."""


@dataclass(frozen=True, slots=True)
class SubjectExport:
    """Everything held about one startup or account: rows by table, each a mapping of plain values."""

    kind: Erased
    id: str
    made_at: datetime
    tables: Mapping[str, tuple[Row, ...]]

    @property
    def document(self) -> dict[str, Any]:
        """The export as JSON holds it."""
        return {
            "format": FORMAT,
            "kind": self.kind.value,
            "id": self.id,
            "made_at": self.made_at.isoformat(),
            "tables": {name: list(rows) for name, rows in self.tables.items()},
        }


def export_subject(session: Session, subject_id: str) -> SubjectExport:
    """Export everything held about a startup or an account, for the operator; written down.

    Args:
        session: an open write unit.
        subject_id: id of a startup or of an account.

    Raises:
        UnknownThingError: nothing has this id.
    """
    kind = kind_of(session, subject_id)
    if kind is Erased.STARTUP:
        found = _of_startup(session, session.get_one(Startup, subject_id), working_papers=True)
        record(session, OPERATOR, Act.DATA_EXPORTED, subject=subject_id)
    else:
        found = _of_account(session, session.get_one(Account, subject_id))
        record(session, OPERATOR, Act.DATA_EXPORTED, about=subject_id)
    return found


def export_own_startup(session: Session, actor: Actor, startup_id: str) -> SubjectExport:
    """Export everything held about a startup, for its founders; an agency's working papers stay with it.

    Raises:
        UnknownStartupError: the actor is no founder of it.
    """
    return _of_startup(session, own_startup(session, actor, startup_id), working_papers=False)


def export_own_account(session: Session, actor: Actor) -> SubjectExport:
    """Export everything held about the own account.

    Raises:
        SecondFactorNeededError: the session still waits for its code.
    """
    return _of_account(session, own_account(session, actor))


def note_export(session: Session, actor: Actor, kind: Erased, subject_id: str) -> None:
    """Write down that somebody took away what is held about a startup or the own account."""
    if kind is Erased.STARTUP:
        record(session, actor, Act.DATA_EXPORTED, subject=subject_id)
    else:
        record(session, actor, Act.DATA_EXPORTED, about=subject_id)


def _of_startup(session: Session, startup: Startup, *, working_papers: bool) -> SubjectExport:
    tables: dict[str, tuple[Row, ...]] = {"startup": (_row(startup, OF_OTHERS),)}
    for table in (*_OF_STARTUP, *(WORKING_PAPERS if working_papers else ())):
        tables[_name(table)] = _rows(session, table, _column(table, "startup_id") == startup.id, OF_OTHERS)
    asked = col(Question.startup_id) == startup.id
    seen = asked if working_papers else asked & col(Question.state).in_(PASSED_ON)
    tables["question"] = _rows(session, Question, seen, OF_OTHERS if working_papers else _FOR_FOUNDERS)
    tables["textembedding"] = _readings(session, startup.id)
    quoted = func.instr(cast(col(AuditEntry.details), String), f'"{startup.id}"') > 0
    tables["auditentry"] = _rows(
        session, AuditEntry, or_(col(AuditEntry.subject) == startup.id, quoted), OF_OTHERS
    )
    return SubjectExport(Erased.STARTUP, startup.id, now_utc(), tables)


def _of_account(session: Session, account: Account) -> SubjectExport:
    tables: dict[str, tuple[Row, ...]] = {"account": (_row(account, {}),)}
    for table in _OF_ACCOUNT:
        tables[_name(table)] = _rows(session, table, _column(table, "account_id") == account.id, {})
    tables["invitation"] = _rows(session, Invitation, col(Invitation.email) == account.email, OF_OTHERS)
    tables["auditentry"] = _rows(session, AuditEntry, col(AuditEntry.actor) == account.id, {})
    tables["auditentry_about"] = _rows(
        session,
        AuditEntry,
        (col(AuditEntry.object) == account.id) & (col(AuditEntry.actor) != account.id),
        OF_OTHERS,
    )
    for table, column, told in _DONE_BY:
        rows = session.exec(select(table).where(_column(table, column) == account.id)).all()
        tables[f"{_name(table)}_{column}"] = tuple(
            {name: _plain(getattr(row, name)) for name in told} for row in rows
        )
    return SubjectExport(Erased.ACCOUNT, account.id, now_utc(), tables)


def _readings(session: Session, startup_id: str) -> tuple[Row, ...]:
    """Give what was read from the startup's texts: vectors and analyses."""
    own = session.exec(select(Profile.text, Profile.language).where(Profile.startup_id == startup_id))
    digests = sorted({content_hash(SourceText(text, Language(language))) for text, language in own})
    return _rows(session, TextEmbedding, col(TextEmbedding.content_hash).in_(digests), {})


def _rows(
    session: Session,
    table: type[SQLModel],
    condition: ColumnElement[bool],
    hidden: Mapping[str, frozenset[str]],
) -> tuple[Row, ...]:
    order = [_column(table, key.name) for key in table.__table__.primary_key]  # type: ignore[attr-defined]
    return tuple(_row(row, hidden) for row in session.exec(select(table).where(condition).order_by(*order)))


def _row(row: SQLModel, hidden: Mapping[str, frozenset[str]]) -> Row:
    name = _name(type(row))
    left_out = SECRET.get(name, frozenset()) | hidden.get(name, frozenset())
    columns = row.__table__.columns.keys()  # type: ignore[attr-defined]
    return {column: _plain(getattr(row, column)) for column in columns if column not in left_out}


def _name(table: type[SQLModel]) -> str:
    return str(table.__table__.name)  # type: ignore[attr-defined]


def _column(table: type[SQLModel], name: str) -> Any:
    return getattr(table, name)


def _plain(value: Any) -> Any:
    """Give a stored value as JSON can hold it; vectors are float32 bytes in base 64."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
