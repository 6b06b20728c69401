"""Longest match of known phrases in a sequence of words.

The trie is kept as one sorted list: every phrase below a node shares the node's prefix, so the node is found
by bisection. Nested dictionaries for the 20,000 variants of a language would take many times the memory.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Hit(Generic[Value]):
    """A known phrase: it covers the words before index `end`."""

    end: int
    value: Value


class PhraseIndex(Generic[Value]):
    """Known phrases, each with a value.

    With an empty separator two phrases are the same when their letters are, wherever the words are cut:
    Korean words are written apart or together at will, and an analyser cuts them differently in different
    sentences.
    """

    def __init__(self, phrases: Mapping[tuple[str, ...], Value], separator: str) -> None:
        """Index the phrases; of two that become the same text the last one given stays."""
        self._separator = separator
        self._values = {self._join(words): value for words, value in phrases.items()}
        self._sorted = sorted(self._values)

    def get(self, *words: str) -> Value | None:
        """Give the value of exactly this phrase."""
        return self._values.get(self._join(words))

    def longest(self, words: Sequence[str], start: int) -> Hit[Value] | None:
        """Find the longest known phrase that begins at `words[start]`."""
        best: Hit[Value] | None = None
        prefix = ""
        for end in range(start + 1, len(words) + 1):
            prefix += words[end - 1] + self._separator
            position = bisect_left(self._sorted, prefix)
            if position == len(self._sorted) or not self._sorted[position].startswith(prefix):
                break
            if self._sorted[position] == prefix:
                best = Hit(end, self._values[prefix])
        return best

    def _join(self, words: Sequence[str]) -> str:
        return "".join(word + self._separator for word in words)
