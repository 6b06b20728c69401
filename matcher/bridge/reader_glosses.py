"""Word for word in the reader's language: what the words of a sentence mean, for whoever cannot read it.

A gloss names the words that were understood, in the order of the text, and keeps figures and Latin letters as
they stand. It is no translation, and pages say so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from matcher.bridge.lexicon import load_gazetteer, load_lexicon
from matcher.bridge.vocabulary import load_concepts
from models.vocabulary import Language

_AS_IT_STANDS = re.compile(r"[A-Za-zÀ-ÿ0-9][\w.,%+/&-]*", re.ASCII)


class UnderstoodWords(Protocol):
    """Words of a sentence, `sentence[start:end]`, and what they mean."""

    @property
    def start(self) -> int:
        """Where they begin."""

    @property
    def end(self) -> int:
        """Where they end."""

    @property
    def concept(self) -> str:
        """Their English name."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The concepts they stand for."""


@dataclass(frozen=True, slots=True)
class GlossedWord:
    """A piece of a sentence and its meaning; `source` is empty where the piece stands for itself."""

    source: str
    meaning: str
    language: Language


def gloss_for_reader(
    sentence: str, words: Iterable[UnderstoodWords], reader: Language
) -> tuple[GlossedWord, ...]:
    """Gloss a sentence word for word.

    Args:
        sentence: the sentence.
        words: what was understood of it, in order, without overlap.
        reader: the language meanings are given in; one that lacks a word is given the English one.

    Returns:
        Understood words with their meanings, and between them figures and Latin letters as they stand.
    """
    named = _names(reader)
    found: list[GlossedWord] = []
    done = 0
    for word in words:
        found += _kept(sentence[done : word.start], reader)
        meanings = [named[key] for key in word.keys if key in named]
        known = len(meanings) == len(word.keys) and reader is not Language.EN
        found.append(
            GlossedWord(
                sentence[word.start : word.end],
                " ".join(meanings) if known else word.concept,
                reader if known else Language.EN,
            )
        )
        done = word.end
    return (*found, *_kept(sentence[done:], reader))


def _kept(between: str, reader: Language) -> list[GlossedWord]:
    return [GlossedWord("", piece.rstrip(".,"), reader) for piece in _AS_IT_STANDS.findall(between)]


@lru_cache(maxsize=len(Language))
def _names(language: Language) -> Mapping[str, str]:
    """Give the most usual word of a language for each concept; of two with one key the first counts."""
    terms = load_concepts().terms
    named: dict[str, str] = {}
    for concept, own in zip((*load_gazetteer(), *load_lexicon()), terms, strict=True):
        words = concept.words_in(language)
        if own and words and words[0]:
            named.setdefault(own.split()[0], words[0])
    return named
