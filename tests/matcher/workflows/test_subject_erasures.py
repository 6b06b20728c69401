"""After an erasure no byte of it is found: not in the database, its log, letters, or a backup put back."""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.engine.analysis import SourceText
from matcher.errors import FieldError, UnknownStartupError, UnknownThingError
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.audit_checks import verify
from matcher.workflows.audit_heads import Heads
from matcher.workflows.backups import back_up
from matcher.workflows.embeddings import store_texts
from matcher.workflows.mail import FileMailer, Letter
from matcher.workflows.restores import restore
from matcher.workflows.seed_records import SeedRecords
from matcher.workflows.seeding import seed
from matcher.workflows.server_key import make_key
from matcher.workflows.subject_erasures import erase, erase_own_account, erase_own_startup
from matcher.workflows.tombstones import TOMBSTONES_FILE, Erased, read
from models.access import Actor
from models.database import migrate, open_engine, read_session, write_session
from models.tables import (
    Account,
    AuditEntry,
    Comment,
    Notice,
    OutsideTie,
    Profile,
    Question,
    Startup,
    StartupMember,
    TextEmbedding,
)
from models.vocabulary import Language
from tests.matcher.workflows.founded import CANARY, EMAIL, FOUNDER, NAME, TEXT, add_startup, add_traces


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own."""
    return Settings(data_dir=tmp_path / "data", encoder="hashing")


@pytest.fixture
def founded(settings: Settings, tiny_records: SeedRecords, hashing_analyst: LocalAnalyst) -> Iterator[Engine]:
    """Open an installation with traces of the startup everywhere."""
    engine = open_engine(settings.url)
    migrate(engine)
    make_key(settings)
    seed(engine, tiny_records, invented=True)
    add_startup(engine)
    add_traces(engine, settings)
    store_texts(engine, hashing_analyst, [SourceText(TEXT, Language.KO)])
    mailer = FileMailer(settings.data_dir / "mail", "landfall@localhost")
    mailer.send(Letter(EMAIL, "Founder", "Einladung", f"Welcome to {NAME}"))
    mailer.send(Letter("boss@x.example", "Boss", "Report", f"About {NAME} today"))
    mailer.send(Letter("other@x.example", "Other", "Hello", "Nothing of it"))
    imports = settings.data_dir / "imports"
    imports.mkdir()
    (imports / "waiting.json").write_text(f"{NAME}, {EMAIL}", encoding="utf-8")
    yield engine
    engine.dispose()


@pytest.fixture
def marks(hashing_analyst: LocalAnalyst) -> dict[str, bytes]:
    """Give every form the words may take in a file: two encodings, and the numbers of their vectors."""
    (read_text,) = hashing_analyst.read([SourceText(TEXT, Language.KO)])
    row = np.asarray(read_text.whole, dtype="<f4")
    start = int(np.flatnonzero(row)[0])
    vector = struct.pack("<16f", *row[start : start + 16].tolist())
    return {
        "utf-8": CANARY.encode(),
        "utf-16": CANARY.encode("utf-16-le"),
        "escaped": CANARY.encode("ascii", "backslashreplace"),
        "vector": vector,
    }


def hits(folder: Path, marks: dict[str, bytes], *, but: str = "-") -> list[str]:
    """List the files that hold one of the marks."""
    return [
        f"{path.relative_to(folder)}: {name}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and but not in path.parts
        for name, mark in marks.items()
        if mark in path.read_bytes()
    ]


def test_nothing_of_an_erased_startup_is_left(
    founded: Engine, settings: Settings, tmp_path: Path, marks: dict[str, bytes]
) -> None:
    before = hits(tmp_path, marks)

    done = erase(settings, founded, "real")

    assert any("utf-8" in hit for hit in before)
    assert any("vector" in hit for hit in before)
    assert hits(tmp_path, marks) == []
    assert (done.kind, done.letters, done.log_empty, done.left) == (Erased.STARTUP, 2, True, ())
    with read_session(founded) as session:
        assert session.get(Startup, "one") is not None
        assert session.get(Account, FOUNDER.account_id) is not None
        assert [tie.name for tie in session.exec(select(OutsideTie))] == ["Another company"]
        assert [session.exec(select(table)).all() for table in (Comment, Question, Notice)] == [[], [], []]
        last = session.exec(select(AuditEntry).where(AuditEntry.act == "erased")).one()
        assert (last.subject, CANARY in str(last.details)) == ("real", False)
        assert verify(session, Heads()).fault is None


def test_a_backup_from_before_brings_nothing_back(
    founded: Engine, settings: Settings, tmp_path: Path, marks: dict[str, bytes]
) -> None:
    back_up(settings, tmp_path / "backup")
    erase(settings, founded, "real")
    founded.dispose()

    done = restore(settings, tmp_path / "backup", replace=True)
    assert done.before is not None
    moved = hits(done.before.parent, marks)
    done.before.unlink()

    assert (done.erased, moved) == (1, [])
    assert hits(tmp_path, marks, but="backup") == []


def test_an_erased_person_leaves_the_startup_and_no_address(
    founded: Engine, settings: Settings, tmp_path: Path
) -> None:
    done = erase(settings, founded, FOUNDER.account_id or "")

    assert done.kind is Erased.ACCOUNT
    assert hits(tmp_path, {"address": EMAIL.encode(), "utf-16": EMAIL.encode("utf-16-le")}) == []
    with read_session(founded) as session:
        assert session.get(Startup, "real") is not None
        assert len(read(settings.keep / TOMBSTONES_FILE)) == 1


def test_what_was_read_of_a_text_goes_with_the_last_who_has_it(founded: Engine, settings: Settings) -> None:
    with write_session(founded) as session:
        session.add(Profile(startup_id="one", language="ko", version=2, text=TEXT))

    erase(settings, founded, "real")

    with read_session(founded) as session:
        assert len(session.exec(select(TextEmbedding)).all()) == 1


@pytest.mark.parametrize("wrong", ["", "nobody", "\x00", "\ud800"])
def test_an_unknown_id_erases_nothing(founded: Engine, settings: Settings, wrong: str) -> None:
    with pytest.raises(UnknownThingError):
        erase(settings, founded, wrong)

    assert read(settings.keep / TOMBSTONES_FILE) == ()


def test_a_founder_types_the_name(founded: Engine, settings: Settings) -> None:
    key = make_key(settings)
    with write_session(founded) as session, pytest.raises(FieldError, match="name"):
        erase_own_startup(session, FOUNDER, "real", "another", settings=settings, key=key)
    with write_session(founded) as session, pytest.raises(UnknownStartupError):
        erase_own_startup(session, FOUNDER, "one", "One Ltd", settings=settings, key=key)
    with write_session(founded) as session:
        erase_own_startup(session, FOUNDER, "real", f"  {NAME} ", settings=settings, key=key)

    with read_session(founded) as session:
        assert session.get(Startup, "real") is None


def test_the_last_founder_and_the_last_admin_stay(founded: Engine, settings: Settings) -> None:
    key = make_key(settings)
    with write_session(founded) as session:
        session.add(Account(id="d" * 32, email="admin@x.example", name="Admin", office="admin"))
    admin = Actor("d" * 32, admin=True)

    with write_session(founded) as session, pytest.raises(FieldError, match="without a founder"):
        erase_own_account(session, FOUNDER, EMAIL, settings=settings, key=key)
    with write_session(founded) as session, pytest.raises(FieldError, match="last admin"):
        erase_own_account(session, admin, "admin@x.example", settings=settings, key=key)
    with pytest.raises(FieldError, match="last admin"):
        erase(settings, founded, "d" * 32)
    with write_session(founded) as session:
        session.add(StartupMember(account_id="a" * 32, startup_id="real"))
    with write_session(founded) as session, pytest.raises(FieldError, match="email"):
        erase_own_account(session, FOUNDER, "x", settings=settings, key=key)
    with write_session(founded) as session:
        erase_own_account(session, FOUNDER, EMAIL.upper(), settings=settings, key=key)

    with read_session(founded) as session:
        assert session.get(Account, FOUNDER.account_id) is None
