"""Several reviewers and their lead: what each sees, what counts, what the agency's decision keeps."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import AccessDeniedError, FieldError, StaleEditError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.queue_views import QueueView, Show, Sort, narrow
from matcher.workflows.review_effects import Cause, last_effect
from matcher.workflows.review_queues import Candidate, RankedQueue, rank_queue, read_candidates
from matcher.workflows.review_setups import open_phase
from matcher.workflows.reviews import (
    StaleSelectionError,
    decide_many,
    move,
    override_verdict,
    record_decision,
    save_draft,
    set_excluded,
    set_liking,
    set_pin,
    undo,
)
from models.access import Actor
from models.database import write_session
from models.review import AGENCY_DESK, ReviewPhase
from models.tables import Account, Candidacy, ConflictAnswer, Program, Review, ReviewStep, Startup
from models.vocabulary import Decision, ReasonKind, Verdict
from tests.matcher.workflows.clearances import clear
from tests.matcher.workflows.conftest import TODAY

PROGRAM = "md-global-gateway"
NAMES = ("ann", "ben", "cho", "lead")
POINTS = {"market-entry": 4.0, "technology": 4.0, "fit-with-city": 4.0, "team": 4.0, "plan": 4.0}


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A write unit with three reviewers and a lead who answered for every startup."""
    with write_session(engine) as session:
        startups = session.exec(select(Startup.id)).all()
        for name in NAMES:
            session.add(Account(id=name, email=f"{name}@office.example", name=name.title()))
            session.flush()
            clear(session, name, *startups)
        yield session


@pytest.fixture
def people(session: Session) -> dict[str, Actor]:
    """The three reviewers and the lead of the program's agency."""
    agency = frozenset({session.get_one(Program, PROGRAM).agency_id})
    return {
        name: Actor(name, name.title(), agencies=agency, leads=agency if name == "lead" else frozenset())
        for name in NAMES
    }


@pytest.fixture
def analyst(hashing_analyst: LocalAnalyst) -> LocalAnalyst:
    """Who reads texts."""
    return hashing_analyst


def submit(session: Session, actor: Actor, startup: str, decision: Decision, **scores: float) -> None:
    """Submit a review nobody has touched."""
    record_decision(
        session,
        actor,
        PROGRAM,
        startup,
        decision=decision,
        reason="why",
        revision=0,
        scores=(POINTS | {key.replace("_", "-"): value for key, value in scores.items()}),
    )


def queue_of(session: Session, actor: Actor, analyst: LocalAnalyst) -> RankedQueue:
    """Rank the queue as somebody sees it."""
    return rank_queue(session, actor, analyst, PROGRAM, today=TODAY)


def read(session: Session, actor: Actor, analyst: LocalAnalyst, startup: str) -> Candidate:
    """Read one candidate as somebody sees it."""
    queue = queue_of(session, actor, analyst)
    (candidate,) = read_candidates(session, actor, analyst, queue, [startup], today=TODAY)
    return candidate


def test_others_are_hidden_until_ones_own_review_is_submitted(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    submit(session, people["ann"], "S01", Decision.ACCEPT)
    before = read(session, people["ben"], analyst, "S01")
    submit(session, people["ben"], "S01", Decision.MAYBE)
    after = read(session, people["ben"], analyst, "S01")

    assert (before.submitted, before.reviews, before.decision) == ((), 1, None)
    assert [(review.name, review.decision) for review in after.submitted] == [
        ("Ann", Decision.ACCEPT),
        ("Ben", Decision.MAYBE),
    ]
    assert (after.aggregate, after.decision) == (None, Decision.MAYBE)


def test_a_reviewers_order_knows_nothing_of_others(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    before = queue_of(session, people["ben"], analyst)
    last = before.order[-1]
    set_pin(session, people["ann"], PROGRAM, last, pinned=True)
    set_liking(session, people["ann"], PROGRAM, before.order[-2], liking=1)
    submit(session, people["ann"], before.order[0], Decision.DECLINE)
    after = queue_of(session, people["ben"], analyst)

    assert after.order == before.order
    assert queue_of(session, people["ann"], analyst).order[0] == last


def test_a_candidate_with_enough_reviews_leaves_the_open_ones(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    submit(session, people["ann"], "S01", Decision.ACCEPT)
    one = queue_of(session, people["cho"], analyst)
    submit(session, people["ben"], "S01", Decision.ACCEPT)
    two = queue_of(session, people["cho"], analyst)

    assert "S01" in narrow(one, QueueView())
    assert "S01" not in narrow(two, QueueView())
    assert "S01" in narrow(two, QueueView(), kept="S01")
    assert "S01" in narrow(two, QueueView(Show.DONE))
    assert "S01" not in narrow(queue_of(session, people["ann"], analyst), QueueView())


def test_a_recused_review_is_absent_and_not_zero(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    submit(session, people["ann"], "S01", Decision.ACCEPT)
    submit(session, people["ben"], "S01", Decision.DECLINE, technology=0.0)
    answer = session.get_one(ConflictAnswer, ("ben", "S01"))
    answer.state, answer.kind = "confirmed", "declared"
    session.flush()
    open_phase(session, people["lead"], PROGRAM, ReviewPhase.DECISION, revision=0)

    found = read(session, people["lead"], analyst, "S01")

    assert [review.reviewer for review in found.submitted] == ["ann"]
    assert (found.reviews, found.decision, found.decision_is_provisional) == (1, Decision.ACCEPT, True)
    assert found.aggregate is not None
    assert found.aggregate.total == 80.0


def test_the_agencys_decision_keeps_what_the_scores_came_to(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    submit(session, people["ann"], "S01", Decision.ACCEPT, technology=5.0)
    submit(session, people["ben"], "S01", Decision.MAYBE)
    submit(session, people["cho"], "S01", Decision.DECLINE, technology=0.0)
    open_phase(session, people["lead"], PROGRAM, ReviewPhase.DECISION, revision=0)
    record_decision(session, people["lead"], PROGRAM, "S01", decision=Decision.ACCEPT, reason="", revision=0)

    row = session.get_one(Review, (PROGRAM, "S01", AGENCY_DESK))
    assert row.aggregate is not None
    assert (row.aggregate["rule"], row.aggregate["rule_version"], row.aggregate["total"]) == (
        "trimmed-mean",
        1,
        80.0,
    )
    assert [one["reviewer"] for one in row.aggregate["dropped"]] == ["cho", "ann"]
    assert read(session, people["lead"], analyst, "S01").decision is Decision.ACCEPT
    with pytest.raises(AccessDeniedError):
        submit(session, people["ann"], "S02", Decision.ACCEPT)


def test_undo_takes_the_kept_aggregate_back_too(session: Session, people: dict[str, Actor]) -> None:
    submit(session, people["ann"], "S01", Decision.ACCEPT)
    open_phase(session, people["lead"], PROGRAM, ReviewPhase.DECISION, revision=0)
    record_decision(session, people["lead"], PROGRAM, "S01", decision=Decision.ACCEPT, reason="", revision=0)
    undo(session, people["lead"], PROGRAM)

    assert session.get_one(Review, (PROGRAM, "S01", AGENCY_DESK)).aggregate is None


def test_a_decision_about_several_is_saved_for_all_or_for_none(
    session: Session, people: dict[str, Actor]
) -> None:
    ann = people["ann"]
    decide_many(session, ann, PROGRAM, {"S01": 0, "S02": 0}, decision=Decision.MAYBE, reason="both")

    with pytest.raises(StaleSelectionError) as refused:
        decide_many(
            session, ann, PROGRAM, {"S02": 0, "S03": 0, "S01": 1}, decision=Decision.ACCEPT, reason=""
        )

    assert refused.value.startup_ids == ("S02",)
    said = {row.startup_id: row.decision for row in session.exec(select(Review))}
    assert said == {"S01": "maybe", "S02": "maybe"}


def test_a_decision_about_several_is_undone_as_one(session: Session, people: dict[str, Actor]) -> None:
    ann = people["ann"]
    submit(session, ann, "S03", Decision.ACCEPT)
    decide_many(session, ann, PROGRAM, {"S01": 0, "S02": 0}, decision=Decision.MAYBE, reason="both")

    undone = undo(session, ann, PROGRAM)

    said = {row.startup_id: row.decision for row in session.exec(select(Review))}
    assert (undone, said) == ("S01", {"S01": None, "S02": None, "S03": "accept"})
    assert undo(session, ann, PROGRAM) == "S03"


@pytest.mark.parametrize("seen", [{}, {f"S{number}": 0 for number in range(101)}])
def test_a_decision_about_none_or_too_many_is_refused(
    session: Session, people: dict[str, Actor], seen: dict[str, int]
) -> None:
    with pytest.raises(FieldError, match="chosen"):
        decide_many(session, people["ann"], PROGRAM, seen, decision=Decision.MAYBE, reason="")


def draft(session: Session, actor: Actor, text: str, revision: int) -> int:
    """Keep what was typed."""
    return save_draft(
        session,
        actor,
        PROGRAM,
        "S01",
        reason=text,
        reason_kind=ReasonKind.TEAM,
        scores={"team": 3},
        revision=revision,
    )


def test_a_draft_is_submitted_to_nobody_and_undone_as_one(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    ann = people["ann"]
    revisions = [draft(session, ann, "so", 0), draft(session, ann, "so far", 1)]

    found = read(session, ann, analyst, "S01")
    assert revisions == [1, 2]
    assert (found.reason, found.is_open, found.reviews) == ("so far", True, 0)
    assert len(session.exec(select(ReviewStep)).all()) == 1
    undo(session, ann, PROGRAM)
    assert read(session, ann, analyst, "S01").reason == ""


@pytest.mark.parametrize("scores", [{"nothing": 1.0}, {"team": -1.0}, {"team": 5.5}, {"team": float("nan")}])
def test_points_outside_the_rubric_are_refused(
    session: Session, people: dict[str, Actor], scores: dict[str, float]
) -> None:
    with pytest.raises(FieldError, match="scores"):
        save_draft(
            session,
            people["ann"],
            PROGRAM,
            "S01",
            reason="",
            reason_kind=None,
            scores=scores,
            revision=0,
        )


def test_an_override_orders_and_keeps_the_computed_verdict(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    ann = people["ann"]
    first = queue_of(session, ann, analyst).order[0]
    with pytest.raises(FieldError, match="override_reason"):
        override_verdict(session, ann, PROGRAM, first, verdict=Verdict.NOT_ELIGIBLE, reason=" ", revision=0)
    override_verdict(
        session, ann, PROGRAM, first, verdict=Verdict.NOT_ELIGIBLE, reason="no branch", revision=0
    )

    queue, found = queue_of(session, ann, analyst), read(session, ann, analyst, first)
    assert (queue.order[-1], queue.machine[0]) == (first, first)
    assert (found.verdict, found.override_reason, found.override_by) == (
        Verdict.NOT_ELIGIBLE,
        "no branch",
        "Ann",
    )
    assert found.eligibility.verdict is not Verdict.NOT_ELIGIBLE
    assert narrow(queue, QueueView(eligibility=Verdict.NOT_ELIGIBLE)) == (first,)


def test_more_like_this_moves_the_startup_itself_up_and_says_so(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    ann = people["ann"]
    last = queue_of(session, ann, analyst).order[-1]
    set_liking(session, ann, PROGRAM, last, liking=1)
    queue = queue_of(session, ann, analyst)

    effect = last_effect(session, ann, queue, last)

    assert effect is not None
    assert (effect.cause, queue.machine_ranks[last]) == (Cause.MORE_LIKE, 6)
    assert effect.own is None or effect.own.after < effect.own.before == 6
    assert last_effect(session, ann, queue, queue.machine[0]) is None
    assert last_effect(session, people["ben"], queue_of(session, people["ben"], analyst), last) is None


def test_an_effect_names_every_kind_of_act(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    ann = people["ann"]
    start = queue_of(session, ann, analyst).order

    def told(startup: str) -> tuple[Cause, tuple[int, int] | None]:
        effect = last_effect(session, ann, queue_of(session, ann, analyst), startup)
        assert effect is not None
        return effect.cause, (effect.own.before, effect.own.after) if effect.own else None

    set_pin(session, ann, PROGRAM, start[4], pinned=True)
    assert told(start[4]) == (Cause.PINNED, (5, 1))
    set_excluded(session, ann, PROGRAM, start[4], excluded=True)
    assert told(start[4]) == (Cause.EXCLUDED, (1, 6))
    set_excluded(session, ann, PROGRAM, start[4], excluded=False)
    assert told(start[4]) == (Cause.INCLUDED, (6, 5))
    move(session, ann, PROGRAM, start[0], position=3)
    assert told(start[0]) == (Cause.MOVED, (1, 3))
    submit(session, ann, start[1], Decision.ACCEPT)
    assert told(start[1])[0] is Cause.DECIDED
    undo(session, ann, PROGRAM)
    assert told(start[0]) == (Cause.MOVED, (1, 3))


def test_views_filter_and_sort(session: Session, people: dict[str, Actor], analyst: LocalAnalyst) -> None:
    ann = people["ann"]
    submit(session, ann, "S03", Decision.DECLINE)
    set_pin(session, ann, PROGRAM, "S05", pinned=True)
    queue = queue_of(session, ann, analyst)
    names = {startup.id: startup.name for startup in queue.listed}

    assert narrow(queue, QueueView(Show.DECLINE)) == ("S03",)
    assert narrow(queue, QueueView(Show.PINNED)) == ("S05",)
    assert narrow(queue, QueueView(Show.ACCEPT)) == ()
    assert narrow(queue, QueueView(Show.ALL)) == queue.order
    assert narrow(queue, QueueView(Show.ALL, sort=Sort.MACHINE)) == queue.machine
    by_name = narrow(queue, QueueView(Show.ALL, sort=Sort.NAME))
    assert [names[one].casefold() for one in by_name] == sorted(name.casefold() for name in names.values())
    assert set(narrow(queue, QueueView(Show.ALL, sort=Sort.CHANGED))[:2]) == {"S03", "S05"}
    assert narrow(queue, QueueView(Show.ALL, words=names["S02"].upper())) == ("S02",)


AT_AN_OWN_DESK: dict[str, Callable[[Session, Actor], object]] = {
    "decide": lambda session, actor: record_decision(
        session, actor, PROGRAM, "S01", decision=Decision.ACCEPT, reason="", revision=0, desk="own"
    ),
    "draft": lambda session, actor: save_draft(
        session, actor, PROGRAM, "S01", reason="so", reason_kind=None, scores={}, revision=0, desk="own"
    ),
    "override": lambda session, actor: override_verdict(
        session, actor, PROGRAM, "S01", verdict=Verdict.ELIGIBLE, reason="so", revision=0, desk="own"
    ),
    "pin": lambda session, actor: set_pin(session, actor, PROGRAM, "S01", pinned=True, desk="own"),
    "exclude": lambda session, actor: set_excluded(session, actor, PROGRAM, "S01", excluded=True, desk="own"),
    "like": lambda session, actor: set_liking(session, actor, PROGRAM, "S01", liking=1, desk="own"),
    "move": lambda session, actor: move(session, actor, PROGRAM, "S01", position=1, desk="own"),
    "undo": lambda session, actor: undo(session, actor, PROGRAM, "own"),
}


@pytest.mark.parametrize("act", AT_AN_OWN_DESK)
def test_what_was_meant_for_the_own_desk_never_becomes_the_agencys(
    session: Session, people: dict[str, Actor], act: str
) -> None:
    lead = people["lead"]
    open_phase(session, lead, PROGRAM, ReviewPhase.DECISION, revision=0)

    with pytest.raises(StaleEditError):
        AT_AN_OWN_DESK[act](session, lead)

    assert session.exec(select(Review)).all() == []


def test_what_was_meant_for_the_agencys_desk_never_becomes_a_review(
    session: Session, people: dict[str, Actor]
) -> None:
    lead, seen = people["lead"], {"S01": 0, "S02": 0}
    with pytest.raises(StaleEditError):
        record_decision(
            session, lead, PROGRAM, "S01", decision=Decision.ACCEPT, reason="", revision=0, desk="agency"
        )
    with pytest.raises(StaleSelectionError) as refused:
        decide_many(session, lead, PROGRAM, seen, decision=Decision.ACCEPT, reason="", desk="agency")

    assert refused.value.startup_ids == ("S01", "S02")
    assert session.exec(select(Review)).all() == []
    decide_many(session, lead, PROGRAM, seen, decision=Decision.ACCEPT, reason="", desk="own")
    assert {row.desk for row in session.exec(select(Review))} == {"lead"}


def test_a_decision_about_several_without_a_reason_leaves_what_was_drafted(
    session: Session, people: dict[str, Actor]
) -> None:
    ann = people["ann"]
    revision = draft(session, ann, "A strong team.", 0)
    with pytest.raises(FieldError, match="reason"):
        decide_many(session, ann, PROGRAM, {"S01": revision, "S03": 0}, decision=Decision.DECLINE, reason="")
    assert [row.decision for row in session.exec(select(Review))] == [None]
    record_decision(session, ann, PROGRAM, "S02", decision=Decision.DECLINE, reason="Too early.", revision=0)

    decide_many(session, ann, PROGRAM, {"S01": revision, "S02": 1}, decision=Decision.ACCEPT, reason="")

    said = {row.startup_id: (row.reason, row.reason_kind) for row in session.exec(select(Review))}
    # What was said for the opposite decision goes with it.
    assert said == {"S01": ("A strong team.", "team"), "S02": ("", "")}


def test_typing_joins_no_step_that_somebody_else_came_after(
    session: Session, people: dict[str, Actor]
) -> None:
    lead, other = (
        people["lead"],
        Actor("cho", "Cho", agencies=people["lead"].leads, leads=people["lead"].leads),
    )
    open_phase(session, lead, PROGRAM, ReviewPhase.DECISION, revision=0)
    draft(session, lead, "mine", 0)
    draft(session, other, "theirs", 1)
    draft(session, lead, "mine again", 2)

    undo(session, lead, PROGRAM)

    assert session.get_one(Review, (PROGRAM, "S01", AGENCY_DESK)).reason == "theirs"


def test_undo_brings_back_no_score_of_somebody_who_stepped_back(
    session: Session, people: dict[str, Actor]
) -> None:
    lead = people["lead"]
    submit(session, people["ann"], "S01", Decision.ACCEPT, technology=0.0)
    submit(session, people["ben"], "S01", Decision.ACCEPT)
    open_phase(session, lead, PROGRAM, ReviewPhase.DECISION, revision=0)
    for number, decision in enumerate((Decision.ACCEPT, None)):
        record_decision(session, lead, PROGRAM, "S01", decision=decision, reason="", revision=number)
    answer = session.get_one(ConflictAnswer, ("ann", "S01"))
    answer.state, answer.kind = "open", "declared"
    session.add(answer)

    undo(session, lead, PROGRAM)

    total = session.get_one(Review, (PROGRAM, "S01", AGENCY_DESK)).aggregate
    assert total is not None
    assert [one["reviewer"] for one in total["used"]] == ["ben"]


def test_former_candidates_are_not_counted(
    session: Session, people: dict[str, Actor], analyst: LocalAnalyst
) -> None:
    for startup in ("S01", "S02"):
        submit(session, people["ann"], startup, Decision.ACCEPT)
    session.delete(session.get_one(Candidacy, (PROGRAM, "S02")))
    session.flush()

    queue = queue_of(session, people["ann"], analyst)

    assert (queue.decided, queue.accepted) == (1, 1)
