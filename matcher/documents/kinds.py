"""Tell what kind of file this is from its bytes; names and extensions say nothing."""

import struct
from enum import StrEnum

from matcher.documents.archives import Archive, open_archive
from matcher.documents.refusals import DocumentRefusedError, Reason

MOST_BYTES = 10 * 1024 * 1024

_PDF = b"%PDF-"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HWP_SIGNATURE = b"HWP Document File"
_HWP_FLAGS = 36
"""Where the properties stand behind the signature of an HWP file, bit by bit."""
_HWP_PASSWORD, _HWP_DRM = 1 << 1, 1 << 4
_OTHERS = (
    (b"HWP Document File", "HWP of before 2000; save it as HWPX"),
    (b"{\\rtf", "RTF; save it as DOCX"),
    (b"\x89PNG\r\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b\x08", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_HWPX_TYPE = b"application/hwp+zip"
_WORD_MAIN = b"wordprocessingml.document.main+xml"
_MACRO_TYPES = (b"macroEnabled", b"vbaProject")


class Kind(StrEnum):
    """Kinds of files that are read."""

    PDF = "pdf"
    HWPX = "hwpx"
    DOCX = "docx"
    HWP = "hwp"
    TXT = "txt"


def check_size(data: bytes) -> None:
    """Let a file pass that is neither empty nor too large.

    Raises:
        DocumentRefusedError: it is.
    """
    if not data:
        raise DocumentRefusedError(Reason.EMPTY)
    if len(data) > MOST_BYTES:
        raise DocumentRefusedError(Reason.TOO_LARGE, f"at most {MOST_BYTES // 2**20} MB")


def sniff(data: bytes) -> tuple[Kind, Archive | None]:
    """Tell the kind of a file, and give the checked archive of those that are one.

    Raises:
        DocumentRefusedError: it is of no kind that is read, or breaks a limit of its kind.
    """
    check_size(data)
    if data.startswith(_PDF):
        return Kind.PDF, None
    if data.startswith(_ZIP):
        archive = open_archive(data)
        return _kind_of_archive(archive), archive
    if data.startswith(_OLE):
        return _kind_of_ole(data), None
    for magic, name in _OTHERS:
        if data.startswith(magic):
            raise DocumentRefusedError(Reason.WRONG_KIND, name)
    return Kind.TXT, None


def _kind_of_archive(archive: Archive) -> Kind:
    parts = archive.parts
    types = parts.get("[Content_Types].xml", b"")
    if any(macro in types for macro in _MACRO_TYPES):
        raise DocumentRefusedError(Reason.MACRO)
    if parts.get("mimetype", b"").strip() == _HWPX_TYPE or "Contents/content.hpf" in parts:
        if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
            raise DocumentRefusedError(Reason.ENCRYPTED)
        return Kind.HWPX
    if _WORD_MAIN in types:
        return Kind.DOCX
    raise DocumentRefusedError(Reason.WRONG_KIND, "a zip archive that is no document")


def _kind_of_ole(data: bytes) -> Kind:
    """Tell what an OLE file holds by the names in its directory, without following its chains."""
    if _utf16("EncryptedPackage") in data:
        raise DocumentRefusedError(Reason.ENCRYPTED)
    place = data.find(_HWP_SIGNATURE)
    if place < 0 or _utf16("FileHeader") not in data:
        raise DocumentRefusedError(Reason.WRONG_KIND, "an old Office file; save it as DOCX")
    if len(data) < place + _HWP_FLAGS + 4:
        raise DocumentRefusedError(Reason.DAMAGED)
    (flags,) = struct.unpack_from("<I", data, place + _HWP_FLAGS)
    if flags & (_HWP_PASSWORD | _HWP_DRM):
        raise DocumentRefusedError(Reason.ENCRYPTED)
    return Kind.HWP


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")
