"""Names of the shared vocabulary in the four languages; countries and languages come from CLDR."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from unicodedata import combining, normalize

from babel import Locale
from babel.numbers import format_decimal

from matcher.engine.phrases import Amount, Label, Word, english_amount
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
    return spoken(word).text if isinstance(word, Label) else name_in(current_language(), word.kind, word.code)


def written(amount: Amount) -> str:
    """Write a sum of money as readers of the interface language do."""
    language = current_language()
    if language is Language.EN:
        return english_amount(amount)
    digits = format_decimal(amount.value, format="#,##0", locale=_locale(language))
    if language is not Language.KO:
        return f"{digits} {amount.currency}".strip()
    unit = _KOREAN_UNITS.get(amount.currency)
    return f"{amount.currency} {digits}".strip() if unit is None else f"{digits}{unit}"


_KOREAN_UNITS: Mapping[str, str] = {"KRW": "원", "USD": "달러", "EUR": "유로"}
"""How the Korean catalogue names a currency: behind the figure, without a space."""


def decimal(value: float, digits: int) -> str:
    """Write a figure with so many digits as readers of the interface language do; a minus of its own."""
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    # Rounded first: what becomes nothing has no sign.
    rounded = round(value, digits) + 0.0
    said = format_decimal(rounded, format=pattern, locale=_locale(current_language()))
    return said.replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text and the language it is written in, for the `lang` attribute around it."""

    text: str
    language: str


def position(latitude: float, longitude: float) -> str:
    """Give a position as a chart in the interface language states it, such as 36.4° N 127.4° E."""
    language = current_language()
    north, south, east, west = _COMPASS[language]
    sides = (latitude, north if latitude >= 0 else south), (longitude, east if longitude >= 0 else west)
    pattern = "{side} {degrees}°" if language is Language.KO else "{degrees}° {side}"
    return " ".join(
        pattern.format(side=side, degrees=format_decimal(abs(angle), format="0.0", locale=_locale(language)))
        for angle, side in sides
    )


_COMPASS: Mapping[Language, tuple[str, str, str, str]] = {
    Language.EN: ("N", "S", "E", "W"),
    Language.KO: ("북위", "남위", "동경", "서경"),
    Language.DE: ("N", "S", "O", "W"),
    Language.ES: ("N", "S", "E", "O"),
}
"""North, south, east and west: O is the east of German and the west of Spanish."""


def spoken(label: Label) -> Spoken:
    """Choose a label's wording in the interface language, else the English one."""
    language = current_language().value
    text = str(getattr(label, language))
    return Spoken(text, language) if text else Spoken(label.en, Language.EN.value)


def agency_title(own: str, english: str, country: str) -> str:
    """Give an agency's own name to readers of its language, and its English name to everybody else.

    Its language is Korean where the name is written in Korean letters, else that of its country.
    """
    if not english:
        return own
    language = Language.KO if _is_korean(own) else _LANGUAGE_OF_COUNTRY.get(country)
    return own if current_language() is language else english


_LANGUAGE_OF_COUNTRY: Mapping[str, Language] = {
    "KR": Language.KO,
    "DE": Language.DE,
    "AT": Language.DE,
    "ES": Language.ES,
}


def program_titles(own: str, english: str, working_languages: tuple[str, ...]) -> tuple[Spoken, ...]:
    """Give a program's names, the one to lead with first, without repetition.

    A program's own name leads for readers of its language, and for every reader of Korean; the English
    one leads for everybody else, and always for readers of English.
    """
    first = Spoken(own, _language_of_name(own, working_languages))
    if not english:
        return (first,)
    second = Spoken(english, Language.EN.value)
    if own.casefold() in english.casefold():
        return (second,)
    if english.casefold() in own.casefold():
        return (first,)
    reader = current_language()
    own_leads = reader is Language.KO or (reader is not Language.EN and reader == first.language)
    return (first, second) if own_leads else (second, first)


def _language_of_name(text: str, working_languages: tuple[str, ...]) -> str:
    if _is_korean(text):
        return Language.KO.value
    return next((code for code in working_languages if code != Language.KO), Language.EN.value)


def _is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


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
    return tuple(sorted(listed, key=lambda item: _letters(item[1])))


def _letters(title: str) -> str:
    """Fold a name for sorting: without its accents Österreich stands at O, not behind Z."""
    return "".join(letter for letter in normalize("NFD", title) if not combining(letter)).casefold()


_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""Codes CLDR names although they are groups or placeholders."""
