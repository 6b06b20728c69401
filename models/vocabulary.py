"""Words every layer shares: languages, stages, TRL, needs and offers, regions, sectors.

Standard library only, so that importing a word never imports a table.
"""

from enum import IntEnum, StrEnum


class Language(StrEnum):
    """Languages a profile or a program text may be written in."""

    KO = "ko"
    EN = "en"
    DE = "de"
    ES = "es"


class WorkingLanguage(StrEnum):
    """Languages a program works in; French is used in Québec."""

    KO = "ko"
    EN = "en"
    DE = "de"
    ES = "es"
    FR = "fr"


class Stage(StrEnum):
    """Financing stage of a startup, in the order companies pass through them."""

    IDEA = "idea"
    PRE_SEED = "pre-seed"
    SEED = "seed"
    SERIES_A = "series-a"
    SERIES_B = "series-b"
    GROWTH = "growth"


class Offer(StrEnum):
    """What a program offers; a startup's needs use the same words."""

    PILOT_CUSTOMER = "pilot-customer"
    MARKET_ENTRY = "market-entry"
    DISTRIBUTION = "distribution"
    INVESTORS = "investors"
    FUNDING = "funding"
    RESEARCH_PARTNER = "research-partner"
    LAB_SPACE = "lab-space"
    OFFICE = "office"
    REGULATORY = "regulatory"
    CLINICAL_TRIAL = "clinical-trial"
    MANUFACTURING = "manufacturing"
    TALENT = "talent"
    IP = "ip"
    TRAINING = "training"
    VISA = "visa"


class Region(StrEnum):
    """Regions programs open a door to."""

    US_WEST = "us-west"
    US_EAST = "us-east"
    CA = "ca"
    DE = "de"
    ES = "es"
    EU = "eu"
    KR = "kr"


class Sector(StrEnum):
    """Fields a startup works in."""

    BIOPHARMA = "biopharma"
    DIAGNOSTICS = "diagnostics"
    MEDICAL_DEVICES = "medical-devices"
    DIGITAL_HEALTH = "digital-health"
    SEMICONDUCTORS = "semiconductors"
    PHOTONICS = "photonics"
    QUANTUM = "quantum"
    AI_SOFTWARE = "ai-software"
    CYBERSECURITY = "cybersecurity"
    ROBOTICS = "robotics"
    SMART_FACTORY = "smart-factory"
    MOBILITY = "mobility"
    LOGISTICS = "logistics"
    SPACE = "space"
    DEFENCE = "defence"
    OCEAN = "ocean"
    BATTERIES = "batteries"
    HYDROGEN = "hydrogen"
    SOLAR_GRID = "solar-grid"
    NUCLEAR = "nuclear"
    CCUS = "ccus"
    MATERIALS = "materials"
    WATER = "water"
    AGRIFOOD = "agrifood"
    SMART_CITY = "smart-city"
    CONSTRUCTION = "construction"
    GAMING_XR = "gaming-xr"
    EDTECH = "edtech"
    FINTECH = "fintech"


ANY_SECTOR = "any"
"""A program with this sector is a generalist."""


class Direction(StrEnum):
    """Whom a program is for, by where they come from and go to."""

    OUTBOUND_FROM_KOREA = "outbound_from_korea"
    INBOUND_TO_MEMBER = "inbound_to_member"
    INBOUND_TO_KOREA = "inbound_to_korea"
    OUTBOUND_FROM_MEMBER = "outbound_from_member"
    LOCAL = "local"
    DOMESTIC_KOREA = "domestic_korea"
    BILATERAL_RD = "bilateral_rd"
    VISA_PATHWAY = "visa_pathway"
    MATCHING_SERVICE = "matching_service"
    SUPPORT_FOR_AGENCIES = "support_for_agencies"


class Publication(StrEnum):
    """How much of a program's terms its sources state."""

    PUBLISHED = "published"
    PARTLY_PUBLISHED = "partly_published"
    DETAILS_NOT_PUBLISHED = "details_not_published"


class Verdict(StrEnum):
    """Answer of one eligibility rule, and of all rules together."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    CANNOT_TELL = "cannot_tell"


class Decision(StrEnum):
    """What a reviewer decides about one startup for one program."""

    ACCEPT = "accept"
    MAYBE = "maybe"
    DECLINE = "decline"


class ReasonKind(StrEnum):
    """What a decision is about, so that reasons can be counted."""

    TECHNOLOGY = "technology"
    MARKET = "market"
    FIT_WITH_PLACE = "fit-with-place"
    NEEDS = "needs"
    TEAM = "team"
    STAGE = "stage"
    LANGUAGE = "language"
    ELIGIBILITY = "eligibility"
    EVIDENCE = "evidence"
    OTHER = "other"


class TechnologyReadiness(IntEnum):
    """Technology readiness level, 1 (principles observed) to 9 (proven in operation)."""

    TRL1 = 1
    TRL2 = 2
    TRL3 = 3
    TRL4 = 4
    TRL5 = 5
    TRL6 = 6
    TRL7 = 7
    TRL8 = 8
    TRL9 = 9


class SuperGapField(StrEnum):
    """The ten Korean super-gap (초격차) fields of 2023-2025."""

    SYSTEM_SEMICONDUCTORS = "시스템반도체"
    BIO_HEALTH = "바이오·헬스"
    FUTURE_MOBILITY = "미래 모빌리티"
    GREEN_ENERGY = "친환경·에너지"
    ROBOTS = "로봇"
    BIG_DATA_AI = "빅데이터·AI"
    CYBERSECURITY_NETWORK = "사이버보안·네트워크"
    AEROSPACE_OCEAN = "우주항공·해양"
    NEXT_NUCLEAR = "차세대원전"
    QUANTUM = "양자기술"


class DaejeonIndustry(StrEnum):
    """The six strategic industries of Daejeon."""

    AEROSPACE = "aerospace"
    BIO = "bio"
    SEMICONDUCTOR = "semiconductor"
    DEFENCE = "defence"
    ROBOTICS = "robotics"
    QUANTUM = "quantum"
