"""Frozen values the stages work on: what is known of a startup and of a program."""

from dataclasses import dataclass, field

from matcher.engine.conditions import Rule
from models.vocabulary import Language, Publication


@dataclass(frozen=True, slots=True)
class StartupFacts:
    """Facts of a startup; None means that nobody has said.

    Tags are plain strings: an evaluation set may use words outside our vocabulary.
    """

    founded: int | None = None
    employees: int | None = None
    stage: str | None = None
    trl: int | None = None
    sectors: tuple[str, ...] | None = None
    needs: tuple[str, ...] | None = None
    target_regions: tuple[str, ...] | None = None
    country: str | None = None
    city: str | None = None
    raised_usd: float | None = None
    languages: tuple[tuple[str, str], ...] | None = None
    institutions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ProgramProfile:
    """A program as the engine sees it."""

    id: str
    name: str
    text: str
    language: Language
    city: str = ""
    offers: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    publication: Publication = Publication.PUBLISHED


@dataclass(frozen=True, slots=True)
class StartupProfile:
    """A startup as the engine sees it: one text in one language, and its facts."""

    id: str
    text: str
    language: Language
    facts: StartupFacts = field(default_factory=StartupFacts)
