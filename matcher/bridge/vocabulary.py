"""What the bridge knows in one language: names and lexicon words, indexed for longest match."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matcher.bridge.european import read_european
from matcher.bridge.lexicon import Concept, load_gazetteer, load_lexicon
from matcher.bridge.phrases import PhraseIndex
from matcher.bridge.senses import Sense, Senses
from matcher.bridge.units import Clause
from models.vocabulary import Language

_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Phrases of one language with the concepts they may stand for."""

    names: PhraseIndex[Senses]
    words: PhraseIndex[Senses]


def read_clauses(texts: Sequence[str], language: Language) -> list[list[Clause]]:
    """Cut each text into clauses, by the reader of its language."""
    if language is Language.KO:
        # Kiwi is imported where Korean is met: the other languages need not pay for it.
        from matcher.bridge.korean import read_korean  # noqa: PLC0415

        return read_korean(texts)
    return [read_european(text, language) for text in texts]


def load_vocabulary(language: Language) -> Vocabulary:
    """Index the gazetteer and the lexicon of one language, read the way its texts are."""
    # Threads that come while the index is built wait for it, rather than build their own.
    with _building:
        return _build(language)


@lru_cache(maxsize=len(Language))
def _build(language: Language) -> Vocabulary:
    return Vocabulary(_index(load_gazetteer(), language), _index(load_lexicon(), language))


def _index(concepts: Iterable[Concept], language: Language) -> PhraseIndex[Senses]:
    variants = [
        (word, Sense(concept, rank))
        for concept in concepts
        for rank, word in enumerate(concept.words_in(language))
    ]
    phrases: dict[tuple[str, ...], Senses] = {}
    alternatives = _phrase_keys([word for word, _ in variants], language)
    for (_, sense), keys in zip(variants, alternatives, strict=True):
        for key in filter(any, keys):
            phrases[key] = (*phrases.get(key, ()), sense)
    return PhraseIndex(phrases, separator="" if language is Language.KO else " ")


def _phrase_keys(variants: Sequence[str], language: Language) -> list[tuple[tuple[str, ...], ...]]:
    if language is Language.KO:
        from matcher.bridge.korean import phrase_keys  # noqa: PLC0415 - as above

        return [tuple((key,) for key in keys) for keys in phrase_keys(variants)]
    return [
        (tuple(unit.key for clause in read_european(variant, language) for unit in clause),)
        for variant in variants
    ]
