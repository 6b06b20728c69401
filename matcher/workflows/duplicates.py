"""Find startups that may be the same: by name, by registration number, by texts that are nearly copies.

What is found is shown to a person and never dropped. A text counts as nearly copied where at least
`NEAR_COPY` of the runs of five characters of both together stand in both (Jaccard); docs/decisions says
what was measured. Candidates are found by MinHash, and each is then compared exactly.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

NEAR_COPY = 0.4
"""Least share of common five-character runs of two texts that count as nearly copied."""

LEAST_CHARACTERS = 60
"""Shorter texts are not compared: a slogan of a few words is often the same."""

_RUN = 5
_BINS = 126
_BAND = 3
_MOST_COMPARED = 20
"""How many earlier texts of one band a text is compared with: beyond, they are all alike."""

_LEAST_NUMBER = 5
"""Digits and letters a registration number has at least; a 1 or a dash says nothing."""

_LEGAL_FORMS = re.compile(
    r"""(?x)
    \((?:주|유|합|사|재)\)
    | 주식\s?회사 | 유한\s?책임\s?회사 | 유한\s?회사 | 합자\s?회사 | 합명\s?회사 | 농업회사법인
    | (?<!\w) (?:
        gmbh\s?&\s?co\.?\s?kg | ggmbh | gmbh
        | ug\s?\(haftungsbeschr(?:ä|ae)nkt\) | ug | ag | kgaa | kg | ohg | gbr
        | e\.?\s?k\.? | e\.?\s?v\.? | se
        | s\.?\s?l\.?\s?(?:u|p|l)\.? | s\.?\s?l\.? | s\.?\s?a\.?\s?u\.? | s\.?\s?a\.?\s?s\.? | s\.?\s?a\.?
        | s\.?\s?r\.?\s?l\.? | s\.?\s?coop\.?
        | incorporated | inc\.? | corporation | corp\.? | company | co\.?
        | limited | ltd\.? | pte\.? | pty\.? | p\.?l\.?c\.? | l\.?l\.?c\.? | l\.?l\.?p\.?
        | b\.?v\.? | n\.?v\.?
      ) (?!\w)
    """
)
_NOT_WORD = re.compile(r"[\W_]+")

Hashes = NDArray[np.uint64]


class DuplicateKind(StrEnum):
    """Why two startups may be the same."""

    NAME = "name"
    REGISTRATION_NUMBER = "registration-number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Subject:
    """A startup to compare: `key` names it, a row number or an id."""

    key: int | str
    names: tuple[str, ...]
    registration_no: str = ""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that may be the same as another row, or as a startup of the database."""

    row: int
    other: int | str
    kind: DuplicateKind


def normal_name(name: str) -> str:
    """Give what is left of a name when spelling and legal form are taken away.

    Width, case, accents, spaces and punctuation do not count; 주식회사, ㈜, (주), Inc., GmbH, S.L. and their
    like are dropped, unless nothing else is there.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    return _letters(_LEGAL_FORMS.sub(" ", plain)) or _letters(plain)


def normal_number(number: str) -> str:
    """Give the letters and digits of a registration number; empty where they are too few to say anything."""
    plain = _letters(unicodedata.normalize("NFKC", number).casefold())
    return plain if len(plain) >= _LEAST_NUMBER else ""


def similarity(one: str, other: str) -> float:
    """Give the share of the five-character runs of both texts that stand in both: 0 to 1."""
    return _jaccard(_runs(one), _runs(other))


def find_duplicates(rows: Sequence[Subject], stored: Iterable[Subject]) -> tuple[Duplicate, ...]:
    """Compare rows of a file with each other and with what is stored.

    Args:
        rows: the rows, their numbers as keys; each is compared with those before it.
        stored: startups of the database, their ids as keys.

    Returns:
        What may be the same, in the order of the rows: for each row and kind the first match only, a
        stored startup before a row of the file.
    """
    known, before = _Seen(), _Seen()
    for subject in stored:
        known.add(_marks(subject))
    found = []
    for row in rows:
        assert isinstance(row.key, int)  # noqa: S101  rows are named by their numbers
        marks = _marks(row)
        matched = before.matches(marks) | known.matches(marks)
        found += [Duplicate(row.key, other, kind) for kind, other in sorted(matched.items())]
        before.add(marks)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Text:
    """The runs of a text, and the bands it is found by."""

    runs: Hashes
    bands: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a startup is compared by."""

    key: int | str
    names: tuple[str, ...]
    number: str
    texts: tuple[_Text, ...]


def _marks(subject: Subject) -> _Marks:
    long_enough = (text for text in subject.texts if len(_text_letters(text)) >= LEAST_CHARACTERS)
    texts = tuple(_Text(runs, tuple(_bands(runs))) for runs in map(_runs, long_enough))
    names = tuple(normal for name in subject.names if (normal := normal_name(name)))
    return _Marks(subject.key, names, normal_number(subject.registration_no), texts)


@dataclass(slots=True)
class _Seen:
    """What was seen so far, to be found by name, number and bands of texts."""

    names: dict[str, int | str] = field(default_factory=dict)
    numbers: dict[str, int | str] = field(default_factory=dict)
    bands: dict[Hashable, list[int]] = field(default_factory=lambda: defaultdict(list))
    texts: list[tuple[int | str, Hashes]] = field(default_factory=list)

    def add(self, marks: _Marks) -> None:
        """Remember a startup; the first of several alike stays the one that is named."""
        for name in marks.names:
            self.names.setdefault(name, marks.key)
        if marks.number:
            self.numbers.setdefault(marks.number, marks.key)
        for text in marks.texts:
            place = len(self.texts)
            self.texts.append((marks.key, text.runs))
            for band in text.bands:
                if len(self.bands[band]) < _MOST_COMPARED:
                    self.bands[band].append(place)

    def matches(self, marks: _Marks) -> dict[DuplicateKind, int | str]:
        """Find what may be the same as a startup."""
        named = next((self.names[name] for name in marks.names if name in self.names), None)
        copied = next((key for text in marks.texts if (key := self._near_copy(text)) is not None), None)
        found = {
            DuplicateKind.NAME: named,
            DuplicateKind.REGISTRATION_NUMBER: self.numbers.get(marks.number),
            DuplicateKind.TEXT: copied,
        }
        return {kind: key for kind, key in found.items() if key is not None}

    def _near_copy(self, text: _Text) -> int | str | None:
        """Give the most similar text of those that share a band; None where none is similar enough."""
        places = sorted({place for band in text.bands for place in self.bands.get(band, ())})
        best, nearest = NEAR_COPY, None
        for place in places:
            key, runs = self.texts[place]
            alike = _jaccard(text.runs, runs)
            if alike >= best and (nearest is None or alike > best):
                best, nearest = alike, key
        return nearest


def _letters(text: str) -> str:
    """Keep letters and digits, without accents; Hangul syllables stay whole."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
    return _NOT_WORD.sub("", unicodedata.normalize("NFC", bare))


def _text_letters(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def _runs(text: str) -> Hashes:
    """Hash each run of five letters and digits; spaces and punctuation do not count. Sorted, each once."""
    codes = np.frombuffer(_text_letters(text).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    if len(codes) < _RUN:
        return np.empty(0, np.uint64)
    mixed = np.zeros(len(codes) - _RUN + 1, np.uint64)
    for place in range(_RUN):
        mixed = _mix(mixed ^ codes[place : len(codes) - _RUN + 1 + place])
    return np.unique(mixed)


def _mix(values: Hashes) -> Hashes:
    """Spread 64-bit values (the finaliser of SplitMix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _jaccard(one: Hashes, other: Hashes) -> float:
    if not len(one) or not len(other):
        return 0.0
    # Both are sorted: where would each run of one stand in the other, and does it stand there?
    places = np.minimum(np.searchsorted(other, one), len(other) - 1)
    common = int(np.count_nonzero(other[places] == one))
    return common / (len(one) + len(other) - common)


def _bands(runs: Hashes) -> Iterator[Hashable]:
    """Give the bands of a text's MinHash: similar texts share at least one with great probability.

    One permutation: the runs are dealt into bins by their low bits and the least of each bin counts. An
    empty bin takes what stands in the next full one, so that short texts are compared as well.
    """
    least = np.full(_BINS, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(least, (runs % np.uint64(_BINS)).astype(np.int64), runs)
    full = np.flatnonzero(least != np.iinfo(np.uint64).max)
    if not len(full):
        return
    following = full[np.searchsorted(full, np.arange(_BINS)) % len(full)]
    signature = least[following]
    for band in range(0, _BINS, _BAND):
        yield (band, signature[band : band + _BAND].tobytes())
