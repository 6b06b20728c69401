"""`landfall export-subject`, `erase` and `retention` as an operator types them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from matcher.workflows.seed_records import read_seed
from matcher.workflows.seeding import seed
from matcher.workflows.tombstones import TOMBSTONES_FILE, read
from models.database import migrate, open_engine, read_session
from models.tables import Startup
from tests.matcher.workflows.builders import write_seed
from tests.matcher.workflows.founded import CANARY, add_startup
from web.cli import app


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Open an installation with a real startup, which the commands are pointed at."""
    monkeypatch.setenv("LANDFALL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LANDFALL_ENCODER", "hashing")
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'landfall.db'}")
    migrate(engine)
    seed(engine, read_seed(write_seed(tmp_path / "seed_data")), invented=True)
    add_startup(engine)
    yield engine
    engine.dispose()


def test_exporting_prints_everything_as_json(founded: Engine) -> None:
    del founded

    done = CliRunner().invoke(app, ["export-subject", "real"])

    document = json.loads(done.stdout)
    assert (done.exit_code, document["kind"], document["id"]) == (0, "startup", "real")
    assert document["tables"]["submission"][0]["content"] == {"summary": CANARY}
    assert CANARY in document["tables"]["profile"][0]["text"]


def test_erasing_leaves_a_tombstone(founded: Engine, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["erase", "real"])

    assert done.exit_code == 0
    assert "the startup real is gone" in done.stderr
    assert len(read(tmp_path / "data-keep" / TOMBSTONES_FILE)) == 1
    with read_session(founded) as session:
        assert session.get(Startup, "real") is None


@pytest.mark.parametrize("command", ["erase", "export-subject"])
def test_an_unknown_id_is_an_error(founded: Engine, command: str) -> None:
    del founded

    done = CliRunner().invoke(app, [command, "nobody"])

    assert done.exit_code != 0
    assert "there is none" in str(done.exception)


def test_retention_lists_and_erases_nothing_by_itself(
    founded: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDFALL_RETENTION_MONTHS_NOT_SELECTED", "3")

    done = CliRunner().invoke(app, ["retention", "--json"])
    applied = CliRunner().invoke(app, ["retention", "--apply"])

    assert json.loads(done.stdout) == {
        "applied": False,
        "months_not_selected": 3,
        "years_selected": 5,
        "startups": [],
    }
    assert (applied.exit_code, applied.stdout, applied.stderr) == (0, "", "retention: 0 startups erased\n")
    with read_session(founded) as session:
        assert session.get(Startup, "real") is not None
