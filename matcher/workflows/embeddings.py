"""Stored analyses: a text is read once and found again by what it says, not by where it stands."""

import json
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from matcher.engine.analysis import ConceptSpan, SourceText, TextAnalysis, content_hash
from matcher.workflows.analysts import Analyst
from models.database import read_session, write_session
from models.tables import TextEmbedding
from models.vocabulary import Language

BATCH = 16
_IN_ONE_QUERY = 500


def stored_analyses(
    session: Session, analyst: Analyst, sources: Sequence[SourceText]
) -> dict[str, TextAnalysis]:
    """Find the analyses that are stored for these texts, by content hash."""
    wanted = sorted({content_hash(source) for source in sources})
    found: dict[str, TextAnalysis] = {}
    for start in range(0, len(wanted), _IN_ONE_QUERY):
        query = select(TextEmbedding).where(
            TextEmbedding.encoder == analyst.fingerprint,
            col(TextEmbedding.content_hash).in_(wanted[start : start + _IN_ONE_QUERY]),
        )
        found |= {row.content_hash: _unpack(row) for row in session.exec(query)}
    return found


def read_texts(session: Session, analyst: Analyst, sources: Sequence[SourceText]) -> tuple[TextAnalysis, ...]:
    """Give an analysis for each text: the stored one, else a fresh one that is not stored."""
    known = stored_analyses(session, analyst, sources)
    missing = _missing(sources, known)
    if missing:
        fresh = analyst.read(missing)
        known |= {content_hash(source): text for source, text in zip(missing, fresh, strict=True)}
    return tuple(known[content_hash(source)] for source in sources)


def store_texts(
    engine: Engine,
    analyst: Analyst,
    sources: Sequence[SourceText],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Read and store what is not stored yet.

    The model works outside the write lock; each batch is written when it is done, so that a broken
    run goes on where it stopped.

    Args:
        engine: a migrated database.
        analyst: reads texts.
        sources: cleaned texts.
        progress: called with the texts done and to do.

    Returns:
        How many texts were read.
    """
    with read_session(engine) as session:
        missing = _missing(sources, stored_analyses(session, analyst, sources))
    progress(0, len(missing))
    done = 0
    for batch in _batches(missing):
        texts = analyst.read(batch)
        with write_session(engine) as session:
            for source, text in zip(batch, texts, strict=True):
                session.merge(_pack(analyst, source, text))
        done += len(batch)
        progress(done, len(missing))
    return len(missing)


def drop_stale(session: Session, analyst: Analyst, sources: Sequence[SourceText]) -> int:
    """Delete analyses of other encoders or of texts that are no longer there; give their number."""
    wanted = {content_hash(source) for source in sources}
    stale = [
        (row[0], row[1])
        for row in session.exec(select(TextEmbedding.encoder, TextEmbedding.content_hash))
        if row[0] != analyst.fingerprint or row[1] not in wanted
    ]
    for encoder, digest in stale:
        session.exec(
            delete(TextEmbedding).where(
                col(TextEmbedding.encoder) == encoder, col(TextEmbedding.content_hash) == digest
            )
        )
    return len(stale)


def _missing(sources: Sequence[SourceText], known: dict[str, TextAnalysis]) -> list[SourceText]:
    unique = {content_hash(source): source for source in sources}
    return [source for digest, source in unique.items() if digest not in known]


def _batches(sources: Sequence[SourceText]) -> Iterator[Sequence[SourceText]]:
    for start in range(0, len(sources), BATCH):
        yield sources[start : start + BATCH]


def _pack(analyst: Analyst, source: SourceText, text: TextAnalysis) -> TextEmbedding:
    rows = np.concatenate([text.whole[np.newaxis, :], text.sentence_vectors]).astype("<f4")
    analysis = {
        "language": text.language,
        "sentences": text.sentences,
        "terms": text.terms,
        "spans": [
            [[span.start, span.end, span.concept, span.keys] for span in spans] for spans in text.spans
        ],
    }
    return TextEmbedding(
        encoder=analyst.fingerprint,
        content_hash=content_hash(source),
        dimension=rows.shape[1],
        vectors=rows.tobytes(),
        analysis=json.dumps(analysis, ensure_ascii=False),
    )


def _unpack(row: TextEmbedding) -> TextAnalysis:
    rows = np.frombuffer(row.vectors, dtype="<f4").reshape(-1, row.dimension).astype(np.float32)
    analysis = json.loads(row.analysis)
    return TextAnalysis(
        Language(analysis["language"]),
        tuple(analysis["sentences"]),
        rows[0],
        rows[1:],
        tuple(analysis["terms"]),
        tuple(
            tuple(ConceptSpan(start, end, concept, tuple(keys)) for start, end, concept, keys in spans)
            for spans in analysis["spans"]
        ),
    )
