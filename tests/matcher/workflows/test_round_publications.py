"""Publishing a plan: whole or not at all, once, from inputs that did not change; then who takes a vacancy."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from matcher.errors import AccessDeniedError, FieldError, StaleEditError, UnknownThingError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.round_publications import publish, published_run, read_steps, withdraw
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.database import read_session, write_session
from models.round import RoundState
from models.tables import AuditEntry, Candidacy, Outcome, Profile, Round, RoundRun
from models.vocabulary import Decision
from tests.matcher.workflows.planned import ROUND, Planned, seated, waiting


@pytest.fixture
def planned(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> Planned:
    """Give a round with decisions and nothing planned."""
    return Planned(tiny, hashing_analyst, today)


def test_a_plan_is_published_to_everybody_of_all_programs(planned: Planned) -> None:
    run = planned.run()
    planned.publish(run.card.number)

    told = planned.outcomes()
    (selected,) = seated(run.document)["alpha"]
    assert told["alpha", selected] == "selected"
    for rank, startup in enumerate(waiting(run.document)["alpha"], 1):
        assert told["alpha", startup] == f"waitlisted {rank}"
    assert told["alpha", "m3"] == "not-selected"
    assert set(told) == {
        *(("alpha", one) for one in ("one", "two", "m1", "m2", "m3")),
        *(("beta", one) for one in ("m1", "m2")),
    }
    with read_session(planned.engine) as session:
        kept = published_run(session, planned.manager, ROUND)
        assert kept is not None
        assert kept.number == run.card.number
        acts = session.exec(select(AuditEntry.act).where(AuditEntry.act == "round-published")).all()
    assert planned.sheet.card.state is RoundState.PUBLISHED
    assert len(acts) == 1


def test_who_was_not_decided_about_is_told_nothing(planned: Planned) -> None:
    with write_session(planned.engine) as session:
        session.add(Candidacy(program_id="beta", startup_id="two"))
    planned.publish(planned.run().card.number)

    assert ("beta", "two") not in planned.outcomes()


class _StopError(Exception):
    """The process ends here."""


def test_a_publication_that_breaks_off_leaves_nothing(planned: Planned) -> None:
    number = planned.run().card.number

    def break_off() -> None:
        with write_session(planned.engine) as session:
            publish(session, planned.manager, planned.analyst, ROUND, number, today=planned.today)
            session.flush()
            raise _StopError

    with pytest.raises(_StopError):
        break_off()

    assert planned.outcomes() == {}
    assert planned.sheet.card.state is RoundState.OPEN
    with read_session(planned.engine) as session:
        assert published_run(session, planned.manager, ROUND) is None
        published = select(func.count()).where(col(AuditEntry.act) == "outcomes-published")
        assert session.exec(published).one() == 0


def test_of_two_managers_who_publish_at_once_one_is_told(
    planned: Planned, run_threads: Callable[[int, Callable[[int], None]], None]
) -> None:
    number = planned.run().card.number
    said: list[str] = []

    def try_it(_: int) -> None:
        try:
            planned.publish(number)
            said.append("published")
        except StaleEditError as error:
            said.append(str(error))

    run_threads(2, try_it)

    assert sorted(said) == ["published", "round: it is published already"]
    assert len(planned.outcomes()) == 7


@pytest.mark.parametrize("what", ["profile", "decision", "settings", "seats", "pin", "candidate", "left"])
def test_nothing_is_published_after_an_input_changed(planned: Planned, what: str) -> None:
    number = planned.run().card.number
    if what == "profile":
        with write_session(planned.engine) as session:
            session.add(Profile(startup_id="two", language="ko", version=2, text="다른 글입니다."))
    elif what == "decision":
        planned.decide("alpha", "two", Decision.MAYBE)
    elif what == "settings":
        planned.set(review=2.0)
    elif what == "seats":
        planned.seats(("alpha", 2, 5), ("beta", 1, 5))
    elif what == "pin":
        planned.pin("alpha", "two")
    elif what == "candidate":
        with write_session(planned.engine) as session:
            session.add(Candidacy(program_id="beta", startup_id="one"))
    else:
        with write_session(planned.engine) as session:
            session.execute(
                Candidacy.__table__.delete().where(Candidacy.startup_id == "m3")  # type: ignore[attr-defined]
            )

    with pytest.raises(StaleEditError, match="changed since"):
        planned.publish(number)
    assert planned.outcomes() == {}


def test_nothing_is_published_twice_by_another_way(planned: Planned) -> None:
    number = planned.run().card.number
    with write_session(planned.engine) as session:
        session.add(Outcome(program_id="beta", startup_id="m1", state="not-selected", appeal_until=now_utc()))

    with pytest.raises(StaleEditError, match="before this round"):
        planned.publish(number)


def test_a_final_round_changes_no_more(planned: Planned) -> None:
    with pytest.raises(StaleEditError):
        planned.finalise()
    planned.publish(planned.run().card.number)
    with pytest.raises(StaleEditError, match="published"):
        planned.set(fit=2.0)
    planned.finalise()

    assert planned.sheet.card.state is RoundState.FINALISED
    with pytest.raises(StaleEditError):
        planned.finalise()


def test_a_vacancy_goes_to_the_first_who_waits_and_the_others_move_up(planned: Planned) -> None:
    run = planned.run()
    (selected,) = seated(run.document)["alpha"]
    waits = waiting(run.document)["alpha"]
    planned.publish(run.card.number)
    planned.finalise()

    planned.withdraw("alpha", selected)

    told = planned.outcomes()
    assert told["alpha", selected] == "withdrawn"
    assert told["alpha", waits[0]] == "selected"
    for rank, startup in enumerate(waits[1:], 1):
        assert told["alpha", startup] == f"waitlisted {rank}"
    with read_session(planned.engine) as session:
        steps = read_steps(session, planned.manager, ROUND)
        acts = session.exec(select(AuditEntry.act).where(col(AuditEntry.act).startswith("result-"))).all()
    in_alpha = {
        (step.startup_id, step.kind, step.before, step.after) for step in steps if step.program_id == "alpha"
    }
    assert in_alpha >= {
        (selected, "withdrawn", "selected", "withdrawn"),
        (waits[0], "promoted", "waitlisted 1", "selected"),
    }
    assert [(step.reason, step.by) for step in steps if step.kind == "withdrawn"] == [
        ("Went elsewhere", "Boss")
    ]
    assert len(acts) == len(steps)


def test_who_was_promoted_leaves_the_waitlists_of_other_programs(planned: Planned) -> None:
    planned.seats(("alpha", 1, 5), ("beta", 0, 5))
    run = planned.run()
    both = set(waiting(run.document)["alpha"]) & set(waiting(run.document)["beta"])
    planned.publish(run.card.number)
    while True:
        (selected,) = [one for (place, one), state in planned.outcomes().items() if state == "selected"]
        if selected in both:
            break
        planned.withdraw("alpha", selected)

    told = planned.outcomes()
    assert told["beta", selected] == "not-selected"
    others = [state for (place, one), state in told.items() if place == "beta" and one != selected]
    assert others == ["waitlisted 1"]


def test_who_is_no_candidate_any_more_is_passed_over(planned: Planned) -> None:
    run = planned.run()
    (selected,) = seated(run.document)["alpha"]
    first, second = waiting(run.document)["alpha"][:2]
    planned.publish(run.card.number)
    with write_session(planned.engine) as session:
        session.delete(session.get_one(Candidacy, ("alpha", first)))

    planned.withdraw("alpha", selected)

    told = planned.outcomes()
    assert (told["alpha", first], told["alpha", second]) == ("withdrawn", "selected")


def test_withdrawals_that_cannot_be_are_refused(planned: Planned) -> None:
    run = planned.run()
    (selected,) = seated(run.document)["alpha"]
    with write_session(planned.engine) as session, pytest.raises(StaleEditError, match="not published"):
        withdraw(session, planned.manager, ROUND, "alpha", selected, reason="x")
    planned.publish(run.card.number)

    with write_session(planned.engine) as session:
        with pytest.raises(FieldError, match="reason"):
            withdraw(session, planned.manager, ROUND, "alpha", selected, reason=" ")
        with pytest.raises(UnknownThingError):
            withdraw(session, planned.manager, ROUND, "alpha", "nobody", reason="x")
        with pytest.raises(StaleEditError):
            withdraw(session, planned.manager, ROUND, "alpha", "m3", reason="x")
        withdraw(session, planned.manager, ROUND, "alpha", selected, reason="x")
        with pytest.raises(StaleEditError):
            withdraw(session, planned.manager, ROUND, "alpha", selected, reason="x")
        with pytest.raises(AccessDeniedError):
            withdraw(session, Actor("x", admin=True), ROUND, "alpha", selected, reason="x")
    with read_session(planned.engine) as session:
        assert session.exec(select(func.count()).select_from(Round)).one() == 1
        assert session.exec(select(RoundRun.number)).all() == [1]
        assert published_run(session, OPERATOR, ROUND) is not None
