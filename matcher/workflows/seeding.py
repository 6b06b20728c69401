"""Load the seed files into the database; running it again changes nothing that is the same."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, func, select

from matcher.engine.analysis import SourceText
from matcher.engine.cleaning import clean_text
from matcher.engine.values import ProgramProfile
from matcher.workflows.analysts import Analyst
from matcher.workflows.embeddings import drop_stale, store_texts
from matcher.workflows.programs import program_profile, program_profiles, program_source
from matcher.workflows.seed_records import ProgramRecord, SeedRecords, StartupRecord, read_seed
from models.database import read_session, write_session
from models.tables import Agency, Candidacy, City, Profile, Program, Startup
from models.vocabulary import Language

Row = TypeVar("Row", bound=SQLModel)
_NOT_SEEDED = {"created_at", "texts", "windows", "rubric", "version", "review_closed_at"}
"""Columns that no seed file fills."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What seeding changed: rows added, rows changed, and rows found as they should be."""

    added: int
    changed: int
    same: int


def seed(engine: Engine, records: SeedRecords, *, invented: bool) -> SeedReport:
    """Write the records in one transaction.

    Args:
        engine: a migrated database.
        records: checked records.
        invented: also load the invented startups.
    """
    rows: list[SQLModel] = [City.model_validate(record.model_dump(mode="json")) for record in records.cities]
    rows += [
        Agency.model_validate(_renamed(record.model_dump(mode="json"), city="city_id"))
        for record in records.agencies
    ]
    rows += [_program_row(record) for record in records.programs]
    if invented:
        rows += [_startup_row(record) for record in records.startups]
    with write_session(engine) as session:
        outcomes = [_upsert(session, row) for row in rows]
        if invented:
            outcomes += [
                outcome for record in records.startups for outcome in _seed_profiles(session, record)
            ]
            _seed_candidates(session)
    return SeedReport(outcomes.count("added"), outcomes.count("changed"), outcomes.count("same"))


def embed(engine: Engine, analyst: Analyst, progress: Progress = lambda _done, _all: None) -> int:
    """Read and store every text that is not stored yet, and drop what belongs to no text.

    Returns:
        How many texts were read.
    """
    with read_session(engine) as session:
        sources = stored_sources(session)
    read = store_texts(engine, analyst, sources, progress)
    with write_session(engine) as session:
        drop_stale(session, analyst, sources)
    return read


def stored_sources(session: Session) -> list[SourceText]:
    """Give every text the engine ranks: programs, and the newest profile of each language."""
    programs = [program_source(program) for program in program_profiles(session)]
    newest = (
        select(Profile.startup_id, Profile.language, func.max(Profile.version).label("version"))
        .group_by(col(Profile.startup_id), col(Profile.language))
        .subquery()
    )
    profiles = session.exec(
        select(Profile)
        .join(
            newest,
            (col(Profile.startup_id) == newest.c.startup_id)
            & (col(Profile.language) == newest.c.language)
            & (col(Profile.version) == newest.c.version),
        )
        .order_by(col(Profile.startup_id), col(Profile.language))
    )
    return programs + [SourceText(profile.text, Language(profile.language)) for profile in profiles]


def shipped_programs(folder: Path) -> tuple[ProgramProfile, ...]:
    """Give the programs of the seed files as the engine sees them, without a database."""
    records = read_seed(folder)
    names = {city.id: city.names[Language.EN] for city in records.cities}
    return tuple(
        sorted(
            (program_profile(_program_row(record), names[record.city]) for record in records.programs),
            key=lambda program: program.id,
        )
    )


def _program_row(record: ProgramRecord) -> Program:
    values = _renamed(record.model_dump(mode="json"), city="city_id", agency="agency_id")
    values["text"] = clean_text(values["text"], "text")
    return Program.model_validate(values)


def _startup_row(record: StartupRecord) -> Startup:
    values = record.model_dump(mode="json", exclude={"texts", "sector"})
    return Startup.model_validate(
        values | {"sectors": [record.sector.value], "country": "KR", "invented": True}
    )


def _seed_profiles(session: Session, record: StartupRecord) -> list[str]:
    """Add a new version of a profile where its text differs from the newest one."""
    outcomes = []
    for language, text in sorted(record.texts.items()):
        cleaned = clean_text(text, f"texts.{language.value}")
        newest = session.exec(
            select(Profile)
            .where(Profile.startup_id == record.id, Profile.language == language.value)
            .order_by(col(Profile.version).desc())
        ).first()
        if newest is not None and newest.text == cleaned:
            outcomes.append("same")
            continue
        version = 1 if newest is None else newest.version + 1
        session.add(Profile(startup_id=record.id, language=language.value, version=version, text=cleaned))
        outcomes.append("added" if newest is None else "changed")
    return outcomes


def _seed_candidates(session: Session) -> None:
    """Let every invented startup be considered for every program: they are there to be looked at."""
    there = set(session.exec(select(Candidacy.program_id, Candidacy.startup_id)).all())
    programs = session.exec(select(Program.id)).all()
    startups = session.exec(select(Startup.id).where(col(Startup.invented))).all()
    session.add_all(
        Candidacy(program_id=program, startup_id=startup)
        for program in programs
        for startup in startups
        if (program, startup) not in there
    )


def _upsert(session: Session, row: Row) -> str:
    found = session.get(type(row), row.id)  # type: ignore[attr-defined]  # every seeded table has an id
    if found is None:
        session.add(row)
        session.flush()
        return "added"
    if isinstance(found, Program) and found.version > 1:
        # Its agency has written a version of its own since; the seed file is only where it began.
        return "same"
    values = row.model_dump(exclude=_NOT_SEEDED)
    if all(getattr(found, name) == value for name, value in values.items()):
        return "same"
    for name, value in values.items():
        setattr(found, name, value)
    session.add(found)
    return "changed"


def _renamed(values: dict[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in values.items()}
