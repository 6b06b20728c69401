"""Who may see what: anybody sees no startup, the local reviewer sees all."""

from typing import Any

import pytest
from sqlalchemy import Engine

from models.access import (
    ANONYMOUS,
    LOCAL_REVIEWER,
    Action,
    Actor,
    authorize,
    decisions_for,
    profiles_for,
    startups_for,
    steps_for,
)
from models.database import read_session, write_session
from models.tables import ReviewDecision, ReviewStep


def count_for(engine: Engine, actor: Actor) -> dict[str, int]:
    """Count the private rows an actor is given."""
    with read_session(engine) as session:
        return {
            "startups": len(session.exec(startups_for(actor)).all()),
            "profiles": len(session.exec(profiles_for(actor)).all()),
            "decisions": len(session.exec(decisions_for(actor)).all()),
            "steps": len(session.exec(steps_for(actor)).all()),
        }


@pytest.fixture
def reviewed(engine: Engine) -> Engine:
    """Hold seeded startups and one decision, so that there is something to leak."""
    names: dict[str, Any] = {
        "program_id": "md-global-gateway",
        "startup_id": "S01",
        "reviewer": "local reviewer",
    }
    with write_session(engine) as session:
        session.add(ReviewDecision(**names))
        session.add(ReviewStep(**names))
    return engine


def test_anonymous_sees_nothing_private(reviewed: Engine) -> None:
    assert count_for(reviewed, ANONYMOUS) == {"startups": 0, "profiles": 0, "decisions": 0, "steps": 0}


def test_the_local_reviewer_sees_everything(reviewed: Engine) -> None:
    found = count_for(reviewed, LOCAL_REVIEWER)

    assert {name: found[name] for name in ("startups", "decisions", "steps")} == {
        "startups": 6,
        "decisions": 1,
        "steps": 1,
    }
    assert found["profiles"] >= 12


@pytest.mark.parametrize("action", list(Action))
def test_only_the_local_reviewer_may_act(action: Action) -> None:
    assert (authorize(ANONYMOUS, action), authorize(LOCAL_REVIEWER, action)) == (False, True)
