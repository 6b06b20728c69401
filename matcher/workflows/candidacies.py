"""Which programs consider a startup: those it wants, while it is submitted and its consent stands."""

from dataclasses import dataclass

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from matcher.workflows.vacancies import ChangedResult, give_up_all
from models.access import Actor, consent_stands
from models.tables import Candidacy, Program, ProgramInterest, Startup, Submission


@dataclass(frozen=True, slots=True)
class Settled:
    """Ids of the programs that consider the startup from now on, and of those that no longer do.

    `changed` are published results that are others because of it, those of the startup among them.
    """

    begun: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    changed: tuple[ChangedResult, ...] = ()


def settle(session: Session, actor: Actor, startup_id: str) -> Settled:
    """Make and delete a startup's candidacies so that they are what it submitted, wants and consents to.

    To be called in the write unit of every change of a submission, an interest or a consent. Decisions stay:
    whoever takes a consent back and gives it again finds them as they were. A place in a published round is
    given up with the candidacy, and the first who waits takes it. An invented startup keeps what it was
    loaded with.

    Args:
        session: an open write unit.
        actor: who changes something.
        startup_id: the startup; nothing happens where there is none.
    """
    session.flush()
    startup = session.get(Startup, startup_id)
    if startup is None or startup.invented:
        return Settled()
    wanted = frozenset(session.exec(_wanted(startup_id))) if _is_submitted(session, startup) else frozenset()
    rows = session.exec(select(Candidacy).where(Candidacy.startup_id == startup_id)).all()
    present = frozenset(row.program_id for row in rows)
    for row in rows:
        if row.program_id not in wanted:
            session.delete(row)
    session.add_all(Candidacy(program_id=program, startup_id=startup_id) for program in wanted - present)
    session.flush()
    ended = present - wanted
    return Settled(wanted - present, ended, give_up_all(session, actor, startup_id, ended))


def _is_submitted(session: Session, startup: Startup) -> bool:
    if startup.withdrawn_at is not None:
        return False
    submitted = select(Submission.id).where(
        Submission.startup_id == startup.id, Submission.state == "submitted"
    )
    return session.exec(submitted.limit(1)).first() is not None


def _wanted(startup_id: str) -> SelectOfScalar[str]:
    """Select the programs the startup is interested in and whose agencies it consents to."""
    return (
        select(Program.id)
        .join(ProgramInterest, col(ProgramInterest.program_id) == col(Program.id))
        .where(
            ProgramInterest.startup_id == startup_id,
            col(ProgramInterest.interested),
            consent_stands(col(ProgramInterest.startup_id), col(Program.agency_id)),
        )
    )
