"""How well facts fit, each signal in [0, 1]."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.fact_signals import (
    floor,
    needs_signal,
    reach,
    region_signal,
    sector_signal,
    stage_signal,
)
from matcher.engine.policy import DEFAULT_POLICY, MatchPolicy
from matcher.engine.values import ProgramProfile, StartupFacts

MakeProgram = Callable[..., ProgramProfile]
NOTHING = StartupFacts()
TAGS = st.none() | st.lists(
    st.sampled_from(["a", "b", "any", "eu", "de", "es", "kr", "seed", "idea", "series-a"]), unique=True
).map(tuple)


@pytest.mark.parametrize(
    ("needs", "offers", "value"),
    [
        (("investors", "visa", "office", "ip"), ("visa", "investors", "talent"), 0.5),
        (("investors",), ("investors",), 1.0),
        (("a-new-word",), ("a-new-word",), 1.0),
        (("investors",), (), 0.0),
        ((), ("investors",), 0.0),
        (None, ("investors",), 0.0),
    ],
)
def test_needs_signal_is_the_share_that_is_offered(
    make_program: MakeProgram, needs: tuple[str, ...] | None, offers: tuple[str, ...], value: float
) -> None:
    assert needs_signal(StartupFacts(needs=needs), make_program(offers=offers)) == value


@pytest.mark.parametrize(
    ("targets", "regions", "value"),
    [
        (("us-west", "eu"), ("us-west",), 1.0),
        (("us-east", "us-west"), ("us-west",), 0.85),
        (("us-east", "kr", "us-west"), ("us-west",), 0.85),
        (("de",), ("eu",), 0.6),
        (("eu",), ("es",), 0.6),
        (("kr", "eu"), ("de",), 0.85 * 0.6),
        (("de",), ("es",), 0.0),
        (("kr",), ("eu",), 0.0),
        (("eu", "es"), ("es",), 0.85),
        (("mars",), ("mars",), 1.0),
        ((), ("eu",), 0.0),
        (None, ("eu",), 0.0),
    ],
)
def test_region_signal_counts_the_first_target_most(
    make_program: MakeProgram, targets: tuple[str, ...] | None, regions: tuple[str, ...], value: float
) -> None:
    facts, program = StartupFacts(target_regions=targets), make_program(regions=regions)

    assert region_signal(facts, program, DEFAULT_POLICY) == pytest.approx(value)


@pytest.mark.parametrize(
    ("own", "taken", "value"),
    [
        (("water", "space"), ("space",), 1.0),
        (("water",), ("any",), 0.8),
        (("water",), ("any", "water"), 1.0),
        (("water",), ("space",), 0.0),
        ((), ("any",), 0.0),
        (None, ("any",), 0.0),
    ],
)
def test_sector_signal_prefers_a_shared_sector_to_a_generalist(
    make_program: MakeProgram, own: tuple[str, ...] | None, taken: tuple[str, ...], value: float
) -> None:
    assert sector_signal(StartupFacts(sectors=own), make_program(sectors=taken), DEFAULT_POLICY) == value


@pytest.mark.parametrize(
    ("own", "taken", "value"),
    [
        ("seed", ("seed", "growth"), 1.0),
        ("seed", ("series-a",), 0.4),
        ("seed", ("pre-seed", "unheard-of"), 0.4),
        ("seed", ("idea", "series-b"), 0.0),
        ("unheard-of", ("unheard-of",), 1.0),
        ("unheard-of", ("seed",), 0.0),
        (None, ("seed",), 0.0),
    ],
)
def test_stage_signal_gives_less_for_the_next_stage(
    make_program: MakeProgram, own: str | None, taken: tuple[str, ...], value: float
) -> None:
    assert stage_signal(StartupFacts(stage=own), make_program(stages=taken), DEFAULT_POLICY) == value


def test_reach_adds_the_weights_of_known_facts() -> None:
    policy = MatchPolicy(text_reach=0.4, needs=0.1, region=0.2, sector=0.05, stage=0.01)

    assert reach(NOTHING, policy) == 0.4
    assert reach(StartupFacts(needs=("visa",), stage="seed"), policy) == pytest.approx(0.51)
    assert reach(StartupFacts(target_regions=("eu",), sectors=("water",)), policy) == pytest.approx(0.65)
    assert reach(StartupFacts(needs=(), target_regions=(), sectors=()), policy) == 0.4


def test_floor_adds_a_share_of_the_weights_of_known_facts() -> None:
    policy = MatchPolicy(text_floor=0.1, fact_floor=0.5, needs=0.1, region=0.2, sector=0.05, stage=0.01)

    assert floor(NOTHING, policy) == 0.1
    assert floor(StartupFacts(needs=("visa",), stage="seed"), policy) == pytest.approx(0.155)
    assert floor(StartupFacts(target_regions=("eu",), sectors=("water",)), policy) == pytest.approx(0.225)
    assert floor(StartupFacts(needs=(), target_regions=(), sectors=()), policy) == 0.1


@given(TAGS, TAGS)
def test_fact_signals_lie_between_nothing_and_one(
    make_program: MakeProgram, own: tuple[str, ...] | None, taken: tuple[str, ...] | None
) -> None:
    tags = taken or ()
    facts = StartupFacts(needs=own, target_regions=own, sectors=own, stage=own[0] if own else None)
    program = make_program(offers=tags, regions=tags, sectors=tags, stages=tags)

    signals = (
        needs_signal(facts, program),
        region_signal(facts, program, DEFAULT_POLICY),
        sector_signal(facts, program, DEFAULT_POLICY),
        stage_signal(facts, program, DEFAULT_POLICY),
    )

    assert all(0 <= signal <= 1 for signal in signals)
    assert own or signals == (0, 0, 0, 0)


@given(TAGS, TAGS)
def test_region_signal_agrees_with_every_pair_written_out(
    make_program: MakeProgram, targets: tuple[str, ...] | None, offered: tuple[str, ...] | None
) -> None:
    wider = {("de", "eu"), ("es", "eu"), ("eu", "de"), ("eu", "es")}
    values = [0.0]
    for place, target in enumerate(targets or ()):
        for region in offered or ():
            fit = 1.0 if target == region else 0.6 if (target, region) in wider else 0.0
            values.append(fit * (1.0 if place == 0 else 0.85))

    found = region_signal(
        StartupFacts(target_regions=targets), make_program(regions=offered or ()), DEFAULT_POLICY
    )

    assert found == pytest.approx(max(values))
