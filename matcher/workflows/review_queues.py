"""A program's review queue: the startups this reviewer may see, ranked, with what was decided.

The machine's rank stays visible; the order of a desk is that rank with pins on top, moves applied and what is
excluded at the end. A reviewer's order knows the machine's rank and the own reviews alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.engine.eligibility import Eligibility, judge
from matcher.engine.matches import Band, Evidence
from matcher.engine.ordering import Wish, apply_wishes
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.engine.ranking import band_of, evidence_for
from matcher.engine.scoring import ProgramPool, score_programs, sentence_similarities
from matcher.engine.values import StartupFacts
from matcher.errors import AccessDeniedError
from matcher.workflows.analysts import Analyst
from matcher.workflows.embeddings import read_texts
from matcher.workflows.matching import stored_program
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs, read_reviewed_program
from matcher.workflows.review_setups import Desk, ReviewRules, desk_of, read_rules
from matcher.workflows.submission_contents import needs_human_check
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
from models.review import AGENCY_DESK
from models.startup import FACT_COLUMNS
from models.tables import Candidacy, Profile, Review, Startup
from models.vocabulary import Decision, Language, ReasonKind, Verdict

_PREFERRED = (Language.KO, Language.EN, Language.DE, Language.ES)
"""Which of a startup's texts is ranked: the language founders write in first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A startup in a program's queue; `position` is the reviewer's, `machine_rank` the unchanged one."""

    startup_id: str
    name: str
    invented: bool
    needs_human_check: bool
    language: Language
    text: str
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
    decision: Decision | None
    decision_is_provisional: bool
    reason_kind: ReasonKind | None
    reason: str
    scores: tuple[tuple[str, float], ...]
    reviews: int
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
    """All startups for one program, in the reviewer's order."""

    program: ProgramCard
    rules: ReviewRules
    desk: Desk
    candidates: tuple[Candidate, ...]

    @property
    def decided(self) -> int:
        """How many startups have a decision."""
        return sum(candidate.decision is not None for candidate in self.candidates)


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a program's review is."""

    program: ProgramCard
    decided: int
    startups: int


def open_queue(
    session: Session, actor: Actor, analyst: Analyst, program_id: str, *, today: date
) -> ReviewQueue:
    """Rank the startups this actor may see for one program.

    Raises:
        AccessDeniedError: this actor may not review.
        UnknownProgramError: there is no such program, or it is not this actor's.
        EncoderBusyError: a text is not read yet and too many wait.
    """
    require(actor, Action.REVIEW)
    card = read_reviewed_program(session, actor, program_id).card
    considered = candidacies_for(actor).where(col(Candidacy.program_id) == program_id)
    candidates = {row.startup_id for row in session.exec(considered)}
    startups = session.exec(startups_for(actor).order_by(col(Startup.id))).all()
    profiles = _newest_profiles(session, actor)
    listed = [startup for startup in startups if startup.id in candidates and startup.id in profiles]
    texts = read_texts(
        session,
        analyst,
        [SourceText(profiles[row.id].text, Language(profiles[row.id].language)) for row in listed],
    )
    pool = stored_program(session, analyst, program_id)
    desk = desk_of(session, actor, program_id)
    written = _read_reviews(session, actor, program_id, desk)
    judged = [
        _judge(pool, _Listed(startup, profiles[startup.id], text), written.of(startup.id), today)
        for startup, text in zip(listed, texts, strict=True)
    ]
    return ReviewQueue(card, read_rules(session, program_id), desk, _order(judged))


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


def startup_facts(startup: Startup) -> StartupFacts:
    """Give a stored startup's facts as the engine reads them."""
    values = {name: getattr(startup, name) for name in FACT_COLUMNS}
    for name in ("sectors", "needs", "target_regions", "institutions"):
        values[name] = None if values[name] is None else tuple(values[name])
    languages = values["languages"]
    values["languages"] = None if languages is None else tuple(sorted(languages.items()))
    return StartupFacts(**values)


@dataclass(frozen=True, slots=True)
class _Listed:
    startup: Startup
    profile: Profile
    text: TextAnalysis


@dataclass(frozen=True, slots=True)
class _Written:
    """What is written about one startup: at the desk that is looked at, and how many submitted a review."""

    own: Review | None
    provisional: Decision | None
    reviews: int


@dataclass(frozen=True, slots=True)
class _Reviews:
    """What is written about the candidates of a program."""

    own: Mapping[str, Review]
    submitted: Mapping[str, tuple[Decision, ...]]
    counts: Mapping[str, int]
    agency: bool

    def of(self, startup_id: str) -> _Written:
        """Give what is written about one startup.

        At the agency's desk, where it has decided nothing itself, reviews that all say the same stand for
        its decision.
        """
        said = set(self.submitted.get(startup_id, ()))
        agreed = next(iter(said)) if self.agency and len(said) == 1 else None
        return _Written(self.own.get(startup_id), agreed, self.counts.get(startup_id, 0))


def _read_reviews(session: Session, actor: Actor, program_id: str, desk: Desk) -> _Reviews:
    """Read what this actor may see, and how many reviews there are, which everybody who reviews may know."""
    seen = session.exec(reviews_for(actor).where(Review.program_id == program_id)).all()
    submitted: dict[str, list[Decision]] = {}
    for row in seen:
        if row.desk != AGENCY_DESK and row.submitted_at is not None and row.decision:
            submitted.setdefault(row.startup_id, []).append(Decision(row.decision))
    counts = session.exec(
        select(Review.startup_id, func.count())
        .where(
            Review.program_id == program_id,
            Review.desk != AGENCY_DESK,
            col(Review.submitted_at).is_not(None),
        )
        .group_by(col(Review.startup_id))
    )
    return _Reviews(
        {row.startup_id: row for row in seen if row.desk == desk.name},
        {startup: tuple(said) for startup, said in submitted.items()},
        dict(counts.all()),
        desk.is_agency,
    )


def _judge(pool: ProgramPool, listed: _Listed, written: _Written, today: date) -> Candidate:
    saved = written.own
    decided = decision_of(saved)
    startup, facts = listed.startup, startup_facts(listed.startup)
    contributions = score_programs(pool, listed.text, facts, DEFAULT_POLICY).contributions[0].tolist()
    score = sum(contributions)
    return Candidate(
        startup_id=startup.id,
        name=startup.name,
        invented=startup.invented,
        needs_human_check=needs_human_check(startup.export_flags),
        language=Language(listed.profile.language),
        text=listed.profile.text,
        facts=facts,
        position=0,
        machine_rank=0,
        score=score,
        band=band_of(score, facts, DEFAULT_POLICY),
        signals=tuple(zip(SIGNALS, contributions, strict=True)),
        eligibility=judge(pool.programs[0].rules, facts, today),
        evidence=evidence_for(pool, 0, listed.text, sentence_similarities(pool, listed.text)),
        override=Verdict(saved.override_verdict) if saved and saved.override_verdict else None,
        override_reason=saved.override_reason if saved else "",
        decision=decided or written.provisional,
        decision_is_provisional=decided is None and written.provisional is not None,
        reason_kind=ReasonKind(saved.reason_kind) if saved and saved.reason_kind else None,
        reason=saved.reason if saved else "",
        scores=tuple(saved.scores.items()) if saved else (),
        reviews=written.reviews,
        pinned=bool(saved and saved.pinned),
        excluded=bool(saved and saved.excluded),
        liking=saved.liking if saved else 0,
        place=saved.place if saved else None,
        turn=saved.turn if saved else 0,
        revision=saved.revision if saved else 0,
    )


def _order(judged: Sequence[Candidate]) -> tuple[Candidate, ...]:
    machine = sorted(
        judged,
        key=lambda item: (
            item.verdict is Verdict.NOT_ELIGIBLE,
            -item.score,
            item.startup_id,
        ),
    )
    ranked = {item.startup_id: replace(item, machine_rank=rank) for rank, item in enumerate(machine, 1)}
    wishes = {item.startup_id: Wish(item.pinned, item.place, item.turn, item.excluded) for item in judged}
    order = apply_wishes(tuple(ranked), wishes)
    return tuple(replace(ranked[startup], position=place) for place, startup in enumerate(order, 1))


def _newest_profiles(session: Session, actor: Actor) -> dict[str, Profile]:
    """Give each startup's newest text in the language that is preferred among those it has."""
    chosen: dict[str, Profile] = {}
    for profile in session.exec(profiles_for(actor).order_by(col(Profile.version))):
        held = chosen.get(profile.startup_id)
        if held is None or _preference(profile) <= _preference(held):
            chosen[profile.startup_id] = profile
    return chosen


def _preference(profile: Profile) -> int:
    return _PREFERRED.index(Language(profile.language))


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
