"""Readiness: each check in order, and each one out of order."""

import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from matcher.settings import Settings
from matcher.workflows.readiness import Check, Readiness, check, examine
from models.database import head_revision, open_engine

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024  the shape of shutil's own answer


def by_name(found: Readiness) -> dict[str, Check]:
    """Give the checks by their names."""
    return {item.name: item for item in found.checks}


def write_model(folder: Path) -> Path:
    """Write files that look like a sentence-transformers model; it is never loaded."""
    folder.mkdir()
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_seeded_installation_is_ready(engine: Engine, settings: Settings) -> None:
    request, operator = check(engine, settings), examine(settings)

    assert (request.ready, operator.ready) == (True, True)
    assert list(by_name(request)) == ["database", "disk"]
    assert list(by_name(operator)) == ["landfall", "sqlite", "database", "encoder", "disk"]
    assert by_name(operator)["database"] == Check("database", ok=True, detail=f"schema {head_revision()}")
    assert by_name(operator)["encoder"].detail.startswith("hashing hashing-2, calibration ")
    assert "without means" not in by_name(operator)["encoder"].detail


def test_a_database_without_a_schema_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")

    found = check(engine, settings)

    engine.dispose()
    assert found.ready is False
    assert by_name(found)["database"].detail == (
        f"schema missing, this version needs {head_revision()}: run landfall migrate"
    )


def test_a_database_of_another_version_is_not_ready(engine: Engine, settings: Settings) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    found = by_name(check(engine, settings))["database"]

    assert found == Check(
        "database",
        ok=False,
        detail=f"schema 9999, this version needs {head_revision()}: run landfall migrate",
    )


def test_a_file_that_is_no_database_is_not_ready(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "landfall.db").write_bytes(b"not a database, whatever its name says" * 100)

    found = by_name(examine(settings))["database"]

    assert found == Check("database", ok=False, detail="cannot be opened: DatabaseError")


def test_an_address_that_is_none_is_reported(settings: Settings) -> None:
    wrong = settings.model_copy(update={"database_url": "nonsense"})

    found = by_name(examine(wrong))["database"]

    assert found == Check("database", ok=False, detail="cannot be opened: ArgumentError")


def test_examining_an_empty_folder_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    found = examine(settings)

    assert (found.ready, by_name(found)["database"].ok) == (False, False)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_not_there_is_reported(settings: Settings, tmp_path: Path) -> None:
    wrong = settings.model_copy(update={"encoder": str(tmp_path / "no-model")})

    found = by_name(examine(wrong))["encoder"]

    assert found.ok is False
    assert found.detail.endswith("is not a sentence-transformers model (no modules.json)")


def test_another_model_is_told_to_calibrate(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"encoder": str(write_model(tmp_path / "other"))})

    found = by_name(examine(other))["encoder"]

    assert found.ok is True
    assert found.detail.endswith("without means for this model: run landfall calibrate")


def test_damaged_figures_are_reported(settings: Settings) -> None:
    (settings.data_dir / "calibration" / "hashing-2").mkdir(parents=True)

    found = by_name(examine(settings))["encoder"]

    assert found.ok is False
    assert found.detail.startswith("calibration: hashing-2 cannot be read")


@pytest.mark.parametrize(("free", "ok"), [(199, False), (200, True)])
def test_a_disk_needs_two_hundred_megabytes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *, free: int, ok: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, free * 1024 * 1024))

    found = by_name(examine(settings))["disk"]

    assert found == Check("disk", ok=ok, detail=f"{free} MB free")
