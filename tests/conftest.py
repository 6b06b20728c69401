"""Fixtures shared by all tests: settings in a temporary folder, a migrated and seeded database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.seed_records import SeedRecords, read_seed
from matcher.workflows.seeding import embed, seed
from models.database import migrate, open_engine

# A time limit for each example would measure how busy the machine is.
hypothesis.settings.register_profile(
    "landfall", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("landfall")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation that is only a folder: nothing is migrated yet."""
    return Settings(data_dir=tmp_path / "data", encoder="hashing", tries_per_minute=10_000)


@pytest.fixture(scope="session")
def seed_records() -> SeedRecords:
    """The shipped records, a few invented startups only, so that tests stay fast."""
    records = read_seed(PROJECT / "seed_data")
    return SeedRecords(records.cities, records.agencies, records.programs, records.startups[:6])


@pytest.fixture(scope="session")
def hashing_analyst(tmp_path_factory: pytest.TempPathFactory) -> LocalAnalyst:
    """An analyst that needs no model."""
    return LocalAnalyst(Settings(data_dir=tmp_path_factory.mktemp("analyst"), encoder="hashing"))


@pytest.fixture(scope="session")
def seeded_file(
    tmp_path_factory: pytest.TempPathFactory, seed_records: SeedRecords, hashing_analyst: LocalAnalyst
) -> Path:
    """A database file built by the migrations and the loader, once for all tests."""
    folder = tmp_path_factory.mktemp("seeded")
    engine = open_engine(f"sqlite:///{folder / 'landfall.db'}")
    migrate(engine)
    seed(engine, seed_records, invented=True)
    embed(engine, hashing_analyst)
    engine.dispose()
    return folder / "landfall.db"


@pytest.fixture
def engine(settings: Settings, seeded_file: Path) -> Iterator[Engine]:
    """A database of one's own, with the shipped programs and six invented startups."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(seeded_file, settings.data_dir / "landfall.db")
    engine = open_engine(settings.url)
    yield engine
    engine.dispose()
