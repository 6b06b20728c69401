"""What a match is: a program ranked for a startup, with everything that explains it."""

from dataclasses import dataclass
from enum import StrEnum

from matcher.engine.eligibility import Eligibility
from matcher.engine.phrases import Phrase
from matcher.engine.values import ProgramProfile
from models.vocabulary import Language

TELLING = 0.2
"""Least cosine of a pair people are shown; below it the likeness was chance in most pairs looked at."""


class Band(StrEnum):
    """Fit in words; founders never see a number."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class ConceptLink:
    """Words of a profile sentence, words of a program sentence, and the concept that joins them.

    `profile_words` is `profile[profile_start:profile_end]`, `program_words` likewise. `concept` is the
    English name of what the profile's words mean; `likeness` is in (0, 1], 1 where both mean the same.
    """

    profile_start: int
    profile_end: int
    program_start: int
    program_end: int
    profile_words: str
    program_words: str
    concept: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of the profile and the sentence of the program it fits best; cosine in [-1, 1].

    `links` are the words that carried it, at most four, in the order of the profile sentence.
    """

    profile: str
    program: str
    similarity: float
    links: tuple[ConceptLink, ...] = ()

    @property
    def telling(self) -> bool:
        """Whether the two are alike enough to be shown to people as a reason."""
        return self.similarity >= TELLING


@dataclass(frozen=True, slots=True)
class Match:
    """One program ranked for one startup.

    `signals` holds each signal's contribution in a fixed order; they sum to `score`.
    `instead` is the id of the next best open program where this one is closed to the startup.
    """

    program: ProgramProfile
    rank: int
    score: float
    signals: tuple[tuple[str, float], ...]
    band: Band
    eligibility: Eligibility
    evidence: tuple[Evidence, ...]
    reasons: tuple[Phrase, ...]
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact nobody has given, and how many of the ranked programs it would settle."""

    fact: str
    programs: int


@dataclass(frozen=True, slots=True)
class MatchResult:
    """All programs ranked for one startup: those closed to it come last."""

    language: Language
    matches: tuple[Match, ...]
    missing: tuple[MissingFact, ...]
    encoder: str
