"""Read a text once: sentences, gloss, vectors and terms.

The whole text is encoded in windows of the model's size and pooled by length, so that nothing is cut
silently; every sentence gets a vector of its own.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.gloss import Gloss, bridge_fingerprint, gloss_sentences
from matcher.bridge.language import detect_language, sentence_language
from matcher.engine.encoders import Encoder
from matcher.engine.sentences import split_sentences
from matcher.engine.windows import merge_sentences, pack_windows, pool
from models.vocabulary import Language

ANALYSIS_VERSION = "3"
MAX_SENTENCES = 400


@dataclass(frozen=True, slots=True)
class SourceText:
    """A cleaned text; `language` None means that it is to be found out."""

    text: str
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class ConceptSpan:
    """Words of a sentence that were understood: `sentence[start:end]` stands for `concept`, in English.

    `keys` name the concepts, one or, for a compound, several.
    """

    start: int
    end: int
    concept: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TextAnalysis:
    """What the engine knows of a text.

    `whole` is (dimension,), `sentence_vectors` (sentences, dimension), both float32 and unit length;
    `terms` are the bridge terms of the text in order, with repetition; `spans` the understood words of
    each sentence.
    """

    language: Language
    sentences: tuple[str, ...]
    whole: NDArray[np.float32]
    sentence_vectors: NDArray[np.float32]
    terms: tuple[str, ...]
    spans: tuple[tuple[ConceptSpan, ...], ...] = ()

    @property
    def concepts(self) -> tuple[str, ...]:
        """Keys of the concepts of the text, in order, with repetition."""
        return tuple(key for sentence in self.spans for span in sentence for key in span.keys)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text before encoding: `encodable` holds for each sentence what the encoder is given."""

    language: Language
    sentences: tuple[str, ...]
    encodable: tuple[str, ...]
    terms: tuple[str, ...]
    spans: tuple[tuple[ConceptSpan, ...], ...]


def analysis_fingerprint(encoder: Encoder, *, bridged: bool = True) -> str:
    """Digest everything that decides an analysis: encoder, bridge and this module's version."""
    parts = (ANALYSIS_VERSION, encoder.fingerprint, bridge_fingerprint(), str(bridged))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def content_hash(source: SourceText) -> str:
    """Digest a text together with its language, 64 hexadecimal digits."""
    language = source.language or "auto"
    return hashlib.sha256(f"{language}\n{source.text}".encode()).hexdigest()


def analyse(
    encoder: Encoder, sources: Sequence[SourceText], *, bridged: bool = True
) -> tuple[TextAnalysis, ...]:
    """Read texts.

    Args:
        encoder: turns English text into vectors.
        sources: cleaned texts.
        bridged: encode the English gloss; False encodes the original text (a multilingual model, or
            the plain baseline of an evaluation).

    Returns:
        One analysis per source, in order.
    """
    readings = [_read(source, bridged=bridged) for source in sources]
    whole = [pack_windows(encoder, reading.encodable) for reading in readings]
    single = {
        text: pack_windows(encoder, [text])
        for text in dict.fromkeys(text for reading in readings for text in reading.encodable)
    }
    wanted = list(dict.fromkeys(window for windows in (*whole, *single.values()) for window, _ in windows))
    rows = dict(zip(wanted, encoder.encode(wanted), strict=True))

    def vector(windows: tuple[tuple[str, int], ...]) -> NDArray[np.float32]:
        return pool(np.stack([rows[window] for window, _ in windows]), [tokens for _, tokens in windows])

    return tuple(
        TextAnalysis(
            reading.language,
            reading.sentences,
            vector(windows),
            np.stack([vector(single[text]) for text in reading.encodable]),
            reading.terms,
            reading.spans,
        )
        for reading, windows in zip(readings, whole, strict=True)
    )


def _read(source: SourceText, *, bridged: bool) -> _Reading:
    language = source.language or detect_language(source.text)
    sentences = merge_sentences(split_sentences(source.text), MAX_SENTENCES) or (source.text,)
    glosses = _gloss(sentences, language)
    # A sentence of which the bridge leaves nothing is encoded as it stands rather than lost.
    encodable = tuple(
        (gloss.text.strip() if bridged else "") or sentence
        for sentence, gloss in zip(sentences, glosses, strict=True)
    )
    terms = tuple(term for gloss in glosses for term in gloss.terms)
    return _Reading(language, sentences, encodable, terms, tuple(map(_concept_spans, glosses)))


def _concept_spans(gloss: Gloss) -> tuple[ConceptSpan, ...]:
    return tuple(
        ConceptSpan(span.start, span.end, span.concept, span.keys)
        for span in gloss.spans
        if span.concept and span.keys
    )


def _gloss(sentences: Sequence[str], language: Language) -> tuple[Gloss, ...]:
    """Gloss a text whose sentences may be in several languages."""
    own = [sentence_language(sentence, language) for sentence in sentences]
    glosses: dict[int, Gloss] = {}
    for each in dict.fromkeys(own):
        places = [place for place, found in enumerate(own) if found is each]
        glosses |= zip(places, gloss_sentences([sentences[place] for place in places], each), strict=True)
    return tuple(glosses[place] for place in range(len(sentences)))
