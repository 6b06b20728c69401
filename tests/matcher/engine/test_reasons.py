"""Why a program fits, in plain sentences."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.phrases import Word
from matcher.engine.reasons import reasons_for
from matcher.engine.values import ProgramProfile, StartupFacts

MakeProgram = Callable[..., ProgramProfile]
TEXTS_FIT = (("sentences", 0.12),)
TAGS = st.lists(st.sampled_from(["a", "b", "c", "any"]), unique=True).map(tuple)


def test_reasons_worked_example(make_program: MakeProgram) -> None:
    facts = StartupFacts(
        needs=("visa", "investors"), target_regions=("eu", "de"), sectors=("water", "space"), stage="seed"
    )
    program = make_program(
        offers=("investors", "office"), regions=("de",), sectors=("space", "any"), stages=("seed", "idea")
    )

    reasons = [reason.say() for reason in reasons_for(facts, program, TEXTS_FIT)]

    assert reasons == [
        "Offers what you look for: investors.",
        "Opens the door to your target region: de.",
        "Works in your sector: space.",
        "Made for your stage: seed.",
        "Your text and the program's speak of the same things: see the sentences.",
    ]


def test_reasons_name_a_generalist_only_where_no_sector_is_shared(make_program: MakeProgram) -> None:
    facts, program = StartupFacts(sectors=("water",)), make_program(sectors=("any",))

    assert [reason.say() for reason in reasons_for(facts, program, ())] == ["Takes startups of every sector."]


def test_reasons_may_be_none(make_program: MakeProgram) -> None:
    program = make_program(offers=("visa",), regions=("eu",), sectors=("any",), stages=("seed",))

    assert reasons_for(StartupFacts(), program, (("sentences", 0.049), ("needs", 0.0))) == ()


@given(TAGS, TAGS)
def test_reasons_name_exactly_what_both_sides_have(
    make_program: MakeProgram, needs: tuple[str, ...], offers: tuple[str, ...]
) -> None:
    reasons = reasons_for(StartupFacts(needs=needs), make_program(offers=offers), ())

    shared = [need for need in needs if need in offers]
    named = [value for reason in reasons for _, value in reason.values]
    assert named == ([tuple(Word("offer", need) for need in shared)] if shared else [])
