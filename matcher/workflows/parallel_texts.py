"""The shipped parallel sentences: the same said in four languages, written for this project."""

from collections.abc import Iterator
from pathlib import Path

from matcher.engine.analysis import SourceText
from matcher.errors import RecordError
from models.vocabulary import Language

LANGUAGES = (Language.EN, Language.KO, Language.DE, Language.ES)
"""Columns of the files, in order."""
PROFILES = ("company-profiles", "life-science-and-energy", "technology-and-business")
"""Files whose sentences are mostly those of startups."""
PROGRAMS = ("programs",)
EVERYDAY = ("everyday",)
SENTENCES = 7
"""In a text put together from following lines, about as many as in a profile."""

Line = tuple[str, str, str, str]


def read_parallel(folder: Path, names: tuple[str, ...]) -> list[Line]:
    """Read the lines of parallel files.

    Args:
        folder: holds the files.
        names: of the files, without ending.

    Raises:
        RecordError: a line has not one sentence in each language.
    """
    return [line for name in names for line in _read(folder / f"{name}.tsv")]


def put_together(lines: list[Line]) -> Iterator[SourceText]:
    """Put texts together from following lines, the same ones in every language; a short rest is left out."""
    for start in range(0, len(lines) - SENTENCES + 1, SENTENCES):
        for column, language in enumerate(LANGUAGES):
            yield SourceText(" ".join(line[column] for line in lines[start : start + SENTENCES]), language)


def _read(path: Path) -> Iterator[Line]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(path.name, 0, "file", f"cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if len(cells) != len(LANGUAGES) or not all(map(str.strip, cells)):
            raise RecordError(path.name, number, "line", "a sentence in each of four languages expected")
        yield cells[0], cells[1], cells[2], cells[3]
