"""Graded collections: startups, programs and grades, read from files and refused with line and field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.cleaning import clean_text
from matcher.engine.values import ProgramProfile, StartupFacts
from matcher.errors import FieldError, RecordError
from matcher.workflows.seed_records import read_lines
from models.vocabulary import Language

SWAPPED = frozenset({Language.DE, Language.ES})
"""Languages of programs whose English version is read."""


@dataclass(frozen=True, slots=True)
class GradedStartup:
    """A startup of a graded collection with its texts."""

    id: str
    facts: StartupFacts
    texts: Mapping[Language, str]

    @property
    def usual_language(self) -> Language:
        """English where there is such a text, else the language that stands first."""
        return Language.EN if Language.EN in self.texts else next(iter(self.texts))


@dataclass(frozen=True, slots=True)
class Collection:
    """A graded collection; a pair without a grade has grade 0.

    `english` holds, by id, the English version of German and Spanish programs that have one. It serves to
    measure what the language costs, and no system ranks with it.
    """

    startups: tuple[GradedStartup, ...]
    programs: tuple[ProgramProfile, ...]
    grades: Mapping[tuple[str, str], int]
    english: Mapping[str, str] = field(default_factory=dict)

    def grade_matrix(self, startups: Sequence[GradedStartup]) -> NDArray[np.int64]:
        """Give the grades of startups with all programs: (startups, programs)."""
        return np.array(
            [
                [self.grades.get((startup.id, program.id), 0) for program in self.programs]
                for startup in startups
            ],
            dtype=np.int64,
        )


def read_collection(folder: Path) -> Collection:
    """Read a graded collection.

    Raises:
        RecordError: a line is refused; names file, line and field.
    """
    startups = tuple(_read_startups(folder / "startups.jsonl"))
    programs, english = _read_programs(folder / "programs.jsonl")
    if not startups or not programs:
        empty = "startups.jsonl" if not startups else "programs.jsonl"
        raise RecordError(empty, 0, "file", "holds no record")
    return Collection(startups, programs, read_grades(folder / "qrels.tsv"), english)


def _read_startups(path: Path) -> list[GradedStartup]:
    found, seen = [], set[str]()
    for number, value in read_lines(path):
        record = _object(path, number, value)
        texts = record.get("texts")
        if not isinstance(texts, dict) or not texts:
            raise RecordError(path.name, number, "texts", "an object with a text per language expected")
        found.append(
            GradedStartup(
                _new_id(path, number, record, seen),
                _facts(path, number, record),
                {
                    _language(path, number, key, "texts"): _clean(path, number, text, f"texts.{key}")
                    for key, text in texts.items()
                },
            )
        )
    return found


def _read_programs(path: Path) -> tuple[tuple[ProgramProfile, ...], dict[str, str]]:
    """Read the programs, and the English versions of those written in German or Spanish, by id."""
    found, english, seen = list[ProgramProfile](), dict[str, str](), set[str]()
    for number, value in read_lines(path):
        record = _object(path, number, value)
        name, text = _string(path, number, record, "name"), _string(path, number, record, "text")
        program = ProgramProfile(
            _new_id(path, number, record, seen),
            name,
            _clean(path, number, f"{name}\n{text}", "text"),
            _language(path, number, record.get("lang"), "lang"),
            offers=_tags(path, number, record, "offers") or (),
            sectors=_tags(path, number, record, "sectors") or (),
            stages=_tags(path, number, record, "stages") or (),
            regions=_tags(path, number, record, "regions") or (),
        )
        found.append(program)
        if program.language in SWAPPED and record.get("text_en") is not None:
            version = _string(path, number, record, "text_en")
            english[program.id] = _clean(path, number, f"{name}\n{version}", "text_en")
    return tuple(found), english


def _facts(path: Path, number: int, record: Mapping[str, Any]) -> StartupFacts:
    sector = record.get("sector")
    return StartupFacts(
        sectors=(sector,) if isinstance(sector, str) else None,
        stage=record["stage"] if isinstance(record.get("stage"), str) else None,
        needs=_tags(path, number, record, "needs"),
        target_regions=_tags(path, number, record, "target_regions"),
    )


def read_grades(path: Path) -> dict[tuple[str, str], int]:
    """Read startup, program and grade, separated by tabs; blank lines are passed over.

    Raises:
        RecordError: a line is refused; names file, line and field.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(path.name, 0, "file", f"cannot be read: {error}") from error
    grades: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) != len(("startup", "program", "grade")):
            raise RecordError(path.name, number, "line", "startup, program and grade expected, tab between")
        if parts[2].strip() not in {"0", "1", "2", "3"}:
            raise RecordError(path.name, number, "grade", f"{parts[2]!r} is not one of 0, 1, 2, 3")
        grades[parts[0], parts[1]] = int(parts[2])
    return grades


def _object(path: Path, number: int, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RecordError(path.name, number, "line", "an object expected")
    return value


def _string(path: Path, number: int, record: Mapping[str, Any], field: str) -> str:
    value = record.get(field)
    if not isinstance(value, str) or not value.strip():
        raise RecordError(path.name, number, field, "a text expected")
    return value


def _new_id(path: Path, number: int, record: Mapping[str, Any], seen: set[str]) -> str:
    found = _string(path, number, record, "id")
    if found in seen:
        raise RecordError(path.name, number, "id", f"{found!r} stands in the file twice")
    seen.add(found)
    return found


def _tags(path: Path, number: int, record: Mapping[str, Any], field: str) -> tuple[str, ...] | None:
    value = record.get(field)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RecordError(path.name, number, field, "a list of tags expected")
    return tuple(value)


def _language(path: Path, number: int, value: object, field: str) -> Language:
    try:
        return Language(str(value))
    except ValueError as error:
        raise RecordError(path.name, number, field, f"{value!r} is not one of ko, en, de, es") from error


def _clean(path: Path, number: int, value: object, field: str) -> str:
    if not isinstance(value, str):
        raise RecordError(path.name, number, field, "a text expected")
    try:
        return clean_text(value, field)
    except FieldError as error:
        raise RecordError(path.name, number, field, error.reason) from error
