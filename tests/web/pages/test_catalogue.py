"""Every message of templates and code stands in the Korean catalogue, and nothing else does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from web.i18n import CATALOGUES, INTERFACE_LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ((ROOT / "web", "*.py"), (ROOT / "matcher" / "engine", "*.py"), (ROOT / "web/templates", "*.html"))
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "phrase": None, "mark": None}
PLACES = re.compile(r"%\((\w+)\)[sd]")


def extracted() -> Iterator[str | tuple[str, str]]:
    for folder, pattern in SOURCES:
        for path in sorted(folder.rglob(pattern)):
            method = "python" if path.suffix == ".py" else "jinja2"
            options = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}
            for _, message, _, _ in extract_from_file(
                method, path, keywords=KEYWORDS, options=options if method == "jinja2" else {}
            ):
                if message:
                    yield message if isinstance(message, str) else (message[0], message[1])


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "landfall.po").open("rb") as source:
        return read_po(source, locale=language)


@pytest.mark.parametrize(
    "language", [lang.value for lang in INTERFACE_LANGUAGES if lang is not SOURCE_LANGUAGE]
)
def test_catalogue_holds_exactly_the_messages_in_use(language: str) -> None:
    held = {entry.id for entry in catalogue(language) if entry.id}

    assert held == set(extracted())


@pytest.mark.parametrize(
    "language", [lang.value for lang in INTERFACE_LANGUAGES if lang is not SOURCE_LANGUAGE]
)
def test_every_entry_is_translated_with_the_same_places(language: str) -> None:
    for entry in catalogue(language):
        if not entry.id:
            continue
        strings = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        original = entry.id if isinstance(entry.id, str) else entry.id[1]

        assert strings, entry.id
        assert all(strings), entry.id
        for string in strings:
            assert sorted(PLACES.findall(string)) == sorted(PLACES.findall(original)), entry.id
        assert not entry.fuzzy
