"""Longest match of known phrases in a sequence of words.

The trie is kept as one sorted list: every phrase below a node shares the node's prefix, so the node is found
by bisection. Nested dictionaries for the tens of thousands of variants of a language would take many times
the memory.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple


class Hit(NamedTuple):
    """A known phrase: it covers the words before index `end` and has number `place`."""

    end: int
    place: int


class PhraseIndex:
    """Known phrases, numbered in the order of their texts.

    With an empty separator two phrases are the same when their letters are, wherever the words are cut:
    Korean words are written apart or together at will, and an analyser cuts them differently in different
    sentences.
    """

    def __init__(self, phrases: Sequence[str], separator: str) -> None:
        """Take phrases as `phrase_text` writes them, sorted and each once."""
        self._phrases = phrases
        self._separator = separator

    def __len__(self) -> int:
        """Count the phrases."""
        return len(self._phrases)

    def get(self, *words: str) -> int | None:
        """Give the number of exactly this phrase."""
        text = phrase_text(words, self._separator)
        place = bisect_left(self._phrases, text)
        return place if place < len(self._phrases) and self._phrases[place] == text else None

    def longest(self, words: Sequence[str], start: int) -> Hit | None:
        """Find the longest known phrase that begins at `words[start]`."""
        best: Hit | None = None
        prefix, place = "", 0
        for end in range(start + 1, len(words) + 1):
            prefix += words[end - 1] + self._separator
            place = bisect_left(self._phrases, prefix, place)
            if place == len(self._phrases) or not self._phrases[place].startswith(prefix):
                break
            if self._phrases[place] == prefix:
                best = Hit(end, place)
        return best


def phrase_text(words: Sequence[str], separator: str) -> str:
    """Write a phrase as the index holds it."""
    return "".join(word + separator for word in words)
