"""The lexicon and the gazetteer: concepts with their usual words in four languages, read from TSV files.

Every line is `en <TAB> ko <TAB> de <TAB> es <TAB> area`, with `|` between variants, the most usual first.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.vocabulary import Language

LEXICON_FILES = tuple(sorted((Path(__file__).parent / "lexicon").glob("*.tsv")))
GAZETTEER_FILE = Path(__file__).parent / "gazetteer.tsv"
GENERAL = "general"
"""Domain of everyday words: their file says nothing about what a text is about."""
BUSINESS = "business"
"""Domain of the words every application uses, whatever its field."""

_COLUMNS = (Language.EN, Language.KO, Language.DE, Language.ES)


@dataclass(frozen=True, slots=True)
class Concept:
    """One line of a lexicon file; `domain` is the file's name and `order` its place among all lines."""

    variants: tuple[tuple[str, ...], ...]
    area: str
    domain: str
    order: int

    @property
    def name(self) -> str:
        """The most usual English variant, which stands for the concept in a gloss."""
        return self.variants[0][0]

    def words_in(self, language: Language) -> tuple[str, ...]:
        """Give the variants in one language, the most usual first."""
        return self.variants[_COLUMNS.index(language)]


@lru_cache(maxsize=1)
def load_lexicon() -> tuple[Concept, ...]:
    """Read every lexicon file, in the order of their names."""
    return _read(LEXICON_FILES)


@lru_cache(maxsize=1)
def load_gazetteer() -> tuple[Concept, ...]:
    """Read the places and institutions that are matched before any lexicon word."""
    return _read((GAZETTEER_FILE,))


def _read(files: tuple[Path, ...]) -> tuple[Concept, ...]:
    lines = [(path.stem, line) for path in files for line in path.read_text("utf-8").splitlines() if line]
    return tuple(_parse(domain, line, order) for order, (domain, line) in enumerate(lines))


def _parse(domain: str, line: str, order: int) -> Concept:
    *words, area = line.split("\t")
    if len(words) != len(_COLUMNS):
        raise ValueError(f"{domain}.tsv: expected {len(_COLUMNS)} languages and an area: {line!r}")
    return Concept(tuple(tuple(cell.split("|")) for cell in words), area, domain, order)
