"""What happens before the first request and after the last: erased people go, the audit log is anchored."""

import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.audit_heads import HEADS_FILE, read_heads
from matcher.workflows.audits import Act, record
from matcher.workflows.server_key import KEY_FILE, ServerKeyError, server_key
from matcher.workflows.tombstones import Erased, add
from models.access import OPERATOR
from models.database import read_session, write_session
from models.tables import Startup
from web import app as web_app
from web.app import create_app


def write_entry(engine: Engine) -> None:
    """Write something into the audit log."""
    with write_session(engine) as session:
        record(session, OPERATOR, Act.SIGN_IN)


def test_an_erased_startup_is_gone_with_the_first_request(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    add(settings.keep, server_key(settings), Erased.STARTUP, "S01")

    with TestClient(create_app(settings, hashing_analyst)), read_session(engine) as session:
        there = session.exec(select(Startup.id).where(Startup.id == "S01")).all()

    assert there == []


def test_nothing_is_served_where_nobody_knows_who_was_erased(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    del engine
    add(settings.keep, server_key(settings), Erased.STARTUP, "S01")
    (settings.keep / KEY_FILE).unlink()
    app = create_app(settings, hashing_analyst)

    with pytest.raises(ServerKeyError), TestClient(app):
        pass

    app.state.engine.dispose()


def test_the_log_is_anchored_at_start_every_hour_and_at_the_end(
    settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_app, "ANCHOR_SECONDS", 0.05)
    write_entry(engine)
    with TestClient(create_app(settings, hashing_analyst)):
        at_start = read_heads(settings.keep).newest
        write_entry(engine)
        end = time.monotonic() + 30
        while read_heads(settings.keep).newest < 2 and time.monotonic() < end:
            time.sleep(0.05)
        hourly = read_heads(settings.keep).newest
        monkeypatch.setattr(web_app, "ANCHOR_SECONDS", 3600.0)
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
