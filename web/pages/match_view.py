"""A match as a page shows it: words, sentences and chips, never a number."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from matcher.engine.conditions import Call
from matcher.engine.eligibility import Eligibility, RuleOutcome
from matcher.engine.matches import ConceptLink, Evidence, Match, MatchResult
from matcher.engine.phrases import Phrase, mark, phrase
from matcher.workflows.programs import ProgramCard
from models.vocabulary import Language, Verdict
from web.pages.startup_form import FIELD_LABELS

MOST_SHOWN_IN_FULL = 10
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class JudgedCondition:
    """One condition, what it was compared with, and what would change the verdict."""

    verdict: str
    verdict_words: Phrase
    condition: Phrase
    fact: Phrase | None
    would_change: Phrase | None
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a sentence; `linked` words carried the match and are marked."""

    text: str
    linked: bool


@dataclass(frozen=True, slots=True)
class ChainPart:
    """Words of a chain in their language; `role` is `profile`, `concept`, `program` or `both`."""

    text: str
    language: str
    role: str


@dataclass(frozen=True, slots=True)
class EvidencePair:
    """A sentence of the profile beside the sentence of the program it fits best.

    `chains` lead from words of the profile over their meaning to words of the program, one per link.
    """

    profile: tuple[Segment, ...]
    program: tuple[Segment, ...]
    profile_language: str
    program_language: str
    chains: tuple[tuple[ChainPart, ...], ...]


@dataclass(frozen=True, slots=True)
class RankedProgram:
    """A program in the ranking of one startup."""

    card: ProgramCard
    band: str
    band_words: Phrase
    verdict: str
    verdict_words: Phrase
    closed: bool
    call_over: bool
    reasons: tuple[Phrase, ...]
    evidence: EvidencePair | None
    conditions: tuple[JudgedCondition, ...]
    tally: Phrase
    instead: ProgramCard | None


@dataclass(frozen=True, slots=True)
class Shelves:
    """A ranking as a page lays it out: what fits, what else is open, and what is closed.

    Where nothing fits well, `fits` holds what comes nearest.
    """

    fits: tuple[RankedProgram, ...]
    further: tuple[RankedProgram, ...]
    closed: tuple[RankedProgram, ...]
    nothing_strong: bool


@dataclass(frozen=True, slots=True)
class MissingLine:
    """A fact worth giving: its field in the form and how many programs it would settle."""

    field: str
    label: Phrase
    programs: int


def rank_programs(result: MatchResult, cards: tuple[ProgramCard, ...]) -> tuple[RankedProgram, ...]:
    """Prepare every match for the page, in the order of the ranking.

    Args:
        result: the ranking.
        cards: all programs, for their names and places.

    Returns:
        One entry per match whose program is in the catalogue.
    """
    by_id = {card.id: card for card in cards}
    return tuple(
        _ranked(match, by_id, result.language.value) for match in result.matches if match.program.id in by_id
    )


def shelve(ranked: tuple[RankedProgram, ...]) -> Shelves:
    """Lay a ranking out: the programs that fit first, at most ten of them in full."""
    suited = [entry for entry in ranked if not (entry.closed or entry.call_over or entry.band == "weak")]
    opened = [entry for entry in ranked if not entry.closed]
    fits = (suited or opened[:_NEAREST])[:MOST_SHOWN_IN_FULL]
    return Shelves(
        tuple(fits),
        tuple(entry for entry in opened if entry not in fits),
        tuple(entry for entry in ranked if entry.closed),
        nothing_strong=not suited,
    )


def missing_lines(result: MatchResult) -> tuple[MissingLine, ...]:
    """Name the facts that would settle most, first the one that settles most."""
    return tuple(
        MissingLine(entry.fact, FIELD_LABELS[entry.fact], entry.programs)
        for entry in sorted(result.missing, key=lambda entry: (-entry.programs, entry.fact))
        if entry.fact in FIELD_LABELS
    )


def judged_conditions(eligibility: Eligibility) -> tuple[JudgedCondition, ...]:
    """Prepare the verdicts of all conditions: what refuses first, then what is open."""
    order = (Verdict.NOT_ELIGIBLE, Verdict.CANNOT_TELL, Verdict.ELIGIBLE)
    outcomes = sorted(eligibility.outcomes, key=lambda outcome: order.index(outcome.verdict))
    return tuple(_judged(outcome) for outcome in outcomes)


def tally(eligibility: Eligibility) -> Phrase:
    """Count the conditions by verdict, in words."""
    counted = Counter(outcome.verdict for outcome in eligibility.outcomes)
    if not eligibility.outcomes:
        return phrase("No conditions published")
    if counted[Verdict.NOT_ELIGIBLE]:
        return phrase(
            "Conditions: %(refused)s not met, %(open)s open, %(met)s met",
            refused=counted[Verdict.NOT_ELIGIBLE],
            open=counted[Verdict.CANNOT_TELL],
            met=counted[Verdict.ELIGIBLE],
        )
    return phrase(
        "Conditions: %(met)s met, %(open)s open",
        met=counted[Verdict.ELIGIBLE],
        open=counted[Verdict.CANNOT_TELL],
    )


def evidence_pair(evidence: tuple[Evidence, ...], profile: str, program: str) -> EvidencePair | None:
    """Prepare the best evidence, with the languages both sides are written in; None where none tells much."""
    return next(iter(evidence_pairs(evidence[:1], profile, program)), None)


def evidence_pairs(evidence: tuple[Evidence, ...], profile: str, program: str) -> tuple[EvidencePair, ...]:
    """Prepare the evidence that tells something, with the languages both sides are written in."""
    return tuple(
        EvidencePair(
            _segments(pair.profile, ((link.profile_start, link.profile_end) for link in pair.links)),
            _segments(pair.program, ((link.program_start, link.program_end) for link in pair.links)),
            profile,
            program,
            tuple(tuple(_chain(link, profile, program)) for link in pair.links),
        )
        for pair in evidence
        if pair.telling
    )


def _segments(sentence: str, spans: Iterable[tuple[int, int]]) -> tuple[Segment, ...]:
    """Cut a sentence at spans that do not overlap; together the pieces are the sentence."""
    pieces: list[Segment] = []
    done = 0
    for start, end in sorted(spans):
        pieces += [Segment(sentence[done:start], linked=False), Segment(sentence[start:end], linked=True)]
        done = end
    pieces.append(Segment(sentence[done:], linked=False))
    return tuple(piece for piece in pieces if piece.text)


def _chain(link: ConceptLink, profile: str, program: str) -> Iterator[ChainPart]:
    """Give the steps from the profile's words to the program's, none that only repeats another."""
    mine, concept, theirs = (
        words.casefold() for words in (link.profile_words, link.concept, link.program_words)
    )
    if mine == theirs:
        yield ChainPart(link.profile_words, profile, "both")
        return
    yield ChainPart(link.profile_words, profile, "profile")
    # Whoever writes English needs no English name for it.
    if profile != Language.EN and concept not in {mine, theirs}:
        yield ChainPart(link.concept, Language.EN.value, "concept")
    yield ChainPart(link.program_words, program, "program")


def _ranked(match: Match, by_id: Mapping[str, ProgramCard], language: str) -> RankedProgram:
    return RankedProgram(
        card=by_id[match.program.id],
        band=match.band.value,
        band_words=phrase(BANDS[match.band.value]),
        verdict=match.eligibility.verdict.value,
        verdict_words=phrase(VERDICTS[match.eligibility.verdict.value]),
        closed=match.eligibility.verdict is Verdict.NOT_ELIGIBLE,
        call_over=any(rule.condition == Call(over=True) for rule in match.program.rules),
        reasons=match.reasons,
        evidence=evidence_pair(match.evidence, language, match.program.language.value),
        conditions=judged_conditions(match.eligibility),
        tally=tally(match.eligibility),
        instead=by_id.get(match.instead or ""),
    )


def _judged(outcome: RuleOutcome) -> JudgedCondition:
    return JudgedCondition(
        outcome.verdict.value,
        phrase(VERDICTS[outcome.verdict.value]),
        outcome.condition,
        outcome.fact,
        outcome.would_change,
        outcome.rule.quote,
        outcome.rule.verified,
    )


BANDS: Mapping[str, str] = {
    "strong": mark("Strong fit"),
    "good": mark("Good fit"),
    "possible": mark("Possible fit"),
    "weak": mark("Weak fit"),
}
"""Fit in words."""

VERDICTS: Mapping[str, str] = {
    "eligible": mark("Eligible"),
    "not_eligible": mark("Not eligible"),
    "cannot_tell": mark("Cannot tell yet"),
}
"""Verdicts in words."""
