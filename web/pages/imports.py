"""Managers bring in many startups from one table: send it, look at what would happen, write it once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import Response

from matcher.documents.tables import MOST_COLUMNS, MOST_ROWS
from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, UnknownThingError
from matcher.settings import Settings
from matcher.workflows.duplicates import DuplicateKind
from matcher.workflows.import_columns import TARGETS
from matcher.workflows.import_files import (
    WaitingImport,
    drop_import,
    find_import,
    keep_import,
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
    write_import,
)
from web.access import ImporterDep, UnlockedImporterDep
from web.dependencies import ReadSessionDep, SessionDep
from web.pages.profile_words import LABELS
from web.rendering import render, request_language
from web.uploads import parse_in_memory

router = APIRouter(prefix="/imports")

SHOWN_ROWS = 20
SHOWN_FINDINGS = 200
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
_NOT_LISTED = re.compile(r"is not a \w+ of the list")
_TOO_LONG = re.compile(r".*at most (\d+) characters?")
_BOUND = re.compile(r"Input should be (greater|less) than (?:or equal to )?([\d.e]+)")


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Everything `imports/form.html` may use; `problem` is English, as the reader of the file said it."""

    written: int | None
    problem: str
    most_rows: int


@dataclass(frozen=True, slots=True)
class Target:
    """A field a column may be mapped to; `language` where it is a text of one language."""

    code: str
    label: Phrase
    language: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a row, as the page says it."""

    row: int
    column: str
    words: Phrase
    other_row: int | None = None
    startup_id: str = ""


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """Everything `imports/preview.html` may use."""

    waiting: WaitingImport
    check: ImportCheck
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
    """Check a waiting table again while nobody waits for a write; None where it was written already."""
    try:
        waiting = find_import(_settings(request), importer, import_id)
    except UnknownThingError:
        if rows_written(session, import_id) is None:
            raise
        return None
    return check_import(session, waiting.table, waiting.mapping)


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
    return render(request, "imports/form.html", ImportPage(written, "", MOST_ROWS))


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
        page = ImportPage(None, error.reason, MOST_ROWS)
        return render(request, "imports/form.html", page, status_code=422)
    import_id = keep_import(_settings(request), importer, sent.name, table, read_mapping(table.headers))
    return RedirectResponse(f"/imports/{import_id}", 303)


@router.get("/{import_id}")
def show_preview(
    *, request: Request, session: SessionDep, importer: ImporterDep, import_id: str, mapping: str = ""
) -> Response:
    """Show what a table would bring: its columns, first rows, errors and possible duplicates."""
    try:
        waiting = find_import(_settings(request), importer, import_id)
    except UnknownThingError:
        if rows_written(session, import_id) is None:
            raise
        return RedirectResponse(f"/imports?done={import_id}", 303)
    check = check_import(session, waiting.table, waiting.mapping)
    return render(request, "imports/preview.html", _preview(waiting, check, refused=mapping == "refused"))


@router.post("/{import_id}/mapping")
def change_mapping(
    request: Request,
    importer: UnlockedImporterDep,
    import_id: str,
    form: Annotated[MappingForm, Form()],
) -> RedirectResponse:
    """Say which column holds what."""
    settings = _settings(request)
    waiting = find_import(settings, importer, import_id)
    chosen = dict(zip(waiting.table.headers, [target or None for target in form.column], strict=False))
    try:
        mapping = read_mapping(waiting.table.headers, chosen)
    except FieldError:
        return RedirectResponse(f"/imports/{import_id}?mapping=refused", 303)
    return RedirectResponse(f"/imports/{remap_import(settings, importer, waiting, mapping)}", 303)


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
        background.add_task(drop_import, _settings(request), import_id)
    return RedirectResponse(f"/imports?done={import_id}", 303)


@router.post("/{import_id}/cancel")
def cancel(request: Request, importer: UnlockedImporterDep, import_id: str) -> RedirectResponse:
    """Forget a table that was sent."""
    settings = _settings(request)
    drop_import(settings, find_import(settings, importer, import_id).id)
    return RedirectResponse("/imports", 303)


def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)  # noqa: S101  nothing else is ever put there
    return settings


def _preview(waiting: WaitingImport, check: ImportCheck, *, refused: bool) -> PreviewPage:
    errors = tuple(Finding(one.row, one.column, _reason(one.reason)) for one in check.errors[:SHOWN_FINDINGS])
    duplicates = tuple(
        Finding(one.row, "", KINDS[one.kind], one.other)
        if isinstance(one.other, int)
        else Finding(one.row, "", KINDS[one.kind], startup_id=one.other)
        for one in check.duplicates[:SHOWN_FINDINGS]
    )
    rows = tuple(
        (row.number, tuple(_shortened(cell) for cell in row.cells)) for row in waiting.table.rows[:SHOWN_ROWS]
    )
    return PreviewPage(waiting, check, _targets(), errors, duplicates, rows, refused)


def _targets() -> tuple[Target, ...]:
    targets = []
    for code in TARGETS:
        field, _, language = code.partition(".")
        label = LABELS["level.ko"] if field == "languages" else LABELS.get(field)
        targets.append(Target(code, label or LABELS[f"{field}.{language or 'en'}"], language))
    return tuple(targets)


def _shortened(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_SHOWN else f"{cell[:_LONGEST_SHOWN]} …"


def _reason(reason: str) -> Phrase:
    """Say in the reader's language why a cell was refused; what is not known stays English."""
    if reason in _REASONS:
        return _REASONS[reason]
    if _NOT_LISTED.fullmatch(reason):
        return phrase("is not a word of the list")
    if found := _TOO_LONG.fullmatch(reason):
        return phrase("is longer than %(most)s characters", most=found[1])
    if found := _BOUND.match(reason):
        return (
            phrase("is larger than %(most)s", most=found[2])
            if found[1] == "less"
            else phrase("is smaller than %(least)s", least=found[2])
        )
    return Phrase("%(reason)s", (("reason", reason),))
