"""A desk's order learns from its own decisions alone, can be switched off, and says what it is worth."""

import numpy as np
import pytest
from sqlalchemy import Engine

from matcher.engine.learning import ENOUGH, LearningState
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.candidate_figures import CandidateFigures
from matcher.workflows.review_learning import (
    decisions_of,
    learn_from,
    learned_scores,
    lessons_of,
    status_of,
)
from matcher.workflows.review_queues import rank_queue
from matcher.workflows.review_setups import Desk, ReviewRules
from matcher.workflows.reviews import record_decision
from matcher.workflows.submitted_reviews import Said
from models.access import OPERATOR
from models.database import read_session, write_session
from models.review import AGENCY_DESK, ReviewPhase
from models.vocabulary import Decision
from tests.matcher.workflows.conftest import TODAY

OWN, AGENCY = Desk("someone", writes=True), Desk(AGENCY_DESK, writes=True)
DECIDING = ReviewRules(phase=ReviewPhase.DECISION)
REGION = SIGNALS.index("region")


def figures(count: int = 40) -> CandidateFigures:
    """Draw startups whose signals are independent of each other."""
    random = np.random.default_rng(3)
    weights = np.array([DEFAULT_POLICY.weight(signal) for signal in SIGNALS])
    vectors = random.normal(size=(count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return CandidateFigures(random.random((count, len(SIGNALS))) * weights, vectors, np.zeros(count, np.int8))


def test_decisions_of_others_are_learned_from_where_the_agency_decides_alone() -> None:
    said = {"one": Said(decision=Decision.ACCEPT), "two": Said(reason="so far")}
    agreed = {"one": Decision.DECLINE, "three": Decision.MAYBE}

    assert decisions_of(OWN, DECIDING, said, agreed) == {"one": Decision.ACCEPT}
    assert decisions_of(AGENCY, ReviewRules(), said, agreed) == {"one": Decision.ACCEPT}
    assert decisions_of(AGENCY, DECIDING, said, agreed) == {"one": Decision.ACCEPT, "three": Decision.MAYBE}
    assert decisions_of(OWN, ReviewRules(learning=False), said, agreed) == {}


def test_without_enough_decisions_nothing_changes_and_it_is_said() -> None:
    drawn = figures()
    lessons = lessons_of({"0": Decision.ACCEPT, "1": Decision.DECLINE}, {"0": 0, "1": 1}, drawn.vectors[0])

    learned = learn_from(drawn, lessons)
    status = status_of(ReviewRules(), lessons, learned)

    assert learned_scores(drawn, learned) == pytest.approx(drawn.contributions.sum(axis=1))
    assert (status.state, status.effect, status.changes) == (LearningState.NOT_ENOUGH, None, ())
    assert (status.accepted, status.maybe, status.declined) == (1, 0, 1)


def test_what_is_learned_puts_what_was_accepted_higher() -> None:
    drawn = figures()
    order = np.argsort(-drawn.contributions[:, REGION])
    taught = {str(row): Decision.ACCEPT for row in order[: ENOUGH * 2]}
    taught |= {str(row): Decision.DECLINE for row in order[-ENOUGH * 2 :]}
    lessons = lessons_of(taught, {str(row): row for row in range(40)}, drawn.vectors[0])

    learned = learn_from(drawn, lessons)
    status = status_of(ReviewRules(), lessons, learned)

    assert learned is not None
    assert status.state is LearningState.LEARNED
    assert (status.changes[0].signal, status.changes[0].learned > status.changes[0].default) == (
        "region",
        True,
    )
    assert status.effect is not None
    assert status.effect.gain > 0
    plain = np.corrcoef(drawn.contributions.sum(axis=1), drawn.contributions[:, REGION])[0, 1]
    assert np.corrcoef(learned_scores(drawn, learned), drawn.contributions[:, REGION])[0, 1] > plain


def test_switched_off_it_says_so() -> None:
    rules = ReviewRules(learning=False)
    lessons = lessons_of({}, {}, figures().vectors[0])

    assert learn_from(figures(), lessons) is None
    assert (status_of(rules, lessons, None).on, status_of(rules, lessons, None).state) == (False, None)


def test_a_queue_tells_what_its_desk_taught(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    with write_session(engine) as session:
        record_decision(session, OPERATOR, "ksgc", "S01", decision=Decision.ACCEPT, reason="", revision=0)

    with read_session(engine) as session:
        queue = rank_queue(session, OPERATOR, hashing_analyst, "ksgc", today=TODAY)

    assert (queue.learning.state, queue.learning.accepted) == (LearningState.NOT_ENOUGH, 1)
    assert queue.order == queue.machine
