"""Whether this installation can serve: versions, schema, model files, calibration, disk."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from matcher.engine.encoders import HASHING, open_encoder
from matcher.errors import DatabaseNotReadyError, LandfallError
from matcher.settings import Settings
from matcher.workflows.calibrations import calibration_for
from models.database import database_exists, head_revision, open_engine, open_reader, schema_revision

_LEAST_FREE_MB = 200
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """All checks; ready when every one is in order."""

    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.ok for check in self.checks)


@contextmanager
def ready_engine(url: str, *, for_reading: bool = False) -> Iterator[Engine]:
    """Open the database where it is at this version's schema, and close it afterwards.

    Args:
        url: SQLAlchemy URL.
        for_reading: write nothing, not even a file beside the database.

    Raises:
        DatabaseNotReadyError: there is no database, or its schema is not this version's.
    """
    opening = open_reader if for_reading else open_engine
    # Opening a file that is not there would make an empty one.
    engine = opening(url) if database_exists(url) else None
    try:
        if engine is None or schema_revision(engine) != head_revision():
            raise DatabaseNotReadyError("database: is not at this version's schema; run landfall migrate")
        yield engine
    finally:
        if engine is not None:
            engine.dispose()


def check(engine: Engine, settings: Settings) -> Readiness:
    """Look at what a request needs: the database and the room to write."""
    return Readiness((_database(engine), _disk(settings)))


def examine(settings: Settings) -> Readiness:
    """Look at everything, for the operator."""
    return Readiness((
        Check("landfall", ok=True, detail=version("landfall")),
        Check("sqlite", ok=True, detail=sqlite3.sqlite_version),
        _database_at(settings.url),
        _encoder(settings),
        _disk(settings),
    ))  # fmt: skip


def _database_at(url: str) -> Check:
    """Look at the database of a URL without making one."""
    try:
        if not database_exists(url):
            return _schema(None)
        engine = open_engine(url)
        try:
            return _database(engine)
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        return _unopened(error)


def _database(engine: Engine) -> Check:
    try:
        return _schema(schema_revision(engine))
    except SQLAlchemyError as error:
        return _unopened(error)


def _unopened(error: Exception) -> Check:
    return Check("database", ok=False, detail=f"cannot be opened: {type(error).__name__}")


def _schema(found: str | None) -> Check:
    wanted = head_revision()
    if found != wanted:
        detail = f"schema {found or 'missing'}, this version needs {wanted}: run landfall migrate"
        return Check("database", ok=False, detail=detail)
    return Check("database", ok=True, detail=f"schema {found}")


def _encoder(settings: Settings) -> Check:
    try:
        encoder = open_encoder(settings.encoder)
        calibration = calibration_for(settings, encoder.fingerprint)
    except LandfallError as error:
        return Check("encoder", ok=False, detail=str(error))
    fitted = bool(calibration.means) or encoder.name == HASHING
    detail = f"{encoder.name} {encoder.fingerprint[:12]}, calibration {calibration.version}"
    if not fitted:
        detail += " without means for this model: run landfall calibrate"
    return Check("encoder", ok=True, detail=detail)


def _disk(settings: Settings) -> Check:
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free // _MB
    return Check("disk", ok=free >= _LEAST_FREE_MB, detail=f"{free} MB free")
