"""Find startups that may be the same: by name, by registration number, by texts that are nearly copies.

What is found is shown to a person and never dropped. A text counts as nearly copied where at least
`NEAR_COPY` of the runs of five characters of both together stand in both (Jaccard); docs/decisions says
what was measured. Candidates are found by MinHash, and each is then compared exactly.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

NEAR_COPY = 0.4
"""Least share of common five-character runs of two texts that count as nearly copied."""

LEAST_CHARACTERS = 60
"""Shorter texts are not compared: a slogan of a few words is often the same."""

_RUN = 5
_BINS = 126
_BAND = 3
_FIRST, _LAST = 3, 3
"""How many texts of one band a text is compared with, of the first and of those just before it: where more
share a band, they are all alike."""

_MOST_VERIFIED = 3
"""How many candidates, of those with most bands in common, are compared exactly."""

_LEAST_ESTIMATE = 0.25
"""Share of equal bins below which no two texts are compared exactly: more than three deviations off."""

_CHUNK = 500_000
"""Letters whose runs are held at one time."""

_PAIRS = 10_000
"""Pairs whose signatures are compared at one time."""

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
        What may be the same, in the order of the rows: for each row and kind one match, what is stored
        before a row of the file; of texts the most similar.
    """
    known = list(stored)
    subjects = [*known, *rows]
    names = _places(subjects, _names)
    numbers = _places(subjects, _numbers)
    copies = _near_copies(subjects, len(known))
    found = []
    for place, row in enumerate(rows, len(known)):
        assert isinstance(row.key, int)  # noqa: S101  rows are named by their numbers
        matches = {
            DuplicateKind.NAME: _first(_names(row), names, place),
            DuplicateKind.REGISTRATION_NUMBER: _first(_numbers(row), numbers, place),
            DuplicateKind.TEXT: copies.get(place),
        }
        for kind, match in sorted(matches.items()):
            if match is not None:
                found.append(Duplicate(row.key, subjects[match].key, kind))
    return tuple(found)


def _names(subject: Subject) -> tuple[str, ...]:
    return tuple(normal for name in subject.names if (normal := _cached_name(name)))


def _numbers(subject: Subject) -> tuple[str, ...]:
    normal = normal_number(subject.registration_no)
    return (normal,) if normal else ()


_cached_name = lru_cache(maxsize=50_000)(normal_name)
"""Names are asked for twice."""


def _places(subjects: Sequence[Subject], words: Callable[[Subject], tuple[str, ...]]) -> dict[str, int]:
    """Say where each name or number stands first."""
    places: dict[str, int] = {}
    for place, subject in enumerate(subjects):
        for word in words(subject):
            places.setdefault(word, place)
    return places


def _first(words: Sequence[str], places: dict[str, int], before: int) -> int | None:
    """Give the place of the first startup with one of the words, if it stands before another place."""
    first = min((places[word] for word in words), default=before)
    return first if first < before else None


def _letters(text: str) -> str:
    """Keep letters and digits, without accents; Hangul syllables stay whole."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
    return _NOT_WORD.sub("", unicodedata.normalize("NFC", bare))


def _text_letters(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def _runs(text: str) -> Hashes:
    """Hash each run of five letters and digits; spaces and punctuation do not count. Sorted, each once."""
    codes = _codes(_text_letters(text))
    return np.unique(_hashed(codes)) if len(codes) >= _RUN else np.empty(0, np.uint64)


def _codes(letters: str) -> Hashes:
    return np.frombuffer(letters.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)


def _hashed(codes: Hashes) -> Hashes:
    """Hash the run that begins at each place."""
    runs = len(codes) - _RUN + 1
    mixed = np.zeros(runs, np.uint64)
    for place in range(_RUN):
        # A polynomial in an odd constant, then well mixed: different runs are different numbers.
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed += codes[place : runs + place]
    return _mix(mixed)


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


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts that are long enough to be compared, whose they are, and what they are found by.

    Attributes:
        words: the texts.
        owners: (texts,), the place of each text's startup, ascending.
        signatures: (texts, bins), the least hash of each bin.
        bands: (texts, bands), a hash of the bins of each band.
    """

    words: tuple[str, ...]
    owners: NDArray[np.int64]
    signatures: NDArray[np.uint32]
    bands: Hashes

    @classmethod
    def of(cls, subjects: Sequence[Subject]) -> "_Texts":
        """Read the texts of startups, some at a time."""
        words: list[str] = []
        owners: list[int] = []
        waiting: list[str] = []
        held = 0
        parts = [np.empty((0, _BINS), np.uint32)]
        for place, subject in enumerate(subjects):
            for text in subject.texts:
                letters = _text_letters(text)
                if len(letters) < LEAST_CHARACTERS:
                    continue
                words.append(text)
                owners.append(place)
                waiting.append(letters)
                held += len(letters)
                if held > _CHUNK:
                    parts.append(_signatures(waiting))
                    waiting, held = [], 0
        if waiting:
            parts.append(_signatures(waiting))
        signatures = np.concatenate(parts)
        return cls(tuple(words), np.array(owners, np.int64), signatures, _bands(signatures))


def _signatures(letters: Sequence[str]) -> NDArray[np.uint32]:
    """Give the MinHash of texts, each of at least one run.

    One permutation: the runs are dealt into bins by their low bits and the least of each bin counts. An
    empty bin takes what stands in the next full one, so that short texts are compared as well.
    """
    lengths = np.array([len(text) for text in letters])
    hashes = _hashed(_codes("".join(letters)))
    text = np.repeat(np.arange(len(letters)), lengths)[: len(hashes)]
    # A run that begins in one text and ends in the next belongs to none.
    whole = text == np.repeat(np.arange(len(letters)), lengths)[_RUN - 1 :]
    hashes, text = hashes[whole], text[whole]
    bins = text * _BINS + (hashes % np.uint64(_BINS)).astype(np.int64)
    least = np.full(len(letters) * _BINS, np.iinfo(np.uint32).max, np.uint32)
    np.minimum.at(least, bins, (hashes >> np.uint64(32)).astype(np.uint32))
    full = np.zeros(least.size, bool)
    full[bins] = True
    # The next full bin of the same text, going round at its end.
    rings = np.tile(full.reshape(-1, _BINS), 2)
    places = np.where(rings, np.arange(2 * _BINS), 2 * _BINS)
    following = np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1][:, :_BINS] % _BINS
    signatures: NDArray[np.uint32] = np.take_along_axis(least.reshape(-1, _BINS), following, axis=1)
    return signatures


def _bands(signatures: NDArray[np.uint32]) -> Hashes:
    """Hash the bins of each band: similar texts share at least one band with great probability."""
    by_band = signatures.reshape(len(signatures), _BINS // _BAND, _BAND).astype(np.uint64)
    mixed = np.arange(_BINS // _BAND, dtype=np.uint64)[None, :].repeat(len(signatures), axis=0)
    for place in range(_BAND):
        mixed = _mix(mixed ^ by_band[:, :, place])
    return mixed


def _near_copies(subjects: Sequence[Subject], rows_from: int) -> dict[int, int]:
    """Find the most similar text that stands before, for each row.

    Args:
        subjects: what is stored, then the rows.
        rows_from: the place of the first row.

    Returns:
        The place of the other by the place of the row.
    """
    texts = _Texts.of(subjects)
    return _most_similar(texts, _candidates(texts, int(np.searchsorted(texts.owners, rows_from))))


def _candidates(texts: _Texts, first_sent: int) -> NDArray[np.int64]:
    """Pair each text that was sent with some before it that share most bands with it: (pairs, 2)."""
    count, width = texts.bands.shape
    bands = texts.bands.ravel()
    order = np.argsort(bands, kind="stable")
    bands, text = bands[order], order // max(1, width)
    place = np.arange(len(bands))
    begins = np.flatnonzero(np.append(True, bands[1:] != bands[:-1])[: len(bands)])
    begin = np.repeat(begins, np.diff(np.append(begins, len(bands))))
    sent = text >= first_sent
    pieces = []
    for step in range(_FIRST + _LAST):
        other = begin + step if step < _FIRST else place - 1 - (step - _FIRST)
        there = sent & (other < place if step < _FIRST else other >= begin + _FIRST)
        pieces.append(text[there] * count + text[other[there]])
    codes, shared = np.unique(np.concatenate(pieces), return_counts=True)
    one, other = np.divmod(codes, max(1, count))
    different = texts.owners[one] != texts.owners[other]
    one, other, shared = one[different], other[different], shared[different]
    ranked = np.lexsort((-shared, one))
    one, other = one[ranked], other[ranked]
    rank = np.arange(len(one)) - np.searchsorted(one, one, "left")
    pairs: NDArray[np.int64] = np.stack((one, other), axis=1)[rank < _MOST_VERIFIED]
    return pairs


def _most_similar(texts: _Texts, pairs: NDArray[np.int64]) -> dict[int, int]:
    """Compare pairs exactly; give the owner of the most similar for each owner that has one."""
    runs = lru_cache(maxsize=2000)(_runs)
    best: dict[int, tuple[float, int]] = {}
    for start in range(0, len(pairs), _PAIRS):
        part = pairs[start : start + _PAIRS]
        equal = texts.signatures[part[:, 0]] == texts.signatures[part[:, 1]]
        for one, other in part[equal.mean(axis=1) >= _LEAST_ESTIMATE].tolist():
            alike = _jaccard(runs(texts.words[one]), runs(texts.words[other]))
            owner, place = int(texts.owners[one]), int(texts.owners[other])
            if alike >= NEAR_COPY:
                best[owner] = min(best.get(owner, (0.0, 0)), (-alike, place))
    return {owner: place for owner, (_, place) in best.items()}
