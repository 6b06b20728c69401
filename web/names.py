"""Names of the shared vocabulary in the four languages; countries and languages come from CLDR."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale

from matcher.engine.phrases import Label, Word
from models.vocabulary import Language
from models.vocabulary_names import OFFERS, REGIONS, SECTORS, STAGES, TRL_LABELS, Names
from web.i18n import current_language

_TABLES: Mapping[str, Mapping[str, Names]] = {
    "stage": STAGES,
    "offer": OFFERS,
    "need": OFFERS,
    "region": REGIONS,
    "sector": SECTORS,
    "trl": TRL_LABELS,
}


@cache
def _locale(language: Language) -> Locale:
    return Locale(language.value)


def name_in(language: Language, kind: str, code: str) -> str:
    """Name a word of the vocabulary in a language; an unseen word keeps its code."""
    if kind == "country":
        return str(_locale(language).territories.get(code, code))
    if kind == "language":
        return str(_locale(language).languages.get(code, code))
    names = _TABLES.get(kind, {}).get(code)
    return code if names is None else str(getattr(names, language.value))


def name(word: Word | Label) -> str:
    """Name a word, or choose a label's wording, in the interface language."""
    language = current_language()
    if isinstance(word, Label):
        return word.ko if language is Language.KO else word.en
    return name_in(language, word.kind, word.code)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text and the language it is written in, for the `lang` attribute around it."""

    text: str
    language: str


def program_titles(own: str, english: str, working_languages: tuple[str, ...]) -> tuple[Spoken, ...]:
    """Give a program's names, the one to lead with first, without repetition.

    A reader of Korean sees a program's own name first, everybody else the English one.
    """
    first = Spoken(own, _language_of_name(own, working_languages))
    if not english:
        return (first,)
    second = Spoken(english, Language.EN.value)
    if own.casefold() in english.casefold():
        return (second,)
    if english.casefold() in own.casefold():
        return (first,)
    return (first, second) if current_language() is Language.KO else (second, first)


def _language_of_name(text: str, working_languages: tuple[str, ...]) -> str:
    if any("가" <= letter <= "힣" for letter in text):
        return Language.KO.value
    return next((code for code in working_languages if code != Language.KO), Language.EN.value)


def in_own_language(names_by_language: Iterable[tuple[str, str]]) -> str:
    """Choose from (language, name) pairs the one of the interface, else English, else any."""
    names = dict(names_by_language)
    for language in (current_language().value, Language.EN.value):
        if names.get(language):
            return names[language]
    return next(iter(names.values()), "")


@cache
def countries(language: Language) -> tuple[tuple[str, str], ...]:
    """List the countries as (code, name), ordered by their name in that language."""
    listed = [
        (code, str(title))
        for code, title in _locale(language).territories.items()
        if len(code) == len("KR") and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return tuple(sorted(listed, key=lambda item: item[1].casefold()))


_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""Codes CLDR names although they are groups or placeholders."""
