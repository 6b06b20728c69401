"""More like this, less like this: the gain against a plain count, and its bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.engine.encoders import unit_rows
from matcher.engine.likings import MOST, liking_gain


def rows(seed: int, count: int) -> NDArray[np.float32]:
    """Draw unit rows."""
    drawn = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return unit_rows(drawn) if count else drawn


def test_worked_example() -> None:
    axes = np.eye(3, dtype=np.float32)

    gain = liking_gain(axes, axes[:1], axes[1:2])

    assert gain.tolist() == pytest.approx([MOST, -MOST, 0.0])
    assert liking_gain(axes, axes[:0], axes[:0]).tolist() == [0.0, 0.0, 0.0]


@given(st.integers(0, 50), st.integers(0, 4), st.integers(0, 4))
def test_the_gain_is_the_mean_of_the_cosines_and_bounded(seed: int, liked: int, disliked: int) -> None:
    vectors, toward, away = rows(seed, 6), rows(seed + 100, liked), rows(seed + 200, disliked)

    gain = liking_gain(vectors, toward, away)

    for vector, found in zip(vectors, gain, strict=True):
        expected = MOST * (
            (float(np.mean([vector @ row for row in toward])) if liked else 0.0)
            - (float(np.mean([vector @ row for row in away])) if disliked else 0.0)
        )
        assert found == pytest.approx(expected, abs=1e-5)
    assert np.abs(gain).max() <= 2 * MOST + 1e-6
