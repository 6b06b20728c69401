"""Erased startups and people stay erased, whatever database is put back."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from matcher.engine.analysis import SourceText, content_hash
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.audit_checks import verify
from matcher.workflows.audit_heads import Heads
from matcher.workflows.embeddings import store_texts
from matcher.workflows.erasures import erase_account, erase_startup
from matcher.workflows.seeding import stored_sources
from matcher.workflows.server_key import KEY_FILE, ServerKeyError, make_key
from matcher.workflows.tombstones import (
    TOMBSTONES_FILE,
    Erased,
    TombstonesError,
    add,
    erase_again,
    hash_of,
    merge,
    read,
)
from models.access import OPERATOR
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import (
    Account,
    AgencyMember,
    AuditEntry,
    Candidacy,
    Invitation,
    Profile,
    Review,
    ReviewStep,
    SignIn,
    Startup,
    StartupMember,
    TextEmbedding,
)
from models.vocabulary import Language

OF_STARTUPS = (Profile, Candidacy, Review, ReviewStep, StartupMember)


@pytest.fixture
def settings(tmp_path: Path, bare: Engine) -> Settings:
    """Settings whose database is the tiny one."""
    url = bare.url.render_as_string()
    return Settings(
        data_dir=tmp_path / "data", database_url=url, keep_dir=tmp_path / "keep", encoder="hashing"
    )


@pytest.fixture
def peopled(tiny: Engine, hashing_analyst: LocalAnalyst) -> Engine:
    """Open the tiny database, its texts read, with a founder, a reviewer and a decision for each startup."""
    with read_session(tiny) as session:
        sources = stored_sources(session)
    store_texts(tiny, hashing_analyst, sources)
    with write_session(tiny) as session:
        for startup in ("one", "two"):
            founder = Account(email=f"{startup}@founder.example", name=startup)
            session.add(founder)
            session.flush()
            session.add(StartupMember(account_id=founder.id, startup_id=startup))
            session.add(SignIn(account_id=founder.id, token_hash=startup))
            session.add(Review(program_id="alpha", startup_id=startup, desk="agency", reviewer="r"))
            session.add(
                ReviewStep(program_id="alpha", startup_id=startup, desk="agency", before={}, reviewer="r")
            )
            session.add(
                Invitation(
                    token_hash=startup,
                    email=founder.email,
                    role="reviewer",
                    agency_id="office",
                    expires_at=now_utc(),
                )
            )
            session.add(AgencyMember(account_id=founder.id, agency_id="office"))
    return tiny


def startups_in(session: Session) -> dict[str, set[str]]:
    """List the startups each table that depends on them names."""
    return {table.__name__: set(session.exec(select(col(table.startup_id))).all()) for table in OF_STARTUPS}


def account_of(session: Session, startup: str) -> str:
    """Give the id of a startup's founder."""
    found = session.exec(select(Account.id).where(Account.email == f"{startup}@founder.example"))
    return found.one()


def readings(session: Session, *texts: SourceText) -> int:
    """Count the stored analyses of texts."""
    hashes = [content_hash(text) for text in texts]
    query = select(func.count()).where(col(TextEmbedding.content_hash).in_(hashes))
    return session.exec(query).one()


TEXT = SourceText("We recycle batteries.", Language.EN)


def test_an_erased_startup_takes_everything_that_hangs_on_it(peopled: Engine) -> None:
    with read_session(peopled) as session:
        before = readings(session, TEXT)

    with write_session(peopled) as session:
        assert erase_startup(session, OPERATOR, "one") == erase_startup(session, OPERATOR, "one") == ()

    with read_session(peopled) as session:
        assert (before, readings(session, TEXT)) == (1, 0)
        assert startups_in(session) == {table.__name__: {"two"} for table in OF_STARTUPS}
        assert session.exec(select(func.count()).select_from(TextEmbedding)).one() == 3


def test_a_text_that_another_has_too_stays_read(peopled: Engine) -> None:
    with write_session(peopled) as session:
        session.add(Profile(startup_id="two", language="en", version=2, text=TEXT.text))

    with write_session(peopled) as session:
        erase_startup(session, OPERATOR, "one")

    with read_session(peopled) as session:
        assert readings(session, TEXT) == 1


def test_an_erased_account_takes_sessions_memberships_and_invitations(peopled: Engine) -> None:
    with write_session(peopled) as session:
        founder = account_of(session, "one")
        erased, again = erase_account(session, founder), erase_account(session, founder)

    with read_session(peopled) as session:
        assert (erased, again) == (True, False)
        assert session.exec(select(Account.email)).all() == ["two@founder.example"]
        assert session.exec(select(Invitation.email)).all() == ["two@founder.example"]
        assert session.exec(select(SignIn.token_hash)).all() == ["two"]
        assert session.exec(select(StartupMember.startup_id)).all() == ["two"]
        assert len(session.exec(select(AgencyMember)).all()) == 1
        assert set(session.exec(select(Startup.id)).all()) == {"one", "two"}


def test_who_was_erased_is_erased_again_and_only_they(peopled: Engine, settings: Settings) -> None:
    key = make_key(settings)
    with read_session(peopled) as session:
        founder = account_of(session, "two")
    add(settings.keep, key, Erased.STARTUP, "one")
    add(settings.keep, key, Erased.ACCOUNT, founder)
    add(settings.keep, key, Erased.STARTUP, "never-there")

    first, second = erase_again(settings, peopled), erase_again(settings, peopled)

    with read_session(peopled) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        assert session.exec(select(Startup.id)).all() == ["two"]
        assert session.exec(select(Account.email)).all() == ["one@founder.example"]
        assert [(entry.act, entry.subject, entry.object) for entry in entries] == [
            ("erased", "one", ""),
            ("erased", "", founder),
        ]
        assert verify(session, Heads()).fault is None
    assert (first, second) == (2, 0)


def test_what_was_erased_again_is_nowhere_in_the_files(peopled: Engine, settings: Settings) -> None:
    add(settings.keep, make_key(settings), Erased.STARTUP, "one")

    erase_again(settings, peopled)

    file = Path(str(peopled.url.database))
    content = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert b"We recycle batteries" not in content
    assert "배터리를 재활용합니다".encode() not in content
    assert b"We discover drugs" in content


def test_a_tombstone_tells_nothing_to_who_has_no_key(settings: Settings) -> None:
    key = make_key(settings)

    stone = add(settings.keep, key, Erased.STARTUP, "one")

    path = settings.keep / TOMBSTONES_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "kind": "startup",
        "hash": hash_of(key, Erased.STARTUP, "one"),
        "at": stone.at.isoformat(),
    }
    assert hash_of(key, Erased.STARTUP, "one") != hash_of(key, Erased.ACCOUNT, "one")


def test_without_tombstones_nothing_is_made_and_no_key_is_needed(peopled: Engine, settings: Settings) -> None:
    assert erase_again(settings, peopled) == 0
    assert not settings.keep.exists()


def test_without_the_key_nobody_is_served(peopled: Engine, settings: Settings) -> None:
    add(settings.keep, make_key(settings), Erased.STARTUP, "one")
    (settings.keep / KEY_FILE).unlink()

    with pytest.raises(ServerKeyError, match="is gone; without it nobody knows who was erased"):
        erase_again(settings, peopled)

    assert not (settings.keep / KEY_FILE).exists()


def test_a_line_cut_off_by_a_crash_is_left_out(settings: Settings) -> None:
    key = make_key(settings)
    first = add(settings.keep, key, Erased.STARTUP, "one")
    path = settings.keep / TOMBSTONES_FILE
    with path.open("a", encoding="utf-8") as file:
        file.write(first.line[:40])

    second = add(settings.keep, key, Erased.ACCOUNT, "one")

    assert read(path) == (first, second)


@pytest.mark.parametrize(
    "line", ["{}", '{"kind": "program", "hash": "h", "at": "2026-11-01T00:00:00+00:00"}', '["kind"}']
)
def test_a_damaged_tombstone_is_refused(settings: Settings, line: str) -> None:
    settings.keep.mkdir()
    path = settings.keep / TOMBSTONES_FILE
    path.write_text(f"{line}\n", encoding="utf-8")

    with pytest.raises(TombstonesError, match="line 1: is no tombstone"):
        read(path)


def test_bytes_that_are_no_text_are_refused(settings: Settings) -> None:
    settings.keep.mkdir()
    path = settings.keep / TOMBSTONES_FILE
    path.write_bytes(b"\xff\xfe}\n")

    with pytest.raises(TombstonesError, match="cannot be read"):
        read(path)


def test_merging_keeps_each_erasure_once(settings: Settings, tmp_path: Path) -> None:
    key = make_key(settings)
    here = [add(settings.keep, key, Erased.STARTUP, name) for name in ("one", "two")]
    there = [add(tmp_path / "other", key, Erased.STARTUP, name) for name in ("two", "three")]

    added = [merge(settings.keep, read(tmp_path / "other" / TOMBSTONES_FILE)) for _ in range(2)]

    assert added == [1, 0]
    assert [stone.hash for stone in read(settings.keep / TOMBSTONES_FILE)] == [
        here[0].hash,
        here[1].hash,
        there[1].hash,
    ]
    assert all(isinstance(stone.at, datetime) for stone in read(settings.keep / TOMBSTONES_FILE))
