"""Sentence pairs: the most similar first, each sentence once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matcher.engine.evidence import SentencePair, best_pairs
from matcher.engine.matches import TELLING

PROFILE = ("We make cells for buses.", "Our team has ten people.", "Battery")
PROGRAM = ("Pilot with the bus operator.", "Offices for small teams here.")

cosines = arrays.arrays(
    np.float32,
    st.tuples(st.integers(min_value=1, max_value=6), st.integers(min_value=1, max_value=6)),
    elements=st.sampled_from([-0.5, 0.0, 0.25, 0.5, 0.75, 1.0]),
)


def test_best_pairs_worked_example() -> None:
    similarities = np.array([[0.75, 0.5], [0.625, 0.25], [1.0, 1.0]], dtype=np.float32)

    pairs = best_pairs(similarities, PROFILE, PROGRAM, 3)

    # "Battery" is the likest to both, but it is a heading.
    assert pairs == (SentencePair(0, 0, 0.75), SentencePair(1, 1, 0.25))


def test_best_pairs_adds_only_pairs_that_tell_something_to_the_best_one() -> None:
    similarities = np.diag([0.15, 0.1, 0.1]).astype(np.float32)

    pairs = best_pairs(similarities, ["a", "b", "c"], ["d", "e", "f"], 3)

    assert [(pair.profile, pair.program) for pair in pairs] == [(0, 0)]


def test_best_pairs_takes_headings_where_there_is_nothing_longer() -> None:
    similarities = np.array([[0.5, 0.75]], dtype=np.float32)

    assert best_pairs(similarities, ["배터리 기업"], ["Pilot", "Office space"], 1) == (
        SentencePair(0, 1, 0.75),
    )


def test_best_pairs_passes_over_what_is_mostly_figures() -> None:
    similarities = np.array([[1.0, 0.25]], dtype=np.float32)

    pairs = best_pairs(
        similarities,
        ["매출은 작년에 크게 늘었다"],
        ["2024 2025 USD 3 million", "We look for growing companies."],
        2,
    )

    assert pairs == (SentencePair(0, 1, 0.25),)


def test_best_pairs_puts_two_sentences_full_of_figures_last() -> None:
    similarities = np.array([[0.75, 0.5]], dtype=np.float32)

    pairs = best_pairs(
        similarities,
        ["We have raised USD 12 million with 41 people."],
        ["It brought 26 pilots and USD 12 million of exports.", "Firms meet customers in pilots abroad."],
        1,
    )

    assert [pair.program for pair in pairs] == [1]


def test_best_pairs_of_equal_similarity_stand_in_the_order_of_the_texts() -> None:
    similarities = np.full((2, 2), 0.5, dtype=np.float32)

    pairs = best_pairs(similarities, ["a", "b"], ["c", "d"], 5)

    assert [(pair.profile, pair.program) for pair in pairs] == [(0, 0), (1, 1)]


def test_best_pairs_stops_at_the_limit() -> None:
    assert best_pairs(np.ones((2, 2), dtype=np.float32), ["a", "b"], ["c", "d"], 0) == ()


@given(cosines, st.integers(min_value=0, max_value=7))
def test_best_pairs_uses_each_sentence_once(
    similarities: np.ndarray[tuple[int, int], np.dtype[np.float32]], limit: int
) -> None:
    rows, columns = similarities.shape
    profile, program = [f"p{row}" for row in range(rows)], [f"q{column}" for column in range(columns)]

    pairs = best_pairs(similarities, profile, program, limit)

    assert min(limit, 1) <= len({pair.profile for pair in pairs}) == len(pairs) <= min(limit, rows, columns)
    assert len({pair.program for pair in pairs}) == len(pairs)
    assert [pair.similarity for pair in pairs] == sorted((pair.similarity for pair in pairs), reverse=True)


@given(cosines)
def test_best_pairs_agrees_with_taking_the_maximum_again_and_again(
    similarities: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    rows, columns = similarities.shape
    left = similarities.copy()
    expected: list[SentencePair] = []
    for _ in range(min(rows, columns)):
        row, column = divmod(int(left.argmax()), columns)
        if expected and similarities[row, column] < TELLING:
            break
        expected.append(SentencePair(row, column, float(similarities[row, column])))
        left[row, :] = left[:, column] = -9

    pairs = best_pairs(
        similarities, [f"p{row}" for row in range(rows)], [f"q{column}" for column in range(columns)], 9
    )

    assert list(pairs) == expected
