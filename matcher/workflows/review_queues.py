"""A program's review queue: the startups this reviewer may see, ranked, with what was decided.

The machine's rank stays visible; a reviewer's order is that rank with pins on top and moves applied.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col

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
from matcher.workflows.submission_contents import needs_human_check
from models.access import (
    Action,
    Actor,
    authorize,
    candidacies_for,
    decisions_for,
    profiles_for,
    reviewed_programs_for,
    startups_for,
)
from models.startup import FACT_COLUMNS
from models.tables import Candidacy, Profile, ReviewDecision, Startup
from models.vocabulary import Decision, Language, Verdict

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
    decision: Decision | None
    reason: str
    pinned: bool
    place: int | None
    turn: int
    revision: int


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """All startups for one program, in the reviewer's order."""

    program: ProgramCard
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
    decisions = decisions_for(actor).where(ReviewDecision.program_id == program_id)
    saved = {row.startup_id: row for row in session.exec(decisions)}
    judged = [
        _judge(pool, _Listed(startup, profiles[startup.id], text), saved.get(startup.id), today)
        for startup, text in zip(listed, texts, strict=True)
    ]
    return ReviewQueue(card, _order(judged))


def review_progress(session: Session, actor: Actor) -> tuple[ReviewProgress, ...]:
    """Count candidates and decisions of each program this actor reviews.

    Raises:
        AccessDeniedError: this actor may not review.
    """
    require(actor, Action.REVIEW)
    reviewed = {program.id for program in session.exec(reviewed_programs_for(actor))}
    considered = Counter(row.program_id for row in session.exec(candidacies_for(actor)))
    decided = Counter(
        row.program_id
        for row in session.exec(decisions_for(actor).where(col(ReviewDecision.decision).is_not(None)))
    )
    return tuple(
        ReviewProgress(card, decided[card.id], considered[card.id])
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


def _judge(pool: ProgramPool, listed: _Listed, saved: ReviewDecision | None, today: date) -> Candidate:
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
        decision=decision_of(saved),
        reason=saved.reason if saved else "",
        pinned=bool(saved and saved.pinned),
        place=saved.place if saved else None,
        turn=saved.turn if saved else 0,
        revision=saved.revision if saved else 0,
    )


def _order(judged: Sequence[Candidate]) -> tuple[Candidate, ...]:
    machine = sorted(
        judged,
        key=lambda item: (
            item.eligibility.verdict is Verdict.NOT_ELIGIBLE,
            -item.score,
            item.startup_id,
        ),
    )
    ranked = {item.startup_id: replace(item, machine_rank=rank) for rank, item in enumerate(machine, 1)}
    wishes = {item.startup_id: Wish(item.pinned, item.place, item.turn) for item in judged}
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


def decision_of(row: ReviewDecision | None) -> Decision | None:
    """Give a stored decision as the word it is."""
    return Decision(row.decision) if row is not None and row.decision else None


def require(actor: Actor, action: Action) -> None:
    """Refuse what this actor may not do.

    Raises:
        AccessDeniedError: the actor may not do this.
    """
    if not authorize(actor, action):
        raise AccessDeniedError(f"{action.value}: not allowed")
