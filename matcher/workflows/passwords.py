"""Passwords: what is accepted, and how they are kept so that a stolen database does not give them away."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from matcher.errors import FieldError, TooManyAttemptsError

SHORTEST = 12
LONGEST = 200
LEAST_SCORE = 3
"""Of zxcvbn's 0 to 4: withstands an attack offline against a moderately slow hash."""

WRONG_LENGTH = f"takes {SHORTEST} to {LONGEST} characters"
EASY = "is easy to guess"

MOST_AT_ONCE = 2 * (os.cpu_count() or 1)
WAIT_SECONDS = 5

_RATED_CHARACTERS = 72
# OWASP's least for Argon2id; written out, so that another default of the library changes nothing here.
_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
# Each hash takes a core and 19 MiB: without a bound, signing in would be a way to stop the server.
_places = BoundedSemaphore(MOST_AT_ONCE)
# The library keeps a person's own words in a variable of its module.
_rating = Lock()

NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$KVFwr5nKHStdVIyal/GrhA$zpvoc003eOTwGaHwAa6CCwnsjFRoOyfJEIxmUlh7tAc"
)
"""Compared with where there is no account; of a password that was thrown away."""


def check_password(password: str, own_words: Sequence[str] = ()) -> str:
    """Say whether a new password is good enough.

    Args:
        password: as it was typed.
        own_words: what somebody who knows the person tries first, such as name and e-mail.

    Returns:
        The password in the one spelling that is hashed.

    Raises:
        FieldError: it is too short, too long or easy to guess, or holds what no keyboard sends.
    """
    text = _spelled(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise FieldError("password", WRONG_LENGTH)
    if _score(text, own_words) < LEAST_SCORE:
        raise FieldError("password", EASY)
    return text


def hash_password(password: str) -> str:
    """Hash a password that was checked.

    Raises:
        FieldError: it holds a NUL or half a character.
        TooManyAttemptsError: too many are hashed at this moment.
    """
    text = _spelled(password)
    with _place():
        return _HASHER.hash(text)


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether this is the password.

    Args:
        stored: what `hash_password` gave; None where there is no account, which takes as long.
        password: as it was typed.

    Raises:
        TooManyAttemptsError: too many are hashed at this moment.
    """
    try:
        text = _spelled(password)
    except FieldError:
        text = ""
    # Nobody's password is longer, and a long one would take longer to hash.
    text = text[: LONGEST + 1]
    with _place():
        try:
            right = _HASHER.verify(stored or NOBODYS_HASH, text)
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Say whether this was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise TooManyAttemptsError(WAIT_SECONDS)
    try:
        yield
    finally:
        _places.release()


def _spelled(password: str) -> str:
    """Compose letters, so that a password typed on another keyboard is the same."""
    if "\x00" in password:
        raise FieldError("password", "holds a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise FieldError("password", "holds half a character (a lone surrogate)")
    return unicodedata.normalize("NFC", password)


def _score(password: str, own_words: Sequence[str]) -> int:
    from zxcvbn import zxcvbn  # noqa: PLC0415  its word lists take a moment and only new passwords need them

    words = [part for word in own_words for part in (word, *word.replace("@", " ").split()) if part]
    with _rating:
        return int(zxcvbn(password[:_RATED_CHARACTERS], user_inputs=words)["score"])
