"""The JSON document of a match and its parts: the same for the command line and the API."""

from typing import Any

from matcher.engine.eligibility import Eligibility, RuleOutcome
from matcher.engine.matches import Evidence, Match, MatchResult


def match_document(result: MatchResult, top: int) -> dict[str, Any]:
    """Give the first `top` matches as plain JSON values, in English."""
    return {
        "language": result.language.value,
        "results": [_match(match) for match in result.matches[:top]],
        "encoder": result.encoder,
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "program": match.program.id,
        "name": match.program.name,
        "city": match.program.city,
        "rank": match.rank,
        "score": match.score,
        "signals": dict(match.signals),
        "eligibility": eligibility_document(match.eligibility),
        "evidence": [evidence_document(pair) for pair in match.evidence],
    }


def eligibility_document(eligibility: Eligibility) -> dict[str, Any]:
    """Give what the conditions of a program say as plain JSON values, in English."""
    return {
        "verdict": eligibility.verdict.value,
        "rules": [_rule(outcome) for outcome in eligibility.outcomes],
    }


def evidence_document(pair: Evidence) -> dict[str, Any]:
    """Give a pair of sentences with what links them as plain JSON values."""
    return {
        "profile": pair.profile,
        "program": pair.program,
        "similarity": pair.similarity,
        "links": [
            {
                "profile": link.profile_words,
                "profile_span": [link.profile_start, link.profile_end],
                "concept": link.concept,
                "program": link.program_words,
                "program_span": [link.program_start, link.program_end],
            }
            for link in pair.links
        ],
    }


def _rule(outcome: RuleOutcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule.kind,
        "verdict": outcome.verdict.value,
        "fact": outcome.fact.say() if outcome.fact else None,
        "condition": outcome.condition.say(),
        "would_change": outcome.would_change.say() if outcome.would_change else None,
    }
