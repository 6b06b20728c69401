"""SQLite settings in force, units of work that lose nothing, and migrations that equal the metadata."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError
from sqlmodel import Session, select

from models.database import (
    MIGRATIONS,
    database_exists,
    head_revision,
    migrate,
    open_engine,
    open_reader,
    read_session,
    schema_revision,
    write_session,
)
from models.tables import Profile, Startup, metadata

TABLES = {
    "account",
    "agency",
    "agencymember",
    "apieffect",
    "apitoken",
    "appeal",
    "auditentry",
    "candidacy",
    "city",
    "comment",
    "conflictanswer",
    "consent",
    "contentstamp",
    "invitation",
    "knowndevice",
    "notice",
    "outcome",
    "outsidetie",
    "passwordreset",
    "profile",
    "program",
    "programinterest",
    "programversion",
    "question",
    "recoverycode",
    "review",
    "reviewsetup",
    "reviewstep",
    "round",
    "roundevent",
    "roundpin",
    "roundprogram",
    "roundrun",
    "signin",
    "startup",
    "startupmember",
    "submission",
    "textembedding",
    "webhook",
    "webhookdelivery",
}
THREADS, ROUNDS = 8, 60


def config_for(connection: Connection) -> Config:
    """Configure Alembic to work on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def schema_of(engine: Engine) -> list[tuple[str, str]]:
    """List what the file says about its own tables and indexes."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, coalesce(sql, '') FROM sqlite_master ORDER BY name"))
        return [(row[0], row[1]) for row in rows]


def pragmas_of(connection: Connection) -> dict[str, object]:
    """Read the settings of one connection."""
    names = (
        "journal_mode",
        "foreign_keys",
        "synchronous",
        "secure_delete",
        "mmap_size",
        "busy_timeout",
        "trusted_schema",
    )
    return {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in names}


def add_startup(engine: Engine, startup_id: str = "S1", employees: int | None = None) -> None:
    """Store a startup."""
    with write_session(engine) as session:
        session.add(Startup(id=startup_id, name="Startup", invented=True, employees=employees))


def startup_names(engine: Engine) -> list[str]:
    """List the ids of all startups."""
    with read_session(engine) as session:
        return list(session.exec(select(Startup.id).order_by(Startup.id)))


def test_every_connection_has_the_settings_that_hold_under_writers(empty: Engine) -> None:
    with empty.connect() as first, empty.connect() as second:
        found = [pragmas_of(first), pragmas_of(second)]

    expected: dict[str, object] = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
        "mmap_size": 0,
        "busy_timeout": 10_000,
        "trusted_schema": 0,
    }
    assert found == [expected, expected]


def test_open_engine_makes_the_folder_and_no_file(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'deep' / 'folder' / 'landfall.db'}")

    engine.dispose()
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "deep",
        "deep/folder",
    ]


def test_open_engine_takes_a_database_in_memory() -> None:
    engine = open_engine("sqlite://")

    with engine.connect() as connection:
        answer = connection.execute(text("SELECT 7")).scalar()
    engine.dispose()
    assert answer == 7


def test_open_engine_names_the_driver_that_is_missing() -> None:
    with pytest.raises(ArgumentError, match="the driver pymssql is not installed"):
        open_engine("mssql+pymssql://user@host/landfall")


def test_database_exists_only_where_opening_finds_one(tmp_path: Path) -> None:
    (tmp_path / "there.db").touch()

    found = {
        url: database_exists(url)
        for url in (
            f"sqlite:///{tmp_path / 'there.db'}",
            f"sqlite:///{tmp_path / 'missing.db'}",
            f"sqlite:///{tmp_path}",
            "sqlite://",
            "postgresql://host/landfall",
        )
    }

    assert list(found.values()) == [True, False, False, False, True]
    assert not (tmp_path / "missing.db").exists()


def test_no_update_is_lost_among_eight_writers(migrated: Engine) -> None:
    add_startup(migrated, employees=0)

    def count_up(_thread: int) -> None:
        for _ in range(ROUNDS):
            with write_session(migrated) as session:
                startup = session.get_one(Startup, "S1")
                startup.employees = (startup.employees or 0) + 1
                session.add(startup)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(count_up, range(THREADS)))

    with read_session(migrated) as session:
        assert session.get_one(Startup, "S1").employees == THREADS * ROUNDS


def test_write_session_keeps_nothing_of_a_unit_that_fails(migrated: Engine) -> None:
    add_startup(migrated, "kept")

    def fail() -> None:
        with write_session(migrated) as session:
            session.add(Startup(id="lost", name="Startup", invented=True))
            session.flush()
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail()

    assert startup_names(migrated) == ["kept"]


def test_write_session_locks_others_out_with_its_first_read(migrated: Engine) -> None:
    add_startup(migrated)

    with write_session(migrated) as session, migrated.connect() as other:
        session.get_one(Startup, "S1")
        other.execute(text("PRAGMA busy_timeout = 1"))
        with pytest.raises(OperationalError, match="locked"):
            other.execute(text("UPDATE city SET id = id"))


def test_read_session_changes_nothing(migrated: Engine) -> None:
    add_startup(migrated, "kept")

    with read_session(migrated) as session:
        session.add(Startup(id="lost", name="Startup", invented=True))
        session.flush()
        inside = list(session.exec(select(Startup.id).order_by(Startup.id)))

    assert inside == ["kept", "lost"]
    assert startup_names(migrated) == ["kept"]


def test_read_session_sees_one_state(migrated: Engine) -> None:
    add_startup(migrated, "first")

    with read_session(migrated) as session:
        before = session.exec(select(Startup.id)).all()
        add_startup(migrated, "second")
        after = session.exec(select(Startup.id)).all()

    assert (before, after) == (["first"], ["first"])
    assert startup_names(migrated) == ["first", "second"]


def test_rows_that_point_nowhere_are_refused(migrated: Engine) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), write_session(migrated) as session:
        session.add(Profile(startup_id="nobody", language="ko", version=1, text="글"))


def test_a_deleted_text_leaves_no_trace_in_the_file(migrated: Engine, tmp_path: Path) -> None:
    secret = "zebra-crossing-secret " * 20
    add_startup(migrated)
    with write_session(migrated) as session:
        session.add(Profile(startup_id="S1", language="en", version=1, text=secret))
    with write_session(migrated) as session:
        session.delete(session.get_one(Startup, "S1"))

    migrated.dispose()

    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]
    assert b"zebra-crossing" not in (tmp_path / "empty.db").read_bytes()


def test_schema_revision_of_an_empty_file_is_none(empty: Engine, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()

    assert schema_revision(empty) is None


def test_schema_revision_without_a_row_is_none(migrated: Engine) -> None:
    with Session(migrated) as session:
        session.connection().execute(text("DELETE FROM alembic_version"))
        session.commit()

    assert schema_revision(migrated) is None


def test_migrate_brings_every_table_and_the_newest_revision(migrated: Engine) -> None:
    tables = set(inspect(migrated).get_table_names())

    assert tables == TABLES | {"alembic_version"}
    assert schema_revision(migrated) == head_revision()


def test_migrate_twice_changes_nothing(migrated: Engine) -> None:
    add_startup(migrated)
    before = schema_of(migrated)

    migrate(migrated)

    assert schema_of(migrated) == before
    assert startup_names(migrated) == ["S1"]


def test_migrations_equal_the_metadata(migrated: Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, metadata)

    assert differences == []
    assert set(metadata.tables) == TABLES


def test_downgrade_removes_every_table_and_upgrade_brings_them_back(migrated: Engine) -> None:
    before = schema_of(migrated)

    with migrated.execution_options(landfall_write=True).connect() as connection, connection.begin():
        command.downgrade(config_for(connection), "base")
    left, revision = inspect(migrated).get_table_names(), schema_revision(migrated)
    migrate(migrated)

    assert (left, revision) == (["alembic_version"], None)
    assert schema_of(migrated) == before


def test_a_reader_writes_nothing_whatever_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "landfall.db"
    writer = open_engine(f"sqlite:///{path}")
    migrate(writer)
    with writer.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
    writer.dispose()
    before = path.read_bytes()

    reader = open_reader(f"sqlite:///{path}")
    with read_session(reader) as session:
        found = session.exec(select(Startup)).all()
    with reader.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("DELETE FROM startup"))
    reader.dispose()

    assert found == []
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["landfall.db"]


def test_a_reader_sees_what_a_server_has_just_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'landfall.db'}"
    writer = open_engine(url)
    migrate(writer)
    with write_session(writer) as session:
        session.add(Startup(id="S1", name="Fresh", invented=True))

    reader = open_reader(url)
    with read_session(reader) as session:
        names = session.exec(select(Startup.name)).all()
    reader.dispose()
    writer.dispose()

    assert names == ["Fresh"]


def test_a_reader_of_something_else_than_a_file_is_an_ordinary_engine() -> None:
    reader = open_reader("sqlite://")

    assert reader.url.database is None
