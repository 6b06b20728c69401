"""Back up a database that is being served into a folder of its own, and check such a folder.

The copy is made by SQLite's online backup in one step: one state of the database, while writers go on. The
folder is built beside its place and renamed when everything in it is on the disk.
"""

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlmodel import Session

from matcher.errors import FieldError, LandfallError
from matcher.settings import Settings
from matcher.workflows.audit_heads import HEADS_FILE, anchor
from matcher.workflows.audits import Act, record
from matcher.workflows.private_files import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    copy_file,
    sync_file,
    sync_folder,
    write_file,
)
from matcher.workflows.server_key import KEY_FILE
from matcher.workflows.serving_locks import database_file
from matcher.workflows.tombstones import TOMBSTONES_FILE
from models.access import OPERATOR
from models.base import now_utc
from models.database import head_revision, open_engine, schema_revision, write_session

MANIFEST = "manifest.json"
DATABASE = "landfall.db"
FORMAT = 1
_FILES = (DATABASE, KEY_FILE, TOMBSTONES_FILE, HEADS_FILE)


class BackupError(LandfallError):
    """A backup is damaged or cannot be used here."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in a backup's manifest.

    Attributes:
        created_at: when the copy was made.
        landfall: the version of this software.
        sqlite: the version of SQLite.
        revision: the database's schema.
        files: SHA-256 of each file.
        rows: rows of each table.
        head: id and hash of the newest audit entry; 0 and an empty hash where there is none.
    """

    created_at: datetime
    landfall: str
    sqlite: str
    revision: str
    files: Mapping[str, str]
    rows: Mapping[str, int]
    head: tuple[int, str]


def back_up(settings: Settings, folder: Path) -> Manifest:
    """Copy database, server key, tombstones and audit heads into a new folder, while the site may be served.

    Args:
        settings: name the database and the folder of what must outlive it.
        folder: where the backup is to lie; new, or empty.

    Returns:
        The manifest.

    Raises:
        FieldError: the folder is in use, or the database is not SQLite.
        BackupError: there is no database, or its copy is damaged.
        OSError: the disk is full or broken; no folder is left behind.
    """
    source = sqlite_file(settings)
    if not source.is_file():
        raise BackupError("database: there is none yet; run landfall migrate")
    if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise FieldError("folder", f"{folder} is in use; name a new folder or an empty one")
    _note(settings, folder.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    part.mkdir(mode=PRIVATE_FOLDER)
    try:
        manifest = _fill(settings, source, part)
        part.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return manifest


def sqlite_file(settings: Settings) -> Path:
    """Give the file of the database.

    Raises:
        FieldError: it is not SQLite.
    """
    file = database_file(settings)
    if file is None:
        raise FieldError(
            "database", "is no SQLite file: back it up and restore it with its own tools, such as pg_dump"
        )
    return file


def read_backup(folder: Path) -> Manifest:
    """Read a backup's manifest and compare every file with it.

    Raises:
        BackupError: a file is missing or is not the one that was written.
    """
    try:
        values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = _manifest_of(values)
    except OSError as error:
        raise BackupError(f"backup: {folder} is none: {MANIFEST} cannot be read") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"backup: {folder / MANIFEST} is not a manifest this version knows") from error
    if DATABASE not in manifest.files or set(manifest.files) - set(_FILES):
        raise BackupError(f"backup: {folder / MANIFEST} names other files than a backup has")
    for name, digest in manifest.files.items():
        check_file(folder / name, digest)
    return manifest


def check_file(path: Path, digest: str) -> None:
    """Compare a file with its SHA-256.

    Raises:
        BackupError: it is missing or another.
    """
    try:
        found = _sha256(path)
    except OSError as error:
        raise BackupError(f"backup: {path} cannot be read: {error.strerror}") from error
    if found != digest:
        raise BackupError(f"backup: {path} is not the file that was backed up; its SHA-256 differs")


def check_database(path: Path) -> None:
    """Let SQLite look through a database file nobody has open.

    Raises:
        BackupError: it is damaged, or rows point to rows that are not there.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        try:
            whole = connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
            strays = connection.execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.DatabaseError as error:
            raise BackupError(f"database: {path} cannot be read: {error}") from error
    if not whole or strays:
        raise BackupError(f"database: {path} is damaged" if not whole else f"database: {path} has stray rows")


def _note(settings: Settings, name: str) -> None:
    """Write the backup into the audit log before any data leaves, and anchor the log's head."""
    engine = open_engine(settings.url)
    try:
        found = schema_revision(engine)
        if found is None:
            raise BackupError("database: holds nothing yet; run landfall migrate")
        # Before an upgrade the schema is older than this version; such a database is copied all the same.
        if found == head_revision():
            with write_session(engine) as session:
                record_backup(session, name)
            anchor(settings, engine)
    finally:
        engine.dispose()


def record_backup(session: Session, name: str) -> None:
    """Write down that everything was copied; `name` is the folder's own name."""
    record(session, OPERATOR, Act.BACKED_UP, details={"folder": name})


def _fill(settings: Settings, source: Path, part: Path) -> Manifest:
    # Heads first and tombstones last: every head names an entry of the copy, and nobody erased is left out.
    for name in (HEADS_FILE, KEY_FILE):
        _copy_kept(settings.keep / name, part / name)
    _copy_database(source, part / DATABASE)
    _copy_kept(settings.keep / TOMBSTONES_FILE, part / TOMBSTONES_FILE)
    check_database(part / DATABASE)
    revision, rows, head = _look_into(part / DATABASE)
    manifest = Manifest(
        created_at=now_utc(),
        landfall=version("landfall"),
        sqlite=sqlite3.sqlite_version,
        revision=revision,
        files={name: _sha256(part / name) for name in _FILES if (part / name).exists()},
        rows=rows,
        head=head,
    )
    write_file(part / MANIFEST, json.dumps(_document(manifest), indent=2).encode() + b"\n")
    sync_folder(part)
    return manifest


def _copy_kept(source: Path, target: Path) -> None:
    if source.exists():
        copy_file(source, target)


def _copy_database(source: Path, target: Path) -> None:
    """Copy one state of a database that others read and write."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.execute("PRAGMA query_only = ON")
        # All pages in one step: page by page, every write in between would begin the copy anew.
        reading.backup(writing, pages=-1)
        # One file without a log beside it, readable where nothing can be written.
        writing.execute("PRAGMA journal_mode = DELETE")
    sync_file(target)


def _look_into(path: Path) -> tuple[str, dict[str, int], tuple[int, str]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        rows = {
            name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
            for (name,) in tables
        }
        head = None
        if "auditentry" in rows:
            newest = "SELECT id, hash FROM auditentry ORDER BY id DESC LIMIT 1"
            head = connection.execute(newest).fetchone()
    return str(revision), rows, (0, "") if head is None else (int(head[0]), str(head[1]))


def _document(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "created_at": manifest.created_at.isoformat(),
        "landfall": manifest.landfall,
        "sqlite": manifest.sqlite,
        "revision": manifest.revision,
        "files": dict(manifest.files),
        "rows": dict(manifest.rows),
        "audit_head": {"id": manifest.head[0], "hash": manifest.head[1]},
    }


def _manifest_of(values: Any) -> Manifest:
    if values["format"] != FORMAT:
        raise ValueError("format")
    head = values["audit_head"]
    return Manifest(
        created_at=datetime.fromisoformat(values["created_at"]),
        landfall=str(values["landfall"]),
        sqlite=str(values["sqlite"]),
        revision=str(values["revision"]),
        files={str(name): str(digest) for name, digest in values["files"].items()},
        rows={str(name): int(count) for name, count in values["rows"].items()},
        head=(int(head["id"]), str(head["hash"])),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
