"""What the bridge knows in one language: names and lexicon words, ready for longest match."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.lexicon import Concept, load_gazetteer, load_lexicon, sense_counts
from matcher.bridge.phrases import PhraseIndex, phrase_text
from matcher.bridge.tokenised import (
    FOLDER,
    Concepts,
    Senses,
    TokenisedPhrases,
    number_senses,
    read_concepts,
    read_meanings,
    read_phrases,
    save_concepts,
    save_phrases,
    save_user_words,
)
from matcher.bridge.units import Reading
from models.vocabulary import Language

_building = threading.RLock()


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """Phrases of one kind with what they may mean."""

    index: PhraseIndex
    tokenised: TokenisedPhrases

    def senses(self, *words: str) -> Senses:
        """Give what exactly this phrase may mean; nothing when it is unknown."""
        place = self.index.get(*words)
        return () if place is None else self.tokenised.senses(place)


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Phrases of one language."""

    names: Phrases
    words: Phrases


def read_texts(texts: Sequence[str], language: Language) -> list[Reading]:
    """Cut each text into clauses, by the reader of its language."""
    if language is Language.KO:
        # Kiwi is imported where Korean is met: the other languages need not pay for it. Nor need Korean
        # pay for the dictionaries of the others.
        from matcher.bridge.korean import read_korean  # noqa: PLC0415

        return read_korean(texts)
    from matcher.bridge.european import read_european  # noqa: PLC0415

    return [read_european(text, language) for text in texts]


def load_vocabulary(language: Language) -> Vocabulary:
    """Give the phrases of one language, read the way its texts are."""
    # Threads that come while they are loaded wait, rather than load their own.
    with _building:
        return _load(language)


def load_concepts() -> Concepts:
    """Give all concepts of gazetteer and lexicon, in this order."""
    with _building:
        return _load_concepts()


@lru_cache(maxsize=1)
def meanings() -> tuple[Mapping[str, int], NDArray[np.float32]]:
    """Give the place of concepts among meanings: row by a concept's first term, and (rows, dimension)."""
    concepts = load_concepts()
    rows = {terms.partition(" ")[0]: row for row, terms in reversed(list(enumerate(concepts.terms)))}
    return rows, concepts.vectors


def build_tokenised(folder: Path = FOLDER, meanings_in: Path = FOLDER) -> None:
    """Tokenise lexicon and gazetteer and write the files `load_vocabulary` reads.

    Args:
        folder: where they go.
        meanings_in: the folder that holds the vectors of the concepts.
    """
    from matcher.bridge.korean import unknown_names  # noqa: PLC0415 - as above

    save_user_words(unknown_names(), folder)
    save_concepts(_number_concepts(meanings_in), folder)
    for language in Language:
        save_phrases(language, _tokenise(language), folder)


@lru_cache(maxsize=1)
def _load_concepts() -> Concepts:
    return read_concepts(FOLDER) or _number_concepts()


@lru_cache(maxsize=len(Language))
def _load(language: Language) -> Vocabulary:
    names, words = (read_phrases(language, part, FOLDER) for part in ("names", "words"))
    if names is None or words is None:
        built = _tokenise(language)
        names, words = built["names"], built["words"]
    separator = _separator(language)
    return Vocabulary(
        Phrases(PhraseIndex(names.phrases, separator), names),
        Phrases(PhraseIndex(words.phrases, separator), words),
    )


def _number_concepts(meanings_in: Path = FOLDER) -> Concepts:
    from matcher.bridge.terms import concept_terms  # noqa: PLC0415 - needs a dictionary that reading does not

    concepts = (*load_gazetteer(), *load_lexicon())
    return Concepts(
        tuple(concept.name for concept in concepts),
        tuple(" ".join(concept_terms(concept.name)) for concept in concepts),
        tuple(concept.area for concept in concepts),
        tuple(concept.domain for concept in concepts),
        read_meanings([concept.name for concept in concepts], meanings_in),
    )


def _tokenise(language: Language) -> dict[str, TokenisedPhrases]:
    names, words = load_gazetteer(), load_lexicon()
    return {
        "names": number_senses(names, 0, _keys(names, language), {}),
        "words": number_senses(words, len(names), _keys(words, language), sense_counts(language)),
    }


def _keys(concepts: Sequence[Concept], language: Language) -> list[list[tuple[int, str]]]:
    variants = [
        (place, rank, word)
        for place, concept in enumerate(concepts)
        for rank, word in enumerate(concept.words_in(language))
    ]
    keys: list[list[tuple[int, str]]] = [[] for _ in concepts]
    written = _phrase_keys([word for _, _, word in variants], language)
    for (place, rank, _), alternatives in zip(variants, written, strict=True):
        keys[place] += [(rank, phrase) for phrase in alternatives if phrase]
    return keys


def _phrase_keys(variants: Sequence[str], language: Language) -> list[tuple[str, ...]]:
    if language is Language.KO:
        from matcher.bridge.korean import phrase_keys  # noqa: PLC0415 - as above

        return phrase_keys(variants)
    from matcher.bridge.european import read_european  # noqa: PLC0415 - as above

    readings = [read_european(variant, language) for variant in variants]
    return [
        (phrase_text([unit.key for clause in reading.clauses for unit in clause], _separator(language)),)
        for reading in readings
    ]


def _separator(language: Language) -> str:
    return "" if language is Language.KO else " "
