"""Measure what a decision costs: learning from all of a program's, and ranking 20,000 startups again."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from matcher.engine.encoders import unit_rows
from matcher.engine.evaluation import rank_order
from matcher.engine.learning import Decided, Learned, learn, rescore
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from models.vocabulary import Decision

STARTUPS, DIMENSION = 20_000, 384
DECIDED = (10, 40, 200, 1_000)
_SEED = 20_261_122


def main() -> None:
    """Print the milliseconds of a re-rank after so many decisions, as a multiple of one plain scoring."""
    draw = np.random.default_rng(_SEED)
    weights = [DEFAULT_POLICY.weight(name) for name in SIGNALS]
    contributions = draw.normal(0.1, 0.05, (STARTUPS, len(SIGNALS)))
    vectors = unit_rows(draw.normal(size=(STARTUPS, DIMENSION)).astype(np.float32))
    program = unit_rows(draw.normal(size=(1, DIMENSION)).astype(np.float32))[0]
    plain = clock(lambda: rank_order(contributions.sum(axis=1)))
    for count in DECIDED:
        decisions = tuple(
            Decision.ACCEPT if value > np.quantile(contributions[:, 5], 2 / 3) else Decision.DECLINE
            for value in contributions[:count, 5].tolist()
        )
        decided = Decided(contributions[:count], vectors[:count], decisions)

        def rank_again(decided: Decided = decided) -> Learned:
            learned = learn(decided, weights, program)
            rank_order(rescore(contributions, vectors, learned).totals)
            return learned

        seconds = clock(rank_again)
        state = rank_again().state.value
        print(
            f"{f're-rank of {STARTUPS:,} startups, {count:,} decisions ({state})':<52}"
            f" {f'{seconds / plain:.1f} x sorting the plain scores':<46} {seconds * 1000:.0f} ms",
            flush=True,
        )


def clock(work: Callable[[], object], runs: int = 7) -> float:
    """Give the median processor seconds of a few runs after one that warms up."""
    work()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return median(taken)


if __name__ == "__main__":
    main()
