"""Weights and limits of the ranking: one frozen value, stored with whatever it produced."""

from dataclasses import dataclass

SIGNALS = ("dense", "sentences", "concepts", "lexical", "needs", "region", "sector", "stage")
"""Order of the signals in every result."""

TEXT_SIGNALS = frozenset({"dense", "sentences", "concepts", "lexical"})


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """How signals are weighed.

    The three text signals are scaled to the same spread on the development texts and weigh the same
    (0.028 a standard deviation); a fact that fits fully adds its weight. `text_reach` is what a text
    that fits very well adds, used to say how good a score is when facts are missing.
    """

    version: str = "2"
    dense: float = 0.21
    sentences: float = 0.46
    concepts: float = 0.5
    lexical: float = 0.10
    needs: float = 0.17
    region: float = 0.17
    sector: float = 0.17
    stage: float = 0.057
    text_reach: float = 0.43
    sentence_pairs: int = 5
    generalist: float = 0.3
    second_region: float = 0.85
    wider_region: float = 0.6
    next_stage: float = 0.4

    def weight(self, signal: str) -> float:
        """Give the weight of a signal by its name."""
        return float(getattr(self, signal))


DEFAULT_POLICY = MatchPolicy()
