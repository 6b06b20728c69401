"""What a manager and a lead see of a review: progress, disagreement, severity, monitors, decisions.

Counts of what is done are everybody's who leads; what reviewers wrote is taken from `reviews_for`, so that a
lead who also reviews reads others' scores about a startup only once the own review of it is submitted. A
review whose writer stepped back from the case is absent. Cases a conflict of interest hides from the reader
are in no list and no count.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import ColumnElement, Subquery, and_, func
from sqlmodel import Session, col, select

from matcher.engine.agreement import (
    Agreement,
    Severity,
    interval_alpha,
    nominal_alpha,
    severity_of,
    spread_of,
)
from matcher.engine.phrases import Phrase
from matcher.engine.rubrics import total_of
from matcher.errors import StaleEditError, UnknownProgramError
from matcher.workflows.blind import Mask, masks_for
from matcher.workflows.home_regions import home_region
from matcher.workflows.notices import NoticeKind, Told, notify
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs, read_reviewed_program
from matcher.workflows.review_queues import require
from matcher.workflows.review_setups import ReviewRules, desk_of, open_phase, read_rules
from matcher.workflows.reviews import record_decision
from matcher.workflows.rubrics import rubric_of
from models.access import (
    Action,
    Actor,
    On,
    authorize,
    candidacies_for,
    profiles_for,
    reviews_for,
    startups_for,
)
from models.base import now_utc
from models.conflict import ConflictState
from models.review import AGENCY_DESK, ReviewPhase
from models.tables import (
    Account,
    AgencyMember,
    Candidacy,
    ConflictAnswer,
    Notice,
    Profile,
    Program,
    Review,
    ReviewSetup,
    Startup,
)
from models.vocabulary import Decision, Language, ReasonKind, Verdict

Group = TypeVar("Group")

LEAST_IN_GROUP = 5
"""Startups with a decision below which a group is counted together with others."""

REMINDED_EVERY = timedelta(days=1)

MOST_DISAGREEMENTS = 50
MOST_DECISIONS = 500

_OPEN_ANSWERS = (ConflictState.OPEN.value, ConflictState.CONFIRMED.value)
_CLEARED = (ConflictState.CLEAR.value, ConflictState.DISMISSED.value)
_PREFERRED = (Language.KO, Language.EN, Language.DE, Language.ES)
_DISTANCE = {Decision.ACCEPT: 2, Decision.MAYBE: 1, Decision.DECLINE: 0}
OPPOSITE = 2
WIDE_SPREAD = 20.0
"""From how many percent on totals lie apart: one point of five; less is no difference worth a talk."""
"""How far the decisions of reviewers lie apart where one accepts and another declines."""


@dataclass(frozen=True, slots=True)
class ProgramProgress:
    """How far the review of a program is, in counts.

    Attributes:
        program: the program.
        phase: the phase the review is in; None where it is closed.
        candidates: startups considered.
        wanted: reviews that are wanted of them together.
        submitted: reviews that are submitted, no more than are wanted of each.
        conflicts: conflicts of interest that wait for a ruling.
        decided: startups the agency decided about itself.
    """

    program: ProgramCard
    phase: ReviewPhase | None
    candidates: int
    wanted: int
    submitted: int
    conflicts: int
    decided: int


@dataclass(frozen=True, slots=True)
class ReviewerProgress:
    """How far one person of the agency is.

    Attributes:
        account_id: whose progress it is.
        name: of the person.
        lead: whether the person leads the agency.
        unanswered: candidates without an answer about conflicts of interest.
        conflicts: candidates hidden by one, ruled or not.
        cleared: candidates the person may review.
        submitted: reviews that are submitted.
        left: cleared candidates that still want this person's review.
        reminded_at: when the last reminder went out.
    """

    account_id: str
    name: str
    lead: bool
    unanswered: int
    conflicts: int
    cleared: int
    submitted: int
    left: int
    reminded_at: datetime | None

    @property
    def is_behind(self) -> bool:
        """Whether something is left to do."""
        return self.unanswered > 0 or self.left > 0

    @property
    def may_remind(self) -> bool:
        """Whether a reminder may go out now."""
        return self.is_behind and (self.reminded_at is None or self.reminded_at <= now_utc() - REMINDED_EVERY)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One reviewer's submitted review; `total` is percent of what can be reached, None without scores."""

    reviewer: str
    decision: Decision
    total: float | None
    reason_kind: ReasonKind | None
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """A startup with what was decided about it.

    Attributes:
        startup_id: the startup.
        name: of the startup; its pseudonym where names are hidden from the reader.
        reviews: the submitted reviews the reader may read, the highest total first.
        spread: highest minus lowest total; None with fewer than two.
        distance: how far the decisions lie apart: 2 where one accepts and another declines.
        decision: the agency's, else the one all reviewers share; None where there is neither.
        provisional: whether it is the reviewers' and waits for the agency.
        reason_kind: what the agency's reason is about.
        reason: the agency's words.
        decided_by: who wrote it; empty where the account is gone or it was the operator.
        decided_at: when.
        override: a person's verdict on eligibility in the place of the computed one.
        override_reason: why.
    """

    startup_id: str
    name: str
    reviews: tuple[ReviewLine, ...]
    spread: float | None
    distance: int
    decision: Decision | None
    provisional: bool
    reason_kind: ReasonKind | None
    reason: str
    decided_by: str
    decided_at: datetime | None
    override: Verdict | None
    override_reason: str


@dataclass(frozen=True, slots=True)
class SeverityLine:
    """A reviewer's severity with the name; empty where the account is gone."""

    name: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many of a group of startups were accepted; `name` is None for small groups counted together."""

    name: Phrase | None
    accepted: int
    decided: int

    @property
    def told(self) -> bool:
        """Whether there are enough to tell the counts."""
        return self.decided >= LEAST_IN_GROUP


@dataclass(frozen=True, slots=True)
class LanguageCount:
    """How many of the startups whose profile is read in a language were accepted; None: small ones."""

    language: str | None
    accepted: int
    decided: int

    @property
    def told(self) -> bool:
        """Whether there are enough to tell the counts."""
        return self.decided >= LEAST_IN_GROUP


@dataclass(frozen=True, slots=True)
class AgreedDecisions:
    """Provisional decisions of a program: all submitted reviews say the same, the agency nothing itself.

    `mark` names exactly these; `may_confirm` says whether the reader may make them the agency's now.
    """

    count: int
    mark: str
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """Everything a lead or a manager sees of a program's review.

    Attributes:
        progress: in counts.
        rules: how it is reviewed.
        announced: whether the reviewers were told that a phase began.
        reviewers: the people of the agency.
        sees_all: whether the reader sees all submitted reviews; a lead who also reviews, only those about
            startups whose own review is submitted, as long as individual review is open.
        readable: candidates with a submitted review the reader may read.
        disagreements: cases in which reviewers differ, the widest first, at most 50.
        of_totals: agreement of the totals.
        of_decisions: agreement of accept, maybe and decline.
        severities: of each reviewer.
        by_region: acceptance by home region; empty before the agency decides.
        by_language: acceptance by the language the profile is read in.
        decisions: the cases with a decision, at most 500.
        more_decisions: how many are not listed.
        agreed: the provisional ones among them.
    """

    progress: ProgramProgress
    rules: ReviewRules
    announced: bool
    reviewers: tuple[ReviewerProgress, ...]
    sees_all: bool
    readable: int
    disagreements: tuple[Case, ...]
    of_totals: Agreement
    of_decisions: Agreement
    severities: tuple[SeverityLine, ...]
    by_region: tuple[GroupCount, ...]
    by_language: tuple[LanguageCount, ...]
    decisions: tuple[Case, ...]
    more_decisions: int
    agreed: AgreedDecisions


def list_progress(session: Session, actor: Actor) -> tuple[ProgramProgress, ...]:
    """List the reviews this actor leads: a lead those of the own agencies, a manager all.

    Raises:
        AccessDeniedError: this actor leads no review.
    """
    require(actor, Action.LEAD_REVIEW)
    programs = {program.id: program for program in session.exec(select(Program))}
    led = {
        program.id: program
        for program in programs.values()
        if authorize(actor, Action.LEAD_REVIEW, On(agency_id=program.agency_id))
    }
    counts = _counts(session, actor)
    return tuple(
        _progress(card, led[card.id], counts)
        for card in list_programs(session, ProgramFilter())
        if card.id in led
    )


def read_led_program(session: Session, actor: Actor, program_id: str) -> ProgramCard:
    """Give a program whose review this actor leads.

    Raises:
        AccessDeniedError: this actor leads no review at all, or not this one.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    require(actor, Action.LEAD_REVIEW)
    card = read_reviewed_program(session, actor, program_id).card
    program = session.get_one(Program, program_id)
    if not authorize(actor, Action.LEAD_REVIEW, On(agency_id=program.agency_id)):
        # Whoever only reviews it is told nothing of what its lead may open.
        raise UnknownProgramError(program_id)
    return card


def read_report(session: Session, actor: Actor, program_id: str) -> ReviewReport:
    """Read everything there is to see of a program's review.

    Raises:
        AccessDeniedError, UnknownProgramError: see `read_led_program`.
    """
    card = read_led_program(session, actor, program_id)
    program, rules = session.get_one(Program, program_id), read_rules(session, program_id)
    written = _read_written(session, actor, program_id)
    cases = _cases(session, actor, program_id, written)
    deciding = rules.phase is ReviewPhase.DECISION or actor.manager or actor.operator
    decided = [case for case in cases if case.decision is not None]
    by_region, by_language = _monitors(session, actor, decided) if deciding else ((), ())
    return ReviewReport(
        progress=_progress(card, program, _counts(session, actor, program_id)),
        rules=rules,
        announced=_was_announced(session, program_id),
        reviewers=reviewers_progress(session, actor, program_id),
        sees_all=deciding,
        readable=sum(bool(case.reviews) for case in cases),
        disagreements=_disagreements(cases),
        of_totals=interval_alpha(written.totals),
        of_decisions=nominal_alpha(
            {
                startup: {desk: decision.value for desk, decision in given.items()}
                for startup, given in written.decisions.items()
            }
        ),
        severities=tuple(
            SeverityLine(written.names.get(one.reviewer, ""), one) for one in severity_of(written.totals)
        ),
        by_region=by_region,
        by_language=by_language,
        decisions=tuple(decided[:MOST_DECISIONS]) if deciding else (),
        more_decisions=max(0, len(decided) - MOST_DECISIONS) if deciding else 0,
        agreed=_agreed(session, actor, program_id, decided if deciding else ()),
    )


def reviewers_progress(session: Session, actor: Actor, program_id: str) -> tuple[ReviewerProgress, ...]:
    """Say how far everybody of the agency is with a program, by name.

    Raises:
        AccessDeniedError, UnknownProgramError: see `read_led_program`.
    """
    read_led_program(session, actor, program_id)
    program, rules = session.get_one(Program, program_id), read_rules(session, program_id)
    members = session.exec(
        select(Account, AgencyMember.lead)
        .join(AgencyMember, col(AgencyMember.account_id) == col(Account.id))
        .where(AgencyMember.agency_id == program.agency_id, col(Account.disabled_at).is_(None))
        .order_by(col(Account.name), col(Account.id))
    ).all()
    candidates = _candidates(actor, program_id)
    total = session.exec(select(func.count()).select_from(candidates)).one()
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for account_id, state, count in session.exec(
        select(ConflictAnswer.account_id, ConflictAnswer.state, func.count())
        .join(candidates, candidates.c.startup_id == col(ConflictAnswer.startup_id))
        .group_by(col(ConflictAnswer.account_id), col(ConflictAnswer.state))
    ):
        answers[account_id][state] = count
    submitted = dict(
        session.exec(
            select(Review.desk, func.count())
            .join(candidates, candidates.c.startup_id == col(Review.startup_id))
            .where(Review.program_id == program_id, col(Review.submitted_at).is_not(None), ~_is_recused())
            .group_by(col(Review.desk))
        ).all()
    )
    left = _left(session, program_id, candidates, rules.wanted_reviews)
    if rules.phase is ReviewPhase.DECISION:
        left = {}
    reminded = _last_reminders(session, program_id)
    found = []
    for account, lead in members:
        states = answers[account.id]
        cleared = sum(states[state] for state in _CLEARED)
        found.append(
            ReviewerProgress(
                account.id,
                account.name,
                lead,
                total - sum(states.values()),
                sum(states[state] for state in _OPEN_ANSWERS),
                cleared,
                submitted.get(account.id, 0),
                left.get(account.id, 0),
                reminded.get(account.id),
            )
        )
    return tuple(found)


def change_phase(
    session: Session, actor: Actor, program_id: str, phase: ReviewPhase, *, revision: int
) -> tuple[Told, ...]:
    """Let everybody review alone, or let the agency decide, and tell the people of the agency.

    Returns:
        Whom to write to.

    Raises:
        StaleEditError: somebody changed how the program is reviewed since.
        AccessDeniedError, UnknownProgramError: see `read_led_program`.
    """
    read_led_program(session, actor, program_id)
    open_phase(session, actor, program_id, phase, revision=revision)
    agency_id = session.get_one(Program, program_id).agency_id
    members = session.exec(select(AgencyMember.account_id).where(AgencyMember.agency_id == agency_id))
    return notify(
        session,
        set(members) - {actor.account_id or ""},
        NoticeKind.PHASE_OPENED,
        address=f"/review/{program_id}",
        program_id=program_id,
    )


def read_agreed(session: Session, actor: Actor, program_id: str) -> AgreedDecisions:
    """Count the provisional decisions of a program.

    Raises:
        AccessDeniedError, UnknownProgramError: see `read_led_program`.
    """
    read_led_program(session, actor, program_id)
    written = _read_written(session, actor, program_id)
    return _agreed(session, actor, program_id, _cases(session, actor, program_id, written))


def confirm_agreed(session: Session, actor: Actor, program_id: str, mark: str) -> int:
    """Make the decisions all reviewers share the agency's own.

    Args:
        session: an open write unit.
        actor: who leads the review, in the phase in which the agency decides.
        program_id: the program.
        mark: names the decisions that were looked at.

    Returns:
        How many there were.

    Raises:
        StaleEditError: they are others by now, or individual review is open.
        AccessDeniedError, UnknownProgramError: see `read_led_program`.
    """
    read_led_program(session, actor, program_id)
    if not _may_confirm(session, actor, program_id):
        raise StaleEditError("review: the agency does not decide yet")
    written = _read_written(session, actor, program_id)
    agreed = [
        case
        for case in _cases(session, actor, program_id, written)
        if case.decision is not None and case.provisional
    ]
    if _mark(agreed) != mark:
        raise StaleEditError("review: the decisions changed since; look at them again")
    for case in agreed:
        row = session.get(Review, (program_id, case.startup_id, AGENCY_DESK))
        kinds = Counter(line.reason_kind for line in case.reviews if line.reason_kind)
        drafted = ReasonKind(row.reason_kind) if row and row.reason_kind else None
        record_decision(
            session,
            actor,
            program_id,
            case.startup_id,
            decision=case.decision,
            # What the agency drafted of it stays.
            reason=row.reason if row else "",
            reason_kind=drafted or (kinds.most_common(1)[0][0] if kinds else ReasonKind.OTHER),
            revision=row.revision if row else 0,
        )
    return len(agreed)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts by program."""

    setups: Mapping[str, ReviewSetup]
    candidates: Mapping[str, int]
    submitted: Mapping[str, int]
    conflicts: Mapping[str, int]
    decided: Mapping[str, int]


def _counts(session: Session, actor: Actor, program_id: str = "") -> _Counts:
    """Count by program, in a number of queries that does not depend on how many there are."""
    candidates = _candidates(actor, program_id)
    setups = {row.program_id: row for row in session.exec(select(ReviewSetup))}
    counted = dict(
        session.exec(select(candidates.c.program_id, func.count()).group_by(candidates.c.program_id)).all()
    )
    here = and_(
        candidates.c.program_id == col(Review.program_id), candidates.c.startup_id == col(Review.startup_id)
    )
    per_startup = session.exec(
        select(Review.program_id, Review.startup_id, func.count())
        .join(candidates, here)
        .where(Review.desk != AGENCY_DESK, col(Review.submitted_at).is_not(None), ~_is_recused())
        .group_by(col(Review.program_id), col(Review.startup_id))
    )
    submitted: Counter[str] = Counter()
    for program, _, count in per_startup:
        wanted = setups[program].wanted_reviews if program in setups else ReviewRules().wanted_reviews
        submitted[program] += min(count, wanted)
    members = select(AgencyMember.account_id).where(
        col(AgencyMember.agency_id) == col(Program.agency_id),
        col(AgencyMember.account_id) == col(ConflictAnswer.account_id),
    )
    conflicts = session.exec(
        select(candidates.c.program_id, func.count())
        .join(ConflictAnswer, col(ConflictAnswer.startup_id) == candidates.c.startup_id)
        .join(Program, col(Program.id) == candidates.c.program_id)
        .where(ConflictAnswer.state == ConflictState.OPEN.value, members.exists())
        .group_by(candidates.c.program_id)
    )
    decided = session.exec(
        select(Review.program_id, func.count())
        .join(candidates, here)
        .where(Review.desk == AGENCY_DESK, col(Review.decision).is_not(None))
        .group_by(col(Review.program_id))
    )
    return _Counts(setups, counted, submitted, dict(conflicts.all()), dict(decided.all()))


def _progress(card: ProgramCard, program: Program, counts: _Counts) -> ProgramProgress:
    setup = counts.setups.get(card.id)
    wanted = setup.wanted_reviews if setup else ReviewRules().wanted_reviews
    candidates = counts.candidates.get(card.id, 0)
    phase = ReviewPhase(setup.phase) if setup else ReviewPhase.INDIVIDUAL
    return ProgramProgress(
        card,
        phase if program.review_closed_at is None else None,
        candidates,
        candidates * wanted,
        counts.submitted.get(card.id, 0),
        counts.conflicts.get(card.id, 0),
        counts.decided.get(card.id, 0),
    )


def _candidates(actor: Actor, program_id: str = "") -> Subquery:
    wanted = candidacies_for(actor)
    return (wanted.where(col(Candidacy.program_id) == program_id) if program_id else wanted).subquery()


def _is_recused() -> ColumnElement[bool]:
    """Say in SQL whether who wrote a review stepped back from the case, or has to."""
    answer = (
        select(ConflictAnswer.account_id)
        .where(
            col(ConflictAnswer.account_id) == col(Review.desk),
            col(ConflictAnswer.startup_id) == col(Review.startup_id),
            col(ConflictAnswer.state).in_(_OPEN_ANSWERS),
        )
        .correlate(Review)
    )
    return answer.exists()


def _left(session: Session, program_id: str, candidates: Subquery, wanted: int) -> dict[str, int]:
    """Count for each account the cleared candidates that still want a review of it."""
    own = select(Review.desk).where(
        Review.program_id == program_id,
        col(Review.startup_id) == col(ConflictAnswer.startup_id),
        col(Review.desk) == col(ConflictAnswer.account_id),
        col(Review.submitted_at).is_not(None),
    )
    given = (
        select(func.count())
        .select_from(Review)
        .where(
            Review.program_id == program_id,
            col(Review.startup_id) == col(ConflictAnswer.startup_id),
            Review.desk != AGENCY_DESK,
            col(Review.submitted_at).is_not(None),
            # As the queue counts: what does not count leaves the candidate wanting.
            ~_is_recused(),
        )
        .correlate(ConflictAnswer)
        .scalar_subquery()
    )
    rows = session.exec(
        select(ConflictAnswer.account_id, func.count())
        .join(candidates, candidates.c.startup_id == col(ConflictAnswer.startup_id))
        .where(col(ConflictAnswer.state).in_(_CLEARED), ~own.exists(), given < wanted)
        .group_by(col(ConflictAnswer.account_id))
    )
    return dict(rows.all())


@dataclass(frozen=True, slots=True)
class _Written:
    """What the reader may read of a program's reviews, by startup and by desk."""

    agency: Mapping[str, Review]
    reviews: Mapping[str, tuple[Review, ...]]
    decisions: Mapping[str, Mapping[str, Decision]]
    totals: Mapping[str, Mapping[str, float]]
    names: Mapping[str, str]


def _read_written(session: Session, actor: Actor, program_id: str) -> _Written:
    rows = session.exec(
        reviews_for(actor).where(Review.program_id == program_id, ~_is_recused()).order_by(col(Review.desk))
    ).all()
    criteria = rubric_of(session, program_id)
    reviews: dict[str, list[Review]] = defaultdict(list)
    totals: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row.desk == AGENCY_DESK or row.submitted_at is None or not row.decision:
            continue
        reviews[row.startup_id].append(row)
        if (one := total_of(criteria, row.desk, row.scores)) is not None:
            totals[row.startup_id][row.desk] = one.total
    people = sorted({row.desk for row in rows} | {row.reviewer for row in rows})
    names = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(people)))
    return _Written(
        {row.startup_id: row for row in rows if row.desk == AGENCY_DESK},
        {startup: tuple(given) for startup, given in reviews.items()},
        {
            startup: {row.desk: Decision(str(row.decision)) for row in given}
            for startup, given in reviews.items()
        },
        totals,
        dict(names.all()),
    )


def _cases(session: Session, actor: Actor, program_id: str, written: _Written) -> tuple[Case, ...]:
    """Give the candidates of which the reader may read a review or a decision, by name."""
    candidates = _candidates(actor, program_id)
    told = written.agency.keys() | written.reviews.keys()
    rows = session.exec(startups_for(actor).where(col(Startup.id).in_(select(candidates.c.startup_id))))
    listed = [startup for startup in rows if startup.id in told]
    masks = masks_for(session, actor, [startup.id for startup in listed])
    return tuple(
        sorted(
            (_case(startup, masks.get(startup.id), written) for startup in listed),
            key=lambda case: (case.name, case.startup_id),
        )
    )


def _case(startup: Startup, mask: Mask | None, written: _Written) -> Case:
    startup_id = startup.id
    totals, given = written.totals.get(startup_id, {}), written.reviews.get(startup_id, ())
    lines = sorted(
        (
            ReviewLine(
                written.names.get(row.desk, ""),
                Decision(str(row.decision)),
                totals.get(row.desk),
                ReasonKind(row.reason_kind) if row.reason_kind else None,
                _masked(row.reason, mask),
            )
            for row in given
        ),
        key=lambda line: (-(line.total or 0), line.reviewer),
    )
    own, said = written.agency.get(startup_id), {line.decision for line in lines}
    decided = Decision(own.decision) if own and own.decision else None
    agreed = next(iter(said)) if decided is None and len(said) == 1 else None
    distances = [_DISTANCE[decision] for decision in said]
    return Case(
        startup_id,
        mask.name if mask else startup.name,
        tuple(lines),
        spread_of(list(totals.values())) if len(totals) > 1 else None,
        max(distances) - min(distances) if distances else 0,
        decided or agreed,
        agreed is not None,
        ReasonKind(own.reason_kind) if own and decided and own.reason_kind else None,
        _masked(own.reason, mask) if own and decided else "",
        written.names.get(own.reviewer, "") if own and decided else "",
        own.submitted_at if own and decided else None,
        Verdict(own.override_verdict) if own and own.override_verdict else None,
        _masked(own.override_reason, mask) if own else "",
    )


def _masked(text: str, mask: Mask | None) -> str:
    return mask.text(text) if mask else text


def _disagreements(cases: Sequence[Case]) -> tuple[Case, ...]:
    """List the cases in which reviewers differ: opposite decisions first, then the widest spread."""
    differing = [case for case in cases if case.distance or (case.spread or 0) >= WIDE_SPREAD]
    return tuple(
        sorted(
            differing,
            key=lambda case: (case.distance < OPPOSITE, -(case.spread or 0), -case.distance, case.name),
        )[:MOST_DISAGREEMENTS]
    )


def _monitors(
    session: Session, actor: Actor, decided: Sequence[Case]
) -> tuple[tuple[GroupCount, ...], tuple[LanguageCount, ...]]:
    """Count acceptance by home region and by the language the profile is read in."""
    told = [case for case in decided if case.decision is not Decision.MAYBE]
    ids = [case.startup_id for case in told]
    accepted = {case.startup_id for case in told if case.decision is Decision.ACCEPT}
    regions = {
        row.id: home_region(row.country, row.city)
        for row in session.exec(startups_for(actor).where(col(Startup.id).in_(ids)))
    }
    written: dict[str, set[Language]] = defaultdict(set)
    for profile in session.exec(profiles_for(actor).where(col(Profile.startup_id).in_(ids))):
        written[profile.startup_id].add(Language(profile.language))
    languages = {
        startup: next(language.value for language in _PREFERRED if language in spoken)
        for startup, spoken in written.items()
    }
    return (
        tuple(GroupCount(*row) for row in _grouped(regions, accepted)),
        tuple(LanguageCount(*row) for row in _grouped(languages, accepted)),
    )


def _grouped(groups: Mapping[str, Group], accepted: set[str]) -> list[tuple[Group | None, int, int]]:
    """Count by group, the largest first; small groups are counted together, at the end.

    Where a single small group would be left, the next larger one joins it: what is not told must not follow
    from what is.
    """
    decided = Counter(groups.values())
    taken = Counter(group for startup, group in groups.items() if startup in accepted)
    large = [group for group, count in decided.most_common() if count >= LEAST_IN_GROUP]
    small = [group for group in decided if group not in large]
    if 0 < sum(decided[group] for group in small) < LEAST_IN_GROUP and large:
        small.append(large.pop())
    rows: list[tuple[Group | None, int, int]] = [(group, taken[group], decided[group]) for group in large]
    if small:
        rows.append((None, sum(taken[group] for group in small), sum(decided[group] for group in small)))
    return rows


def _may_confirm(session: Session, actor: Actor, program_id: str) -> bool:
    desk = desk_of(session, actor, program_id)
    return read_rules(session, program_id).phase is ReviewPhase.DECISION and desk.is_agency and desk.writes


def _agreed(session: Session, actor: Actor, program_id: str, cases: Sequence[Case]) -> AgreedDecisions:
    agreed = [case for case in cases if case.decision is not None and case.provisional]
    return AgreedDecisions(len(agreed), _mark(agreed), _may_confirm(session, actor, program_id))


def _mark(agreed: Sequence[Case]) -> str:
    lines = sorted(f"{case.startup_id}\t{case.decision}" for case in agreed)
    return sha256("\n".join(lines).encode()).hexdigest()


def _last_reminders(session: Session, program_id: str) -> dict[str, datetime]:
    rows = session.exec(
        select(Notice)
        .where(Notice.program_id == program_id, Notice.kind == NoticeKind.REMINDER.value)
        .order_by(col(Notice.made_at))
    )
    return {row.account_id: row.made_at for row in rows}


def _was_announced(session: Session, program_id: str) -> bool:
    told = select(Notice.id).where(
        Notice.program_id == program_id, Notice.kind == NoticeKind.PHASE_OPENED.value
    )
    return session.exec(told.limit(1)).first() is not None
