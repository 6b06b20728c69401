"""A program's review queue: the startups this reviewer may see, ranked, with what was decided.

The machine's rank stays visible; the order of a desk is the machine's with its likings and overrides
counted, pins on top, moves applied and what is excluded at the end. A reviewer's order knows the machine's
rank and the own reviews alone. `rank_queue` orders thousands of startups; texts, evidence and conditions
are read only for those that are shown (`read_candidates`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.engine.eligibility import Eligibility, judge
from matcher.engine.evidence_links import ReadSentence
from matcher.engine.likings import liking_gain
from matcher.engine.matches import Band, Evidence
from matcher.engine.ordering import Wish, apply_wishes
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.engine.ranking import band_of, evidence_for
from matcher.engine.rubrics import AggregateScore, OneTotal, ScoredCriterion, total_of
from matcher.engine.scoring import ProgramPool, sentence_similarities
from matcher.engine.values import StartupFacts
from matcher.errors import AccessDeniedError
from matcher.workflows.analysts import Analyst
from matcher.workflows.blind import Mask, hidden_names, masks_for, pseudonym
from matcher.workflows.candidate_figures import (
    VERDICTS,
    CandidateFigures,
    ListedStartup,
    list_considered,
    read_figures,
    startup_facts,
)
from matcher.workflows.embeddings import read_texts
from matcher.workflows.matching import stored_program
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs, read_reviewed_program
from matcher.workflows.review_learning import (
    LearningStatus,
    decisions_of,
    learn_from,
    learned_scores,
    lessons_of,
    program_vector,
    status_of,
)
from matcher.workflows.review_setups import Desk, ReviewRules, desk_of, read_rules
from matcher.workflows.rubrics import rubric_of
from matcher.workflows.submission_contents import needs_human_check
from matcher.workflows.submitted_reviews import (
    NOTHING_SAID,
    Said,
    SubmittedReview,
    aggregate_of,
    read_decisions,
    read_own,
    read_submitted,
)
from models.access import (
    Action,
    Actor,
    authorize,
    candidacies_for,
    profiles_for,
    reviewed_programs_for,
    reviews_for,
    startups_for,
)
from models.review import ReviewPhase
from models.tables import Profile, Program, Review, Startup
from models.vocabulary import Decision, Language, ReasonKind, Verdict

__all__ = [
    "Candidate",
    "RankedQueue",
    "ReviewProgress",
    "ReviewQueue",
    "decision_of",
    "open_queue",
    "rank_queue",
    "read_candidates",
    "require",
    "review_progress",
    "startup_facts",
]

_AT_ONCE = 500
_CLOSED = VERDICTS.index(Verdict.NOT_ELIGIBLE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A startup in a program's queue, in full.

    `position` is the reviewer's, `machine_rank` the unchanged one. `sentences` are those of the text with the
    words that were understood. `submitted` are the reviews of others this reviewer may see, `aggregate` what
    all scores come to where the agency decides, `total` what the own ones do.
    """

    startup_id: str
    name: str
    invented: bool
    needs_human_check: bool
    language: Language
    text: str
    sentences: tuple[ReadSentence, ...]
    facts: StartupFacts
    position: int
    machine_rank: int
    score: float
    band: Band
    signals: tuple[tuple[str, float], ...]
    eligibility: Eligibility
    evidence: tuple[Evidence, ...]
    override: Verdict | None
    override_reason: str
    override_by: str
    decision: Decision | None
    decision_is_provisional: bool
    reason_kind: ReasonKind | None
    reason: str
    scores: tuple[tuple[str, float], ...]
    total: OneTotal | None
    reviews: int
    submitted: tuple[SubmittedReview, ...]
    aggregate: AggregateScore | None
    is_open: bool
    pinned: bool
    excluded: bool
    liking: int
    place: int | None
    turn: int
    revision: int

    @property
    def verdict(self) -> Verdict:
        """The verdict on eligibility that counts: a person's where there is one."""
        return self.override or self.eligibility.verdict


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """All startups for one program in full, in the reviewer's order."""

    program: ProgramCard
    rules: ReviewRules
    desk: Desk
    candidates: tuple[Candidate, ...]

    @property
    def decided(self) -> int:
        """How many startups have a decision."""
        return sum(candidate.decision is not None for candidate in self.candidates)


@dataclass(frozen=True, eq=False)
class RankedQueue:
    """The startups for one program in the reviewer's order, by their ids.

    Attributes:
        program: the program.
        agency_id: the agency that runs it.
        rules: how it is reviewed.
        desk: where this reviewer writes.
        criteria: what is scored.
        listed: the startups in the order of their ids.
        figures: what the machine makes of each, in that order.
        said: what this desk says about startups; those it says nothing about lack.
        agreed: what all submitted reviews of a startup agree on, where the agency decides.
        counts: how many reviews of a startup are submitted.
        machine: ids in the machine's own order.
        order: ids in the order of the desk.
        program_vector: the program's corrected whole text, (dimension,).
        learning: what the desk's decisions taught.
    """

    program: ProgramCard
    agency_id: str
    rules: ReviewRules
    desk: Desk
    criteria: tuple[ScoredCriterion, ...]
    listed: tuple[ListedStartup, ...]
    figures: CandidateFigures
    said: Mapping[str, Said]
    agreed: Mapping[str, Decision]
    counts: Mapping[str, int]
    machine: tuple[str, ...]
    order: tuple[str, ...]
    program_vector: NDArray[np.float32]
    learning: LearningStatus

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The position of each startup, from 1."""
        return {startup: place for place, startup in enumerate(self.order, 1)}

    @cached_property
    def machine_ranks(self) -> Mapping[str, int]:
        """The machine's rank of each startup, from 1."""
        return {startup: place for place, startup in enumerate(self.machine, 1)}

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The place of each startup in `listed`."""
        return {startup.id: place for place, startup in enumerate(self.listed)}

    @property
    def names_hidden(self) -> bool:
        """Whether pseudonyms stand in the place of names."""
        return self.rules.blind and self.rules.phase is ReviewPhase.INDIVIDUAL and not self.desk.is_agency

    @property
    def decided(self) -> int:
        """How many startups have a decision."""
        return sum(self.decision(startup) is not None for startup in self._spoken_of)

    @property
    def accepted(self) -> int:
        """How many startups are accepted."""
        return sum(self.decision(startup) is Decision.ACCEPT for startup in self._spoken_of)

    @property
    def _spoken_of(self) -> frozenset[str]:
        """The candidates something is said about; what was said of former ones stays stored."""
        return frozenset((self.said.keys() | self.agreed.keys()) & self.rows.keys())

    @cached_property
    def done(self) -> frozenset[str]:
        """The startups this desk need not look at any more.

        At an own desk those with the own review submitted and those with as many reviews as are wanted; at
        the agency's desk those the agency decided itself.
        """
        decided = {startup for startup, said in self.said.items() if said.decision is not None}
        if not self.desk.is_agency:
            decided |= {one for one, count in self.counts.items() if count >= self.rules.wanted_reviews}
        return frozenset(decided & self.rows.keys())

    def decision(self, startup_id: str) -> Decision | None:
        """Give the decision that stands at this desk, one all reviews agree on included."""
        return self.said.get(startup_id, NOTHING_SAID).decision or self.agreed.get(startup_id)

    def verdict(self, startup_id: str) -> Verdict:
        """Give the verdict on eligibility that counts."""
        computed = VERDICTS[int(self.figures.verdicts[self.rows[startup_id]])]
        return self.said.get(startup_id, NOTHING_SAID).override or computed

    def ordered_by(self, said: Mapping[str, Said]) -> tuple[str, ...]:
        """Give the order this desk would have if it had said something else."""
        decisions = decisions_of(self.desk, self.rules, said, self.agreed)
        learned = learn_from(self.figures, lessons_of(decisions, self.rows, self.program_vector))
        return _order(self.listed, self.figures, said, learned_scores(self.figures, learned))


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a program's review is."""

    program: ProgramCard
    decided: int
    startups: int


def rank_queue(
    session: Session, actor: Actor, analyst: Analyst, program_id: str, *, today: date
) -> RankedQueue:
    """Rank the startups this actor may see for one program; the number of queries does not depend on theirs.

    Args:
        session: an open unit.
        actor: who reviews.
        analyst: reads texts that are not read yet.
        program_id: the program.
        today: the day company ages are counted to.

    Raises:
        AccessDeniedError: this actor may not review.
        UnknownProgramError: there is no such program, or it is not this actor's.
        EncoderBusyError: a text is not read yet and too many wait.
    """
    require(actor, Action.REVIEW)
    card = read_reviewed_program(session, actor, program_id).card
    listing = list_considered(session, actor, analyst, program_id)
    pool = stored_program(session, analyst, program_id)
    figures = read_figures(session, analyst, pool, listing, today)
    desk = desk_of(session, actor, program_id)
    said = read_own(session, actor, program_id, desk.name)
    decisions = read_decisions(session, actor, program_id)
    # The figures are made of the startups as they are; what is shown and searched has no name.
    listed = hide_names(session, actor, listing.startups)
    rules = read_rules(session, program_id)
    agreed = decisions.agreed if desk.is_agency else {}
    rows = {startup.id: row for row, startup in enumerate(listed)}
    lessons = lessons_of(decisions_of(desk, rules, said, agreed), rows, program_vector(pool))
    learned = learn_from(figures, lessons)
    return RankedQueue(
        program=card,
        agency_id=session.get_one(Program, program_id).agency_id,
        rules=rules,
        desk=desk,
        criteria=rubric_of(session, program_id),
        listed=listed,
        figures=figures,
        said=said,
        agreed=agreed,
        counts=decisions.counts,
        machine=_machine_order(listed, figures.contributions.sum(axis=1), figures.verdicts),
        order=_order(listed, figures, said, learned_scores(figures, learned)),
        program_vector=lessons.program,
        learning=status_of(rules, lessons, learned),
    )


def read_candidates(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    queue: RankedQueue,
    startup_ids: Sequence[str],
    *,
    today: date,
) -> tuple[Candidate, ...]:
    """Read startups of a queue in full, in the order they are asked for.

    Args:
        session: the unit the queue was ranked in.
        actor: who reviews.
        analyst: reads texts that are not read yet.
        queue: the queue.
        startup_ids: ids out of it; others are passed over.
        today: the day company ages are counted to.

    Raises:
        EncoderBusyError: a text is not read yet and too many wait.
    """
    found: list[Candidate] = []
    wanted = [startup for startup in startup_ids if startup in queue.rows]
    pool = stored_program(session, analyst, queue.program.id)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        startups = {row.id: row for row in session.exec(startups_for(actor).where(col(Startup.id).in_(part)))}
        ids = [queue.listed[queue.rows[startup]].profile_id for startup in part]
        profiles = {
            row.startup_id: row for row in session.exec(profiles_for(actor).where(col(Profile.id).in_(ids)))
        }
        shown = [startup for startup in part if startup in startups and startup in profiles]
        sources = [SourceText(profiles[one].text, Language(profiles[one].language)) for one in shown]
        texts = read_texts(session, analyst, sources)
        submitted = read_submitted(session, actor, queue.program.id, shown, queue.criteria)
        masks = masks_for(session, actor, shown)
        found += [
            mask_candidate(
                _candidate(
                    queue, pool, _Read(startups[one], profiles[one], text, submitted.get(one, ())), today
                ),
                masks.get(one),
            )
            for one, text in zip(shown, texts, strict=True)
        ]
    return tuple(found)


def open_queue(
    session: Session, actor: Actor, analyst: Analyst, program_id: str, *, today: date
) -> ReviewQueue:
    """Rank the startups this actor may see for one program and read all of them in full.

    Raises:
        AccessDeniedError, UnknownProgramError, EncoderBusyError: see `rank_queue`.
    """
    queue = rank_queue(session, actor, analyst, program_id, today=today)
    candidates = read_candidates(session, actor, analyst, queue, queue.order, today=today)
    return ReviewQueue(queue.program, queue.rules, queue.desk, candidates)


def review_progress(session: Session, actor: Actor) -> tuple[ReviewProgress, ...]:
    """Count candidates and decisions of each program this actor reviews.

    Raises:
        AccessDeniedError: this actor may not review.
    """
    require(actor, Action.REVIEW)
    reviewed = {program.id for program in session.exec(reviewed_programs_for(actor))}
    considered = {(row.program_id, row.startup_id) for row in session.exec(candidacies_for(actor))}
    counted = Counter(program_id for program_id, _ in considered)
    desks = {program_id: desk_of(session, actor, program_id).name for program_id in counted}
    decided = Counter(
        row.program_id
        for row in session.exec(reviews_for(actor).where(col(Review.decision).is_not(None)))
        if row.desk == desks.get(row.program_id) and (row.program_id, row.startup_id) in considered
    )
    return tuple(
        ReviewProgress(card, decided[card.id], counted[card.id])
        for card in list_programs(session, ProgramFilter())
        if card.id in reviewed
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What is read of one startup that is shown."""

    startup: Startup
    profile: Profile
    text: TextAnalysis
    submitted: tuple[SubmittedReview, ...]


def _candidate(queue: RankedQueue, pool: ProgramPool, read: _Read, today: date) -> Candidate:
    startup, facts = read.startup, startup_facts(read.startup)
    said = queue.said.get(startup.id, NOTHING_SAID)
    contributions = queue.figures.contributions[queue.rows[startup.id]].tolist()
    score = sum(contributions)
    agreed = queue.agreed.get(startup.id)
    return Candidate(
        startup_id=startup.id,
        name=startup.name,
        invented=startup.invented,
        needs_human_check=needs_human_check(startup.export_flags),
        language=Language(read.profile.language),
        text=read.profile.text,
        sentences=tuple(map(ReadSentence, read.text.sentences, read.text.spans)),
        facts=facts,
        position=queue.positions[startup.id],
        machine_rank=queue.machine_ranks[startup.id],
        score=score,
        band=band_of(score, facts, DEFAULT_POLICY),
        signals=tuple(zip(SIGNALS, contributions, strict=True)),
        eligibility=judge(pool.programs[0].rules, facts, today),
        evidence=evidence_for(pool, 0, read.text, sentence_similarities(pool, read.text)),
        override=said.override,
        override_reason=said.override_reason,
        override_by=said.by if said.override else "",
        decision=said.decision or agreed,
        decision_is_provisional=said.decision is None and agreed is not None,
        reason_kind=said.reason_kind,
        reason=said.reason,
        scores=said.scores,
        total=total_of(queue.criteria, queue.desk.name, dict(said.scores)),
        reviews=queue.counts.get(startup.id, 0),
        submitted=read.submitted,
        aggregate=aggregate_of(queue.criteria, read.submitted, queue.rules) if queue.desk.is_agency else None,
        is_open=startup.id not in queue.done,
        pinned=said.pinned,
        excluded=said.excluded,
        liking=said.liking,
        place=said.place,
        turn=said.turn,
        revision=said.revision,
    )


def hide_names(
    session: Session, actor: Actor, listed: tuple[ListedStartup, ...]
) -> tuple[ListedStartup, ...]:
    """Put pseudonyms in the place of the names this actor is not told."""
    hidden = hidden_names(session, actor)
    if not hidden:
        return listed
    return tuple(one._replace(name=pseudonym(one.id)) if one.id in hidden else one for one in listed)


def mask_candidate(candidate: Candidate, mask: Mask | None) -> Candidate:
    """Take the names out of a candidate; without a mask it stays as it is."""
    if mask is None:
        return candidate
    return replace(
        candidate,
        name=mask.name,
        text=mask.text(candidate.text),
        sentences=tuple(map(mask.sentence, candidate.sentences)),
        facts=mask.facts(candidate.facts),
        evidence=tuple(map(mask.evidence, candidate.evidence)),
        reason=mask.text(candidate.reason),
        override_reason=mask.text(candidate.override_reason),
        submitted=tuple(
            replace(
                review, reason=mask.text(review.reason), override_reason=mask.text(review.override_reason)
            )
            for review in candidate.submitted
        ),
    )


def _order(
    listed: Sequence[ListedStartup],
    figures: CandidateFigures,
    said: Mapping[str, Said],
    scores: NDArray[np.float64],
) -> tuple[str, ...]:
    """Give the order of a desk: by these scores, with what it likes, overrides and wishes."""
    rows = {startup.id: row for row, startup in enumerate(listed)}
    liked = [rows[one] for one, what in said.items() if what.liking > 0 and one in rows]
    disliked = [rows[one] for one, what in said.items() if what.liking < 0 and one in rows]
    if liked or disliked:
        scores = scores + liking_gain(figures.vectors, figures.vectors[liked], figures.vectors[disliked])
    verdicts = figures.verdicts.copy()
    for one, what in said.items():
        if what.override is not None and one in rows:
            verdicts[rows[one]] = VERDICTS.index(what.override)
    wishes = {
        one: Wish(what.pinned, what.place, what.turn, what.excluded)
        for one, what in said.items()
        if what.pinned or what.excluded or what.place is not None
    }
    return apply_wishes(_machine_order(listed, scores, verdicts), wishes)


def _machine_order(
    listed: Sequence[ListedStartup], scores: NDArray[np.float64], verdicts: NDArray[np.int8]
) -> tuple[str, ...]:
    """Order by falling score, those the program is closed to last, equal ones by their ids."""
    # The startups stand in the order of their ids, and the sort keeps equal ones as they stand.
    places = np.lexsort((-scores, verdicts == _CLOSED))
    return tuple(listed[place].id for place in places.tolist())


def decision_of(row: Review | None) -> Decision | None:
    """Give a stored decision as the word it is."""
    return Decision(row.decision) if row is not None and row.decision else None


def require(actor: Actor, action: Action) -> None:
    """Refuse what this actor may not do.

    Raises:
        AccessDeniedError: the actor may not do this.
    """
    if not authorize(actor, action):
        raise AccessDeniedError(f"{action.value}: not allowed")
