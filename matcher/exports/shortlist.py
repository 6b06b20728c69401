"""A shortlist as it leaves the house: frozen values, the columns and the words of the results."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from matcher.errors import FieldError
from models.vocabulary import Language

Cell = str | int | float | date | None


class CellKind(StrEnum):
    """How a column's cells are typed."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"


class Outcome(StrEnum):
    """What came of an application: 신청완료, 신청취소, 선정, 예비선정, 미선정."""

    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    SELECTED = "selected"
    WAITLISTED = "waitlisted"
    NOT_SELECTED = "not-selected"


class ConditionState(StrEnum):
    """Whether a condition of the program is met."""

    MET = "met"
    NOT_MET = "not-met"
    OPEN = "open"


_OUTCOME_WORDS: Mapping[Outcome, Mapping[Language, str]] = {
    Outcome.APPLIED: {
        Language.KO: "신청완료",
        Language.EN: "applied",
        Language.DE: "beworben",
        Language.ES: "presentada",
    },
    Outcome.WITHDRAWN: {
        Language.KO: "신청취소",
        Language.EN: "withdrawn",
        Language.DE: "zurückgezogen",
        Language.ES: "retirada",
    },
    Outcome.SELECTED: {
        Language.KO: "선정",
        Language.EN: "selected",
        Language.DE: "ausgewählt",
        Language.ES: "seleccionada",
    },
    Outcome.WAITLISTED: {
        Language.KO: "예비 {place}",
        Language.EN: "waitlisted {place}",
        Language.DE: "Warteliste {place}",
        Language.ES: "en espera {place}",
    },
    Outcome.NOT_SELECTED: {
        Language.KO: "미선정",
        Language.EN: "not selected",
        Language.DE: "nicht ausgewählt",
        Language.ES: "no seleccionada",
    },
}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an application; `place` is the rank on the waitlist, from 1, and None for all others.

    Raises:
        FieldError: a waitlisted result without a place, or a place without a waitlist.
    """

    outcome: Outcome
    place: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no list can show."""
        if (self.outcome is Outcome.WAITLISTED) != (self.place is not None):
            raise FieldError("result", "a place belongs to a waitlist, and a waitlist to a place")
        if self.place is not None and self.place < 1:
            raise FieldError("result", "places on a waitlist are counted from 1")

    def words(self, language: Language) -> str:
        """Say it: 예비 2, waitlisted 2."""
        return _OUTCOME_WORDS[self.outcome][language].format(place=self.place)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the startup as it is shown; `contact` facts are left out where contact data is."""

    label: str
    value: str
    contact: bool = False


@dataclass(frozen=True, slots=True)
class EvidencePair:
    """A sentence of the profile and the sentence of the program it answers.

    Each stands in the language it was written in; a gloss is its reading in the language of the list, empty
    where it needs none. `links` says which words carried it, as "미세유체 → microfluidic".
    """

    profile: str
    profile_language: Language
    program: str
    program_language: Language
    profile_gloss: str = ""
    program_gloss: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RubricScore:
    """Points for one criterion: the mean over reviewers, None where nobody scored it.

    `most` is the most that can be given; `weight` is how much of the total it counts, None where that is said
    by `most`.
    """

    criterion: str
    points: float | None
    most: float
    weight: float | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in a person's or the plan's words; `label` says whose or which, as "Decision of the agency"."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the program, and the fact it was read from."""

    text: str
    state: ConditionState
    fact: str = ""


@dataclass(frozen=True, slots=True)
class RowDetails:
    """What the sheet of a startup shows beside its row."""

    facts: tuple[Fact, ...] = ()
    evidence: tuple[EvidencePair, ...] = ()
    rubric: tuple[RubricScore, ...] = ()
    reasons: tuple[Reason, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class ShortlistRow:
    """A startup on the list of a program; texts are in the language of the list.

    Attributes:
        number: 연번, from 1.
        program: key of its program in `Shortlist.programs`.
        company, ceo, item, sector, stage, location, target_city: as shown; empty where nobody said.
        document_score, presentation_score, bonus, total: points; None without a review.
        rank: 순위, None where there is none.
        result: what came of it.
        flags: what a person should look at, each a few words.
        owner: who looks after it.
        note: 비고.
        details: what the sheet shows.
        startup: id of the startup, for those who act on the row; no file holds it.

    Raises:
        FieldError: a score is no finite number.
    """

    number: int
    program: str
    company: str
    result: Result
    ceo: str = ""
    item: str = ""
    sector: str = ""
    stage: str = ""
    location: str = ""
    target_city: str = ""
    document_score: float | None = None
    presentation_score: float | None = None
    bonus: float | None = None
    total: float | None = None
    rank: int | None = None
    flags: tuple[str, ...] = ()
    owner: str = ""
    note: str = ""
    details: RowDetails = field(default_factory=RowDetails)
    startup: str = ""

    def __post_init__(self) -> None:
        """Refuse what no file can hold as a number."""
        for key in ("document_score", "presentation_score", "bonus", "total"):
            value = getattr(self, key)
            if value is not None and not math.isfinite(value):
                raise FieldError(key, "a finite number expected")
        for scored in self.details.rubric:
            values = (scored.points, scored.most, scored.weight)
            if not all(value is None or math.isfinite(value) for value in values):
                raise FieldError("rubric", "finite numbers expected")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: headings, how its cells are typed, how wide it is (in digits), whether it is contact data."""

    key: str
    headings: Mapping[Language, str]
    kind: CellKind
    width: int
    contact: bool = False

    def heading(self, language: Language) -> str:
        """Give the heading in a language."""
        return self.headings[language]


def _column(
    key: str,
    headings: tuple[str, str, str, str],
    width: int,
    kind: CellKind = CellKind.TEXT,
    *,
    contact: bool = False,
) -> Column:
    order = (Language.KO, Language.EN, Language.DE, Language.ES)
    return Column(key, dict(zip(order, headings, strict=True)), kind, width, contact)


COLUMNS: tuple[Column, ...] = (
    _column("number", ("연번", "No.", "Nr.", "N.º"), 6, CellKind.WHOLE),
    _column("company", ("기업명", "Company", "Unternehmen", "Empresa"), 24),
    _column("ceo", ("대표자", "CEO", "Geschäftsführung", "Dirección"), 16, contact=True),
    _column("item", ("아이템명", "Item", "Geschäftsidee", "Idea de negocio"), 34),
    _column("sector", ("분야", "Sector", "Branche", "Sector"), 18),
    _column("stage", ("단계", "Stage", "Phase", "Fase"), 11),
    _column("location", ("소재지", "Location", "Sitz", "Sede"), 16),
    _column("target_city", ("대상도시", "Target city", "Zielstadt", "Ciudad de destino"), 16),
    _column(
        "document_score",
        ("서류점수", "Document score", "Punkte Unterlagen", "Puntos documentación"),
        10,
        CellKind.NUMBER,
    ),
    _column(
        "presentation_score",
        ("발표점수", "Pitch score", "Punkte Pitch", "Puntos pitch"),
        10,
        CellKind.NUMBER,
    ),
    _column("bonus", ("가점", "Bonus", "Zusatzpunkte", "Puntos adicionales"), 9, CellKind.NUMBER),
    _column("total", ("총점", "Total", "Gesamt", "Total"), 9, CellKind.NUMBER),
    _column("rank", ("순위", "Rank", "Rang", "Posición"), 8, CellKind.WHOLE),
    _column("result", ("결과", "Result", "Ergebnis", "Resultado"), 15),
    _column("flags", ("플래그", "Flags", "Hinweise", "Avisos"), 20),
    _column("owner", ("담당자", "Owner", "Zuständig", "Responsable"), 14, contact=True),
    _column("note", ("비고", "Note", "Anmerkung", "Observaciones"), 26),
)
"""The columns of a shortlist, in their order."""

PROGRAM_COLUMN = _column("program", ("프로그램", "Program", "Programm", "Programa"), 28)
"""Tells rows apart where one file lists several programs; in no list unless it is chosen."""

COLUMN_BY_KEY: Mapping[str, Column] = {column.key: column for column in (*COLUMNS, PROGRAM_COLUMN)}
COLUMN_KEYS: tuple[str, ...] = tuple(column.key for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A program of the round: the key rows name it by, and how it is shown."""

    key: str
    name: str
    city: str = ""
    agency: str = ""
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A shortlist ready to be written: rows filtered and ordered, columns chosen.

    Attributes:
        round_name: name of the round.
        programs: its programs, in the order they are shown.
        made_at: when the plan was made, with a time zone; it is shown in that zone.
        language: language of headings and results.
        run: number of the plan, from 1.
        pack_hash: the first characters of the hash of the plan's pack.
        rows: in the order they are shown.
        columns: keys of the chosen columns, in the order they are shown; contact data among them is left out
            where it is masked.
        notes: what a reader should know: the filter, a run that is not published.
        contact_masked: whether contact data is left out.
        published: False writes "draft" on what is printed.

    Raises:
        FieldError: no column, an unknown one or one twice; an unknown program; a time without a zone.
    """

    round_name: str
    programs: tuple[ListedProgram, ...]
    made_at: datetime
    language: Language
    run: int
    pack_hash: str
    rows: tuple[ShortlistRow, ...]
    columns: tuple[str, ...] = COLUMN_KEYS
    notes: tuple[str, ...] = ()
    contact_masked: bool = False
    published: bool = True

    def __post_init__(self) -> None:
        """Refuse what would come out wrong in every file."""
        check_columns(self.columns)
        if self.made_at.utcoffset() is None:
            raise FieldError("made_at", "a time zone is missing")
        keys = [program.key for program in self.programs]
        if len(set(keys)) != len(keys):
            raise FieldError("programs", "two programs have one key")
        for row in self.rows:
            if row.program not in keys:
                raise FieldError("rows", f"no program has the key {row.program!r}")
        if not self.shown_columns:
            raise FieldError("columns", "nothing is left of them without contact data")

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The chosen columns, without contact data where it is masked."""
        chosen = [COLUMN_BY_KEY[key] for key in self.columns]
        return tuple(column for column in chosen if not (self.contact_masked and column.contact))

    def program_of(self, row: ShortlistRow) -> ListedProgram:
        """Give the program of a row."""
        return next(program for program in self.programs if program.key == row.program)

    def rows_of(self, program: ListedProgram) -> tuple[ShortlistRow, ...]:
        """Give the rows of a program in their order."""
        return tuple(row for row in self.rows if row.program == program.key)

    def cell(self, row: ShortlistRow, column: Column) -> Cell:
        """Give the value of a cell, None where there is none."""
        if column.key == "program":
            return self.program_of(row).name or None
        if column.key == "result":
            return row.result.words(self.language)
        if column.key == "flags":
            return "; ".join(row.flags) or None
        value: Cell = getattr(row, column.key)
        return None if value == "" else value


def check_columns(columns: tuple[str, ...]) -> None:
    """Let a choice of columns pass that can be shown.

    Raises:
        FieldError: none, an unknown one, or one twice; names it.
    """
    if not columns:
        raise FieldError("columns", "choose at least one")
    for place, key in enumerate(columns):
        if key not in COLUMN_BY_KEY:
            raise FieldError("columns", f"{key!r} is not one of {', '.join(COLUMN_BY_KEY)}")
        if key in columns[:place]:
            raise FieldError("columns", f"{key!r} is named twice")


def count_outcome(rows: tuple[ShortlistRow, ...], outcome: Outcome) -> int:
    """Count the rows with an outcome."""
    return sum(row.result.outcome is outcome for row in rows)
