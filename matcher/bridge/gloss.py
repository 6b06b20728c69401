"""Turn a text into an English gloss with alignment, and into terms that meet across languages.

The model that ships with the product reads English only. The bridge finds lexicon concepts in a text,
chooses among their senses by what stands around them, and sets their English names in the order of the
text, with the words of grammar between them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matcher.bridge.matching import Finding, SpanKind, find
from matcher.bridge.senses import choose
from matcher.bridge.terms import dropped_terms, latin_terms, passed_terms
from matcher.bridge.tokenised import Concepts, Sense, tokenised_key
from matcher.bridge.vocabulary import load_concepts, load_vocabulary, read_texts
from models.vocabulary import Language

__all__ = ["Gloss", "GlossSpan", "SpanKind", "bridge_fingerprint", "gloss", "gloss_many", "gloss_sentences"]

BRIDGE_VERSION = 2
"""Raise it with every change of code that may change a gloss: stored vectors and terms are then made anew."""

_FINGERPRINT_LENGTH = 16
_SENTENCE_ENDS = frozenset(".!?。\n")


@dataclass(frozen=True, slots=True)
class GlossSpan:
    """One part of a text, `source` = `text[start:end]`, and its English; None when it was dropped.

    `terms` are the words for the lexical signal that stand for it, `keys` one of them for each concept.
    """

    start: int
    end: int
    source: str
    concept: str | None
    kind: SpanKind
    terms: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


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
    """Gloss texts of one language, each by itself; Korean is analysed in one batch, which is much faster."""
    vocabulary = load_vocabulary(language)
    return tuple(
        _gloss_together((text,), (find(reading, vocabulary, language),), language)[0]
        for text, reading in zip(texts, read_texts(texts, language), strict=True)
    )


def gloss_sentences(sentences: Sequence[str], language: Language) -> tuple[Gloss, ...]:
    """Gloss the sentences of one text; what the whole text is about decides their words' meaning."""
    vocabulary = load_vocabulary(language)
    found = [find(reading, vocabulary, language) for reading in read_texts(sentences, language)]
    return _gloss_together(sentences, found, language)


def _gloss_together(
    sentences: Sequence[str], found: Sequence[Sequence[Finding]], language: Language
) -> tuple[Gloss, ...]:
    concepts = load_concepts()
    words = [part for findings in found for finding in findings for part in finding.parts]
    chosen = iter(choose([part for part in words if not isinstance(part, str)], concepts))
    return tuple(
        _gloss(
            sentence, [_span(sentence, finding, chosen, concepts, language) for finding in findings], language
        )
        for sentence, findings in zip(sentences, found, strict=True)
    )


def bridge_fingerprint() -> str:
    """Identify everything a gloss depends on; two processes with the same fingerprint gloss alike."""
    digest = hashlib.sha256(f"{BRIDGE_VERSION}\n{tokenised_key()}".encode())
    return digest.hexdigest()[:_FINGERPRINT_LENGTH]


def _gloss(text: str, found: Sequence[GlossSpan], language: Language) -> Gloss:
    spans = _merge_passed(text, found, language)
    terms = tuple(term for span in spans for term in span.terms)
    return Gloss(language, text if language is Language.EN else _english(text, spans), spans, terms)


def _span(
    text: str, finding: Finding, chosen: Iterator[Sense], concepts: Concepts, language: Language
) -> GlossSpan:
    source = text[finding.start : finding.end]
    words, terms, keys = list[str](), list[str](), list[str]()
    for part in finding.parts:
        if isinstance(part, str):
            words.append(part)
            continue
        concept = next(chosen).concept
        words.append(concepts.names[concept])
        own = concepts.terms[concept].split()
        terms += own
        keys += own[:1]
    if finding.kind is SpanKind.DROPPED:
        return GlossSpan(finding.start, finding.end, source, None, finding.kind, dropped_terms(source))
    if finding.kind in {SpanKind.PASSED, SpanKind.TRANSLITERATED}:
        return _passed(finding.start, source, " ".join(words) or source, language, finding.kind)
    return GlossSpan(
        finding.start, finding.end, source, " ".join(words), finding.kind, tuple(terms), tuple(keys)
    )


def _passed(start: int, source: str, concept: str, language: Language, kind: SpanKind) -> GlossSpan:
    terms = latin_terms(concept) if language is Language.KO else passed_terms(concept, language)
    if kind is SpanKind.TRANSLITERATED:
        terms += dropped_terms(source)
    keys = tuple(term for term in terms if not term[0].isdigit() and ":" not in term)
    return GlossSpan(start, start + len(source), source, concept, kind, terms, keys)


def _merge_passed(text: str, spans: Iterable[GlossSpan], language: Language) -> tuple[GlossSpan, ...]:
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
    return tuple(word[0] if len(word) == 1 else _one_word(text, word, language) for word in words)


def _one_word(text: str, pieces: Sequence[GlossSpan], language: Language) -> GlossSpan:
    start, end = pieces[0].start, pieces[-1].end
    gaps = ["", *(_gap(text, left, right) for left, right in pairwise(pieces))]
    concept = "".join(f"{gap}{piece.concept}" for gap, piece in zip(gaps, pieces, strict=True))
    return _passed(start, text[start:end], concept, language, SpanKind.PASSED)


def _gap(text: str, left: GlossSpan, right: GlossSpan) -> str:
    return text[left.end : right.start]


def _english(text: str, spans: Iterable[GlossSpan]) -> str:
    """Set the English words in the order of the text, keeping where its sentences end."""
    written: list[str] = []
    covered = 0
    for span in spans:
        if not span.concept:
            continue
        if written:
            sentence_ends = not _SENTENCE_ENDS.isdisjoint(text[covered : span.start])
            written.append(". " if sentence_ends else " ")
        written.append(span.concept)
        covered = span.end
    return "".join(written)
