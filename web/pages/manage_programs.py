"""Agencies run their own programs: draft, look who becomes eligible, submit; a manager publishes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from matcher.engine.eligibility import Eligibility
from matcher.engine.phrases import Phrase, Word, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.program_changes import FieldChange, Piece, compare
from matcher.workflows.program_contents import ProgramContent
from matcher.workflows.program_previews import EligibilityPreview, preview
from matcher.workflows.program_versions import (
    AgencyChoice,
    ManagedProgram,
    PublishedVersion,
    create_draft,
    discard,
    list_agencies,
    list_city_options,
    list_managed,
    list_versions,
    publish,
    read_managed,
    read_version,
    save_draft,
    send_back,
    set_review,
    store_program_text,
    submit,
    take_version,
)
from matcher.workflows.reading_budgets import account_for_reading
from models.access import Actor
from web.access import ApproverDep, CloserDep, EditorDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.pages.match_view import VERDICTS, JudgedCondition, judged_conditions
from web.pages.program_form import (
    MOST_REVISION,
    FieldRefusal,
    ProgramChoices,
    ProgramForm,
    Sent,
    act_on_rows,
    choices,
    form_of,
    read_program_form,
    receive_program,
    refusal_of,
    with_new_row,
)
from web.pages.program_words import DIRECTIONS, KINDS, LABELS, MISSING, PUBLICATIONS, STATES
from web.rendering import render

router = APIRouter(prefix="/manage/programs")

CityNames = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class ManagedListPage:
    """Everything `manage/programs.html` may use."""

    waiting: tuple[ManagedProgram, ...]
    programs: tuple[ManagedProgram, ...]
    agencies: tuple[AgencyChoice, ...]
    states: Mapping[str, Phrase]
    typed_name: str = ""
    typed_agency: str = ""
    problems: tuple[FieldRefusal, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A field that differs, as a page shows it."""

    field: str
    label: Phrase
    pieces: tuple[Piece, ...]
    running: bool


@dataclass(frozen=True, slots=True)
class ManagedPage:
    """Everything `manage/program.html` may use."""

    program: ManagedProgram
    versions: tuple[PublishedVersion, ...]
    changes: tuple[ChangeLine, ...]
    cities: CityNames
    missing: tuple[tuple[str, Phrase], ...]
    states: Mapping[str, Phrase]
    problems: tuple[FieldRefusal, ...] = ()
    stale: bool = False
    answer: str = ""


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Everything `manage/draft.html` may use; `conflict` lists what differs from what somebody saved."""

    program: ManagedProgram
    form: ProgramForm
    choices: ProgramChoices
    labels: Mapping[str, Phrase]
    cities: CityNames
    problems: tuple[FieldRefusal, ...] = ()
    conflict: tuple[ChangeLine, ...] | None = None
    saved: bool = False
    opened: str = ""


@dataclass(frozen=True, slots=True)
class ChangedVerdict:
    """A startup whose verdict the draft changes, with the conditions behind it."""

    name: str
    before: str
    before_words: Phrase
    after: str
    after_words: Phrase
    better: bool
    because: tuple[JudgedCondition, ...]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """Everything `manage/preview.html` may use."""

    program: ManagedProgram
    preview: EligibilityPreview
    lines: tuple[ChangedVerdict, ...]
    verdicts: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Everything `manage/version.html` may use."""

    program: ManagedProgram
    version: PublishedVersion
    before: PublishedVersion | None
    since_before: tuple[ChangeLine, ...]
    until_now: tuple[ChangeLine, ...]
    cities: CityNames


class NewProgramForm(BaseModel):
    """Fields of the form that begins a program."""

    agency: str = Field(default="", max_length=60)
    name_en: str = Field(default="", max_length=1000)


class RevisionForm(BaseModel):
    """Which revision somebody looked at when they acted."""

    revision: int = Field(ge=0, le=MOST_REVISION)


class ReturnForm(RevisionForm):
    """Fields of the form that sends a version back."""

    answer: str = Field(default="", max_length=20_000)


class ReviewForm(BaseModel):
    """The button that opens or closes the review."""

    state: Literal["open", "close"]


@router.get("")
def show_managed(request: Request, session: SessionDep, editor: EditorDep) -> HTMLResponse:
    """List the programs this person edits; a manager sees first what waits for approval."""
    return render(request, "manage/programs.html", _list_page(session, editor))


@router.post("")
def begin(
    request: Request, session: SessionDep, editor: EditorDep, form: Annotated[NewProgramForm, Form()]
) -> Response:
    """Begin a program for an agency."""
    try:
        program_id = create_draft(session, editor, form.agency, form.name_en)
    except FieldError as error:
        page = replace(
            _list_page(session, editor),
            typed_name=form.name_en,
            typed_agency=form.agency,
            problems=(refusal_of(error),),
        )
        return render(request, "manage/programs.html", page, status_code=422)
    return RedirectResponse(f"/manage/programs/{program_id}/draft", 303)


@router.get("/{program_id}")
def show_program(request: Request, session: SessionDep, editor: EditorDep, program_id: str) -> HTMLResponse:
    """Show what is published, what is open and what was before."""
    return render(request, "manage/program.html", _program_page(session, editor, program_id))


@router.get("/{program_id}/draft")
def show_draft(
    *,
    request: Request,
    session: SessionDep,
    editor: EditorDep,
    program_id: str,
    saved: bool = False,
    add: Literal["", "windows", "rules", "rubric", "details"] = "",
    kind: str = "",
) -> HTMLResponse:
    """Show the form with the open version, else with what is published."""
    program = read_managed(session, editor, program_id)
    shown = _form(program)
    form = with_new_row(shown, add, kind) if add else shown
    opened = f"{add}.{len(form.rows[add]) - 1}" if add and form is not shown else ""
    page = replace(_draft_page(session, program, form), saved=saved, opened=opened)
    return render(request, "manage/draft.html", page)


@router.post("/{program_id}/draft")
def save(
    request: Request,
    session: SessionDep,
    editor: EditorDep,
    program_id: str,
    sent: Annotated[Sent, Depends(receive_program)],
) -> Response:
    """Save the form as it stands, then show one more row, the preview or the form again."""
    program = read_managed(session, editor, program_id)
    form = act_on_rows(sent)
    adds = sent.act.removeprefix("add-") if sent.act.startswith("add-") else ""
    base = _base(program)
    read = read_program_form(form, base)
    problems = read.refusals
    if adds == "rules" and sent.new_rule not in KINDS:
        problems = (*problems, refusal_of(FieldError("new_rule", "is missing")))
    page = _draft_page(session, program, with_new_row(form, adds, sent.new_rule))
    if problems or read.content is None:
        return _refused_draft(request, program_id, replace(page, problems=problems), 422)
    try:
        save_draft(session, editor, program_id, read.content, revision=form.revision, note=form.note)
    except StaleEditError:
        newest = program.open.revision if program.open else 0
        conflict = _lines(compare(base, read.content)) if base else ()
        page = replace(page, form=replace(page.form, revision=newest), conflict=conflict)
        return _refused_draft(request, program_id, page, 409)
    except FieldError as error:
        return _refused_draft(request, program_id, replace(page, problems=(refusal_of(error),)), 422)
    return RedirectResponse(_after_saving(program_id, sent, form), 303)


@router.get("/{program_id}/preview")
def show_preview(
    *, request: Request, session: SessionDep, editor: EditorDep, today: TodayDep, program_id: str
) -> HTMLResponse:
    """Show who becomes eligible by the draft, and who does not any more."""
    program = read_managed(session, editor, program_id)
    found = preview(session, editor, program_id, today=today)
    settings = request.app.state.settings
    shown = [change.startup_id for change in found.changes]
    account_for_reading(request.app.state.engine, editor, shown, program_id, limit=settings.profiles_per_hour)
    words = {code: phrase(verdict) for code, verdict in VERDICTS.items()}
    lines = tuple(
        ChangedVerdict(
            change.name,
            change.before.value,
            words[change.before.value],
            change.after.value,
            words[change.after.value],
            change.better,
            judged_conditions(Eligibility(change.after, change.because)),
        )
        for change in found.changes
    )
    return render(request, "manage/preview.html", PreviewPage(program, found, lines, words))


@router.post("/{program_id}/submit")
def submit_draft(
    request: Request,
    session: SessionDep,
    editor: EditorDep,
    program_id: str,
    form: Annotated[RevisionForm, Form()],
) -> Response:
    """Ask a manager to publish the draft."""
    try:
        submit(session, editor, program_id, revision=form.revision)
    except (FieldError, StaleEditError) as error:
        return _refused(request, _program_page(session, editor, program_id), error)
    return _back(program_id)


@router.post("/{program_id}/publish")
def publish_version(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    approver: ApproverDep,
    analyst: AnalystDep,
    program_id: str,
    form: Annotated[RevisionForm, Form()],
) -> Response:
    """Put the version that waits into the catalogue; its text is read after the answer left."""
    try:
        publish(session, approver, program_id, revision=form.revision)
    except (FieldError, StaleEditError) as error:
        return _refused(request, _program_page(session, approver, program_id), error)
    background.add_task(store_program_text, request.app.state.engine, analyst, program_id)
    return _back(program_id)


@router.post("/{program_id}/return")
def return_version(
    request: Request,
    session: SessionDep,
    approver: ApproverDep,
    program_id: str,
    form: Annotated[ReturnForm, Form()],
) -> Response:
    """Send the version that waits back to its agency, with an answer."""
    try:
        send_back(session, approver, program_id, revision=form.revision, answer=form.answer)
    except (FieldError, StaleEditError) as error:
        page = replace(_program_page(session, approver, program_id), answer=form.answer)
        return _refused(request, page, error)
    return _back(program_id)


@router.post("/{program_id}/discard")
def discard_draft(
    request: Request,
    session: SessionDep,
    editor: EditorDep,
    program_id: str,
    form: Annotated[RevisionForm, Form()],
) -> Response:
    """Throw the open version away."""
    try:
        there = discard(session, editor, program_id, revision=form.revision)
    except StaleEditError as error:
        return _refused(request, _program_page(session, editor, program_id), error)
    return _back(program_id) if there else RedirectResponse("/manage/programs", 303)


@router.get("/{program_id}/versions/{number}")
def show_version(
    request: Request, session: SessionDep, editor: EditorDep, program_id: str, number: int
) -> HTMLResponse:
    """Show what a version changed, and what has changed since."""
    program = read_managed(session, editor, program_id)
    version = read_version(session, editor, program_id, number)
    older = [other for other in list_versions(session, editor, program_id) if other.number < number]
    before = older[0] if older else None
    page = VersionPage(
        program,
        version,
        before,
        _lines(compare(before.content, version.content)) if before else (),
        _lines(compare(version.content, program.published)) if program.published else (),
        _city_names(session),
    )
    return render(request, "manage/version.html", page)


@router.post("/{program_id}/versions/{number}/draft")
def take_as_draft(
    request: Request, session: SessionDep, editor: EditorDep, program_id: str, number: int
) -> Response:
    """Begin a draft with what an older version said."""
    try:
        take_version(session, editor, program_id, number)
    except StaleEditError as error:
        return _refused(request, _program_page(session, editor, program_id), error)
    return RedirectResponse(f"/manage/programs/{program_id}/draft", 303)


@router.post("/{program_id}/review")
def change_review(
    session: SessionDep, closer: CloserDep, program_id: str, form: Annotated[ReviewForm, Form()]
) -> RedirectResponse:
    """Close the review, so that the agency sees no candidates, or open it again."""
    set_review(session, closer, program_id, opened=form.state == "open")
    return _back(program_id)


def _back(program_id: str) -> RedirectResponse:
    return RedirectResponse(f"/manage/programs/{program_id}", 303)


def _list_page(session: SessionDep, editor: Actor) -> ManagedListPage:
    listed = list_managed(session, editor)
    return ManagedListPage(
        tuple(program for program in listed if program.waits),
        tuple(sorted((program for program in listed if not program.waits), key=_worked_on_first)),
        list_agencies(session, editor),
        STATES,
    )


def _worked_on_first(program: ManagedProgram) -> tuple[bool, str]:
    return (program.open is None, program.name_en.casefold())


def _program_page(session: SessionDep, editor: Actor, program_id: str) -> ManagedPage:
    program = read_managed(session, editor, program_id)
    changes = compare(program.published, program.open.content) if program.published and program.open else ()
    return ManagedPage(
        program,
        list_versions(session, editor, program_id),
        _lines(changes),
        _city_names(session),
        tuple((field, MISSING[field]) for field in program.missing),
        STATES,
    )


def _refused(request: Request, page: ManagedPage, error: FieldError | StaleEditError) -> HTMLResponse:
    stale = isinstance(error, StaleEditError)
    problems = () if isinstance(error, StaleEditError) else (refusal_of(error),)
    return render(
        request,
        "manage/program.html",
        replace(page, problems=problems, stale=stale),
        status_code=409 if stale else 422,
        address=f"/manage/programs/{page.program.id}",
    )


def _refused_draft(request: Request, program_id: str, page: DraftPage, status: int) -> HTMLResponse:
    address = f"/manage/programs/{program_id}/draft"
    return render(request, "manage/draft.html", page, status_code=status, address=address)


def _draft_page(session: SessionDep, program: ManagedProgram, form: ProgramForm) -> DraftPage:
    return DraftPage(program, form, choices(list_city_options(session)), LABELS, _city_names(session))


def _base(program: ManagedProgram) -> ProgramContent | None:
    return program.open.content if program.open else program.published


def _form(program: ManagedProgram) -> ProgramForm:
    if program.open:
        return form_of(program.open.content, note=program.open.note, revision=program.open.revision)
    base = _base(program)
    assert base is not None  # noqa: S101  a program is published or has an open version
    return form_of(base)


def _after_saving(program_id: str, sent: Sent, form: ProgramForm) -> str:
    address = f"/manage/programs/{program_id}"
    if sent.act == "preview":
        return f"{address}/preview"
    if sent.act == "done":
        return address
    act, _, name = sent.act.partition("-")
    name = name.partition(".")[0]
    query = {"saved": "1"}
    place = f"#{name}" if act == "remove" else ""
    if act == "add" and name in form.rows:
        query |= {"add": name} | ({"kind": sent.new_rule} if name == "rules" else {})
        place = f"#{name}.{len(form.rows[name])}"
    return f"{address}/draft?{urlencode(query)}{place}"


def _lines(changes: tuple[FieldChange, ...]) -> tuple[ChangeLine, ...]:
    return tuple(
        ChangeLine(
            change.field,
            LABELS[change.field],
            tuple(replace(piece, words=_say(change.field, piece)) for piece in change.pieces),
            change.running,
        )
        for change in changes
    )


def _say(field: str, piece: Piece) -> Phrase:
    tables = {"direction": DIRECTIONS, "publication": PUBLICATIONS, "verified": _YES_NO}
    if field in tables:
        return tables[field].get(piece.code, piece.words)
    if field == "text_language":
        return phrase("%(name)s", name=(Word("language", piece.code),))
    return piece.words


_YES_NO: Mapping[str, Phrase] = {"True": phrase("yes"), "False": phrase("no")}


def _city_names(session: SessionDep) -> CityNames:
    return {city.id: city.names for city in list_city_options(session)}
