"""Places of a published round that fall vacant: who leaves, who moves up, and the trace of every step.

A manager lets a startup go, a founder takes the application back, or the startup is erased: each time the
place goes to the first on the waitlist who still is a candidate, whether the round is final or not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from matcher.workflows.audits import Act, record
from matcher.workflows.webhook_deliveries import announce
from models.access import Actor
from models.outcome import OutcomeState
from models.tables import Candidacy, Outcome, Round, RoundEvent, Startup
from models.webhook import WebhookEvent

WITHDRAWN = "withdrawn"
PROMOTED = "promoted"
MOVED_UP = "moved-up"
PLACED_ELSEWHERE = "placed-elsewhere"

ERASED = "a startup with this place was erased"
"""Why a place fell vacant, where nothing else may be said about it."""

HELD = frozenset({OutcomeState.SELECTED.value, OutcomeState.WAITLISTED.value})
"""States of who has a place that can be given up."""


@dataclass(frozen=True, slots=True)
class ChangedResult:
    """A published result that is another now."""

    program_id: str
    startup_id: str
    state: OutcomeState
    rank: int | None


def give_up(session: Session, actor: Actor, outcome: Outcome, reason: str) -> tuple[ChangedResult, ...]:
    """Take a startup out of a program's results; a seat it had goes to the first who waits.

    Args:
        session: an open write unit.
        actor: who does it.
        outcome: a result of a published round, with a place.
        reason: why, as a person wrote it; may be empty.

    Returns:
        Every result that is another than before, the one given up first; each stands there once, as it is
        in the end.
    """
    vacancies = _Vacancies(session, actor, session.get_one(Round, outcome.round_id))
    vacancies.leave(outcome, WITHDRAWN, reason)
    return _last(vacancies.changed)


def give_up_all(
    session: Session,
    actor: Actor,
    startup_id: str,
    programs: Collection[str] | None = None,
    *,
    reason: str = "",
) -> tuple[ChangedResult, ...]:
    """Take a startup out of the results of rounds; its seats go to those who wait.

    Args:
        session: an open write unit.
        actor: who does it.
        startup_id: the startup; it may have no place anywhere.
        programs: of these programs alone; None takes it out of all.
        reason: kept with every step; names nobody.

    Returns:
        Every result that is another than before, in the order in which they changed.
    """
    wanted = select(Outcome).where(
        Outcome.startup_id == startup_id,
        col(Outcome.state).in_(HELD),
        col(Outcome.round_id).is_not(None),
    )
    if programs is not None:
        wanted = wanted.where(col(Outcome.program_id).in_(programs))
    # Places on waitlists first: nobody is to move up only to leave.
    rows = session.exec(wanted.order_by(col(Outcome.state).desc(), col(Outcome.program_id))).all()
    changed: list[ChangedResult] = []
    for row in rows:
        changed += give_up(session, actor, row, reason)
    return _last(changed)


def places_of(session: Session, startup_id: str) -> tuple[str, ...]:
    """List the programs of rounds where a startup has a place that its founders can give up.

    An invented startup has none: what it was loaded with stays.
    """
    wanted = (
        select(Outcome.program_id)
        .join(Startup, col(Startup.id) == col(Outcome.startup_id))
        .join(
            Candidacy,
            (col(Candidacy.program_id) == col(Outcome.program_id))
            & (col(Candidacy.startup_id) == col(Outcome.startup_id)),
        )
        .where(
            Outcome.startup_id == startup_id,
            col(Outcome.state).in_(HELD),
            col(Outcome.round_id).is_not(None),
            col(Startup.invented).is_(False),
        )
    )
    return tuple(sorted(session.exec(wanted)))


class _Vacancies:
    """One withdrawal and everything that follows from it."""

    def __init__(self, session: Session, actor: Actor, row: Round) -> None:
        self.session = session
        self.actor = actor
        self.row = row
        self.most = int(row.settings.get("max_per_startup", 1))
        self.changed: list[ChangedResult] = []

    def leave(self, outcome: Outcome, kind: str, reason: str) -> None:
        """Let a startup go; whoever stands behind it moves up."""
        had_seat, rank = outcome.state == OutcomeState.SELECTED, outcome.waitlist_rank
        state = OutcomeState.WITHDRAWN if kind == WITHDRAWN else OutcomeState.NOT_SELECTED
        self._change(outcome, state, None, kind, reason)
        if had_seat:
            self._fill(outcome.program_id, reason)
        elif rank is not None:
            self._move_up(outcome.program_id, rank)

    def _fill(self, program_id: str, reason: str) -> None:
        """Give a vacant seat to the first on the waitlist who still is a candidate."""
        while waiting := self._waiting(program_id):
            first = waiting[0]
            if self.session.get(Candidacy, (program_id, first.startup_id)) is None:
                self.leave(first, WITHDRAWN, "")
                continue
            # Why somebody left is told of who left, and to nobody else.
            why = ERASED if reason == ERASED else ""
            self._change(first, OutcomeState.SELECTED, None, PROMOTED, why)
            self._move_up(program_id, 1)
            self._leave_other_waitlists(first.startup_id)
            return

    def _leave_other_waitlists(self, startup_id: str) -> None:
        """Take a startup that has all the programs it may get off the waitlists of the others."""
        own = self.session.exec(
            select(Outcome)
            .where(Outcome.startup_id == startup_id, Outcome.round_id == self.row.id)
            .order_by(col(Outcome.program_id))
        ).all()
        if sum(one.state == OutcomeState.SELECTED for one in own) < self.most:
            return
        for one in own:
            if one.state == OutcomeState.WAITLISTED:
                self.leave(one, PLACED_ELSEWHERE, "")

    def _move_up(self, program_id: str, gone: int) -> None:
        for one in self._waiting(program_id):
            if one.waitlist_rank is not None and one.waitlist_rank > gone:
                self._change(one, OutcomeState.WAITLISTED, one.waitlist_rank - 1, MOVED_UP, "")

    def _waiting(self, program_id: str) -> list[Outcome]:
        wanted = select(Outcome).where(
            Outcome.program_id == program_id,
            Outcome.round_id == self.row.id,
            Outcome.state == OutcomeState.WAITLISTED.value,
        )
        return list(self.session.exec(wanted.order_by(col(Outcome.waitlist_rank))))

    def _change(
        self, outcome: Outcome, state: OutcomeState, rank: int | None, kind: str, reason: str
    ) -> None:
        was = (outcome.state, outcome.waitlist_rank)
        before = _words(*was)
        outcome.state, outcome.waitlist_rank = state.value, rank
        after = _words(state.value, rank)
        self.session.add(outcome)
        self.session.add(
            RoundEvent(
                round_id=self.row.id,
                program_id=outcome.program_id,
                startup_id=outcome.startup_id,
                kind=kind,
                before=before,
                after=after,
                reason=reason,
                done_by=self.actor.account_id,
            )
        )
        act = Act.RESULT_PROMOTED if kind in {PROMOTED, MOVED_UP} else Act.RESULT_WITHDRAWN
        record(
            self.session,
            self.actor,
            act,
            subject=outcome.startup_id,
            about=outcome.program_id,
            reason=reason,
            details={"before": before, "after": after, "round": self.row.id},
        )
        told = {
            "round": self.row.id,
            "program": outcome.program_id,
            "startup": outcome.startup_id,
            "change": kind,
            "before": {"state": was[0], "rank": was[1]},
            "after": {"state": state.value, "rank": rank},
        }
        announce(self.session, WebhookEvent.RESULT_CHANGED, told)
        self.changed.append(ChangedResult(outcome.program_id, outcome.startup_id, state, rank))


def _words(state: str, rank: int | None) -> str:
    return state if rank is None else f"{state} {rank}"


def _last(changed: Iterable[ChangedResult]) -> tuple[ChangedResult, ...]:
    """Keep of each result what it is in the end, in the order in which they began to change."""
    found: dict[tuple[str, str], ChangedResult] = {}
    for one in changed:
        found[one.program_id, one.startup_id] = one
    return tuple(found.values())
