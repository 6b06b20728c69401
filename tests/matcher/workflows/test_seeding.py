"""Loading seed files: again without change, one row per edit, and the real programs as they must stand."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, col, select

from matcher.engine.conditions import Direction, rule_from_record
from matcher.engine.values import StartupFacts
from matcher.errors import DatabaseNotReadyError
from matcher.settings import PROJECT
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.matching import loose_pool, match_in_pool, stored_pool
from matcher.workflows.programs import program_profiles
from matcher.workflows.seed_records import ProgramRecord, SeedRecords, read_seed
from matcher.workflows.seeding import SeedReport, embed, seed, shipped_programs, stored_sources
from models.database import read_session, write_session
from models.tables import Agency, City, Profile, Program, Startup
from models.vocabulary import Language, Verdict
from tests.matcher.workflows.builders import PROGRAMS, STARTUPS, edited, write_lines


def rows_of(engine: Engine) -> list[object]:
    """Read every seeded row as plain values."""
    tables: tuple[type[SQLModel], ...] = (City, Agency, Program, Startup, Profile)
    with read_session(engine) as session:
        return [row.model_dump() for table in tables for row in session.exec(select(table)).all()]


def versions(engine: Engine, startup_id: str) -> list[tuple[str, int, str]]:
    """List the texts of a startup."""
    with read_session(engine) as session:
        rows = session.exec(
            select(Profile).where(Profile.startup_id == startup_id).order_by(col(Profile.id))
        ).all()
        return [(row.language, row.version, row.text) for row in rows]


def test_seed_adds_every_record_and_text(bare: Engine, tiny_records: SeedRecords) -> None:
    report = seed(bare, tiny_records, invented=True)

    # Two cities, an agency, two programs, two startups, three texts.
    assert report == SeedReport(added=10, changed=0, same=0)
    assert versions(bare, "one") == [
        ("en", 1, "We recycle batteries."),
        ("ko", 1, "배터리를 재활용합니다."),
    ]


def test_seed_twice_adds_and_changes_nothing(tiny: Engine, tiny_records: SeedRecords) -> None:
    before = rows_of(tiny)

    report = seed(tiny, tiny_records, invented=True)

    assert report == SeedReport(added=0, changed=0, same=10)
    assert rows_of(tiny) == before


def test_an_edited_program_changes_one_row(tiny: Engine, seed_folder: Path) -> None:
    write_lines(seed_folder / "programs.jsonl", [edited(PROGRAMS[0], seats=9), PROGRAMS[1]])

    report = seed(tiny, read_seed(seed_folder), invented=True)

    with read_session(tiny) as session:
        seats = session.exec(select(Program.id, Program.seats).order_by(Program.id)).all()
    assert report == SeedReport(added=0, changed=1, same=9)
    assert seats == [("alpha", 9), ("beta", None)]


def test_an_edited_text_becomes_a_new_version(tiny: Engine, seed_folder: Path) -> None:
    texts = STARTUPS[0]["texts"] | {"en": "We recycle old batteries."}
    write_lines(seed_folder / "eval" / "startups.jsonl", [edited(STARTUPS[0], texts=texts), STARTUPS[1]])

    report = seed(tiny, read_seed(seed_folder), invented=True)
    again = seed(tiny, read_seed(seed_folder), invented=True)

    with read_session(tiny) as session:
        ranked = [source.text for source in stored_sources(session)]
    assert (report, again) == (SeedReport(0, 1, 9), SeedReport(0, 0, 10))
    assert versions(tiny, "one") == [
        ("en", 1, "We recycle batteries."),
        ("ko", 1, "배터리를 재활용합니다."),
        ("en", 2, "We recycle old batteries."),
    ]
    assert ranked[2:] == [
        "We recycle old batteries.",
        "배터리를 재활용합니다.",
        "We discover drugs for hospitals.",
    ]


def test_without_invented_startups_there_are_none(bare: Engine, tiny_records: SeedRecords) -> None:
    report = seed(bare, tiny_records, invented=False)

    with read_session(bare) as session:
        private = [session.exec(select(table)).all() for table in (Startup, Profile)]
    assert report == SeedReport(added=5, changed=0, same=0)
    assert private == [[], []]


def test_seeding_is_all_or_nothing(bare: Engine, seed_folder: Path) -> None:
    records = read_seed(seed_folder)
    lost = records.programs[1].model_copy(update={"agency": "nobody"})

    with pytest.raises(Exception, match="FOREIGN KEY"):
        seed(
            bare,
            SeedRecords(records.cities, records.agencies, (records.programs[0], lost), records.startups),
            invented=True,
        )

    assert rows_of(bare) == []


def test_embed_reports_progress_and_reads_each_text_once(tiny: Engine, hashing_analyst: LocalAnalyst) -> None:
    steps: list[tuple[int, int]] = []

    first = embed(tiny, hashing_analyst, lambda done, total: steps.append((done, total)))
    second = embed(tiny, hashing_analyst)

    assert (first, second) == (5, 0)
    assert steps == [(0, 5), (5, 5)]


def test_shipped_programs_equal_the_stored_ones(
    tiny: Engine, seed_folder: Path, hashing_analyst: LocalAnalyst
) -> None:
    loose = shipped_programs(seed_folder)

    with read_session(tiny) as session:
        stored = program_profiles(session)
        pool = stored_pool(session, hashing_analyst)
    assert loose == stored
    assert pool.programs == loose_pool(loose, hashing_analyst).programs


def test_an_empty_database_is_not_ready(bare: Engine, hashing_analyst: LocalAnalyst) -> None:
    with read_session(bare) as session, pytest.raises(DatabaseNotReadyError, match="holds no programs"):
        stored_pool(session, hashing_analyst)


SHIPPED = read_seed(PROJECT / "seed_data").programs


def direction_of(program: ProgramRecord) -> Direction:
    """Give the one direction of a program."""
    (found,) = [
        rule.condition
        for rule in map(rule_from_record, program.rules)
        if isinstance(rule.condition, Direction)
    ]
    return found


def closed_to(country: str, condition: Direction) -> bool:
    """Say whether companies of a country are shut out."""
    return bool(
        condition.closed
        or country in condition.exclude
        or (condition.include and country not in condition.include)
    )


def test_labels_and_questions_of_the_real_programs_stand_in_four_languages() -> None:
    worded = [
        rule[part]
        for program in read_seed(PROJECT / "seed_data").programs
        for rule in program.rules
        for part in ("label", "question")
        if part in rule
    ]

    assert len(worded) == 90
    for texts in worded:
        assert list(texts) == ["en", "ko", "de", "es"]
        assert all(text == text.strip() != "" for text in texts.values()), texts["en"]
        # A question stays one, and Spanish opens it with its own mark.
        assert {text.rstrip(".)").count("?") for text in texts.values()} in ({0}, {1}), texts["en"]
        assert texts["es"].count("¿") == texts["es"].count("?")


def test_the_real_programs_are_fifty_seven_with_one_direction_each() -> None:
    directions = [direction_of(program) for program in SHIPPED]

    assert len(directions) == 57
    assert sum(condition.closed for condition in directions) == 1


def test_the_four_pilots_of_the_alliance_are_there_and_say_what_is_not_published() -> None:
    pilots = {program.id: program.publication.value for program in SHIPPED if program.id.startswith("pilot-")}

    assert pilots == {
        "pilot-montgomery-bio-health": "details_not_published",
        "pilot-seattle-north-america": "details_not_published",
        "pilot-dortmund-universities": "details_not_published",
        "pilot-malaga-forum": "details_not_published",
    }


@pytest.mark.parametrize("country", ["KR", "DE", "US"])
def test_no_startup_is_eligible_where_the_direction_is_closed_to_its_country(
    engine: Engine, hashing_analyst: LocalAnalyst, country: str, today: date
) -> None:
    closed = {program.id for program in SHIPPED if closed_to(country, direction_of(program))}
    facts = StartupFacts(
        founded=2022,
        employees=12,
        stage="seed",
        trl=6,
        sectors=("ai-software",),
        country=country,
        city="Daejeon",
        raised_usd=500_000.0,
    )

    with read_session(engine) as session:
        pool = stored_pool(session, hashing_analyst)
        result = match_in_pool(pool, hashing_analyst, "We sell AI.", Language.EN, facts, today=today)

    verdicts = {match.program.id: match.eligibility.verdict for match in result.matches}
    refused = [match.eligibility.verdict is Verdict.NOT_ELIGIBLE for match in result.matches]
    assert len(closed) > 3
    assert {program for program in closed if verdicts[program] is Verdict.ELIGIBLE} == set()
    assert closed - {program for program, verdict in verdicts.items() if verdict is Verdict.NOT_ELIGIBLE} <= {
        program.id for program in SHIPPED if not all(rule.get("verified", True) for rule in program.rules)
    }
    assert refused == sorted(refused)


def test_stored_rules_are_the_rules_of_the_files(engine: Engine) -> None:
    with read_session(engine) as session:
        stored = {program.id: len(program.rules) for program in program_profiles(session)}

    assert stored == {program.id: len(program.rules) for program in SHIPPED}


def test_a_program_edited_by_hand_is_put_right_by_the_next_seed(
    tiny: Engine, tiny_records: SeedRecords
) -> None:
    with write_session(tiny) as session:
        session.get_one(Program, "alpha").text = "Something else."

    report = seed(tiny, tiny_records, invented=True)

    with read_session(tiny) as session:
        text = session.get_one(Program, "alpha").text
    assert report == SeedReport(added=0, changed=1, same=9)
    assert text == PROGRAMS[0]["text"]
