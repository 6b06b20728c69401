"""Erase a startup or a person: tombstone, rows, what was read from texts, letters, SQLite's log.

The tombstone comes first, so that a crash in between, and a backup put back later, are made good.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from unicodedata import normalize

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from matcher.errors import FieldError, UnknownThingError
from matcher.settings import Settings
from matcher.workflows import tombstones
from matcher.workflows.accounts import must_leave_an_admin, own_account
from matcher.workflows.audits import Act, record
from matcher.workflows.erasures import erase_account, erase_startup, truncate_log
from matcher.workflows.first_keys import ensure_key
from matcher.workflows.own_startups import own_startup
from matcher.workflows.server_key import ServerKey
from matcher.workflows.serving_locks import database_file
from matcher.workflows.tombstones import Erased
from matcher.workflows.vacancies import ChangedResult
from models.access import OPERATOR, Actor
from models.database import write_session
from models.tables import Account, Startup, StartupMember

_PATIENCE_SECONDS = 40
"""How long readers may keep SQLite's log from being emptied; each try waits for them by itself."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a letter about somebody holds: names and addresses; and whose results changed with the erasure."""

    words: frozenset[str]
    changed: tuple[ChangedResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased.

    Attributes:
        kind: a startup or an account.
        id: its id, which only the audit log still holds.
        letters: how many letters kept as files were deleted.
        log_empty: whether SQLite's log was emptied; else the next checkpoint does it.
        left: database files a restore moved aside; they are older and still hold everything.
    """

    kind: Erased
    id: str
    letters: int
    log_empty: bool
    left: tuple[Path, ...]


def erase(settings: Settings, engine: Engine, thing_id: str, reason: str = "") -> Erasure:
    """Erase a startup or an account for good; nothing can bring it back.

    Args:
        settings: name the folders.
        engine: the database.
        thing_id: id of a startup or of an account.
        reason: why, kept in the audit log; names nobody.

    Raises:
        UnknownThingError: nothing has this id.
        FieldError: it is the last admin's account.
        ServerKeyError: the key the tombstones were made with is gone.
    """
    key = ensure_key(settings, engine)
    with write_session(engine) as session:
        kind = kind_of(session, thing_id)
        if kind is Erased.STARTUP:
            marks = _erase_startup(session, OPERATOR, settings, key, startup_id=thing_id, reason=reason)
        else:
            account = session.get_one(Account, thing_id)
            must_leave_an_admin(session, account)
            marks = _erase_account(session, OPERATOR, settings, key, account=account, reason=reason)
    return finish(settings, engine, kind, thing_id, marks)


def kind_of(session: Session, thing_id: str) -> Erased:
    """Say whether an id is that of a startup or of an account.

    Raises:
        UnknownThingError: nothing has it.
    """
    if thing_id and thing_id.isprintable():
        if session.get(Startup, thing_id) is not None:
            return Erased.STARTUP
        if session.get(Account, thing_id) is not None:
            return Erased.ACCOUNT
    raise UnknownThingError("startup or account")


def erase_own_startup(
    session: Session, actor: Actor, startup_id: str, typed: str, *, settings: Settings, key: ServerKey
) -> Marks:
    """Erase a startup for one of its founders; `finish` has to follow when the rows are committed.

    Args:
        session: an open write unit.
        actor: a founder.
        startup_id: the startup.
        typed: its name, typed again.
        settings: name the folders.
        key: the server's key.

    Raises:
        UnknownStartupError: the actor is no founder of it.
        FieldError: the name is another.
    """
    startup = own_startup(session, actor, startup_id)
    if _plain(typed) not in {_plain(name) for name in _names_of(startup)}:
        raise FieldError("name", "is not the name of this startup")
    return _erase_startup(session, actor, settings, key, startup_id=startup_id, reason="asked by a founder")


def erase_own_account(
    session: Session, actor: Actor, typed: str, *, settings: Settings, key: ServerKey
) -> Marks:
    """Erase the own account; `finish` has to follow when the rows are committed.

    Args:
        session: an open write unit.
        actor: who signed in.
        typed: the own e-mail address, typed again.
        settings: name the folders.
        key: the server's key.

    Raises:
        FieldError: the address is another, it is the last admin's account, or a startup would be left without
            a founder.
    """
    account = own_account(session, actor)
    if _plain(typed) != _plain(account.email):
        raise FieldError("email", "is not the address of this account")
    must_leave_an_admin(session, account)
    if startups_founded_alone(session, account.id):
        raise FieldError("startups", "would be left without a founder")
    return _erase_account(session, actor, settings, key, account=account, reason="asked by its owner")


def startups_founded_alone(session: Session, account_id: str) -> tuple[Startup, ...]:
    """List the startups this account is the only founder of."""
    several = (
        select(StartupMember.startup_id).group_by(col(StartupMember.startup_id)).having(func.count() > 1)
    )
    rows = session.exec(
        select(Startup)
        .join(StartupMember, col(StartupMember.startup_id) == col(Startup.id))
        .where(StartupMember.account_id == account_id, col(Startup.id).not_in(several))
        .order_by(Startup.name)
    )
    return tuple(rows)


def finish(settings: Settings, engine: Engine, kind: Erased, thing_id: str, marks: Marks) -> Erasure:
    """Delete letters about who was erased and empty SQLite's log, after the rows are gone."""
    _drop_waiting_tables(settings)
    return Erasure(
        kind, thing_id, _drop_letters(settings, marks), _empty_log(engine), database_files_aside(settings)
    )


def database_files_aside(settings: Settings) -> tuple[Path, ...]:
    """List the database files a restore moved aside."""
    file = database_file(settings)
    return () if file is None else tuple(sorted(file.parent.glob(f"{file.name}.before-*")))


def erase_unasked(
    session: Session, settings: Settings, key: ServerKey, startup_id: str, reason: str
) -> Marks:
    """Erase a startup whose time is over, in the caller's write unit; `finish` has to follow."""
    return _erase_startup(session, OPERATOR, settings, key, startup_id=startup_id, reason=reason)


def _erase_startup(
    session: Session, actor: Actor, settings: Settings, key: ServerKey, *, startup_id: str, reason: str
) -> Marks:
    startup = session.get_one(Startup, startup_id)
    # Nothing stands in a letter about an example; its name may be an everyday word.
    names = frozenset[str]() if startup.invented else _names_of(startup)
    tombstones.add(settings.keep, key, Erased.STARTUP, startup_id)
    changed = erase_startup(session, actor, startup_id)
    record(session, actor, Act.ERASED, subject=startup_id, reason=reason)
    return Marks(names, changed)


def _names_of(startup: Startup) -> frozenset[str]:
    return frozenset(name for name in (startup.name, startup.native_name) if name)


def _erase_account(
    session: Session, actor: Actor, settings: Settings, key: ServerKey, *, account: Account, reason: str
) -> Marks:
    account_id, marks = account.id, Marks(frozenset({account.email}))
    tombstones.add(settings.keep, key, Erased.ACCOUNT, account_id)
    erase_account(session, account_id)
    record(session, actor, Act.ERASED, about=account_id, reason=reason)
    return marks


def _drop_letters(settings: Settings, marks: Marks) -> int:
    """Delete letters kept as files that name or are addressed to who was erased."""
    dropped = 0
    for path in (settings.data_dir / "mail").glob("*.eml"):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        if _names(content, marks.words):
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped


def _drop_waiting_tables(settings: Settings) -> None:
    """Delete every table that waits to be imported: it may hold the startup, in any spelling."""
    for path in (settings.data_dir / "imports").glob("*"):
        path.unlink(missing_ok=True)


def _names(content: bytes, words: Iterable[str]) -> bool:
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body()
    told = [str(value) for value in message.values()]
    told += [str(body.get_content())] if body is not None else []
    text = "\n".join(told).casefold()
    return any(word.casefold() in text for word in words)


def _empty_log(engine: Engine) -> bool:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not truncate_log(engine):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _plain(typed: str) -> str:
    return " ".join(normalize("NFC", typed).split()).casefold()
