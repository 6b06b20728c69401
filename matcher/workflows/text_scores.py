"""The `text` score of pairs: what startups and programs have in common by their texts alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import TextAnalysis
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS, TEXT_SIGNALS
from matcher.engine.scoring import ProgramPool, score_programs
from matcher.engine.values import StartupFacts

_COLUMNS = [place for place, name in enumerate(SIGNALS) if name in TEXT_SIGNALS]


def score_texts(pool: ProgramPool, profiles: Sequence[TextAnalysis]) -> NDArray[np.float64]:
    """Score every program of a pool against texts; no fact enters.

    Args:
        pool: programs ready to be scored.
        profiles: analyses of startups' texts, at least one.

    Returns:
        (profiles, programs), higher is better; a row depends on no other profile.
    """
    return np.stack(
        [
            score_programs(pool, profile, StartupFacts(), DEFAULT_POLICY)
            .contributions[:, _COLUMNS]
            .sum(axis=1)
            for profile in profiles
        ]
    )
