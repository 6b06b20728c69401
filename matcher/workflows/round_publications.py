"""Publishing a plan, making it final, and who takes a place that falls vacant.

A plan is published whole or not at all, in the caller's write unit, and only as long as everything it was
made from is still what it was. What was published is never planned again; see `vacancies` for who takes a
place that is given up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from matcher.engine.cleaning import clean_text
from matcher.engine.round_plan import canonical_bytes, may_be_seated
from matcher.errors import FieldError, StaleEditError, UnknownThingError
from matcher.workflows.analysts import Analyst
from matcher.workflows.audits import LONGEST_REASON, Act, record
from matcher.workflows.outcomes import APPEAL_TIME
from matcher.workflows.review_queues import require
from matcher.workflows.round_inputs import RoundMaterial, candidate_of, gather, read_demands
from matcher.workflows.round_packs import PackedCandidate, RoundPack, plan_again, read_pack
from matcher.workflows.round_runs import counted, find_run
from matcher.workflows.rounds import find_round
from matcher.workflows.vacancies import ERASED, HELD, ChangedResult, give_up
from matcher.workflows.webhook_deliveries import announce
from models.access import Action, Actor
from models.base import now_utc
from models.outcome import OutcomeState
from models.round import RoundState
from models.tables import Account, Outcome, RoundEvent, RoundRun, Startup
from models.webhook import WebhookEvent


@dataclass(frozen=True, slots=True)
class PlannedResult:
    """What publishing a plan tells one startup about one program."""

    program_id: str
    startup_id: str
    state: OutcomeState
    rank: int | None


@dataclass(frozen=True, slots=True)
class RoundStep:
    """What happened to a published result; `by` is empty where the account is gone."""

    program_id: str
    startup_id: str
    name: str
    kind: str
    before: str
    after: str
    reason: str
    by: str
    at: datetime

    @property
    def after_erasure(self) -> bool:
        """Whether the place fell vacant because a startup was erased; the reason then names nobody."""
        return self.reason == ERASED


def results_of(pack: RoundPack) -> tuple[PlannedResult, ...]:
    """Say what publishing a plan tells whom.

    A startup the agency has not decided about, and that therefore could not get a seat, is told nothing yet.
    """
    places = {
        (item["startup"], one["program"]): (state, item.get("rank"))
        for one in pack.plan["programs"]
        for state, listed in ((OutcomeState.SELECTED, "selected"), (OutcomeState.WAITLISTED, "waitlist"))
        for item in one[listed]
    }
    settings = pack.inputs.settings
    found = []
    for item in pack.candidates:
        place = places.get((item.startup, item.program))
        # Who is ruled out is told so once somebody at the agency decided, as everybody else.
        decided = item.decision == "decline" or may_be_seated(candidate_of(_not_ruled_out(item)), settings)
        if place is not None:
            found.append(PlannedResult(item.program, item.startup, *place))
        elif decided:
            found.append(PlannedResult(item.program, item.startup, OutcomeState.NOT_SELECTED, None))
    return tuple(sorted(found, key=lambda one: (one.program_id, one.startup_id)))


def publish(
    session: Session, actor: Actor, analyst: Analyst, round_id: str, number: int, *, today: date
) -> tuple[PlannedResult, ...]:
    """Publish a stored plan: results of all its programs at once.

    Args:
        session: an open write unit; nothing of it may be kept when this raises.
        actor: a manager.
        analyst: reads texts.
        round_id: the round.
        number: the plan.
        today: the day company ages are counted to.

    Returns:
        What is told to whom.

    Raises:
        StaleEditError: the round is published already, something the plan was made from has changed, a
            decision is provisional, or a result of it was published before.
        UnknownThingError: there is no such round or run.
        AccessDeniedError: this actor publishes no results.
        EncoderBusyError: a text is not read yet and too many wait.
    """
    require(actor, Action.PUBLISH_OUTCOMES)
    row = find_round(session, actor, round_id)
    if row.state != RoundState.OPEN:
        raise StaleEditError("round: it is published already")
    run = find_run(session, actor, round_id, number)
    pack = read_pack(run.pack)
    material = gather(session, actor, analyst, read_demands(session, actor, round_id), today=today)
    _must_be_as_it_was(pack, material)
    if plan_again(pack)[0] != run.plan:
        raise StaleEditError("run: its list cannot be made again; make a new run")
    results = results_of(pack)
    _must_be_new(session, results)
    now = now_utc()
    for result in results:
        session.add(
            Outcome(
                program_id=result.program_id,
                startup_id=result.startup_id,
                state=result.state.value,
                waitlist_rank=result.rank,
                published_by=actor.account_id,
                published_at=now,
                appeal_until=now + APPEAL_TIME,
                round_id=round_id,
            )
        )
        record(
            session,
            actor,
            Act.OUTCOMES_PUBLISHED,
            subject=result.startup_id,
            about=result.program_id,
            details={"state": result.state.value, "waitlist_rank": result.rank, "round": round_id},
        )
    run.published_at = row.published_at = now
    row.state = RoundState.PUBLISHED.value
    row.revision += 1
    session.add_all([run, row])
    details = {"run": number, "results": len(results), "plan": pack.plan_sha256}
    record(session, actor, Act.ROUND_PUBLISHED, about=round_id, details=details)
    announce(session, WebhookEvent.ROUND_PUBLISHED, {"round": round_id, "run": number, **counted(run.plan)})
    return results


def published_run(session: Session, actor: Actor, round_id: str) -> RoundRun | None:
    """Find the plan of a round that was published.

    Raises:
        UnknownThingError, AccessDeniedError: see `find_round`.
    """
    find_round(session, actor, round_id)
    wanted = select(RoundRun).where(RoundRun.round_id == round_id, col(RoundRun.published_at).is_not(None))
    return session.exec(wanted).first()


def finalise(session: Session, actor: Actor, round_id: str, *, revision: int) -> None:
    """Make a published round final; nothing takes that back.

    Raises:
        StaleEditError: it is not published, final already, or somebody changed it since.
        UnknownThingError, AccessDeniedError: see `find_round`.
    """
    row = find_round(session, actor, round_id)
    if row.state != RoundState.PUBLISHED or row.revision != revision:
        raise StaleEditError("round: it was changed in the meantime, or is not published")
    row.state, row.finalised_at = RoundState.FINALISED.value, now_utc()
    row.revision += 1
    session.add(row)
    record(session, actor, Act.ROUND_FINALISED, about=round_id)
    announce(session, WebhookEvent.ROUND_FINALISED, {"round": round_id})


def withdraw(
    session: Session, actor: Actor, round_id: str, program_id: str, startup_id: str, *, reason: str
) -> tuple[ChangedResult, ...]:
    """Take a startup out of a program's results; a place it had goes to the first on the waitlist.

    Args:
        session: an open write unit.
        actor: a manager.
        round_id: a published round.
        program_id: one of its programs.
        startup_id: a startup that is selected or waitlisted there.
        reason: why, at most 500 characters.

    Returns:
        Every result that is another than before, the one that was given up first.

    Raises:
        FieldError: no reason is given, or it is not storable.
        StaleEditError: the round is not published, or the startup has no place there any more.
        UnknownThingError: there is no such round, or no result of this startup in it.
        AccessDeniedError: this actor publishes no results.
    """
    require(actor, Action.PUBLISH_OUTCOMES)
    row = find_round(session, actor, round_id)
    if not reason.strip():
        raise FieldError("reason", "say why")
    why = clean_text(reason, "reason", limit=LONGEST_REASON)
    if row.state == RoundState.OPEN:
        raise StaleEditError("round: it is not published")
    outcome = _outcome(session, round_id, program_id, startup_id)
    if outcome.state not in HELD:
        raise StaleEditError("result: this startup has no place there any more")
    return give_up(session, actor, outcome, why)


def read_steps(session: Session, actor: Actor, round_id: str) -> tuple[RoundStep, ...]:
    """List what happened to the results of a round after it was published, in order.

    Raises:
        UnknownThingError, AccessDeniedError: see `find_round`.
    """
    find_round(session, actor, round_id)
    rows = session.execute(
        select(RoundEvent, col(Startup.name), col(Account.name))
        .join(Startup, col(Startup.id) == col(RoundEvent.startup_id))
        .outerjoin(Account, col(Account.id) == col(RoundEvent.done_by))
        .where(col(RoundEvent.round_id) == round_id)
        .order_by(col(RoundEvent.done_at), col(RoundEvent.kind).desc(), col(RoundEvent.before))
    )
    return tuple(
        RoundStep(
            event.program_id,
            event.startup_id,
            name,
            event.kind,
            event.before,
            event.after,
            event.reason,
            by or "",
            event.done_at,
        )
        for event, name, by in rows
    )


def _outcome(session: Session, round_id: str, program_id: str, startup_id: str) -> Outcome:
    printable = program_id.isprintable() and startup_id.isprintable()
    outcome = session.get(Outcome, (program_id, startup_id)) if printable else None
    if outcome is None or outcome.round_id != round_id:
        raise UnknownThingError("result")
    return outcome


def _not_ruled_out(item: PackedCandidate) -> PackedCandidate:
    return item.model_copy(update={"verdict": "eligible", "zeros": []})


def _must_be_new(session: Session, results: tuple[PlannedResult, ...]) -> None:
    programs = sorted({one.program_id for one in results})
    told = set(
        session.exec(
            select(Outcome.program_id, Outcome.startup_id).where(col(Outcome.program_id).in_(programs))
        ).all()
    )
    for one in results:
        if (one.program_id, one.startup_id) in told:
            raise StaleEditError(f"results: one of {one.program_id} was published before this round")


def _must_be_as_it_was(pack: RoundPack, material: RoundMaterial) -> None:
    """Refuse a plan whose inputs are no longer what they were.

    Raises:
        StaleEditError: names the first of them.
    """
    if material.provisional:
        raise StaleEditError("results: some decisions are provisional; confirm them first")
    demands = material.demands
    now: Mapping[str, object] = {
        "settings": canonical_bytes(_settings(material)),
        "programs": tuple((one.program_id, one.seats, one.waitlist) for one in demands.seats),
        "rules": [dict(rule) for rule in demands.rules],
        "pins": list(demands.pins),
        "model": material.engine,
        "texts of programs": dict(material.programs),
        "profiles": dict(material.startups),
        "candidates": list(material.candidates),
    }
    then: Mapping[str, object] = {
        "settings": canonical_bytes(pack.settings.model_dump(mode="json")),
        "programs": tuple((one.program, one.seats, one.waitlist) for one in pack.seats),
        "rules": [dict(rule) for rule in pack.rules],
        "pins": list(pack.pins),
        "model": pack.engine,
        "texts of programs": dict(pack.programs),
        "profiles": dict(pack.startups),
        "candidates": list(pack.candidates),
    }
    for name, value in now.items():
        if value != then[name]:
            raise StaleEditError(f"run: {name} changed since; make a new run")


def _settings(material: RoundMaterial) -> Mapping[str, object]:
    settings = material.demands.settings
    return {
        "max_per_startup": settings.max_per_startup,
        "fit": settings.fit,
        "review": settings.review,
        "interest": settings.interest,
        "seat_for": settings.seat_for.value,
        "moving_cost": settings.moving_cost,
    }
