"""Count in which meaning words are met: the translation of a sentence tells the sense of its words.

Where a word may stand for several concepts, those whose English name or variant stands in the English
sentence count as met. The counts are the priors of sense choice (matcher/bridge/senses.py).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from matcher.bridge.lexicon import load_gazetteer, load_lexicon
from matcher.bridge.matching import find
from matcher.bridge.terms import passed_terms
from matcher.bridge.tokenised import Concepts, Senses
from matcher.bridge.vocabulary import Vocabulary, load_concepts, load_vocabulary, read_texts
from matcher.workflows.parallel_texts import LANGUAGES, Line
from models.vocabulary import Language

Key = tuple[str, str, str]
"""Language, phrase as it is looked up, English name of the concept in lower case."""


def count_senses(lines: Sequence[Line]) -> Counter[Key]:
    """Count the meanings of ambiguous words in parallel sentences, in every language but English.

    Args:
        lines: the same sentence in the four languages, see `parallel_texts`.
    """
    variants, concepts = _variants(), load_concepts()
    english = [set(passed_terms(line[0], Language.EN)) for line in lines]
    counts: Counter[Key] = Counter()
    for column, language in enumerate(LANGUAGES):
        if language is Language.EN:
            continue
        vocabulary = load_vocabulary(language)
        phrases = _ambiguous(vocabulary)
        readings = read_texts([line[column] for line in lines], language)
        for reading, words in zip(readings, english, strict=True):
            for finding in find(reading, vocabulary, language):
                for part in finding.parts:
                    if not isinstance(part, str) and part in phrases:
                        met = _met(part, words, variants, concepts)
                        counts.update((language.value, phrases[part], name) for name in met)
    return counts


def write_counts(counts: Mapping[Key, int], path: Path) -> None:
    """Write counts as lines of language, phrase, concept and count, separated by tabs."""
    lines = ("\t".join((*key, str(count))) + "\n" for key, count in sorted(counts.items()))
    path.write_text("".join(lines), encoding="utf-8")


def _met(
    senses: Senses, words: set[str], variants: Mapping[str, set[tuple[str, ...]]], concepts: Concepts
) -> list[str]:
    names = [concepts.names[sense.concept].casefold() for sense in senses]
    met = [name for name in names if any(words.issuperset(variant) for variant in variants[name])]
    # Where all meanings, or none, stand in the translation it tells nothing.
    return met if len(met) < len(names) else []


def _ambiguous(vocabulary: Vocabulary) -> dict[Senses, str]:
    tokenised = vocabulary.words.tokenised
    phrases: dict[Senses, str] = {}
    for place, phrase in enumerate(tokenised.phrases):
        senses = tokenised.senses(place)
        if len(senses) > 1:
            phrases.setdefault(senses, phrase)
    return phrases


def _variants() -> Mapping[str, set[tuple[str, ...]]]:
    found: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for concept in (*load_gazetteer(), *load_lexicon()):
        for word in concept.words_in(Language.EN):
            terms = passed_terms(word, Language.EN)
            if terms:
                found[concept.name.casefold()].add(terms)
    return found
