"""Sentences the engine says about a match, as templates a catalogue can translate.

The engine knows no interface language: it returns a template with its values; the web layer
looks the template up in a gettext catalogue, the command line prints it in English.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A value that has a name in every interface language, such as a sector or a stage."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name a person wrote in English and Korean."""

    en: str
    ko: str


PhraseValue = str | int | Label | tuple[Word, ...]


def english_name(word: Word | Label) -> str:
    """Name a word by its code, a label by its English text."""
    return word.en if isinstance(word, Label) else word.code


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English template with named places, and what goes into them."""

    template: str
    values: tuple[tuple[str, PhraseValue], ...] = ()

    def say(
        self,
        translate: Callable[[str], str] = str,
        name: Callable[[Word | Label], str] = english_name,
    ) -> str:
        """Fill the template.

        Args:
            translate: gives the template in the reader's language; English by default.
            name: gives the name of a `Word` or a `Label` in the reader's language; its code by default.

        Returns:
            One sentence or part of a sentence, without markup.
        """
        return translate(self.template) % {key: _fill(value, name) for key, value in self.values}


def mark(template: str) -> str:
    """Mark a template for the extraction of catalogues where it stands apart from `phrase`."""
    return template


def _fill(value: PhraseValue, name: Callable[[Word | Label], str]) -> str | int:
    if isinstance(value, tuple):
        return ", ".join(name(word) for word in value)
    return name(value) if isinstance(value, Label) else value


def phrase(template: str, **values: PhraseValue) -> Phrase:
    """Build a `Phrase`; the extraction of catalogues looks for this name."""
    return Phrase(template, tuple(values.items()))
