"""Whether this installation can serve, and what its operator should look at."""

import platform
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, func, select

from matcher.engine.analysis import analysis_fingerprint, content_hash
from matcher.engine.encoders import HASHING, open_encoder
from matcher.engine.model_files import PACKAGED_MODEL, PACKAGED_WEIGHTS
from matcher.errors import DatabaseNotReadyError, LandfallError
from matcher.settings import Settings
from matcher.workflows.analysts import reads_gloss
from matcher.workflows.audit_checks import check_heads
from matcher.workflows.audit_heads import read_heads
from matcher.workflows.calibrations import calibration_for
from matcher.workflows.first_keys import key_is_needed
from matcher.workflows.mail import open_mailer
from matcher.workflows.seeding import stored_sources
from matcher.workflows.server_key import KEY_FILE, ServerKeyError, read_key
from models.base import now_utc
from models.database import (
    database_exists,
    head_revision,
    open_engine,
    open_reader,
    read_session,
    schema_revision,
)
from models.tables import AuditEntry, TextEmbedding

_LEAST_FREE_MB = 200
_MB = 1024 * 1024
_PACKAGES = ("torch", "sentence-transformers", "faiss-cpu", "fastapi", "sqlmodel")
_WAL_RESET_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""First releases without the WAL-reset bug: of two older series, and of the newest."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_WARNING = "warning: "


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


_Look = Callable[[Settings, Session], Check]


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


def is_ready(engine: Engine, url: str) -> bool:
    """Say whether there is a database at this version's schema."""
    try:
        return database_exists(url) and schema_revision(engine) == head_revision()
    except SQLAlchemyError:
        return False


def check(engine: Engine, settings: Settings) -> Readiness:
    """Look at what a request needs: the database and the room to write."""
    return Readiness((_database(engine), _disk(settings)))


def examine(settings: Settings) -> Readiness:
    """Look at everything, for the operator; writes nothing.

    A check is wrong only where the service cannot run; what should be looked at begins with `warning`.
    """
    database, encoder = _database_at(settings.url), _encoder(settings)
    checks = [
        Check("landfall", ok=True, detail=version("landfall")),
        Check("python", ok=True, detail=platform.python_version()),
        Check("packages", ok=True, detail=", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
        _sqlite(sqlite3.sqlite_version_info),
        database,
    ]
    looks: list[_Look] = [_integrity, _audit, _keep]
    if encoder.ok:
        looks.append(_index)
    if database.ok:
        checks += _stored(settings, looks)
    return Readiness((
        *checks,
        encoder,
        *([_model(settings)] if encoder.ok else []),
        _disk(settings),
        _mail(settings),
        _public_url(settings),
    ))  # fmt: skip


def _sqlite(found: tuple[int, ...]) -> Check:
    shown = ".".join(map(str, found))
    same_series = [fixed for fixed in _WAL_RESET_FIXED[:-1] if fixed[:2] == found[:2]]
    if found >= _WAL_RESET_FIXED[-1] or any(found >= fixed for fixed in same_series):
        return Check("sqlite", ok=True, detail=shown)
    # Two connections must write and checkpoint at the same moment; writers here take one lock in turn, and
    # serving.lock keeps a second server away.
    advice = (
        "has the WAL-reset bug (fixed in 3.51.3); run one server and few commands beside it, keep backups"
    )
    return Check("sqlite", ok=True, detail=f"{_WARNING}{shown} {advice}")


def _stored(settings: Settings, looks: Sequence[_Look]) -> list[Check]:
    """Look into the database and at what is kept beside it."""
    engine = open_reader(settings.url)
    found = []
    try:
        for look in looks:
            try:
                with read_session(engine) as session:
                    found.append(look(settings, session))
            except (SQLAlchemyError, LandfallError, OSError) as error:
                told = str(error) if isinstance(error, LandfallError) else type(error).__name__
                found.append(Check(look.__name__.strip("_"), ok=False, detail=f"cannot be looked at: {told}"))
    finally:
        engine.dispose()
    return found


def _integrity(_settings: Settings, session: Session) -> Check:
    if session.connection().dialect.name != "sqlite":
        return Check("integrity", ok=True, detail="left to the database server")
    answer = session.connection().execute(text("PRAGMA quick_check(1)")).scalar()
    strays = session.connection().execute(text("PRAGMA foreign_key_check")).first()
    if answer != "ok":
        return Check("integrity", ok=False, detail="damaged: restore a backup (landfall restore)")
    if strays is not None:
        return Check("integrity", ok=False, detail=f"rows of {strays[0]} point to rows that are not there")
    return Check("integrity", ok=True, detail="quick_check and foreign keys in order")


def _audit(settings: Settings, session: Session) -> Check:
    heads = read_heads(settings.keep)
    fault = check_heads(session, heads)
    if fault:
        return Check("audit", ok=True, detail=f"{_WARNING}{fault}; run landfall audit verify")
    entries, oldest = session.exec(select(func.count(), func.min(AuditEntry.at))).one()
    detail = f"{entries} entries, anchored up to entry {heads.newest}"
    if oldest is not None and oldest < now_utc() - timedelta(days=365 * settings.audit_years):
        age = f"the oldest is older than {settings.audit_years} years, see docs/operation/README.md"
        detail = f"{_WARNING}{detail}; {age}"
    return Check("audit", ok=True, detail=detail)


def _keep(settings: Settings, session: Session) -> Check:
    path = settings.keep / KEY_FILE
    needed = key_is_needed(settings, session)
    try:
        read_key(path)
    except FileNotFoundError:
        if needed:
            return Check("keep", ok=False, detail=f"{path} is gone: put it back from a backup")
        return Check("keep", ok=True, detail=f"{settings.keep}: no server key yet, made when the site starts")
    except ServerKeyError as error:
        return Check("keep", ok=False, detail=str(error))
    loose = [one for one in (settings.keep, *sorted(settings.keep.iterdir())) if _others_may_read(one)]
    if loose:
        return Check("keep", ok=True, detail=f"{_WARNING}others may read {loose[0]}: chmod go= it")
    return Check("keep", ok=True, detail=f"{settings.keep}: private, with the server key")


def _others_may_read(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def _index(settings: Settings, session: Session) -> Check:
    encoder = open_encoder(settings.encoder)
    fingerprint = analysis_fingerprint(encoder, bridged=reads_gloss(settings.encoder))
    wanted = {content_hash(source) for source in stored_sources(session)}
    stored = set(
        session.exec(select(TextEmbedding.content_hash).where(TextEmbedding.encoder == fingerprint)).all()
    )
    missing = len(wanted - stored)
    if missing:
        detail = f"{_WARNING}{missing} of {len(wanted)} texts have no vector: run landfall reindex"
        return Check("index", ok=True, detail=detail)
    return Check("index", ok=True, detail=f"{len(wanted)} texts, every one with a vector")


def _model(settings: Settings) -> Check:
    encoder = open_encoder(settings.encoder)
    if encoder.name == HASHING:
        return Check("model", ok=True, detail=f"{_WARNING}no model: {HASHING} is for tests")
    if encoder.name == PACKAGED_MODEL:
        return Check("model", ok=True, detail=f"weights {PACKAGED_WEIGHTS[:12]}, as packaged")
    return Check("model", ok=True, detail=f"files {encoder.fingerprint[:12]}, of allowed kinds")


def _mail(settings: Settings) -> Check:
    try:
        open_mailer(settings)
    except LandfallError as error:
        return Check("mail", ok=False, detail=str(error))
    if settings.mail == "file":
        return Check("mail", ok=True, detail=f"files in {settings.data_dir / 'mail'}; nobody gets a letter")
    if settings.mail == "console":
        return Check("mail", ok=True, detail="printed; nobody gets a letter")
    server = urlsplit(settings.mail)
    return Check("mail", ok=True, detail=f"{server.scheme} to {server.hostname}, from {settings.mail_from}")


def _public_url(settings: Settings) -> Check:
    if not settings.public_url:
        return Check("public_url", ok=True, detail="empty: for this machine only")
    try:
        host = urlsplit(settings.public_url).hostname or ""
    except ValueError:
        return Check("public_url", ok=False, detail="is no address such as https://landfall.example")
    if host not in {name.strip().strip("[]") for name in settings.allowed_hosts.split(",")}:
        return Check("public_url", ok=True, detail=f"{_WARNING}{host} is not in LANDFALL_ALLOWED_HOSTS")
    if not settings.https and host not in _LOOPBACK:
        return Check("public_url", ok=True, detail=f"{_WARNING}{settings.public_url} is not https")
    return Check("public_url", ok=True, detail=settings.public_url)


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
