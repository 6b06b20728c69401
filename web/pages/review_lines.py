"""A candidate as the review's pages show it: words, glosses, chips; never a score of the machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.bridge.reader_glosses import GlossedWord, gloss_for_reader
from matcher.engine.evidence_links import ReadSentence
from matcher.engine.phrases import Phrase, mark, phrase
from matcher.engine.rubrics import ScoredCriterion, total_of
from matcher.workflows.program_contents import figure
from matcher.workflows.review_effects import Cause, Effect
from matcher.workflows.review_learning import LearningStatus
from matcher.workflows.review_queues import Candidate, RankedQueue
from matcher.workflows.submitted_reviews import SubmittedReview
from models.vocabulary import Language
from web.pages.match_view import (
    BANDS,
    VERDICTS,
    EvidencePair,
    JudgedCondition,
    evidence_pairs,
    judged_conditions,
    tally,
)

MOST_PAIRS = 3

DECISIONS = {
    "accept": mark("Accept"),
    "maybe": mark("Maybe"),
    "decline": mark("Decline"),
}
"""Decisions in words."""

REASON_KINDS = {
    "technology": mark("Technology"),
    "market": mark("Market"),
    "fit-with-place": mark("Fit with the place"),
    "needs": mark("Needs and offers"),
    "team": mark("Team"),
    "stage": mark("Stage"),
    "language": mark("Language skills"),
    "eligibility": mark("Eligibility"),
    "evidence": mark("Evidence is thin"),
    "other": mark("Something else"),
}
"""What a reason is about, in words."""

SIGNALS = {
    "dense": mark("Meaning of the text"),
    "sentences": mark("Sentences that fit each other"),
    "concepts": mark("Shared meanings"),
    "lexical": mark("Shared terms"),
    "needs": mark("Needs and offers"),
    "region": mark("Target region"),
    "stage": mark("Stage"),
    "sector": mark("Sector"),
}
"""What each contribution is about; one that is not listed keeps its own name."""

CAUSES: Mapping[Cause, str] = {
    Cause.DECIDED: mark("Your decision is saved."),
    Cause.SCORED: mark("Your review is saved."),
    Cause.PINNED: mark("Pinned to the top."),
    Cause.UNPINNED: mark("No longer pinned."),
    Cause.EXCLUDED: mark("Excluded: it stands at the end, whatever speaks for it."),
    Cause.INCLUDED: mark("No longer excluded."),
    Cause.MOVED: mark("Moved by hand."),
    Cause.MORE_LIKE: mark("You asked for more like this: startups with a similar text move up."),
    Cause.LESS_LIKE: mark("You asked for less like this: startups with a similar text move down."),
    Cause.NEITHER: mark("Similar startups are back where they were."),
    Cause.OVERRIDDEN: mark("The verdict on eligibility was changed by hand."),
}
"""What an act did, in words."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one signal adds to the order, and its share of the largest one in tenths."""

    name: Phrase
    tenths: int


@dataclass(frozen=True, slots=True)
class ScoreField:
    """A criterion in the review form; `value` is what stands in the field."""

    key: str
    names: tuple[tuple[str, str], ...]
    weight: str
    most: str
    threshold: str
    bonus: bool
    value: str


@dataclass(frozen=True, slots=True)
class GlossedPair:
    """Evidence, and the gloss of the profile's sentence where its reader needs one."""

    pair: EvidencePair
    gloss: tuple[GlossedWord, ...]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review somebody else submitted, in words."""

    name: str
    decision: str
    decision_words: Phrase
    reason_kind: Phrase | None
    reason: str
    total: str
    dropped: bool
    override: Phrase | None
    override_reason: str


@dataclass(frozen=True, slots=True)
class AggregateLine:
    """What all scores come to."""

    rule: Phrase
    total: str
    bonus: str
    spread: str
    below: tuple[tuple[tuple[str, str], ...], ...]
    zeros: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A startup that stands elsewhere now."""

    startup_id: str
    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What the last act did to the order."""

    cause: Phrase
    own: ShiftLine | None
    others: tuple[ShiftLine, ...]
    moved: int


LEARNING = {
    "not_enough": mark("Not enough yet: learning begins with five decisions for and five against."),
    "inconsistent": mark("The decisions follow no weighing of the signals, so the order stays as it is."),
    "no_better": mark(
        "What was learned would not put unseen decisions in a clearly better order, so it is not used."
    ),
    "learned": mark("The order has learned from the decisions."),
}
"""What came of learning, in words."""


@dataclass(frozen=True, slots=True)
class LearningLine:
    """What the decisions taught and what it is worth; shares in whole percent, empty where not told."""

    on: bool
    words: Phrase | None
    decisions: int
    changes: tuple[tuple[Phrase, bool], ...]
    before: str
    after: str
    error: str
    seen: int


def learning_line(status: LearningStatus) -> LearningLine:
    """Prepare what was learned for the page."""
    effect = status.effect
    return LearningLine(
        status.on,
        phrase(LEARNING[status.state.value]) if status.state else None,
        status.accepted + status.maybe + status.declined,
        tuple(
            (phrase(SIGNALS[change.signal]), change.learned > change.default) for change in status.changes[:3]
        ),
        "" if effect is None else f"{100 * effect.unlearned:.0f}",
        "" if effect is None else f"{100 * effect.learned:.0f}",
        "" if effect is None else f"{100 * effect.error:.0f}",
        0 if effect is None else effect.decisions,
    )


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A startup in the queue of a program, as the page shows it."""

    candidate: Candidate
    band_words: Phrase
    verdict_words: Phrase
    computed_words: Phrase
    decision_words: Phrase | None
    evidence: tuple[GlossedPair, ...]
    gloss: tuple[tuple[GlossedWord, ...], ...]
    conditions: tuple[JudgedCondition, ...]
    tally: Phrase
    contributions: tuple[Contribution, ...]
    fields: tuple[ScoreField, ...]
    total: str
    bonus: str
    reviews: tuple[ReviewLine, ...]
    aggregate: AggregateLine | None
    effect: EffectLine | None
    address: str


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom lines are made: the reader's language and that of the program's text."""

    reader: Language
    program: str


def line_of(
    queue: RankedQueue,
    candidate: Candidate,
    reading: Reading,
    address: str,
    *,
    effect: Effect | None = None,
    typed: Mapping[str, str] | None = None,
) -> CandidateLine:
    """Prepare a candidate for the page.

    Args:
        queue: the queue it stands in.
        candidate: the candidate.
        reading: for whom.
        address: its own page.
        effect: what the last act about it did.
        typed: points as they were typed, where a form comes back.
    """
    pairs = evidence_pairs(candidate.evidence, candidate.language.value, reading.program)[:MOST_PAIRS]
    total = candidate.total
    return CandidateLine(
        candidate=candidate,
        band_words=phrase(BANDS[candidate.band.value]),
        verdict_words=phrase(VERDICTS[candidate.verdict.value]),
        computed_words=phrase(VERDICTS[candidate.eligibility.verdict.value]),
        decision_words=phrase(DECISIONS[candidate.decision.value]) if candidate.decision else None,
        evidence=tuple(GlossedPair(pair, _gloss_of(pair, candidate, reading)) for pair in pairs),
        gloss=tuple(
            _glossed(sentence, reading) for sentence in candidate.sentences if needs_gloss(candidate, reading)
        ),
        conditions=judged_conditions(candidate.eligibility),
        tally=tally(candidate.eligibility),
        contributions=_contributions(candidate.signals),
        fields=score_fields(queue.criteria, dict(candidate.scores), typed),
        total=figure(round(total.total, 1)) if total else "",
        bonus=figure(round(total.bonus, 1)) if total else "",
        reviews=_reviews(queue, candidate),
        aggregate=_aggregate(queue, candidate),
        effect=_effect(queue, effect) if effect else None,
        address=address,
    )


def name_of(queue: RankedQueue, startup_id: str) -> str:
    """Name a startup of a queue as this reviewer may know it."""
    return queue.listed[queue.rows[startup_id]].name


def needs_gloss(candidate: Candidate, reading: Reading) -> bool:
    """Say whether the reader is taken not to read the profile: it is Korean and the pages are not."""
    return candidate.language is Language.KO and reading.reader is not Language.KO


def score_fields(
    criteria: Sequence[ScoredCriterion], scores: Mapping[str, float], typed: Mapping[str, str] | None = None
) -> tuple[ScoreField, ...]:
    """Prepare the criteria for the form."""
    return tuple(
        ScoreField(
            item.key,
            item.names,
            figure(item.weight),
            figure(item.scale_max),
            "" if item.threshold is None else figure(item.threshold),
            item.bonus,
            (typed or {}).get(item.key, figure(scores[item.key]) if item.key in scores else ""),
        )
        for item in criteria
    )


def _gloss_of(pair: EvidencePair, candidate: Candidate, reading: Reading) -> tuple[GlossedWord, ...]:
    if not needs_gloss(candidate, reading):
        return ()
    text = "".join(segment.text for segment in pair.profile)
    found = next((sentence for sentence in candidate.sentences if sentence.text == text), None)
    return () if found is None else _glossed(found, reading)


def _glossed(sentence: ReadSentence, reading: Reading) -> tuple[GlossedWord, ...]:
    return gloss_for_reader(sentence.text, sentence.spans, reading.reader)


def _contributions(signals: tuple[tuple[str, float], ...]) -> tuple[Contribution, ...]:
    largest = max((value for _, value in signals), default=0.0)
    return tuple(
        Contribution(
            phrase(SIGNALS[name]) if name in SIGNALS else phrase("%(name)s", name=name),
            round(10 * max(0.0, value) / largest) if largest > 0 else 0,
        )
        for name, value in signals
    )


def _reviews(queue: RankedQueue, candidate: Candidate) -> tuple[ReviewLine, ...]:
    """Give the reviews of others; the own one stands in the form."""
    dropped = {one.reviewer for one in candidate.aggregate.dropped} if candidate.aggregate else set()
    return tuple(
        _review(review, queue.criteria, dropped=review.reviewer in dropped)
        for review in candidate.submitted
        if review.reviewer != queue.desk.name
    )


def _review(review: SubmittedReview, criteria: Sequence[ScoredCriterion], *, dropped: bool) -> ReviewLine:
    total = total_of(criteria, review.reviewer, dict(review.scores))
    return ReviewLine(
        review.name,
        review.decision.value,
        phrase(DECISIONS[review.decision.value]),
        phrase(REASON_KINDS[review.reason_kind.value]) if review.reason_kind else None,
        review.reason,
        figure(round(total.total, 1)) if total else "",
        dropped,
        phrase(VERDICTS[review.override.value]) if review.override else None,
        review.override_reason,
    )


_RULES = {
    "trimmed-mean": mark("Mean without the highest and the lowest total"),
    "median": mark("Median"),
    "mean": mark("Mean"),
}


def _aggregate(queue: RankedQueue, candidate: Candidate) -> AggregateLine | None:
    made = candidate.aggregate
    if made is None or not any(review.scores for review in candidate.submitted):
        return None
    names = {item.key: item.names for item in queue.criteria}
    return AggregateLine(
        phrase(_RULES[queue.rules.aggregation.value]),
        "" if made.total is None else figure(round(made.total, 1)),
        figure(round(made.bonus, 1)),
        figure(round(made.spread, 1)),
        tuple(names[key] for key in made.below),
        tuple(names[key] for key in made.zeros),
    )


def _effect(queue: RankedQueue, effect: Effect) -> EffectLine:
    own = effect.own
    return EffectLine(
        phrase(CAUSES[effect.cause]),
        ShiftLine(own.startup_id, name_of(queue, own.startup_id), own.before, own.after) if own else None,
        tuple(
            ShiftLine(shift.startup_id, name_of(queue, shift.startup_id), shift.before, shift.after)
            for shift in effect.others
        ),
        effect.moved,
    )
