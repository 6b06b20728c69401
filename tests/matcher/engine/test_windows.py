"""Texts of any length fit into windows, and nothing is cut off silently."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.encoders import HashingEncoder
from matcher.engine.windows import merge_sentences, pack_windows, pool


class Narrow(HashingEncoder):
    """Reads four words at a time."""

    window = 4


class Syllables(HashingEncoder):
    """Counts two tokens for every character, as some models do for some scripts."""

    window = 4

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count two for each character that is not a space."""
        return [2 * len("".join(text.split())) for text in texts]


words = st.lists(st.sampled_from(["a", "bb", "세포", "c-d", "e-f-g-h-i-j", "!"]), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("texts", "windows"),
    [
        (["one two"], [("one two", 2)]),
        (["one two", "three four", "five"], [("one two three four", 4), ("five", 1)]),
        (["one two three", "four five"], [("one two three", 3), ("four five", 2)]),
        (["one two three four five six"], [("one two three four", 4), ("five six", 2)]),
        (
            ["one", "two three four five six", "seven"],
            [("one", 1), ("two three four five", 4), ("six seven", 2)],
        ),
        (["x a-b-c-d-e-f"], [("x a-b-c", 4), ("-d-e-f", 3)]),
        (["..."], [("...", 0)]),
    ],
)
def test_pack_windows_worked_example(texts: list[str], windows: list[tuple[str, int]]) -> None:
    assert list(pack_windows(Narrow(), texts)) == windows


def test_pack_windows_counts_short_texts_too() -> None:
    assert list(pack_windows(Syllables(), ["전지"])) == [("전지", 4)]
    assert list(pack_windows(Syllables(), ["세포", "전지"])) == [("세포", 4), ("전지", 4)]
    assert list(pack_windows(Syllables(), ["세포전지"])) == [("세포", 4), ("전지", 4)]


def test_pack_windows_never_cuts_a_character() -> None:
    class Wide(Syllables):
        window = 1

    assert list(pack_windows(Wide(), ["전지"])) == [("전", 2), ("지", 2)]


@given(st.lists(words.map(" ".join), min_size=1, max_size=6), st.sampled_from([Narrow(), Syllables()]))
def test_pack_windows_loses_no_word_and_respects_the_window(
    texts: list[str], encoder: HashingEncoder
) -> None:
    windows = pack_windows(encoder, texts)

    assert squeezed(window for window, _ in windows) == squeezed(texts)
    assert max(tokens for _, tokens in windows) <= encoder.window
    assert encoder.count_tokens([window for window, _ in windows]) == [tokens for _, tokens in windows]


@given(st.lists(st.integers(min_value=1, max_value=4), min_size=1, max_size=9))
def test_pack_windows_agrees_with_filling_one_window_after_another(sizes: list[int]) -> None:
    texts = [" ".join(f"w{place}x{word}" for word in range(size)) for place, size in enumerate(sizes)]
    expected: list[list[str]] = [[]]
    for text in texts:
        if len(" ".join([*expected[-1], text]).split()) > 4:
            expected.append([])
        expected[-1].append(text)

    windows = pack_windows(Narrow(), texts)

    assert [window for window, _ in windows] == [" ".join(parts) for parts in expected]


def test_pool_weighs_windows_by_their_tokens() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)

    assert pool(rows, [3, 4]).tolist() == pytest.approx([0.6, 0.8])


def test_pool_counts_a_window_without_tokens_as_one() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)

    assert pool(rows, [0, 1]).tolist() == pytest.approx([0.5**0.5, 0.5**0.5])


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(1.0, 0.0, 0.0), (0.0, 0.6, 0.8), (0.0, -1.0, 0.0)]),
            st.integers(min_value=1, max_value=256),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_pool_agrees_with_numpy_average(windows: list[tuple[tuple[float, ...], int]]) -> None:
    rows, tokens = np.array([row for row, _ in windows], dtype=np.float32), [count for _, count in windows]
    average = np.average(rows, axis=0, weights=tokens)
    length = float(np.linalg.norm(average))
    expected = average / length if length else np.array([1.0, 0.0, 0.0])

    found = pool(rows, tokens)

    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_merge_sentences_joins_neighbours() -> None:
    assert merge_sentences(["a", "b", "c", "d", "e"], 2) == ("a b c", "d e")
    assert merge_sentences(["a", "b"], 2) == ("a", "b")
    assert merge_sentences([], 2) == ()


@given(st.lists(st.sampled_from(["a", "b c", "d"]), max_size=30), st.integers(min_value=1, max_value=8))
def test_merge_sentences_drops_nothing_and_keeps_to_the_limit(sentences: list[str], limit: int) -> None:
    merged = merge_sentences(sentences, limit)

    assert " ".join(merged) == " ".join(sentences)
    assert len(merged) <= limit


def squeezed(texts: Iterable[str]) -> str:
    return "".join("".join(text.split()) for text in texts)
