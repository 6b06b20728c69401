"""Move a program's text vector toward accepted and away from declined startups, by a bounded angle.

Rocchio 1971, Relevance feedback in information retrieval (in Salton, The SMART Retrieval System, pages 313 to
323), with the step taken as an angle, so that its bound is a bound of the cosine to the text as it was
written.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_DEGREES = 12.0
"""The vector never turns further: its cosine with the written text stays at 0.978 or more.

A quarter of that angle shows in no figure, twice of it costs where the texts do not decide
(docs/learning.md).
"""
HALF_WAY = 5.0
"""Decisions of each kind after which half of the angle is turned."""
_NO_DIRECTION = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class TextMove:
    """How a program's vector moved: (dimension,) to add to it, the angle, and what it was moved by."""

    shift: NDArray[np.float64]
    degrees: float
    accepted: int
    declined: int


def move_text(
    program: NDArray[np.float32], accepted: NDArray[np.float32], declined: NDArray[np.float32]
) -> TextMove:
    """Turn a program's vector toward the mean of the accepted and away from that of the declined.

    Args:
        program: (dimension,), unit length.
        accepted: (accepted startups, dimension), unit rows.
        declined: (declined startups, dimension), unit rows.

    Returns:
        The move; none where there is nothing accepted, nothing declined, or both say the same.
    """
    a, b = len(accepted), len(declined)
    origin = program.astype(np.float64)
    nothing = TextMove(np.zeros_like(origin), 0.0, a, b)
    if not a or not b:
        return nothing
    toward = accepted.mean(axis=0, dtype=np.float64) - declined.mean(axis=0, dtype=np.float64)
    toward -= (toward @ origin) * origin
    length = float(np.linalg.norm(toward))
    if length < _NO_DIRECTION:
        return nothing
    # The harmonic mean: many declined startups say little while hardly one is accepted.
    both = 2 * a * b / (a + b)
    degrees = MOST_DEGREES * both / (both + HALF_WAY)
    angle = np.deg2rad(degrees)
    moved = np.cos(angle) * origin + np.sin(angle) * toward / length
    return TextMove(moved - origin, degrees, a, b)
