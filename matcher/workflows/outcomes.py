"""Results of a review: planned from the agency's decisions, looked at, then published once and for good.

What is accepted is selected up to the program's seats, in the order of the review; the rest waits in that
order. What is declined is not selected. What nobody decided gets no result yet; it can be published later,
behind what is there. Provisional decisions, which the reviewers share and the agency has not made its own,
are planned as such; while there is one nothing is published, because it may change who gets a seat: a lead or
a manager confirms them first (see `review_reports`). A published result is never changed: whoever disagrees
appeals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlmodel import Session, col, select

from matcher.engine.cleaning import clean_text
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.analysts import Analyst
from matcher.workflows.audits import Act, record
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs
from matcher.workflows.review_queues import rank_queue, require
from matcher.workflows.submissions import own_startup
from matcher.workflows.submitted_reviews import NOTHING_SAID
from models.access import Action, Actor, On, appeals_for, authorize, outcomes_for
from models.base import now_utc
from models.outcome import OutcomeState
from models.tables import Account, Appeal, Candidacy, Outcome, Program, Startup, StartupMember
from models.vocabulary import Decision

APPEAL_TIME = timedelta(days=14)
LONGEST_REASON = 2000
MOST_PLANNED = 900
"""Results of one plan, as many fields as a form may have; of more startups the next plan has the rest."""


@dataclass(frozen=True, slots=True)
class PlannedOutcome:
    """What publishing would tell one startup; `waitlist_rank` is set for the waitlisted alone.

    `provisional` says that the decision behind it is the reviewers' and not the agency's yet.
    """

    startup_id: str
    name: str
    state: OutcomeState
    waitlist_rank: int | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class AppealText:
    """What was said against a result, and the answer; `answered_at` is None while it is open."""

    id: str
    startup_id: str
    text: str
    sent_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublishedOutcome:
    """A result that was published, with what was said against it, the newest first."""

    program: ProgramCard
    startup_id: str
    name: str
    state: OutcomeState
    waitlist_rank: int | None
    reason: str
    published_at: datetime
    appeal_until: datetime
    appeals: tuple[AppealText, ...]

    @property
    def open_appeal(self) -> AppealText | None:
        """The appeal that waits for its answer."""
        return next((appeal for appeal in self.appeals if appeal.answered_at is None), None)


@dataclass(frozen=True, slots=True)
class OutcomePlan:
    """What was published of a program, and what publishing now would add.

    `undecided` are startups without a decision, or with `maybe`; `mark` names exactly this plan, and
    `later` counts the decided startups that are too many for it.
    """

    program: ProgramCard
    seats: int | None
    planned: tuple[PlannedOutcome, ...]
    undecided: tuple[str, ...]
    published: tuple[PublishedOutcome, ...]
    mark: str
    later: int

    @property
    def provisional(self) -> int:
        """How many planned results wait for a confirmed decision."""
        return sum(item.provisional for item in self.planned)


@dataclass(frozen=True, slots=True)
class Founder:
    """A founder to be written to."""

    email: str
    name: str
    language: str
    startup_name: str
    startup_id: str


def plan_outcomes(
    session: Session, actor: Actor, analyst: Analyst, program_id: str, *, today: date
) -> OutcomePlan:
    """Say what publishing the results of a program would tell whom.

    Raises:
        AccessDeniedError: this actor publishes no results.
        UnknownProgramError: there is no such program.
    """
    require(actor, Action.PUBLISH_OUTCOMES)
    queue = rank_queue(session, actor, analyst, program_id, today=today)
    published = _published(session, actor, outcomes_of_program=program_id)
    told = {outcome.startup_id for outcome in published}
    names = {startup.id: startup.name for startup in queue.listed}
    left = [
        _Considered(
            startup,
            names[startup],
            queue.decision(startup),
            queue.said.get(startup, NOTHING_SAID).decision is None,
        )
        for startup in queue.order
        if startup not in told
    ]
    seats = session.get_one(Program, program_id).seats
    decided = _plan(left, seats, published)
    planned = decided[:MOST_PLANNED]
    undecided = tuple(item.name for item in left if item.decision not in {Decision.ACCEPT, Decision.DECLINE})
    later = len(decided) - len(planned)
    return OutcomePlan(queue.program, seats, planned, undecided, published, _mark(planned), later)


def publish_outcomes(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    program_id: str,
    *,
    today: date,
    mark: str,
    reasons: Sequence[str],
) -> tuple[str, ...]:
    """Publish what the plan says; what was published before stays as it is.

    Args:
        session: an open write unit.
        actor: a manager.
        analyst: reads texts.
        program_id: the program.
        today: the day company ages are counted to.
        mark: the mark of the plan the manager looked at.
        reasons: what the agency released about each startup of the plan, in its order; may be empty.

    Returns:
        The ids of the startups that have a result now and had none.

    Raises:
        FieldError: there is nothing to publish, or a reason cannot be stored.
        StaleEditError: a decision changed since the plan was looked at, or one of them is provisional;
            nothing is published.
        AccessDeniedError, UnknownProgramError: see `plan_outcomes`.
    """
    plan = plan_outcomes(session, actor, analyst, program_id, today=today)
    if plan.mark != mark:
        raise StaleEditError("results: the decisions changed since; look at the plan again")
    if plan.provisional:
        raise StaleEditError("results: some decisions are provisional; confirm them first")
    if not plan.planned:
        raise FieldError("mark", "there is no result to publish")
    released = _released(plan, reasons)
    now = now_utc()
    for item in plan.planned:
        session.add(
            Outcome(
                program_id=program_id,
                startup_id=item.startup_id,
                state=item.state.value,
                waitlist_rank=item.waitlist_rank,
                reason=released[item.startup_id],
                published_by=actor.account_id,
                published_at=now,
                appeal_until=now + APPEAL_TIME,
            )
        )
        details = {"state": item.state.value, "waitlist_rank": item.waitlist_rank}
        record(
            session, actor, Act.OUTCOMES_PUBLISHED, subject=item.startup_id, about=program_id, details=details
        )
    return tuple(item.startup_id for item in plan.planned)


def read_outcomes(session: Session, actor: Actor, startup_id: str) -> tuple[PublishedOutcome, ...]:
    """Read the results of a startup for one of its founders, the newest first.

    Raises:
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    own_startup(session, actor, startup_id, Action.READ_OWN_STARTUP)
    return _published(session, actor, outcomes_of_startup=startup_id)


def read_waiting(session: Session, actor: Actor, startup_id: str) -> tuple[ProgramCard, ...]:
    """List the programs that consider a startup and have published nothing about it yet, for its founders.

    Raises:
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    own_startup(session, actor, startup_id, Action.READ_OWN_STARTUP)
    considered = set(session.exec(select(Candidacy.program_id).where(Candidacy.startup_id == startup_id)))
    told = set(session.exec(select(Outcome.program_id).where(Outcome.startup_id == startup_id)))
    return tuple(card for card in list_programs(session, ProgramFilter()) if card.id in considered - told)


def has_outcomes(session: Session, actor: Actor, startup_id: str) -> bool:
    """Say whether this founder has a result to read, or an application that waits for one."""
    if not authorize(actor, Action.READ_OWN_STARTUP, On(startup_id=startup_id)):
        return False
    told = session.exec(outcomes_for(actor).where(Outcome.startup_id == startup_id)).first()
    considered = select(Candidacy.program_id).where(Candidacy.startup_id == startup_id).limit(1)
    return told is not None or session.exec(considered).first() is not None


def founders_to_tell(session: Session, startup_ids: Sequence[str]) -> tuple[Founder, ...]:
    """List whom to write to about results or answers."""
    rows = session.exec(
        select(Account, Startup)
        .join(StartupMember, col(StartupMember.account_id) == col(Account.id))
        .join(Startup, col(Startup.id) == col(StartupMember.startup_id))
        .where(col(Startup.id).in_(startup_ids), col(Account.disabled_at).is_(None))
        .order_by(col(Account.email), col(Startup.id))
    )
    return tuple(
        Founder(account.email, account.name, account.language, startup.name, startup.id)
        for account, startup in rows
    )


@dataclass(frozen=True, slots=True)
class _Considered:
    """A startup of the review with the decision that stands; `agreed` where it is the reviewers' alone."""

    startup_id: str
    name: str
    decision: Decision | None
    agreed: bool


def _plan(
    left: Sequence[_Considered], seats: int | None, published: Sequence[PublishedOutcome]
) -> tuple[PlannedOutcome, ...]:
    taken = sum(outcome.state is OutcomeState.SELECTED for outcome in published)
    rank = max((outcome.waitlist_rank or 0 for outcome in published), default=0)
    planned = []
    for item in left:
        state, place = OutcomeState.NOT_SELECTED, None
        if item.decision is Decision.ACCEPT:
            # Nobody overtakes who waits already, even where a seat is left.
            if rank == 0 and (seats is None or taken < seats):
                state, taken = OutcomeState.SELECTED, taken + 1
            else:
                rank += 1
                state, place = OutcomeState.WAITLISTED, rank
        elif item.decision is not Decision.DECLINE:
            continue
        planned.append(PlannedOutcome(item.startup_id, item.name, state, place, item.agreed))
    order = list(OutcomeState)
    return tuple(sorted(planned, key=lambda one: (order.index(one.state), one.waitlist_rank or 0)))


def _mark(planned: Sequence[PlannedOutcome]) -> str:
    lines = [
        f"{item.startup_id}\t{item.state.value}\t{item.waitlist_rank}\t{item.provisional}" for item in planned
    ]
    return sha256("\n".join(lines).encode()).hexdigest()


def _released(plan: OutcomePlan, reasons: Sequence[str]) -> Mapping[str, str]:
    released = dict.fromkeys((item.startup_id for item in plan.planned), "")
    for item, reason in zip(plan.planned, reasons, strict=False):
        if reason.strip():
            released[item.startup_id] = clean_text(reason, f"reason-{item.startup_id}", limit=LONGEST_REASON)
    return released


def _published(
    session: Session, actor: Actor, *, outcomes_of_program: str = "", outcomes_of_startup: str = ""
) -> tuple[PublishedOutcome, ...]:
    outcomes, appeals = outcomes_for(actor), appeals_for(actor)
    if outcomes_of_program:
        outcomes = outcomes.where(Outcome.program_id == outcomes_of_program)
        appeals = appeals.where(Appeal.program_id == outcomes_of_program)
    if outcomes_of_startup:
        outcomes = outcomes.where(Outcome.startup_id == outcomes_of_startup)
        appeals = appeals.where(Appeal.startup_id == outcomes_of_startup)
    rows = session.exec(outcomes).all()
    said: dict[tuple[str, str], list[AppealText]] = {}
    for appeal in session.exec(appeals.order_by(col(Appeal.sent_at).desc(), col(Appeal.id))):
        said.setdefault((appeal.program_id, appeal.startup_id), []).append(appeal_text(appeal))
    cards = {card.id: card for card in list_programs(session, ProgramFilter())}
    named = select(Startup.id, Startup.name).where(col(Startup.id).in_([row.startup_id for row in rows]))
    names = dict(session.exec(named).all())
    found = [
        PublishedOutcome(
            cards[row.program_id],
            row.startup_id,
            names[row.startup_id],
            OutcomeState(row.state),
            row.waitlist_rank,
            row.reason,
            row.published_at,
            row.appeal_until,
            tuple(said.get((row.program_id, row.startup_id), ())),
        )
        for row in rows
    ]
    order = list(OutcomeState)
    return tuple(
        sorted(
            found,
            key=lambda one: (
                -one.published_at.timestamp() if outcomes_of_startup else 0,
                order.index(one.state),
                one.waitlist_rank or 0,
                one.startup_id,
            ),
        )
    )


def appeal_text(appeal: Appeal) -> AppealText:
    """Give an appeal without the people who wrote it and its answer."""
    return AppealText(
        appeal.id, appeal.startup_id, appeal.text, appeal.sent_at, appeal.answer, appeal.answered_at
    )
