"""What the tables themselves refuse, and what goes when a startup goes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, select

from models.database import read_session, write_session
from models.tables import Agency, City, Profile, Program, Review, ReviewStep, Startup

CITY = City(id="town", names={"en": "Town"}, country="KR", regions=["kr"], alliance_member=True).model_dump()
AGENCY = Agency(id="agency", name="Agency", name_en="Agency", city_id="town", source_urls=[]).model_dump()
PROGRAM: dict[str, Any] = {
    "id": "program",
    "name": "Program",
    "name_en": "Program",
    "city_id": "town",
    "agency_id": "agency",
    "direction": "inbound_to_member",
    "working_languages": ["en"],
    "unverified_languages": [],
    "text_language": "en",
    "text": "A program.",
    "offers": [],
    "sectors": [],
    "stages": [],
    "regions": [],
    "publication": "published",
    "rules": [],
    "details": [],
    "source_urls": [],
    "verified": True,
}


def program(**changes: Any) -> Program:
    """Make a program row."""
    return Program(**(PROGRAM | changes))


def startup(**changes: Any) -> Startup:
    """Make a startup row."""
    values: dict[str, Any] = {"id": "S1", "name": "Startup", "invented": True}
    return Startup(**(values | changes))


def profile(**changes: Any) -> Profile:
    """Make a profile row."""
    values: dict[str, Any] = {"startup_id": "S0", "language": "ko", "version": 1, "text": "글"}
    return Profile(**(values | changes))


def decision(**changes: Any) -> Review:
    """Make a review row."""
    values: dict[str, Any] = {"program_id": "P0", "startup_id": "S0", "desk": "agency", "reviewer": "me"}
    return Review(**(values | changes))


@pytest.fixture
def stocked(migrated: Engine) -> Engine:
    """Hold a city, an agency, a program and a startup that rows can point to."""
    with write_session(migrated) as session:
        session.add(City(**CITY))
        session.flush()
        session.add(Agency(**AGENCY))
        session.flush()
        session.add(program(id="P0"))
        session.add(startup(id="S0"))
    return migrated


def save(engine: Engine, row: SQLModel) -> None:
    """Store one row."""
    with write_session(engine) as session:
        session.add(row)


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (lambda: startup(trl=0), "CHECK constraint failed: ck_startup_trl_in_range"),
        (lambda: startup(trl=10), "CHECK constraint failed: ck_startup_trl_in_range"),
        (lambda: startup(employees=-1), "CHECK constraint failed: ck_startup_employees_not_negative"),
        (lambda: startup(raised_usd=-0.5), "CHECK constraint failed: ck_startup_raised_not_negative"),
        (lambda: startup(name=None), "NOT NULL constraint failed: startup.name"),
        (lambda: startup(id="S0"), "UNIQUE constraint failed: startup.id"),
        (lambda: profile(text=""), "CHECK constraint failed: ck_profile_text_not_empty"),
        (lambda: profile(version=0), "CHECK constraint failed: ck_profile_version_positive"),
        (lambda: profile(startup_id="nobody"), "FOREIGN KEY constraint failed"),
        (lambda: program(text=""), "CHECK constraint failed: ck_program_text_not_empty"),
        (lambda: program(seats=0), "CHECK constraint failed: ck_program_seats_positive"),
        (lambda: program(city_id="nowhere"), "FOREIGN KEY constraint failed"),
        (lambda: program(agency_id="nobody"), "FOREIGN KEY constraint failed"),
        (lambda: decision(decision="perhaps"), "CHECK constraint failed: ck_review_decision_known"),
        (lambda: decision(place=0), "CHECK constraint failed: ck_review_place_positive"),
        (lambda: decision(program_id="none"), "FOREIGN KEY constraint failed"),
    ],
)
def test_bad_rows_are_refused(stocked: Engine, build: Callable[[], SQLModel], complaint: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        save(stocked, build())

    assert str(refused.value.orig) == complaint


def test_a_startup_has_one_profile_per_language_and_version(stocked: Engine) -> None:
    save(stocked, profile())

    with pytest.raises(IntegrityError, match="UNIQUE"):
        save(stocked, profile(text="다른 글"))
    save(stocked, profile(version=2))
    save(stocked, profile(language="en"))

    with read_session(stocked) as session:
        rows = session.exec(select(Profile.language, Profile.version).order_by(col(Profile.id))).all()
    assert rows == [("ko", 1), ("ko", 2), ("en", 1)]


def test_rows_at_the_limits_are_kept(stocked: Engine) -> None:
    save(stocked, startup(trl=1, employees=0, raised_usd=0.0))
    save(stocked, program(seats=1))
    save(stocked, decision(decision="decline", place=1, pinned=True))

    with read_session(stocked) as session:
        kept = session.get_one(Startup, "S1")
        facts = kept.fact_columns()
    assert {name: value for name, value in facts.items() if value is not None} == {
        "trl": 1,
        "employees": 0,
        "raised_usd": 0.0,
    }


def test_lists_nobody_gave_are_null_and_not_the_word_null(stocked: Engine) -> None:
    save(stocked, startup(sectors=[], needs=None))

    with stocked.connect() as connection:
        row = connection.exec_driver_sql("SELECT sectors, needs FROM startup WHERE id = 'S1'").one()
    assert tuple(row) == ("[]", None)


def test_a_deleted_startup_takes_its_profiles_and_reviews_along(stocked: Engine) -> None:
    save(stocked, startup())
    for owner in ("S0", "S1"):
        save(stocked, profile(startup_id=owner))
        save(stocked, decision(startup_id=owner))
        save(stocked, ReviewStep(program_id="P0", startup_id=owner, desk="me", before={}, reviewer="me"))

    with write_session(stocked) as session:
        session.delete(session.get_one(Startup, "S1"))

    with read_session(stocked) as session:
        left = [
            session.exec(select(Profile.startup_id)).all(),
            session.exec(select(Review.startup_id)).all(),
            session.exec(select(ReviewStep.startup_id)).all(),
        ]
    assert left == [["S0"], ["S0"], ["S0"]]


def test_times_are_kept_to_the_second_and_in_utc(stocked: Engine) -> None:
    save(stocked, startup())

    with read_session(stocked) as session:
        made = session.get_one(Startup, "S1").created_at
    assert (made.microsecond, str(made.utcoffset())) == (0, "0:00:00")
