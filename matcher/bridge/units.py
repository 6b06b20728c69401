"""The words of a text as the bridge matches them, the same whatever the language."""

from dataclasses import dataclass
from enum import Enum, auto

SEPARABLE = "PTKVZ"
"""Tag of a German verb's prefix at the end of a clause, as in the Stuttgart-Tübingen tagset."""


class Role(Enum):
    """What becomes of a unit that no phrase of the lexicon covers."""

    WORD = auto()
    """A content word: glossed by other means, or dropped."""
    NAME = auto()
    """A proper noun: written in Latin letters when nothing else is known."""
    AFFIX = auto()
    """Means something inside a longer phrase only; alone it leaves no trace."""
    LITERAL = auto()
    """A number or a word in Latin script: passes through."""
    FUNCTION = auto()
    """A word of grammar with an English one of its own; phrases run across it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One word or morpheme: `text[start:end]`.

    Attributes:
        start: first character.
        end: character after the last one.
        key: how the word is looked up.
        role: what happens when the lookup fails.
        tag: part of speech, where the analyser gives one.
        form: the word as the analyser knows it, where there is one.
        literal: the English a unit of role LITERAL or FUNCTION becomes, when that is not its own text.
    """

    start: int
    end: int
    key: str
    role: Role
    tag: str = ""
    form: str = ""
    literal: str | None = None


Clause = tuple[Unit, ...]
"""Units a phrase may span: nothing between them ends a phrase, such as a full stop."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text cut up: its clauses, and apart from them the words of grammar, both in order."""

    clauses: tuple[Clause, ...]
    function_words: tuple[Unit, ...] = ()
