"""Whether the audit log is what was written: the first entry that is not, and why."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, type_coerce
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from matcher.workflows.audit_heads import Head, Heads
from matcher.workflows.audits import NO_HASH, content_hash
from models.tables import AuditEntry, metadata

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that is not as it was written."""

    entry: int
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"entry {self.entry} {self.reason}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk through the log found.

    Attributes:
        entries: entries found in order.
        newest: the last of them.
        fault: the first entry that is not in order; None where all are.
    """

    entries: int
    newest: Head | None
    fault: Fault | None


def verify(session: Session, heads: Heads) -> Verification:
    """Walk through the whole log.

    Finds an entry that was edited, deleted, moved or inserted, and, by the heads kept outside, a log whose
    end was cut off, that was written anew, or that an older file took the place of. What was cut off since
    the last head was written cannot be found.

    Args:
        session: one view of the database.
        heads: what was written down outside.
    """
    anchored: dict[int, set[str]] = {}
    for head in heads.in_force:
        anchored.setdefault(head.id, set()).add(head.hash)
    wanted, newest, fault = 1, None, None
    for row in _rows(session):
        fault = _fault(row, wanted, newest.hash if newest else NO_HASH, anchored)
        if fault:
            break
        newest = row
        wanted += 1
    last = Head(newest.id, newest.hash, _time(newest.at)) if newest else None
    return Verification(wanted - 1, last, fault or _cut_off(wanted, heads))


def check_heads(session: Session, heads: Heads) -> Fault | None:
    """Compare the heads alone with the entries they name: quick, whatever the size of the log."""
    for head in heads.in_force:
        found = session.exec(select(AuditEntry.hash).where(col(AuditEntry.id) == head.id)).first()
        if found is None and head.id > 0:
            return Fault(head.id, _missing_end(head))
        if found is not None and found != head.hash:
            return Fault(head.id, _OTHER)
    return None


_MISSING_END = (
    "is missing: the head written down {at} names entry {head}, so the end was cut off or an older"
    " database was put in place"
)
_OTHER = "is not the one that was anchored outside the database"


def _rows(session: Session) -> Iterator[Any]:
    table = metadata.tables["auditentry"]
    # Taken as text: a value that cannot be read is a finding and must not end the walk.
    columns = [
        type_coerce(column, String).label(column.name) if column.name in {"at", "details"} else column
        for column in table.columns
    ]
    query = select_columns(*columns).order_by(table.c.id).execution_options(yield_per=_AT_ONCE)
    yield from session.connection().execute(query)


def _fault(row: Any, wanted: int, before: str, anchored: dict[int, set[str]]) -> Fault | None:
    if row.id > wanted:
        return Fault(wanted, "is missing: it was deleted")
    if row.id < wanted:
        return Fault(row.id, "was inserted: the log begins with entry 1")
    if _hash(row) != row.hash:
        return Fault(row.id, "was changed, or another one was put in its place")
    if row.previous_hash != before:
        return Fault(row.id, "does not follow the entry before it: the log was written anew from here")
    if anchored.get(row.id, {row.hash}) != {row.hash}:
        return Fault(row.id, _OTHER)
    return None


def _cut_off(wanted: int, heads: Heads) -> Fault | None:
    for head in heads.in_force:
        if head.id >= wanted:
            return Fault(wanted, _missing_end(head))
    return None


def _missing_end(head: Head) -> str:
    return _MISSING_END.format(at=head.at.isoformat(), head=head.id)


def _hash(row: Any) -> str:
    """Hash a row's content as it stands; nothing where it cannot be read."""
    try:
        return content_hash(row, _time(row.at), json.loads(row.details))
    except (TypeError, ValueError):
        return ""


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
