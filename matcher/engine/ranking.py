"""Rank programs for a startup: scores, bands, eligibility, evidence and reasons together.

Eligibility is a mask with reasons, never a low score: programs closed to the startup come after all
others and keep the score they would have had.
"""

from collections import Counter
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import TextAnalysis
from matcher.engine.eligibility import Eligibility, judge
from matcher.engine.evidence import best_pairs
from matcher.engine.evidence_links import ReadSentence, link_concepts, shipped_meanings
from matcher.engine.fact_signals import floor, reach
from matcher.engine.lexical import TermWeights
from matcher.engine.matches import Band, Evidence, Match, MatchResult, MissingFact
from matcher.engine.policy import SIGNALS, MatchPolicy
from matcher.engine.reasons import reasons_for
from matcher.engine.scoring import ProgramPool, score_programs, sentence_similarities
from matcher.engine.values import StartupFacts
from models.vocabulary import Verdict

_BANDS = ((0.75, Band.STRONG), (0.5, Band.GOOD), (0.25, Band.POSSIBLE))
"""Least part of the way from a program of no use (0) to one that would be shortlisted at once (1).

Quarters of that way, so that they can be told in a sentence; docs/bridge.md says which grades they catch.
"""

EVIDENCE_PAIRS = 3


def rank_programs(
    pool: ProgramPool,
    profile: TextAnalysis,
    facts: StartupFacts,
    *,
    policy: MatchPolicy,
    today: date,
    encoder: str,
) -> MatchResult:
    """Rank every program of the pool.

    Args:
        pool: programs ready to be scored.
        profile: the analysis of the startup's text.
        facts: what is known of the startup.
        policy: weights.
        today: the day company ages are counted to.
        encoder: name of the encoder, kept with the result.

    Returns:
        All programs, those closed to the startup last; equal scores in the order of their ids.
    """
    scores = score_programs(pool, profile, facts, policy)
    totals = scores.totals
    verdicts = [judge(program.rules, facts, today) for program in pool.programs]
    order = order_programs(pool, totals.tolist(), verdicts)
    similarities = sentence_similarities(pool, profile)
    matches = []
    for rank, place in enumerate(order, 1):
        program = pool.programs[place]
        signals = tuple(zip(SIGNALS, scores.contributions[place].tolist(), strict=True))
        matches.append(
            Match(
                program,
                rank,
                sum(value for _, value in signals),
                signals,
                band_of(float(totals[place]), facts, policy),
                verdicts[place],
                evidence_for(pool, place, profile, similarities),
                reasons_for(facts, program, signals),
                _instead(pool, order, verdicts, place),
            )
        )
    return MatchResult(profile.language, tuple(matches), missing_facts(verdicts), encoder)


def order_programs(pool: ProgramPool, totals: list[float], verdicts: list[Eligibility]) -> list[int]:
    """Order programs: open ones by falling score, then closed ones by falling score."""
    return sorted(
        range(len(pool.programs)),
        key=lambda place: (
            verdicts[place].verdict is Verdict.NOT_ELIGIBLE,
            -totals[place],
            pool.programs[place].id,
        ),
    )


def band_of(score: float, facts: StartupFacts, policy: MatchPolicy) -> Band:
    """Say in words how far a score is on the way from `floor` to `reach` with the known facts."""
    # The texts and facts of a program of no use add up to something too; counted from 0, that part would
    # lift every program.
    lowest = floor(facts, policy)
    share = (score - lowest) / (reach(facts, policy) - lowest)
    return next((band for least, band in _BANDS if share >= least), Band.WEAK)


def evidence_for(
    pool: ProgramPool, place: int, profile: TextAnalysis, similarities: NDArray[np.float32]
) -> tuple[Evidence, ...]:
    """Give the sentence pairs that speak for one program, with the words that carried each.

    Args:
        pool: programs ready to be scored.
        place: which program of the pool.
        profile: the analysis of the startup's text.
        similarities: its sentences' cosines with all program sentences of the pool.
    """
    start, end = int(pool.starts[place]), int(pool.starts[place + 1])
    program = pool.analyses[place]
    # The name heads the text: it is ranked with it, but it is no sentence one could quote.
    heading = int(len(program.sentences) > 1 and program.sentences[0] == pool.programs[place].name)
    pairs = best_pairs(
        similarities[:, start + heading : end],
        profile.sentences,
        program.sentences[heading:],
        EVIDENCE_PAIRS,
    )
    return tuple(
        _evidence(
            _sentence(profile, pair.profile),
            _sentence(program, heading + pair.program),
            pair.similarity,
            pool.calibration.terms,
        )
        for pair in pairs
    )


def missing_facts(verdicts: list[Eligibility]) -> tuple[MissingFact, ...]:
    """Count for each missing fact the programs it would settle, most useful first."""
    counts = Counter(
        fact
        for verdict in verdicts
        if verdict.verdict is Verdict.CANNOT_TELL
        for fact in verdict.missing_facts
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(MissingFact(fact, count) for fact, count in ordered)


def _sentence(text: TextAnalysis, place: int) -> ReadSentence:
    return ReadSentence(text.sentences[place], text.spans[place] if text.spans else ())


def _evidence(
    profile: ReadSentence, program: ReadSentence, similarity: float, weights: TermWeights
) -> Evidence:
    links = link_concepts(profile, program, weights, shipped_meanings())
    return Evidence(profile.text, program.text, similarity, links)


def _instead(pool: ProgramPool, order: list[int], verdicts: list[Eligibility], place: int) -> str | None:
    """Name the best open program that offers something the closed one does, else the best open one."""
    if verdicts[place].verdict is not Verdict.NOT_ELIGIBLE:
        return None
    open_places = [other for other in order if verdicts[other].verdict is not Verdict.NOT_ELIGIBLE]
    offers = set(pool.programs[place].offers)
    alike = [other for other in open_places if offers & set(pool.programs[other].offers)]
    best = next(iter(alike or open_places), None)
    return None if best is None else pool.programs[best].id
