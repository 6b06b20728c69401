"""A round of the tiny programs: four candidates the agency decided about, and a manager."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import delete, select

from matcher.engine.round_plan import canonical_bytes
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.reviews import record_decision
from matcher.workflows.round_publications import PlannedResult, finalise, publish, withdraw
from matcher.workflows.round_runs import DraftRun, StoredRun, dry_run, read_run, run_round
from matcher.workflows.rounds import (
    RoundSheet,
    change_programs,
    change_settings,
    create_round,
    read_round,
    set_pin,
)
from matcher.workflows.vacancies import ChangedResult
from models.access import OPERATOR, Actor
from models.database import read_session, write_session
from models.round import PinKind
from models.tables import Account, Candidacy, Outcome, Profile, Review, Startup
from models.vocabulary import Decision

ROUND = "autumn"
MORE = ("m1", "m2", "m3")
"""Startups beside the two of the tiny set."""

TEXTS = {
    "m1": "We recycle battery cells and open pilot lines.",
    "m2": "Young companies sort batteries.",
    "m3": "We paint houses.",
}


class Planned:
    """Programs alpha (one seat) and beta (one seat) with five startups considered for alpha, two for beta."""

    def __init__(self, engine: Engine, analyst: LocalAnalyst, today: date) -> None:
        """Put everybody there; the agency accepts all but `m3`."""
        self.engine, self.analyst, self.today = engine, analyst, today
        with write_session(engine) as session:
            session.exec(delete(Candidacy))
            session.add_all(
                Startup(id=one, name=f"{one.upper()} Ltd", invented=True, country="DE") for one in MORE
            )
            session.add(Account(id="boss" * 4, email="boss@x.example", name="Boss", office="manager"))
            session.flush()
            session.add_all(
                Profile(startup_id=one, language="en", version=1, text=TEXTS[one]) for one in MORE
            )
            session.add_all(Candidacy(program_id="alpha", startup_id=one) for one in ("one", "two", *MORE))
            session.add_all(Candidacy(program_id="beta", startup_id=one) for one in ("m1", "m2"))
        self.manager = Actor("boss" * 4, "Boss", manager=True)
        for program, startup in (
            *(("alpha", one) for one in ("one", "two", "m1", "m2")),
            *(("beta", one) for one in ("m1", "m2")),
        ):
            self.decide(program, startup, Decision.ACCEPT)
        self.decide("alpha", "m3", Decision.DECLINE)
        with write_session(engine) as session:
            create_round(session, self.manager, "Autumn", [("alpha", 1, 5), ("beta", 1, 5)], round_id=ROUND)

    def decide(self, program: str, startup: str, decision: Decision) -> None:
        """Decide at the agency's desk."""
        with write_session(self.engine) as session:
            row = session.get(Review, (program, startup, "agency"))
            record_decision(
                session,
                OPERATOR,
                program,
                startup,
                decision=decision,
                reason="Said by the agency",
                revision=row.revision if row else 0,
            )

    @property
    def sheet(self) -> RoundSheet:
        """The round as it is."""
        with read_session(self.engine) as session:
            return read_round(session, self.manager, ROUND)

    def set(self, **settings: Any) -> None:
        """Change settings."""
        with write_session(self.engine) as session:
            change_settings(session, self.manager, ROUND, settings, revision=self.sheet.revision)

    def seats(self, *programs: tuple[str, int, int]) -> None:
        """Say who takes part."""
        revision = self.sheet.revision
        with write_session(self.engine) as session:
            change_programs(session, self.manager, ROUND, programs, revision=revision)

    def pin(self, program: str, startup: str, kind: PinKind = PinKind.PIN) -> None:
        """Demand a pair, or rule it out."""
        revision = self.sheet.revision
        with write_session(self.engine) as session:
            set_pin(
                session,
                self.manager,
                ROUND,
                program,
                startup,
                kind=kind,
                reason="Asked by the city",
                revision=revision,
            )

    def draft(self) -> DraftRun:
        """Make a plan and keep nothing of it."""
        with read_session(self.engine) as session:
            return dry_run(session, self.manager, self.analyst, ROUND, today=self.today)

    def run(self) -> StoredRun:
        """Make a plan and keep it."""
        with write_session(self.engine) as session:
            number = run_round(session, self.manager, self.analyst, ROUND, today=self.today)
        with read_session(self.engine) as session:
            return read_run(session, self.manager, ROUND, number)

    def publish(self, number: int) -> tuple[PlannedResult, ...]:
        """Publish a plan."""
        with write_session(self.engine) as session:
            return publish(session, self.manager, self.analyst, ROUND, number, today=self.today)

    def finalise(self) -> None:
        """Make the round final."""
        revision = self.sheet.revision
        with write_session(self.engine) as session:
            finalise(session, self.manager, ROUND, revision=revision)

    def withdraw(self, program: str, startup: str) -> tuple[ChangedResult, ...]:
        """Let a startup give its place up."""
        with write_session(self.engine) as session:
            return withdraw(session, self.manager, ROUND, program, startup, reason="Went elsewhere")

    def outcomes(self) -> dict[tuple[str, str], str]:
        """Give what was published, as `waitlisted 1`."""
        with read_session(self.engine) as session:
            return {
                (row.program_id, row.startup_id): f"{row.state} {row.waitlist_rank or ''}".strip()
                for row in session.exec(select(Outcome))
            }


def seated(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give who has a seat, by program."""
    return {one["program"]: [item["startup"] for item in one["selected"]] for one in document["programs"]}


def waiting(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give who waits, by program."""
    return {one["program"]: [item["startup"] for item in one["waitlist"]] for one in document["programs"]}


def plan_bytes(document: Mapping[str, Any]) -> bytes:
    """Write a list as it is hashed."""
    return canonical_bytes(document)


def ids(items: Sequence[Any]) -> list[str]:
    """Give the ids of things."""
    return [item.id for item in items]
