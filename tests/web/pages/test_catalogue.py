"""Every message of templates and code stands in every catalogue, well translated, and nothing else does."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from web.i18n import CATALOGUES, INTERFACE_LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).resolve().parents[3]
SOURCES = (
    (ROOT / "web", "*.py"),
    (ROOT / "matcher", "*.py"),
    (ROOT / "models", "*.py"),
    (ROOT / "web/templates", "*.html"),
)
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "phrase": None, "mark": None}
PLACES = re.compile(r"%\((\w+)\)[sd]")
LINE_WIDTH = 110

Id = str | tuple[str, str]
"""A message, or its singular and its plural."""

TRANSLATED = tuple(language.value for language in INTERFACE_LANGUAGES if language is not SOURCE_LANGUAGE)
in_every_language = pytest.mark.parametrize("language", TRANSLATED)

SAME_AS_ENGLISH: Mapping[str, Mapping[Id, str]] = {
    "ko": {},
    "de": {
        "TRL %(level)s": "TRL is the name of the scale in German too",
        "Details": "the German word",
        "Name": "the German word",
        "Region": "the German word",
        "Text": "the German word",
        "Version": "the German word",
        "Version %(number)s": "the German word",
        "Webhook": "said in German too",
        "Webhooks": "said in German too",
    },
    "es": {
        "TRL %(level)s": "TRL is the name of the scale in Spanish too",
        "Sector": "the Spanish word",
        "sector": "the Spanish word",
        "sector: %(sectors)s": "the Spanish word",
        "no": "the Spanish word",
        "provisional": "the Spanish word",
        ("%(count)s startup", "%(count)s startups"): "startup is said in Spanish too",
        "Webhook": "said in Spanish too",
        "Webhooks": "said in Spanish too",
    },
}
"""Messages a language says just as English does, each with the reason; an entry no longer true fails."""


@cache
def extracted() -> tuple[Id, ...]:
    """Read every message out of the templates and the code, once, in the order they stand there."""
    return tuple(dict.fromkeys(_extract()))


def _extract() -> Iterator[Id]:
    for folder, pattern in SOURCES:
        for path in sorted(folder.rglob(pattern)):
            method = "python" if path.suffix == ".py" else "jinja2"
            options = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}
            for _, message, _, _ in extract_from_file(
                method, path, keywords=KEYWORDS, options=options if method == "jinja2" else {}
            ):
                if message:
                    yield message if isinstance(message, str) else (message[0], message[1])


def po_file(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "landfall.po"


@cache
def catalogue(language: str) -> Catalog:
    with po_file(language).open("rb") as source:
        return read_po(source, locale=language)


def entries(language: str) -> Iterator[tuple[Id, Message]]:
    """Give the entries of a catalogue without its header."""
    for entry in catalogue(language):
        if entry.id:
            yield (entry.id if isinstance(entry.id, str) else (entry.id[0], entry.id[1])), entry


def translations(entry: Message) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def pairs(message: Id, entry: Message) -> Iterator[tuple[str, str]]:
    """Give each translation beside its English; the singular has its own where a language knows one."""
    strings = translations(entry)
    for form, string in enumerate(strings):
        if isinstance(message, str):
            yield message, string
        else:
            yield message[0 if form == 0 and len(strings) > 1 else 1], string


def as_po(messages: Iterable[Id], language: str) -> str:
    """Write messages as entries without a translation, to be pasted into the catalogue of a language."""
    empty = Catalog(locale=language)
    for message in messages:
        empty.add(message)
    written = BytesIO()
    write_po(written, empty, width=LINE_WIDTH, omit_header=True)
    return written.getvalue().decode()


@in_every_language
def test_no_message_is_missing(language: str) -> None:
    held = {message for message, _ in entries(language)}
    missing = [message for message in extracted() if message not in held]

    if missing:
        lacks = f"{po_file(language).relative_to(ROOT)} lacks {len(missing)} entries (words: docs/wording.md)"
        pytest.fail(f"{lacks}:\n\n{as_po(missing, language)}", pytrace=False)


@in_every_language
def test_no_entry_is_unused(language: str) -> None:
    unused = {message for message, _ in entries(language)}.difference(extracted())

    if unused:
        holds = f"{po_file(language).relative_to(ROOT)} holds {len(unused)} entries nobody says"
        listed = "\n".join(f"  {message!r}" for message in sorted(unused, key=str))
        pytest.fail(f"{holds}:\n{listed}", pytrace=False)


@in_every_language
def test_no_entry_stands_twice_fuzzy_or_commented_out(language: str) -> None:
    written = po_file(language).read_text(encoding="utf-8")

    # The first msgid is the header's.
    assert written.count("\nmsgid ") - 1 == len(tuple(entries(language)))
    assert not catalogue(language).obsolete
    assert not [message for message, entry in entries(language) if entry.fuzzy]


@in_every_language
def test_header_names_the_language_and_its_plural_rule(language: str) -> None:
    header = po_file(language).read_text(encoding="utf-8").split("\n\n", 1)[0]

    assert f'"Language: {language}\\n"' in header
    assert f'"Plural-Forms: {Catalog(locale=language).plural_forms}\\n"' in header


@in_every_language
def test_every_form_of_every_entry_is_translated(language: str) -> None:
    for message, entry in entries(language):
        wanted = 1 if isinstance(message, str) else catalogue(language).num_plurals
        strings = translations(entry)

        assert len(strings) == wanted, message
        assert all(string.strip() for string in strings), message


@in_every_language
def test_translations_have_the_places_of_the_source(language: str) -> None:
    for message, entry in entries(language):
        for english, string in pairs(message, entry):
            places = sorted(PLACES.findall(english))

            assert sorted(PLACES.findall(string)) == places, message
            # Templates format every message, so a stray per cent sign would break the page.
            if places:
                assert string % dict.fromkeys(places, 0)


@in_every_language
def test_translations_begin_and_end_with_the_space_of_the_source(language: str) -> None:
    for message, entry in entries(language):
        for english, string in pairs(message, entry):
            assert _edges(string) == _edges(english), message


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


@in_every_language
def test_nothing_is_left_in_english_by_accident(language: str) -> None:
    same = {
        message
        for message, entry in entries(language)
        for english, string in pairs(message, entry)
        if english == string and PLACES.sub("", english).strip()
    }

    assert same == set(SAME_AS_ENGLISH[language])


@pytest.mark.parametrize("language", [language.value for language in INTERFACE_LANGUAGES])
def test_missing_messages_are_shown_ready_to_paste(language: str) -> None:
    told = as_po(["Sign in", ("%(count)s seat", "%(count)s seats")], language)

    forms = Catalog(locale=language).num_plurals
    assert 'msgid "Sign in"\nmsgstr ""\n' in told
    assert '#, python-format\nmsgid "%(count)s seat"\nmsgid_plural "%(count)s seats"\n' in told
    assert told.count("msgstr[") == forms
