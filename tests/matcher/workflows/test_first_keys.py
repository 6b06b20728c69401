"""The server's first key: made once, and never where something was sealed or hashed with another."""

import pytest
from sqlalchemy import Engine

from matcher.settings import Settings
from matcher.workflows.first_keys import ensure_key
from matcher.workflows.server_key import KEY_FILE, ServerKeyError, make_key, server_key
from matcher.workflows.tombstones import Erased, add
from models.base import now_utc
from models.database import write_session
from models.tables import Account


def add_sealed(engine: Engine, sealed: str) -> None:
    """Add somebody who has an authenticator app."""
    with write_session(engine) as session:
        session.add(Account(email="a@x.example", name="A", totp_sealed=sealed, totp_confirmed_at=now_utc()))


def test_a_database_that_holds_nothing_sealed_gets_a_key_once(settings: Settings, bare: Engine) -> None:
    first, second = ensure_key(settings, bare), ensure_key(settings, bare)

    assert first.keyed_hash("p", "v") == second.keyed_hash("p", "v")
    assert server_key(settings).unseal(first.seal("secret")) == "secret"


def test_a_key_that_is_there_is_used_with_what_it_sealed(settings: Settings, bare: Engine) -> None:
    sealed = make_key(settings).seal("secret")
    add_sealed(bare, sealed)

    assert ensure_key(settings, bare).unseal(sealed) == "secret"


def test_no_key_is_made_in_the_place_of_one_that_secrets_were_sealed_with(
    settings: Settings, bare: Engine
) -> None:
    add_sealed(bare, make_key(settings).seal("secret"))
    (settings.keep / KEY_FILE).unlink()

    with pytest.raises(ServerKeyError, match="is gone, and no second factor can be read without it"):
        ensure_key(settings, bare)

    assert not (settings.keep / KEY_FILE).exists()


def test_no_key_is_made_where_somebody_was_erased(settings: Settings, bare: Engine) -> None:
    add(settings.keep, make_key(settings), Erased.STARTUP, "one")
    (settings.keep / KEY_FILE).unlink()

    with pytest.raises(ServerKeyError, match="is gone"):
        ensure_key(settings, bare)

    assert not (settings.keep / KEY_FILE).exists()
