"""What `landfall seed --fixture` loads, and how it is told."""

import json
import os
from pathlib import Path

import typer

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows.acceptance_fixture import make_acceptance_fixture
from matcher.workflows.demo_accounts import make_demo_accounts
from matcher.workflows.readiness import ready_engine
from models.database import database_exists, migrate, open_engine
from web.cli_options import Fixture


def load_fixture(settings: Settings, fixture: Fixture, out: Path | None) -> None:
    """Load a fixture and tell its logins.

    Raises:
        FieldError: the fixture and the options do not go together.
        DatabaseNotReadyError: the database has another schema.
    """
    if (out is None) == (fixture is Fixture.ACCEPTANCE):
        raise FieldError("out", "a file goes with the fixture acceptance, and only with it")
    if fixture is Fixture.ACCEPTANCE and not database_exists(settings.url):
        _make_database(settings)
    with ready_engine(settings.url) as engine:
        if out is None:
            for account in make_demo_accounts(engine, settings):
                told = account.told
                code = f"   authenticator secret {told.totp_secret}" if told.totp_secret else ""
                typer.echo(f"      {account.role.value:9} {told.login:35} {told.password}{code}")
            return
        document = make_acceptance_fixture(engine, settings).document()
    _write_private(out, json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _make_database(settings: Settings) -> None:
    engine = open_engine(settings.url)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def _write_private(path: Path, content: str) -> None:
    """Write a file that holds passwords: nobody else on the machine reads it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
