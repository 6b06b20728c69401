"""Match a text to the programs: reads programs and stored analyses, writes nothing."""

from datetime import date

from sqlmodel import Session

from matcher.engine.analysis import SourceText
from matcher.engine.matches import MatchResult
from matcher.engine.policy import DEFAULT_POLICY
from matcher.engine.ranking import rank_programs
from matcher.engine.scoring import ProgramPool
from matcher.engine.values import ProgramProfile, StartupFacts
from matcher.errors import DatabaseNotReadyError, UnknownProgramError
from matcher.workflows.analysts import Analyst
from matcher.workflows.embeddings import read_texts
from matcher.workflows.programs import program_profiles, program_source
from models.vocabulary import Language


def match_text(
    session: Session,
    analyst: Analyst,
    text: str,
    language: Language | None,
    facts: StartupFacts,
    *,
    today: date,
) -> MatchResult:
    """Rank the stored programs for a text; neither the text nor its vectors are kept.

    Args:
        session: an open read unit.
        analyst: reads texts.
        text: a cleaned text.
        language: its language, None to find out.
        facts: what is known of the startup.
        today: the day company ages are counted to.

    Raises:
        EncoderBusyError: too many texts wait.
        DatabaseNotReadyError: there are no programs.
    """
    return match_in_pool(stored_pool(session, analyst), analyst, text, language, facts, today=today)


def match_in_pool(
    pool: ProgramPool,
    analyst: Analyst,
    text: str,
    language: Language | None,
    facts: StartupFacts,
    *,
    today: date,
) -> MatchResult:
    """Rank the programs of a pool for a text."""
    (profile,) = analyst.read([SourceText(text, language)])
    return rank_programs(pool, profile, facts, policy=DEFAULT_POLICY, today=today, encoder=analyst.name)


def stored_pool(session: Session, analyst: Analyst) -> ProgramPool:
    """Make the stored programs ready for scoring, as they stand now.

    Raises:
        DatabaseNotReadyError: there are no programs.
    """
    programs = program_profiles(session)
    if not programs:
        raise DatabaseNotReadyError("database: holds no programs; run landfall seed")
    return _stored(session, analyst, programs)


def stored_program(session: Session, analyst: Analyst, program_id: str) -> ProgramPool:
    """Make one stored program ready for scoring; a pair's score does not depend on other programs.

    Raises:
        UnknownProgramError: there is none with this id.
    """
    programs = program_profiles(session, program_id)
    if not programs:
        raise UnknownProgramError(program_id)
    return _stored(session, analyst, programs)


def loose_pool(programs: tuple[ProgramProfile, ...], analyst: Analyst) -> ProgramPool:
    """Make programs that stand in no database ready for scoring."""
    return analyst.pools.pool(
        programs, lambda wanted: analyst.read([program_source(program) for program in wanted])
    )


def _stored(session: Session, analyst: Analyst, programs: tuple[ProgramProfile, ...]) -> ProgramPool:
    return analyst.pools.pool(
        programs,
        lambda wanted: read_texts(session, analyst, [program_source(program) for program in wanted]),
    )
