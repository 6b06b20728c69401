"""What differs between two versions of a program, field by field, so that a person can read it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from matcher.engine.conditions import Rule, rule_from_record
from matcher.engine.phrases import Phrase, Word, phrase
from matcher.engine.wording import describe
from matcher.workflows.program_contents import Criterion, Detail, ProgramContent, Window, figure
from models.vocabulary import Language


class Kind(StrEnum):
    """What happened to a piece."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a field: what it says in words, what is quoted beside it, and in which language.

    `code` is the value itself where a field holds one of a few known ones.
    """

    kind: Kind
    words: Phrase
    beside: str = ""
    language: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs; the pieces of a running text are read one after another."""

    field: str
    pieces: tuple[Piece, ...]
    running: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """One entry of a list as it is compared and as it is shown."""

    key: object
    words: Phrase
    beside: str = ""
    language: str = ""
    code: str = ""


def compare(before: ProgramContent, after: ProgramContent) -> tuple[FieldChange, ...]:
    """Compare two versions; fields that say the same are left out."""
    changes: list[FieldChange] = []
    for field in _TEXT_FIELDS:
        changes += compare_values(field, getattr(before, field), getattr(after, field))
    for field, kind in _CODES.items():
        changes += compare_codes(field, getattr(before, field), getattr(after, field), kind)
    for language in Language:
        old, new = before.texts.get(language, ""), after.texts.get(language, "")
        changes += compare_texts(f"text.{language.value}", old, new, language)
    for field, say in _LISTS.items():
        changes += _items(field, say(before), say(after))
    return tuple(changes)


def rule_words(record: Mapping[str, object]) -> Phrase:
    """Say a stored rule in words."""
    return describe(rule_from_record(record).condition)


def plain(text: str) -> Phrase:
    """Give a text that is no message of ours as a phrase."""
    return phrase("%(name)s", name=text)


def compare_values(field: str, before: object, after: object) -> list[FieldChange]:
    """Compare a field that holds one value; nothing where it says the same."""
    if before == after:
        return []
    pieces = [
        Piece(kind, plain(str(value)), code=str(value))
        for kind, value in ((Kind.REMOVED, before), (Kind.ADDED, after))
        if value not in {"", None}
    ]
    return [FieldChange(field, tuple(pieces))]


def compare_codes(field: str, before: Iterable[str], after: Iterable[str], kind: str) -> list[FieldChange]:
    """Compare a field that holds words of the vocabulary; nothing where it says the same."""
    return _items(field, _named(before, kind), _named(after, kind))


def _named(codes: Iterable[str], kind: str) -> list[_Said]:
    return [
        _Said(str(code), phrase("%(name)s", name=(Word(kind, str(code)),)), code=str(code)) for code in codes
    ]


def _items(field: str, before: list[_Said], after: list[_Said]) -> list[FieldChange]:
    """Compare lists entry by entry; where only the order differs, both orders are shown."""
    old, new = [item.key for item in before], [item.key for item in after]
    if old == new:
        return []
    gone = [item for item in before if item.key not in new]
    come = [item for item in after if item.key not in old]
    if not gone and not come:
        gone, come = before, after
    pieces = [Piece(Kind.REMOVED, item.words, item.beside, item.language, item.code) for item in gone]
    pieces += [Piece(Kind.ADDED, item.words, item.beside, item.language, item.code) for item in come]
    return [FieldChange(field, tuple(pieces))]


def compare_texts(field: str, old: str, new: str, language: Language) -> list[FieldChange]:
    """Compare a running text word by word; nothing where it says the same."""
    if old == new:
        return []
    old_words, new_words = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    pieces: list[Piece] = []
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(_words(Kind.SAME, old_words[first:last], language))
            continue
        if last > first:
            pieces.append(_words(Kind.REMOVED, old_words[first:last], language))
        if new_last > new_first:
            pieces.append(_words(Kind.ADDED, new_words[new_first:new_last], language))
    return [FieldChange(field, tuple(pieces), running=True)]


def _words(kind: Kind, words: list[str], language: Language) -> Piece:
    return Piece(kind, plain("".join(words)), language=language.value)


def _rules(content: ProgramContent) -> list[_Said]:
    return [_rule(rule) for rule in content.typed_rules]


def _rule(rule: Rule) -> _Said:
    return _Said(rule, describe(rule.condition), rule.source)


def _windows(content: ProgramContent) -> list[_Said]:
    return [_Said(window, plain(window_line(window)), window.note) for window in content.windows]


def window_line(window: Window) -> str:
    """Say a window with its days and its hour, without words that would need a language."""
    closes = " ".join(part for part in (window.closes, window.closes_at) if part)
    zone = f" {window.zone_name} ({window.time_zone})" if window.closes_at else ""
    return f"{window.opens or '…'} – {closes or '…'}{zone}"


def _rubric(content: ProgramContent) -> list[_Said]:
    return [
        _Said(_criterion_key(item), plain(f"{item.name}: {_criterion_figures(item)}"))
        for item in content.rubric
    ]


def _criterion_key(item: Criterion) -> object:
    return (item.name, tuple(sorted(item.names.items())), _criterion_figures(item), item.bonus)


def _criterion_figures(item: Criterion) -> str:
    least = "" if item.threshold is None else f", ≥ {figure(item.threshold)}"
    return f"{'+' if item.bonus else ''}{figure(item.weight)} × 0–{figure(item.scale_max)}{least}"


def _details(content: ProgramContent) -> list[_Said]:
    return [_detail(item) for item in content.details]


def _detail(item: Detail) -> _Said:
    return _Said((item.topic, item.text, item.verified), plain(item.text), language="en")


def _sources(content: ProgramContent) -> list[_Said]:
    return [_Said(url, plain(url)) for url in content.source_urls]


_TEXT_FIELDS = (
    "name",
    "name_en",
    "city",
    "place",
    "direction",
    "publication",
    "text_language",
    "seats",
    "as_of",
    "source_url",
    "verified",
    "verification_note",
)

_CODES: Mapping[str, str] = {
    "offers": "offer",
    "sectors": "sector",
    "stages": "stage",
    "regions": "region",
    "working_languages": "language",
    "unverified_languages": "language",
}

_LISTS: Mapping[str, Callable[[ProgramContent], list[_Said]]] = {
    "rules": _rules,
    "windows": _windows,
    "rubric": _rubric,
    "details": _details,
    "source_urls": _sources,
}
