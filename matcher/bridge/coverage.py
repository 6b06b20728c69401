"""What a text says that the lexicon lacks, so that a lexicon can be filled where it matters."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from matcher.bridge.gloss import Gloss, GlossSpan, SpanKind, gloss_many
from matcher.bridge.language import sentence_language
from models.vocabulary import Language

BATCH = 256
"""Sentences read together: enough for Kiwi's threads, few enough for any length of text."""
_MISSED = frozenset({SpanKind.DROPPED, SpanKind.TRANSLITERATED})
_NO_LEXICON_WORD = _MISSED | {SpanKind.FUNCTION, SpanKind.PASSED}
_SHORTEST = 3
"""In letters; shorter words that were passed through are units and abbreviations (kg, mm)."""
_LONGEST = 60
"""In letters; a longer run of them is no word of a text."""
_AROUND = 40
"""Characters of a sentence shown on each side of a word."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A word the lexicon lacks, with how often it was met and one place where it stands.

    `kind` is what became of it: dropped, transliterated or passed through.
    """

    word: str
    count: int
    kind: SpanKind
    example: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a text the lexicon knows.

    `words` counts what needs a meaning, a phrase of the lexicon as one: no words of grammar, no numbers
    and no names that pass through. `covered` of them have one. `misses` are the others, by falling count;
    their counts sum to `words - covered`.
    """

    language: Language
    words: int
    covered: int
    misses: tuple[Miss, ...]

    @property
    def share(self) -> float | None:
        """Share of the words that are covered, in [0, 1]; None where there is no word."""
        return self.covered / self.words if self.words else None


def measure_coverage(sentences: Iterable[str], language: Language) -> Coverage:
    """Find the words of a text that the lexicon lacks.

    A word counts as missed when the bridge dropped it or only wrote it in Latin letters. A word that was
    passed through counts when it is written in lower case, or in German is a word of the dictionary; else
    it is taken for a name.

    Args:
        sentences: of one text, read a few at a time.
        language: of the text; sentences in another language are passed over.
    """
    covered, counts, examples = 0, Counter[tuple[str, SpanKind]](), dict[tuple[str, SpanKind], str]()
    own = (sentence for sentence in sentences if sentence_language(sentence, language) is language)
    for sentence, gloss in _glosses(own, language):
        for span in gloss.spans:
            covered += span.kind not in _NO_LEXICON_WORD
            if is_missed(span, language):
                key = (_word(span, language), span.kind)
                counts[key] += 1
                examples.setdefault(key, _excerpt(sentence, span))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    misses = tuple(Miss(word, count, kind, examples[word, kind]) for (word, kind), count in ordered)
    return Coverage(language, covered + counts.total(), covered, misses)


def is_missed(span: GlossSpan, language: Language) -> bool:
    """Say whether a part of a text needs a meaning and has none of its own."""
    if span.kind is not SpanKind.PASSED:
        return span.kind in _MISSED
    if language is Language.KO:
        # Latin letters in a Korean text are English or a name, and stand in the gloss as they are.
        return False
    letters = span.source.replace("-", "").replace("'", "").replace("’", "")
    if not _SHORTEST <= len(letters) <= _LONGEST or not letters.isalpha():
        return False
    return letters.islower() or (language is Language.DE and _is_german_noun(letters))


def _is_german_noun(word: str) -> bool:
    import simplemma  # noqa: PLC0415 - its dictionaries cost memory that Korean need not pay

    return word.istitle() and simplemma.is_known(word, lang=Language.DE.value)


def _glosses(sentences: Iterable[str], language: Language) -> Iterator[tuple[str, Gloss]]:
    batch = list[str]()
    for sentence in sentences:
        batch.append(sentence)
        if len(batch) == BATCH:
            yield from zip(batch, gloss_many(batch, language), strict=True)
            batch = []
    yield from zip(batch, gloss_many(batch, language), strict=True)


def _word(span: GlossSpan, language: Language) -> str:
    """Give the form under which a word is counted: its dictionary form, in Korean as it stands."""
    if language is Language.KO:
        return span.source
    from matcher.bridge.european import lemma  # noqa: PLC0415 - as above

    return lemma(span.source, language)


def _excerpt(sentence: str, span: GlossSpan) -> str:
    """Give the words around a part of a sentence, with a mark where others are left out."""
    start, end = max(0, span.start - _AROUND), min(len(sentence), span.end + _AROUND)
    before, after = sentence[start : span.start], sentence[span.end : end]
    if start:
        before = f"…{before[before.find(' ') + 1 :]}"
    if end < len(sentence):
        after = f"{after[: after.rfind(' ')] if ' ' in after else after}…"
    return f"{before}{span.source}{after}".strip()
