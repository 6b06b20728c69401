"""Take a file off a request without writing it anywhere, and read one of text: never a guess about it.

Texts are UTF-8, UTF-16 or CP949.
"""

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from matcher.documents.plain_text import decode_plain, has_known_encoding
from matcher.errors import FieldError
from web.middleware import MOST_FILE_BYTES

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


class _MemoryParser(MultiPartParser):
    """Keeps a file in memory where the usual parser would spill a large one to the disk."""

    spool_max_size = MOST_FILE_BYTES


async def parse_in_memory(request: Request, most_fields: int) -> FormData:
    """Read a form with at most one file; the caller closes it.

    Raises:
        HTTPException: the form cannot be read.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.form(max_fields=most_fields)
    parser = _MemoryParser(
        request.headers, request.stream(), max_files=1, max_fields=most_fields, max_part_size=MOST_FILE_BYTES
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400) from error


def decode_text_file(data: bytes, field: str, *, most_bytes: int | None = MOST_BYTES) -> str:
    """Decode a text file.

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
    text = decode_plain(data)
    if text is None:
        binary = b"\0" in data or has_known_encoding(data)
        raise FieldError(field, NO_TEXT if binary else f"the encoding is not one of {ACCEPTED}")
    return text
