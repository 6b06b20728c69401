"""Why a document is not read, each reason with the words that tell its owner what to do."""

from collections.abc import Mapping
from enum import StrEnum

from matcher.errors import LandfallError


class Reason(StrEnum):
    """Why a file was refused; pages and programs choose their own words by it."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    WRONG_KIND = "wrong-kind"
    ENCRYPTED = "encrypted"
    SCANNED = "scanned"
    MACRO = "macro"
    BOMB = "bomb"
    DAMAGED = "damaged"
    TIMED_OUT = "timed-out"
    TOO_MUCH_MEMORY = "too-much-memory"
    BUSY = "busy"


_WORDS: Mapping[Reason, str] = {
    Reason.EMPTY: "the file is empty",
    Reason.TOO_LARGE: "the file is too large",
    Reason.WRONG_KIND: "this is not a PDF, HWPX, HWP, DOCX or text file",
    Reason.ENCRYPTED: "the file is protected with a password; save it without one",
    Reason.SCANNED: "the pages hold almost no text and seem to be scanned; save the PDF from its editor",
    Reason.MACRO: "the file holds macros; save it without them",
    Reason.BOMB: "the archive unpacks to more than a plan holds",
    Reason.DAMAGED: "the file is damaged or was cut short",
    Reason.TIMED_OUT: "reading the file took too long",
    Reason.TOO_MUCH_MEMORY: "reading the file took too much memory",
    Reason.BUSY: "too many files are being read just now; try again in a moment",
}


class DocumentError(LandfallError):
    """Root of what can be wrong with a document."""


class DocumentRefusedError(DocumentError):
    """A document is not read; `reason` says why, `detail` where that helps."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        """Keep the reason as a code, so that each surface can word it in its own language."""
        super().__init__(f"file: {_WORDS[reason]}{f' ({detail})' if detail else ''}")
        self.reason = reason
        self.detail = detail
