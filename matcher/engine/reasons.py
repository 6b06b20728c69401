"""Why a program fits, in a few plain sentences read off the signals that carried it."""

from matcher.engine.phrases import Phrase, phrase
from matcher.engine.values import ProgramProfile, StartupFacts
from matcher.engine.wording import words
from models.vocabulary import ANY_SECTOR

_TEXT_FITS = 0.05
"""Contribution of the best sentence pairs from which the texts are said to speak of the same things."""


def reasons_for(
    facts: StartupFacts, program: ProgramProfile, signals: tuple[tuple[str, float], ...]
) -> tuple[Phrase, ...]:
    """Say which facts fit and whether the texts do, most telling first.

    Args:
        facts: what is known of the startup.
        program: the program.
        signals: contributions by name.

    Returns:
        Possibly nothing: then the program is ranked by faint likeness of the texts only.
    """
    found: list[Phrase] = []
    offered = tuple(need for need in facts.needs or () if need in program.offers)
    if offered:
        found.append(phrase("Offers what you look for: %(offers)s.", offers=words("offer", offered)))
    regions = tuple(region for region in facts.target_regions or () if region in program.regions)
    if regions:
        found.append(
            phrase("Opens the door to your target region: %(regions)s.", regions=words("region", regions))
        )
    sectors = tuple(sector for sector in facts.sectors or () if sector in program.sectors)
    if sectors:
        found.append(phrase("Works in your sector: %(sectors)s.", sectors=words("sector", sectors)))
    elif facts.sectors and ANY_SECTOR in program.sectors:
        found.append(phrase("Takes startups of every sector."))
    if facts.stage is not None and facts.stage in program.stages:
        found.append(phrase("Made for your stage: %(stage)s.", stage=words("stage", (facts.stage,))))
    if dict(signals).get("sentences", 0.0) >= _TEXT_FITS:
        found.append(phrase("Your text and the program's speak of the same things: see the sentences."))
    return tuple(found)
