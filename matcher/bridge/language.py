"""Tell which language a text is written in."""

import unicodedata
from functools import lru_cache

from lingua import Language as LinguaLanguage
from lingua import LanguageDetector, LanguageDetectorBuilder

from models.vocabulary import Language

HANGUL_SHARE = 0.15
"""Korean technical texts are full of English words; this share of Hangul letters makes a text Korean."""

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
    hangul = sum(unicodedata.name(letter, "").startswith("HANGUL") for letter in letters)
    if hangul > HANGUL_SHARE * len(letters):
        return Language.KO
    found = _detector().detect_language_of(text[:_ENOUGH])
    return Language.EN if found is None else _BY_LINGUA[found]


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_BY_LINGUA).build()
