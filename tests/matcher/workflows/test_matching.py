"""Matching: repeatable, never stale, and it writes nothing."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from matcher.engine.matches import MatchResult
from matcher.engine.values import StartupFacts
from matcher.errors import DatabaseNotReadyError, UnknownProgramError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.match_json import match_document
from matcher.workflows.matching import match_text, stored_pool, stored_program
from matcher.workflows.seeding import embed
from models.database import read_session, write_session
from models.tables import Program, metadata
from models.vocabulary import Language

KOREAN = "배터리를 재활용하는 공장입니다. 독일에서 첫 고객을 찾고 있습니다."


def run(
    engine: Engine, analyst: LocalAnalyst, profile: str, today: date, facts: StartupFacts | None = None
) -> MatchResult:
    """Match a text in a read unit of its own."""
    with read_session(engine) as session:
        return match_text(session, analyst, profile, None, facts or StartupFacts(), today=today)


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Read every row of every table."""
    with engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]  # noqa: S608  our own tables
            for table in sorted(metadata.tables)
        }


def test_the_program_that_shares_the_words_comes_first(
    tiny: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    result = run(tiny, hashing_analyst, "We recycle batteries on a recycling line.", today)

    assert [match.program.id for match in result.matches] == ["alpha", "beta"]
    assert [match.rank for match in result.matches] == [1, 2]
    assert (result.language, result.encoder) == (Language.EN, "hashing")


def test_the_language_is_found_out_or_taken_as_given(
    tiny: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    with read_session(tiny) as session:
        found = match_text(session, hashing_analyst, KOREAN, None, StartupFacts(), today=today)
        given = match_text(session, hashing_analyst, "Robot", Language.DE, StartupFacts(), today=today)

    assert (found.language, given.language) == (Language.KO, Language.DE)


def test_the_same_text_twice_gives_the_same_result(
    engine: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    first = run(engine, hashing_analyst, KOREAN, today)
    second = run(engine, hashing_analyst, KOREAN, today)

    assert second == first
    assert len(first.matches) == 57


def test_a_program_edited_in_the_database_is_ranked_by_its_new_text(
    engine: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    profile = "Zebrafish embryos screen toxic chemicals."
    before = run(engine, hashing_analyst, profile, today)
    last = [match for match in before.matches if match.eligibility.verdict.value != "not_eligible"][-1]
    with write_session(engine) as session:
        session.get_one(Program, last.program.id).text = profile

    after = run(engine, hashing_analyst, profile, today)

    assert after.matches[0].program.id == last.program.id
    assert after.matches[0].evidence[0].program == profile
    assert last.rank > 10


def test_an_edited_rule_is_judged_at_once(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> None:
    facts = StartupFacts(country="KR")
    before = run(tiny, hashing_analyst, KOREAN, today, facts)
    with write_session(tiny) as session:
        session.get_one(Program, "alpha").rules = [{"kind": "direction", "closed": True, "source": "closed"}]
        session.get_one(Program, "beta").rules = [{"kind": "direction", "open": True, "source": "open"}]

    after = run(tiny, hashing_analyst, KOREAN, today, facts)

    def verdicts(result: MatchResult) -> list[tuple[str, str]]:
        return [(match.program.id, match.eligibility.verdict.value) for match in result.matches]

    assert verdicts(before) == [("alpha", "eligible"), ("beta", "not_eligible")]
    assert verdicts(after) == [("beta", "eligible"), ("alpha", "not_eligible")]


def test_a_match_writes_nothing(
    engine: Engine, hashing_analyst: LocalAnalyst, tmp_path: Path, today: date
) -> None:
    before = contents(engine)
    engine.dispose()
    file = tmp_path / "data" / "landfall.db"
    stored = file.read_bytes()

    run(engine, hashing_analyst, KOREAN, today)

    assert contents(engine) == before
    engine.dispose()
    assert file.read_bytes() == stored
    assert [path.name for path in file.parent.iterdir()] == ["landfall.db"]


def test_texts_that_are_not_embedded_yet_are_ranked_all_the_same(
    tiny: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    unread = match_document(run(tiny, hashing_analyst, KOREAN, today), 10)
    embed(tiny, hashing_analyst)

    read = match_document(run(tiny, hashing_analyst, KOREAN, today), 10)

    assert read == unread


def test_programs_nobody_seeded_are_reported(
    bare: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    with pytest.raises(DatabaseNotReadyError, match="database: holds no programs; run landfall seed"):
        run(bare, hashing_analyst, KOREAN, today)


def test_one_program_scores_as_it_does_among_all(tiny: Engine, hashing_analyst: LocalAnalyst) -> None:
    with read_session(tiny) as session:
        alone = stored_program(session, hashing_analyst, "beta")
        together = stored_pool(session, hashing_analyst)

    assert [program.id for program in alone.programs] == ["beta"]
    assert alone.programs[0] == together.programs[1]


def test_a_program_that_is_unknown_is_named(tiny: Engine, hashing_analyst: LocalAnalyst) -> None:
    with Session(tiny) as session, pytest.raises(UnknownProgramError, match="'gamma'"):
        stored_program(session, hashing_analyst, "gamma")
