"""Rounds: the list of them, opening one, and the page of one: progress, what keeps it, pins, plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.program_contents import TIME_ZONES
from matcher.workflows.programs import ProgramCard
from matcher.workflows.round_runs import RunCard, list_runs
from matcher.workflows.round_views import (
    Readiness,
    list_choices,
    list_considered,
    read_readiness,
    read_sheet_and_cards,
)
from matcher.workflows.rounds import (
    RoundCard,
    RoundSheet,
    StageWindow,
    change_programs,
    change_stages,
    create_round,
    list_rounds,
    local_time,
    read_round,
    remove_pin,
    set_pin,
    stage_time,
)
from models.access import Actor
from models.round import PinKind
from web.access import RoundManagerDep
from web.dependencies import SessionDep
from web.pages.round_forms import (
    MOST_NUMBER,
    CityRows,
    NewRoundFields,
    StagesView,
    city_rows,
    read_programs,
    read_stage,
    read_stages,
    stages_view,
)
from web.pages.round_words import STAGES, STATES, TIMES, Problem, problem_of, stale_words
from web.rendering import render

router = APIRouter(prefix="/rounds")

BACK = r"|dry-run|runs/\d{1,9}"
"""Pages of a round a form may lead back to."""


@dataclass(frozen=True, slots=True)
class RoundsPage:
    """Everything `rounds/list.html` may use."""

    rounds: tuple[RoundCard, ...]
    states: Mapping[str, Phrase]
    stages: Mapping[str, Phrase]
    name: str
    cities: tuple[CityRows, ...]
    windows: StagesView
    zones: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage of a round with its window in words."""

    stage: Phrase
    current: bool
    opens: str
    closes: str
    time: Phrase | None


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Everything `rounds/round.html` may use."""

    sheet: RoundSheet
    cards: Mapping[str, ProgramCard]
    stage_lines: tuple[StageLine, ...]
    readiness: Mapping[str, Readiness]
    provisional: int
    startups: tuple[tuple[str, str], ...]
    runs: tuple[RunCard, ...]
    states: Mapping[str, Phrase]
    stages: Mapping[str, Phrase]
    typed: "PinFields"
    problems: tuple[Problem, ...]
    stale: Phrase | None


class PinFields(BaseModel):
    """A pair that is demanded or ruled out; without a kind nothing is demanded of it any more.

    `back` is the page of the round the form stands on; empty is the round's own.
    """

    revision: int = Field(default=0, ge=0, le=MOST_NUMBER)
    program: str = Field(default="", max_length=200)
    startup: str = Field(default="", max_length=200)
    kind: PinKind | None = None
    reason: str = Field(default="", max_length=5000)
    back: Annotated[str, Field(pattern=rf"^(?:{BACK})$")] = ""


class SeatFields(BaseModel):
    """One seat more in one program."""

    revision: int = Field(ge=0, le=MOST_NUMBER)
    program: str = Field(max_length=200)
    back: Annotated[str, Field(pattern=rf"^(?:{BACK})$")] = ""


@router.get("")
def show_rounds(request: Request, session: SessionDep, manager: RoundManagerDep) -> HTMLResponse:
    """List the rounds, with a form that opens another."""
    return _rounds_page(request, session, manager)


@router.post("")
def open_round(
    request: Request, session: SessionDep, manager: RoundManagerDep, form: Annotated[NewRoundFields, Form()]
) -> Response:
    """Open a round."""
    try:
        programs, stages = read_programs(form), read_stages(form)
        with session.begin_nested():
            key = create_round(session, manager, form.name, programs, time_zone=form.time_zone, stages=stages)
            if form.stage:
                change_stages(
                    session,
                    manager,
                    key,
                    stages=stages,
                    stage=read_stage(form),
                    time_zone=form.time_zone,
                    revision=0,
                )
    except FieldError as error:
        return _rounds_page(request, session, manager, form=form, problem=problem_of(error))
    return RedirectResponse(f"/rounds/{key}", 303)


@router.get("/{round_id}")
def show_round(
    request: Request, session: SessionDep, manager: RoundManagerDep, round_id: str
) -> HTMLResponse:
    """Show how far a round is, what keeps it from publishing, its pins and its plans."""
    return _round_page(request, session, manager, round_id)


@router.post("/{round_id}/pins")
def save_pin(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[PinFields, Form()],
) -> Response:
    """Demand a pair, rule it out, or demand nothing of it any more."""
    try:
        if form.kind is None:
            remove_pin(session, manager, round_id, form.program, form.startup, revision=form.revision)
        else:
            set_pin(
                session,
                manager,
                round_id,
                form.program,
                form.startup,
                kind=form.kind,
                reason=form.reason,
                revision=form.revision,
            )
    except (FieldError, StaleEditError) as error:
        return _round_page(request, session, manager, round_id, typed=form, error=error)
    return _back(round_id, form.back, "pins")


@router.post("/{round_id}/seats")
def add_seat(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[SeatFields, Form()],
) -> Response:
    """Give a program of the round one seat more."""
    sheet = read_round(session, manager, round_id)
    programs = [
        (one.program.id, one.seats + (one.program.id == form.program), one.waitlist) for one in sheet.programs
    ]
    try:
        change_programs(session, manager, round_id, programs, revision=form.revision)
    except (FieldError, StaleEditError) as error:
        return _round_page(request, session, manager, round_id, error=error)
    return _back(round_id, form.back, "seats")


def stage_lines(sheet: RoundSheet) -> tuple[StageLine, ...]:
    """Give the stages of a round with their windows in words."""

    def line(one: StageWindow) -> StageLine:
        opens, closes = (
            local_time(moment, sheet.time_zone) if moment else "" for moment in (one.opens, one.closes)
        )
        time = TIMES[stage_time(one, sheet.time_zone)] if opens or closes else None
        return StageLine(STAGES[one.stage], one.stage == sheet.card.stage, opens, closes, time)

    return tuple(line(one) for one in sheet.stages)


def status_of(error: FieldError | StaleEditError | None) -> Literal[200, 409, 422]:
    """Give the status of a page that is shown again because something was refused."""
    if error is None:
        return 200
    return 409 if isinstance(error, StaleEditError) else 422


def _back(round_id: str, page: str, part: str) -> RedirectResponse:
    return RedirectResponse(f"/rounds/{round_id}/{page}" if page else f"/rounds/{round_id}#{part}", 303)


def _rounds_page(
    request: Request,
    session: Session,
    manager: Actor,
    *,
    form: NewRoundFields | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    page = RoundsPage(
        list_rounds(session, manager),
        STATES,
        STAGES,
        form.name if form else "",
        city_rows(list_choices(session, manager), form),
        stages_view(form),
        TIME_ZONES,
        (problem,) if problem else (),
    )
    return render(request, "rounds/list.html", page, status_code=422 if problem else 200, address="/rounds")


def _round_page(
    request: Request,
    session: Session,
    manager: Actor,
    round_id: str,
    *,
    typed: PinFields | None = None,
    error: FieldError | StaleEditError | None = None,
) -> HTMLResponse:
    sheet, cards = read_sheet_and_cards(session, manager, round_id)
    readiness = read_readiness(session, manager, sheet)
    page = RoundPage(
        sheet,
        cards,
        stage_lines(sheet),
        {one.progress.program.id: one for one in readiness},
        sum(one.provisional for one in readiness),
        list_considered(session, manager, sheet),
        list_runs(session, manager, round_id),
        STATES,
        STAGES,
        typed or PinFields(),
        (problem_of(error),) if isinstance(error, FieldError) else (),
        stale_words(error) if isinstance(error, StaleEditError) else None,
    )
    address = f"/rounds/{round_id}"
    return render(request, "rounds/round.html", page, status_code=status_of(error), address=address)
