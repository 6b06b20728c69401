"""A program's queue: who may open it, in which order startups stand, and what a candidate shows."""

from datetime import date

import pytest
from sqlalchemy import Engine

from matcher.engine.values import StartupFacts
from matcher.errors import AccessDeniedError, UnknownProgramError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.matching import match_text
from matcher.workflows.programs import ProgramFilter, list_programs
from matcher.workflows.review_queues import ReviewQueue, open_queue, review_progress, startup_facts
from matcher.workflows.reviews import move, record_decision, set_pin
from models.access import ANONYMOUS, OPERATOR
from models.database import read_session, write_session
from models.tables import Profile, Program, Startup
from models.vocabulary import Decision, Language, Verdict

PROGRAM = "md-global-gateway"


def queue_of(
    engine: Engine, analyst: LocalAnalyst, program: str = PROGRAM, today: date = date(2026, 6, 30)
) -> ReviewQueue:
    """Open a queue in a read unit of its own."""
    with read_session(engine) as session:
        return open_queue(session, OPERATOR, analyst, program, today=today)


def order_of(queue: ReviewQueue) -> list[str]:
    """Give the startups in the reviewer's order."""
    return [candidate.startup_id for candidate in queue.candidates]


def test_a_new_queue_stands_in_the_machines_order(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    queue = queue_of(engine, hashing_analyst)

    scores = [candidate.score for candidate in queue.candidates]
    assert sorted(order_of(queue)) == ["S01", "S02", "S03", "S04", "S05", "S06"]
    assert scores == sorted(scores, reverse=True)
    assert [(item.position, item.machine_rank) for item in queue.candidates] == [
        (place, place) for place in range(1, 7)
    ]
    assert (queue.program.id, queue.decided) == (PROGRAM, 0)


def test_startups_a_program_is_closed_to_come_last(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    last = order_of(queue_of(engine, hashing_analyst))[0]
    with write_session(engine) as session:
        session.get_one(Startup, last).country = "US"

    queue = queue_of(engine, hashing_analyst)

    assert queue.candidates[-1].startup_id == last
    assert queue.candidates[-1].eligibility.verdict is Verdict.NOT_ELIGIBLE
    assert queue.candidates[-1].score == max(item.score for item in queue.candidates)


def test_a_candidate_scores_what_its_founder_would_see(
    engine: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    candidate = queue_of(engine, hashing_analyst).candidates[0]

    with read_session(engine) as session:
        result = match_text(
            session, hashing_analyst, candidate.text, candidate.language, candidate.facts, today=today
        )
    (match,) = [item for item in result.matches if item.program.id == PROGRAM]

    # One program alone and all programs together are multiplied in other shapes: the eighth digit differs.
    assert dict(candidate.signals) == pytest.approx(dict(match.signals), abs=1e-6)
    assert candidate.score == pytest.approx(match.score, abs=1e-6)
    assert candidate.band is match.band
    assert candidate.eligibility == match.eligibility
    assert [(pair.profile, pair.program) for pair in candidate.evidence] == [
        (pair.profile, pair.program) for pair in match.evidence
    ]


def test_the_korean_text_is_ranked_and_the_newest_version_of_it(
    engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    with write_session(engine) as session:
        session.add(Profile(startup_id="S01", language="ko", version=2, text="새 글입니다."))
        session.add(Profile(startup_id="S01", language="en", version=2, text="A new text."))

    (candidate,) = [item for item in queue_of(engine, hashing_analyst).candidates if item.startup_id == "S01"]

    assert (candidate.language, candidate.text) == (Language.KO, "새 글입니다.")


def test_a_startup_without_korean_text_is_ranked_by_its_english_one(
    tiny: Engine, hashing_analyst: LocalAnalyst
) -> None:
    queue = queue_of(tiny, hashing_analyst, "alpha")

    assert {item.startup_id: item.language for item in queue.candidates} == {
        "one": Language.KO,
        "two": Language.EN,
    }


def test_a_startup_without_a_text_is_not_listed(tiny: Engine, hashing_analyst: LocalAnalyst) -> None:
    with write_session(tiny) as session:
        session.add(Startup(id="silent", name="Silent", invented=False))

    queue = queue_of(tiny, hashing_analyst, "alpha")

    assert sorted(order_of(queue)) == ["one", "two"]


def test_pins_stand_on_top_in_the_machines_order_and_moves_below_them(
    engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    machine = order_of(queue_of(engine, hashing_analyst))
    with write_session(engine) as session:
        set_pin(session, OPERATOR, PROGRAM, machine[4], pinned=True)
        set_pin(session, OPERATOR, PROGRAM, machine[2], pinned=True)
        move(session, OPERATOR, PROGRAM, machine[5], position=3)
        move(session, OPERATOR, PROGRAM, machine[0], position=100)

    queue = queue_of(engine, hashing_analyst)

    assert order_of(queue) == [machine[place] for place in (2, 4, 5, 1, 3, 0)]
    assert [item.machine_rank for item in queue.candidates] == [3, 5, 6, 2, 4, 1]
    assert [(item.pinned, item.place) for item in queue.candidates] == [
        (True, None),
        (True, None),
        (False, 3),
        (False, None),
        (False, None),
        (False, 100),
    ]


def test_decisions_of_another_program_do_not_show(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    with write_session(engine) as session:
        record_decision(session, OPERATOR, "ksgc", "S01", decision=Decision.ACCEPT, reason="", revision=0)

    here, there = queue_of(engine, hashing_analyst), queue_of(engine, hashing_analyst, "ksgc")

    assert (here.decided, there.decided) == (0, 1)


def test_a_queue_is_refused_to_anybody_else(
    engine: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    with read_session(engine) as session, pytest.raises(AccessDeniedError, match="review: not allowed"):
        open_queue(session, ANONYMOUS, hashing_analyst, PROGRAM, today=today)


def test_a_queue_of_an_unknown_program_is_refused(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    with pytest.raises(UnknownProgramError, match="'gamma'"):
        queue_of(engine, hashing_analyst, "gamma")


def test_progress_counts_decisions_and_not_pins(engine: Engine) -> None:
    with write_session(engine) as session:
        for startup, decision in (("S01", Decision.ACCEPT), ("S02", Decision.MAYBE)):
            record_decision(session, OPERATOR, PROGRAM, startup, decision=decision, reason="", revision=0)
        set_pin(session, OPERATOR, PROGRAM, "S03", pinned=True)

    with read_session(engine) as session:
        cards = list_programs(session, ProgramFilter())
        progress = review_progress(session, OPERATOR)

    assert [item.program for item in progress] == list(cards)
    assert {item.program.id: item.decided for item in progress if item.decided} == {PROGRAM: 2}
    assert {item.startups for item in progress} == {6}


def test_progress_is_refused_to_anybody_else(engine: Engine) -> None:
    with read_session(engine) as session, pytest.raises(AccessDeniedError):
        review_progress(session, ANONYMOUS)


def test_stored_facts_become_the_facts_the_engine_reads() -> None:
    full = Startup(
        id="S",
        name="S",
        invented=True,
        founded=2020,
        sectors=["quantum"],
        needs=[],
        target_regions=["de", "eu"],
        languages={"ko": "native", "de": "B2"},
        institutions=["KAIST"],
    )
    bare = Startup(id="S", name="S", invented=True)

    assert startup_facts(full) == StartupFacts(
        founded=2020,
        sectors=("quantum",),
        needs=(),
        target_regions=("de", "eu"),
        languages=(("de", "B2"), ("ko", "native")),
        institutions=("KAIST",),
    )
    assert startup_facts(bare) == StartupFacts()


def test_a_queue_follows_a_program_edited_in_the_database(
    engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    before = queue_of(engine, hashing_analyst)
    wanted = before.candidates[-1]
    with write_session(engine) as session:
        session.get_one(Program, PROGRAM).text = wanted.text

    after = queue_of(engine, hashing_analyst)

    assert after.candidates[0].startup_id == wanted.startup_id
