"""Put a backup back: everything is checked and made ready beside the database, then takes its place at once.

People erased since the backup are erased again before anybody is served, and the sessions it held are over.
"""

import os
import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, delete

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows import tombstones
from matcher.workflows.audit_checks import Fault, verify
from matcher.workflows.audit_heads import (
    HEADS_FILE,
    Head,
    Heads,
    anchor,
    newest_entry,
    note_restoration,
    read_heads,
)
from matcher.workflows.audits import NO_HASH, Act, record
from matcher.workflows.backups import (
    DATABASE,
    BackupError,
    Manifest,
    check_database,
    check_file,
    read_backup,
    sqlite_file,
)
from matcher.workflows.erasures import truncate_log
from matcher.workflows.private_files import copy_file, make_folder, sync_file, sync_folder
from matcher.workflows.server_key import KEY_FILE, ServerKeyError
from matcher.workflows.serving_locks import InUseError, alone
from matcher.workflows.tombstones import TOMBSTONES_FILE
from models.access import OPERATOR
from models.base import now_utc
from models.database import (
    head_revision,
    known_revisions,
    migrate,
    open_engine,
    open_reader,
    read_session,
    write_session,
)
from models.tables import PasswordReset, SignIn

_BESIDE = ("", "-wal", "-shm")
"""Endings of the files SQLite keeps for one database."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        manifest: the backup that was put back.
        before: where the database that was there lies now; None where there was none.
        erased: startups and accounts that were erased since and came back with the backup.
        lost: audit entries that were written after the backup and are gone.
        fault: what is wrong with the backup's audit log; None where it is in order.
    """

    manifest: Manifest
    before: Path | None
    erased: int
    lost: int
    fault: Fault | None


def restore(settings: Settings, folder: Path, *, replace: bool = False) -> Restored:
    """Put a backup in the place of the database.

    Args:
        settings: name the database and the folder of what must outlive it.
        folder: a backup.
        replace: move a database that is there out of the way; else it is refused.

    Raises:
        BackupError: the backup is damaged, or made by a newer version.
        FieldError: there is a database already, or it is not SQLite.
        InUseError: a server is running, or another program has the database open.
        ServerKeyError: the key here is another than the backup's.
    """
    target = sqlite_file(settings)
    manifest = read_backup(folder)
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"backup: schema {manifest.revision} is newer than this version ({head_revision()}): upgrade"
        )
    with alone(settings):
        if any(_beside(target, ending).exists() for ending in _BESIDE) and not replace:
            raise FieldError("database", f"{target} is there already; --replace moves it out of the way")
        _check_key(settings, folder, manifest)
        _fold_log(target)
        for left_over in target.parent.glob(f".{target.name}.*.restored*"):
            left_over.unlink()
        fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.restored")
        try:
            return _put_back(settings, folder, manifest, target, fresh)
        finally:
            for ending in _BESIDE:
                _beside(fresh, ending).unlink(missing_ok=True)


def _check_key(settings: Settings, folder: Path, manifest: Manifest) -> None:
    own = settings.keep / KEY_FILE
    if KEY_FILE not in manifest.files or not own.exists():
        return
    if own.read_bytes().strip() != (folder / KEY_FILE).read_bytes().strip():
        raise ServerKeyError(
            f"server key: {own} is not the one of the backup, so no second factor could be read with it;"
            " move it away first if the backup's is the right one"
        )


def _fold_log(target: Path) -> None:
    """Bring what SQLite's log holds into the file, so that one rename replaces the whole database."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        # Damaged, and perhaps the reason for restoring: it is moved aside as it is.
        return
    # SQLite deletes the log when the last one who has the database open closes it.
    if _beside(target, "-wal").exists():
        raise InUseError(f"database: another program has {target} open; stop it first")


def _put_back(settings: Settings, folder: Path, manifest: Manifest, target: Path, fresh: Path) -> Restored:
    copy_file(folder / DATABASE, fresh)
    # The copy, not the original: a disk that fails while it is read is found here.
    check_file(fresh, manifest.files[DATABASE])
    check_database(fresh)
    _keep_files(settings, folder, manifest)
    heads = read_heads(settings.keep)
    lost = max(0, max(heads.newest, _newest_of(target)) - manifest.head[0])
    engine = open_engine(f"sqlite:///{fresh}")
    try:
        erased, fault = _make_ready(settings, engine, manifest, heads, lost)
    finally:
        engine.dispose()
    sync_file(fresh)
    # Said before it is done: a log that goes on from this entry also fits the database that is still there.
    note_restoration(settings.keep, _head(manifest), lost)
    before = _take_place(target, fresh)
    _anchor(settings)
    return Restored(manifest, before, erased, lost, fault)


def _make_ready(
    settings: Settings, engine: Engine, manifest: Manifest, heads: Heads, lost: int
) -> tuple[int, Fault | None]:
    """Bring the copy to this version, erase again who was erased, end its sessions, write it down.

    Returns:
        How many were erased again, and what is wrong with the copy's audit log.
    """
    migrate(engine)
    reached = tuple(head for head in heads.in_force if head.id <= manifest.head[0])
    with read_session(engine) as session:
        fault = verify(session, Heads(reached)).fault
    stones = tombstones.read(settings.keep / TOMBSTONES_FILE)
    with write_session(engine) as session:
        erased = tombstones.replay(session, tombstones.kept_key(settings), stones) if stones else 0
        _end_sessions(session)
        details = {
            "backup": manifest.created_at.isoformat(),
            "entry": manifest.head[0],
            "lost": lost,
            "fault": str(fault or ""),
        }
        record(session, OPERATOR, Act.RESTORED, details=details)
    truncate_log(engine)
    return erased, fault


def _end_sessions(session: Session) -> None:
    """Sessions and reset links that ended since the backup must not come back with it."""
    session.exec(delete(SignIn))
    session.exec(delete(PasswordReset))


def _keep_files(settings: Settings, folder: Path, manifest: Manifest) -> None:
    """Bring key, tombstones and heads of the backup to where they are kept, as far as they are missing."""
    make_folder(settings.keep)
    for name in (KEY_FILE, HEADS_FILE):
        if name in manifest.files and not (settings.keep / name).exists():
            copy_file(folder / name, settings.keep / name)
    if TOMBSTONES_FILE in manifest.files:
        tombstones.merge(settings.keep, tombstones.read(folder / TOMBSTONES_FILE))
    sync_folder(settings.keep)


def _newest_of(target: Path) -> int:
    """Give the newest audit entry of the database that is replaced; 0 where it cannot be read."""
    if not target.is_file():
        return 0
    engine = open_reader(f"sqlite:///{target}")
    try:
        with read_session(engine) as session:
            newest = newest_entry(session)
    except SQLAlchemyError:
        return 0
    finally:
        engine.dispose()
    return newest.id if newest else 0


def _head(manifest: Manifest) -> Head:
    return Head(manifest.head[0], manifest.head[1] or NO_HASH, now_utc())


def _take_place(target: Path, fresh: Path) -> Path | None:
    """Move the database that is there aside, with its log, and put the new one in its place."""
    before = None
    if any(_beside(target, ending).exists() for ending in _BESIDE):
        stamp = now_utc().strftime("%Y%m%dT%H%M%SZ")
        before = target.with_name(f"{target.name}.before-{stamp}-{secrets.token_hex(2)}")
        for ending in _BESIDE[1:]:
            if _beside(target, ending).exists():
                _beside(target, ending).rename(_beside(before, ending))
        if target.exists():
            # A second name first: at no moment is there no database.
            os.link(target, before)
    fresh.replace(target)
    sync_folder(target.parent)
    return before


def _anchor(settings: Settings) -> None:
    engine = open_engine(settings.url)
    try:
        anchor(settings, engine)
    finally:
        engine.dispose()


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
