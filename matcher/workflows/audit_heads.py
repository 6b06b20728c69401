"""Heads of the audit log, kept outside the database.

The chain alone cannot tell that its end was cut off or that an older file was put back; a head that was
written elsewhere can. The file only ever grows.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.settings import Settings
from matcher.workflows.private_files import append_line
from models.base import now_utc
from models.database import database_exists, head_revision, read_session, schema_revision
from models.tables import AuditEntry

HEADS_FILE = "audit-heads.jsonl"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of the log as it was at some time."""

    id: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Restoration:
    """An older database that was put back on purpose.

    Attributes:
        head: the newest entry it held.
        lost: how many entries were written after it and are gone.
    """

    head: Head
    lost: int


@dataclass(frozen=True, slots=True)
class Heads:
    """What the file says.

    Attributes:
        in_force: heads the log must hold, oldest first.
        restorations: the times an older database was put back, oldest first.
        unread: lines that say nothing, as a crash may leave them.
    """

    in_force: tuple[Head, ...] = ()
    restorations: tuple[Restoration, ...] = ()
    unread: int = 0

    @property
    def newest(self) -> int:
        """Id of the newest entry that was ever anchored and not given up, 0 for none."""
        return max((head.id for head in self.in_force), default=0)


def read_heads(keep: Path) -> Heads:
    """Read the heads kept outside the database; no file means that there are none yet."""
    try:
        lines = (keep / HEADS_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return Heads()
    heads: list[Head] = []
    restorations: list[Restoration] = []
    unread = 0
    for line in filter(None, lines):
        try:
            restored, head, lost = _read_line(line)
        except (ValueError, KeyError, TypeError):
            unread += 1
            continue
        if restored:
            heads = [known for known in heads if known.id <= head.id]
            restorations.append(Restoration(head, lost))
        heads.append(head)
    return Heads(tuple(heads), tuple(restorations), unread)


def newest_entry(session: Session) -> Head | None:
    """Give the newest entry of the log; None where it is empty."""
    row = session.exec(
        select(AuditEntry.id, AuditEntry.hash, AuditEntry.at).order_by(col(AuditEntry.id).desc()).limit(1)
    ).first()
    return None if row is None or row[0] is None else Head(row[0], row[1], row[2])


def anchor(settings: Settings, engine: Engine) -> Head | None:
    """Write the newest entry down outside the database, unless it stands there already.

    Returns:
        The newest entry; None where there is none, or no database of this version.
    """
    if not database_exists(settings.url) or schema_revision(engine) != head_revision():
        return None
    with read_session(engine) as session:
        newest = newest_entry(session)
    if newest is None:
        return None
    known = read_heads(settings.keep).in_force
    if not known or (known[-1].id, known[-1].hash) != (newest.id, newest.hash):
        line = {"at": now_utc().isoformat(), "id": newest.id, "hash": newest.hash}
        append_line(settings.keep / HEADS_FILE, json.dumps(line))
    return newest


def note_restoration(keep: Path, head: Head, lost: int) -> None:
    """Write down that the log goes on from an older entry, and how many entries were lost by it."""
    line = {"restored_to": head.id, "hash": head.hash, "at": now_utc().isoformat(), "lost": lost}
    append_line(keep / HEADS_FILE, json.dumps(line))


def _read_line(line: str) -> tuple[bool, Head, int]:
    values = json.loads(line)
    restored = "restored_to" in values
    found = values["restored_to"] if restored else values["id"]
    head = Head(int(found), str(values["hash"]), datetime.fromisoformat(values["at"]))
    return restored, head, int(values.get("lost", 0))
