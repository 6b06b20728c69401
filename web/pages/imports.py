"""Managers bring in many startups from one table: send it, look at what would happen, write it once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from babel.numbers import format_decimal
from fastapi import APIRouter, BackgroundTasks, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import Response

from matcher.documents.tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS
from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, UnknownThingError
from matcher.settings import Settings
from matcher.workflows.duplicates import Duplicate, DuplicateKind
from matcher.workflows.import_columns import TARGETS
from matcher.workflows.import_files import (
    KeptCheck,
    WaitingImport,
    drop_import,
    find_import,
    keep_check,
    keep_import,
    kept_check,
    remap_import,
    template_csv,
    template_xlsx,
)
from matcher.workflows.imports import (
    ImportCheck,
    check_import,
    read_import,
    read_mapping,
    rows_written,
    startup_names,
    write_import,
)
from models.access import Actor
from models.database import read_session
from web.access import ImporterDep, UnlockedImporterDep
from web.dependencies import ReadSessionDep, SessionDep, get_settings
from web.pages.profile_words import LABELS
from web.rendering import render, request_language
from web.uploads import parse_in_memory

router = APIRouter(prefix="/imports")

SHOWN_ROWS = 20
SHOWN_FINDINGS = 200
AT_ONCE = 500
"""Rows that are checked, and written, within a second; of more, the pages say that it takes longer."""

_LOOK_AGAIN = 2
"""Seconds until a browser asks again whether a table is checked."""

_checking: set[str] = set()
"""Ids of the tables that this process is checking; one process serves the site."""
_LONGEST_SHOWN = 120
_MOST_FIELDS = 20
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

KINDS: Mapping[DuplicateKind, Phrase] = {
    DuplicateKind.NAME: phrase("same name"),
    DuplicateKind.REGISTRATION_NUMBER: phrase("same registration number"),
    DuplicateKind.TEXT: phrase("nearly the same text"),
}

_REASONS: Mapping[str, Phrase] = {
    "is missing": phrase("is missing"),
    "a whole number expected": phrase("a whole number expected"),
    "a year such as 2021 expected": phrase("a year such as 2021 expected"),
    "an amount in US dollars expected, such as 1,500,000": phrase(
        "an amount in US dollars expected, such as 1,500,000"
    ),
    "lies in the future": phrase("lies in the future"),
    "names a city that is not in the list": phrase("names a city that is not in the list"),
    "holds no letter and no digit": phrase("holds no letter and no digit"),
    "is not a country: give its two-letter code, such as KR": phrase(
        "is not a country: give its two-letter code, such as KR"
    ),
    "languages with levels expected, such as: ko native; en B2": phrase(
        "languages with levels expected, such as: ko native; en B2"
    ),
}
_FILE_REASONS: tuple[tuple[str, Phrase], ...] = (
    ("the file is empty", phrase("The file is empty.")),
    ("holds no row|stands below the header", phrase("No row stands below the names of the columns.")),
    ("larger than", phrase("The file is larger than %(most)s MB.", most=MOST_BYTES // 1024 // 1024)),
    ("more than [0-9,]+ rows", phrase("The table has more than %(most)s rows.", most=MOST_ROWS)),
    ("more than [0-9,]+ columns", phrase("The table has more than %(most)s columns.", most=MOST_COLUMNS)),
    ("more than [0-9,]+ cells|MiB of text|longer than", phrase("The table holds too much text.")),
    ("quotation marks", phrase("A quotation mark is not closed. Save the table again, best as XLSX.")),
    ("has macros|holds macros", phrase("The file holds macros. Save it as XLSX without them.")),
    (
        "save it as XLSX|not a table|no XLSX",
        phrase("Only XLSX and CSV are read. Save the table as one of them."),
    ),
    ("damaged|password", phrase("The file is damaged or has a password.")),
    ("unpacks|too many parts|outside of itself", phrase("The file is not as spreadsheet programs write it.")),
)
_UNREAD = phrase("The file could not be read. Save the table again and send it once more.")
_NOT_LISTED = re.compile(r"is not a \w+ of the list")
_TOO_LONG = re.compile(r"is longer than (\d+) characters")
_TOO_MANY = re.compile(r"holds more than (\d+) values")
_BOUND = re.compile(r"Input should be (greater|less) than (?:or equal to )?([\d.e]+)")


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Everything `imports/form.html` may use."""

    written: int | None
    problem: Phrase | None
    most_rows: str


@dataclass(frozen=True, slots=True)
class Target:
    """A field a column may be mapped to; `language` where it is a text of one language."""

    code: str
    label: Phrase
    language: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a row, as the page says it; `name` and `other_name` are those of the startups."""

    row: int
    column: str
    words: Phrase
    name: str = ""
    other_row: int | None = None
    startup_id: str = ""
    other_name: str = ""


@dataclass(frozen=True, slots=True)
class LookingPage:
    """Everything `imports/looking.html` may use."""

    waiting: WaitingImport


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """Everything `imports/preview.html` may use; `slow` where writing takes more than a moment."""

    waiting: WaitingImport
    check: KeptCheck
    slow: bool
    targets: tuple[Target, ...]
    errors: tuple[Finding, ...]
    duplicates: tuple[Finding, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    mapping_refused: bool


class MappingForm(BaseModel):
    """The field of each column, in the order of the columns."""

    column: list[str] = Field(default=[], max_length=MOST_COLUMNS)


@dataclass(frozen=True, slots=True)
class SentTable:
    """A file as it was sent."""

    name: str
    data: bytes


async def receive_table(request: Request) -> SentTable:
    """Take the file off the request; nothing of it is written by this."""
    form = await parse_in_memory(request, _MOST_FIELDS)
    try:
        upload = form.get("file")
        if isinstance(upload, UploadFile) and upload.filename:
            return SentTable(upload.filename, await upload.read())
    finally:
        await form.close()
    return SentTable("", b"")


def prepare_commit(
    request: Request, session: ReadSessionDep, importer: UnlockedImporterDep, import_id: str
) -> ImportCheck | None:
    """Check the rows again while nobody waits for a write; None where they were written already."""
    try:
        waiting = find_import(get_settings(request), importer, import_id)
    except UnknownThingError:
        if rows_written(session, import_id) is None:
            raise
        return None
    kept = kept_check(get_settings(request), import_id)
    return check_import(
        session, waiting.table, waiting.mapping, duplicates=None if kept is None else kept.duplicates
    )


@router.get("")
def show_form(
    request: Request,
    session: SessionDep,
    importer: ImporterDep,
    done: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """Show the form that takes a table, and how many startups the last one brought."""
    del importer
    written = rows_written(session, done) if done and done.isprintable() else None
    return render(request, "imports/form.html", ImportPage(written, None, _most_rows(request)))


@router.get("/template/{form}")
def show_template(request: Request, importer: ImporterDep, form: Literal["csv", "xlsx"]) -> Response:
    """Give a table to fill in, with an example row that is invented."""
    del importer
    language = request_language(request)
    content = template_csv(language) if form == "csv" else template_xlsx(language)
    headers = {"Content-Disposition": f'attachment; filename="landfall-startups.{form}"'}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


@router.post("")
def send_table(
    request: Request, importer: UnlockedImporterDep, sent: Annotated[SentTable, Depends(receive_table)]
) -> Response:
    """Read a table and keep it for its preview."""
    try:
        table = read_import(sent.data)
    except FieldError as error:
        page = ImportPage(None, _file_problem(error.reason), _most_rows(request))
        return render(request, "imports/form.html", page, status_code=422)
    import_id = keep_import(get_settings(request), importer, sent.name, table, read_mapping(table.headers))
    return _look_at(request, importer, import_id)


@router.get("/{import_id}")
def show_preview(
    *, request: Request, session: SessionDep, importer: ImporterDep, import_id: str, mapping: str = ""
) -> Response:
    """Show what a table would bring: its columns, first rows, errors and possible duplicates."""
    try:
        waiting = find_import(get_settings(request), importer, import_id)
    except UnknownThingError:
        if rows_written(session, import_id) is None:
            raise
        return RedirectResponse(f"/imports?done={import_id}", 303)
    kept = kept_check(get_settings(request), import_id)
    if kept is None:
        return _still_looking(request, importer, waiting)
    ids = [one.other for one in kept.duplicates[:SHOWN_FINDINGS] if isinstance(one.other, str)]
    page = _preview(waiting, kept, startup_names(session, ids), refused=mapping == "refused")
    return render(request, "imports/preview.html", page)


@router.post("/{import_id}/mapping")
def change_mapping(
    request: Request,
    importer: UnlockedImporterDep,
    import_id: str,
    form: Annotated[MappingForm, Form()],
) -> RedirectResponse:
    """Say which column holds what."""
    settings = get_settings(request)
    waiting = find_import(settings, importer, import_id)
    chosen = dict(zip(waiting.table.headers, [target or None for target in form.column], strict=False))
    try:
        mapping = read_mapping(waiting.table.headers, chosen)
    except FieldError:
        return RedirectResponse(f"/imports/{import_id}?mapping=refused", 303)
    return _look_at(request, importer, remap_import(settings, importer, waiting, mapping))


@router.post("/{import_id}/commit")
def commit(
    *,
    request: Request,
    background: BackgroundTasks,
    prepared: Annotated[ImportCheck | None, Depends(prepare_commit)],
    session: SessionDep,
    importer: ImporterDep,
    import_id: str,
) -> Response:
    """Write every row, or none; sent twice, it writes once."""
    if prepared is not None:
        if prepared.errors or not prepared.checked:
            return RedirectResponse(f"/imports/{import_id}", 303)
        write_import(session, importer, prepared, import_id=import_id)
        background.add_task(drop_import, get_settings(request), import_id)
    return RedirectResponse(f"/imports?done={import_id}", 303)


@router.post("/{import_id}/cancel")
def cancel(request: Request, importer: UnlockedImporterDep, import_id: str) -> RedirectResponse:
    """Forget a table that was sent."""
    settings = get_settings(request)
    drop_import(settings, find_import(settings, importer, import_id).id)
    return RedirectResponse("/imports", 303)


def _look_at(request: Request, importer: Actor, import_id: str) -> RedirectResponse:
    """Send the browser to the preview; a table of many rows is checked after the answer is out."""
    task = _Check(get_settings(request), request.app.state.engine, importer, import_id)
    rows = len(find_import(task.settings, importer, import_id).table.rows)
    later = None
    if rows <= AT_ONCE:
        task()
    else:
        _checking.add(import_id)
        later = BackgroundTask(task)
    return RedirectResponse(f"/imports/{import_id}", 303, background=later)


def _still_looking(request: Request, importer: Actor, waiting: WaitingImport) -> HTMLResponse:
    """Say that a table is being checked; begin where nobody does, as after a restart."""
    page = render(
        request, "imports/looking.html", LookingPage(waiting), headers={"Refresh": str(_LOOK_AGAIN)}
    )
    if waiting.id not in _checking:
        _checking.add(waiting.id)
        task = _Check(get_settings(request), request.app.state.engine, importer, waiting.id)
        page.background = BackgroundTask(task)
    return page


@dataclass(frozen=True, slots=True)
class _Check:
    """The check of a waiting table, once; what is found is kept beside it."""

    settings: Settings
    engine: Engine
    importer: Actor
    import_id: str

    def __call__(self) -> None:
        """Check it; a table that was forgotten meanwhile is left alone."""
        try:
            waiting = find_import(self.settings, self.importer, self.import_id)
            with read_session(self.engine) as session:
                check = check_import(session, waiting.table, waiting.mapping)
            keep_check(self.settings, self.import_id, check)
        except UnknownThingError:
            return
        finally:
            _checking.discard(self.import_id)


def _preview(
    waiting: WaitingImport, check: KeptCheck, names: Mapping[str, str], *, refused: bool
) -> PreviewPage:
    errors = tuple(Finding(one.row, one.column, _reason(one.reason)) for one in check.errors)
    shown = check.duplicates[:SHOWN_FINDINGS]
    named = _row_names(waiting)
    duplicates = tuple(_duplicate(one, named, names) for one in shown)
    rows = tuple(
        (row.number, tuple(_shortened(cell) for cell in row.cells)) for row in waiting.table.rows[:SHOWN_ROWS]
    )
    slow = check.ok > AT_ONCE
    return PreviewPage(waiting, check, slow, _targets(), errors, duplicates, rows, refused)


def _row_names(waiting: WaitingImport) -> dict[int, str]:
    """Give the names that stand in the rows."""
    place = next(
        (place for place, header in enumerate(waiting.table.headers) if waiting.mapping[header] == "name"),
        None,
    )
    return {} if place is None else {row.number: _shortened(row.cells[place]) for row in waiting.table.rows}


def _duplicate(found: Duplicate, rows: Mapping[int, str], stored: Mapping[str, str]) -> Finding:
    name, words = rows.get(found.row, ""), KINDS[found.kind]
    if isinstance(found.other, int):
        return Finding(
            found.row, "", words, name, other_row=found.other, other_name=rows.get(found.other, "")
        )
    other = stored.get(found.other, found.other)
    return Finding(found.row, "", words, name, startup_id=found.other, other_name=other)


def _targets() -> tuple[Target, ...]:
    targets = []
    for code in TARGETS:
        field, _, language = code.partition(".")
        label = LABELS["level.ko"] if field == "languages" else LABELS.get(field)
        targets.append(Target(code, label or LABELS[f"{field}.{language or 'en'}"], language))
    return tuple(targets)


def _shortened(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_SHOWN else f"{cell[:_LONGEST_SHOWN]} …"


def _most_rows(request: Request) -> str:
    return format_decimal(MOST_ROWS, locale=request_language(request).value)


def _file_problem(reason: str) -> Phrase:
    """Say in the reader's language why a file was refused."""
    return next((words for part, words in _FILE_REASONS if re.search(part, reason)), _UNREAD)


def _reason(reason: str) -> Phrase:
    """Say in the reader's language why a cell was refused; what is not known stays English."""
    if reason in _REASONS:
        return _REASONS[reason]
    if _NOT_LISTED.fullmatch(reason):
        return phrase("is not a word of the list")
    if found := _TOO_LONG.fullmatch(reason):
        return phrase("is longer than %(most)s characters", most=found[1])
    if found := _TOO_MANY.fullmatch(reason):
        return phrase("holds more than %(most)s values", most=found[1])
    if found := _BOUND.match(reason):
        return (
            phrase("is larger than %(most)s", most=found[2])
            if found[1] == "less"
            else phrase("is smaller than %(least)s", least=found[2])
        )
    return Phrase("%(reason)s", (("reason", reason),))
