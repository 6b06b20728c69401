"""Which words of two sentences carried their match, and the concept between them.

Words of two languages are linked when they stand for the same concept, or for two that lie near each other
among meanings. Nearness alone misleads where words are used alike without meaning alike: a country lies
near every other country, "domestic" near "foreign", "six" near "five". So a name is only ever itself,
everyday words are near nothing but a word of a field, and figures carry nothing at all. An everyday word in
both sentences ("fast", "later") says something only where they also share a word of a field.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.lexicon import GENERAL
from matcher.bridge.vocabulary import load_concepts, meanings
from matcher.engine.analysis import ConceptSpan
from matcher.engine.lexical import TermWeights
from matcher.engine.matches import ConceptLink

MOST_LINKS = 4
NEAR = 0.65
"""Least cosine of two concepts of a field that are linked.

Of the 145 different links that the profiles of the benchmark (Korean, English, German) make with their five
best shipped programs, 132 (91%) looked right to a reader: 108 of the 115 of one concept, 24 of the 30 near
ones. Of four more near ones, from 0.6 on, one did.
"""

NEAR_EVERYDAY = 0.75
"""The same where one is an everyday word: "office space" meets "office", "aircraft" does not meet "pilot"."""

COMMON = 1.0
"""Weight below which a link is shown only where there is no other: a word of a field weighs less once more
than three in eight shipped texts hold it, an everyday word once more than one in seven do."""

_EVERYDAY = 0.5
"""Share of its weight an everyday word keeps: it is rare by chance rather than for what it says."""

_MOST_WORDS = 100
"""Understood words of a sentence that are looked at; only tables and run-on text have more."""

_DECIMALS = 4
"""Cosines are rounded, so that two machines choose the same links."""

_PLACES = "places"
_NAME_AREAS = frozenset({"city", "country", "currency", "nationality", "region"})
_FIGURE_WORDS = """
one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand
million billion trillion half first second third twice percent
year month week day hour last_year this_year next_year january february march april may june july august
september october november december
won korean_won euro dollar us_dollar cent
"""
_FIGURES = frozenset(_FIGURE_WORDS.split())
"""Keys of numbers, dates and money: two sentences that share a year or a currency have nothing in common."""


class Kind(Enum):
    """What a concept is: a word of a field, a name, or an everyday word."""

    FIELD = auto()
    NAME = auto()
    EVERYDAY = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """What is known of concepts.

    `rows` gives a concept's place by its key. `vectors` is (concepts, dimension), unit rows or zeros;
    `everyday` and `names` are (concepts,): words of no field, and names of places, peoples and money.
    """

    rows: Mapping[str, int]
    vectors: NDArray[np.float32]
    everyday: NDArray[np.bool_]
    names: NDArray[np.bool_]

    def weigh(self, key: str, weights: TermWeights) -> float:
        """Give how much a concept tells, 0 or more: its term weight, an everyday word's halved."""
        return weights.of(key) * (_EVERYDAY if self.kind(key) is Kind.EVERYDAY else 1.0)

    def kind(self, key: str) -> Kind:
        """Say what a concept is; one that is not known is taken for a word of a field."""
        row = self.rows.get(key)
        if row is None:
            return Kind.FIELD
        return Kind.NAME if self.names[row] else Kind.EVERYDAY if self.everyday[row] else Kind.FIELD


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence with the words of it that were understood, in order, without overlap."""

    text: str
    spans: Sequence[ConceptSpan]


@dataclass(frozen=True, slots=True)
class _Word:
    """Understood words that may be linked; `keys` are those that are no figures."""

    start: int
    end: int
    text: str
    concept: str
    keys: tuple[str, ...]

    @property
    def holds_figure(self) -> bool:
        return any(character.isdigit() for character in self.text)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A link that could be made between the words at two places."""

    row: int
    column: int
    likeness: float
    weight: float
    kind: Kind

    @property
    def telling(self) -> bool:
        return self.weight >= COMMON

    @property
    def order(self) -> tuple[float, int, int]:
        """Best first: by weight and likeness, then as the texts stand."""
        return (-self.weight * self.likeness, self.row, self.column)


@lru_cache(maxsize=1)
def shipped_meanings() -> Meanings:
    """Give what the bridge knows of its concepts."""
    rows, vectors = meanings()
    concepts = load_concepts()
    return Meanings(
        rows,
        vectors,
        np.array([domain == GENERAL for domain in concepts.domains], dtype=np.bool_),
        np.array(
            [
                domain == _PLACES or area in _NAME_AREAS
                for domain, area in zip(concepts.domains, concepts.areas, strict=True)
            ],
            dtype=np.bool_,
        ),
    )


def link_concepts(
    profile: ReadSentence, program: ReadSentence, weights: TermWeights, known: Meanings
) -> tuple[ConceptLink, ...]:
    """Link the words of two sentences that carried their match.

    Args:
        profile: a sentence of the profile.
        program: a sentence of the program.
        weights: how much each concept tells.
        known: what is known of the concepts.

    Returns:
        At most four links in the order of the profile sentence, those of the greatest weight times
        likeness; no word is linked twice. Where only very common words meet, the best link alone.
    """
    mine, theirs = _words(profile), _words(program)
    found = {
        (candidate.row, candidate.column): candidate
        for candidate in (*_near(mine, theirs, weights, known), *_same(mine, theirs, weights, known))
    }
    chosen = _choose(sorted(found.values(), key=lambda candidate: candidate.order))
    return tuple(
        _link(mine[candidate.row], theirs[candidate.column], candidate.likeness)
        for candidate in sorted(chosen, key=lambda candidate: candidate.row)
    )


def _words(sentence: ReadSentence) -> list[_Word]:
    """Give the words that may be linked, each concept once, where it is first named."""
    words: dict[tuple[str, ...], _Word] = {}
    for span in sentence.spans[:_MOST_WORDS]:
        keys = tuple(key for key in span.keys if key not in _FIGURES)
        if keys:
            text = sentence.text[span.start : span.end]
            words.setdefault(keys, _Word(span.start, span.end, text, span.concept, keys))
    return list(words.values())


def _same(
    mine: Sequence[_Word], theirs: Sequence[_Word], weights: TermWeights, known: Meanings
) -> Iterator[_Candidate]:
    """Give the pairs that stand for the same concept, each with the one that tells most."""
    places: dict[str, list[int]] = {}
    for column, word in enumerate(theirs):
        for key in dict.fromkeys(word.keys):
            places.setdefault(key, []).append(column)
    for row, word in enumerate(mine):
        for key in sorted(word.keys, key=lambda key: known.weigh(key, weights)):
            for column in places.get(key, ()):
                # IL-15 and IL-6 are told apart by their figures alone.
                figures = word.holds_figure or theirs[column].holds_figure
                if not figures or word.text.casefold() == theirs[column].text.casefold():
                    yield _Candidate(row, column, 1.0, known.weigh(key, weights), known.kind(key))


def _near(
    mine: Sequence[_Word], theirs: Sequence[_Word], weights: TermWeights, known: Meanings
) -> Iterator[_Candidate]:
    """Give the pairs whose concepts lie near each other, each with its nearest concepts."""
    own, other = _known_keys(mine, known), _known_keys(theirs, known)
    if not own or not other:
        return
    rows, columns = ([known.rows[key] for _, key in side] for side in (own, other))
    cosines = known.vectors[rows] @ known.vectors[columns].T
    everyday = known.everyday[rows][:, np.newaxis].astype(np.int64) + known.everyday[columns]
    least = np.choose(everyday, [NEAR, NEAR_EVERYDAY, math.inf])
    nearest: dict[tuple[int, int], _Candidate] = {}
    for mine_at, theirs_at in np.argwhere(np.round(cosines, _DECIMALS) >= least).tolist():
        (row, key), (column, other_key) = own[mine_at], other[theirs_at]
        likeness = min(1.0, round(float(cosines[mine_at, theirs_at]), _DECIMALS))
        weight = min(known.weigh(key, weights), known.weigh(other_key, weights))
        held = nearest.get((row, column))
        if held is None or (held.likeness, held.weight) < (likeness, weight):
            nearest[row, column] = _Candidate(row, column, likeness, weight, Kind.FIELD)
    yield from nearest.values()


def _known_keys(words: Sequence[_Word], known: Meanings) -> list[tuple[int, str]]:
    """Give the keys that have a place among meanings and may be near another, with their words' places."""
    return [
        (place, key)
        for place, word in enumerate(words)
        if not word.holds_figure
        for key in word.keys
        if key in known.rows and not known.names[known.rows[key]]
    ]


def _choose(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Choose the links that are shown; see the module for what everyday and common words need."""
    everyday = [candidate for candidate in candidates if candidate.kind is Kind.EVERYDAY]
    others = [candidate for candidate in candidates if candidate.kind is not Kind.EVERYDAY]
    chosen = _take([], [candidate for candidate in others if candidate.telling])
    if not chosen:
        return others[:1]
    if any(candidate.kind is Kind.FIELD for candidate in chosen):
        chosen = _take(chosen, [candidate for candidate in everyday if candidate.telling])
    return chosen


def _take(chosen: list[_Candidate], candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Add the best candidates whose words are still free."""
    taken = list(chosen)
    rows, columns = ({candidate.row for candidate in taken}, {candidate.column for candidate in taken})
    for candidate in candidates:
        if len(taken) == MOST_LINKS:
            break
        if candidate.row not in rows and candidate.column not in columns:
            rows.add(candidate.row)
            columns.add(candidate.column)
            taken.append(candidate)
    return taken


def _link(mine: _Word, theirs: _Word, likeness: float) -> ConceptLink:
    return ConceptLink(
        mine.start, mine.end, theirs.start, theirs.end, mine.text, theirs.text, mine.concept, likeness
    )
