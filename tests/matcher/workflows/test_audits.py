"""The audit log: append-only, chained, anchored outside, and every kind of tampering named by its row."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from matcher.settings import Settings
from matcher.workflows.audit_checks import Fault, Verification, check_heads, verify
from matcher.workflows.audit_heads import (
    HEADS_FILE,
    Head,
    Heads,
    anchor,
    note_restoration,
    read_heads,
)
from matcher.workflows.audits import NO_HASH, Act, entry_hash, record
from models.access import OPERATOR, Actor
from models.database import open_engine, open_reader, read_session, write_session
from models.tables import AuditEntry

ENTRIES = 9
INSERTED = """
INSERT INTO auditentry SELECT {id}, at, actor, role, address, act, subject, object, reason, details,
    previous_hash, 'invented' FROM auditentry WHERE id = 4
"""
WHEN = datetime.fromisoformat("2026-11-01T00:00:00+00:00")


@pytest.fixture
def settings(tmp_path: Path, bare: Engine) -> Settings:
    """Settings whose database is the bare one."""
    return Settings(
        data_dir=tmp_path / "data", database_url=bare.url.render_as_string(), keep_dir=tmp_path / "keep"
    )


@pytest.fixture
def written(bare: Engine) -> Engine:
    """Open a database with nine entries."""
    write_entries(bare, ENTRIES)
    return bare


def write_entries(engine: Engine, count: int, about: str = "alpha") -> None:
    """Write down that profiles were read, each in a unit of its own."""
    reader = Actor(account_id="a" * 32, address="192.0.2.7", agencies=frozenset({"office"}))
    for number in range(count):
        with write_session(engine) as session:
            record(
                session,
                reader,
                Act.PROFILE_READ,
                subject=f"S{number}",
                about=about,
                reason="방문 준비",
                details={"pages": (1, 2), "share": 0.5},
            )


def tamper(engine: Engine, *statements: str) -> None:
    """Change the file behind the triggers' back."""
    assert engine.url.database is not None
    with closing(sqlite3.connect(engine.url.database)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS auditentry_no_update")
        connection.execute("DROP TRIGGER IF EXISTS auditentry_no_delete")
        for statement in statements:
            connection.execute(statement)


def verified(engine: Engine, heads: Heads | None = None) -> Verification:
    """Walk through the log."""
    with read_session(engine) as session:
        return verify(session, heads or Heads())


def rewrite_from(engine: Engine, first: int) -> None:
    """Make the chain fit again from a row on, as somebody would who knows how it is made."""
    tamper(engine)
    with write_session(engine) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        hashes = [NO_HASH, *(entry.hash for entry in entries)]
        for place, entry in enumerate(entries, 1):
            if place >= first:
                entry.previous_hash = hashes[place - 1]
                hashes[place] = entry.hash = entry_hash(entry)
                session.add(entry)


def test_a_record_holds_who_did_what_to_whom_from_where(bare: Engine) -> None:
    reader = Actor(account_id="b" * 32, address="192.0.2.7", agencies=frozenset({"office"}))

    with write_session(bare) as session:
        record(session, reader, Act.EXPORTED, subject="S1", about="alpha", reason="board", details={"n": 1})
    with read_session(bare) as session:
        entry = session.get_one(AuditEntry, 1)
        found = entry.model_dump(exclude={"at", "hash"})

    assert found == {
        "id": 1,
        "actor": "b" * 32,
        "role": "reviewer",
        "address": "192.0.2.7",
        "act": "exported",
        "subject": "S1",
        "object": "alpha",
        "reason": "board",
        "details": {"n": 1},
        "previous_hash": NO_HASH,
    }


def test_a_unit_that_fails_leaves_no_entry(bare: Engine) -> None:
    def fail() -> None:
        with write_session(bare) as session:
            record(session, OPERATOR, Act.BACKED_UP)
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail()

    assert verified(bare) == Verification(0, None, None)


def test_an_untouched_log_is_in_order(written: Engine) -> None:
    found = verified(written)

    assert (found.entries, found.fault) == (ENTRIES, None)
    assert found.newest is not None
    assert found.newest.id == ENTRIES


@pytest.mark.parametrize("statement", ["UPDATE auditentry SET reason = ''", "DELETE FROM auditentry"])
def test_the_database_refuses_to_change_the_log(written: Engine, statement: str) -> None:
    with written.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statements", "entry", "reason"),
    [
        (["UPDATE auditentry SET subject = 'S99' WHERE id = 4"], 4, "was changed"),
        (["UPDATE auditentry SET address = '' WHERE id = 1"], 1, "was changed"),
        (["UPDATE auditentry SET at = '2026-01-01 00:00:00.000000' WHERE id = 9"], 9, "was changed"),
        (["UPDATE auditentry SET details = 'nonsense' WHERE id = 5"], 5, "was changed"),
        (["UPDATE auditentry SET at = 'nonsense' WHERE id = 5"], 5, "was changed"),
        (["UPDATE auditentry SET hash = 'x' WHERE id = 6"], 6, "was changed"),
        (["DELETE FROM auditentry WHERE id = 3"], 3, "was deleted"),
        (["DELETE FROM auditentry WHERE id <= 2"], 1, "was deleted"),
        (
            ["DELETE FROM auditentry WHERE id = 3", "UPDATE auditentry SET id = id - 1 WHERE id > 3"],
            3,
            "was changed",
        ),
        (
            [
                "UPDATE auditentry SET id = -1 WHERE id = 6",
                "UPDATE auditentry SET id = 6 WHERE id = 7",
                "UPDATE auditentry SET id = 7 WHERE id = -1",
            ],
            6,
            "another one was put in its place",
        ),
        (
            [
                "UPDATE auditentry SET id = 0 - id WHERE id > 4",
                "UPDATE auditentry SET id = 1 - id WHERE id < 0",
                INSERTED.format(id=5),
            ],
            5,
            "was changed",
        ),
        (
            [INSERTED.format(id=0)],
            0,
            "was inserted",
        ),
    ],
    ids=[
        "edited",
        "first-edited",
        "last-edited",
        "details-unreadable",
        "time-unreadable",
        "hash-edited",
        "deleted",
        "beginning-deleted",
        "deleted-and-renumbered",
        "swapped",
        "inserted",
        "inserted-before-the-first",
    ],
)  # fmt: skip
def test_tampering_is_found_at_its_row(
    written: Engine, statements: list[str], entry: int, reason: str
) -> None:
    tamper(written, *statements)

    fault = verified(written).fault

    assert fault is not None
    assert (fault.entry, reason in fault.reason) == (entry, True), fault


def test_a_tail_that_was_cut_off_is_found_by_the_head_outside(written: Engine, settings: Settings) -> None:
    anchor(settings, written)
    tamper(written, "DELETE FROM auditentry WHERE id > 6")

    heads = read_heads(settings.keep)

    assert verified(written).fault is None
    fault = verified(written, heads).fault
    assert fault is not None
    assert (fault.entry, "names entry 9" in str(fault)) == (7, True)
    with read_session(written) as session:
        assert check_heads(session, heads) is not None


def test_an_older_file_that_was_put_back_is_found(
    written: Engine, settings: Settings, tmp_path: Path
) -> None:
    written.dispose()
    file = Path(str(written.url.database))
    shutil.copy(file, tmp_path / "older.db")
    write_entries(written, 3)
    anchor(settings, written)
    written.dispose()
    shutil.copy(tmp_path / "older.db", file)

    first = verified(written, read_heads(settings.keep)).fault
    write_entries(written, 5, "beta")
    later = verified(written, read_heads(settings.keep)).fault

    assert (first and first.entry, later and later.entry) == (10, 12)
    assert later is not None
    assert later.reason == "is not the one that was anchored outside the database"


def test_a_log_written_anew_is_found_by_the_head_outside(written: Engine, settings: Settings) -> None:
    anchor(settings, written)
    tamper(written, "UPDATE auditentry SET subject = 'S99' WHERE id = 4")
    rewrite_from(written, 4)

    heads = read_heads(settings.keep)

    assert verified(written).fault is None
    assert verified(written, heads).fault == Fault(9, "is not the one that was anchored outside the database")
    with read_session(written) as session:
        assert check_heads(session, heads) == verified(written, heads).fault


def test_a_log_written_anew_from_one_row_on_does_not_follow_the_rest(written: Engine) -> None:
    tamper(written, "UPDATE auditentry SET previous_hash = 'x' WHERE id = 4")
    with write_session(written) as session:
        entry = session.get_one(AuditEntry, 4)
        entry.hash = entry_hash(entry)
        session.add(entry)

    fault = verified(written).fault

    assert fault is not None
    assert (fault.entry, fault.reason.startswith("does not follow")) == (4, True)


def test_a_head_is_anchored_once_and_only_where_there_is_one(bare: Engine, settings: Settings) -> None:
    nothing = anchor(settings, bare)
    write_entries(bare, 2)
    twice = [anchor(settings, bare) for _ in range(2)]
    write_entries(bare, 1)
    anchor(settings, bare)

    path = settings.keep / HEADS_FILE
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert nothing is None
    assert twice[0] == twice[1]
    assert [line["id"] for line in lines] == [2, 3]
    assert set(lines[0]) == {"at", "id", "hash"}
    assert (path.stat().st_mode & 0o777, settings.keep.stat().st_mode & 0o777) == (0o600, 0o700)
    assert verified(bare, read_heads(settings.keep)).fault is None


def test_no_head_is_kept_of_a_database_that_is_not_there(settings: Settings, bare: Engine) -> None:
    bare.dispose()
    Path(str(bare.url.database)).unlink()

    assert anchor(settings, bare) is None
    assert not settings.keep.exists()


def test_a_line_that_a_crash_cut_off_is_left_out_and_the_next_one_is_whole(settings: Settings) -> None:
    settings.keep.mkdir()
    (settings.keep / HEADS_FILE).write_text(
        '{"at": "2026-11-01T00:00:00+00:00", "id": 3, "ha', encoding="utf-8"
    )

    note_restoration(settings.keep, Head(2, "h2", WHEN), 1)

    found = read_heads(settings.keep)
    assert (found.unread, [head.id for head in found.in_force]) == (1, [2])


def test_after_a_restore_only_the_heads_before_it_hold(written: Engine, settings: Settings) -> None:
    with read_session(written) as session:
        fifth = session.get_one(AuditEntry, 5)
        head = Head(5, fifth.hash, fifth.at)
    anchor(settings, written)
    tamper(written, "DELETE FROM auditentry WHERE id > 5")
    before = verified(written, read_heads(settings.keep)).fault

    note_restoration(settings.keep, head, 4)
    write_entries(written, 2)
    anchor(settings, written)

    heads = read_heads(settings.keep)
    assert before is not None
    assert verified(written, heads).fault is None
    assert [(one.head.id, one.lost) for one in heads.restorations] == [(5, 4)]
    assert heads.newest == 7


def test_the_log_of_a_database_for_reading_only_can_be_checked(written: Engine) -> None:
    written.dispose()
    reader = open_reader(written.url.render_as_string())

    found = verified(reader)

    reader.dispose()
    assert found.entries == ENTRIES


def test_entries_of_many_writers_form_one_chain(
    bare: Engine, run_threads: Callable[[int, Callable[[int], None]], None]
) -> None:
    run_threads(8, lambda _thread: write_entries(bare, 10))

    found = verified(bare)

    assert (found.entries, found.fault) == (80, None)


def test_a_damaged_file_of_heads_is_no_reason_to_fail(settings: Settings) -> None:
    settings.keep.mkdir()
    lines = ["", "[]", '"text"', "{}", '{"id": "x", "hash": 1, "at": 2}', os.fsdecode(b"\xff")]
    (settings.keep / HEADS_FILE).write_bytes(os.fsencode("\n".join(lines)))

    assert read_heads(settings.keep) == Heads(unread=5)


def test_an_engine_of_another_schema_is_not_anchored(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")

    found = anchor(settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.db'}"}), engine)

    engine.dispose()
    assert found is None
