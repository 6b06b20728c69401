"""Which programs consider a startup: those it wants, while it is submitted and its consent stands."""

from dataclasses import dataclass

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.access import consent_stands
from models.tables import Candidacy, Program, ProgramInterest, Startup, Submission


@dataclass(frozen=True, slots=True)
class Settled:
    """Ids of the programs that consider the startup from now on, and of those that no longer do."""

    begun: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()


def settle(session: Session, startup_id: str) -> Settled:
    """Make and delete a startup's candidacies so that they are what it submitted, wants and consents to.

    To be called in the write unit of every change of a submission, an interest or a consent. Decisions stay:
    whoever takes a consent back and gives it again finds them as they were. An invented startup keeps what
    it was loaded with.

    Args:
        session: an open write unit.
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
    return Settled(wanted - present, present - wanted)


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
