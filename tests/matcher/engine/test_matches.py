"""Which pairs of sentences are shown to people."""

import pytest

from matcher.engine.matches import Evidence


@pytest.mark.parametrize(
    ("similarity", "telling"), [(1.0, True), (0.2, True), (0.19, False), (0.0, False), (-0.5, False)]
)
def test_evidence_is_telling_from_a_fifth_on(similarity: float, telling: bool) -> None:  # noqa: FBT001
    assert Evidence("We make cells.", "Cells wanted.", similarity).telling is telling
