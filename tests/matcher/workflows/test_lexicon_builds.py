"""The recipe of the meanings by hand, and the files a build writes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.bridge.lexicon import Concept, load_gazetteer, load_lexicon
from matcher.bridge.lexicon_check import missing_meanings, stale_files
from matcher.bridge.tokenised import FOLDER, read_concepts, read_meanings, read_phrases
from matcher.engine.encoders import HashingEncoder, open_encoder, unit_rows
from matcher.engine.model_files import PACKAGED_MODEL
from matcher.workflows.lexicon_builds import LexiconBuild, build_lexicon, describe, reduce_vectors
from models.vocabulary import Language

shapes = st.tuples(st.integers(2, 12), st.integers(2, 8), st.integers(0, 2**32 - 1))


def concept(*variants: str) -> Concept:
    """Make a concept of which only the English variants matter."""
    return Concept((variants, (), (), ()), "gen", "general", 1)


def random_rows(shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Make unit rows: (concepts, dimension), from a seed."""
    count, dimension, seed = shape
    return unit_rows(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LexiconBuild]:
    """Build the shipped lexicon with the encoder that needs no model."""
    folder = tmp_path_factory.mktemp("built") / "new" / "tokenised"
    return folder, build_lexicon(HashingEncoder(), folder)


def test_a_name_is_described_by_three_distinct_variants_of_all_its_lines() -> None:
    concepts = [
        concept("cell", "battery cell"),
        concept("visa"),
        concept("cell", "cell", "biological cell", "living cell"),
        concept("Cell"),
    ]

    assert describe(concepts) == {
        "cell": "cell, battery cell, biological cell",
        "visa": "visa",
        "Cell": "Cell",
    }


def test_reduced_vectors_worked_by_hand() -> None:
    # The mean is (0, 0.25); below it lie two opposite directions, of which the first holds most.
    rows = np.array([[1, 0.25], [-1, 0.25], [1, 0.25], [-1, 0.25]], dtype=np.float32)

    found = reduce_vectors(rows, 1)

    assert found.tolist() == [[1], [-1], [1], [-1]]


@given(shapes)
def test_with_all_directions_kept_the_cosines_are_those_of_the_centred_rows(
    shape: tuple[int, int, int],
) -> None:
    rows = random_rows(shape)
    centred = unit_rows(rows - rows.mean(axis=0))

    found = reduce_vectors(rows)

    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.abs(found @ found.T - centred @ centred.T).max() < 1e-5


@given(shapes, st.integers(1, 4))
def test_turning_the_model_turns_no_cosine(shape: tuple[int, int, int], dimension: int) -> None:
    rows = random_rows(shape)

    found, turned = reduce_vectors(rows, dimension), reduce_vectors(-rows[:, ::-1], dimension)

    assert found.shape == (len(rows), min(dimension, *rows.shape))
    assert np.array_equal(found, reduce_vectors(rows.copy(), dimension))
    assert np.abs(np.abs(found @ found.T) - np.abs(turned @ turned.T)).max() < 1e-2


def test_a_build_writes_files_that_fit(built: tuple[Path, LexiconBuild]) -> None:
    folder, made = built
    concepts = (*load_gazetteer(), *load_lexicon())
    names = [item.name for item in concepts]

    assert made == LexiconBuild(len(concepts), len(set(names)))
    assert stale_files(folder) == []
    assert missing_meanings(names, folder) == []
    written = read_concepts(folder)
    assert written is not None
    assert list(written.names) == names
    for language in Language:
        phrases = read_phrases(language, "words", folder)
        assert phrases is not None
        assert len(phrases.phrases) > 1000


def test_concepts_carry_the_meanings_of_the_same_build(built: tuple[Path, LexiconBuild]) -> None:
    folder, _ = built
    written = read_concepts(folder)
    assert written is not None

    assert np.array_equal(written.vectors, read_meanings(written.names, folder))
    assert written.vectors.shape[1] == 96
    # Written as bytes, so a row's length is one but for the rounding.
    assert np.linalg.norm(written.vectors, axis=1) == pytest.approx(1, abs=0.05)
    shipped = read_meanings(written.names, FOLDER)
    assert not np.array_equal(written.vectors, shipped)


@pytest.mark.model
def test_words_that_mean_nearly_the_same_lie_close_together() -> None:
    concepts = [
        concept("battery", "cell"),
        concept("secondary battery", "rechargeable battery"),
        concept("visa", "entry permit"),
        concept("hospital", "clinic"),
        concept("tram", "light rail"),
        concept("loan", "credit"),
    ]

    rows = reduce_vectors(open_encoder(PACKAGED_MODEL).encode(list(describe(concepts).values())))

    cosines = (rows @ rows[0]).tolist()
    assert cosines[1] > max(cosines[2:]) + 0.2


def test_a_folder_that_cannot_be_made_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(OSError, match="file"):
        build_lexicon(HashingEncoder(), tmp_path / "file" / "folder")
