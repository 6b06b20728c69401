"""Rounds: opened, changed from the revision that was read, windows in their zone, pins with reasons."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.engine.round_plan import SeatFor
from matcher.errors import AccessDeniedError, FieldError, StaleEditError, UnknownThingError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.rounds import (
    USUAL_STAGES,
    StageWindow,
    change_programs,
    change_rules,
    change_settings,
    change_stages,
    create_round,
    list_rounds,
    local_time,
    read_round,
    remove_pin,
    rename_round,
    round_exists,
    save_columns,
    set_pin,
    stage_time,
)
from models.access import ANONYMOUS, OPERATOR, Actor
from models.database import read_session, write_session
from models.round import PinKind, RoundStage
from models.tables import AuditEntry
from tests.matcher.workflows.planned import ROUND, Planned

Change = Callable[[Session, Actor, int], object]

CHANGES: dict[str, Change] = {
    "name": lambda session, actor, revision: rename_round(session, actor, ROUND, "New", revision=revision),
    "settings": lambda session, actor, revision: change_settings(
        session, actor, ROUND, {"fit": 2}, revision=revision
    ),
    "programs": lambda session, actor, revision: change_programs(
        session, actor, ROUND, [("alpha", 2, 3)], revision=revision
    ),
    "rules": lambda session, actor, revision: change_rules(
        session, actor, ROUND, [{"name": "r", "each_startup": "country", "max": 2}], revision=revision
    ),
    "stages": lambda session, actor, revision: change_stages(
        session,
        actor,
        ROUND,
        stages=USUAL_STAGES,
        stage=RoundStage.DOCUMENTS,
        time_zone="Europe/Berlin",
        revision=revision,
    ),
    "columns": lambda session, actor, revision: save_columns(
        session, actor, ROUND, ["company", "result"], revision=revision
    ),
    "pin": lambda session, actor, revision: set_pin(
        session, actor, ROUND, "alpha", "one", kind=PinKind.PIN, reason="Because", revision=revision
    ),
}


local = datetime.fromisoformat


@pytest.fixture
def planned(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> Planned:
    """Give a round with decisions and nothing planned."""
    return Planned(tiny, hashing_analyst, today)


def test_a_round_is_read_as_it_was_opened(planned: Planned) -> None:
    sheet = planned.sheet

    assert (sheet.card.id, sheet.card.name, sheet.card.programs, sheet.card.seats) == (ROUND, "Autumn", 2, 2)
    assert [(one.program.id, one.seats, one.candidates) for one in sheet.programs] == [
        ("alpha", 1, 5),
        ("beta", 1, 2),
    ]
    assert [stage.stage for stage in sheet.stages] == [stage.stage for stage in USUAL_STAGES]
    with read_session(planned.engine) as session:
        assert list_rounds(session, planned.manager) == (sheet.card,)


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_change_counts_up_and_is_noted_and_an_older_revision_is_refused(
    planned: Planned, name: str
) -> None:
    with write_session(planned.engine) as session:
        CHANGES[name](session, planned.manager, 0)
    with write_session(planned.engine) as session, pytest.raises(StaleEditError):
        CHANGES[name](session, planned.manager, 0)

    assert planned.sheet.revision == 1
    with read_session(planned.engine) as session:
        noted = select(AuditEntry).where(AuditEntry.act == "round-changed").order_by(col(AuditEntry.id))
        assert [entry.details["changed"] for entry in session.exec(noted)] == ["made", name]


@pytest.mark.parametrize("name", list(CHANGES))
@pytest.mark.parametrize(
    "actor", [ANONYMOUS, Actor("a", admin=True), Actor("l", leads=frozenset({"office"}))]
)
def test_nobody_else_changes_a_round(planned: Planned, name: str, actor: Actor) -> None:
    with write_session(planned.engine) as session, pytest.raises(AccessDeniedError):
        CHANGES[name](session, actor, 0)


def test_after_publishing_only_stages_and_columns_change(planned: Planned) -> None:
    planned.publish(planned.run().card.number)
    refused = []
    for name, change in CHANGES.items():
        revision = planned.sheet.revision
        with write_session(planned.engine) as session:
            try:
                change(session, planned.manager, revision)
            except StaleEditError:
                refused.append(name)

    assert set(CHANGES) - set(refused) == {"stages", "columns"}
    planned.finalise()
    with write_session(planned.engine) as session, pytest.raises(StaleEditError, match="final"):
        CHANGES["stages"](session, planned.manager, planned.sheet.revision)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"fit": -1}, "settings.fit"),
        ({"fit": float("nan")}, "settings.fit"),
        ({"max_per_startup": 0}, "settings.max_per_startup"),
        ({"max_per_startup": 1.5}, "settings.max_per_startup"),
        ({"seat_for": "everybody"}, "settings.seat_for"),
        ({"colour": 1}, "settings.colour"),
    ],
)
def test_settings_are_refused_by_name(planned: Planned, settings: dict[str, Any], field: str) -> None:
    with write_session(planned.engine) as session, pytest.raises(FieldError) as refused:
        change_settings(session, planned.manager, ROUND, settings, revision=0)

    assert refused.value.field == field


def test_settings_keep_what_is_not_named(planned: Planned) -> None:
    planned.set(seat_for="not-declined")
    planned.set(fit=3)

    assert (planned.sheet.settings.seat_for, planned.sheet.settings.fit) == (SeatFor.NOT_DECLINED, 3.0)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"name": "r", "startups": [0, 1], "max": 1}, "by attributes"),
        ({"name": "r", "startups": {"colour": "red"}, "max": 1}, "no attribute 'colour'"),
        ({"name": "r"}, "min or max"),
        ({"max": 1}, "Field required"),
        ("text", "dictionary"),
    ],
)
def test_rules_are_refused_by_name(planned: Planned, rule: Any, reason: str) -> None:
    with write_session(planned.engine) as session, pytest.raises(FieldError, match=reason):
        change_rules(session, planned.manager, ROUND, [rule], revision=0)


@pytest.mark.parametrize(
    "programs",
    [[], [("nowhere", 1, 1)], [("alpha", 1, 1), ("alpha", 2, 1)], [("alpha", -1, 1)], [("alpha", 1, 10**9)]],
)
def test_programs_are_refused(planned: Planned, programs: list[tuple[str, int, int]]) -> None:
    with write_session(planned.engine) as session, pytest.raises(FieldError):
        change_programs(session, planned.manager, ROUND, programs, revision=0)


def test_a_program_that_leaves_takes_its_pins_along(planned: Planned) -> None:
    planned.pin("alpha", "one")
    planned.pin("beta", "m1", PinKind.EXCLUDE)
    planned.seats(("beta", 1, 1))

    assert [(pin.program_id, pin.name, pin.kind, pin.set_by) for pin in planned.sheet.pins] == [
        ("beta", "M1 Ltd", PinKind.EXCLUDE, "Boss")
    ]


def test_pins_need_a_reason_and_a_candidate_and_can_be_taken_back(planned: Planned) -> None:
    with write_session(planned.engine) as session:
        for program, startup, reason in (
            ("alpha", "one", " "),
            ("beta", "one", "x"),
            ("beta", "\ud800", "x"),
        ):
            with pytest.raises(FieldError):
                set_pin(
                    session,
                    planned.manager,
                    ROUND,
                    program,
                    startup,
                    kind=PinKind.PIN,
                    reason=reason,
                    revision=0,
                )
    planned.pin("alpha", "one")
    planned.pin("alpha", "one", PinKind.EXCLUDE)
    assert [pin.kind for pin in planned.sheet.pins] == [PinKind.EXCLUDE]
    with write_session(planned.engine) as session:
        remove_pin(session, planned.manager, ROUND, "alpha", "one", revision=2)
        with pytest.raises(UnknownThingError):
            remove_pin(session, planned.manager, ROUND, "alpha", "one", revision=3)
    assert planned.sheet.pins == ()


def test_ids_are_made_of_names_and_refused_where_they_cannot_be(planned: Planned) -> None:
    with write_session(planned.engine) as session:
        korean = create_round(session, OPERATOR, "2026년 하반기", [("alpha", 1, 1)])
        hangul = create_round(session, OPERATOR, "하반기", [("alpha", 1, 1)])
        for wanted in (ROUND, "Big", "a--b", "x" * 61, "a b"):
            with pytest.raises(FieldError, match="id"):
                create_round(session, OPERATOR, "Name", [("alpha", 1, 1)], round_id=wanted)
        with pytest.raises(FieldError, match="name"):
            create_round(session, OPERATOR, "\x00", [("alpha", 1, 1)])
        assert round_exists(session, OPERATOR, korean)
        assert not round_exists(session, OPERATOR, "no\ud800")
        assert not round_exists(session, ANONYMOUS, korean)

    assert korean.startswith("2026-")
    assert hangul.startswith("round-")
    with read_session(planned.engine) as session, pytest.raises(UnknownThingError):
        read_round(session, planned.manager, "nowhere")


def test_windows_are_local_times_and_their_last_minute_counts() -> None:
    window = StageWindow(RoundStage.DOCUMENTS, local("2026-07-01T09:00"), local("2026-07-15T23:59"))

    assert window.closes is not None
    assert local_time(window.closes, "Asia/Seoul") == "2026-07-15 23:59 KST"
    assert local_time(datetime(2026, 7, 15, 14, 59, tzinfo=UTC), "Asia/Seoul") == "2026-07-15 23:59 KST"
    moments = {
        "before": datetime(2026, 6, 30, 23, 59, tzinfo=UTC),
        "open": datetime(2026, 7, 15, 14, 59, 59, tzinfo=UTC),
        "after": datetime(2026, 7, 15, 15, 0, tzinfo=UTC),
    }
    assert {stage_time(window, "Asia/Seoul", moment): moment for moment in moments.values()} == moments


def test_windows_that_never_are_are_refused(planned: Planned) -> None:
    with pytest.raises(FieldError, match="closes before"):
        StageWindow(RoundStage.DOCUMENTS, local("2026-07-02T00:00"), local("2026-07-01T00:00"))
    with pytest.raises(FieldError, match="without a zone"):
        StageWindow(RoundStage.DOCUMENTS, datetime(2026, 7, 2, tzinfo=UTC))
    one = StageWindow(RoundStage.DOCUMENTS)
    cases: list[tuple[list[StageWindow], RoundStage, str]] = [
        ([], RoundStage.DOCUMENTS, "Asia/Seoul"),
        ([one, one], RoundStage.DOCUMENTS, "Asia/Seoul"),
        ([one], RoundStage.AGREEMENT, "Asia/Seoul"),
        ([one], RoundStage.DOCUMENTS, "Mars/Base"),
    ]
    for stages, stage, zone in cases:
        with write_session(planned.engine) as session, pytest.raises(FieldError):
            change_stages(
                session, planned.manager, ROUND, stages=stages, stage=stage, time_zone=zone, revision=0
            )


def test_stages_are_read_as_they_were_set(planned: Planned) -> None:
    stages = (
        StageWindow(RoundStage.DOCUMENTS, local("2026-07-01T09:00"), local("2026-07-15T23:59")),
        StageWindow(RoundStage.SELECTION),
    )
    with write_session(planned.engine) as session:
        change_stages(
            session,
            planned.manager,
            ROUND,
            stages=stages,
            stage=RoundStage.SELECTION,
            time_zone="Asia/Seoul",
            revision=0,
        )

    assert planned.sheet.stages == stages
    assert planned.sheet.card.stage is RoundStage.SELECTION
