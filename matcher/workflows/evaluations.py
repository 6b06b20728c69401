"""Score a graded collection: five systems, every language, no database.

The collection has the form of seed_data/eval: startups.jsonl, programs.jsonl and qrels.tsv.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import SourceText, TextAnalysis, analyse
from matcher.engine.evaluation import mean, ndcg, overlap, recall
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS, TEXT_SIGNALS
from matcher.engine.scoring import ProgramPool, build_pool, score_programs
from matcher.engine.values import ProgramProfile
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import Collection, GradedStartup
from matcher.workflows.language_preferences import language_preference
from matcher.workflows.text_scores import score_texts
from models.vocabulary import Language

SYSTEMS = ("full", "text", "facts", "bm25", "raw_model")
_SIGNALS_OF = {
    "full": frozenset(SIGNALS),
    "text": TEXT_SIGNALS,
    "facts": frozenset(SIGNALS) - TEXT_SIGNALS,
    "bm25": frozenset({"lexical"}),
}
_K, _TOP = 10, 5
Matrix = NDArray[np.float64]


def evaluate(collection: Collection, analyst: LocalAnalyst) -> dict[str, Any]:
    """Measure every system in every language.

    Returns:
        {"systems": {system: {language: {"ndcg@10": {"startup_to_program", "program_to_startup"},
        "recall@5", "top5_overlap_en", "parity_en"}}}, "language_preference": {"mean_signed", "ci95",
        "p95_abs"}, "startups": {language: count}, ...}; a figure that cannot be formed is None.
    """
    pool = _pool(collection.programs, analyst, bridged=analyst.bridged)
    raw = _pool(collection.programs, analyst, bridged=False)
    matrices: dict[str, dict[Language, tuple[tuple[GradedStartup, ...], Matrix]]] = {
        system: {} for system in SYSTEMS
    }
    profiles: dict[tuple[str, Language], TextAnalysis] = {}
    for language in Language:
        startups = tuple(startup for startup in collection.startups if language in startup.texts)
        if not startups:
            continue
        sources = [SourceText(startup.texts[language], language) for startup in startups]
        texts = _read_singly(analyst, sources, bridged=analyst.bridged)
        profiles |= {(startup.id, language): text for startup, text in zip(startups, texts, strict=True)}
        scored = _score(pool, startups, texts)
        for system, signals in _SIGNALS_OF.items():
            columns = [place for place, name in enumerate(SIGNALS) if name in signals]
            matrices[system][language] = startups, scored[:, :, columns].sum(axis=2)
        plain = _read_singly(analyst, sources, bridged=False)
        matrices["raw_model"][language] = startups, _plain_cosines(raw, plain)
    return {
        "systems": {
            system: {
                language.value: _measure(collection, startups, matrix, by_language.get(Language.EN))
                for language, (startups, matrix) in by_language.items()
            }
            for system, by_language in matrices.items()
        },
        "language_preference": language_preference(
            collection,
            pool,
            [profiles[startup.id, startup.usual_language] for startup in collection.startups],
            analyst,
        ),
        "startups": {language.value: len(found) for language, (found, _) in matrices["text"].items()},
        "programs": len(collection.programs),
        "graded_pairs": len(collection.grades),
        "encoder": analyst.name,
        "calibration": analyst.calibration.version,
        "policy": DEFAULT_POLICY.version,
    }


def text_similarities(
    profiles: Sequence[SourceText], programs: Sequence[SourceText], analyst: LocalAnalyst
) -> NDArray[np.float32]:
    """Give the `text` score of every pair: (profiles, programs), float32, higher is better."""
    analyses = analyse(analyst.encoder, programs, bridged=analyst.bridged)
    shells = tuple(
        ProgramProfile(str(place), "", program.text, analysis.language)
        for place, (program, analysis) in enumerate(zip(programs, analyses, strict=True))
    )
    pool = build_pool(shells, analyses, analyst.calibration)
    return score_texts(pool, _read_singly(analyst, profiles, bridged=analyst.bridged)).astype(np.float32)


def _read_singly(
    analyst: LocalAnalyst, sources: Sequence[SourceText], *, bridged: bool
) -> tuple[TextAnalysis, ...]:
    # Texts read together are padded to one length, which changes the last digits; read one by one,
    # a startup's figures do not depend on which others stand in the file.
    return tuple(text for source in sources for text in analyse(analyst.encoder, [source], bridged=bridged))


def _pool(programs: tuple[ProgramProfile, ...], analyst: LocalAnalyst, *, bridged: bool) -> ProgramPool:
    sources = [SourceText(program.text, program.language) for program in programs]
    return build_pool(programs, analyse(analyst.encoder, sources, bridged=bridged), analyst.calibration)


def _score(
    pool: ProgramPool, startups: Sequence[GradedStartup], texts: Sequence[TextAnalysis]
) -> NDArray[np.float64]:
    return np.stack(
        [
            score_programs(pool, text, startup.facts, DEFAULT_POLICY).contributions
            for startup, text in zip(startups, texts, strict=True)
        ]
    )


def _plain_cosines(pool: ProgramPool, texts: Sequence[TextAnalysis]) -> Matrix:
    rows = np.stack([text.whole for text in pool.analyses])
    return np.stack([(rows @ text.whole).astype(np.float64) for text in texts])


def _measure(
    collection: Collection,
    startups: tuple[GradedStartup, ...],
    scores: Matrix,
    english: tuple[tuple[GradedStartup, ...], Matrix] | None,
) -> dict[str, Any]:
    grades = collection.grade_matrix(startups)
    forward = [ndcg(row, row_grades, _K) for row, row_grades in zip(scores, grades, strict=True)]
    backward = [
        ndcg(scores[:, place], grades[:, place], _K)
        for place in range(grades.shape[1])
        if grades[:, place].max(initial=0) > 1
    ]
    return {
        "ndcg@10": {"startup_to_program": mean(forward), "program_to_startup": mean(backward)},
        "recall@5": mean([recall(row, own, _TOP) for row, own in zip(scores, grades, strict=True)]),
        **_against_english(startups, scores, grades, english),
    }


def _against_english(
    startups: tuple[GradedStartup, ...],
    scores: Matrix,
    grades: NDArray[np.int64],
    english: tuple[tuple[GradedStartup, ...], Matrix] | None,
) -> dict[str, float | None]:
    if english is None:
        return {"top5_overlap_en": None, "parity_en": None}
    place_of = {startup.id: place for place, startup in enumerate(english[0])}
    shared = [
        (place, place_of[startup.id]) for place, startup in enumerate(startups) if startup.id in place_of
    ]
    own = mean([ndcg(scores[here], grades[here], _K) for here, _ in shared])
    other = mean([ndcg(english[1][there], grades[here], _K) for here, there in shared])
    return {
        "top5_overlap_en": mean([overlap(scores[here], english[1][there], _TOP) for here, there in shared]),
        "parity_en": own / other if own is not None and other else None,
    }
