"""How our sectors meet the Korean super-gap fields and Daejeon's six industries: many to many.

The mapping follows what the fields cover in the calls of 2023-2025; no list is a part of another.
"""

from collections.abc import Mapping

from models.vocabulary import DaejeonIndustry, Sector, SuperGapField

SUPER_GAP_FIELDS: Mapping[Sector, tuple[SuperGapField, ...]] = {
    Sector.BIOPHARMA: (SuperGapField.BIO_HEALTH,),
    Sector.DIAGNOSTICS: (SuperGapField.BIO_HEALTH,),
    Sector.MEDICAL_DEVICES: (SuperGapField.BIO_HEALTH,),
    Sector.DIGITAL_HEALTH: (SuperGapField.BIO_HEALTH, SuperGapField.BIG_DATA_AI),
    Sector.SEMICONDUCTORS: (SuperGapField.SYSTEM_SEMICONDUCTORS,),
    Sector.PHOTONICS: (SuperGapField.SYSTEM_SEMICONDUCTORS, SuperGapField.QUANTUM),
    Sector.QUANTUM: (SuperGapField.QUANTUM,),
    Sector.AI_SOFTWARE: (SuperGapField.BIG_DATA_AI,),
    Sector.CYBERSECURITY: (SuperGapField.CYBERSECURITY_NETWORK,),
    Sector.ROBOTICS: (SuperGapField.ROBOTS,),
    Sector.SMART_FACTORY: (SuperGapField.ROBOTS, SuperGapField.BIG_DATA_AI),
    Sector.MOBILITY: (SuperGapField.FUTURE_MOBILITY,),
    Sector.LOGISTICS: (SuperGapField.FUTURE_MOBILITY, SuperGapField.ROBOTS),
    Sector.SPACE: (SuperGapField.AEROSPACE_OCEAN,),
    Sector.DEFENCE: (),
    Sector.OCEAN: (SuperGapField.AEROSPACE_OCEAN,),
    Sector.BATTERIES: (SuperGapField.GREEN_ENERGY, SuperGapField.FUTURE_MOBILITY),
    Sector.HYDROGEN: (SuperGapField.GREEN_ENERGY,),
    Sector.SOLAR_GRID: (SuperGapField.GREEN_ENERGY,),
    Sector.NUCLEAR: (SuperGapField.NEXT_NUCLEAR,),
    Sector.CCUS: (SuperGapField.GREEN_ENERGY,),
    Sector.MATERIALS: (SuperGapField.GREEN_ENERGY, SuperGapField.SYSTEM_SEMICONDUCTORS),
    Sector.WATER: (SuperGapField.GREEN_ENERGY,),
    Sector.AGRIFOOD: (SuperGapField.BIO_HEALTH, SuperGapField.GREEN_ENERGY),
    Sector.SMART_CITY: (SuperGapField.BIG_DATA_AI, SuperGapField.FUTURE_MOBILITY),
    Sector.CONSTRUCTION: (),
    Sector.GAMING_XR: (SuperGapField.BIG_DATA_AI,),
    Sector.EDTECH: (SuperGapField.BIG_DATA_AI,),
    Sector.FINTECH: (SuperGapField.BIG_DATA_AI, SuperGapField.CYBERSECURITY_NETWORK),
}
"""Defence had no super-gap field before 2026."""

DAEJEON_INDUSTRIES: Mapping[Sector, tuple[DaejeonIndustry, ...]] = {
    Sector.BIOPHARMA: (DaejeonIndustry.BIO,),
    Sector.DIAGNOSTICS: (DaejeonIndustry.BIO,),
    Sector.MEDICAL_DEVICES: (DaejeonIndustry.BIO,),
    Sector.DIGITAL_HEALTH: (DaejeonIndustry.BIO,),
    Sector.AGRIFOOD: (DaejeonIndustry.BIO,),
    Sector.SEMICONDUCTORS: (DaejeonIndustry.SEMICONDUCTOR,),
    Sector.PHOTONICS: (DaejeonIndustry.SEMICONDUCTOR, DaejeonIndustry.QUANTUM),
    Sector.QUANTUM: (DaejeonIndustry.QUANTUM,),
    Sector.ROBOTICS: (DaejeonIndustry.ROBOTICS, DaejeonIndustry.DEFENCE),
    Sector.SMART_FACTORY: (DaejeonIndustry.ROBOTICS,),
    Sector.SPACE: (DaejeonIndustry.AEROSPACE, DaejeonIndustry.DEFENCE),
    Sector.DEFENCE: (DaejeonIndustry.DEFENCE,),
    Sector.MOBILITY: (DaejeonIndustry.AEROSPACE,),
}
"""A sector that is not listed belongs to none of the six."""


def super_gap_fields(sectors: tuple[str, ...]) -> tuple[SuperGapField, ...]:
    """Give the super-gap fields of sectors, without repetition; a word that is no sector has none."""
    fields = [field for code in sectors if code in set(Sector) for field in SUPER_GAP_FIELDS[Sector(code)]]
    return tuple(dict.fromkeys(fields))


def daejeon_industries(sectors: tuple[str, ...]) -> tuple[DaejeonIndustry, ...]:
    """Give Daejeon's industries of sectors, without repetition; a word that is no sector has none."""
    found = [
        industry
        for code in sectors
        if code in set(Sector)
        for industry in DAEJEON_INDUSTRIES.get(Sector(code), ())
    ]
    return tuple(dict.fromkeys(found))
