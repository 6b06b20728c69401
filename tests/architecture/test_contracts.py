"""Who may import whom, and what a process must not load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from matcher.settings import PROJECT


def modules_after(code: str) -> set[str]:
    """Run a line in a fresh process and give the top-level modules it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sorted(sys.modules))"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_import_contracts_hold() -> None:
    command = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run(
        [command, "--no-cache"],
        cwd=PROJECT,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "Contracts: 5 kept, 0 broken." in done.stdout


def test_the_web_application_never_loads_the_model() -> None:
    loaded = modules_after("import web.app")

    assert loaded & {"torch", "sentence_transformers", "transformers"} == set()
    assert "fastapi" in loaded


@pytest.mark.parametrize(
    "module", ["models.vocabulary", "models.sector_fields", "matcher.errors", "matcher.engine.policy"]
)
def test_words_and_values_load_no_library(module: str) -> None:
    loaded = modules_after(f"import {module}")

    assert loaded & {"numpy", "pydantic", "sqlalchemy", "sqlmodel", "fastapi"} == set()


@pytest.mark.parametrize(
    "module", ["matcher.engine.ranking", "matcher.engine.analysis", "matcher.bridge.gloss"]
)
def test_the_engine_loads_no_database_and_no_server(module: str) -> None:
    loaded = modules_after(f"import {module}")

    assert loaded & {"sqlalchemy", "sqlmodel", "alembic", "fastapi", "starlette"} == set()
