"""Bridge terms: the words of the lexical signal, the same for the same thing in every language."""

import re
from collections.abc import Iterable

from matcher.bridge.stopwords import STOP_WORDS
from models.vocabulary import Language

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 2


def concept_terms(concept: str) -> tuple[str, ...]:
    """Give the terms of an English concept: its words, and all of them joined when there are several."""
    words = passed_terms(concept, Language.EN)
    return ("_".join(words), *words) if len(words) > 1 else words


def passed_terms(source: str, language: Language) -> tuple[str, ...]:
    """Give the terms of words the lexicon lacks: their dictionary forms in the language of the text."""
    from matcher.bridge.european import lemma  # noqa: PLC0415 - its dictionaries cost memory

    return _long_enough(lemma(word, language).casefold() for word in _content_words(source, language))


def latin_terms(source: str) -> tuple[str, ...]:
    """Give the terms of Latin letters in a Korean text: mostly names, which have no dictionary form."""
    return _long_enough(word.casefold() for word in _content_words(source, Language.EN))


def dropped_terms(source: str) -> tuple[str, ...]:
    """Give the letter pairs of a Korean word that was not understood, so that it can still meet itself."""
    pairs = (source[start : start + 2] for start in range(len(source) - 1))
    return tuple(f"{Language.KO}:{pair}" for pair in pairs if pair.isalnum())


def _content_words(text: str, language: Language) -> list[str]:
    return [
        word for word in _WORD.findall(text) if word.casefold() not in STOP_WORDS[language] or word.isupper()
    ]


def _long_enough(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in words if len(word) >= _SHORTEST)
