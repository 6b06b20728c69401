"""Replays of decisions: hidden reviewers, what is drawn, and the figures, on collections made by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.encoders import unit_rows
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.errors import FieldError
from matcher.settings import PROJECT
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import Collection, read_collection
from matcher.workflows.hidden_reviewers import hidden_grades
from matcher.workflows.replays import DECISIONS, ReplayedPairs, Reviewers, read_pairs, replay
from models.vocabulary import Language

WEIGHTS = [DEFAULT_POLICY.weight(name) for name in SIGNALS]


def pairs(startups: int, programs: int, seed: int = 1) -> ReplayedPairs:
    """Draw pairs, graded by the first signal alone: a taste far from the defaults."""
    draw = np.random.default_rng(seed)
    contributions = draw.normal(0.1, 0.05, (startups, programs, len(SIGNALS)))
    grades = np.digitize(contributions[:, :, 5], [0.1, 0.12, 0.15]).astype(np.int64)
    rows = unit_rows(draw.normal(size=(startups + programs, 8)).astype(np.float32))
    return ReplayedPairs(contributions, rows[:startups], rows[startups:], grades)


def test_hidden_grades_worked_example() -> None:
    contributions = np.zeros((9, len(SIGNALS)))
    contributions[:, 0] = np.arange(9)

    # One signal differs, so whatever is drawn, the order is that of the signal: 1, 2, 3 and 3 of nine.
    grades = hidden_grades(contributions, WEIGHTS, np.random.default_rng(1))

    assert grades.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 3]


@given(st.integers(min_value=0, max_value=2**32 - 1), st.integers(min_value=1, max_value=60))
def test_hidden_reviewers_accept_the_upper_third(seed: int, count: int) -> None:
    draw = np.random.default_rng(seed)

    grades = hidden_grades(draw.normal(size=(count, len(SIGNALS))), WEIGHTS, draw)

    assert int((grades >= 2).sum()) == math.ceil(count / 3)
    assert int((grades == 3).sum()) == math.ceil(count / 9)


def test_learning_finds_a_taste_far_from_the_defaults() -> None:
    report = replay(pairs(80, 3), Reviewers.GRADES, noise=0.0, seeds=3)

    assert list(report) == ["decisions", "reviewers", "noise", "unlearned", "learned", "gain", "se"]
    assert report["decisions"] == [0, 5, 10, 20, 40]
    assert (report["reviewers"], report["noise"]) == ("grades", 0.0)
    assert (report["gain"][0], report["se"][0]) == (0, 0)
    assert report["gain"][-1] > 0.1
    assert report["gain"] == pytest.approx(np.subtract(report["learned"], report["unlearned"]), abs=1e-12)


def test_a_replay_repeats_and_more_seeds_begin_with_the_same() -> None:
    drawn = pairs(45, 2)

    first, again = (replay(drawn, Reviewers.HIDDEN, noise=0.2, seeds=2) for _ in range(2))
    one = replay(drawn, Reviewers.HIDDEN, noise=0.2, seeds=1)

    assert first == again
    assert one["se"] == [None] * len(DECISIONS)
    assert one["unlearned"] != first["unlearned"]


def test_figures_of_several_seeds_are_those_of_each_averaged() -> None:
    report = replay(pairs(12, 1), Reviewers.GRADES, noise=0.0, seeds=2)

    # 20 and 40 of 12 startups cannot be decided.
    assert report["unlearned"][3:] == [None, None]
    assert report["gain"] == [0, 0, 0, None, None]
    assert report["se"] == [0, 0, 0, None, None]


def test_programs_nobody_fits_are_left_out_with_grades() -> None:
    drawn = pairs(12, 1)
    poor = ReplayedPairs(drawn.contributions, drawn.startups, drawn.programs, np.minimum(drawn.grades, 1))

    report = replay(poor, Reviewers.GRADES, noise=0.0, seeds=2)

    assert report["unlearned"] == [None] * len(DECISIONS)
    assert replay(poor, Reviewers.HIDDEN, noise=0.0, seeds=2)["unlearned"][0] is not None


def test_pairs_read_hold_the_scores_and_vectors_of_the_product(hashing_analyst: LocalAnalyst) -> None:
    whole = read_collection(PROJECT / "seed_data" / "eval")
    collection = Collection(whole.startups[:3], whole.programs[:4], whole.grades)

    read = read_pairs(collection, hashing_analyst, Language.KO)

    dense = read.startups @ read.programs.T
    assert read.contributions.shape == (3, 4, len(SIGNALS))
    assert read.grades.tolist() == collection.grade_matrix(collection.startups).tolist()
    assert dense * DEFAULT_POLICY.dense == pytest.approx(read.contributions[:, :, 0], abs=0.05)


def test_a_language_no_startup_writes_in_is_refused(hashing_analyst: LocalAnalyst) -> None:
    whole = read_collection(PROJECT / "seed_data" / "eval")
    english = [startup for startup in whole.startups if Language.DE not in startup.texts][:1]

    with pytest.raises(FieldError, match="lang: no startup has a text in 'de'"):
        read_pairs(Collection(tuple(english), whole.programs[:1], {}), hashing_analyst, Language.DE)
