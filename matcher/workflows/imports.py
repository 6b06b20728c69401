"""Bring in many startups from one table: read, map columns, check every row, then write all rows or none.

Imported startups are not invented. Each gets a submitted version with content like the form's, and no
consent: no agency is shown it until its founders consent.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, SQLModel, col, insert, select

from matcher.bridge.language import detect_language
from matcher.documents.table_child import read_table
from matcher.documents.tables import TableRow
from matcher.errors import AccessDeniedError, FieldError
from matcher.workflows.audits import Act, record
from matcher.workflows.duplicates import Duplicate, Subject, find_duplicates
from matcher.workflows.import_columns import TARGETS, TEXT_FIELDS, guess_mapping, guess_target, plain
from matcher.workflows.inputs import country_code
from matcher.workflows.submission_contents import (
    ExportFlag,
    IpStatus,
    LanguageLevel,
    MoneyBand,
    SubmissionContent,
    missing_parts,
    startup_values,
    stored_submission,
)
from matcher.workflows.submissions import regions_of_cities
from models.access import Action, Actor, authorize
from models.base import new_id, now_utc
from models.tables import AuditEntry, City, Profile, Startup, Submission
from models.vocabulary import Offer, Region, Sector, Stage, WorkingLanguage
from models.vocabulary_names import OFFERS, REGIONS, SECTORS, STAGES, Names

EXAMPLE_MARK = "EXAMPLE"
"""A row whose name begins with this, or with its Korean word, is the invented one of the template."""

_EXAMPLE = re.compile(r"\W*(?:EXAMPLE|예시)\b", re.IGNORECASE)
_HEADER_WITHIN = 10
"""A title and notes may stand above the header: it is looked for among so many rows."""
_EMPTY = frozenset(
    {"-", "--", "\u2013", "\u2014", ".", "n/a", "na", "해당없음", "해당 없음", "k. a.", "k.a."}
)
_LIST = re.compile(r"[;,|\n\u3001\uff0c\uff1b]+")
_WHOLE = re.compile(r"(?:trl)?\D{0,3}?(\d[\d,.' ]*)\s*(?:명|년|인|people|staff)?", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})(?:\s*년?(?:[-./\s].*)?)?")
_MONEY = re.compile(
    r"(?:usd|us\$|\$)?\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?:usd)?", re.IGNORECASE
)
_LEVEL = re.compile(r"(.+?)[\s:(/=]+([A-Ca-c][12]|native|원어민|muttersprache|nativo)\)?")
_TOO_LONG = re.compile(r"(?:String|Value) should have at most (\d+) (?:characters?|items?).*")
_TOO_MANY = re.compile(r"(?:List|Tuple|Set) should have at most (\d+) items?.*")
_MOST_REASON = 200
_BATCH = 500
_ENOUGH_TO_TELL = 400
"""Characters that tell what language a row is written in."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row; `column` is the header, or the name of a field the table lacks."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportTable:
    """A table as it was read: the header, and the rows below it as wide as the header."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that can be written."""

    number: int
    content: SubmissionContent


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """What checking a table found; `examples` are rows of the template that are left out."""

    mapping: Mapping[str, str | None]
    rows: int
    errors: tuple[RowError, ...]
    duplicates: tuple[Duplicate, ...]
    checked: tuple[CheckedRow, ...]
    examples: tuple[int, ...]
    incomplete: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "rows": self.rows,
            "ok": len(self.checked),
            "errors": [{"row": one.row, "column": one.column, "reason": one.reason} for one in self.errors],
            "duplicates": [
                {"row": one.row, "with": one.other, "kind": one.kind.value} for one in self.duplicates
            ],
            "mapping": dict(self.mapping),
            "examples": list(self.examples),
            "incomplete": list(self.incomplete),
        }


def require_import(actor: Actor) -> None:
    """Let those pass who may bring in startups.

    Raises:
        AccessDeniedError: this actor may not.
    """
    if not authorize(actor, Action.IMPORT):
        raise AccessDeniedError(f"{Action.IMPORT.value}: not allowed")


def read_import(data: bytes) -> ImportTable:
    """Read a CSV or XLSX file in a child process and find its header.

    Raises:
        FieldError: the file is refused; says why.
    """
    return find_header(read_table(data))


def find_header(rows: Sequence[TableRow]) -> ImportTable:
    """Take the row with most known headers among the first as the header; the first where none is known.

    Raises:
        FieldError: no row is below the header.
    """
    known = [sum(guess_target(cell) is not None for cell in row.cells) for row in rows[:_HEADER_WITHIN]]
    place = known.index(max(known))
    headers: list[str] = []
    for number, cell in enumerate(rows[place].cells, 1):
        header = " ".join(cell.split())[:100] or f"column {number}"
        headers.append(header if header not in headers else f"{header} [{number}]")
    below = rows[place + 1 :]
    if not below:
        raise FieldError("file", "no row stands below the header")
    # Cells to the right of the header belong to no column; of those inside, missing ones are empty.
    width = len(headers)
    return ImportTable(
        tuple(headers),
        tuple(TableRow(row.number, (*row.cells, *[""] * width)[:width]) for row in below),
    )


def read_mapping(
    headers: Sequence[str], chosen: Mapping[str, str | None] | None = None
) -> dict[str, str | None]:
    """Give the fields of the columns: what somebody chose, else what the headers tell.

    Raises:
        FieldError: a choice names a column or a field that is not there, or two columns the same field.
    """
    if chosen is None:
        return guess_mapping(headers)
    mapping = dict.fromkeys(headers)
    for header, target in chosen.items():
        if header not in mapping:
            raise FieldError("mapping", "names a column the table does not have")
        if target and target not in TARGETS:
            raise FieldError("mapping", "names a field that is not known")
        mapping[header] = target or None
    fields = [target for target in mapping.values() if target]
    if len(fields) != len(set(fields)):
        raise FieldError("mapping", "maps two columns to the same field")
    return mapping


def check_import(
    session: Session,
    table: ImportTable,
    mapping: Mapping[str, str | None],
    *,
    duplicates: tuple[Duplicate, ...] | None = None,
) -> ImportCheck:
    """Check every row, and compare the rows with each other and with the startups that are stored.

    Args:
        session: an open unit.
        table: the table.
        mapping: the field of each column.
        duplicates: what an earlier check of the same table found; None compares.
    """
    cities = _city_names(session)
    columns = [
        (place, header, target) for place, header in enumerate(table.headers) if (target := mapping[header])
    ]
    named = {target: header for _, header, target in columns}
    errors: list[RowError] = []
    checked: list[CheckedRow] = []
    subjects: list[Subject] = []
    examples: list[int] = []
    for row in table.rows:
        cells = {target: row.cells[place] for place, _, target in columns}
        if _EXAMPLE.match(cells.get("name", "")):
            examples.append(row.number)
            continue
        if duplicates is None:
            subjects.append(_subject(row.number, cells))
        reader = _RowReader(cells, cities)
        content = reader.content()
        order = {target: place for place, _, target in columns}
        found = sorted(reader.errors, key=lambda one: order.get(one.field, -1))
        errors += [RowError(row.number, named.get(one.field, one.field), one.reason) for one in found]
        if content is not None:
            checked.append(CheckedRow(row.number, content))
    if duplicates is None:
        duplicates = find_duplicates(subjects, _stored(session))
    incomplete = tuple(row.number for row in checked if missing_parts(row.content))
    return ImportCheck(
        mapping,
        len(table.rows) - len(examples),
        tuple(errors),
        duplicates,
        tuple(checked),
        tuple(examples),
        incomplete,
    )


def write_import(session: Session, actor: Actor, check: ImportCheck, *, import_id: str) -> tuple[str, ...]:
    """Write every row as a startup with a submitted version; once for each import, however often it is sent.

    Args:
        session: an open write unit: all rows are written with it, or none.
        actor: a manager, or the operator.
        check: what was checked.
        import_id: name of this import; one that was written already writes nothing.

    Returns:
        The ids of the startups, empty where it was written already.

    Raises:
        AccessDeniedError: this actor may not import.
        FieldError: a row has an error, or there is none to write.
    """
    require_import(actor)
    if rows_written(session, import_id) is not None:
        return ()
    if check.errors:
        raise FieldError("file", f"nothing was written: {len(check.errors)} errors")
    if not check.checked:
        raise FieldError("file", "there is no row to write")
    regions = regions_of_cities(session)
    startup_ids: list[str] = []
    for start in range(0, len(check.checked), _BATCH):
        rows = _stored_rows(check.checked[start : start + _BATCH], actor, regions)
        # Mappings in parts: the session would make and hold an object for each row of a large table.
        for table in (Startup, Submission, Profile):
            if rows[table]:
                session.execute(insert(table), rows[table])
        startup_ids += [row["id"] for row in rows[Startup]]
    details = {
        "rows": len(startup_ids),
        "duplicates": len(check.duplicates),
        "incomplete": len(check.incomplete),
    }
    record(session, actor, Act.IMPORTED, about=import_id, details=details)
    return tuple(startup_ids)


def _stored_rows(
    checked: Sequence[CheckedRow], actor: Actor, regions: Mapping[str, tuple[str, ...]]
) -> dict[type[SQLModel], list[dict[str, Any]]]:
    """Give the columns of the startups, of their submitted versions, and of the texts of these."""
    now = now_utc()
    version = Submission(
        startup_id="",
        number=1,
        state="submitted",
        content={},
        edited_by=actor.account_id,
        edited_at=now,
        submitted_at=now,
    ).model_dump()
    # What a column holds where nothing is said; the database itself has no such values.
    startup = Startup(id="", name="", invented=False).model_dump()
    text = Profile(startup_id="", language="", version=1, text="").model_dump(exclude={"id"})
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {Startup: [], Submission: [], Profile: []}
    for content in (row.content for row in checked):
        columns = startup_values(content, regions)
        columns["native_name"] = columns["native_name"] or ""
        startup_id = f"s-{new_id()[:16]}"
        rows[Startup].append({**startup, **columns, "id": startup_id})
        stored = stored_submission(content)
        rows[Submission].append({**version, "id": new_id(), "startup_id": startup_id, "content": stored})
        rows[Profile] += [
            {**text, "startup_id": startup_id, "language": language.value, "text": texts.composed}
            for language, texts in content.texts.items()
        ]
    return rows


def rows_written(session: Session, import_id: str) -> int | None:
    """Give how many startups an import brought, None where it was not written: the audit log knows."""
    written = select(AuditEntry).where(AuditEntry.act == Act.IMPORTED.value, AuditEntry.object == import_id)
    entry = session.exec(written).first()
    return None if entry is None else int(entry.details["rows"])


def startup_names(session: Session, startup_ids: Sequence[str]) -> dict[str, str]:
    """Give the names of startups that a row may be the same as."""
    named = select(Startup.id, Startup.name).where(col(Startup.id).in_(startup_ids))
    return dict(session.exec(named).all())


def _subject(row: int, cells: Mapping[str, str]) -> Subject:
    """Give what a row is compared by, also where something in it is wrong."""
    texts: dict[str, list[str]] = {}
    for target in TARGETS:
        field, _, language = target.partition(".")
        if field in TEXT_FIELDS and cells.get(target):
            texts.setdefault(language, []).append(cells[target])
    names = tuple(name for field in ("name", "native_name") if (name := cells.get(field, "")))
    written = tuple("\n\n".join(parts) for parts in texts.values())
    return Subject(row, names, cells.get("registration_no", ""), written)


def _stored(session: Session) -> Iterable[Subject]:
    """Give every stored startup with the newest text of each language."""
    texts: dict[str, dict[str, str]] = {}
    for profile in session.exec(select(Profile).order_by(col(Profile.version))):
        texts.setdefault(profile.startup_id, {})[profile.language] = profile.text
    for startup in session.exec(select(Startup).order_by(col(Startup.id))):
        names = tuple(name for name in (startup.name, startup.native_name) if name)
        yield Subject(
            startup.id, names, startup.registration_no or "", tuple(texts.get(startup.id, {}).values())
        )


def _city_names(session: Session) -> dict[str, str]:
    cities = session.exec(select(City)).all()
    return {plain(name): city.id for city in cities for name in (city.id, *city.names.values())}


class _RowReader:
    """Reads the cells of one row into content, and keeps what is wrong with each."""

    def __init__(self, cells: Mapping[str, str], cities: Mapping[str, str]) -> None:
        self._cells = {target: cell for target, cell in cells.items() if cell.casefold() not in _EMPTY}
        self._cities = cities
        self.errors: list[FieldError] = []

    def content(self) -> SubmissionContent | None:
        """Give the content; None where something is wrong."""
        values = self._texts()
        for target, cell in self._cells.items():
            if target.partition(".")[0] in TEXT_FIELDS or not cell:
                continue
            try:
                values[target] = self._read(target, cell)
            except ValueError as error:
                self.errors.append(FieldError(target, str(error)))
        if not values.get("name") and not any(error.field == "name" for error in self.errors):
            self.errors.append(FieldError("name", "is missing"))
            values["name"] = "-1"
        return self._checked(values)

    def _checked(self, values: dict[str, Any]) -> SubmissionContent | None:
        try:
            content = SubmissionContent.model_validate({"name": "-1", **values})
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False, include_context=False):
                reason = str(item["msg"]).removeprefix("Value error, ")
                reason = _TOO_LONG.sub(r"is longer than \1 characters", reason)
                reason = _TOO_MANY.sub(r"holds more than \1 values", reason)
                self.errors.append(FieldError(self._target(item["loc"]), reason[:_MOST_REASON]))
            return None
        return None if self.errors else content

    def _target(self, place: tuple[int | str, ...]) -> str:
        """Name the column a complaint is about."""
        names = [str(part) for part in place]
        if names[0] != "texts":
            return names[0]
        language, field = names[1], names[-1]
        return f"{field}.{language}" if f"{field}.{language}" in self._cells else field

    def _texts(self) -> dict[str, Any]:
        """Lay the texts into their languages; columns that name none are read as what they are written in."""
        texts: dict[str, dict[str, str]] = {}
        unmarked = {field: cell for field in TEXT_FIELDS if (cell := self._cells.get(field, ""))}
        if unmarked:
            language = detect_language("\n".join(unmarked.values())[:_ENOUGH_TO_TELL]).value
            texts[language] = unmarked
        for target, cell in self._cells.items():
            field, _, language = target.partition(".")
            if language and cell:
                texts.setdefault(language, {})[field] = cell
        return {"texts": texts} if texts else {}

    def _read(self, target: str, cell: str) -> Any:
        reading = _READERS.get(target)
        if reading is not None:
            return reading(cell)
        if target == "target_cities":
            return [self._city(part) for part in _parts(cell)]
        return cell

    def _city(self, name: str) -> str:
        city = self._cities.get(plain(name))
        if city is None:
            raise ValueError("names a city that is not in the list")
        return city


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in _LIST.split(cell) if part.strip()]


def _whole(cell: str) -> int:
    found = _WHOLE.fullmatch(cell.strip())
    digits = re.sub(r"[,' ]", "", found[1]) if found else ""
    digits = digits.removesuffix(".0")
    if not digits.isascii() or not digits.isdigit() or len(digits) > len("1000000000"):
        raise ValueError("a whole number expected")
    return int(digits)


def _year(cell: str) -> int:
    found = _YEAR.fullmatch(cell.strip())
    if found is None or not found[1].isascii():
        raise ValueError("a year such as 2021 expected")
    return int(found[1])


def _money(cell: str) -> float:
    found = _MONEY.fullmatch(cell.strip())
    if found is None or not cell.isascii() or len(cell) > len("USD 1,000,000,000,000.00"):
        raise ValueError("an amount in US dollars expected, such as 1,500,000")
    return float(found[1].replace(",", ""))


def _coded(
    codes: Iterable[str], names: Mapping[str, Names], kind: str, **further: str
) -> Callable[[str], str]:
    """Read one word of a vocabulary: its code, or its name in one of the four languages."""
    known = {plain(code): str(code) for code in codes}
    for code, spoken in names.items():
        for name in spoken:
            known.setdefault(plain(name), str(code))
    for word, code in further.items():
        known.setdefault(plain(word), code)

    def read(cell: str) -> str:
        code = known.get(plain(cell))
        if code is None:
            raise ValueError(f"is not a {kind} of the list")
        return code

    return read


def _several(read: Callable[[str], str]) -> Callable[[str], list[str]]:
    def read_all(cell: str) -> list[str]:
        try:
            # A name may hold a comma itself.
            return [read(cell)]
        except ValueError:
            return [read(part) for part in _parts(cell)]

    return read_all


@lru_cache(maxsize=500)
def _country(cell: str) -> str:
    return country_code(cell[:100])


_SPOKEN: Mapping[str, tuple[str, ...]] = {
    "ko": ("korean", "한국어", "koreanisch", "coreano"),
    "en": ("english", "영어", "englisch", "inglés"),
    "de": ("german", "독일어", "deutsch", "alemán"),
    "es": ("spanish", "스페인어", "spanisch", "español"),
    "fr": ("french", "프랑스어", "französisch", "francés"),
}
_LANGUAGE_NAMES = {
    plain(name): code
    for code, names in _SPOKEN.items()
    for name in (code, *names)
    if code in set(WorkingLanguage)
}
_LEVELS = {plain(level.value): level.value for level in LanguageLevel} | {
    plain(word): LanguageLevel.NATIVE.value for word in ("원어민", "muttersprache", "nativo")
}


def _languages(cell: str) -> dict[str, str]:
    """Read languages with their levels, such as `ko native; en B2`."""
    read = {}
    for part in _parts(cell):
        found = _LEVEL.fullmatch(part)
        language = _LANGUAGE_NAMES.get(plain(found[1])) if found else None
        if found is None or language is None:
            raise ValueError("languages with levels expected, such as: ko native; en B2")
        read[language] = _LEVELS[plain(found[2])]
    return read


_stage = _coded(
    Stage, STAGES, "stage", **{"pre-a": "seed", "프리A": "seed", "series c": "growth", "시리즈C": "growth"}
)
_band = _coded(MoneyBand, {}, "band")
_READERS: Mapping[str, Callable[[str], Any]] = {
    "trl": _whole,
    "employees": _whole,
    "founded": _year,
    "raised_usd": _money,
    "country": _country,
    "stage": _stage,
    "sectors": _several(_coded(Sector, SECTORS, "sector")),
    "needs": _several(_coded(Offer, OFFERS, "need")),
    "target_regions": _several(_coded(Region, REGIONS, "region")),
    "revenue_band": _band,
    "raised_band": _band,
    "ip_status": _coded(IpStatus, {}, "status"),
    "export_flags": _several(_coded(ExportFlag, {}, "flag")),
    "languages": _languages,
    "institutions": _parts,
}
