"""The database engine: SQLite settings that hold under concurrent writers, and migrations.

Measured reasons stand in docs/decisions: the driver's own transactions lose updates, so every write
unit begins with BEGIN IMMEDIATE and every read unit with BEGIN.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool
from sqlmodel import Session

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
BUSY_TIMEOUT_MS = 10_000


def open_engine(url: str) -> Engine:
    """Open the database without touching it.

    Args:
        url: SQLAlchemy URL; the folder of a SQLite file is made if it is missing.

    Returns:
        An engine whose connections have foreign keys on, full synchronisation and secure deletion.

    Raises:
        ArgumentError: this is no URL, or the driver it needs is not installed.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        try:
            return create_engine(address, pool_pre_ping=True, hide_parameters=True)
        except ModuleNotFoundError as error:
            raise ArgumentError(f"the driver {error.name} is not installed") from error
    if address.database and address.database != ":memory:":
        # Only the account that runs the site reads what lies there.
        Path(address.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def open_reader(url: str) -> Engine:
    """Open a database that is there for reading only: not a byte of it and no file beside it is written.

    Args:
        url: SQLAlchemy URL. A SQLite file that nobody has open is read as it lies on the disk, so that
            a read-only folder will do; where a server has it open, its log is read with it.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return open_engine(url)
    path = Path(address.database).resolve()

    def connect() -> sqlite3.Connection:
        in_use = path.with_name(f"{path.name}-wal").exists()
        uri = f"file:{quote(str(path))}?mode=ro{'' if in_use else '&immutable=1'}"
        return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def database_exists(url: str) -> bool:
    """Say whether opening this URL would find a database rather than make an empty one."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return True
    return bool(address.database) and Path(str(address.database)).is_file()


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """One write unit: takes the write lock with its first statement, commits at the end or rolls back."""
    with (
        engine.execution_options(landfall_write=True).connect() as connection,
        Session(connection) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def read_session(engine: Engine) -> Iterator[Session]:
    """One read unit: sees one state of the database and changes nothing."""
    with Session(engine) as session:
        yield session
        session.rollback()


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest migration."""
    from alembic import command  # noqa: PLC0415  Alembic is needed by this act alone

    with engine.execution_options(landfall_write=True).connect() as connection, connection.begin():
        command.upgrade(_alembic_config(connection), "head")


def schema_revision(engine: Engine) -> str | None:
    """Give the migration the database is at, None if it has no schema."""
    with engine.connect() as connection:
        if not connection.dialect.has_table(connection, "alembic_version"):
            return None
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return None if row is None else str(row[0])


def head_revision() -> str:
    """Give the newest migration this code knows."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  as in migrate

    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None  # noqa: S101  the first migration is part of the source
    return head


def known_revisions() -> frozenset[str]:
    """Give every migration this code knows: a database at another one was made by a newer version."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  as in migrate

    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _alembic_config(connection: Connection) -> Any:
    from alembic.config import Config  # noqa: PLC0415  as in migrate

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _set_pragmas(connection: Any, _record: Any) -> None:
    # Without this the driver opens deferred transactions of its own, which lose updates.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "trusted_schema = OFF",
        "mmap_size = 0",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("landfall_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
