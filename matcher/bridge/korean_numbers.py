"""Say Korean amounts in English: Korean counts in ten thousands, so 140억 is 14 billion."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

SCALES = {
    "십": 10,
    "백": 100,
    "천": 1_000,
    "만": 10**4,
    "십만": 10**5,
    "백만": 10**6,
    "천만": 10**7,
    "억": 10**8,
    "십억": 10**9,
    "백억": 10**10,
    "천억": 10**11,
    "조": 10**12,
}
"""Scale words that follow a number, with what they multiply it by."""

_ENGLISH = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))


def say_amount(parts: Sequence[str]) -> str:
    """Say numbers and their scale words, taken in turn, in English.

    Args:
        parts: such as `("1", "조", "2,000", "억")`.

    Returns:
        The sum, such as "1.2 trillion"; the parts as they stand when a number is not one.
    """
    try:
        pairs = zip(parts[::2], parts[1::2], strict=True)
        total = sum((Decimal(number.replace(",", "")) * SCALES[scale] for number, scale in pairs), Decimal(0))
    except InvalidOperation:
        return " ".join(parts)
    for value, name in _ENGLISH:
        if total >= value:
            return f"{_plain(total / value)} {name}"
    return _plain(total)


def _plain(number: Decimal) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
