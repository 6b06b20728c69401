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
    """A name or a question a person wrote in English and Korean, and perhaps in German and Spanish."""

    en: str
    ko: str
    de: str = ""
    es: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money; `currency` (ISO 4217) is empty where the template names it.

    `stated` is the sum as the source writes it, for readers of English.
    """

    value: float
    currency: str = ""
    stated: str = ""


PhraseValue = str | int | Label | Amount | tuple[Word, ...]


def english_name(word: Word | Label) -> str:
    """Name a word by its code, a label by its English text."""
    return word.en if isinstance(word, Label) else word.code


def english_amount(amount: Amount) -> str:
    """Write a sum as the source does, else with its digits in groups, such as USD 200,000."""
    return amount.stated or f"{amount.currency} {amount.value:,.0f}".strip()


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English template with named places, and what goes into them."""

    template: str
    values: tuple[tuple[str, PhraseValue], ...] = ()

    def say(
        self,
        translate: Callable[[str], str] = str,
        name: Callable[[Word | Label], str] = english_name,
        write: Callable[[Amount], str] = english_amount,
    ) -> str:
        """Fill the template.

        Args:
            translate: gives the template in the reader's language; English by default.
            name: gives the name of a `Word` or a `Label` in the reader's language; its code by default.
            write: writes an `Amount` as readers of that language do; in English by default.

        Returns:
            One sentence or part of a sentence, without markup.
        """
        return translate(self.template) % {key: _fill(value, name, write) for key, value in self.values}


def mark(template: str) -> str:
    """Mark a template for the extraction of catalogues where it stands apart from `phrase`."""
    return template


def _fill(
    value: PhraseValue, name: Callable[[Word | Label], str], write: Callable[[Amount], str]
) -> str | int:
    if isinstance(value, Amount):
        return write(value)
    if isinstance(value, tuple):
        return ", ".join(name(word) for word in value)
    return name(value) if isinstance(value, Label) else value


def phrase(template: str, **values: PhraseValue) -> Phrase:
    """Build a `Phrase`; the extraction of catalogues looks for this name."""
    return Phrase(template, tuple(values.items()))
