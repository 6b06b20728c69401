"""Bridge terms: the words of the lexical signal, the same for the same thing in every language."""

import re

from matcher.bridge.european import lemma
from matcher.bridge.stopwords import STOP_WORDS
from models.vocabulary import Language

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 2


def concept_terms(concept: str) -> tuple[str, ...]:
    """Give the terms of an English concept: its words, and all of them joined when there are several."""
    words = _content_words(concept, Language.EN)
    return ("_".join(words), *words) if len(words) > 1 else words


def passed_terms(source: str, language: Language) -> tuple[str, ...]:
    """Give the terms of words the lexicon lacks: their dictionary forms in the language of the text."""
    return _content_words(source, Language.EN if language is Language.KO else language)


def dropped_terms(source: str) -> tuple[str, ...]:
    """Give the letter pairs of a Korean word that was not understood, so that it can still meet itself."""
    pairs = (source[start : start + 2] for start in range(len(source) - 1))
    return tuple(f"{Language.KO}:{pair}" for pair in pairs if pair.isalnum())


def _content_words(text: str, language: Language) -> tuple[str, ...]:
    lemmas = (
        lemma(word, language).casefold()
        for word in _WORD.findall(text)
        if word.casefold() not in STOP_WORDS[language] or word.isupper()
    )
    return tuple(word for word in lemmas if len(word) >= _SHORTEST)
