"""A round in figures: groups, counts and the lists behind them agree, whatever the round is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.round_tallies import (
    COVERAGE,
    GONE,
    NONE,
    By,
    Change,
    CoverageChange,
    SeatChange,
    Standing,
    Tally,
    changed_members,
    compare_coverage,
    compare_seats,
    count_pairs,
    count_startups,
    keys_of,
    members,
)


def stand(
    startup: str,
    program: str = "p",
    fit: float = 0.5,
    verdict: str = "eligible",
    *,
    decision: str = "",
    review: float | None = None,
    reviewed: bool = False,
    outcome: str = "",
    sectors: tuple[str, ...] = (),
    there: bool = True,
) -> Standing:
    """Put a startup somewhere."""
    return Standing(
        startup,
        program,
        fit,
        verdict,
        decision,
        review,
        reviewed,
        outcome,
        groups={"sector": sectors},
        there=there,
    )


ROUND = (
    stand(
        "a",
        "p",
        0.81,
        "eligible",
        decision="accept",
        review=92.0,
        reviewed=True,
        outcome="selected",
        sectors=("water", "space"),
    ),
    stand("a", "q", 0.10, sectors=("water", "space")),
    stand(
        "b",
        "p",
        1.00,
        "cannot_tell",
        decision="accept",
        review=30.0,
        reviewed=True,
        outcome="waitlisted",
        sectors=("water",),
    ),
    stand("c", "p", 0.30, "not_eligible", decision="decline", review=104.0, reviewed=True),
    stand("d", "p", 0.00, reviewed=True, there=False),
)
"""Four startups and two programs, worked out by hand below."""

standings = st.lists(
    st.builds(
        Standing,
        st.sampled_from("abcdef"),
        st.sampled_from("pq"),
        st.floats(allow_nan=False),
        st.sampled_from(["eligible", "cannot_tell", "not_eligible"]),
        st.sampled_from(["accept", "maybe", "decline", ""]),
        st.none() | st.floats(allow_nan=False),
        st.booleans(),
        st.sampled_from(["selected", "waitlisted", ""]),
        st.none(),
        st.fixed_dictionaries(
            {"sector": st.lists(st.sampled_from(["water", "space", "ocean"]), unique=True).map(tuple)}
        ),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: (one.startup, one.program),
)


def test_steps_are_counted_each_for_itself() -> None:
    counted = {one.key: one.considered for one in count_pairs(ROUND, By.STEP)}

    assert counted == {
        "considered": 5,
        "eligible": 3,
        "cannot_tell": 1,
        "reviewed": 4,
        "accepted": 2,
        "selected": 1,
        "waitlisted": 1,
    }
    assert [one.considered for one in count_pairs((), By.STEP)] == [0] * 7


def test_scores_are_spread_over_ten_parts_and_what_lies_beyond_is_in_the_last() -> None:
    fits = {one.key: (one.considered, one.selected) for one in count_pairs(ROUND, By.FIT) if one.considered}
    reviews = {one.key: one.considered for one in count_pairs(ROUND, By.REVIEW) if one.considered}

    assert fits == {"0": (1, 0), "1": (1, 0), "3": (1, 0), "8": (1, 1), "9": (1, 0)}
    assert reviews == {"3": 1, "9": 2, NONE: 2}
    assert [one.key for one in count_pairs((), By.REVIEW)] == [*"0123456789", NONE]


@pytest.mark.parametrize("number", range(10))
def test_a_part_holds_its_lower_bound(number: int) -> None:
    for points in (10.0 * number, 10.0 * number + 9.99):
        one = stand("a", "p", points / 100, review=points)
        assert keys_of(one, By.FIT) == keys_of(one, By.REVIEW) == (str(number),)


def test_coverage_counts_a_startup_once_and_for_each_of_its_values() -> None:
    assert count_startups(ROUND, By.SECTOR) == (
        Tally("water", 2, 1),
        Tally("space", 1, 1),
        Tally(NONE, 1, 0),
        Tally(GONE, 1, 0),
    )


def test_two_plans_are_compared_seat_by_seat() -> None:
    before = (
        stand("a", "p", outcome="selected", sectors=("water",)),
        stand("b", "p", outcome="selected", sectors=("space",)),
        stand("b", "r", outcome="selected", sectors=("space",)),
    )
    seats = compare_seats(({"p": 2, "r": 1}, before), ({"p": 1, "q": 3}, ROUND))

    assert seats == (
        SeatChange("p", 2, 1, 1, 0, 1),
        SeatChange("q", 0, 3, 0, 0, 0),
        SeatChange("r", 1, 0, 0, 0, 1),
    )
    assert [(one.filled_before, one.filled) for one in seats] == [(2, 1), (0, 0), (1, 0)]
    assert compare_coverage(before, ROUND, By.SECTOR) == (
        CoverageChange("space", 1, 1),
        CoverageChange("water", 1, 1),
    )


@given(standings)
def test_every_count_is_the_length_of_its_list(round_: list[Standing]) -> None:
    for by in By:
        for one in count_pairs(round_, by) if by is not By.CHANGE else ():
            assert one.considered == len(members(round_, by, one.key))
            assert one.selected == len(members(round_, by, one.key, selected=True))
    for by in COVERAGE:
        for one in count_startups(round_, by):
            assert one.considered == len({found.startup for found in members(round_, by, one.key)})
            assert one.selected == len(
                {found.startup for found in members(round_, by, one.key, selected=True)}
            )


@given(standings)
def test_nobody_is_lost_in_the_spread(round_: list[Standing]) -> None:
    for by in (By.FIT, By.REVIEW):
        counted = count_pairs(round_, by)
        assert sum(one.considered for one in counted) == len(round_)
        assert sum(one.selected for one in counted) == sum(one.selected for one in round_)


@given(standings, standings)
def test_changes_add_up(before: list[Standing], now: list[Standing]) -> None:
    seats = compare_seats(({"p": 1, "q": 1}, before), ({"p": 1, "q": 1}, now))

    for change in Change:
        listed = changed_members(before, now, change)
        assert len(listed) == sum(getattr(one, change.value) for one in seats)
    assert sum(one.filled_before for one in seats) == sum(one.selected for one in before)
    assert sum(one.filled for one in seats) == sum(one.selected for one in now)
