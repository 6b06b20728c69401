"""Find what each part of a text may mean, before any choice among senses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from matcher.bridge.compounds import split_compound
from matcher.bridge.derivations import source_forms, split_prefix
from matcher.bridge.hangul import in_latin_letters
from matcher.bridge.tokenised import Senses
from matcher.bridge.units import SEPARABLE, Clause, Reading, Role, Unit
from matcher.bridge.vocabulary import Vocabulary
from models.vocabulary import Language


class SpanKind(StrEnum):
    """How a part of a text came to its English words."""

    LEXICON = "lexicon"
    DERIVED = "derived"
    """From the lexicon word it is a regular form of."""
    COMPOUND = "compound"
    """From its known parts."""
    NAME = "name"
    """A place or an institution of the gazetteer."""
    FUNCTION = "function"
    """A word of grammar: it helps the model to read the gloss and is no term."""
    PASSED = "passed"
    """Left as it is: a number, or a word in Latin script."""
    TRANSLITERATED = "transliterated"
    """A name nothing is known of, written in Latin letters."""
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


def find(reading: Reading, vocabulary: Vocabulary, language: Language) -> list[Finding]:
    """Give what is found in a text, in its order and without overlap.

    Each clause is matched from left to right: the longest phrase, a name before a word of its length, then
    each word for itself. Words of grammar stand where no phrase runs across them.
    """
    found = [finding for clause in reading.clauses for finding in _find(clause, vocabulary, language)]
    return _insert(found, reading.function_words)


def _insert(found: list[Finding], function_words: tuple[Unit, ...]) -> list[Finding]:
    merged: list[Finding] = []
    place = 0
    for unit in function_words:
        while place < len(found) and found[place].start < unit.end:
            merged.append(found[place])
            place += 1
        if not merged or merged[-1].end <= unit.start:
            merged.append(Finding(unit.start, unit.end, SpanKind.FUNCTION, (unit.literal or "",)))
    return merged + found[place:]


def _find(clause: Clause, vocabulary: Vocabulary, language: Language) -> Iterator[Finding]:
    if clause[-1].tag == SEPARABLE:
        clause = _join_separable(clause, vocabulary)
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


def _join_separable(clause: Clause, vocabulary: Vocabulary) -> Clause:
    """Give a German verb back its prefix, which stands at the end of the clause: sagt ... voraus."""
    prefix = clause[-1].key
    for place, unit in enumerate(clause[:-1]):
        if vocabulary.words.senses(prefix + unit.key):
            return (*clause[:place], replace(unit, key=prefix + unit.key), *clause[place + 1 : -1])
    return clause


def _longest(
    clause: Clause, keys: tuple[str, ...], first: int, vocabulary: Vocabulary
) -> tuple[int, SpanKind, Senses]:
    best: tuple[int, SpanKind, Senses] | None = None
    for phrases, kind in ((vocabulary.names, SpanKind.NAME), (vocabulary.words, SpanKind.LEXICON)):
        hit = phrases.index.longest(keys, first)
        if hit is not None and _is_accident(clause[first : hit.end]):
            hit = phrases.index.longest(keys[: first + 1], first)
        # A name wins over a word as long as itself, a longer phrase over a name: 일본뇌염 is no Japan.
        if (
            hit is not None
            and (hit.end > first + 1 or clause[first].role is not Role.AFFIX)
            and (best is None or hit.end > best[0])
        ):
            best = hit.end, kind, phrases.tokenised.senses(hit.place)
    return best or (first + 1, SpanKind.DROPPED, ())


def _is_accident(units: Clause) -> bool:
    """Tell two lone syllables that only happen to follow each other (할 수 소... is no 수소, hydrogen)."""
    return len(units) == 2 and all(len(unit.key) == 1 for unit in units) and units[0].end < units[1].start  # noqa: PLR2004


def _alone(unit: Unit, vocabulary: Vocabulary, language: Language) -> Finding | None:
    """Find a meaning for a word the lexicon lacks."""
    if unit.role is Role.AFFIX:
        return None
    kind, parts = SpanKind.PASSED, tuple[Senses | str, ...]()
    if unit.literal is not None:
        parts = (unit.literal,)
    elif language is Language.KO and unit.role in {Role.WORD, Role.NAME}:
        kind, parts = _unknown_korean(unit, vocabulary)
    elif unit.role is Role.WORD and language is not Language.EN:
        kind, parts = _unknown_european(unit, vocabulary, language)
    return Finding(unit.start, unit.end, kind, parts)


def _unknown_korean(unit: Unit, vocabulary: Vocabulary) -> tuple[SpanKind, tuple[Senses | str, ...]]:
    parts = _known_parts(unit.key, vocabulary, shortest=_SHORTEST_KOREAN_PART)
    if unit.tag.startswith("NN") and parts:
        return SpanKind.COMPOUND, parts
    if unit.role is Role.NAME:
        return SpanKind.TRANSLITERATED, (in_latin_letters(unit.form),)
    return SpanKind.DROPPED, ()


def _unknown_european(
    unit: Unit, vocabulary: Vocabulary, language: Language
) -> tuple[SpanKind, tuple[Senses | str, ...]]:
    for word in dict.fromkeys((unit.form, unit.key)):
        for form in source_forms(word, language):
            senses = vocabulary.words.senses(form)
            if senses:
                return SpanKind.DERIVED, (senses,)
    if language is Language.DE:
        parts = _known_parts(unit.key, vocabulary, shortest=_SHORTEST_GERMAN_PART, links=_GERMAN_LINKS)
        if parts:
            return SpanKind.COMPOUND, parts
    split = split_prefix(unit.key)
    if split is not None:
        rest = vocabulary.words.senses(split[1])
        if rest:
            return SpanKind.COMPOUND, (split[0], rest)
    return SpanKind.PASSED, ()


def _known_parts(
    word: str, vocabulary: Vocabulary, *, shortest: int, links: tuple[str, ...] = ()
) -> tuple[Senses | str, ...]:
    def senses_of(part: str) -> Senses:
        return vocabulary.names.senses(part) or vocabulary.words.senses(part)

    parts = split_compound(word, lambda part: bool(senses_of(part)), shortest=shortest, links=links)
    return tuple(senses_of(part) for part in parts or ())
