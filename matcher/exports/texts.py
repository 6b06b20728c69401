"""Texts as files can hold them: nothing is lost that is visible, and nothing breaks the file."""

import re

_HALF = re.compile("[\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """Give a text that every encoder and XML take: one kind of line end, no control or half characters."""
    return _UNSTORABLE.sub("", _HALF.sub(_REPLACEMENT, _LINE_END.sub("\n", text)))


def cut_units(text: str, most: int) -> str:
    """Cut a text to so many UTF-16 units, with … where something is missing.

    Spreadsheets count in these units, and a character is never cut in half.
    """
    # A character takes at most two units, so that most texts need no counting.
    if 2 * len(text) <= most:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * most:
        return text
    return units[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"
