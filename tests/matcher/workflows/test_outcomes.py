"""Results: planned from decisions, published once, appealed against within the deadline, answered once."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import (
    AccessDeniedError,
    FieldError,
    StaleEditError,
    UnknownStartupError,
    UnknownThingError,
)
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.appeals import (
    LONGEST_APPEAL,
    AppealOpenError,
    AppealTooLateError,
    answer_appeal,
    send_appeal,
)
from matcher.workflows.outcomes import (
    APPEAL_TIME,
    OutcomePlan,
    plan_outcomes,
    publish_outcomes,
    read_outcomes,
)
from matcher.workflows.review_queues import open_queue
from matcher.workflows.reviews import record_decision
from models.access import OPERATOR, Actor
from models.database import read_session, write_session
from models.outcome import OutcomeState
from models.tables import Account, AuditEntry, Candidacy, Outcome, Program, StartupMember
from models.vocabulary import Decision

PROGRAM = "seattle-market-entry"


class Review:
    """A program with six candidates in the order of its review, a manager and a founder of the last one."""

    def __init__(self, engine: Engine, analyst: LocalAnalyst, today: date) -> None:
        """Put the candidates there."""
        self.engine, self.analyst, self.today = engine, analyst, today
        with write_session(engine) as session:
            self.program = session.exec(
                select(Program.id)
                .join(Candidacy, Candidacy.program_id == Program.id)  # type: ignore[arg-type]
                .order_by(Program.id)
            ).first()
            assert self.program is not None
            queue = open_queue(session, OPERATOR, analyst, self.program, today=today)
            self.order = [item.startup_id for item in queue.candidates]
            accounts = [Account(email="m@x.example", name="M", office="manager")]
            accounts.append(Account(email="f@x.example", name="F"))
            session.add_all(accounts)
            session.flush()
            session.add(StartupMember(account_id=accounts[1].id, startup_id=self.order[-1]))
            self.manager = Actor(accounts[0].id, "M", manager=True)
            self.founder = Actor(accounts[1].id, "F", startups=frozenset({self.order[-1]}))

    @property
    def own(self) -> str:
        """The founder's startup."""
        return self.order[-1]

    def seats(self, count: int | None) -> None:
        """Say how many the program takes."""
        assert self.program is not None
        with write_session(self.engine) as session:
            program = session.get_one(Program, self.program)
            program.seats = count
            session.add(program)

    def decide(self, **decisions: Sequence[int]) -> None:
        """Decide about startups by their place in the order."""
        assert self.program is not None
        with write_session(self.engine) as session:
            for decision, places in decisions.items():
                for place in places:
                    record_decision(
                        session,
                        OPERATOR,
                        self.program,
                        self.order[place],
                        decision=Decision(decision),
                        reason="A reviewer's own words",
                        revision=0,
                    )

    def plan(self, actor: Actor | None = None) -> OutcomePlan:
        """Plan the results."""
        assert self.program is not None
        with read_session(self.engine) as session:
            return plan_outcomes(session, actor or self.manager, self.analyst, self.program, today=self.today)

    def publish(self, mark: str | None = None, reasons: Sequence[str] = ()) -> tuple[str, ...]:
        """Publish the plan."""
        assert self.program is not None
        wanted = self.plan().mark if mark is None else mark
        with write_session(self.engine) as session:
            return publish_outcomes(
                session,
                self.manager,
                self.analyst,
                self.program,
                today=self.today,
                mark=wanted,
                reasons=reasons,
            )

    def appeal(self, text: str = "Please look again.", actor: Actor | None = None) -> None:
        """Appeal against the founder's result."""
        assert self.program is not None
        with write_session(self.engine) as session:
            send_appeal(session, actor or self.founder, self.own, self.program, text)

    def answer(self, text: str = "We looked again.", actor: Actor | None = None) -> None:
        """Answer the newest appeal."""
        assert self.program is not None
        appeal_id = self.plan().published[-1].appeals[0].id
        with write_session(self.engine) as session:
            answer_appeal(session, actor or self.manager, self.program, appeal_id, text)


@pytest.fixture
def review(engine: Engine, hashing_analyst: LocalAnalyst, today: date) -> Review:
    """Give a review with candidates and nothing decided."""
    return Review(engine, hashing_analyst, today)


def planned(review: Review) -> list[tuple[str, str, int | None]]:
    """Give what is planned, by startup."""
    return [(item.startup_id, item.state.value, item.waitlist_rank) for item in review.plan().planned]


def test_seats_are_filled_in_the_order_of_the_review_and_the_rest_waits_by_rank(review: Review) -> None:
    review.seats(2)
    review.decide(accept=[0, 1, 2, 3], decline=[5])

    assert planned(review) == [
        (review.order[0], "selected", None),
        (review.order[1], "selected", None),
        (review.order[2], "waitlisted", 1),
        (review.order[3], "waitlisted", 2),
        (review.order[5], "not-selected", None),
    ]
    assert len(review.plan().undecided) == len(review.order) - 5


def test_a_program_without_stated_seats_selects_everybody_who_is_accepted(review: Review) -> None:
    review.seats(None)
    review.decide(accept=[0, 1, 2])

    assert {state for _, state, _ in planned(review)} == {"selected"}


def test_maybe_is_no_decision(review: Review) -> None:
    review.decide(maybe=[0])

    assert planned(review) == []
    with pytest.raises(FieldError):
        review.publish()


def test_what_is_published_stays_and_later_results_stand_behind_it(review: Review) -> None:
    review.seats(1)
    review.decide(accept=[1, 2])
    assert review.publish() == (review.order[1], review.order[2])
    review.decide(accept=[0])

    assert planned(review) == [(review.order[0], "waitlisted", 2)]
    review.publish()
    assert [(one.startup_id, one.state, one.waitlist_rank) for one in review.plan().published] == [
        (review.order[1], OutcomeState.SELECTED, None),
        (review.order[2], OutcomeState.WAITLISTED, 1),
        (review.order[0], OutcomeState.WAITLISTED, 2),
    ]
    with pytest.raises(FieldError):
        review.publish()


def test_nothing_is_published_but_what_was_looked_at(review: Review) -> None:
    review.decide(accept=[0])
    seen = review.plan().mark
    review.decide(accept=[1])

    with pytest.raises(StaleEditError):
        review.publish(seen)
    assert review.plan().published == ()


def test_only_a_released_reason_is_told_and_nothing_of_the_review(review: Review) -> None:
    review.seats(1)
    review.decide(accept=[0], decline=[len(review.order) - 1])
    review.publish(reasons=["", "The pilot needs a local partner."])
    with read_session(review.engine) as session:
        (own,) = read_outcomes(session, review.founder, review.own)

    assert own.reason == "The pilot needs a local partner."
    assert "reviewer" not in repr(own)
    assert own.appeal_until - own.published_at == APPEAL_TIME


def test_publishing_is_written_down_for_each_startup(review: Review) -> None:
    review.seats(1)
    review.decide(accept=[0, 1])
    review.publish()
    with read_session(review.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "outcomes-published")).all()
        told = [(entry.subject, entry.details) for entry in entries]

    assert told == [
        (review.order[0], {"state": "selected", "waitlist_rank": None}),
        (review.order[1], {"state": "waitlisted", "waitlist_rank": 1}),
    ]


def test_only_managers_plan_and_only_founders_read(review: Review) -> None:
    with pytest.raises(AccessDeniedError):
        review.plan(review.founder)
    with read_session(review.engine) as session, pytest.raises(UnknownStartupError):
        read_outcomes(session, review.founder, review.order[0])


def test_an_appeal_is_answered_once_and_another_may_follow(review: Review) -> None:
    review.decide(decline=[len(review.order) - 1])
    review.publish()
    review.appeal()
    with pytest.raises(AppealOpenError):
        review.appeal("Once more.")
    review.answer()
    with pytest.raises(StaleEditError):
        review.answer("Another answer.")
    review.appeal("Once more.")
    with read_session(review.engine) as session:
        (own,) = read_outcomes(session, review.founder, review.own)

    assert {(one.text, one.answer) for one in own.appeals} == {
        ("Please look again.", "We looked again."),
        ("Once more.", ""),
    }


def test_nobody_appeals_after_the_deadline(review: Review) -> None:
    review.decide(decline=[len(review.order) - 1])
    review.publish()
    with write_session(review.engine) as session:
        outcome = session.get_one(Outcome, (review.program, review.own))
        outcome.appeal_until -= APPEAL_TIME + timedelta(seconds=1)
        session.add(outcome)

    with pytest.raises(AppealTooLateError):
        review.appeal()


@pytest.mark.parametrize("text", ["", " \n", "\x00", "x\ud800", "x" * (LONGEST_APPEAL + 1), "!!!"])
def test_an_appeal_that_cannot_be_stored_names_its_field(review: Review, text: str) -> None:
    review.decide(decline=[len(review.order) - 1])
    review.publish()

    with pytest.raises(FieldError) as refused:
        review.appeal(text)
    assert refused.value.field == "text"


def test_there_is_no_appeal_without_a_result_or_by_somebody_else(review: Review) -> None:
    with pytest.raises(UnknownThingError):
        review.appeal()
    review.decide(decline=[len(review.order) - 1])
    review.publish()
    with pytest.raises(AccessDeniedError):
        review.appeal(actor=review.manager)
    review.appeal()
    with pytest.raises(AccessDeniedError):
        review.answer(actor=review.founder)
