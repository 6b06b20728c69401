"""Check a zip archive before anything is parsed, and write it anew with only what was checked.

The readers are given the new archive: what the old one said of itself (sizes, overlapping parts, images)
never reaches them.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from matcher.documents.refusals import DocumentRefusedError, Reason

MOST_ENTRIES = 200
MOST_UNPACKED = 50 * 1024 * 1024
MOST_RATIO = 100
MOST_ELEMENTS = 250_000
"""Elements of all XML parts; a plan of 200 pages has about a third of them."""
MOST_DEPTH = 200
_RATIO_COUNTS_FROM = 1024 * 1024
"""Small archives of repeated words pack well and harm nobody."""
_PIECE = 1024 * 1024
_KIND_BYTES = 64
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED_FLAG = 0x1
_MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
_XML = (".xml", ".rels", ".hpf", ".rdf")


@dataclass(frozen=True, slots=True)
class Archive:
    """Parts of an archive that passed every check, by name."""

    parts: Mapping[str, bytes]

    def repacked(self) -> bytes:
        """Give an archive of the checked XML; every other part is there, but empty."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
            for name, content in self.parts.items():
                made.writestr(zipfile.ZipInfo(name), content if is_xml(name) or name == "mimetype" else b"")
        return target.getvalue()


def is_xml(name: str) -> bool:
    """Say whether a part is XML by its name, as both formats name their parts."""
    return name.lower().endswith(_XML)


def open_archive(data: bytes) -> Archive:
    """Unpack an archive within its limits; archives inside it stay closed.

    Raises:
        DocumentRefusedError: it is damaged, encrypted or a bomb, holds macros or names that leave it, or XML
            that is too deep, too large or declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            parts = _unpack(archive, entries, len(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise DocumentRefusedError(Reason.DAMAGED) from error
    _check_xml(parts)
    return Archive(parts)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise DocumentRefusedError(Reason.BOMB, f"more than {MOST_ENTRIES} parts")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise DocumentRefusedError(Reason.BOMB)
    if len({entry.filename for entry in entries}) != len(entries):
        raise DocumentRefusedError(Reason.DAMAGED, "two parts have one name")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise DocumentRefusedError(Reason.ENCRYPTED)
        if not _stays_inside(entry):
            raise DocumentRefusedError(Reason.DAMAGED, "a part is named like a place outside the archive")
        if entry.compress_type not in _METHODS:
            raise DocumentRefusedError(Reason.DAMAGED, "a part is packed in a way no editor packs")
        if entry.filename.lower().rpartition("/")[2] in _MACRO_NAMES:
            raise DocumentRefusedError(Reason.MACRO)


def _stays_inside(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename
    outside = name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in name.split("/")
    return bool(name) and not outside and not stat.S_ISLNK(entry.external_attr >> 16)


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int) -> dict[str, bytes]:
    """Unpack piece by piece: what an archive says of its sizes need not be true."""
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        if entry.is_dir():
            continue
        pieces: list[bytes] = []
        with archive.open(entry) as part:
            while piece := part.read(_PIECE):
                total += len(piece)
                if total > MOST_UNPACKED or (total > _RATIO_COUNTS_FROM and total > MOST_RATIO * packed):
                    raise DocumentRefusedError(Reason.BOMB)
                # Images and the like are counted, not kept, but for the few bytes that name the kind.
                if is_xml(entry.filename):
                    pieces.append(piece)
                elif not pieces:
                    pieces.append(piece[:_KIND_BYTES])
        parts[entry.filename] = b"".join(pieces)
    return parts


def _check_xml(parts: Mapping[str, bytes]) -> None:
    """Count elements and depth before a reader builds a tree of them; neither format declares entities."""
    counter = _Counter()
    for name, content in parts.items():
        if not is_xml(name) or not content:
            continue
        parser = expat.ParserCreate()
        parser.StartElementHandler = counter.start
        parser.EndElementHandler = counter.end
        parser.StartDoctypeDeclHandler = counter.refuse_doctype
        counter.depth = 0
        try:
            parser.Parse(content, True)  # noqa: FBT003  the parser takes no keywords
        except expat.ExpatError as error:
            raise DocumentRefusedError(Reason.DAMAGED) from error
        except UnicodeError as error:
            raise DocumentRefusedError(Reason.DAMAGED) from error


class _Counter:
    """Counts what stands in XML, and stops at the first limit."""

    def __init__(self) -> None:
        self.elements = 0
        self.depth = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        del name, attributes
        self.elements += 1
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise DocumentRefusedError(Reason.BOMB, "nested too deep")
        if self.elements > MOST_ELEMENTS:
            raise DocumentRefusedError(Reason.TOO_LARGE, "too many paragraphs or rows")

    def end(self, name: str) -> None:
        del name
        self.depth -= 1

    def refuse_doctype(self, *declared: object) -> None:
        del declared
        raise DocumentRefusedError(Reason.BOMB, "declares entities")
