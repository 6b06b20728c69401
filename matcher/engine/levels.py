"""Fit how much lower glossed texts score than the English texts they translate."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import TextAnalysis
from matcher.engine.calibration import Calibration
from matcher.engine.policy import MatchPolicy
from matcher.engine.scoring import build_pool, text_signals
from matcher.engine.values import ProgramProfile
from models.vocabulary import Language

BEST = 0.05
"""Share of the pairs that count as a good match: where ranks are decided."""

BELIEVED = 0.75
"""Part of the fitted correction that is applied: in full it overshot on texts by another hand."""

Levels = dict[tuple[str, str, str], tuple[float, float]]


def fit_levels(
    calibration: Calibration,
    profiles: Mapping[Language, Sequence[TextAnalysis]],
    programs: Mapping[Language, Sequence[TextAnalysis]],
    policy: MatchPolicy,
) -> Levels:
    """Fit slope and offset of every text signal for every pair of languages.

    The line takes the mean of all pairs, and the mean of the best pairs, to those of the same pairs in
    English. The best are those with the highest mean of both, so that neither side's chance decides.

    Args:
        calibration: means and term weights in force.
        profiles: the same profiles in each language.
        programs: the same programs in each language.
        policy: limits of the signals.
    """
    found = {
        (mine, theirs): _signals(calibration, profiles[mine], programs[theirs], policy)
        for mine in profiles
        for theirs in programs
    }
    english = found[Language.EN, Language.EN]
    return {
        (signal, mine.value, theirs.value): fit_line(values, english[signal])
        for (mine, theirs), signals in found.items()
        for signal, values in signals.items()
        if (mine, theirs) != (Language.EN, Language.EN)
    }


def fit_line(values: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[float, float]:
    """Give slope and offset of the line through the mean of all and the mean of the best values, shrunk.

    Args:
        values: of the same pairs as `wanted`.
        wanted: what they should be on average.
    """
    flat, aim = values.ravel(), wanted.ravel()
    both = (flat - flat.mean()) / (flat.std() or 1) + (aim - aim.mean()) / (aim.std() or 1)
    best = np.argsort(-both, kind="stable")[: max(1, round(BEST * len(both)))]
    rise = float(flat[best].mean() - flat.mean())
    slope = float(aim[best].mean() - aim.mean()) / rise if rise > 0 else 1.0
    offset = float(aim.mean() - slope * flat.mean())
    return 1 + BELIEVED * (slope - 1), BELIEVED * offset


def _signals(
    calibration: Calibration,
    profiles: Sequence[TextAnalysis],
    programs: Sequence[TextAnalysis],
    policy: MatchPolicy,
) -> dict[str, NDArray[np.float64]]:
    shells = [ProgramProfile(str(place), "", "", text.language) for place, text in enumerate(programs)]
    pool = build_pool(shells, programs, calibration)
    rows = [text_signals(pool, profile, policy) for profile in profiles]
    return {signal: np.stack([row[signal] for row in rows]) for signal in rows[0]}
