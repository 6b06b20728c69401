"""A program under review by an agency: its lead, two reviewers, a manager, founders, and what they do."""

from sqlalchemy import Engine
from sqlmodel import Session, delete

from matcher.workflows.reviews import record_decision
from matcher.workflows.sign_ins import actor_of_account
from models.access import Actor
from models.database import read_session, write_session
from models.review import ReviewPhase
from models.tables import (
    Account,
    AgencyMember,
    Candidacy,
    ConflictAnswer,
    Review,
    ReviewSetup,
    Startup,
    StartupMember,
)
from models.vocabulary import Decision, ReasonKind

PROGRAM = "alpha"
FULL = {"market-entry": 5, "technology": 5, "fit-with-city": 5, "team": 5, "plan": 5}
"""Full marks by the rubric of the alliance."""


class UnderReview:
    """The tiny program alpha with two candidates and the people who review them."""

    def __init__(self, engine: Engine, *, more: int = 0) -> None:
        """Put everybody there; `more` candidates stand beside the two."""
        self.engine = engine
        with write_session(engine) as session:
            session.exec(delete(Candidacy))
            for number in range(more):
                session.add(Startup(id=f"more{number}", name=f"More {number}", invented=True, country="KR"))
            session.flush()
            startups = ["one", "two", *(f"more{number}" for number in range(more))]
            session.add_all(Candidacy(program_id=PROGRAM, startup_id=startup) for startup in startups)
            for name in ("lead", "ann", "ben", "boss", "kim", "stranger"):
                office = "manager" if name == "boss" else "none"
                session.add(Account(id=name * 4, email=f"{name}@x.example", name=name.title(), office=office))
            session.flush()
            for name in ("lead", "ann", "ben"):
                session.add(AgencyMember(account_id=name * 4, agency_id="office", lead=name == "lead"))
                for startup in startups:
                    session.add(
                        ConflictAnswer(account_id=name * 4, startup_id=startup, state="clear", kind="none")
                    )
            session.add(StartupMember(account_id="kim" * 4, startup_id="one"))

    def actor(self, name: str) -> Actor:
        """Give somebody with the rights of now."""
        with read_session(self.engine) as session:
            return actor_of_account(session, session.get_one(Account, name * 4))

    def submit(
        self,
        name: str,
        startup: str,
        decision: Decision,
        points: int = 3,
        kind: ReasonKind | None = None,
        *,
        reason: str = "",
    ) -> None:
        """Submit somebody's review with the same points for everything."""
        actor = self.actor(name)
        with write_session(self.engine) as session:
            row = session.get(Review, (PROGRAM, startup, actor.key))
            record_decision(
                session,
                actor,
                PROGRAM,
                startup,
                decision=decision,
                reason=reason or f"{name} says so",
                reason_kind=kind,
                revision=row.revision if row else 0,
                scores=dict.fromkeys(FULL, float(points)),
            )

    def set_phase(self, phase: ReviewPhase) -> None:
        """Put the review into a phase."""
        with write_session(self.engine) as session:
            row = session.get(ReviewSetup, PROGRAM) or ReviewSetup(program_id=PROGRAM)
            row.phase = phase.value
            session.add(row)

    def set_blind(self) -> None:
        """Hide the names."""
        with write_session(self.engine) as session:
            row = session.get(ReviewSetup, PROGRAM) or ReviewSetup(program_id=PROGRAM)
            row.blind = True
            session.add(row)

    def conflict(self, name: str, startup: str, state: str = "open") -> None:
        """Let a conflict of interest stand between somebody and a startup."""
        with write_session(self.engine) as session:
            set_conflict(session, name * 4, startup, state)


def set_conflict(session: Session, account_id: str, startup: str, state: str) -> None:
    """Let a conflict of interest stand in a state."""
    session.merge(ConflictAnswer(account_id=account_id, startup_id=startup, state=state, kind="declared"))
