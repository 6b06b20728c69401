"""Choose among the concepts that share a word, by what the rest of the text is about.

One sense per text: a word keeps its meaning throughout a profile, and the choice stays cheap and explainable.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from matcher.bridge.lexicon import BUSINESS, GENERAL, Concept

_SUPPORT = 2
"""Unambiguous words of an area a text must hold before the area's sense is believed."""
_SHARE = 0.35
"""Part of a text's technical words that must lie in a domain before the domain's sense is believed."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One concept a word may stand for; `rank` is the word's place among its variants, 0 = most usual."""

    concept: Concept
    rank: int


Senses = tuple[Sense, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What the unambiguous words of a text say about its subject: how many are of each area and domain."""

    areas: Counter[str]
    domains: Counter[str]

    def choose(self, senses: Senses) -> Concept:
        """Pick the concept a word most likely stands for in this text.

        A technical sense needs support from the text, and the word must be its most usual one. Else the
        meaning that most lines of the lexicon give to the word holds, an everyday one before a technical one.
        """
        lines = Counter(sense.concept.name.casefold() for sense in senses)

        def preference(sense: Sense) -> tuple[int, int, int, int, int]:
            concept = sense.concept
            support = self.areas[concept.area] if self._supports(sense) else -1
            how_technical = (GENERAL, BUSINESS, concept.domain).index(concept.domain)
            return (-support, -lines[concept.name.casefold()], how_technical, sense.rank, concept.order)

        return min(senses, key=preference).concept

    def _supports(self, sense: Sense) -> bool:
        concept = sense.concept
        if sense.rank > 0 or concept.domain in {GENERAL, BUSINESS}:
            return False
        share = self.domains[concept.domain] / max(1, self.domains.total())
        return self.areas[concept.area] >= _SUPPORT or share >= _SHARE


def read_context(certain: Iterable[Senses]) -> Context:
    """Count the areas and domains of the technical words that have one meaning only."""
    technical = [
        senses[0].concept
        for senses in certain
        if is_certain(senses) and senses[0].concept.domain not in {GENERAL, BUSINESS}
    ]
    return Context(
        Counter(concept.area for concept in technical), Counter(concept.domain for concept in technical)
    )


def is_certain(senses: Senses) -> bool:
    """Say whether all senses have the same English name."""
    return len({sense.concept.name.casefold() for sense in senses}) == 1
