"""Lines of a document with their place, and the cells of tables as lines of `label: value`."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from matcher.documents.labels import is_label
from matcher.engine.cleaning import clean_text
from matcher.errors import FieldError

MOST_PAGES = 200
MOST_CHARACTERS = 200_000

_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd\x00\ud800-\udfff]")
"""Hancom's own characters, which mean nothing elsewhere, NUL, and halves of characters."""
_WIDE_GAP = re.compile(r"\t+| {3,}|\u3000{2,}")
_PAGE_NUMBER = re.compile(r"\W*(?:\d{1,3}|\d{1,3}\s*/\s*\d{1,3})\W*")
_LONGEST_FIRST_CELL = 30
_FULL_LINE = 0.8
"""A line this long, measured by the longest of its page, may go on in the next."""
_LONGEST_WRAPPED = 120
"""Longer lines are paragraphs, which end where they end."""


class PlaceKind(StrEnum):
    """How places are counted: PDF in pages, other kinds in paragraphs."""

    PAGE = "page"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document something stands, counted from 1."""

    kind: PlaceKind
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document; `wrapped` when it may go on in the next line."""

    text: str
    place: Place
    wrapped: bool = False


class NoteCode(StrEnum):
    """What the owner of a document should know about how it was read."""

    CUT = "cut"
    PAGES_WITHOUT_TEXT = "pages-without-text"
    CONTRADICTION = "contradiction"
    NOTHING_FOUND = "nothing-found"


@dataclass(frozen=True, slots=True)
class Note:
    """A warning: its code, the field or pages it is about, and the passages that show it."""

    code: NoteCode
    about: str = ""
    passages: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in English."""
        shown = " / ".join(passage.replace("\n", " ") for passage in self.passages)
        return {
            NoteCode.CUT: f"only the first {self.about} were read",
            NoteCode.PAGES_WITHOUT_TEXT: f"pages without text: {self.about}",
            NoteCode.CONTRADICTION: f"{self.about}: the document says different things: {shown}",
            NoteCode.NOTHING_FOUND: "nothing was found that could fill a field",
        }[self.code]


class LineCollector:
    """Takes lines until the limit of characters is reached."""

    def __init__(self) -> None:
        """Start empty."""
        self.lines: list[Line] = []
        self.full = False
        self._left = MOST_CHARACTERS

    def add(self, texts: Iterable[str], place: Place, *, wrapped: bool = False) -> None:
        """Clean lines and keep them until the limit is reached; tabs part the cells of a row."""
        for text in texts:
            if self.full:
                return
            cells = _cells(text)
            rows = row_lines(cells, loose=True) if len(cells) > 1 else [text]
            for row in rows:
                self._keep(row, place, wrapped=wrapped)

    def add_laid_out(self, texts: Sequence[str], places: Sequence[Place]) -> None:
        """Take lines of fixed layout: wide gaps part cells of a table, and a full line may go on."""
        longest = max(map(len, texts), default=0)
        rows: list[list[str]] = []
        if not places:
            return
        start = places[0]
        for text, place in zip(texts, places, strict=True):
            cells = _cells(text)
            if len(cells) > 1:
                start = place if not rows else start
                rows.append(cells)
                continue
            if rows:
                self.add(table_lines(rows, loose=True), start)
                rows = []
            full = longest <= _LONGEST_WRAPPED and len(text) >= _FULL_LINE * longest
            self.add([text], place, wrapped=full)
        if rows:
            self.add(table_lines(rows, loose=True), start)

    def _keep(self, text: str, place: Place, *, wrapped: bool) -> None:
        for line in clean_lines(text[: 2 * MOST_CHARACTERS]):
            if place.kind is PlaceKind.PAGE and _PAGE_NUMBER.fullmatch(line):
                continue
            kept = line[: self._left].strip()
            self.full = len(kept) < len(line)
            if kept:
                self._left = max(0, self._left - len(kept) - 1)
                self.lines.append(Line(kept, place, wrapped))
            if self.full:
                return


def clean_lines(text: str) -> Iterator[str]:
    """Give the lines of a text as they may be stored, without those that hold no letter and no digit."""
    # Page breaks and vertical tabs end a line here as they do in an editor.
    for line in unicodedata.normalize("NFC", _PRIVATE.sub("", text)).splitlines():
        try:
            yield clean_text(line, "line", limit=2 * MOST_CHARACTERS)
        except FieldError:
            continue


def row_lines(cells: Sequence[str], *, loose: bool = False) -> list[str]:
    """Write a row of a table as lines.

    A known label and the one cell behind it become `label: value`. Where several cells follow a label it is
    not said which of them is meant, so they stay side by side.

    Args:
        cells: text of the cells, which may hold line ends.
        loose: cells were told apart by gaps only, so nothing but known labels makes them a row.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) == 1:
        return filled[0].splitlines()
    flat = [" ".join(cell.split()) for cell in filled]
    lines: list[str] = []
    rest: list[str] = []
    at = 0
    while at < len(flat):
        known = is_label(flat[at])
        paired = known and at + 1 < len(flat) and not is_label(flat[at + 1])
        alone = at + 2 >= len(flat) or is_label(flat[at + 2])
        if paired and alone:
            lines.append(f"{flat[at].rstrip(' :：')}: {flat[at + 1]}")
            at += 2
        else:
            rest.append(flat[at])
            at += 1
    two = len(flat) == 2 and not loose  # noqa: PLR2004  a pair
    if two and not lines and len(flat[0]) <= _LONGEST_FIRST_CELL and not is_label(flat[1]):
        return [f"{flat[0].rstrip(' :：')}: {flat[1]}"]
    if rest:
        lines.insert(0, (" " if loose else " | ").join(rest))
    return lines


def _cells(text: str) -> list[str]:
    return [cell for cell in _WIDE_GAP.split(text.strip()) if cell.strip()]


def table_lines(rows: Sequence[Sequence[str]], *, loose: bool = False) -> list[str]:
    """Write a table as lines; a row of labels over a single row of values is paired column by column.

    `loose` is that of `row_lines`.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if len(filled) == 2 and len(filled[0]) == len(filled[1]) > 1:  # noqa: PLR2004  labels and values
        labels, values = filled
        if all(is_label(cell) for cell in labels) and not any(is_label(cell) for cell in values):
            return [line for pair in zip(labels, values, strict=True) for line in row_lines(pair)]
    return [line for row in filled for line in row_lines(row, loose=loose)]


def ranges(numbers: Sequence[int]) -> str:
    """Write numbers as ranges: 1, 2, 3, 7 as `1-3, 7`."""
    ends = [index for index, (left, right) in enumerate(pairwise(numbers), 1) if right != left + 1]
    starts, stops = [0, *ends], [*ends, len(numbers)]
    runs = [numbers[start:stop] for start, stop in zip(starts, stops, strict=True)]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs if run)
