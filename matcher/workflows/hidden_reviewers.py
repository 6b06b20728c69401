"""Reviewers who weigh the signals in a way of their own, and what is relevant to them.

They stand for agencies with a taste, and make it possible to know the right order. Relevance is by the
signals alone: how well learning does for reviewers who see more than the signals is told by graded
collections.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.engine.evaluation import rank_order

CONCENTRATION = 4.0
"""Sum of the parameters of the Dirichlet distribution whose mean the defaults are.

A draw weighs about three of the eight signals (1 / sum of squared shares; the defaults themselves 4.7):
people who decide on a few things, each program on others.
"""
_GRADES_FROM = ((1 / 9, 3), (1 / 3, 2), (2 / 3, 1))
"""Share of the startups, from the best, within which a grade is given; 0 for the others.

The upper third is accepted; of it, the upper third is what one would shortlist at once.
"""


def hidden_grades(
    contributions: NDArray[np.float64], weights: Sequence[float], draw: np.random.Generator
) -> NDArray[np.int64]:
    """Draw a reviewer for a program and grade its startups by that reviewer's order.

    Hidden weights are drawn from a Dirichlet distribution with the parameters `CONCENTRATION` times the
    default weights divided by their sum; the hidden score is the signals weighed by them; the grade is by the
    place in the order of that score among all the program's startups: 3 in the upper ninth, 2 in the rest of
    the upper third, 1 in the middle third, 0 in the lower third. Equal scores keep the order of the rows.

    Args:
        contributions: (startups, signals), under the default weights.
        weights: default weights, (signals,), above 0.
        draw: gives the hidden weights.

    Returns:
        (startups,) grades from 0 to 3.
    """
    defaults = np.asarray(weights, dtype=np.float64)
    hidden = draw.dirichlet(CONCENTRATION * defaults / defaults.sum())
    places = np.empty(len(contributions), dtype=np.int64)
    places[rank_order(contributions @ (hidden / defaults))] = np.arange(len(contributions))
    grades = np.zeros(len(contributions), dtype=np.int64)
    for share, grade in reversed(_GRADES_FROM):
        grades[places < share * len(contributions)] = grade
    return grades
