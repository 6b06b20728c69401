"""Who was erased, as keyed hashes outside the database: what an older database brings back goes again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import LandfallError
from matcher.settings import Settings
from matcher.workflows.audits import Act, record
from matcher.workflows.erasures import erase_account, erase_startup, truncate_log
from matcher.workflows.private_files import append_line
from matcher.workflows.server_key import KEY_FILE, ServerKey, ServerKeyError, read_key
from models.access import OPERATOR
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, Startup

TOMBSTONES_FILE = "tombstones.jsonl"


class Erased(StrEnum):
    """What can be erased."""

    STARTUP = "startup"
    ACCOUNT = "account"


class TombstonesError(LandfallError):
    """The file of tombstones cannot be read; serving without it could bring erased people back."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One erasure: recognised by who holds the server key, and telling nobody else anything."""

    kind: Erased
    hash: str
    at: datetime

    @property
    def line(self) -> str:
        """The line of the file."""
        return json.dumps({"kind": self.kind.value, "hash": self.hash, "at": self.at.isoformat()})


def hash_of(key: ServerKey, kind: Erased, thing_id: str) -> str:
    """Hash the id of a startup or account as a tombstone keeps it."""
    return key.keyed_hash(f"tombstone {kind.value}", thing_id)


def add(keep: Path, key: ServerKey, kind: Erased, thing_id: str) -> Tombstone:
    """Write a tombstone; to be done before the rows are deleted, so that a crash between is made good."""
    stone = Tombstone(kind, hash_of(key, kind, thing_id), now_utc())
    append_line(keep / TOMBSTONES_FILE, stone.line)
    return stone


def read(path: Path) -> tuple[Tombstone, ...]:
    """Read a file of tombstones, each erasure once; no file means that nobody was erased.

    Raises:
        TombstonesError: a line of it is no tombstone. One that a crash cut off, so that it has no end, is
            left out: its erasure had not begun.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise TombstonesError(f"tombstones: {path} cannot be read") from error
    found: dict[tuple[Erased, str], Tombstone] = {}
    for number, line in enumerate(content.split("\n"), 1):
        if not line.endswith("}"):
            continue
        try:
            values = json.loads(line)
            stone = Tombstone(
                Erased(values["kind"]), str(values["hash"]), datetime.fromisoformat(values["at"])
            )
        except (ValueError, KeyError, TypeError) as error:
            raise TombstonesError(f"tombstones: {path}, line {number}: is no tombstone") from error
        found.setdefault((stone.kind, stone.hash), stone)
    return tuple(found.values())


def merge(keep: Path, others: Iterable[Tombstone]) -> int:
    """Add the tombstones that are not there yet; give their number."""
    path = keep / TOMBSTONES_FILE
    known = {(stone.kind, stone.hash) for stone in read(path)}
    missing = [stone for stone in others if (stone.kind, stone.hash) not in known]
    for stone in missing:
        append_line(path, stone.line)
    return len(missing)


def replay(session: Session, key: ServerKey, stones: Iterable[Tombstone]) -> int:
    """Delete every startup and account that was erased before; give how many there were.

    Args:
        session: an open write unit.
        key: the key the tombstones were made with.
        stones: the tombstones.
    """
    back = _returned(session, key, frozenset((stone.kind, stone.hash) for stone in stones))
    for kind, thing_id in back:
        if kind is Erased.STARTUP:
            erase_startup(session, OPERATOR, thing_id)
            record(session, OPERATOR, Act.ERASED, subject=thing_id, details={"again": True})
        else:
            erase_account(session, thing_id)
            record(session, OPERATOR, Act.ERASED, about=thing_id, details={"again": True})
    return len(back)


def erase_again(settings: Settings, engine: Engine) -> int:
    """Delete what an older database brought back, before anybody is served; give how many there were.

    Without a tombstone nothing is opened; without anybody returned nothing is written.

    Raises:
        ServerKeyError: the key the tombstones were made with is gone.
        TombstonesError: the tombstones cannot be read.
    """
    stones = read(settings.keep / TOMBSTONES_FILE)
    if not stones:
        return 0
    key = kept_key(settings)
    with read_session(engine) as session:
        if not _returned(session, key, frozenset((stone.kind, stone.hash) for stone in stones)):
            return 0
    with write_session(engine) as session:
        erased = replay(session, key, stones)
    truncate_log(engine)
    return erased


def kept_key(settings: Settings) -> ServerKey:
    """Read the key the tombstones were made with; a new one would recognise nobody.

    Raises:
        ServerKeyError: it is gone.
    """
    path = settings.keep / KEY_FILE
    try:
        return read_key(path)
    except FileNotFoundError as error:
        raise ServerKeyError(
            f"server key: {path} is gone; without it nobody knows who was erased, so nothing is served"
        ) from error


def _returned(
    session: Session, key: ServerKey, erased: frozenset[tuple[Erased, str]]
) -> list[tuple[Erased, str]]:
    """Find the ids that were erased before."""
    there = [(Erased.STARTUP, startup) for startup in session.exec(select(Startup.id))]
    there += [(Erased.ACCOUNT, account) for account in session.exec(select(Account.id))]
    return [(kind, thing_id) for kind, thing_id in there if (kind, hash_of(key, kind, thing_id)) in erased]
