"""Turn a text into an English gloss with alignment, and into terms that meet across languages.

The model that ships with the product reads English only. The bridge finds lexicon concepts in a text,
chooses among their senses, and sets their English names in the order of the text. It is no translation: it
has no grammar.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise

from matcher.bridge.lexicon import GAZETTEER_FILE, LEXICON_FILES
from matcher.bridge.matching import Finding, SpanKind, find
from matcher.bridge.senses import Context, Senses, read_context
from matcher.bridge.terms import concept_terms, dropped_terms, passed_terms
from matcher.bridge.units import Clause
from matcher.bridge.vocabulary import load_vocabulary, read_clauses
from models.vocabulary import Language

__all__ = ["Gloss", "GlossSpan", "SpanKind", "bridge_fingerprint", "gloss", "gloss_many"]

BRIDGE_VERSION = 1
"""Raise it with every change of code that may change a gloss: stored vectors and terms are then made anew."""

_ANALYSERS = ("kiwipiepy", "kiwipiepy-model", "simplemma")
_FINGERPRINT_LENGTH = 16
_SENTENCE_ENDS = frozenset(".!?。\n")


@dataclass(frozen=True, slots=True)
class GlossSpan:
    """One part of a text, `source` = `text[start:end]`, and its English; None when it was dropped."""

    start: int
    end: int
    source: str
    concept: str | None
    kind: SpanKind


@dataclass(frozen=True, slots=True)
class Gloss:
    """What the bridge makes of one text.

    Attributes:
        language: the language the text was read in.
        text: the English gloss, "" when nothing is left; an English text stands unchanged.
        spans: the parts of the text that were read, ordered, without overlap.
        terms: words for the lexical signal, in the order of the text, with repetition.
    """

    language: Language
    text: str
    spans: tuple[GlossSpan, ...]
    terms: tuple[str, ...]


def gloss(text: str, language: Language) -> Gloss:
    """Gloss one text."""
    return gloss_many((text,), language)[0]


def gloss_many(texts: Sequence[str], language: Language) -> tuple[Gloss, ...]:
    """Gloss texts of one language; Korean is analysed in one batch, which is much faster than one by one."""
    read = read_clauses(texts, language)
    return tuple(_gloss(text, clauses, language) for text, clauses in zip(texts, read, strict=True))


def bridge_fingerprint() -> str:
    """Identify everything a gloss depends on; two processes with the same fingerprint gloss alike."""
    digest = hashlib.sha256(str(BRIDGE_VERSION).encode())
    for path in (*LEXICON_FILES, GAZETTEER_FILE):
        digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
    for package in _ANALYSERS:
        digest.update(f"\n{package} {version(package)}".encode())
    return digest.hexdigest()[:_FINGERPRINT_LENGTH]


def _gloss(text: str, clauses: Sequence[Clause], language: Language) -> Gloss:
    vocabulary = load_vocabulary(language)
    findings = [finding for clause in clauses for finding in find(clause, vocabulary, language)]
    context = read_context(
        finding.parts[0]
        for finding in findings
        if finding.kind is SpanKind.LEXICON and isinstance(finding.parts[0], tuple)
    )
    spans = _merge_passed(text, [_span(text, finding, context) for finding in findings])
    terms = tuple(term for span in spans for term in _terms(span, language))
    return Gloss(language, text if language is Language.EN else _english(text, spans), spans, terms)


def _span(text: str, finding: Finding, context: Context) -> GlossSpan:
    source = text[finding.start : finding.end]
    concept: str | None = " ".join(_name(part, context) for part in finding.parts)
    if not finding.parts:
        concept = source if finding.kind is SpanKind.PASSED else None
    return GlossSpan(finding.start, finding.end, source, concept, finding.kind)


def _name(part: Senses | str, context: Context) -> str:
    return part if isinstance(part, str) else context.choose(part).name


def _merge_passed(text: str, spans: Iterable[GlossSpan]) -> tuple[GlossSpan, ...]:
    """Join what was passed through piece by piece but written as one word: CAR-NK, IL-15."""
    words: list[list[GlossSpan]] = []
    for span in spans:
        last = words[-1][-1] if words else None
        if (
            last is not None
            and last.kind is span.kind is SpanKind.PASSED
            and _gap(text, last, span) in {"", "-"}
        ):
            words[-1].append(span)
        else:
            words.append([span])
    return tuple(word[0] if len(word) == 1 else _one_word(text, word) for word in words)


def _one_word(text: str, pieces: Sequence[GlossSpan]) -> GlossSpan:
    start, end = pieces[0].start, pieces[-1].end
    gaps = ["", *(_gap(text, left, right) for left, right in pairwise(pieces))]
    concept = "".join(f"{gap}{piece.concept}" for gap, piece in zip(gaps, pieces, strict=True))
    return GlossSpan(start, end, text[start:end], concept, SpanKind.PASSED)


def _gap(text: str, left: GlossSpan, right: GlossSpan) -> str:
    return text[left.end : right.start]


def _english(text: str, spans: Iterable[GlossSpan]) -> str:
    """Set the English words in the order of the text, keeping where its sentences end."""
    written: list[str] = []
    covered = 0
    for span in spans:
        if span.concept is None:
            continue
        if written:
            sentence_ends = not _SENTENCE_ENDS.isdisjoint(text[covered : span.start])
            written.append(". " if sentence_ends else " ")
        written.append(span.concept)
        covered = span.end
    return "".join(written)


def _terms(span: GlossSpan, language: Language) -> tuple[str, ...]:
    if span.concept is None:
        return dropped_terms(span.source)
    if span.kind is SpanKind.PASSED:
        return passed_terms(span.concept, language)
    return concept_terms(span.concept)
