"""Which programs a startup wants: said by its founders, program by program, and taken back when they like."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from matcher.workflows.audits import Act, record
from matcher.workflows.candidacies import Settled, settle
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs, read_program
from matcher.workflows.submissions import own_startup
from matcher.workflows.vacancies import places_of
from models.access import Actor
from models.base import now_utc
from models.tables import Candidacy, Program, ProgramInterest


@dataclass(frozen=True, slots=True)
class Interest:
    """What a startup said about a program.

    `considered` while its agency is shown the profile; `has_place` where a round gave it a place, which it
    would give up by saying anything else.
    """

    program: ProgramCard
    agency_id: str
    interested: bool
    considered: bool
    has_place: bool


def list_interests(session: Session, actor: Actor, startup_id: str) -> tuple[Interest, ...]:
    """List what a founder said about programs: those wanted first, by their ids.

    Raises:
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    own_startup(session, actor, startup_id)
    said = {
        row.program_id: row.interested
        for row in session.exec(select(ProgramInterest).where(ProgramInterest.startup_id == startup_id))
    }
    considered = set(session.exec(select(Candidacy.program_id).where(Candidacy.startup_id == startup_id)))
    wanted = select(Program.id, Program.agency_id).where(col(Program.id).in_(said))
    agencies = dict(session.exec(wanted).all())
    cards = [card for card in list_programs(session, ProgramFilter()) if card.id in said]
    places = places_of(session, startup_id)
    listed = [
        Interest(card, agencies[card.id], said[card.id], card.id in considered, card.id in places)
        for card in cards
    ]
    return tuple(sorted(listed, key=lambda interest: not interest.interested))


def set_interest(
    session: Session, actor: Actor, startup_id: str, program_id: str, *, interested: bool | None
) -> Settled:
    """Keep whether a startup wants a program; None forgets what was said.

    Returns:
        The programs that consider the startup since, or no longer do.

    Raises:
        UnknownProgramError: there is no such program.
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    own_startup(session, actor, startup_id)
    read_program(session, program_id)
    row = session.get(ProgramInterest, (startup_id, program_id))
    if (None if row is None else row.interested) == interested:
        return Settled()
    if interested is None:
        session.delete(row)
    elif row is None:
        session.add(ProgramInterest(startup_id=startup_id, program_id=program_id, interested=interested))
    else:
        row.interested, row.changed_at = interested, now_utc()
        session.add(row)
    said = {True: "yes", False: "no", None: "nothing"}[interested]
    record(
        session,
        actor,
        Act.INTEREST_CHANGED,
        subject=startup_id,
        about=program_id,
        details={"interested": said},
    )
    return settle(session, actor, startup_id)
