"""Find what each part of a text may mean, before any choice among senses."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from matcher.bridge.compounds import split_compound
from matcher.bridge.senses import Senses
from matcher.bridge.units import Clause, Role, Unit
from matcher.bridge.vocabulary import Vocabulary
from models.vocabulary import Language


class SpanKind(StrEnum):
    """How a part of a text came to its English words."""

    LEXICON = "lexicon"
    COMPOUND = "compound"
    """From its known parts."""
    NEIGHBOUR = "neighbour"
    """From a lexicon word of similar meaning; the least certain kind."""
    NAME = "name"
    """A place or an institution of the gazetteer."""
    PASSED = "passed"
    """Left as it is: a number, or a word in Latin script."""
    DROPPED = "dropped"
    """Not understood; leaves no trace in the gloss."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What `text[start:end]` may mean: for each of its parts the possible senses, or English as it stands."""

    start: int
    end: int
    kind: SpanKind
    parts: tuple[Senses | str, ...]


_GERMAN_LINKS = ("s", "es", "n", "en", "er", "e")
_SHORTEST_GERMAN_PART = 4
_SHORTEST_KOREAN_PART = 2


def find(clause: Clause, vocabulary: Vocabulary, language: Language) -> Iterator[Finding]:
    """Match a clause from left to right: names first, then the longest phrase, then each word for itself."""
    keys = tuple(unit.key for unit in clause)
    first = 0
    while first < len(clause):
        end, kind, senses = _longest(clause, keys, first, vocabulary)
        if senses:
            yield Finding(clause[first].start, clause[end - 1].end, kind, (senses,))
        else:
            finding = _alone(clause[first], vocabulary, language)
            if finding is not None:
                yield finding
        first = end


def _longest(
    clause: Clause, keys: tuple[str, ...], first: int, vocabulary: Vocabulary
) -> tuple[int, SpanKind, Senses]:
    for index, kind in ((vocabulary.names, SpanKind.NAME), (vocabulary.words, SpanKind.LEXICON)):
        hit = index.longest(keys, first)
        if hit is not None and _is_accident(clause[first : hit.end]):
            hit = index.longest(keys[: first + 1], first)
        if hit is not None and (hit.end > first + 1 or clause[first].role is not Role.AFFIX):
            return hit.end, kind, hit.value
    return first + 1, SpanKind.DROPPED, ()


def _is_accident(units: Clause) -> bool:
    """Tell two lone syllables that only happen to follow each other (할 수 소... is no 수소, hydrogen)."""
    return len(units) == 2 and all(len(unit.key) == 1 for unit in units) and units[0].end < units[1].start  # noqa: PLR2004


def _alone(unit: Unit, vocabulary: Vocabulary, language: Language) -> Finding | None:
    """Find a meaning for a word the lexicon lacks."""
    if unit.role is Role.AFFIX:
        return None
    kind, parts = SpanKind.PASSED, tuple[Senses | str, ...]()
    if unit.role is Role.WORD and language is Language.KO:
        kind, parts = _unknown_korean(unit, vocabulary)
    elif unit.role is Role.WORD and language is Language.DE:
        kind, parts = _unknown_german(unit, vocabulary)
    elif unit.literal is not None:
        parts = (unit.literal,)
    return Finding(unit.start, unit.end, kind, parts)


def _unknown_korean(unit: Unit, vocabulary: Vocabulary) -> tuple[SpanKind, tuple[Senses | str, ...]]:
    from matcher.bridge.korean import near_keys  # noqa: PLC0415 - loaded by now; other languages never need it

    parts = _known_parts(unit.key, vocabulary, shortest=_SHORTEST_KOREAN_PART)
    if unit.tag.startswith("NN") and parts:
        return SpanKind.COMPOUND, parts
    for key in near_keys(unit.form, unit.tag):
        senses = vocabulary.words.get(key)
        if senses is not None:
            return SpanKind.NEIGHBOUR, (senses,)
    return SpanKind.DROPPED, ()


def _unknown_german(unit: Unit, vocabulary: Vocabulary) -> tuple[SpanKind, tuple[Senses | str, ...]]:
    parts = _known_parts(unit.key, vocabulary, shortest=_SHORTEST_GERMAN_PART, links=_GERMAN_LINKS)
    return (SpanKind.COMPOUND, parts) if parts else (SpanKind.PASSED, ())


def _known_parts(
    word: str, vocabulary: Vocabulary, *, shortest: int, links: tuple[str, ...] = ()
) -> tuple[Senses | str, ...]:
    def senses_of(part: str) -> Senses:
        return vocabulary.names.get(part) or vocabulary.words.get(part) or ()

    parts = split_compound(word, lambda part: bool(senses_of(part)), shortest=shortest, links=links)
    return tuple(senses_of(part) for part in parts or ())
