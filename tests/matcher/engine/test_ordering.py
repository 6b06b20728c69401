"""A reviewer's wishes over the machine's order."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.ordering import Wish, apply_wishes

PIN = Wish(pinned=True)


@pytest.mark.parametrize(
    ("wishes", "order"),
    [
        ({}, "abcde"),
        ({"d": PIN}, "dabce"),
        ({"d": PIN, "b": PIN}, "bdace"),
        ({"e": Wish(place=1)}, "eabcd"),
        ({"a": Wish(place=3)}, "bcade"),
        ({"a": Wish(place=99)}, "bcdea"),
        ({"a": Wish(place=5), "e": Wish(place=1)}, "ebcda"),
        ({"e": Wish(pinned=True, place=4)}, "eabcd"),
        ({"a": PIN, "b": PIN, "e": Wish(place=1)}, "abecd"),
        ({"a": PIN, "b": PIN, "d": Wish(place=1, turn=1), "e": Wish(place=1, turn=2)}, "abedc"),
        ({"d": Wish(place=2, turn=1), "e": Wish(place=2, turn=2)}, "aedbc"),
        ({"d": Wish(place=2, turn=2), "e": Wish(place=2, turn=1)}, "adebc"),
        ({"a": Wish(), "unknown": PIN}, "abcde"),
    ],
)
def test_apply_wishes_worked_example(wishes: Mapping[str, Wish], order: str) -> None:
    assert apply_wishes("abcde", wishes) == tuple(order)


WISHES = st.dictionaries(
    st.sampled_from("abcdefg"),
    st.builds(Wish, pinned=st.booleans(), place=st.none() | st.integers(min_value=1, max_value=9)),
)


@given(st.lists(st.sampled_from("abcdefg"), unique=True), WISHES)
def test_apply_wishes_keeps_every_item_and_the_pins_on_top(
    machine: list[str], wishes: dict[str, Wish]
) -> None:
    order = apply_wishes(machine, wishes)

    pins = [item for item in machine if item in wishes and wishes[item].pinned]
    assert sorted(order) == sorted(machine)
    assert list(order[: len(pins)]) == pins
    assert untouched(order, wishes) == untouched(machine, wishes)


@given(st.sampled_from("abcdefg"), st.integers(min_value=1, max_value=7))
def test_apply_wishes_puts_a_single_move_exactly_at_its_place(item: str, place: int) -> None:
    assert apply_wishes("abcdefg", {item: Wish(place=place)})[place - 1] == item


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.integers(min_value=1, max_value=9)), max_size=5))
def test_apply_wishes_agrees_with_moving_one_after_the_other(moves: list[tuple[str, int]]) -> None:
    last = {item: (turn, place) for turn, (item, place) in enumerate(moves)}
    expected = list("abcdefg")
    for turn, (item, place) in enumerate(moves):
        if last[item] == (turn, place):
            expected = [other for other in expected if other != item]
            expected[place - 1 : place - 1] = [item]

    wishes = {item: Wish(place=place, turn=turn) for item, (turn, place) in last.items()}
    assert apply_wishes("abcdefg", wishes) == tuple(expected)


def untouched(order: Sequence[str], wishes: Mapping[str, Wish]) -> list[str]:
    return [item for item in order if wishes.get(item, Wish()) == Wish()]
