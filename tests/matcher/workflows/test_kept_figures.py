"""Kept figures: made once, given in the order that is asked for, and never too many of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.workflows import kept_figures
from matcher.workflows.kept_figures import Columns, FigureCache


def ask(cache: FigureCache, table: str, keys: list[str], made: list[str]) -> list[int]:
    """Ask for rows that hold the numbers of their keys, and write down which were made."""

    def make(places: list[int]) -> Columns:
        made.extend(keys[place] for place in places)
        return (np.array([int(keys[place]) for place in places]),)

    (column,) = cache.rows(table, keys, make)
    return [int(value) for value in column]


@given(st.lists(st.lists(st.integers(0, 30).map(str), unique=True, min_size=1), max_size=8))
def test_rows_are_those_asked_for_and_made_once(asked: list[list[str]]) -> None:
    cache, made = FigureCache(), list[str]()

    for keys in asked:
        assert ask(cache, "one", keys, made) == [int(key) for key in keys]

    assert len(made) == len(set(made))


def test_rows_nobody_asks_for_any_more_go_with_the_next_that_is_made() -> None:
    cache, made = FigureCache(), list[str]()
    ask(cache, "one", [str(number) for number in range(2000)], made)
    ask(cache, "one", ["5", "9999"], made)

    assert ask(cache, "one", ["9999", "5"], made) == [9999, 5]
    ask(cache, "one", ["7"], made)

    assert made[-2:] == ["9999", "7"]


def test_the_table_unused_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_figures, "MOST_ROWS", 3)
    cache, made = FigureCache(), list[str]()
    for table in ("one", "two", "one", "three"):
        ask(cache, table, ["1", "2"] if table == "two" else ["1"], made)

    ask(cache, "one", ["1"], made)
    ask(cache, "two", ["1"], made)

    assert made == ["1", "1", "2", "1", "1"]
