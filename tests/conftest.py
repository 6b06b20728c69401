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

JAMO = ((0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2))
"""First and last of the initial, middle and final letters that a Hangul syllable is taken apart into."""


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
def multilingual_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model of all languages: letters and Hangul jamo, weights drawn from a seed."""
    import torch  # noqa: PLC0415 - few tests need it
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - as above
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer  # noqa: PLC0415
    from transformers import BertConfig, BertModel, BertTokenizer  # noqa: PLC0415 - as above

    jamo = [chr(code) for first, last in JAMO for code in range(first, last + 1)]
    letters = [*jamo, *"abcdefghijklmnopqrstuvwxyz0123456789.,-"]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = [*special, *letters, *(f"##{letter}" for letter in letters)]
    bare = tmp_path_factory.mktemp("bare")
    tokens = BertTokenizer(
        vocab={word: place for place, word in enumerate(words)}, do_lower_case=True, model_max_length=128
    )
    tokens.save_pretrained(bare)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        config = BertConfig(
            vocab_size=len(words),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=128,
        )
        BertModel(config).save_pretrained(bare)
    reader = Transformer(str(bare), max_seq_length=128)
    folder = tmp_path_factory.mktemp("models") / "multilingual"
    SentenceTransformer(modules=[reader, Pooling(32, "mean")], device="cpu").save(str(folder))
    return folder


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
