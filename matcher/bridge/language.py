"""Tell which language a text is written in."""

import unicodedata
from functools import lru_cache

from lingua import Language as LinguaLanguage
from lingua import LanguageDetector, LanguageDetectorBuilder

from matcher.bridge.stopwords import STOP_WORDS
from models.vocabulary import Language

HANGUL_SHARE = 0.15
"""Korean technical texts are full of English words; this share of Hangul letters makes a text Korean."""

_FEWEST_LETTERS = 20
"""In Latin letters; names and abbreviations inside a Korean text are shorter than a sentence."""
_PLAINLY_ENGLISH = 0.15
_ENGLISH_ONLY = STOP_WORDS[Language.EN] - STOP_WORDS[Language.DE] - STOP_WORDS[Language.ES] - {"me", "no"}
_ENOUGH = 5_000
"""Characters that settle the question; more would only cost time."""
_BY_LINGUA = {
    LinguaLanguage.ENGLISH: Language.EN,
    LinguaLanguage.GERMAN: Language.DE,
    LinguaLanguage.SPANISH: Language.ES,
}


def detect_language(text: str) -> Language:
    """Tell the language of a text; English when nothing in it tells.

    Args:
        text: any text, also a short phrase.

    Returns:
        One of the four languages of the bridge, also for a text in another language.
    """
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return Language.EN
    hangul = sum(map(_is_hangul, letters))
    if hangul > HANGUL_SHARE * len(letters):
        return Language.KO
    found = _detector().detect_language_of(text[:_ENOUGH])
    return Language.EN if found is None else _BY_LINGUA[found]


def sentence_language(sentence: str, main: Language) -> Language:
    """Tell the language of a sentence within a text of a main language.

    Hangul settles it. Other sentences of a Korean text, and sentences of another text that are plainly
    English, are read as what they are; a short or doubtful one is taken to be in the language of the text.
    """
    letters = [character for character in sentence if character.isalpha()]
    hangul = sum(map(_is_hangul, letters))
    if hangul > HANGUL_SHARE * len(letters):
        return Language.KO
    if main is Language.EN or len(letters) < _FEWEST_LETTERS:
        return main
    if main is not Language.KO and english_share(sentence) < _PLAINLY_ENGLISH:
        return main
    return detect_language(sentence)


def english_share(sentence: str) -> float:
    """Give the share of a sentence's words that are English words of grammar and of no other language."""
    words = sentence.casefold().split()
    return sum(word in _ENGLISH_ONLY for word in words) / max(1, len(words))


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_BY_LINGUA).build()


def _is_hangul(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("HANGUL")
