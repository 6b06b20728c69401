"""Importing the engine or the bridge stays light: what is heavy is imported where it is first needed."""

import subprocess
import sys

import pytest

from matcher.settings import PROJECT

IMPORT_ALL = """
import importlib, pkgutil, sys
import matcher.bridge, matcher.engine

for package in (matcher.bridge, matcher.engine):
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
print(*sorted(sys.modules))
"""


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """Names of all modules a fresh process holds after importing every module of engine and bridge."""
    run = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_engine_and_bridge_import_every_module(imported: set[str]) -> None:
    assert {"matcher.engine.scoring", "matcher.engine.ranking", "matcher.bridge.korean"} - imported == set()


@pytest.mark.parametrize(
    "heavy",
    ["torch", "transformers", "sentence_transformers", "faiss", "bm25s", "sklearn", "ortools", "pandas"],
)
def test_engine_and_bridge_do_not_import_what_is_heavy(imported: set[str], heavy: str) -> None:
    assert heavy not in imported


def test_engine_and_bridge_do_not_import_the_korean_analyser(imported: set[str]) -> None:
    assert "kiwipiepy" not in imported


@pytest.mark.parametrize("database", ["sqlalchemy", "sqlmodel", "fastapi", "models.tables"])
def test_engine_and_bridge_know_no_database_and_no_http(imported: set[str], database: str) -> None:
    assert database not in imported


def test_highspy_is_never_installed() -> None:
    # It and OR-Tools cannot be loaded by one process: https://github.com/google/or-tools/issues/5246
    assert "highspy" not in (PROJECT / ".ci" / "constraints.txt").read_text(encoding="utf-8")
