"""Backup and restore: the drill under load, and every way a backup may be unfit to use."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows import backups, restores
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.audit_checks import Verification, verify
from matcher.workflows.audit_heads import HEADS_FILE, read_heads
from matcher.workflows.audits import Act, record
from matcher.workflows.backups import DATABASE, MANIFEST, BackupError, back_up, read_backup
from matcher.workflows.restores import restore
from matcher.workflows.review_queues import open_queue
from matcher.workflows.reviews import set_pin
from matcher.workflows.server_key import KEY_FILE, ServerKeyError, make_key
from matcher.workflows.serving_locks import LOCK_FILE, InUseError, alone
from matcher.workflows.tombstones import TOMBSTONES_FILE, Erased, add
from models.access import OPERATOR
from models.database import (
    MIGRATIONS,
    head_revision,
    migrate,
    open_engine,
    read_session,
    schema_revision,
    write_session,
)
from models.tables import Account, AuditEntry, ReviewStep, SignIn, Startup

PROGRAM = "ksc-seattle"
TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Place:
    """An installation: its settings, and its open database."""

    settings: Settings
    engine: Engine


@pytest.fixture
def here(settings: Settings, engine: Engine) -> Place:
    """Give the seeded installation, with an account, a session and an audit entry."""
    make_key(settings)
    with write_session(engine) as session:
        account = Account(email="rae@office.example", name="Rae", password_hash="hash")  # noqa: S106  no password
        session.add(account)
        session.flush()
        session.add(SignIn(account_id=account.id, token_hash="h"))  # noqa: S106  no token
        record(session, OPERATOR, Act.ACCOUNT_CREATED, about=account.id)
    return Place(settings, engine)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    """Give the settings of another machine, where nothing is yet."""
    return Settings(data_dir=tmp_path / "machine" / "data", encoder="hashing")


def first_twenty(engine: Engine, analyst: LocalAnalyst) -> list[str]:
    """Rank the startups of a program."""
    with read_session(engine) as session:
        queue = open_queue(session, OPERATOR, analyst, PROGRAM, today=TODAY)
    return [candidate.startup_id for candidate in queue.candidates[:20]]


def accounts(session: Session) -> list[dict[str, object]]:
    """Give everything that is needed to sign in."""
    return [account.model_dump() for account in session.exec(select(Account).order_by(col(Account.id)))]


def verified(settings: Settings, engine: Engine) -> Verification:
    """Check the audit log with the heads kept outside."""
    with read_session(engine) as session:
        return verify(session, read_heads(settings.keep))


def acts(engine: Engine) -> list[str]:
    """List what was written down."""
    with read_session(engine) as session:
        return list(session.exec(select(AuditEntry.act).order_by(col(AuditEntry.id))))


def count(engine: Engine, table: type) -> int:
    """Count rows."""
    with read_session(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def names(folder: Path) -> list[str]:
    """List what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def rewrite(folder: Path, **changes: object) -> None:
    """Change a manifest."""
    path = folder / MANIFEST
    values = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(values), encoding="utf-8")


def test_the_drill_backup_under_load_restore_elsewhere(
    here: Place,
    elsewhere: Settings,
    tmp_path: Path,
    run_threads: Callable[[int, Callable[[int], None]], None],
) -> None:
    started, stop = Event(), Event()

    def write(thread: int) -> None:
        while not stop.is_set():
            with write_session(here.engine) as session:
                startup = f"S{thread + 1:02}"
                pinned = len(session.exec(select(ReviewStep)).all()) % 2 == 0
                set_pin(session, OPERATOR, PROGRAM, startup, pinned=pinned)
                record(session, OPERATOR, Act.PINNED, subject=startup, about=PROGRAM)
            started.set()

    def work(thread: int) -> None:
        if thread:
            write(thread)
            return
        started.wait(30)
        try:
            back_up(here.settings, tmp_path / "backup")
        finally:
            watermarks.append(count(here.engine, AuditEntry))
            stop.set()

    watermarks: list[int] = []
    run_threads(5, work)
    manifest = read_backup(tmp_path / "backup")
    done = restore(elsewhere, tmp_path / "backup")

    engine = open_engine(elsewhere.url)
    with read_session(engine) as there, read_session(here.engine) as original:
        assert accounts(there) == accounts(original)
    assert len(acts(engine)) == manifest.head[0] + 1 == manifest.rows["auditentry"] + 1
    assert 2 < manifest.head[0] <= watermarks[0]
    assert verified(elsewhere, engine).fault is None
    restored = count(engine, ReviewStep)
    engine.dispose()
    assert (restored, done.before, done.erased, done.lost, done.fault) == (
        manifest.rows["reviewstep"],
        None,
        0,
        0,
        None,
    )
    backups.check_database(elsewhere.data_dir / DATABASE)


def test_a_restored_site_ranks_the_same(
    here: Place, elsewhere: Settings, tmp_path: Path, hashing_analyst: LocalAnalyst
) -> None:
    with write_session(here.engine) as session:
        set_pin(session, OPERATOR, PROGRAM, "S04", pinned=True)
    back_up(here.settings, tmp_path / "backup")

    restore(elsewhere, tmp_path / "backup")

    engine = open_engine(elsewhere.url)
    ranked = first_twenty(engine, hashing_analyst)
    engine.dispose()
    assert ranked == first_twenty(here.engine, hashing_analyst)
    assert ranked[0] == "S04"


def test_a_backup_holds_everything_and_only_its_owner_reads_it(here: Place, tmp_path: Path) -> None:
    add(here.settings.keep, make_key(here.settings), Erased.STARTUP, "gone")
    folder = tmp_path / "deep" / "backup"

    manifest = back_up(here.settings, folder)

    assert names(folder) == sorted([DATABASE, MANIFEST, KEY_FILE, TOMBSTONES_FILE, HEADS_FILE])
    assert set(manifest.files) == set(names(folder)) - {MANIFEST}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert names(folder.parent) == ["backup"]
    assert read_backup(folder) == manifest
    assert (manifest.revision, manifest.sqlite) == (head_revision(), sqlite3.sqlite_version)
    assert manifest.rows["startup"] == 6
    assert acts(here.engine) == ["account-created", "backed-up"]
    assert manifest.head[0] == 2


def test_a_backup_without_heads_or_key_is_whole(settings: Settings, tmp_path: Path) -> None:
    engine = open_engine(settings.url)
    migrate(engine)
    engine.dispose()

    back_up(settings, tmp_path / "backup")

    assert names(tmp_path / "backup") == sorted([DATABASE, MANIFEST, HEADS_FILE])


def test_an_empty_folder_is_used_and_another_refused(here: Place, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    back_up(here.settings, tmp_path / "empty")

    for name in ("empty", "file", "dangling"):
        with pytest.raises(FieldError, match="is in use; name a new folder or an empty one"):
            back_up(here.settings, tmp_path / name)

    assert acts(here.engine).count("backed-up") == 1


def test_another_database_than_sqlite_is_refused(here: Place, tmp_path: Path) -> None:
    other = here.settings.model_copy(update={"database_url": "postgresql://host/landfall"})

    for act in (back_up, restore):
        with pytest.raises(
            FieldError, match="is no SQLite file: back it up and restore it with its own tools"
        ):
            act(other, tmp_path / "backup")


def test_what_is_not_there_or_empty_cannot_be_backed_up(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is none yet"):
        back_up(settings, tmp_path / "backup")
    settings.data_dir.mkdir()
    (settings.data_dir / DATABASE).touch()
    with pytest.raises(BackupError, match="holds nothing yet"):
        back_up(settings, tmp_path / "backup")

    assert not (tmp_path / "backup").exists()


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(
    here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "backups").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(backups, "_note", lambda _settings, _name: None)
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space left"):
            back_up(here.settings, tmp_path / "backups" / "today")

    assert names(tmp_path / "backups") == []


def test_a_damaged_database_is_not_passed_off_as_a_backup(here: Place, tmp_path: Path) -> None:
    here.engine.dispose()
    file = here.settings.data_dir / DATABASE
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO candidacy VALUES ('nowhere', 'nobody', '2026-01-01 00:00:00')")

    with pytest.raises(BackupError, match="has stray rows"):
        back_up(here.settings, tmp_path / "backup")

    assert not (tmp_path / "backup").exists()


def test_a_database_of_an_older_version_is_backed_up_and_upgraded_by_restoring(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    from alembic import command  # noqa: PLC0415 - one test needs it
    from alembic.config import Config  # noqa: PLC0415 - as above

    engine = open_engine(settings.url)
    with engine.execution_options(landfall_write=True).connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()

    manifest = back_up(settings, tmp_path / "backup")
    restore(elsewhere, tmp_path / "backup")

    engine = open_engine(elsewhere.url)
    found = schema_revision(engine)
    written = acts(engine)
    engine.dispose()
    assert (manifest.revision, manifest.head, found, written) == (
        "0001",
        (0, ""),
        head_revision(),
        ["restored"],
    )


def test_restoring_ends_every_session(here: Place, elsewhere: Settings, tmp_path: Path) -> None:
    back_up(here.settings, tmp_path / "backup")

    restore(elsewhere, tmp_path / "backup")

    engine = open_engine(elsewhere.url)
    left = (count(engine, SignIn), count(engine, Account))
    engine.dispose()
    assert left == (0, 1)
    assert count(here.engine, SignIn) == 1


def test_a_database_that_is_there_is_moved_aside_only_when_told(here: Place, tmp_path: Path) -> None:
    back_up(here.settings, tmp_path / "backup")
    with write_session(here.engine) as session:
        record(session, OPERATOR, Act.SIGN_OUT)
        record(session, OPERATOR, Act.SIGN_OUT)
    here.engine.dispose()
    with pytest.raises(FieldError, match="is there already; --replace"):
        restore(here.settings, tmp_path / "backup")

    done = restore(here.settings, tmp_path / "backup", replace=True)

    assert done.before is not None
    assert names(here.settings.data_dir) == sorted([DATABASE, LOCK_FILE, done.before.name])
    assert done.before.name.startswith("landfall.db.before-")
    before = open_engine(f"sqlite:///{done.before}")
    assert acts(before) == ["account-created", "backed-up", "sign-out", "sign-out"]
    before.dispose()
    assert acts(here.engine) == ["account-created", "backed-up", "restored"]
    assert (done.lost, done.fault) == (2, None)
    found = verified(here.settings, here.engine)
    assert (found.entries, found.fault) == (3, None)
    assert [one.lost for one in read_heads(here.settings.keep).restorations] == [2]


def test_a_database_somebody_has_open_is_not_replaced(here: Place, tmp_path: Path) -> None:
    back_up(here.settings, tmp_path / "backup")

    with here.engine.connect(), pytest.raises(InUseError, match="another program has"):
        restore(here.settings, tmp_path / "backup", replace=True)

    assert acts(here.engine) == ["account-created", "backed-up"]


def test_a_damaged_database_and_its_log_are_moved_aside(here: Place, tmp_path: Path) -> None:
    back_up(here.settings, tmp_path / "backup")
    here.engine.dispose()
    file = here.settings.data_dir / DATABASE
    file.write_bytes(b"\xff" * 8192)
    file.with_name("landfall.db-wal").mkdir()

    done = restore(here.settings, tmp_path / "backup", replace=True)

    assert done.before is not None
    assert done.before.read_bytes() == b"\xff" * 8192
    assert names(here.settings.data_dir) == sorted(
        [DATABASE, LOCK_FILE, done.before.name, f"{done.before.name}-wal"]
    )
    assert acts(here.engine) == ["account-created", "backed-up", "restored"]


def test_who_was_erased_since_the_backup_stays_erased(
    here: Place, elsewhere: Settings, tmp_path: Path
) -> None:
    back_up(here.settings, tmp_path / "backup")
    add(elsewhere.keep, make_key(here.settings), Erased.STARTUP, "S02")
    shutil.copy(here.settings.keep / KEY_FILE, elsewhere.keep / KEY_FILE)

    done = restore(elsewhere, tmp_path / "backup")

    engine = open_engine(elsewhere.url)
    with read_session(engine) as session:
        there = session.exec(select(Startup.id).order_by(col(Startup.id))).all()
    engine.dispose()
    assert (done.erased, there) == (1, ["S01", "S03", "S04", "S05", "S06"])


def test_tombstones_of_a_backup_join_those_that_are_there(
    here: Place, elsewhere: Settings, tmp_path: Path
) -> None:
    key = make_key(here.settings)
    add(here.settings.keep, key, Erased.STARTUP, "S01")
    back_up(here.settings, tmp_path / "backup")
    add(elsewhere.keep, key, Erased.STARTUP, "S02")

    done = restore(elsewhere, tmp_path / "backup")

    assert done.erased == 2
    assert len((elsewhere.keep / TOMBSTONES_FILE).read_text(encoding="utf-8").splitlines()) == 2
    assert (elsewhere.keep / KEY_FILE).read_bytes() == (here.settings.keep / KEY_FILE).read_bytes()


def test_another_key_is_never_overwritten(here: Place, elsewhere: Settings, tmp_path: Path) -> None:
    back_up(here.settings, tmp_path / "backup")
    make_key(elsewhere)

    with pytest.raises(ServerKeyError, match="is not the one of the backup"):
        restore(elsewhere, tmp_path / "backup")

    assert names(elsewhere.data_dir) == [LOCK_FILE]


def test_a_served_database_is_not_replaced(here: Place, tmp_path: Path) -> None:
    back_up(here.settings, tmp_path / "backup")

    with alone(here.settings), pytest.raises(InUseError, match="a server is running"):
        restore(here.settings, tmp_path / "backup", replace=True)

    assert acts(here.engine) == ["account-created", "backed-up"]


def test_a_tampered_log_is_restored_and_told(here: Place, elsewhere: Settings, tmp_path: Path) -> None:
    here.engine.dispose()
    with closing(sqlite3.connect(here.settings.data_dir / DATABASE)) as connection, connection:
        connection.execute("DROP TRIGGER auditentry_no_update")
        connection.execute("UPDATE auditentry SET reason = 'x' WHERE id = 1")
    back_up(here.settings, tmp_path / "backup")

    done = restore(elsewhere, tmp_path / "backup")

    engine = open_engine(elsewhere.url)
    found = verified(elsewhere, engine)
    engine.dispose()
    assert done.fault is not None
    assert (done.fault.entry, found.fault) == (1, done.fault)


def damage_database(folder: Path) -> None:
    """Change one byte in the middle."""
    path = folder / DATABASE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (damage_database, "landfall.db is not the file that was backed up"),
        (lambda folder: (folder / DATABASE).unlink(), "landfall.db cannot be read"),
        (
            lambda folder: (folder / KEY_FILE).write_text("00"),
            "server.key is not the file that was backed up",
        ),
        (lambda folder: (folder / HEADS_FILE).unlink(), "audit-heads.jsonl cannot be read"),
        (lambda folder: (folder / MANIFEST).unlink(), "manifest.json cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text("{}"), "is not a manifest this version knows"),
        (lambda folder: (folder / MANIFEST).write_bytes(b"\xff"), "is not a manifest this version knows"),
        (lambda folder: rewrite(folder, format=2), "is not a manifest this version knows"),
        (lambda folder: rewrite(folder, files={}), "names other files than a backup has"),
        (lambda folder: rewrite(folder, revision="9999"), "schema 9999 is newer than this version"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_touched(
    here: Place, elsewhere: Settings, tmp_path: Path, damage: Callable[[Path], object], complaint: str
) -> None:
    back_up(here.settings, tmp_path / "backup")
    damage(tmp_path / "backup")

    with pytest.raises(BackupError, match=complaint):
        restore(elsewhere, tmp_path / "backup")

    assert not elsewhere.data_dir.exists()
    assert not elsewhere.keep.exists()


def test_a_manifest_cannot_name_files_outside_the_backup(here: Place, tmp_path: Path) -> None:
    manifest = back_up(here.settings, tmp_path / "backup")
    rewrite(tmp_path / "backup", files=dict(manifest.files) | {"../secret": "0" * 64})

    with pytest.raises(BackupError, match="names other files"):
        read_backup(tmp_path / "backup")


def test_a_restore_that_breaks_leaves_the_database_as_it_was(
    here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(here.settings, tmp_path / "backup")
    here.engine.dispose()
    before = (here.settings.data_dir / DATABASE).read_bytes()

    def fail(_target: Path, _fresh: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(restores, "_take_place", fail)
        with pytest.raises(OSError, match="Input/output"):
            restore(here.settings, tmp_path / "backup", replace=True)

    assert (here.settings.data_dir / DATABASE).read_bytes() == before
    assert names(here.settings.data_dir) == sorted([DATABASE, LOCK_FILE])
    assert verified(here.settings, here.engine).fault is None


def test_what_a_killed_restore_left_behind_is_removed(
    here: Place, elsewhere: Settings, tmp_path: Path
) -> None:
    back_up(here.settings, tmp_path / "backup")
    elsewhere.data_dir.mkdir(parents=True)
    for name in (".landfall.db.0a1b2c3d.restored", ".landfall.db.0a1b2c3d.restored-wal"):
        (elsewhere.data_dir / name).write_bytes(b"left over")

    restore(elsewhere, tmp_path / "backup")

    assert names(elsewhere.data_dir) == sorted([DATABASE, LOCK_FILE])
