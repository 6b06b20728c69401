"""How well facts fit: needs and offers, target regions, sector, stage. Each signal lies in [0, 1].

Tags are compared as they stand; a tag outside our vocabulary fits only itself. A fact nobody gave
adds nothing to any program.
"""

from matcher.engine.policy import MatchPolicy
from matcher.engine.values import ProgramProfile, StartupFacts
from models.vocabulary import ANY_SECTOR, Region, Stage

_EUROPE = frozenset({Region.EU.value, Region.DE.value, Region.ES.value})
_STAGES = tuple(stage.value for stage in Stage)


def needs_signal(facts: StartupFacts, program: ProgramProfile) -> float:
    """Give the share of the startup's needs the program offers."""
    if not facts.needs:
        return 0.0
    return sum(need in program.offers for need in facts.needs) / len(facts.needs)


def region_signal(facts: StartupFacts, program: ProgramProfile, policy: MatchPolicy) -> float:
    """Say how well the program's region fits: the first target counts most, Europe holds its countries."""
    best = 0.0
    for place, region in enumerate(facts.target_regions or ()):
        value = 1.0 if place == 0 else policy.second_region
        if region in program.regions:
            best = max(best, value)
        elif _shares_europe(region, program.regions):
            best = max(best, value * policy.wider_region)
    return best


def sector_signal(facts: StartupFacts, program: ProgramProfile, policy: MatchPolicy) -> float:
    """Give 1 for a shared sector, less for a generalist program."""
    if not facts.sectors:
        return 0.0
    if set(facts.sectors) & set(program.sectors):
        return 1.0
    return policy.generalist if ANY_SECTOR in program.sectors else 0.0


def stage_signal(facts: StartupFacts, program: ProgramProfile, policy: MatchPolicy) -> float:
    """Give 1 for a stage the program takes, less for the stage next to one."""
    if facts.stage is None:
        return 0.0
    if facts.stage in program.stages:
        return 1.0
    if facts.stage not in _STAGES:
        return 0.0
    own = _STAGES.index(facts.stage)
    near = any(abs(own - _STAGES.index(stage)) == 1 for stage in program.stages if stage in _STAGES)
    return policy.next_stage if near else 0.0


def reach(facts: StartupFacts, policy: MatchPolicy) -> float:
    """Give the score a program that fits very well would get with the facts that are known."""
    return policy.text_reach + _known_weight(facts, policy)


def floor(facts: StartupFacts, policy: MatchPolicy) -> float:
    """Give the score a program of no use would get with the facts that are known."""
    return policy.text_floor + policy.fact_floor * _known_weight(facts, policy)


def _known_weight(facts: StartupFacts, policy: MatchPolicy) -> float:
    known = (
        (policy.needs, facts.needs),
        (policy.region, facts.target_regions),
        (policy.sector, facts.sectors),
        (policy.stage, facts.stage),
    )
    return sum(weight for weight, fact in known if fact)


def _shares_europe(region: str, offered: tuple[str, ...]) -> bool:
    if region not in _EUROPE:
        return False
    return Region.EU.value in offered or (region == Region.EU.value and bool(_EUROPE & set(offered)))
