"""Readiness: each check in order, and each one out of order."""

import json
import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from matcher.engine.model_files import PACKAGED_MODEL, PACKAGED_WEIGHTS
from matcher.settings import Settings
from matcher.workflows.readiness import Check, Readiness, check, examine
from matcher.workflows.server_key import KEY_FILE, make_key
from matcher.workflows.tombstones import Erased, add
from models.base import now_utc
from models.database import head_revision, open_engine, write_session
from models.tables import Account, AuditEntry

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024  the shape of shutil's own answer


def by_name(found: Readiness) -> dict[str, Check]:
    """Give the checks by their names."""
    return {item.name: item for item in found.checks}


def write_model(folder: Path) -> Path:
    """Write files that look like a sentence-transformers model; it is never loaded."""
    folder.mkdir()
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_seeded_installation_is_ready(engine: Engine, settings: Settings) -> None:
    request, operator = check(engine, settings), examine(settings)

    assert (request.ready, operator.ready) == (True, True)
    assert list(by_name(request)) == ["database", "disk"]
    assert {item.name for item in operator.checks} >= {"landfall", "sqlite", "database", "encoder", "disk"}
    assert by_name(operator)["database"] == Check("database", ok=True, detail=f"schema {head_revision()}")
    assert by_name(operator)["encoder"].detail.startswith("hashing hashing-2, calibration ")
    assert "without means" not in by_name(operator)["encoder"].detail


def test_a_database_without_a_schema_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")

    found = check(engine, settings)

    engine.dispose()
    assert found.ready is False
    assert by_name(found)["database"].detail == (
        f"schema missing, this version needs {head_revision()}: run landfall migrate"
    )


def test_a_database_of_another_version_is_not_ready(engine: Engine, settings: Settings) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    found = by_name(check(engine, settings))["database"]

    assert found == Check(
        "database",
        ok=False,
        detail=f"schema 9999, this version needs {head_revision()}: run landfall migrate",
    )


def test_a_file_that_is_no_database_is_not_ready(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "landfall.db").write_bytes(b"not a database, whatever its name says" * 100)

    found = by_name(examine(settings))["database"]

    assert found == Check("database", ok=False, detail="cannot be opened: DatabaseError")


def test_an_address_that_is_none_is_reported(settings: Settings) -> None:
    wrong = settings.model_copy(update={"database_url": "nonsense"})

    found = by_name(examine(wrong))["database"]

    assert found == Check("database", ok=False, detail="cannot be opened: ArgumentError")


def test_examining_an_empty_folder_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    found = examine(settings)

    assert (found.ready, by_name(found)["database"].ok) == (False, False)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_not_there_is_reported(settings: Settings, tmp_path: Path) -> None:
    wrong = settings.model_copy(update={"encoder": str(tmp_path / "no-model")})

    found = by_name(examine(wrong))["encoder"]

    assert found.ok is False
    assert found.detail.endswith("is not a sentence-transformers model (no modules.json)")


def test_another_model_is_told_to_calibrate(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"encoder": str(write_model(tmp_path / "other"))})

    found = by_name(examine(other))["encoder"]

    assert found.ok is True
    assert found.detail.endswith("without means for this model: run landfall calibrate")


def test_damaged_figures_are_reported(settings: Settings) -> None:
    (settings.data_dir / "calibration" / "hashing-2").mkdir(parents=True)

    found = by_name(examine(settings))["encoder"]

    assert found.ok is False
    assert found.detail.startswith("calibration: hashing-2 cannot be read")


@pytest.mark.parametrize(("free", "ok"), [(199, False), (200, True)])
def test_a_disk_needs_two_hundred_megabytes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *, free: int, ok: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, free * 1024 * 1024))

    found = by_name(examine(settings))["disk"]

    assert found == Check("disk", ok=ok, detail=f"{free} MB free")


@pytest.mark.parametrize(
    ("found", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 3), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_sqlite_is_warned_about_where_it_has_the_wal_reset_bug(
    found: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, settings: Settings, *, fixed: bool
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", found)

    told = by_name(examine(settings))["sqlite"]

    assert (told.ok, told.detail.startswith("warning: ")) == (True, not fixed)
    assert ".".join(map(str, found)) in told.detail


def test_a_damaged_page_is_found(engine: Engine, settings: Settings) -> None:
    engine.dispose()
    path = settings.data_dir / "landfall.db"
    content = bytearray(path.read_bytes())
    begin = content.index(b"S01", 4096) // 4096 * 4096
    content[begin + 8 : begin + 200] = b"\xff" * 192
    path.write_bytes(bytes(content))

    found = by_name(examine(settings))["integrity"]

    assert found.ok is False


def test_a_row_that_points_nowhere_is_found(engine: Engine, settings: Settings) -> None:
    engine.dispose()
    with closing(sqlite3.connect(settings.data_dir / "landfall.db")) as connection, connection:
        connection.execute("INSERT INTO candidacy VALUES ('nowhere', 'nobody', '2026-01-01 00:00:00')")

    found = by_name(examine(settings))["integrity"]

    assert found == Check("integrity", ok=False, detail="rows of candidacy point to rows that are not there")


def test_texts_without_a_vector_are_counted(engine: Engine, settings: Settings) -> None:
    whole = by_name(examine(settings))["index"]
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM textembedding WHERE rowid IN (SELECT rowid FROM textembedding LIMIT 3)")
        )

    found = by_name(examine(settings))["index"]

    total = whole.detail.split()[0]
    assert (whole.ok, whole.detail) == (True, f"{total} texts, every one with a vector")
    assert (found.ok, found.detail) == (
        True,
        f"warning: 3 of {total} texts have no vector: run landfall reindex",
    )


def test_a_log_that_does_not_hold_what_was_anchored_is_told(engine: Engine, settings: Settings) -> None:
    del engine
    settings.keep.mkdir()
    line = {"at": "2026-11-01T00:00:00+00:00", "id": 7, "hash": "h"}
    (settings.keep / "audit-heads.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")

    found = by_name(examine(settings))["audit"]

    assert found.ok is True
    assert found.detail.startswith("warning: entry 7 is missing: ")
    assert found.detail.endswith("; run landfall audit verify")


@pytest.mark.parametrize(("years", "warned"), [(1, True), (10, False)])
def test_entries_older_than_they_are_to_be_kept_are_told(
    engine: Engine, settings: Settings, years: int, *, warned: bool
) -> None:
    entry = AuditEntry(
        id=1,
        at=now_utc() - timedelta(days=400),
        actor="a",
        role="",
        act="sign-in",
        previous_hash="",
        hash="h",
    )
    with write_session(engine) as session:
        session.add(entry)

    found = by_name(examine(settings.model_copy(update={"audit_years": years})))["audit"]

    assert (found.ok, "older than 1 years" in found.detail) == (True, warned)


def test_the_key_is_looked_for_where_it_is_needed(engine: Engine, settings: Settings) -> None:
    before = by_name(examine(settings))["keep"]
    with write_session(engine) as session:
        session.add(Account(email="rae@office.example", name="Rae", totp_sealed="sealed"))
    missing = by_name(examine(settings))["keep"]
    make_key(settings)
    there = by_name(examine(settings))["keep"]
    (settings.keep / KEY_FILE).chmod(0o644)
    loose = by_name(examine(settings))["keep"]
    (settings.keep / KEY_FILE).write_text("nonsense", encoding="utf-8")
    broken = by_name(examine(settings))["keep"]

    assert (before.ok, "no server key yet" in before.detail) == (True, True)
    assert (missing.ok, "put it back from a backup" in missing.detail) == (False, True)
    assert (there.ok, there.detail) == (True, f"{settings.keep}: private, with the server key")
    assert (loose.ok, loose.detail) == (
        True,
        f"warning: others may read {settings.keep / KEY_FILE}: chmod go= it",
    )
    assert (broken.ok, broken.detail.endswith("holds no key")) == (False, True)


def test_tombstones_need_the_key_and_must_be_readable(engine: Engine, settings: Settings) -> None:
    del engine
    add(settings.keep, make_key(settings), Erased.STARTUP, "S99")
    (settings.keep / KEY_FILE).unlink()
    without_key = by_name(examine(settings))["keep"]
    (settings.keep / "tombstones.jsonl").write_text("{}\n", encoding="utf-8")
    damaged = by_name(examine(settings))["keep"]

    assert (without_key.ok, damaged.ok) == (False, False)
    assert damaged.detail.startswith("cannot be looked at: tombstones: ")


@pytest.mark.parametrize(
    ("values", "ok", "part"),
    [
        ({"mail": "console"}, True, "printed"),
        ({"mail": "smtps://user:secret@mail.example:465"}, True, "smtps to mail.example, from landfall@"),
        ({"mail": "pigeon"}, False, ""),
    ],
)
def test_mail_is_told_without_its_password(
    settings: Settings, values: dict[str, str], part: str, *, ok: bool
) -> None:
    found = by_name(examine(settings.model_copy(update=values)))["mail"]

    assert (found.ok, part in found.detail, "secret" in found.detail) == (ok, True, False)


@pytest.mark.parametrize(
    ("values", "detail"),
    [
        ({"public_url": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000"),
        (
            {"public_url": "https://landfall.example", "allowed_hosts": "landfall.example"},
            "https://landfall.example",
        ),
        (
            {"public_url": "http://landfall.example", "allowed_hosts": "landfall.example"},
            "warning: http://landfall.example is not https",
        ),
        (
            {"public_url": "https://landfall.example"},
            "warning: landfall.example is not in LANDFALL_ALLOWED_HOSTS",
        ),
    ],
)
def test_the_public_address_is_looked_at(settings: Settings, values: dict[str, str], detail: str) -> None:
    found = by_name(examine(settings.model_copy(update=values)))["public_url"]

    assert found == Check("public_url", ok=True, detail=detail)


def test_a_public_address_that_is_none_is_wrong(settings: Settings) -> None:
    found = by_name(examine(settings.model_copy(update={"public_url": "http://["})))["public_url"]

    assert found.ok is False


def test_the_model_is_named(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"encoder": str(write_model(tmp_path / "other"))})
    packaged = settings.model_copy(update={"encoder": PACKAGED_MODEL})

    found = [by_name(examine(one))["model"].detail for one in (settings, other, packaged)]

    assert found[0] == "warning: no model: hashing is for tests"
    assert found[1].endswith(", of allowed kinds")
    assert found[2] == f"weights {PACKAGED_WEIGHTS[:12]}, as packaged"
