"""Weights and limits of the ranking: one frozen value, stored with whatever it produced."""

from dataclasses import dataclass

SIGNALS = ("dense", "sentences", "concepts", "lexical", "needs", "region", "sector", "stage")
"""Order of the signals in every result."""

TEXT_SIGNALS = frozenset({"dense", "sentences", "concepts", "lexical"})


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """How signals are weighed.

    The text signals are scaled to the same spread on the development texts: a standard deviation of the
    concepts in common adds 0.028, of the whole texts 1.2 times that, of the sentences 0.4 times and of the
    words in common 0.25 times; a fact that fits fully adds its weight. A program for every sector fits
    a startup nearly as well as one for its own.

    Three values enter no score; they say how good one is, whichever facts are known. `text_reach` is what
    the texts of a pair of grade 3 add: their median is 0.43 on seed_data/eval, eval_a and eval_b, in Korean
    and in English. `text_floor` is what the texts of a pair of no use add: the median is 0.17 for the pairs
    of grade 0 there, 0.15 for the same startups against the real programs of seed_data/programs.jsonl.
    `fact_floor` is the share of the weights of the known facts that a pair of grade 0 gets on average
    (0.33 there).

    The version names the meaning of everything a shortlist keeps. "3" weighs as "2" did, so scores and ranks
    are the same; the fit it writes is stricter.
    """

    version: str = "3"
    dense: float = 0.28
    sentences: float = 0.187
    concepts: float = 0.667
    lexical: float = 0.056
    needs: float = 0.13
    region: float = 0.17
    sector: float = 0.20
    stage: float = 0.06
    text_reach: float = 0.43
    text_floor: float = 0.16
    fact_floor: float = 1 / 3
    sentence_pairs: int = 5
    generalist: float = 0.8
    second_region: float = 0.85
    wider_region: float = 0.6
    next_stage: float = 0.4

    def weight(self, signal: str) -> float:
        """Give the weight of a signal by its name."""
        return float(getattr(self, signal))


DEFAULT_POLICY = MatchPolicy()
