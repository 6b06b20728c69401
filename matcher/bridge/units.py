"""The words of a text as the bridge matches them, the same whatever the language."""

from dataclasses import dataclass
from enum import Enum, auto


class Role(Enum):
    """What becomes of a unit that no phrase of the lexicon covers."""

    WORD = auto()
    """A content word: glossed by other means, or dropped."""
    AFFIX = auto()
    """Means something inside a longer phrase only; alone it leaves no trace."""
    LITERAL = auto()
    """A number or a word in Latin script: passes through."""


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
        literal: what a unit of role LITERAL becomes, when that is not its own text.
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
