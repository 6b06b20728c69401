"""The lexicon, the gazetteer and the function words, read from TSV files.

Every line of the lexicon and the gazetteer is `en <TAB> ko <TAB> de <TAB> es <TAB> area`, with `|` between
variants, the most usual first. Texts are not read with these values but with their tokenised form, see
`tokenised`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.vocabulary import Language

FOLDER = Path(__file__).parent
LEXICON_FILES = tuple(sorted((FOLDER / "lexicon").glob("*.tsv")))
GAZETTEER_FILES = tuple(sorted((FOLDER / "gazetteer").glob("*.tsv")))
FUNCTION_FILE = FOLDER / "function_words.tsv"
SENSE_COUNTS_FILE = FOLDER / "sense_counts.tsv"
GENERAL = "general"
"""Domain of everyday words: their file says nothing about what a text is about."""
BUSINESS = "business"
"""Domain of the words every application uses, whatever its field."""
COLUMNS = (Language.EN, Language.KO, Language.DE, Language.ES)


@dataclass(frozen=True, slots=True)
class Concept:
    """One line of a file; `domain` is the file's name and `line` its place in it, from 1."""

    variants: tuple[tuple[str, ...], ...]
    area: str
    domain: str
    line: int

    @property
    def name(self) -> str:
        """The most usual English variant, which stands for the concept in a gloss."""
        return self.variants[0][0]

    def words_in(self, language: Language) -> tuple[str, ...]:
        """Give the variants in one language, the most usual first."""
        return self.variants[COLUMNS.index(language)]


def load_lexicon() -> tuple[Concept, ...]:
    """Read every lexicon file, in the order of their names."""
    return _read(LEXICON_FILES)


def load_gazetteer() -> tuple[Concept, ...]:
    """Read the places and institutions that are matched before any lexicon word."""
    return _read(GAZETTEER_FILES)


@lru_cache(maxsize=len(Language))
def function_words(language: Language) -> Mapping[str, str]:
    """Give the words of grammar that have an English one: `word`, in Korean `form/TAG`, to English."""
    column = COLUMNS.index(language)
    lines = (line.split("\t") for line in FUNCTION_FILE.read_text("utf-8").splitlines())
    return {word: cells[0] for cells in lines for word in cells[column].split("|") if word and column}


def sense_counts(language: Language) -> Mapping[tuple[str, str], int]:
    """Read how often a phrase was met in a meaning, by (phrase, English name in lower case)."""
    if not SENSE_COUNTS_FILE.exists():
        return {}
    lines = (line.split("\t") for line in SENSE_COUNTS_FILE.read_text("utf-8").splitlines())
    return {(phrase, name): int(count) for code, phrase, name, count in lines if code == language.value}


def _read(files: tuple[Path, ...]) -> tuple[Concept, ...]:
    return tuple(
        _parse(path, line, number)
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if line
    )


def _parse(path: Path, line: str, number: int) -> Concept:
    *words, area = line.split("\t")
    if len(words) != len(COLUMNS):
        raise ValueError(
            f"{path.name}, line {number}: {len(COLUMNS)} languages and an area expected: {line!r}"
        )
    return Concept(tuple(tuple(cell.split("|")) for cell in words), area, path.stem, number)
