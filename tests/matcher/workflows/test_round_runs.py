"""Plans of a round: dry runs keep nothing, runs keep a pack, re-runs say what changed, and why not."""

import json
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.engine.rerun_diff import Entered, Left
from matcher.engine.round_plan import canonical_plan, plan_round
from matcher.engine.why_not import Kind
from matcher.errors import AccessDeniedError, FieldError, StaleEditError, UnknownThingError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.round_inputs import seated_pairs
from matcher.workflows.round_packs import plan_again, read_pack
from matcher.workflows.round_runs import Lacks, Reasons, dry_run, list_runs, read_run, why_not
from matcher.workflows.rounds import change_rules
from matcher.workflows.rubrics import rubric_of
from models.access import ANONYMOUS, Actor
from models.base import now_utc
from models.database import read_session, write_session
from models.round import PinKind
from models.tables import Candidacy, ProgramInterest, Review, ReviewSetup, RoundRun, Startup
from models.vocabulary import Decision
from tests.matcher.workflows.planned import ROUND, Planned, plan_bytes, seated, waiting


@pytest.fixture
def planned(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> Planned:
    """Give a round with decisions and nothing planned."""
    return Planned(tiny, hashing_analyst, today)


def ask(planned: Planned, startup: str = "", program: str = "") -> Reasons:
    """Ask why a startup is out, or a seat empty."""
    draft = planned.draft()
    with read_session(planned.engine) as session:
        return why_not(
            session,
            planned.manager,
            planned.analyst,
            draft.material,
            draft.made,
            startup_id=startup,
            program_id=program,
        )


def test_a_dry_run_keeps_nothing(planned: Planned) -> None:
    draft = planned.draft()

    listed = seated(draft.document)
    assert {len(startups) for startups in listed.values()} == {1}
    assert draft.before is None
    with read_session(planned.engine) as session:
        assert list_runs(session, planned.manager, ROUND) == ()


def test_who_has_a_seat_is_on_no_waitlist_and_who_is_declined_has_neither(planned: Planned) -> None:
    document = planned.draft().document

    has_seat = {startup for startups in seated(document).values() for startup in startups}
    waits = {startup for startups in waiting(document).values() for startup in startups}
    assert not has_seat & waits
    assert {item["startup"] for item in document["not_selected"]} == {"m3"}
    assert has_seat | waits == {"one", "two", "m1", "m2"}


def test_a_run_is_kept_with_a_pack_its_list_can_be_made_from(planned: Planned) -> None:
    run = planned.run()

    pack = read_pack(json.loads(json.dumps(run.pack_document)))
    made, digest = plan_again(pack)
    assert plan_bytes(made) == plan_bytes(run.document)
    assert digest == pack.plan_sha256
    assert run.card.number == 1
    assert "We recycle" not in json.dumps(run.pack_document)
    assert canonical_plan(plan_round(pack.inputs)) == run.document


def test_interest_and_weights_change_the_scores(planned: Planned) -> None:
    with write_session(planned.engine) as session:
        session.add(ProgramInterest(startup_id="two", program_id="alpha", interested=True))
    planned.set(interest=100.0)

    assert seated(planned.draft().document)["alpha"] == ["two"]


def test_a_pin_is_kept_and_a_rerun_says_what_it_changed(planned: Planned) -> None:
    first = planned.run()
    (out,) = seated(first.document)["alpha"]
    planned.pin("alpha", "two" if out != "two" else "one")
    second = planned.run()

    pinned = seated(second.document)["alpha"]
    assert pinned == ["two" if out != "two" else "one"]
    entered = {one.startup: one.why for one in second.changes.entered}
    left = {one.startup: one.why for one in second.changes.left}
    assert entered[pinned[0]] is Entered.PINNED
    assert left[out] in {Left.GAVE_WAY_TO_PIN, Left.MOVED}
    assert second.before == 1


def test_moving_costs_keep_what_need_not_move(planned: Planned) -> None:
    first = planned.run()
    planned.set(moving_cost=1000.0)
    with write_session(planned.engine) as session:
        for startup in ("one", "two", "m1", "m2"):
            if startup not in seated(first.document)["alpha"]:
                session.add(ProgramInterest(startup_id=startup, program_id="alpha", interested=True))
    planned.set(interest=10.0)

    second = planned.run()
    assert seated(second.document) == seated(first.document)
    assert (second.changes.entered, second.changes.left) == ((), ())
    with read_session(planned.engine) as session:
        kept = session.exec(select(RoundRun).where(RoundRun.number == 1)).one()
        assert tuple(second.pack.previous) == seated_pairs(kept)


def test_an_impossible_pin_is_named_in_words(planned: Planned) -> None:
    planned.pin("alpha", "one")
    planned.pin("alpha", "two")

    with pytest.raises(FieldError, match=r"One Ltd, Alpha program.*2 startups are pinned to Alpha program"):
        planned.draft()


def test_rules_and_pins_that_cannot_be_kept_together_are_named(planned: Planned) -> None:
    planned.pin("alpha", "one")
    rule = {"name": "no batteries", "startups": {"sector": "batteries"}, "max": 0}
    with write_session(planned.engine) as session:
        change_rules(session, planned.manager, ROUND, [rule], revision=1)

    with pytest.raises(FieldError, match="'no batteries' and the pin of One Ltd to Alpha program"):
        planned.draft()


def test_a_side_rule_is_kept_and_what_it_costs_is_said(planned: Planned) -> None:
    rule = {"name": "nobody in town", "programs": {"city": "town"}, "max": 0}
    with write_session(planned.engine) as session:
        change_rules(session, planned.manager, ROUND, [rule], revision=0)

    draft = planned.draft()
    assert seated(draft.document)["alpha"] == []
    assert [(cost.name, cost.pairs) for cost in draft.rule_costs] == [("nobody in town", 1)]
    run = planned.run()
    assert run.pack.groups["programs"] == {"city": {"alpha": ["town"], "beta": ["field"]}}


def test_why_not_names_the_pin_the_seat_and_the_agencys_word(planned: Planned) -> None:
    document = planned.draft().document
    out = waiting(document)["alpha"][0]

    kinds = {(one.kind, one.startup, one.program) for one in ask(planned, startup=out).suggestions}
    declined = ask(planned, startup="m3")

    assert (Kind.PIN, out, "alpha") in kinds
    assert (Kind.SEAT, "", "alpha") in kinds
    assert declined.cause is not None
    assert all(one.lacks is Lacks.DECISION for one in declined.suggestions if one.kind is Kind.FACT)


@pytest.mark.parametrize("decision", [None, Decision.MAYBE, Decision.DECLINE])
def test_why_not_names_a_pin_whatever_the_agency_decided_and_the_pin_keeps_its_promise(
    planned: Planned, decision: Decision | None
) -> None:
    with write_session(planned.engine) as session:
        session.delete(session.get_one(Review, ("alpha", "m3", "agency")))
    if decision is not None:
        planned.decide("alpha", "m3", decision)

    pins = [one for one in ask(planned, "m3").suggestions if one.kind is Kind.PIN]

    assert [(one.startup, one.program, one.pairs) for one in pins] == [("m3", "alpha", 0)]
    before = planned.draft().document["total"]
    planned.pin("alpha", "m3")
    after = planned.draft().document
    assert seated(after)["alpha"] == ["m3"]
    assert after["total"] - before == pytest.approx(pins[0].gain, abs=1e-5)


def test_who_is_ruled_out_and_leaves_does_not_stop_the_next_plan(planned: Planned) -> None:
    planned.pin("alpha", "m3", PinKind.EXCLUDE)
    with write_session(planned.engine) as session:
        session.delete(session.get_one(Candidacy, ("alpha", "m3")))

    assert seated(planned.draft().document)["alpha"]


def test_why_not_names_the_one_condition_that_keeps_a_seat_empty(planned: Planned) -> None:
    with write_session(planned.engine) as session:
        for startup in ("m1", "m2"):
            row = session.get_one(Startup, startup)
            row.country = "KR"
            session.add(row)
    planned.seats(("beta", 1, 5))

    reasons = ask(planned, program="beta")

    assert {(one.kind, one.startup, one.lacks) for one in reasons.suggestions} == {
        (Kind.FACT, "m1", Lacks.CONDITION),
        (Kind.FACT, "m2", Lacks.CONDITION),
    }
    assert all(one.condition is not None and one.fact is not None for one in reasons.suggestions)


def score_zero(planned: Planned, startup: str) -> None:
    """Let a reviewer give 0 points for the first criterion of beta, where a single 0 excludes."""
    with write_session(planned.engine) as session:
        criteria = rubric_of(session, "beta")
        session.merge(ReviewSetup(program_id="beta", phase="decision", zero_excludes=True))
        session.add(
            Review(
                program_id="beta",
                startup_id=startup,
                desk="boss" * 4,
                decision="maybe",
                scores={one.key: float(number) for number, one in enumerate(criteria)},
                reviewer="boss" * 4,
                submitted_at=now_utc(),
            )
        )


def test_a_zero_that_excludes_keeps_a_startup_out_and_why_not_says_so(planned: Planned) -> None:
    planned.seats(("beta", 2, 5))
    assert sorted(seated(planned.draft().document)["beta"]) == ["m1", "m2"]
    score_zero(planned, "m1")

    assert seated(planned.draft().document)["beta"] == ["m2"]
    assert waiting(planned.draft().document)["beta"] == []
    for reasons in (ask(planned, startup="m1"), ask(planned, program="beta")):
        assert [(one.kind, one.startup, one.lacks) for one in reasons.suggestions] == [
            (Kind.FACT, "m1", Lacks.ZERO)
        ]
    planned.pin("beta", "m1")
    with pytest.raises(FieldError, match="pin"):
        planned.draft()


def test_who_is_excluded_by_a_zero_is_told_and_the_pack_keeps_why(planned: Planned) -> None:
    planned.seats(("beta", 2, 5))
    score_zero(planned, "m1")
    run = planned.run()

    (packed,) = [item for item in run.pack.candidates if item.startup == "m1"]
    assert packed.zeros
    planned.publish(run.card.number)
    assert planned.outcomes() == {("beta", "m1"): "not-selected", ("beta", "m2"): "selected"}


def test_why_not_refuses_what_is_no_question(planned: Planned) -> None:
    document = planned.draft().document
    (inside,) = seated(document)["alpha"]

    with pytest.raises(FieldError, match="has a program"):
        ask(planned, startup=inside)
    with pytest.raises(FieldError, match="no empty seat"):
        ask(planned, program="alpha")
    with pytest.raises(UnknownThingError):
        ask(planned, startup="nobody")


def test_an_excluded_pair_gets_no_seat(planned: Planned) -> None:
    (out,) = seated(planned.draft().document)["alpha"]
    planned.pin("alpha", out, PinKind.EXCLUDE)

    assert out not in seated(planned.draft().document)["alpha"]


def test_maybe_gets_a_seat_only_where_the_round_says_so(planned: Planned) -> None:
    planned.decide("alpha", "m3", Decision.MAYBE)
    planned.seats(("alpha", 5, 0), ("beta", 1, 0))

    assert "m3" not in seated(planned.draft().document)["alpha"]
    planned.set(seat_for="accepted-and-maybe")
    assert "m3" in seated(planned.draft().document)["alpha"]


def test_nobody_else_plans(planned: Planned) -> None:
    with read_session(planned.engine) as session:
        for actor in (ANONYMOUS, Actor("x", agencies=frozenset({"office"}), leads=frozenset({"office"}))):
            with pytest.raises(AccessDeniedError):
                dry_run(session, actor, planned.analyst, ROUND, today=planned.today)
        with pytest.raises(UnknownThingError):
            read_run(session, planned.manager, ROUND, 1)
        with pytest.raises(UnknownThingError):
            read_run(session, planned.manager, "no\ud800", 1)


def test_a_published_round_is_planned_no_more(planned: Planned) -> None:
    planned.publish(planned.run().card.number)

    with pytest.raises(StaleEditError, match="published"):
        planned.run()
