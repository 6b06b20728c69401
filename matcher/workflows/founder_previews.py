"""Where a founder's profile leads: the programs ranked for what is saved, which need not be submitted.

The text is read in memory; nothing of it is kept beyond the draft.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from matcher.engine.matches import MatchResult
from matcher.workflows.analysts import Analyst
from matcher.workflows.interests import Interest, list_interests
from matcher.workflows.matching import match_text
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs
from matcher.workflows.submission_contents import facts_of
from matcher.workflows.submissions import OwnProfile, read_own_profile, regions_of_cities
from models.access import Actor
from models.vocabulary import Language


@dataclass(frozen=True, slots=True)
class FounderPreview:
    """The ranking for what is saved, and what was said about each program.

    Attributes:
        profile: what is saved.
        language: language of the text that was ranked, None where nothing is written.
        result: the ranking; None where nothing is written.
        cards: every program of the catalogue.
        interests: what the startup said about a program, by its id; programs nothing was said about lack.
    """

    profile: OwnProfile
    language: Language | None
    result: MatchResult | None
    cards: tuple[ProgramCard, ...]
    interests: dict[str, Interest]


def preview_profile(
    session: Session, actor: Actor, analyst: Analyst, startup_id: str, *, today: date
) -> FounderPreview:
    """Rank the programs for the draft, or for what was submitted where there is no draft.

    Raises:
        EncoderBusyError: too many texts wait; the draft is saved all the same.
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    profile = read_own_profile(session, actor, startup_id)
    content, language = profile.content, profile.content.ranked_language
    said = {entry.program.id: entry for entry in list_interests(session, actor, startup_id)}
    result = None
    if language is not None:
        facts = facts_of(content, regions_of_cities(session))
        result = match_text(session, analyst, content.ranked_text, language, facts, today=today)
    return FounderPreview(profile, language, result, list_programs(session, ProgramFilter()), said)
