"""The lexicon as texts are matched with it: tokenised, sorted and compact, one file per language.

Tokenising some 30,000 Korean variants takes seconds and holding them as objects takes memory many times
their size, so both are done once: `landfall lexicon build` writes what this module reads. The files carry a
key made of lexicon, analysers and code; where it does not fit any more, the same values are built anew in
memory, which is slower and otherwise the same.
"""

import hashlib
import math
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.lexicon import (
    FUNCTION_FILE,
    GAZETTEER_FILES,
    LEXICON_FILES,
    SENSE_COUNTS_FILE,
    Concept,
)
from models.vocabulary import Language

FOLDER = Path(__file__).parent / "tokenised"
TOKENISER_VERSION = 2
"""Raise it with every change of code that changes how variants are read."""

_ANALYSERS = ("kiwipiepy", "kiwipiepy-model", "simplemma")
_LISTS = ("names", "terms", "areas", "domains")
_FULL = np.float32(127)
_DAMAGED = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a file raises where its bytes are not those that were written."""
_UNMET = 0.5
"""Added to every count, so that one meeting does not settle a word's meaning."""
Numbers = NDArray[np.uint32]


class Sense(NamedTuple):
    """One concept a word may stand for.

    `rank` is the word's place among the concept's variants, 0 = most usual; `lines` how many lines of the
    lexicon give the word this meaning; `prior` how much more often than its other meanings it was met in
    translated texts, as a logarithm, 0 when nothing is known.
    """

    concept: int
    rank: int
    lines: int
    prior: float = 0.0


Senses = tuple[Sense, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Concepts:
    """All concepts, numbered.

    `terms` are a concept's bridge terms, separated by spaces; `vectors` (concepts, dimension) its place
    among meanings, unit rows, or zeros where none was computed.
    """

    names: Sequence[str]
    terms: Sequence[str]
    areas: Sequence[str]
    domains: Sequence[str]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class TokenisedPhrases:
    """Sorted phrases; the senses of phrase i are the rows from `starts[i]` to `starts[i + 1]`.

    `rows` is (senses, 3): concept, rank, lines; `priors` is (senses,).
    """

    phrases: tuple[str, ...]
    starts: Numbers
    rows: Numbers
    priors: NDArray[np.float32]

    def senses(self, place: int) -> Senses:
        """Give what a phrase may mean."""
        first, last = self.starts[place : place + 2].tolist()
        return tuple(
            Sense(concept, rank, lines, prior)
            for (concept, rank, lines), prior in zip(
                self.rows[first:last].tolist(), self.priors[first:last].tolist(), strict=True
            )
        )


@lru_cache(maxsize=1)
def tokenised_key() -> str:
    """Identify lexicon, gazetteer, analysers and code; tokenised files with another key are stale."""
    digest = hashlib.sha256(str(TOKENISER_VERSION).encode())
    for path in (*LEXICON_FILES, *GAZETTEER_FILES, FUNCTION_FILE, SENSE_COUNTS_FILE):
        digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
    for package in _ANALYSERS:
        digest.update(f"\n{package} {version(package)}".encode())
    return digest.hexdigest()


def number_senses(
    concepts: Sequence[Concept],
    first: int,
    keys: Sequence[Sequence[tuple[int, str]]],
    counts: Mapping[tuple[str, str], int],
) -> TokenisedPhrases:
    """Sort the phrases of concepts and number their senses.

    Args:
        concepts: lines of the lexicon.
        first: number of the first of them among all concepts.
        keys: for each concept the (rank, phrase) pairs of its variants.
        counts: how often a phrase was met with the meaning of a concept, by (phrase, name in lower case).
    """
    found: dict[str, dict[str, Sense]] = {}
    for place, (concept, own) in enumerate(zip(concepts, keys, strict=True)):
        for rank, phrase in {phrase: (rank, phrase) for rank, phrase in reversed(own)}.values():
            senses = found.setdefault(phrase, {})
            name = concept.name.casefold()
            known = senses.get(name, Sense(first + place, rank, 0))
            senses[name] = Sense(known.concept, min(known.rank, rank), known.lines + 1)
    phrases = tuple(sorted(found))
    sizes = [len(found[phrase]) for phrase in phrases]
    rows = [sense for phrase in phrases for sense in found[phrase].values()]
    return TokenisedPhrases(
        phrases,
        np.cumsum([0, *sizes]).astype(np.uint32),
        np.array([row[:3] for row in rows], dtype=np.uint32).reshape(-1, 3),
        np.array(
            [prior for phrase in phrases for prior in _priors(phrase, list(found[phrase]), counts)],
            dtype=np.float32,
        ),
    )


def _priors(phrase: str, names: Sequence[str], counts: Mapping[tuple[str, str], int]) -> list[float]:
    met = [counts.get((phrase, name), 0) for name in names]
    mean = sum(met) / len(met)
    return [math.log((count + _UNMET) / (mean + _UNMET)) for count in met]


def save_concepts(concepts: Concepts, folder: Path) -> None:
    """Write the concepts."""
    lists = {name: _pack(getattr(concepts, name)) for name in _LISTS}
    _save(folder / "concepts.npz", vectors=_to_bytes(concepts.vectors), **lists)


def save_meanings(names: Sequence[str], vectors: NDArray[np.float32], folder: Path) -> None:
    """Write the vectors of concepts by their names; they outlive a change of the lexicon."""
    np.savez_compressed(folder / "meanings.npz", names=_pack(names), vectors=_to_bytes(vectors))


def read_meanings(names: Sequence[str], folder: Path) -> NDArray[np.float32]:
    """Read the vectors of concepts: (names, dimension); zeros for a name that has none."""
    try:
        with (folder / "meanings.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            known = {name: row for row, name in enumerate(_unpack(arrays["names"]))}
            stored = _from_bytes(arrays["vectors"])
    except _DAMAGED:
        return np.zeros((len(names), 1), dtype=np.float32)
    rows = np.array([known.get(name, -1) for name in names])
    vectors: NDArray[np.float32] = np.where(rows[:, None] >= 0, stored[rows], np.float32(0))
    return vectors


def save_phrases(language: Language, parts: dict[str, TokenisedPhrases], folder: Path) -> None:
    """Write the names and words of one language."""
    arrays = dict[str, NDArray[Any]]()
    for part, phrases in parts.items():
        arrays |= {
            f"{part}.phrases": _pack(phrases.phrases),
            f"{part}.starts": phrases.starts,
            f"{part}.rows": phrases.rows,
            f"{part}.priors": phrases.priors,
        }
    _save(folder / f"{language.value}.npz", **arrays)


def save_user_words(words: Sequence[str], folder: Path) -> None:
    """Write the names Kiwi has to be told."""
    _save(folder / "user_words.npz", words=_pack(words))


def read_user_words(folder: Path) -> tuple[str, ...] | None:
    """Read the names Kiwi has to be told; None when the file is missing, damaged or stale."""
    arrays = _read(folder / "user_words.npz", "words")
    return None if arrays is None else _unpack(arrays["words"])


def read_concepts(folder: Path) -> Concepts | None:
    """Read the concepts; None when the file is missing, damaged or stale."""
    arrays = _read(folder / "concepts.npz", "vectors", *_LISTS)
    if arrays is None:
        return None
    names, terms, areas, domains = (_unpack(arrays[name]) for name in _LISTS)
    return Concepts(names, terms, areas, domains, _from_bytes(arrays["vectors"]))


def read_phrases(language: Language, part: str, folder: Path) -> TokenisedPhrases | None:
    """Read the names or words of one language; None when the file is missing, damaged or stale."""
    names = [f"{part}.{name}" for name in ("phrases", "starts", "rows", "priors")]
    arrays = _read(folder / f"{language.value}.npz", *names)
    if arrays is None:
        return None
    phrases, *numbers = (arrays[name] for name in names)
    return TokenisedPhrases(_unpack(phrases), *numbers)


def _save(path: Path, **arrays: NDArray[np.generic]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, key=_pack([tokenised_key()]), **arrays)  # type: ignore[arg-type]


def _read(path: Path, *names: str) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if _unpack(arrays["key"]) != (tokenised_key(),):
                return None
            return {name: arrays[name] for name in names}
    except _DAMAGED:
        return None


def _to_bytes(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.round(vectors * _FULL).astype(np.int8)


def _from_bytes(stored: NDArray[np.generic]) -> NDArray[np.float32]:
    return stored.astype(np.float32) / _FULL


def _pack(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _unpack(packed: NDArray[np.generic]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n"))
