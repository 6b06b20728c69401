"""Split a compound word into known parts, as German and Korean build them."""

from collections.abc import Callable

_LONGEST_WORD = 60
"""A longer run of letters is no word of a text; trying to split it would only cost time."""


def split_compound(
    word: str, is_known: Callable[[str], bool], *, shortest: int, links: tuple[str, ...] = ()
) -> tuple[str, ...] | None:
    """Split a word into known parts, taking the longest possible part from the right first.

    The head of a compound is its last part, so what is known on the right is most worth keeping whole.

    Args:
        word: a single word.
        is_known: says whether a part stands for something.
        shortest: length of the shortest part allowed, in characters.
        links: letters that may stand between two parts and mean nothing.

    Returns:
        Two or more parts in the order of the word, or None when no split covers it.
    """
    if not 2 * shortest <= len(word) <= _LONGEST_WORD:
        return None
    dead_ends: set[int] = set()

    def parts_before(end: int) -> tuple[str, ...] | None:
        if end == 0:
            return ()
        if end in dead_ends:
            return None
        for start in range(end - shortest + 1):
            part = word[start:end]
            if part == word or not is_known(part):
                continue
            for left in _ends_of_left_part(word, start, links):
                before = parts_before(left)
                if before is not None:
                    return (*before, part)
        dead_ends.add(end)
        return None

    return parts_before(len(word))


def _ends_of_left_part(word: str, start: int, links: tuple[str, ...]) -> tuple[int, ...]:
    linked = (start - len(link) for link in links if word.endswith(link, 0, start))
    return (start, *(end for end in linked if end > 0))
