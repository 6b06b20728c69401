"""Read an uploaded text file: UTF-8, UTF-16 or CP949, and never a guess beyond that."""

import re

from matcher.errors import FieldError

_MIB = 1024 * 1024
MOST_BYTES = _MIB
ACCEPTED = "UTF-8, UTF-16 or CP949 (EUC-KR)"
NO_TEXT = "this is not a text file"

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive, such as DOCX, XLSX or HWPX"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an HWP, DOC or XLS file"),
    (b"HWP Document File", "an HWP file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG\r\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x1f\x8b\x08", "a compressed file"),
)
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_FEWEST_NULS = 0.05
_SHARE_OF_KNOWN_LETTERS = 0.8


def decode_text_file(data: bytes, field: str, *, most_bytes: int | None = MOST_BYTES) -> str:
    """Decode a text file.

    Byte-order marks decide first; UTF-16 without one is recognised by the NULs its spaces and
    line ends leave on one side. Otherwise strict UTF-8, then strict CP949: Korean text in CP949
    is practically never valid UTF-8. Shift_JIS is not accepted, but it can pass for CP949.

    Args:
        data: the file as it was sent.
        field: the form field to name in a refusal.
        most_bytes: the largest file taken; None takes any.

    Returns:
        The text without its byte-order mark.

    Raises:
        FieldError: the file is empty, too large, not text, or in another encoding.
    """
    if not data:
        raise FieldError(field, "the file is empty")
    if most_bytes is not None and len(data) > most_bytes:
        raise FieldError(field, f"the file is larger than {most_bytes // _MIB} MiB")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise FieldError(field, f"this is {kind}; save it as plain text (.txt)")
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text):
            raise FieldError(field, NO_TEXT)
        return text
    raise FieldError(field, NO_TEXT if b"\0" in data else f"the encoding is not one of {ACCEPTED}")


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
