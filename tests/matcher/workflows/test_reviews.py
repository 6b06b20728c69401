"""What a reviewer does: decide with a reason, pin, move, undo, and never over somebody else's change."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import (
    AccessDeniedError,
    FieldError,
    StaleEditError,
    UnknownProgramError,
    UnknownStartupError,
)
from matcher.workflows.reviews import clean_reason, move, record_decision, set_pin, undo
from models.access import ANONYMOUS, OPERATOR, Actor
from models.database import read_session, write_session
from models.tables import Review, ReviewStep
from models.vocabulary import Decision

COLLEAGUE = Actor("0" * 32, "colleague", manager=True)
Act = Callable[[Session, Actor, str, str], object]

ACTS: dict[str, Act] = {
    "decide": lambda session, actor, program, startup: record_decision(
        session, actor, program, startup, decision=Decision.ACCEPT, reason="", revision=0
    ),
    "pin": lambda session, actor, program, startup: set_pin(session, actor, program, startup, pinned=True),
    "move": lambda session, actor, program, startup: move(session, actor, program, startup, position=1),
}


def decide(
    engine: Engine, decision: Decision | None, reason: str = "", *, revision: int = 0, startup: str = "one"
) -> None:
    """Decide in a write unit of its own."""
    with write_session(engine) as session:
        record_decision(
            session, OPERATOR, "alpha", startup, decision=decision, reason=reason, revision=revision
        )


def take_back(engine: Engine, actor: Actor = OPERATOR) -> str | None:
    """Undo in a write unit of its own."""
    with write_session(engine) as session:
        return undo(session, actor, "alpha")


def state_of(engine: Engine, startup: str = "one") -> dict[str, Any] | None:
    """Give what is stored about a startup for the program, without the time."""
    with read_session(engine) as session:
        row = session.get(Review, ("alpha", startup, "agency"))
        if row is None:
            return None
        found = row.model_dump(exclude={"program_id", "startup_id", "changed_at", "submitted_at"})
        assert (row.submitted_at is not None) is (row.decision is not None)
        return found


def steps(engine: Engine) -> int:
    """Count the steps that can be undone."""
    with read_session(engine) as session:
        return len(session.exec(select(ReviewStep)).all())


def stored(**changes: Any) -> dict[str, Any]:
    """Give a row as it stands after one change, with differences."""
    row: dict[str, Any] = {
        "desk": "agency",
        "decision": None,
        "reason_kind": "",
        "reason": "",
        "scores": {},
        "pinned": False,
        "excluded": False,
        "place": None,
        "turn": 0,
        "liking": 0,
        "override_verdict": None,
        "override_reason": "",
        "aggregate": None,
        "revision": 1,
        "reviewer": "operator",
    }
    return row | changes


@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_is_kept_with_its_reason(tiny: Engine, decision: Decision) -> None:
    decide(tiny, decision, "  A good\u200b fit ")

    assert state_of(tiny) == stored(decision=decision.value, reason="A good fit")
    assert state_of(tiny, "two") is None


def test_a_decision_can_be_taken_back(tiny: Engine) -> None:
    decide(tiny, Decision.MAYBE, "let us see")
    decide(tiny, None, revision=1)

    assert state_of(tiny) == stored(revision=2)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_decline_needs_a_reason(tiny: Engine, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        decide(tiny, Decision.DECLINE, reason)

    assert (refused.value.field, refused.value.reason) == ("reason", "a declined startup needs a reason")
    assert (state_of(tiny), steps(tiny)) == (None, 0)


@pytest.mark.parametrize(
    ("reason", "complaint"),
    [
        ("x" * 501, "longer than 500 characters"),
        ("a\0b", "holds a NUL character"),
        ("\ud800", "holds half a character (a lone surrogate)"),
        ("😀", "holds no letter and no digit"),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused(tiny: Engine, reason: str, complaint: str) -> None:
    with pytest.raises(FieldError) as refused:
        decide(tiny, Decision.ACCEPT, reason)

    assert (refused.value.field, refused.value.reason) == ("reason", complaint)
    assert state_of(tiny) is None


def test_the_longest_reason_is_kept() -> None:
    assert clean_reason("가" * 500) == "가" * 500


def test_a_stale_revision_is_refused_and_nothing_is_saved(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT, "first")

    with pytest.raises(StaleEditError, match="changed in the meantime"):
        decide(tiny, Decision.DECLINE, "second", revision=0)

    assert state_of(tiny) == stored(decision="accept", reason="first")
    assert steps(tiny) == 1


def test_a_pin_makes_a_decision_seen_before_it_stale(tiny: Engine) -> None:
    with write_session(tiny) as session:
        set_pin(session, OPERATOR, "alpha", "one", pinned=True)

    with pytest.raises(StaleEditError):
        decide(tiny, Decision.ACCEPT, revision=0)
    decide(tiny, Decision.ACCEPT, revision=1)

    assert state_of(tiny) == stored(decision="accept", pinned=True, revision=2)


def test_pins_and_moves_keep_what_was_decided(tiny: Engine) -> None:
    decide(tiny, Decision.MAYBE, "why not")
    with write_session(tiny) as session:
        set_pin(session, OPERATOR, "alpha", "one", pinned=True)
        move(session, OPERATOR, "alpha", "one", position=2)
    moved = state_of(tiny)
    with write_session(tiny) as session:
        set_pin(session, OPERATOR, "alpha", "one", pinned=False)
        move(session, OPERATOR, "alpha", "one", position=None)

    assert moved == stored(decision="maybe", reason="why not", pinned=True, place=2, turn=1, revision=3)
    assert state_of(tiny) == stored(decision="maybe", reason="why not", revision=5)


def test_the_same_again_is_no_change(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT, "good")
    decide(tiny, Decision.ACCEPT, " good ", revision=1)
    with write_session(tiny) as session:
        set_pin(session, OPERATOR, "alpha", "one", pinned=False)

    assert (state_of(tiny), steps(tiny)) == (stored(decision="accept", reason="good"), 1)


@pytest.mark.parametrize("position", [0, -1, 1_000_001, 2**63])
def test_a_position_outside_any_list_is_refused(tiny: Engine, position: int) -> None:
    with write_session(tiny) as session, pytest.raises(FieldError, match="position: a whole number from 1"):
        move(session, OPERATOR, "alpha", "one", position=position)

    assert state_of(tiny) is None


def test_undo_restores_step_by_step(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT, "good")
    decide(tiny, Decision.DECLINE, "too early", revision=1)
    with write_session(tiny) as session:
        move(session, OPERATOR, "alpha", "two", position=1)

    undone = [take_back(tiny) for _ in range(2)]

    assert undone == ["two", "one"]
    assert state_of(tiny) == stored(decision="accept", reason="good", revision=3)
    assert state_of(tiny, "two") == stored(revision=2)


def test_undo_goes_back_to_the_start_and_then_does_nothing(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT, "good")

    undone = [take_back(tiny) for _ in range(3)]

    assert undone == ["one", None, None]
    assert state_of(tiny) == stored(revision=2)
    assert steps(tiny) == 0


def test_undo_makes_a_decision_seen_before_it_stale(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT)
    take_back(tiny)

    with pytest.raises(StaleEditError):
        decide(tiny, Decision.MAYBE, revision=1)


def test_undo_takes_back_only_ones_own_changes(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT, "good")

    undone = take_back(tiny, COLLEAGUE)

    assert undone is None
    assert state_of(tiny) == stored(decision="accept", reason="good")


def test_undo_leaves_alone_what_somebody_else_changed_since(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT, startup="two")
    decide(tiny, Decision.ACCEPT)
    with write_session(tiny) as session:
        record_decision(
            session, COLLEAGUE, "alpha", "one", decision=Decision.DECLINE, reason="no", revision=1
        )

    first, second = take_back(tiny), take_back(tiny)

    assert (first, second) == ("two", None)
    kept = state_of(tiny)
    assert kept is not None
    assert (kept["decision"], kept["reason"]) == ("decline", "no")


def test_undo_stays_within_one_program(tiny: Engine) -> None:
    decide(tiny, Decision.ACCEPT, "good")

    with write_session(tiny) as session:
        undone = undo(session, OPERATOR, "beta")

    assert undone is None
    assert steps(tiny) == 1


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_anybody_else_may_do_nothing(tiny: Engine, act: Act) -> None:
    with write_session(tiny) as session, pytest.raises(AccessDeniedError):
        act(session, ANONYMOUS, "alpha", "one")

    assert (state_of(tiny), steps(tiny)) == (None, 0)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_unknown_startup_is_refused(tiny: Engine, act: Act) -> None:
    with (
        write_session(tiny) as session,
        pytest.raises(UnknownStartupError, match="no startup has the id 'nobody'") as refused,
    ):
        act(session, OPERATOR, "alpha", "nobody")

    assert refused.value.startup_id == "nobody"


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_unknown_program_is_refused(tiny: Engine, act: Act) -> None:
    with write_session(tiny) as session, pytest.raises(UnknownProgramError, match="'gamma'"):
        act(session, OPERATOR, "gamma", "one")


def test_undo_is_refused_like_the_rest(tiny: Engine) -> None:
    with write_session(tiny) as session:
        with pytest.raises(AccessDeniedError):
            undo(session, ANONYMOUS, "alpha")
        with pytest.raises(UnknownProgramError):
            undo(session, OPERATOR, "gamma")
