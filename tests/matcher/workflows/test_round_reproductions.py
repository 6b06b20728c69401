"""A list made again from its pack: identical, or what differs by name; an erased input is named too."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.erasures import erase_startup
from matcher.workflows.round_reproductions import Part, Reproduction, read_document, reproduce
from models.access import OPERATOR
from models.database import read_session, write_session
from models.tables import Candidacy, Profile, Program, Round, RoundPin, RoundProgram, RoundRun, Startup
from models.vocabulary import Decision
from tests.matcher.workflows.planned import ROUND, Planned, plan_bytes

Pack = dict[str, object]


@pytest.fixture
def planned(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> Planned:
    """Give a round that is published."""
    made = Planned(tiny, hashing_analyst, today)
    made.pin("alpha", "two")
    made.publish(made.run().card.number)
    return made


def pack_of(planned: Planned) -> Pack:
    """Give the pack as it is taken away."""
    with read_session(planned.engine) as session:
        run = session.get_one(RoundRun, _run_id(planned))
        document: Pack = json.loads(plan_bytes(run.pack))
    return document


def _run_id(planned: Planned) -> str:
    with read_session(planned.engine) as session:
        return session.exec(select(RoundRun.id).where(RoundRun.round_id == ROUND)).one()


def again(planned: Planned, pack: object, analyst: LocalAnalyst | None = None) -> Reproduction:
    """Make the list again."""
    with read_session(planned.engine) as session:
        return reproduce(session, analyst or planned.analyst, pack)


def parts(found: Reproduction) -> set[tuple[Part, str]]:
    """Give what differs."""
    return {(one.part, one.id) for one in found.differences}


def test_a_published_list_is_made_again_byte_for_byte(planned: Planned) -> None:
    found = again(planned, pack_of(planned))

    assert found.differences == ()
    assert found.identical
    assert found.document["result"] == "identical"


def test_a_changed_profile_is_named(planned: Planned) -> None:
    pack = pack_of(planned)
    with write_session(planned.engine) as session:
        session.add(Profile(startup_id="m1", language="en", version=2, text="We keep bees."))

    found = again(planned, pack)

    assert not found.identical
    assert found.same_list
    assert (Part.PROFILE, "m1") in parts(found)
    assert any(one.line == "profile M1 Ltd (m1) changed" for one in found.differences)
    assert {one.id.split(",")[0] for one in found.differences} == {"m1"}


def test_a_changed_fact_is_named(planned: Planned) -> None:
    pack = pack_of(planned)
    with write_session(planned.engine) as session:
        row = session.get_one(Startup, "two")
        row.trl = 2
        session.add(row)

    assert (Part.FACTS, "two") in parts(again(planned, pack))


def test_a_program_a_startup_has_left_or_come_to_is_named(planned: Planned) -> None:
    pack = pack_of(planned)
    with write_session(planned.engine) as session:
        session.delete(session.get_one(Candidacy, ("beta", "m2")))
        session.add(Candidacy(program_id="beta", startup_id="one"))

    found = again(planned, pack)

    assert parts(found) == {(Part.CANDIDATE, "m2, beta"), (Part.CANDIDATE, "one, beta")}


def test_what_is_set_otherwise_since_is_named(planned: Planned) -> None:
    pack = pack_of(planned)
    with write_session(planned.engine) as session:
        place = session.get_one(RoundProgram, (ROUND, "alpha"))
        place.seats = 3
        pin = session.exec(select(RoundPin)).one()
        pin.reason = "Somebody else asked"
        row = session.get_one(Round, ROUND)
        row.side_rules = {"rules": [{"name": "Few", "max": 1}]}
        session.add_all([place, pin, row])

    assert parts(again(planned, pack)) == {
        (Part.SEATS, "seats"),
        (Part.RULES, "rules"),
        (Part.PINS, "pins"),
    }


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("seats", lambda pack: pack["seats"].append(pack["seats"][0])),
        ("candidates", lambda pack: pack["candidates"].append(pack["candidates"][0])),
        ("startups", lambda pack: pack["startups"].pop("m1")),
        ("round.run", lambda pack: pack["round"].update(run=10**30)),
        ("seats.0.seats", lambda pack: pack["seats"][0].update(seats=10**30)),
    ],
)
def test_a_pack_whose_parts_do_not_go_together_is_none(
    planned: Planned, field: str, change: Callable[[Any], object]
) -> None:
    pack = pack_of(planned)
    change(pack)

    with pytest.raises(FieldError) as refused:
        again(planned, pack)
    assert str(refused.value).startswith((field, f"pack: Value error, {field}"))


def test_a_plan_that_is_no_plan_differs(planned: Planned) -> None:
    pack: Any = pack_of(planned)
    pack["plan"]["programs"][0]["selected"] = 5

    assert again(planned, pack).document["list"] == "differs"


def test_a_changed_program_is_named(planned: Planned) -> None:
    pack = pack_of(planned)
    with write_session(planned.engine) as session:
        row = session.get_one(Program, "alpha")
        row.details = [{"topic": "cost", "text": "Not free.", "verified": True}]
        session.add(row)

    assert (Part.PROGRAM, "alpha") in parts(again(planned, pack))


def test_another_model_is_named(planned: Planned, tmp_path: Path, multilingual_model: Path) -> None:
    pack = pack_of(planned)
    other = LocalAnalyst(Settings(data_dir=tmp_path / "other", encoder=str(multilingual_model)))

    found = again(planned, pack, other)

    assert (Part.MODEL, "engine.encoder") in parts(found)
    assert {one.part for one in found.differences} <= {Part.MODEL}


@pytest.mark.parametrize("name", ["fit", "review", "interest", "moving_cost"])
def test_a_changed_weight_of_the_round_is_named(planned: Planned, name: str) -> None:
    pack = pack_of(planned)
    with write_session(planned.engine) as session:
        row = session.get_one(Round, ROUND)
        row.settings = {**row.settings, name: 7.0}
        session.add(row)

    assert parts(again(planned, pack)) == {(Part.WEIGHT, f"settings.{name}")}


def test_a_weight_changed_in_the_pack_is_named(planned: Planned) -> None:
    pack = pack_of(planned)
    settings = pack["settings"]
    engine = pack["engine"]
    assert isinstance(settings, dict)
    assert isinstance(engine, dict)
    settings["fit"] = 3.0
    engine["policy"]["sector"] = 0.9

    found = parts(again(planned, pack))

    assert (Part.WEIGHT, "settings.fit") in found
    assert (Part.WEIGHT, "engine.policy.sector") in found


def test_a_changed_decision_is_named(planned: Planned) -> None:
    pack = pack_of(planned)
    planned.decide("alpha", "m1", Decision.DECLINE)

    found = again(planned, pack)

    assert [one.line for one in found.differences] == [
        "candidate M1 Ltd (m1, alpha: decision): accept -> decline"
    ]


def test_an_erased_input_is_named_and_the_list_is_still_the_same(planned: Planned) -> None:
    pack = pack_of(planned)
    with write_session(planned.engine) as session:
        erase_startup(session, OPERATOR, "two")

    before, after = again(planned, pack), again(planned, pack_of(planned))

    assert before.same_list
    assert after.same_list
    assert (Part.ERASED, "two") in parts(before)
    assert parts(after) == {(Part.ERASED, "two")}
    assert [one.line for one in after.differences] == ["input two was erased"]


def test_what_was_said_about_an_erased_startup_leaves_the_packs(planned: Planned) -> None:
    assert "Asked by the city" in json.dumps(pack_of(planned))
    with write_session(planned.engine) as session:
        erase_startup(session, OPERATOR, "two")

    pack = pack_of(planned)
    assert "Asked by the city" not in json.dumps(pack)
    candidates, marks = pack["candidates"], pack["startups"]
    assert isinstance(candidates, list)
    assert isinstance(marks, dict)
    assert {item["reason"] for item in candidates if item["startup"] == "two"} == {""}
    assert {item["reason"] for item in candidates if item["startup"] == "one"} == {"Said by the agency"}
    assert marks["two"] == {"texts": "", "facts": "", "erased": True}


def test_a_list_that_is_not_what_the_pack_gives_differs(planned: Planned) -> None:
    pack = pack_of(planned)
    plan = pack["plan"]
    assert isinstance(plan, dict)
    plan["programs"][0]["selected"] = []

    found = again(planned, pack)

    assert not found.same_list
    assert {(Part.LIST, "alpha"), (Part.PACK, "plan_sha256")} <= parts(found)


def test_without_a_database_the_list_alone_is_made(planned: Planned) -> None:
    found = reproduce(None, planned.analyst, pack_of(planned))

    assert found.identical
    assert not found.inputs_compared


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": "other"}', b"\xff", b"[" * 10_000])
def test_what_is_no_pack_is_refused(planned: Planned, content: bytes) -> None:
    with pytest.raises(FieldError):
        reproduce(None, planned.analyst, read_document(content))
