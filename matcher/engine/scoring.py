"""The one scoring function: everything that ranks a startup against programs goes through here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import TextAnalysis
from matcher.engine.calibration import PROFILE, PROGRAM, Calibration
from matcher.engine.concepts import ConceptIndex
from matcher.engine.fact_signals import needs_signal, region_signal, sector_signal, stage_signal
from matcher.engine.index import FaissIndex, VectorIndex
from matcher.engine.lexical import LexicalIndex
from matcher.engine.policy import SIGNALS, MatchPolicy
from matcher.engine.values import ProgramProfile, StartupFacts


@dataclass(frozen=True, slots=True, eq=False)
class ProgramPool:
    """Programs ready to be scored, in a fixed order.

    `sentence_rows` holds the corrected sentence vectors of all programs below each other;
    those of program i are the rows from `starts[i]` to `starts[i + 1]`. `columns` holds the same row
    numbers as (programs, most sentences), with -1 where a program has no more sentences.
    """

    programs: tuple[ProgramProfile, ...]
    analyses: tuple[TextAnalysis, ...]
    whole: VectorIndex
    sentence_rows: NDArray[np.float32]
    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    concepts: ConceptIndex
    lexical: LexicalIndex
    calibration: Calibration


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """(programs, signals) contributions in the order of `SIGNALS`; a row's sum is the score."""

    contributions: NDArray[np.float64]

    @property
    def totals(self) -> NDArray[np.float64]:
        """Scores of all programs: (programs,)."""
        totals: NDArray[np.float64] = self.contributions.sum(axis=1)
        return totals


def build_pool(
    programs: Sequence[ProgramProfile], analyses: Sequence[TextAnalysis], calibration: Calibration
) -> ProgramPool:
    """Prepare programs for scoring.

    Args:
        programs: at least one program.
        analyses: the analysis of each program's text, in the same order.
        calibration: frozen means and term weights.
    """
    whole = np.concatenate(
        [calibration.correct(text.whole[np.newaxis, :], PROGRAM, "whole", text.language) for text in analyses]
    )
    sentences = [
        calibration.correct(text.sentence_vectors, PROGRAM, "sentence", text.language) for text in analyses
    ]
    starts = np.cumsum([0, *(len(rows) for rows in sentences)])
    return ProgramPool(
        tuple(programs),
        tuple(analyses),
        FaissIndex(whole),
        np.concatenate(sentences),
        starts,
        _columns(starts),
        ConceptIndex([text.concepts for text in analyses], calibration.terms),
        LexicalIndex([text.terms for text in analyses], calibration.terms),
        calibration,
    )


def _columns(starts: NDArray[np.int64]) -> NDArray[np.int64]:
    lengths = np.diff(starts)
    places = np.arange(lengths.max())
    columns: NDArray[np.int64] = np.where(
        places < lengths[:, np.newaxis], starts[:-1, np.newaxis] + places, -1
    )
    return columns


def score_programs(
    pool: ProgramPool, profile: TextAnalysis, facts: StartupFacts, policy: MatchPolicy
) -> Scores:
    """Score every program of a pool for one startup; no other startup enters.

    Args:
        pool: programs ready to be scored.
        profile: the analysis of the startup's text.
        facts: what is known of the startup.
        policy: weights.
    """
    languages = [text.language for text in pool.analyses]
    signals = {
        name: pool.calibration.level(name, values, profile.language, languages)
        for name, values in text_signals(pool, profile, policy).items()
    } | {
        "needs": np.array([needs_signal(facts, program) for program in pool.programs]),
        "region": np.array([region_signal(facts, program, policy) for program in pool.programs]),
        "sector": np.array([sector_signal(facts, program, policy) for program in pool.programs]),
        "stage": np.array([stage_signal(facts, program, policy) for program in pool.programs]),
    }
    weighted = [policy.weight(name) * np.asarray(signals[name], dtype=np.float64) for name in SIGNALS]
    return Scores(np.stack(weighted, axis=1))


def text_signals(
    pool: ProgramPool, profile: TextAnalysis, policy: MatchPolicy
) -> dict[str, NDArray[np.float64]]:
    """Give the signals of the texts, each (programs,), before they are brought to one level."""
    return {
        "dense": dense_signal(pool, profile).astype(np.float64),
        "sentences": sentence_signal(pool, profile, policy.sentence_pairs),
        "concepts": pool.concepts.scores(profile.concepts),
        "lexical": pool.lexical.scores(profile.terms),
    }


def dense_signal(pool: ProgramPool, profile: TextAnalysis) -> NDArray[np.float32]:
    """Give the cosine of the corrected whole texts: (programs,), in [-1, 1]."""
    row = pool.calibration.correct(profile.whole[np.newaxis, :], PROFILE, "whole", profile.language)
    return pool.whole.similarities(row[0])


def sentence_signal(pool: ProgramPool, profile: TextAnalysis, pairs: int) -> NDArray[np.float64]:
    """Give the mean cosine of the best sentence pairs: (programs,), in [-1, 1].

    Only the best `pairs` count, so that padding and repetition gain nothing after them.
    """
    similarities = sentence_similarities(pool, profile)
    # A last column that never wins stands for the sentences a shorter program does not have.
    never = np.full((len(similarities), 1), -np.inf, dtype=np.float32)
    blocks = np.concatenate([similarities, never], axis=1)[:, pool.columns]
    flat = blocks.transpose(1, 0, 2).reshape(len(pool.programs), -1)
    kept = min(pairs, flat.shape[1])
    best = np.partition(flat, flat.shape[1] - kept, axis=1)[:, -kept:].astype(np.float64)
    there = np.isfinite(best)
    means: NDArray[np.float64] = np.where(there, best, 0).sum(axis=1) / there.sum(axis=1)
    return means


def sentence_similarities(pool: ProgramPool, profile: TextAnalysis) -> NDArray[np.float32]:
    """Give the cosines of all profile sentences with all program sentences."""
    rows = pool.calibration.correct(profile.sentence_vectors, PROFILE, "sentence", profile.language)
    similarities: NDArray[np.float32] = rows @ pool.sentence_rows.T
    return similarities
