"""`landfall backup` and `landfall restore`, also while the site is served."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from matcher.settings import Settings
from matcher.workflows.audits import Act, record
from matcher.workflows.server_key import make_key
from matcher.workflows.tombstones import Erased, add
from models.access import OPERATOR
from models.database import head_revision, open_engine, write_session
from tests.cli.conftest import PROGRAM, Landfall
from tests.cli.test_serve import free_port, serving, wait_for

SLOW_COPY = """
import sys, time
from matcher.workflows import backups
whole = backups.check_database
def slow(path):
    whole(path)
    print("copied", flush=True)
    time.sleep(60)
backups.check_database = slow
sys.argv[0] = "landfall"
from web.cli import main
main()
"""


def test_backup_and_restore_say_what_they_did(seeded: Landfall) -> None:
    backup = seeded.run("backup", "saved")
    refused = seeded.run("restore", "saved")
    restored = seeded.run("restore", "saved", "--replace")
    checked = seeded.run("audit", "verify")

    kept = [name for name in seeded.files() if name.startswith("data/landfall.db.before-")]
    assert (backup.code, backup.out) == (0, "")
    assert backup.err.endswith(f" rows, schema {head_revision()}, audit entry 1, in saved\n")
    assert refused.complaint.endswith("landfall.db is there already; --replace moves it out of the way")
    assert (restored.code, restored.out, len(kept)) == (0, "", 1)
    assert [line.split(" ")[0] for line in restored.err.splitlines()] == ["restore:"] * 3
    assert restored.err.splitlines()[-1] == "restore: every session has ended; sign in again"
    assert checked.out.splitlines()[-1] == "audit: 2 entries in order, anchored up to entry 2"


def test_a_restore_elsewhere_moves_the_installation(seeded: Landfall) -> None:
    seeded.call("backup", str(seeded.folder / "saved"))
    other = seeded.having(data_dir=str(seeded.folder / "new" / "data"))

    restored = other.call("restore", str(seeded.folder / "saved"))
    listed = other.call("shortlist", "md-global-gateway")

    assert restored.code == 0
    assert listed.out == seeded.call("shortlist", "md-global-gateway").out


def test_restore_tells_what_was_lost_erased_and_tampered_with(seeded: Landfall) -> None:
    settings = Settings(data_dir=seeded.data)
    key = make_key(settings)
    engine = open_engine(settings.url)
    with write_session(engine) as session:
        record(session, OPERATOR, Act.SIGN_OUT)
    engine.dispose()
    seeded.call("backup", "saved")
    add(settings.keep, key, Erased.STARTUP, "S01")
    with write_session(engine) as session:
        record(session, OPERATOR, Act.SIGN_OUT)
    engine.dispose()

    done = seeded.call("restore", "saved", "--replace")
    checked = seeded.call("audit", "verify")

    assert "restore: 1 startups and accounts erased since were erased again" in done.err
    assert "restore: 1 audit entries after the backup are lost; check what was revoked since" in done.err
    assert (checked.code, "to entry 2; 1 later entries were lost" in checked.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("restore", "nowhere"), "landfall: backup: nowhere is none: manifest.json cannot be read"),
        (("backup", "cwd-file"), "landfall: folder: cwd-file is in use; name a new folder or an empty one"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_line(
    seeded: Landfall, arguments: tuple[str, ...], complaint: str
) -> None:
    seeded.write("cwd-file", "x")

    assert seeded.call(*arguments).complaint == complaint


def test_postgresql_is_told_about_its_own_tools(landfall: Landfall) -> None:
    done = landfall.having(database_url="postgresql://host/landfall").call("backup", "saved")

    assert "such as pg_dump" in done.complaint


def test_a_served_site_is_backed_up_and_not_replaced_nor_served_twice(seeded: Landfall) -> None:
    port = free_port()
    with serving(seeded, port) as process:
        assert wait_for(port, "/healthz", 200) == 200
        backup = seeded.run("backup", "saved")
        restored = seeded.run("restore", "saved", "--replace")
        second = seeded.run("serve", "--port", str(free_port()))
    process.communicate()
    after = seeded.run("restore", "saved", "--replace")

    assert (backup.code, after.code) == (0, 0)
    for refused in (restored, second):
        assert refused.complaint == f"landfall: database: a server is running on {seeded.data}; stop it first"


def test_who_was_erased_is_gone_before_the_site_is_served(seeded: Landfall) -> None:
    settings = Settings(data_dir=seeded.data)
    add(settings.keep, make_key(settings), Erased.STARTUP, "S01")
    port = free_port()

    with serving(seeded, port) as process:
        assert wait_for(port, "/healthz", 200) == 200
    process.communicate()
    done = seeded.call("audit", "who-saw", "S01", "--json")

    assert [entry["act"] for entry in json.loads(done.out)["entries"]] == ["erased"]


def test_without_the_key_the_site_is_not_served(seeded: Landfall) -> None:
    settings = Settings(data_dir=seeded.data)
    add(settings.keep, make_key(settings), Erased.STARTUP, "S01")
    (settings.keep / "server.key").unlink()

    done = seeded.call("serve", "--port", str(free_port()))

    assert "without it nobody knows who was erased, so nothing is served" in done.complaint


def test_a_backup_that_is_killed_leaves_no_folder_that_looks_like_one(seeded: Landfall) -> None:
    environment = seeded.environment() | {"PYTHONPATH": os.fspath(PROGRAM.parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_COPY, "backup", "saved"],
        cwd=seeded.cwd,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "copied\n"
        process.send_signal(signal.SIGKILL)
        process.wait(30)

    left = [path for path in seeded.cwd.iterdir() if path.is_dir()]
    assert not (seeded.cwd / "saved").exists()
    assert [path.name.endswith(".part") for path in left] == [True]
    assert not (left[0] / "manifest.json").exists()
    done = seeded.call("restore", str(left[0]), "--replace")
    assert done.complaint == f"landfall: backup: {left[0]} is none: manifest.json cannot be read"
    assert seeded.call("backup", "saved").code == 0
    assert isinstance(left[0], Path)


def test_a_backup_with_a_tampered_log_is_restored_and_told(seeded: Landfall) -> None:
    seeded.call("backup", "first")
    with closing(sqlite3.connect(seeded.data / "landfall.db")) as connection, connection:
        connection.execute("DROP TRIGGER auditentry_no_update")
        connection.execute("UPDATE auditentry SET reason = 'x' WHERE id = 1")
    seeded.call("backup", "second")
    (seeded.folder / "data-keep" / "audit-heads.jsonl").write_text("cut o", encoding="utf-8")

    done = seeded.call("restore", "second", "--replace")
    checked = seeded.call("audit", "verify")

    assert "restore: the audit log of the backup is not in order: entry 1 was changed" in done.err
    assert (checked.code, "audit: entry 1 was changed" in checked.out) == (1, True)
    assert "audit: 1 lines of the heads kept outside cannot be read" in checked.out
