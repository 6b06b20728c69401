"""Tokenised files: read back as written, refused when stale or damaged, and current as shipped."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.lexicon import Concept
from matcher.bridge.tokenised import (
    FOLDER,
    Concepts,
    Sense,
    TokenisedPhrases,
    number_senses,
    read_concepts,
    read_meanings,
    read_phrases,
    save_concepts,
    save_meanings,
    save_phrases,
)
from matcher.bridge.vocabulary import _number_concepts, _tokenise
from models.vocabulary import Language

NAMES = TokenisedPhrases(
    ("málaga ",),
    np.array([0, 1], dtype=np.uint32),
    np.array([[0, 0, 1]], dtype=np.uint32),
    np.zeros(1, dtype=np.float32),
)
WORDS = TokenisedPhrases(
    ("banco ", "batería "),
    np.array([0, 2, 3], dtype=np.uint32),
    np.array([[1, 0, 1], [2, 3, 2], [3, 0, 1]], dtype=np.uint32),
    np.array([0.5, -0.5, 0], dtype=np.float32),
)
CONCEPTS = Concepts(
    ("Málaga", "bank", "bench"),
    ("málaga", "bank", "bench"),
    ("city", "fin", "gen"),
    ("places", "business", "general"),
    # Whole numbers are stored without loss.
    np.array([[1, 0], [0, -1], [0, 0]], dtype=np.float32),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that holds a tiny tokenised vocabulary."""
    save_phrases(Language.ES, {"names": NAMES, "words": WORDS}, tmp_path)
    save_concepts(CONCEPTS, tmp_path)
    return tmp_path


def test_phrases_are_read_back_as_saved(folder: Path) -> None:
    for part, saved in (("names", NAMES), ("words", WORDS)):
        assert_same_phrases(read_phrases(Language.ES, part, folder), saved)


def test_senses_of_a_phrase_are_its_rows() -> None:
    assert WORDS.senses(0) == (Sense(1, 0, 1, 0.5), Sense(2, 3, 2, -0.5))
    assert WORDS.senses(1) == (Sense(3, 0, 1, 0.0),)


def test_concepts_are_read_back_as_saved(folder: Path) -> None:
    assert_same_concepts(read_concepts(folder), CONCEPTS)


def test_meanings_are_read_by_name(tmp_path: Path) -> None:
    save_meanings(["bank", "bench"], np.array([[1, 0], [0, -1]], dtype=np.float32), tmp_path)

    found = read_meanings(["bench", "unknown", "bank"], tmp_path)

    assert found.tolist() == [[0, -1], [0, 0], [1, 0]]


def test_without_meanings_every_vector_is_zero(tmp_path: Path) -> None:
    assert read_meanings(["bank", "bench"], tmp_path).tolist() == [[0], [0]]


def test_missing_files_give_none(tmp_path: Path) -> None:
    assert read_phrases(Language.ES, "words", tmp_path) is None
    assert read_concepts(tmp_path) is None


def test_files_of_another_lexicon_give_none(folder: Path) -> None:
    for name in ("es.npz", "concepts.npz"):
        with np.load(folder / name) as arrays:
            found = dict(arrays)
        found["key"] = np.frombuffer(b"another lexicon", dtype=np.uint8)
        np.savez_compressed(folder / name, **found)

    assert read_phrases(Language.ES, "words", folder) is None
    assert read_concepts(folder) is None


@pytest.mark.parametrize("name", ["key", "words.phrases", "words.starts", "words.rows", "words.priors"])
def test_a_file_that_lacks_a_part_gives_none(folder: Path, name: str) -> None:
    with np.load(folder / "es.npz") as arrays:
        rest = {other: arrays[other] for other in arrays.files if other != name}
    np.savez_compressed(folder / "es.npz", **rest)

    assert read_phrases(Language.ES, "words", folder) is None


@given(st.data())
def test_damaged_files_give_none_or_what_was_saved(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    save_phrases(Language.ES, {"names": NAMES, "words": WORDS}, folder)
    save_meanings(["bank"], np.ones((1, 2), dtype=np.float32), folder)
    for name in ("es.npz", "meanings.npz"):
        (folder / name).write_bytes(data.draw(damaged((folder / name).read_bytes())))

    found = read_phrases(Language.ES, "words", folder)

    assert read_meanings(["bank"], folder).tolist() in ([[1, 1]], [[0]])
    if found is not None:
        assert_same_phrases(found, WORDS)


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_file_cut_short_gives_none(folder: Path, keep: int) -> None:
    path = folder / "es.npz"
    path.write_bytes(path.read_bytes()[:keep])

    assert read_phrases(Language.ES, "words", folder) is None


def test_every_flipped_byte_of_the_directory_is_noticed(folder: Path) -> None:
    """The last bytes name the parts of the file; each way they can be wrong raises another error."""
    path = folder / "es.npz"
    whole = path.read_bytes()
    directory = whole.rindex(b"PK\x05\x06")
    first = int.from_bytes(whole[directory + 16 : directory + 20], "little")
    refused = 0
    for place in range(first, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        found = read_phrases(Language.ES, "words", folder)
        refused += found is None
        if found is not None:
            assert_same_phrases(found, WORDS)

    assert refused > 100


def test_senses_worked_by_hand() -> None:
    bank, bench, again = (
        Concept(((name,), ("x",), ("x",), ("x",)), "gen", "general", line)
        for line, name in enumerate(("bank", "bench", "Bank"), 1)
    )
    keys = [[(0, "banco "), (1, "entidad ")], [(2, "banco ")], [(1, "banco "), (3, "banco ")]]

    found = number_senses([bank, bench, again], 10, keys, {("banco ", "bank"): 4})

    assert found.phrases == ("banco ", "entidad ")
    # "bank" was met four times and "bench" never, two times on average; two lines say "bank".
    more, less = math.log(4.5 / 2.5), math.log(0.5 / 2.5)
    assert [sense[:3] for sense in found.senses(0)] == [(10, 0, 2), (11, 2, 1)]
    assert [sense.prior for sense in found.senses(0)] == pytest.approx([more, less])
    assert found.senses(1) == (Sense(10, 1, 1, 0.0),)


# The variants of a line come in the order of their ranks.
OWN_KEYS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), max_size=4).map(sorted)
KEYS = st.lists(OWN_KEYS, max_size=6)


@given(KEYS, st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), st.integers(0, 9)))
def test_senses_are_those_found_by_trying(
    keys: list[list[tuple[int, str]]], counts: Mapping[tuple[str, str], int]
) -> None:
    concepts = [
        Concept((("xXyY"[place % 4],), ("k",), ("d",), ("s",)), "gen", "general", place + 1)
        for place in range(len(keys))
    ]

    found = number_senses(concepts, 5, keys, counts)

    assert list(found.phrases) == sorted({phrase for own in keys for _, phrase in own})
    for place, phrase in enumerate(found.phrases):
        expected = {}
        for name in "xy":
            lines = [
                (number, [rank for rank, other in own if other == phrase])
                for number, (concept, own) in enumerate(zip(concepts, keys, strict=True), 5)
                if concept.name.lower() == name and any(other == phrase for _, other in own)
            ]
            if lines:
                ranks = [rank for _, own in lines for rank in own]
                expected[name] = (lines[0][0], min(ranks), len(lines))
        met = {name: counts.get((phrase, name), 0) + 0.5 for name in expected}
        mean = sum(met.values()) / len(met)
        senses = {concepts[sense.concept - 5].name.lower(): sense for sense in found.senses(place)}
        assert {name: sense[:3] for name, sense in senses.items()} == expected
        for name, sense in senses.items():
            assert sense.prior == pytest.approx(math.log(met[name] / mean), abs=1e-6)


def test_shipped_words_are_those_of_the_shipped_lexicon() -> None:
    built = _tokenise(Language.ES)

    for part in ("names", "words"):
        assert_same_phrases(read_phrases(Language.ES, part, FOLDER), built[part])


@pytest.mark.parametrize("language", list(Language))
def test_shipped_files_are_not_stale(language: Language) -> None:
    assert read_phrases(language, "names", FOLDER) is not None
    assert read_phrases(language, "words", FOLDER) is not None


def test_shipped_concepts_are_those_of_the_shipped_lexicon() -> None:
    built = _number_concepts()

    assert_same_concepts(read_concepts(FOLDER), built)
    # Without a vector nothing that stands around a word could speak for the concept.
    lengths = np.linalg.norm(built.vectors, axis=1)
    assert [name for name, length in zip(built.names, lengths, strict=True) if length < 0.9] == []


def damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    """Change one byte of a file, or cut it short."""
    places = st.integers(0, len(whole) - 1)
    flipped = st.tuples(places, st.integers(1, 255)).map(
        lambda change: whole[: change[0]] + bytes([whole[change[0]] ^ change[1]]) + whole[change[0] + 1 :]
    )
    return flipped | places.map(lambda end: whole[:end])


def assert_same_phrases(found: TokenisedPhrases | None, saved: TokenisedPhrases) -> None:
    assert found is not None, "missing, damaged or stale: run `landfall lexicon build`"
    assert found.phrases == saved.phrases
    for name in ("starts", "rows", "priors"):
        np.testing.assert_array_equal(getattr(found, name), getattr(saved, name))


def assert_same_concepts(found: Concepts | None, saved: Concepts) -> None:
    assert found is not None, "missing, damaged or stale: run `landfall lexicon build`"
    for name in ("names", "terms", "areas", "domains"):
        assert getattr(found, name) == getattr(saved, name)
    np.testing.assert_array_equal(found.vectors, saved.vectors)
