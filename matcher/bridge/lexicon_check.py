"""Is the lexicon sound? Faults that would go unnoticed, because a faulty variant only never matches.

A fault has a file, a line and a reason. An error makes a variant useless or the file unreadable; a warning
names something that may be meant so.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matcher.bridge.lexicon import COLUMNS, FOLDER
from matcher.bridge.tokenised import FOLDER as TOKENISED
from matcher.bridge.tokenised import read_concepts, read_meanings, read_phrases, read_user_words
from models.vocabulary import Language

LEXICON, GAZETTEER = "lexicon", "gazetteer"
_LEXICON_AREAS = """
aerospace agency agri ai anat animal autodriving battery bio biomat biotech cert cgt chem chemistry circular
city climate cloud construction core cosmetic country crypto currency data database defence device dhealth
digitaltwin disease display drone dx edtech electronics energy entry environment fintech food gen genomics
grid health hr hrtech hydrogen industry invest iot ip lab language laser legal legaltech logistics maturity
manufacturing marine materials mechanical med media metric metrology mining mobility nationality network
nuclear oilgas org packaging partner pharma photonics pilot procure production programme quantum railway
reg region regul research retail robotics role safety sales security selection semiconductor sensor
simulation smartcity software solar space storage support tax telecom thermal trial univ vaccine visa
vision water wind xr
"""
_GAZETTEER_AREAS = "agency city company country currency institute language region"
AREAS: Mapping[str, frozenset[str]] = {
    LEXICON: frozenset(_LEXICON_AREAS.split()),
    GAZETTEER: frozenset(_GAZETTEER_AREAS.split()),
}
"""What the last column may hold, by folder; a misspelt area would be a subject of its own to sense choice."""

_STRAY = re.compile(r"^\s|\s$|\s{2}|[^\S ]")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\u3200-\u321e\u3260-\u327f\uac00-\ud7a3]")
"""Syllables and letters, also in brackets or circles (㈜)."""
_LATIN = re.compile(r"[^\W\d_]", re.ASCII)
_REBUILD = "run landfall lexicon build"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in `file`, relative to the folder checked; line 0 means the file as a whole."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """Write the fault as `file:line: reason`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found, in the order of files and lines; `lines` counts the lines read."""

    lines: int
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return not self.errors


def check_lexicon(folder: Path = FOLDER) -> CheckReport:
    """Check the files `lexicon/*.tsv` and `gazetteer/*.tsv` of a folder.

    The tokenised files are checked as well where the folder is the installation's own, for they are made
    of its lexicon.
    """
    lines, errors, warnings, names = 0, list[Fault](), list[Fault](), list[str]()
    for kind in (GAZETTEER, LEXICON):
        for path in sorted((folder / kind).glob("*.tsv")):
            file = f"{kind}/{path.name}"
            try:
                content = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                errors.append(Fault(file, 0, f"cannot be read: {error}"))
                continue
            written = content.splitlines()
            lines += len(written)
            errors += check_lines(file, written, AREAS[kind])
            warnings += repeated_names(file, written)
            names += [name for line in written if (name := _name(line))]
    if folder == FOLDER:
        errors += stale_files(TOKENISED)
        warnings += missing_meanings(names, TOKENISED)
    return CheckReport(lines, tuple(errors), tuple(warnings))


def check_lines(file: str, lines: Sequence[str], areas: frozenset[str]) -> list[Fault]:
    """Give the errors of one file's lines: cells, variants, scripts and areas."""
    return [
        Fault(file, number, reason)
        for number, line in enumerate(lines, 1)
        for reason in _reasons(line, areas)
    ]


def repeated_names(file: str, lines: Sequence[str]) -> list[Fault]:
    """Give a warning for each line whose concept is named as one on an earlier line, whatever the case."""
    first: dict[str, int] = {}
    found = []
    for number, line in enumerate(lines, 1):
        name = _name(line)
        if name and first.setdefault(name.casefold(), number) != number:
            found.append(Fault(file, number, f"{name!r} is named on line {first[name.casefold()]} already"))
    return found


def stale_files(folder: Path) -> list[Fault]:
    """Give an error for each tokenised file that is missing, damaged or made of another lexicon."""
    readers: dict[str, Callable[[], object]] = {
        "concepts.npz": partial(read_concepts, folder),
        "user_words.npz": partial(read_user_words, folder),
    }
    for language in Language:
        readers[f"{language.value}.npz"] = partial(read_phrases, language, "words", folder)
    return [
        Fault(f"{folder.name}/{name}", 0, f"missing, damaged or out of date; {_REBUILD}")
        for name, read in readers.items()
        if read() is None
    ]


def missing_meanings(names: Sequence[str], folder: Path) -> list[Fault]:
    """Give a warning when concepts have no vector: they are then not compared by meaning."""
    distinct = list(dict.fromkeys(names))
    if not distinct:
        return []
    missing = int((~read_meanings(distinct, folder).any(axis=1)).sum())
    reason = f"{missing} of {len(distinct)} concepts have no vector; {_REBUILD}"
    return [Fault(f"{folder.name}/meanings.npz", 0, reason)] if missing else []


def _name(line: str) -> str:
    """Give the name of a line's concept, "" where there is none."""
    return line.partition("\t")[0].partition("|")[0].strip()


def _reasons(line: str, areas: frozenset[str]) -> Iterator[str]:
    *cells, area = line.split("\t")
    if not line.strip():
        yield "is blank"
        return
    if len(cells) != len(COLUMNS):
        yield f"{len(COLUMNS)} languages and an area expected, tab between; found {len(cells) + 1} cells"
        return
    for language, cell in zip(COLUMNS, cells, strict=True):
        for reason in _reasons_of_cell(language, cell.split("|")):
            yield f"{language.value}: {reason}"
    if area not in areas:
        yield f"area: {area!r} is not known"


def _reasons_of_cell(language: Language, variants: Sequence[str]) -> Iterator[str]:
    for place, variant in enumerate(variants):
        if not variant.strip():
            yield "holds an empty variant"
            continue
        if _STRAY.search(variant):
            yield f"{variant!r} has a stray space"
        if not unicodedata.is_normalized("NFC", variant):
            # Texts are read in composed form, so such a variant would never be met.
            yield f"{variant!r} is not in composed form (NFC)"
        if variant in variants[:place]:
            yield f"{variant!r} stands in the cell twice"
        if language is Language.KO:
            if not _HANGUL.search(variant) and not _LATIN.search(variant):
                yield f"{variant!r} holds neither Hangul nor Latin letters"
        elif _HANGUL.search(variant):
            yield f"{variant!r} holds Hangul"
