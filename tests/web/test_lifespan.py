"""What happens before the first request and after the last: erased people go, the audit log is anchored."""

import os
import time
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.audit_heads import HEADS_FILE, read_heads
from matcher.workflows.audits import Act, record
from matcher.workflows.secret_tokens import hash_token
from matcher.workflows.server_key import KEY_FILE, ServerKeyError, make_key
from matcher.workflows.sign_ins import open_sign_in
from matcher.workflows.tombstones import Erased, add
from models.access import OPERATOR
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, Invitation, Startup
from tests.web.signing_in import SAME_SITE, add_account
from web import app as web_app
from web.app import create_app
from web.cookies import session_cookie


def write_entry(engine: Engine) -> None:
    """Write something into the audit log."""
    with write_session(engine) as session:
        record(session, OPERATOR, Act.SIGN_IN)


def test_an_erased_startup_is_gone_with_the_first_request(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    add(settings.keep, make_key(settings), Erased.STARTUP, "S01")

    with TestClient(create_app(settings, hashing_analyst)), read_session(engine) as session:
        there = session.exec(select(Startup.id).where(Startup.id == "S01")).all()

    assert there == []


def test_nothing_is_served_where_nobody_knows_who_was_erased(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    del engine
    add(settings.keep, make_key(settings), Erased.STARTUP, "S01")
    (settings.keep / KEY_FILE).unlink()
    app = create_app(settings, hashing_analyst)

    with pytest.raises(ServerKeyError), TestClient(app):
        pass

    app.state.engine.dispose()


def test_nothing_is_served_where_no_second_factor_could_be_read(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    with write_session(engine) as session:
        sealed = make_key(settings).seal("secret")
        session.add(Account(email="a@x.example", name="A", totp_sealed=sealed, totp_confirmed_at=now_utc()))
    (settings.keep / KEY_FILE).unlink()
    app = create_app(settings, hashing_analyst)

    with pytest.raises(ServerKeyError, match="is gone"), TestClient(app):
        pass

    app.state.engine.dispose()
    assert not (settings.keep / KEY_FILE).exists()


def test_the_first_start_makes_the_server_key(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    del engine
    with TestClient(create_app(settings, hashing_analyst)):
        assert (settings.keep / KEY_FILE).exists()


def test_a_key_that_goes_while_the_site_is_served_is_missed_and_not_replaced(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings, hashing_analyst)
    with TestClient(app, "http://127.0.0.1", headers=SAME_SITE) as client:
        with write_session(engine) as session:
            account = add_account(session, "a@x.example", office="manager")
            opened = open_sign_in(session, account, device="", address="")
        client.cookies.set(session_cookie(settings), opened.token, domain="127.0.0.1", path="/")
        (settings.keep / KEY_FILE).unlink()
        answer = client.post("/login/code", data={"code": "123456"})

    assert answer.status_code == 503
    assert "server.key is missing; put it back from a backup" in caplog.text
    assert not (settings.keep / KEY_FILE).exists()


def test_what_is_old_is_deleted_every_hour(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_app, "HOUR_SECONDS", 0.05)
    with write_session(engine) as session:
        ended = now_utc() - timedelta(days=91)
        session.add(
            Invitation(token_hash=hash_token("t"), email="x@x.example", role="manager", expires_at=ended)
        )

    def left() -> int:
        with read_session(engine) as session:
            return len(session.exec(select(Invitation)).all())

    with TestClient(create_app(settings, hashing_analyst)):
        end = time.monotonic() + 30
        while left() and time.monotonic() < end:
            time.sleep(0.05)

    assert left() == 0


def test_what_cannot_be_deleted_stops_nobody(
    settings: Settings,
    engine: Engine,
    hashing_analyst: LocalAnalyst,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    del engine
    monkeypatch.setattr(web_app, "HOUR_SECONDS", 0.05)
    letter = settings.data_dir / "mail" / "old.eml"
    letter.mkdir(parents=True)
    os.utime(letter, (0, 0))

    with TestClient(create_app(settings, hashing_analyst), "http://127.0.0.1") as client:
        end = time.monotonic() + 30
        while "what is old" not in caplog.text and time.monotonic() < end:
            time.sleep(0.05)
        answer = client.get("/healthz")

    assert answer.status_code == 200
    assert "what is old could not be deleted: " in caplog.text


def test_the_log_is_anchored_at_start_every_hour_and_at_the_end(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_app, "HOUR_SECONDS", 0.05)
    write_entry(engine)
    with TestClient(create_app(settings, hashing_analyst)):
        at_start = read_heads(settings.keep).newest
        write_entry(engine)
        end = time.monotonic() + 30
        while read_heads(settings.keep).newest < 2 and time.monotonic() < end:
            time.sleep(0.05)
        hourly = read_heads(settings.keep).newest
        monkeypatch.setattr(web_app, "HOUR_SECONDS", 3600.0)
        time.sleep(0.2)
        write_entry(engine)

    assert (at_start, hourly, read_heads(settings.keep).newest) == (1, 2, 3)


def test_a_head_that_cannot_be_kept_stops_nobody(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst, caplog: pytest.LogCaptureFixture
) -> None:
    write_entry(engine)
    (settings.keep / HEADS_FILE).mkdir(parents=True)

    with TestClient(create_app(settings, hashing_analyst), "http://127.0.0.1") as client:
        answer = client.get("/healthz")

    assert answer.status_code == 200
    assert "the head of the audit log could not be kept: IsADirectoryError" in caplog.text
