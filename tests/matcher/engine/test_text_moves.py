"""The move of a program's vector toward accepted and away from declined texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.encoders import unit_rows
from matcher.engine.text_moves import HALF_WAY, MOST_DEGREES, move_text

seeds = st.integers(min_value=0, max_value=2**32 - 1)
NONE = np.zeros((0, 3), dtype=np.float32)
EAST, NORTH, UP = np.eye(3, dtype=np.float32)


def test_move_worked_example() -> None:
    accepted, declined = np.stack([NORTH] * 5), np.stack([UP] * 5)

    move = move_text(EAST, accepted, declined)

    # Five of each: half of the angle, half-way between north and down.
    angle = np.deg2rad(MOST_DEGREES / 2)
    expected = [np.cos(angle), np.sin(angle) / np.sqrt(2), -np.sin(angle) / np.sqrt(2)]
    assert HALF_WAY == 5
    assert (move.degrees, move.accepted, move.declined) == (MOST_DEGREES / 2, 5, 5)
    assert EAST + move.shift == pytest.approx(np.array(expected))


@pytest.mark.parametrize(
    ("accepted", "declined"),
    [(NONE, NONE), (NORTH[np.newaxis], NONE), (NONE, UP[np.newaxis]), (UP[np.newaxis], UP[np.newaxis])],
)
def test_nothing_moves_without_a_difference_to_learn_from(
    accepted: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    declined: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    move = move_text(EAST, accepted, declined)

    assert (move.degrees, move.shift.tolist()) == (0, [0, 0, 0])


@given(seeds, st.integers(min_value=1, max_value=60), st.integers(min_value=1, max_value=60))
def test_the_moved_vector_has_length_one_within_the_bound_and_is_nearer_to_the_accepted(
    seed: int, accepted: int, declined: int
) -> None:
    rows = unit_rows(
        np.random.default_rng(seed).normal(size=(accepted + declined + 1, 16)).astype(np.float32)
    )
    program, liked, disliked = rows[0], rows[1 : accepted + 1], rows[accepted + 1 :]

    move = move_text(program, liked, disliked)

    moved = program + move.shift
    assert np.linalg.norm(moved) == pytest.approx(1, abs=1e-5)
    assert moved @ program >= np.cos(np.deg2rad(MOST_DEGREES)) - 1e-6
    toward = liked.mean(axis=0) - disliked.mean(axis=0)
    assert (moved - (moved @ program) * program) @ toward > 0
