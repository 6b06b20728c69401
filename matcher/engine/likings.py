"""More like this, less like this: texts near a liked startup's gain, those near a disliked one's lose."""

import numpy as np
from numpy.typing import NDArray

MOST = 0.15
"""What a text that says the same as all liked ones gains; a sector that fits adds 0.2. Ours, no source."""


def liking_gain(
    vectors: NDArray[np.float32], liked: NDArray[np.float32], disliked: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Say what each startup gains.

    Args:
        vectors: (startups, dimension), corrected whole-text vectors, unit rows.
        liked: (liked startups, dimension), likewise.
        disliked: (disliked startups, dimension), likewise.

    Returns:
        (startups,), in [-2 * MOST, 2 * MOST]: `MOST` times the mean cosine with the liked texts minus that
        with the disliked ones; 0 where there are none.
    """
    gain = np.zeros(len(vectors))
    for rows, sign in ((liked, 1.0), (disliked, -1.0)):
        if len(rows):
            # One mean vector instead of a cosine with each: the mean of the cosines is the same.
            gain += sign * MOST * (vectors @ rows.mean(axis=0)).astype(np.float64)
    return gain
