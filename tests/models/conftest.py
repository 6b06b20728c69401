"""Database files that belong to one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import migrate, open_engine


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    """Open a database file that nothing was done with."""
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def migrated(empty: Engine) -> Engine:
    """Open a database with every table and no row."""
    migrate(empty)
    return empty
