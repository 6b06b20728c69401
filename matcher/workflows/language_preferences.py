"""Does the language a program is written in cost it places?

Every German or Spanish program of a graded collection is swapped, one at a time, for its English version,
and the ranks before and after are compared. Only the texts count: facts are the same in every language.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import SourceText, TextAnalysis, analyse
from matcher.engine.scoring import ProgramPool, build_pool
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import Collection
from matcher.workflows.text_scores import score_texts
from models.vocabulary import Language

RESAMPLES = 1000
_SEED = 20_260_101
_DIGITS = 6
"""The same pair scored in another pool may differ in the seventh digit; what differs by less is a tie."""
_INTERVAL = (2.5, 97.5)
_MOST = 95


def language_preference(
    collection: Collection, pool: ProgramPool, profiles: Sequence[TextAnalysis], analyst: LocalAnalyst
) -> dict[str, Any]:
    """Measure what writing in German or Spanish does to a program's rank.

    Args:
        collection: names the programs that have an English version; the only use of these versions.
        pool: all its programs as they are written.
        profiles: one analysis per startup.
        analyst: reads the English versions.

    Returns:
        {"mean_signed", "ci95", "p95_abs"}, in places, over all pairs of a startup and a swapped program.
        `mean_signed` is the mean of the rank in the program's own language minus the rank in English:
        above 0, programs stand further down in their own language. `ci95` is its interval [low, high],
        `p95_abs` the 95th percentile of the absolute change. All None where there is no such program.
    """
    places = [place for place, program in enumerate(pool.programs) if program.id in collection.english]
    if not places:
        return {"mean_signed": None, "ci95": None, "p95_abs": None}
    programs = [pool.programs[place] for place in places]
    sources = [SourceText(collection.english[program.id], Language.EN) for program in programs]
    # A pair's score depends on the pair alone, so the swapped programs are scored among themselves.
    swapped = build_pool(
        programs, analyse(analyst.encoder, sources, bridged=analyst.bridged), analyst.calibration
    )
    changes = rank_changes(
        score_texts(pool, profiles),
        score_texts(swapped, profiles),
        places,
        [program.id for program in pool.programs],
    )
    return {
        "mean_signed": float(changes.mean()),
        "ci95": interval(changes),
        "p95_abs": float(np.percentile(np.abs(changes), _MOST)),
    }


def rank_changes(
    scores: NDArray[np.float64], swapped: NDArray[np.float64], places: Sequence[int], ids: Sequence[str]
) -> NDArray[np.int64]:
    """Compare the ranks of programs before and after each of them alone is swapped.

    Args:
        scores: (startups, programs), higher is better.
        swapped: (startups, swapped programs), their scores in the other version.
        places: the column of `scores` of each swapped program.
        ids: of all programs; of equal scores the one with the smaller id stands first.

    Returns:
        (startups, swapped programs): rank before minus rank after, above 0 when the swap helps.
    """
    known = np.round(scores, _DIGITS)
    before = known[:, places]
    after = np.round(swapped, _DIGITS)
    changes = np.zeros(after.shape, dtype=np.int64)
    for column, place in enumerate(places):
        others = np.arange(len(ids)) != place
        first = np.array([own < ids[place] for own in ids])[others]
        rivals = known[:, others]
        changes[:, column] = _ahead(rivals, first, before[:, column]) - _ahead(
            rivals, first, after[:, column]
        )
    return changes


def interval(changes: NDArray[np.int64]) -> list[float]:
    """Give the 95% interval of the mean of (startups, programs) changes: [low, high].

    Startups and programs are both drawn anew, each with all its pairs, for the pairs of one startup or of
    one program are not independent of each other (the pigeonhole bootstrap, Owen 2007,
    doi:10.1214/07-AOAS122). The draws are the same every time.
    """
    random = np.random.default_rng(_SEED)
    startups, programs = changes.shape
    means = [
        changes[random.integers(startups, size=startups)][:, random.integers(programs, size=programs)].mean()
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(means, _INTERVAL).tolist()
    return [low, high]


def _ahead(
    rivals: NDArray[np.float64], first: NDArray[np.bool_], own: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Count for each startup the rivals that stand before a program with these scores: (startups,)."""
    mine = own[:, np.newaxis]
    ahead: NDArray[np.int64] = ((rivals > mine) | ((rivals == mine) & first)).sum(axis=1)
    return ahead
