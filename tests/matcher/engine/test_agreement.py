"""Agreement: the values of the literature, what holds of all ratings, and the same by counting every pair."""

import math
from collections.abc import Mapping
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.agreement import (
    LEAST_PAIRS,
    LEAST_THINGS,
    interval_alpha,
    nominal_alpha,
    severity_of,
    spread_of,
)

FOUR_OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""The example of Krippendorff (2011), section C: four observers, twelve things, some values missing."""

TWO_OBSERVERS = ("a a b b d c c c e d d a", "b a b b b c c c e d d d")
"""The example of section B: two observers, five words."""

MEG_AND_OWEN = ("0 1 0 0 0 0 0 0 0 0", "1 1 1 0 0 1 0 1 0 0")
"""The example of section A: two observers, two words."""


def ratings_of(rows: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Turn rows of one observer each into values by observer by thing; a point is no value."""
    things: dict[str, dict[str, str]] = {}
    for observer, row in enumerate(rows):
        for thing, value in enumerate(row.split()):
            if value != ".":
                things.setdefault(f"{thing:03}", {})[f"r{observer}"] = value
    return things


def numbers(ratings: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, float]]:
    """Read the values as numbers."""
    return {thing: {who: float(value) for who, value in row.items()} for thing, row in ratings.items()}


def by_counting(ratings: Mapping[str, Mapping[str, float]], *, words: bool) -> float | None:
    """Compute alpha by its definition: every ordered pair of values, one by one."""

    def differ(one: float, other: float) -> float:
        return float(one != other) if words else (one - other) ** 2

    things = [list(row.values()) for row in ratings.values() if len(row) > 1]
    values = [value for thing in things for value in thing]
    count = len(values)
    observed = sum(
        sum(differ(one, other) for one, other in permutations(thing, 2)) / (len(thing) - 1)
        for thing in things
    )
    expected = sum(differ(one, other) for one, other in permutations(values, 2))
    return None if expected == 0 else 1 - (observed / count) / (expected / (count * (count - 1)))


def test_the_worked_examples_of_the_literature_come_out() -> None:
    shared = ratings_of(FOUR_OBSERVERS)

    assert interval_alpha(numbers(shared)).alpha == pytest.approx(0.849, abs=0.0005)
    assert nominal_alpha(shared).alpha == pytest.approx(0.743, abs=0.0005)
    assert nominal_alpha(ratings_of(TWO_OBSERVERS)).alpha == pytest.approx(0.692, abs=0.0005)
    assert nominal_alpha(ratings_of(MEG_AND_OWEN)).alpha == pytest.approx(0.095, abs=0.0005)


def test_a_thing_rated_once_counts_for_nothing() -> None:
    shared = interval_alpha(numbers(ratings_of(FOUR_OBSERVERS)))

    # The last thing has one value: 40 of 41 are compared.
    assert (shared.things, shared.values) == (11, 40)


VALUES = st.sampled_from([0.0, 20.0, 37.5, 60.0, 100.0])
RATINGS = st.dictionaries(
    st.sampled_from([f"s{number}" for number in range(8)]),
    st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4),
    max_size=8,
)


@given(RATINGS)
def test_it_is_what_counting_every_pair_gives(ratings: dict[str, dict[str, float]]) -> None:
    words = {thing: {who: str(value) for who, value in row.items()} for thing, row in ratings.items()}

    for found, told in (
        (interval_alpha(ratings).alpha, by_counting(ratings, words=False)),
        (nominal_alpha(words).alpha, by_counting(ratings, words=True)),
    ):
        assert (found is None) == (told is None)
        assert found is None or told is None or found == pytest.approx(told, abs=1e-9)


@given(RATINGS, st.floats(-1e6, 1e6), st.floats(0.001, 1000))
def test_neither_the_zero_nor_the_unit_nor_the_names_matter(
    ratings: dict[str, dict[str, float]], zero: float, unit: float
) -> None:
    before = interval_alpha(ratings)
    moved = {
        f"x{thing}": {f"{who}!": zero + unit * value for who, value in row.items()}
        for thing, row in ratings.items()
    }
    after = interval_alpha(moved)

    assert (after.things, after.values) == (before.things, before.values)
    if before.alpha is not None and after.alpha is not None:
        assert after.alpha == pytest.approx(before.alpha, abs=1e-4)
        assert after.alpha <= 1 + 1e-9
        assert before.low is not None
        assert before.high is not None
        assert before.low <= before.high <= 1 + 1e-9


def test_full_agreement_is_one_and_opposite_words_are_below_zero() -> None:
    same = {f"s{n}": {"a": float(n), "b": float(n)} for n in range(12)}
    opposite = {f"s{n}": {"a": "accept" if n % 2 else "decline", "b": "decline" if n % 2 else "accept"}
                for n in range(12)}  # fmt: skip

    assert interval_alpha(same).alpha == pytest.approx(1)
    assert (nominal_alpha(opposite).alpha or 0) < 0
    assert interval_alpha(same).enough


@pytest.mark.parametrize(
    "ratings",
    [{}, {"s": {}}, {"s": {"a": 1.0}}, {"s": {"a": 1.0, "b": 1.0}, "t": {"a": 1.0, "b": 1.0}}],
)
def test_nothing_to_compare_gives_no_figure(ratings: dict[str, dict[str, float]]) -> None:
    found = interval_alpha(ratings)
    words = {thing: {who: str(value) for who, value in row.items()} for thing, row in ratings.items()}

    assert (found.alpha, found.low, found.high, found.enough) == (None, None, None, False)
    assert nominal_alpha(words).alpha is None


def test_few_things_are_not_enough() -> None:
    few = {f"s{n}": {"a": float(n), "b": float(n + n % 2)} for n in range(LEAST_THINGS - 1)}
    enough = {f"s{n}": {"a": float(n), "b": float(n + n % 2)} for n in range(LEAST_THINGS)}

    assert interval_alpha(few).alpha is not None
    assert not interval_alpha(few).enough
    assert interval_alpha(enough).enough


def test_the_same_ratings_give_the_same_interval() -> None:
    shared = numbers(ratings_of(FOUR_OBSERVERS))

    assert interval_alpha(shared) == interval_alpha(shared)


def test_many_things_are_drawn_in_parts() -> None:
    many = {f"s{n}": {"a": float(n % 7), "b": float(n % 5)} for n in range(3000)}
    found = interval_alpha(many)

    assert found.things == 3000
    assert found.alpha is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.alpha < found.high


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        interval_alpha({"s": {"a": math.nan, "b": 1.0}})


def test_spread_is_highest_minus_lowest() -> None:
    assert spread_of([40.0, 90.0, 55.0]) == 50
    assert spread_of([40.0]) == spread_of([]) == 0


def test_severity_is_the_mean_difference_from_the_others() -> None:
    totals = {f"s{n}": {"mild": 80.0 + n, "strict": 60.0 + n, "middle": 70.0 + n} for n in range(6)}
    totals["alone"] = {"mild": 0.0}
    found = {one.reviewer: one for one in severity_of(totals)}

    assert found["strict"].difference == pytest.approx(-15)
    assert found["middle"].difference == pytest.approx(0)
    assert found["mild"].difference == pytest.approx(15)
    assert {one.shared for one in found.values()} == {6}
    assert found["strict"].is_clear
    assert not found["middle"].is_clear


def test_the_interval_of_severity_is_students() -> None:
    # Differences 1..5: mean 3, standard deviation 1.5811, t(4) = 2.776.
    totals = {f"s{n}": {"a": 50.0 + n, "b": 50.0} for n in range(1, LEAST_PAIRS + 1)}
    one = severity_of(totals)[0]

    assert one.difference == pytest.approx(3)
    assert one.half_width == pytest.approx(2.776 * 1.5811 / math.sqrt(5), abs=1e-3)
    assert one.enough


def test_who_shares_little_is_told_without_a_figure() -> None:
    alone, once = severity_of({"s": {"a": 10.0, "b": 20.0}})[0], severity_of({"s": {"a": 10.0}})[0]

    assert (alone.difference, alone.half_width, alone.enough) == (-10, None, False)
    assert (once.difference, once.shared, once.is_clear) == (None, 0, False)


def test_who_is_absent_changes_nothing_for_the_others() -> None:
    with_all = {f"s{n}": {"a": 60.0 + n, "b": 50.0} for n in range(6)}
    recused = with_all | {"s9": {"a": 90.0}}

    assert severity_of(recused) == severity_of(with_all)
    assert interval_alpha(recused) == interval_alpha(with_all)
