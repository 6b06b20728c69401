"""Interface languages: which one a request gets, and the gettext catalogues they are read from."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from models.vocabulary import Language

CATALOGUES = Path(__file__).resolve().parent / "catalogues"
SOURCE_LANGUAGE = Language.EN
"""The language the templates are written in; it needs no catalogue."""

INTERFACE_LANGUAGES = (Language.KO, Language.EN, Language.DE, Language.ES)
"""Languages the interface speaks; adding one takes its catalogue and its place here."""

OWN_NAMES: Mapping[Language, str] = {
    Language.KO: "한국어",
    Language.EN: "English",
    Language.DE: "Deutsch",
    Language.ES: "Español",
}
"""Each language's name in that language."""

LANGUAGE_COOKIE = "landfall_lang"
MAX_RANGES = 20

_current: ContextVar[Language] = ContextVar("interface_language", default=SOURCE_LANGUAGE)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make `language` the one that `gettext` and the name filters answer in."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def current_language() -> Language:
    """Give the interface language of the page being rendered."""
    return _current.get()


@cache
def catalogue(language: Language) -> NullTranslations:
    """Read a language's catalogue once; the source language answers with the message itself."""
    if language is SOURCE_LANGUAGE:
        return NullTranslations()
    compiled = BytesIO()
    with (CATALOGUES / language / "LC_MESSAGES" / "landfall.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(message: str) -> str:
    """Translate a message into the interface language."""
    return catalogue(current_language()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message that depends on a number."""
    return catalogue(current_language()).ngettext(singular, plural, count)


def negotiate(query: str | None, cookie: str | None, accept_language: str) -> Language:
    """Choose the interface language: what was asked for, what was kept, what the browser prefers.

    Args:
        query: value of `?lang=`.
        cookie: value of the language cookie.
        accept_language: the Accept-Language header (RFC 9110, 12.5.4).

    Returns:
        The first of these that the interface speaks, else English.
    """
    for choice in (query, cookie, *_preferences(accept_language)):
        for language in INTERFACE_LANGUAGES:
            if choice == language.value:
                return language
    return SOURCE_LANGUAGE


def _preferences(accept_language: str) -> tuple[str, ...]:
    """Give primary language subtags, most wanted first; what cannot be read is passed over."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:MAX_RANGES]:
        tag, _, weight = part.partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if 0 < quality <= 1:
            wanted.append((quality, tag.strip().split("-")[0].lower()))
    return tuple(tag for _, tag in sorted(wanted, key=lambda item: -item[0]))
