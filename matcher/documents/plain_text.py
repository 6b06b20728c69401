"""Decode a text file: UTF-8, UTF-16 or CP949, and never a guess beyond that."""

import re

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_FEWEST_NULS = 0.05
_SHARE_OF_KNOWN_LETTERS = 0.8


def decode_plain(data: bytes) -> str | None:
    """Decode text; None when it is in no encoding that is read here, or no text at all.

    Byte-order marks decide first; UTF-16 without one is recognised by the NULs its spaces and
    line ends leave on one side. Otherwise strict UTF-8, then strict CP949: Korean text in CP949
    is practically never valid UTF-8. Shift_JIS is not accepted, but it can pass for CP949.
    """
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROLS.search(text) else text
    return None


def has_known_encoding(data: bytes) -> bool:
    """Say whether the bytes can be decoded at all, text or not."""
    for encoding in _encodings(data):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _encodings(data: bytes) -> tuple[str, ...]:
    """Name the encodings the bytes may be in, to be tried strictly and in this order."""
    if data.startswith(_UTF8_MARK):
        return ("utf-8-sig",)
    if data.startswith(_UTF16_MARKS):
        return ("utf-16",)
    if b"\0" in data:
        return _by_nuls(data)
    return ("utf-8", "cp949")


def _by_nuls(data: bytes) -> tuple[str, ...]:
    """Tell the byte order of UTF-16 without a mark; with NULs on both sides the file is binary.

    A space is 20 00 in little-endian order, so its NULs stand on odd places. Some Hangul
    syllables (가 is 00 AC) leave a few on the other side.
    """
    even, odd = data[::2].count(0), data[1::2].count(0)
    enough = _FEWEST_NULS * len(data) / 2
    for encoding, wanted, other in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if wanted > 2 * other and wanted >= enough and _reads_well(data, encoding):
            return (encoding,)
    return ()


def _reads_well(data: bytes, encoding: str) -> bool:
    """Say whether nearly all letters are Hangul or Latin: a stray NUL in plain text makes others of them."""
    letters = [letter for letter in data.decode(encoding, "replace") if letter.isalpha()]
    known = sum(letter < "\u0250" or "\uac00" <= letter <= "\ud7a3" for letter in letters)
    return bool(letters) and known >= _SHARE_OF_KNOWN_LETTERS * len(letters)
