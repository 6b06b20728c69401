"""The shortlist of a round as files have it: shown, filtered, taken away; steps after publishing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError, TooManyAttemptsError
from matcher.exports.shortlist import COLUMN_BY_KEY, Cell, Column, ListedProgram, Outcome, Shortlist
from matcher.workflows.analysts import Analyst
from matcher.workflows.round_publications import RoundStep, finalise, read_steps, withdraw
from matcher.workflows.round_runs import list_runs
from matcher.workflows.round_shortlists import (
    MEDIA_TYPES,
    RoundFormat,
    ShortlistView,
    export_shortlist,
    make_shortlist,
)
from matcher.workflows.rounds import RoundSheet, read_round, save_columns
from models.access import Actor
from models.vocabulary import Language
from web import names
from web.access import RoundManagerDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.error_pages import answer_error
from web.i18n import gettext, speaking
from web.outcome_letters import tell_of_changes
from web.pages.round_forms import MOST_NUMBER
from web.pages.round_words import STATES, Problem, problem_of, stale_words
from web.pages.rounds import status_of
from web.rendering import render, request_language

router = APIRouter(prefix="/rounds/{round_id}")

RESULTS: Mapping[Outcome, Phrase] = {
    Outcome.SELECTED: phrase("selected"),
    Outcome.WAITLISTED: phrase("on the waitlist"),
    Outcome.WITHDRAWN: phrase("withdrawn"),
    Outcome.NOT_SELECTED: phrase("not selected"),
    Outcome.APPLIED: phrase("applied, not told yet"),
}
USUAL_RESULTS = ShortlistView().outcomes


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row as it is shown; `may_leave` where the startup has a place it can give up."""

    startup: str
    name: str
    cells: tuple[tuple[Column, Cell], ...]
    may_leave: bool


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column in the choice of columns; `place` is empty where it is not shown."""

    key: str
    heading: str
    place: str


@dataclass(frozen=True, slots=True)
class ShortlistPage:
    """Everything `rounds/shortlist.html` may use; without a plan `listed` is None."""

    sheet: RoundSheet
    listed: Shortlist | None
    headings: tuple[tuple[Column, str], ...]
    groups: tuple[tuple[ListedProgram, tuple[ListRow, ...]], ...]
    results: Mapping[Outcome, Phrase]
    chosen: "ViewFields"
    columns: tuple[ColumnChoice, ...]
    formats: tuple[str, ...]
    steps: tuple[RoundStep, ...]
    states: Mapping[str, Phrase]
    typed: "LeaveForm | TakeAwayForm | None"
    problems: tuple[Problem, ...]
    stale: Phrase | None


class ViewFields(BaseModel):
    """What of the shortlist is shown; no result means the usual ones."""

    program: str = Field(default="", max_length=200)
    result: Annotated[list[Outcome], Field(max_length=10)] = []
    masked: bool = False

    @property
    def shown(self) -> frozenset[Outcome]:
        """The results that are listed."""
        return frozenset(self.result) or USUAL_RESULTS

    @property
    def query(self) -> str:
        """The same view in an address."""
        pairs = [("program", self.program)] if self.program else []
        pairs += [("result", one.value) for one in self.result]
        pairs += [("masked", "true")] if self.masked else []
        return f"?{urlencode(pairs)}" if pairs else ""


class TakeAwayForm(ViewFields):
    """In which file what is shown is taken away, and what for."""

    file_format: RoundFormat
    reason: str = Field(default="", max_length=5000)


class ColumnsForm(ViewFields):
    """The columns by their place; an empty place leaves one out."""

    revision: int = Field(ge=0, le=MOST_NUMBER)
    key: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=60)] = []
    place: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=60)] = []


class LeaveForm(BaseModel):
    """Who gives a place up, and why."""

    program: str = Field(max_length=200)
    startup: str = Field(max_length=200)
    reason: str = Field(default="", max_length=5000)


class FinalForm(BaseModel):
    """Which revision was looked at, and that nothing takes this back."""

    revision: int = Field(ge=0, le=MOST_NUMBER)


@router.get("/shortlist")
def show_shortlist(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
    view: Annotated[ViewFields, Query()],
) -> HTMLResponse:
    """Show the shortlist exactly as files have it."""
    return _Pages(request, session, manager, analyst, today, round_id).show(view)


@router.post("/shortlist")
def take_shortlist(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
    form: Annotated[TakeAwayForm, Form()],
) -> Response:
    """Give what is shown as a file, in the reader's language."""
    language = request_language(request)
    try:
        with speaking(language):
            content = export_shortlist(
                session,
                manager,
                analyst,
                round_id,
                form.file_format,
                view=_view(form, language),
                today=today,
                reason=form.reason,
                limit=request.app.state.settings.profiles_per_hour,
                say=_say,
            )
    except TooManyAttemptsError as error:
        return answer_error(request, error)
    except FieldError as error:
        pages = _Pages(request, session, manager, analyst, today, round_id)
        return pages.show(form, error=error, typed=form)
    disposition = f'attachment; filename="shortlist-{round_id}.{form.file_format.value}"'
    media_type = MEDIA_TYPES[form.file_format]
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


@router.post("/columns")
def choose_columns(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
    form: Annotated[ColumnsForm, Form()],
) -> Response:
    """Keep the choice of columns and their order."""
    try:
        save_columns(session, manager, round_id, _columns(form), revision=form.revision)
    except (FieldError, StaleEditError) as error:
        pages = _Pages(request, session, manager, analyst, today, round_id)
        return pages.show(form, error=error, columns=form)
    return RedirectResponse(f"/rounds/{round_id}/shortlist{form.query}", 303)


@router.post("/withdraw")
def let_go(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
    form: Annotated[LeaveForm, Form()],
) -> Response:
    """Let a startup give its place up; the first who waits takes it, and is written to."""
    try:
        changed = withdraw(session, manager, round_id, form.program, form.startup, reason=form.reason)
    except (FieldError, StaleEditError) as error:
        pages = _Pages(request, session, manager, analyst, today, round_id)
        return pages.show(ViewFields(), error=error, typed=form)
    tell_of_changes(request, background, session, changed)
    return RedirectResponse(f"/rounds/{round_id}/shortlist#steps", 303)


@router.post("/finalise")
def make_final(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
    form: Annotated[FinalForm, Form()],
) -> Response:
    """Make a published round final; nothing takes that back."""
    try:
        finalise(session, manager, round_id, revision=form.revision)
    except StaleEditError as error:
        pages = _Pages(request, session, manager, analyst, today, round_id)
        return pages.show(ViewFields(), error=error)
    return RedirectResponse(f"/rounds/{round_id}/shortlist", 303)


@dataclass(frozen=True, slots=True)
class _Pages:
    """Shows the shortlist of one round to whoever asks."""

    request: Request
    session: Session
    manager: Actor
    analyst: Analyst
    today: date
    round_id: str

    def show(
        self,
        view: ViewFields,
        *,
        error: FieldError | StaleEditError | None = None,
        typed: LeaveForm | TakeAwayForm | None = None,
        columns: ColumnsForm | None = None,
    ) -> HTMLResponse:
        """Show the page; what was refused stands in its form as typed."""
        sheet = read_round(self.session, self.manager, self.round_id)
        language = request_language(self.request)
        listed = self._listed(view, language)
        stored = sheet.columns if columns is None else tuple(_columns(columns))
        page = ShortlistPage(
            sheet,
            listed,
            tuple((column, column.heading(language)) for column in listed.shown_columns) if listed else (),
            _groups(listed) if listed else (),
            RESULTS,
            view,
            _choices(stored, language),
            tuple(form.value for form in RoundFormat),
            read_steps(self.session, self.manager, self.round_id),
            STATES,
            typed,
            (_problem(error, typed),) if isinstance(error, FieldError) else (),
            stale_words(error) if isinstance(error, StaleEditError) else None,
        )
        address = f"/rounds/{self.round_id}/shortlist"
        status = status_of(error)
        return render(self.request, "rounds/shortlist.html", page, status_code=status, address=address)

    def _listed(self, view: ViewFields, language: Language) -> Shortlist | None:
        if not list_runs(self.session, self.manager, self.round_id):
            return None
        with speaking(language):
            return make_shortlist(
                self.session,
                self.manager,
                self.analyst,
                self.round_id,
                _view(view, language),
                today=self.today,
                say=_say,
            )


def _say(said: Phrase) -> str:
    return said.say(gettext, names.name, names.written)


def _view(fields: ViewFields, language: Language) -> ShortlistView:
    return ShortlistView(language, outcomes=fields.shown, program_id=fields.program, masked=fields.masked)


def _groups(listed: Shortlist) -> tuple[tuple[ListedProgram, tuple[ListRow, ...]], ...]:
    return tuple(
        (
            program,
            tuple(
                ListRow(
                    row.startup,
                    row.company,
                    tuple((column, listed.cell(row, column)) for column in listed.shown_columns),
                    listed.published and row.result.outcome in {Outcome.SELECTED, Outcome.WAITLISTED},
                )
                for row in listed.rows_of(program)
            ),
        )
        for program in listed.programs
    )


def _choices(stored: tuple[str, ...], language: Language) -> tuple[ColumnChoice, ...]:
    places = {key: str(place) for place, key in enumerate(stored, 1)}
    keys = [
        *(key for key in stored if key in COLUMN_BY_KEY),
        *(key for key in COLUMN_BY_KEY if key not in places),
    ]
    return tuple(ColumnChoice(key, COLUMN_BY_KEY[key].heading(language), places.get(key, "")) for key in keys)


def _columns(form: ColumnsForm) -> list[str]:
    """Put the columns that have a place in its order; equal places keep the order they stand in."""
    placed = [
        (float(place.replace(",", ".")) if _is_number(place) else float(len(form.key)), key)
        for key, place in zip(form.key, form.place, strict=False)
        if place.strip()
    ]
    return [key for _, key in sorted(placed, key=lambda pair: pair[0])]


def _is_number(typed: str) -> bool:
    whole, _, rest = typed.strip().replace(",", ".").partition(".")
    return whole.isascii() and whole.isdecimal() and (not rest or (rest.isascii() and rest.isdecimal()))


def _problem(error: FieldError, typed: LeaveForm | TakeAwayForm | None) -> Problem:
    """Say what is wrong beside the form it was typed in."""
    said = problem_of(error)
    if said.field != "reason" or typed is None:
        return said
    place = "export-reason" if isinstance(typed, TakeAwayForm) else f"left-{typed.program}-{typed.startup}"
    return Problem(place, said.label, said.advice)
