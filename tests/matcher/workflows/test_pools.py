"""Programs made ready for scoring: kept while they stay the same, a bounded number of them."""

from dataclasses import replace

from matcher.engine.analysis import TextAnalysis
from matcher.engine.values import ProgramProfile
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.pools import PoolCache
from matcher.workflows.programs import program_source
from models.vocabulary import Language

PROGRAM = ProgramProfile("alpha", "Alpha", "A battery line.", Language.EN)


def test_the_same_programs_share_one_pool_and_an_edited_one_gets_its_own(
    hashing_analyst: LocalAnalyst,
) -> None:
    cache = PoolCache(hashing_analyst.calibration)

    def read(programs: tuple[ProgramProfile, ...]) -> tuple[TextAnalysis, ...]:
        return hashing_analyst.read([program_source(program) for program in programs])

    first = cache.pool((PROGRAM,), read)
    again = cache.pool((replace(PROGRAM),), read)
    edited = cache.pool((replace(PROGRAM, text="A drug line."),), read)

    assert again is first
    assert edited is not first
    assert edited.programs[0].text == "A drug line."


def test_the_pool_that_was_not_used_for_longest_goes_first(hashing_analyst: LocalAnalyst) -> None:
    cache = PoolCache(hashing_analyst.calibration)
    (analysis,) = hashing_analyst.read([program_source(PROGRAM)])
    programs = [replace(PROGRAM, id=f"p{number}") for number in range(66)]
    built: list[str] = []

    def read(wanted: tuple[ProgramProfile, ...]) -> tuple[TextAnalysis, ...]:
        built.extend(program.id for program in wanted)
        return (analysis,)

    for program in programs[:64]:
        cache.pool((program,), read)
    cache.pool((programs[0],), read)
    for program in programs[64:]:
        cache.pool((program,), read)
    built.clear()
    for program in (programs[0], programs[1], programs[2], programs[65]):
        cache.pool((program,), read)

    assert built == ["p1", "p2"]
