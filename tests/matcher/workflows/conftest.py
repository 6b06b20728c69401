"""A tiny database of two programs and two invented startups, beside the shipped one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matcher.workflows.seed_records import SeedRecords, read_seed
from matcher.workflows.seeding import seed
from models.database import migrate, open_engine
from tests.matcher.workflows.builders import write_seed

TODAY = date(2026, 6, 30)


@pytest.fixture
def today() -> date:
    """Give the day company ages are counted to."""
    return TODAY


@pytest.fixture
def seed_folder(tmp_path: Path) -> Path:
    """Give a folder with the tiny seed files."""
    return write_seed(tmp_path / "seed_data")


@pytest.fixture
def tiny_records(seed_folder: Path) -> SeedRecords:
    """Read the tiny seed files."""
    return read_seed(seed_folder)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Engine]:
    """Open a migrated database without a row."""
    engine = open_engine(f"sqlite:///{tmp_path / 'tiny.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def tiny(bare: Engine, tiny_records: SeedRecords) -> Engine:
    """Open a database with the tiny records; its texts are not read yet."""
    seed(bare, tiny_records, invented=True)
    return bare


@pytest.fixture
def run_threads() -> Callable[[int, Callable[[int], None]], None]:
    """Give a function that runs another in several threads at once and raises what one of them raised."""

    def run(count: int, work: Callable[[int], None]) -> None:
        with ThreadPoolExecutor(count) as threads:
            list(threads.map(work, range(count)))

    return run
