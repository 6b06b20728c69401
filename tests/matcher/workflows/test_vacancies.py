"""A place in a published round that a founder gives up, or an erasure leaves vacant, goes to who waits."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.consents import withdraw as take_consent_back
from matcher.workflows.erasures import erase_startup
from matcher.workflows.interests import set_interest
from matcher.workflows.round_publications import read_steps
from matcher.workflows.round_shortlists import ShortlistView, make_shortlist
from matcher.workflows.submissions import withdraw_profile
from matcher.workflows.vacancies import ERASED, ChangedResult
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.consent import Purpose
from models.database import read_session, write_session
from models.outcome import OutcomeState
from models.tables import (
    Account,
    AuditEntry,
    Candidacy,
    Consent,
    Outcome,
    Program,
    ProgramInterest,
    RoundEvent,
    Startup,
    Submission,
)
from tests.matcher.workflows.planned import ROUND, Planned, seated, waiting

FOUNDER = "f" * 32

By = Callable[[Planned, str], tuple[ChangedResult, ...]]


@pytest.fixture
def planned(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> Planned:
    """Give a round with decisions and nothing planned."""
    return Planned(tiny, hashing_analyst, today)


def found(planned: Planned, startup: str) -> Actor:
    """Make a startup a submitted one that wants the programs it is considered for; give its founder."""
    with write_session(planned.engine) as session:
        row = session.get_one(Startup, startup)
        row.invented = False
        session.add(row)
        session.merge(Account(id=FOUNDER, email="f@founder.example", name="Founder"))
        session.add(
            Submission(startup_id=startup, number=1, state="submitted", content={}, submitted_at=now_utc())
        )
        programs = session.exec(select(Candidacy.program_id).where(Candidacy.startup_id == startup)).all()
        for program in programs:
            session.add(ProgramInterest(startup_id=startup, program_id=program, interested=True))
        agencies = select(Program.agency_id).where(col(Program.id).in_(programs))
        for agency in set(session.exec(agencies)):
            for purpose in (Purpose.REVIEW, Purpose.PROVISION_ABROAD):
                session.add(
                    Consent(
                        startup_id=startup,
                        purpose=purpose.value,
                        agency_id=agency,
                        country="DE",
                        words_version="x",
                        language="en",
                        given_by=FOUNDER,
                    )
                )
    return Actor(FOUNDER, "Founder", startups=frozenset({startup}))


def ranked(startups: list[str]) -> list[str]:
    """Give the results of a whole waitlist."""
    return [f"waitlisted {rank}" for rank, _ in enumerate(startups, 1)]


def by_interest(planned: Planned, startup: str) -> tuple[ChangedResult, ...]:
    """Say that a program is not wanted any more."""
    founder = Actor(FOUNDER, "Founder", startups=frozenset({startup}))
    with write_session(planned.engine) as session:
        return set_interest(session, founder, startup, "alpha", interested=False).changed


def by_consent(planned: Planned, startup: str) -> tuple[ChangedResult, ...]:
    """Take the consent to the agency's review back."""
    founder = Actor(FOUNDER, "Founder", startups=frozenset({startup}))
    with write_session(planned.engine) as session:
        agency = session.get_one(Program, "alpha").agency_id
        return take_consent_back(session, founder, startup, agency, Purpose.REVIEW).changed


def by_withdrawal(planned: Planned, startup: str) -> tuple[ChangedResult, ...]:
    """Take the whole profile back."""
    founder = Actor(FOUNDER, "Founder", startups=frozenset({startup}))
    with write_session(planned.engine) as session:
        return withdraw_profile(session, founder, startup).changed


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("by", [by_interest, by_consent, by_withdrawal])
def test_a_founder_who_takes_the_application_back_makes_room(
    planned: Planned, *, by: By, final: bool
) -> None:
    (selected,) = seated(planned.draft().document)["alpha"]
    found(planned, selected)
    run = planned.run()
    assert seated(run.document)["alpha"] == [selected]
    first, *others = waiting(run.document)["alpha"]
    planned.publish(run.card.number)
    if final:
        planned.finalise()

    changed = by(planned, selected)

    told = planned.outcomes()
    assert told["alpha", selected] == "withdrawn"
    assert told["alpha", first] == "selected"
    assert [told["alpha", one] for one in others] == ranked(others)
    assert ChangedResult("alpha", first, OutcomeState.SELECTED, None) in changed
    with read_session(planned.engine) as session:
        steps = read_steps(session, planned.manager, ROUND)
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "result-promoted")).first()
        kept = None if entry is None else (entry.subject, entry.details["round"])
    left = next(step for step in steps if step.startup_id == selected and step.program_id == "alpha")
    assert (left.kind, left.before, left.after, left.by) == ("withdrawn", "selected", "withdrawn", "Founder")
    assert ("promoted", first) in {(step.kind, step.startup_id) for step in steps}
    assert kept == (first, ROUND)


def test_why_somebody_left_is_told_of_nobody_else(planned: Planned) -> None:
    run = planned.run()
    (selected,) = seated(run.document)["alpha"]
    planned.publish(run.card.number)

    planned.withdraw("alpha", selected)

    with read_session(planned.engine) as session:
        told = {step.startup_id for step in read_steps(session, planned.manager, ROUND) if step.reason}
        kept = session.exec(select(AuditEntry.subject).where(AuditEntry.reason == "Went elsewhere")).all()
    assert told == {selected}
    assert set(kept) == {selected}


@pytest.mark.parametrize("final", [False, True])
def test_the_seat_of_an_erased_startup_goes_to_who_waits(planned: Planned, *, final: bool) -> None:
    run = planned.run()
    (selected,) = seated(run.document)["alpha"]
    first = waiting(run.document)["alpha"][0]
    planned.publish(run.card.number)
    if final:
        planned.finalise()

    with write_session(planned.engine) as session:
        changed = erase_startup(session, OPERATOR, selected)

    told = planned.outcomes()
    assert ("alpha", selected) not in told
    assert told["alpha", first] == "selected"
    assert selected not in {one.startup_id for one in changed}
    assert ChangedResult("alpha", first, OutcomeState.SELECTED, None) in changed
    with read_session(planned.engine) as session:
        steps = read_steps(session, planned.manager, ROUND)
        shown = make_shortlist(
            session, planned.manager, planned.analyst, ROUND, ShortlistView(), today=planned.today
        )
    assert ("promoted", first, ERASED) in {(step.kind, step.startup_id, step.reason) for step in steps}
    assert selected not in {step.startup_id for step in steps}
    assert [note for note in shown.notes if "1" in note]


def test_an_erased_startup_that_waits_lets_the_others_move_up(planned: Planned) -> None:
    run = planned.run()
    first, *others = waiting(run.document)["alpha"]
    planned.publish(run.card.number)

    with write_session(planned.engine) as session:
        erase_startup(session, OPERATOR, first)

    told = planned.outcomes()
    assert [told["alpha", one] for one in others] == ranked(others)


def test_nothing_is_given_up_before_anything_is_published(planned: Planned) -> None:
    planned.run()

    with write_session(planned.engine) as session:
        assert erase_startup(session, OPERATOR, "one") == ()

    with read_session(planned.engine) as session:
        assert session.exec(select(RoundEvent)).all() == []


def test_results_published_without_a_round_stay_as_they_are(planned: Planned) -> None:
    founder = found(planned, "one")
    with write_session(planned.engine) as session:
        for startup, rank in (("one", None), ("two", 1)):
            session.add(
                Outcome(
                    program_id="alpha",
                    startup_id=startup,
                    state="selected" if rank is None else "waitlisted",
                    waitlist_rank=rank,
                    appeal_until=now_utc(),
                )
            )
    with write_session(planned.engine) as session:
        assert withdraw_profile(session, founder, "one").changed == ()

    assert planned.outcomes() == {("alpha", "one"): "selected", ("alpha", "two"): "waitlisted 1"}
