"""Replay decisions over a graded collection: does learning order the undecided startups better?

For every program and seed, startups are drawn one after the other; after some decisions the others are ranked
twice, by the product's full mix as it is and by what was learned from those decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.analysis import SourceText
from matcher.engine.calibration import PROFILE, PROGRAM
from matcher.engine.evaluation import RELEVANT, ndcg
from matcher.engine.learning import Decided, Learned, learn, rescore
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.engine.scoring import build_pool, score_programs
from matcher.errors import FieldError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import Collection
from matcher.workflows.hidden_reviewers import hidden_grades
from models.vocabulary import Decision, Language

DECISIONS = (0, 5, 10, 20, 40)
"""After how many decisions of a program the others are ranked."""
_K = 10

Floats = NDArray[np.float64]
Grades = NDArray[np.int64]


class Reviewers(StrEnum):
    """Whose relevance is decided by."""

    GRADES = "grades"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, eq=False)
class ReplayedPairs:
    """Every pair of a collection in one language, read once.

    `contributions` is (startups, programs, signals) under the default weights, `startups` and `programs` the
    corrected whole-text vectors, `grades` (startups, programs).
    """

    contributions: Floats
    startups: NDArray[np.float32]
    programs: NDArray[np.float32]
    grades: Grades


def read_pairs(collection: Collection, analyst: LocalAnalyst, language: Language) -> ReplayedPairs:
    """Read a collection's programs, and its startups that have a text in a language.

    Raises:
        FieldError: no startup has one.
    """
    startups = [startup for startup in collection.startups if language in startup.texts]
    if not startups:
        raise FieldError("lang", f"no startup has a text in {language.value!r}")
    sources = [SourceText(program.text, program.language) for program in collection.programs]
    pool = build_pool(collection.programs, analyst.read(sources), analyst.calibration)
    # One by one, as `evaluate` reads them: a startup's figures do not depend on its neighbours in the file.
    texts = [analyst.read([SourceText(startup.texts[language], language)])[0] for startup in startups]
    scored = [
        score_programs(pool, text, startup.facts, DEFAULT_POLICY).contributions
        for startup, text in zip(startups, texts, strict=True)
    ]
    correct = analyst.calibration.correct
    return ReplayedPairs(
        np.stack(scored),
        np.concatenate([correct(text.whole[np.newaxis], PROFILE, "whole", language) for text in texts]),
        np.concatenate(
            [correct(text.whole[np.newaxis], PROGRAM, "whole", text.language) for text in pool.analyses]
        ),
        collection.grade_matrix(startups),
    )


def replay(pairs: ReplayedPairs, reviewers: Reviewers, *, noise: float, seeds: int) -> dict[str, Any]:
    """Measure what learning gains after so many decisions.

    With `GRADES`, programs without a startup of grade 2 or more are left out, as `evaluate` leaves them out.

    Args:
        pairs: the pairs of a collection.
        reviewers: whose relevance is decided by; accepted is what has grade 2 or more.
        noise: probability that a decision is turned into its opposite, in [0, 1].
        seeds: how often everything is drawn, 1 or more.

    Returns:
        {"decisions": [0, 5, 10, 20, 40], "reviewers", "noise", "unlearned": [...], "learned": [...],
        "gain": [...], "se": [...]}: nDCG@10 over the undecided startups, averaged over programs and seeds;
        the gain is the mean over the seeds of the paired difference, se its standard error. A figure that
        cannot be formed is None: no startup is left undecided, or there is one seed only.
    """
    found = np.full((seeds, len(DECISIONS), 2), np.nan)
    for seed in range(seeds):
        rows = [
            _replay_program(pairs, place, grades, noise, draw)
            for place in range(pairs.grades.shape[1])
            for draw in [np.random.default_rng((seed, place))]
            if (grades := _grades(pairs, place, reviewers, draw)).max(initial=0) >= RELEVANT
        ]
        if rows:
            found[seed] = _mean(np.stack(rows))
    gains = found[:, :, 1] - found[:, :, 0]
    unlearned, learned = _mean(found).T
    return {
        "decisions": list(DECISIONS),
        "reviewers": reviewers.value,
        "noise": noise,
        "unlearned": _figures(unlearned),
        "learned": _figures(learned),
        "gain": _figures(_mean(gains)),
        "se": _figures(_errors(gains)),
    }


def _grades(pairs: ReplayedPairs, place: int, reviewers: Reviewers, draw: np.random.Generator) -> Grades:
    if reviewers is Reviewers.GRADES:
        return pairs.grades[:, place]
    weights = [DEFAULT_POLICY.weight(name) for name in SIGNALS]
    return hidden_grades(pairs.contributions[:, place], weights, draw)


def _replay_program(
    pairs: ReplayedPairs, place: int, grades: Grades, noise: float, draw: np.random.Generator
) -> Floats:
    """Give nDCG@10 of both orders, (numbers of decisions, 2); NaN where it cannot be formed."""
    order = draw.permutation(len(grades))
    accepted = (grades >= RELEVANT) ^ (draw.random(len(grades)) < noise)
    found = np.full((len(DECISIONS), 2), np.nan)
    for row, count in enumerate(DECISIONS):
        # In the order of the file, so that equal scores fall as `evaluate` lets them fall.
        decided, others = np.sort(order[:count]), np.sort(order[count:])
        if len(decided) < count or not len(others):
            continue
        learned = _learn(pairs, place, decided, accepted)
        own = pairs.contributions[others, place]
        rescored = rescore(own, pairs.startups[others], learned)
        for column, scores in enumerate((own.sum(axis=1), rescored.totals)):
            figure = ndcg(scores, grades[others], _K)
            found[row, column] = np.nan if figure is None else figure
    return found


def _learn(
    pairs: ReplayedPairs, place: int, decided: NDArray[np.intp], accepted: NDArray[np.bool_]
) -> Learned:
    decisions = tuple(Decision.ACCEPT if accepted[row] else Decision.DECLINE for row in decided)
    return learn(
        Decided(pairs.contributions[decided, place], pairs.startups[decided], decisions),
        [DEFAULT_POLICY.weight(name) for name in SIGNALS],
        pairs.programs[place],
    )


def _mean(values: Floats) -> Floats:
    """Average over the first axis what is there; NaN where nothing is."""
    there = np.isfinite(values)
    counts = there.sum(axis=0)
    means: Floats = np.where(
        counts > 0, np.where(there, values, 0).sum(axis=0) / np.maximum(counts, 1), np.nan
    )
    return means


def _errors(gains: Floats) -> Floats:
    """Give the standard error of the mean over the seeds: (numbers of decisions,)."""
    counts = np.isfinite(gains).sum(axis=0)
    spread = _mean((gains - _mean(gains)) ** 2)
    errors: Floats = np.where(counts > 1, np.sqrt(spread / np.maximum(counts - 1, 1)), np.nan)
    return errors


def _figures(values: Sequence[float] | Floats) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]
