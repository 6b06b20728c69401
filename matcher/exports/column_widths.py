"""Share the width of a printed page among columns, at the largest letters that let them fit."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SIZES = (8.5, 8.0, 7.5, 7.0, 6.75, 6.5, 6.0)
"""Sizes of letters in points, the best first."""
_SMALLEST_FOR_ONE_LINE = 6.5
"""Letters get smaller than this only so that words fit, not so that cells stay on one line."""
_PAGE = 762.0
"""Width of what is printed on A4 across, in points."""
_DIGIT = 0.53
"""Width of a digit and a small letter, as a share of their size."""
_HANGUL = 1.65
_UNWRAPPED = 0.6
"""Where not all cells fit on one line: the share of their wishes beyond the least that a size must leave."""


@dataclass(frozen=True, slots=True)
class AskedWidth:
    """What a column asks for, in digits: the least, so that no word breaks, and what it would like."""

    least: float
    wished: float


def digits_wide(text: str) -> float:
    """Say about how wide a text is set, in digits."""
    return sum(_HANGUL if unicodedata.east_asian_width(character) in "WF" else 1.0 for character in text)


def fit_columns(asked: Sequence[AskedWidth]) -> tuple[float, list[float]]:
    """Choose the size of letters and the widths of columns.

    Args:
        asked: what each column asks for.

    Returns:
        The size in points, and the widths in digits; only their ratio counts.
    """
    least = sum(one.least for one in asked)
    wished = sum(one.wished for one in asked)
    on_one_line = (size for size in SIZES if size >= _SMALLEST_FOR_ONE_LINE and wished <= _holds(size))
    wrapped = least + _UNWRAPPED * (wished - least)
    size = next(on_one_line, None) or next((size for size in SIZES if wrapped <= _holds(size)), SIZES[-1])
    spare = max(0.0, min(1.0, (_holds(size) - least) / (wished - least))) if wished > least else 0.0
    return size, [round(one.least + spare * (one.wished - one.least), 2) for one in asked]


def _holds(size: float) -> float:
    return _PAGE / (_DIGIT * size)
