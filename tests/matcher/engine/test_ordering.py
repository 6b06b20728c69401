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
        ({"a": PIN, "b": PIN, "c": Wish(place=3), "d": Wish(place=2), "e": Wish(place=1)}, "abedc"),
        ({"d": Wish(place=2), "b": Wish(place=2)}, "abdce"),
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


@given(st.lists(st.sampled_from("abcdefg"), unique=True), WISHES)
def test_apply_wishes_agrees_with_filling_place_after_place(
    machine: list[str], wishes: dict[str, Wish]
) -> None:
    pinned = [item for item in machine if wishes.get(item, Wish()).pinned]
    rest = [item for item in machine if item not in pinned]
    stay = [item for item in rest if wishes.get(item, Wish()).place is None]
    moves = [(wish.place or 0, rest.index(item), item) for item, wish in wishes.items() if item in rest]
    waiting = sorted(move for move in moves if move[2] not in stay)
    expected = list(pinned)
    while stay or waiting:
        due = waiting and (not stay or waiting[0][0] <= len(expected) + 1)
        expected.append(waiting.pop(0)[2] if due else stay.pop(0))

    assert apply_wishes(machine, wishes) == tuple(expected)


def untouched(order: Sequence[str], wishes: Mapping[str, Wish]) -> list[str]:
    return [item for item in order if wishes.get(item, Wish()) == Wish()]
