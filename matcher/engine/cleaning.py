"""Text as it may be stored and ranked: refuse what breaks storage, strip what only hides.

NFKC removes none of the invisible characters used to hide words (measured), so the list is our own:
format characters, tags, variation selectors and the fillers of Hangul and Khmer.
"""

import re
import unicodedata

from matcher.errors import FieldError

MAX_CHARACTERS = 200_000
_HANGUL_FILLERS = "\u115f\u1160\u3164\uffa0"
_INVISIBLE = re.compile(
    f"[{_HANGUL_FILLERS}\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_SPACES = re.compile(r"[^\S\n]+")


def clean_text(value: str, field: str, *, limit: int = MAX_CHARACTERS) -> str:
    """Give the text in the form that is ranked.

    Args:
        value: text as somebody sent it.
        field: name used in the error.
        limit: greatest number of characters after cleaning.

    Returns:
        NFC text with newlines as line ends, single spaces and no invisible characters.

    Raises:
        FieldError: the text holds a NUL or half a character, is too long, or has no letter or digit.
    """
    if "\x00" in value:
        raise FieldError(field, "holds a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise FieldError(field, "holds half a character (a lone surrogate)")
    if len(value) > 2 * limit:
        raise FieldError(field, f"longer than {limit:,} characters")
    # Composed only after the invisible is gone: a joiner between a letter and its accent keeps them apart.
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", value))
    text = _SPACES.sub(" ", _CONTROL.sub(" ", _LINE_END.sub("\n", text))).strip()
    if len(text) > limit:
        raise FieldError(field, f"longer than {limit:,} characters")
    if not text:
        raise FieldError(field, "is empty")
    if not any(character.isalnum() for character in text):
        raise FieldError(field, "holds no letter and no digit")
    return text
