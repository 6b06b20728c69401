"""Rounds: a manager opens one, sets seats and pins, plans, publishes, and takes the shortlist away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.engine.round_plan import SeatFor
from matcher.errors import FieldError, StaleEditError, TooManyAttemptsError
from matcher.exports.shortlist import Outcome
from matcher.workflows.programs import read_program
from matcher.workflows.round_publications import RoundStep, finalise, publish, read_steps, withdraw
from matcher.workflows.round_runs import RunCard, StoredRun, list_runs, read_run, run_round
from matcher.workflows.round_shortlists import (
    MEDIA_TYPES,
    RoundFormat,
    ShortlistView,
    export_shortlist,
)
from matcher.workflows.rounds import (
    RoundCard,
    RoundSheet,
    change_programs,
    change_settings,
    create_round,
    list_rounds,
    local_time,
    read_round,
    remove_pin,
    set_pin,
)
from models.access import Actor
from models.round import PinKind, RoundStage, RoundState
from web import names
from web.access import RoundManagerDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.error_pages import answer_error
from web.i18n import current_language, gettext
from web.outcome_letters import tell_founders
from web.rendering import render

router = APIRouter(prefix="/rounds")

USUAL_WAITLIST = 10
_MOST_NUMBER = 2**31 - 1
_MOST_PROGRAMS_TEXT = 80_000

STATES: Mapping[str, Phrase] = {
    RoundState.OPEN: phrase("open"),
    RoundState.PUBLISHED: phrase("published"),
    RoundState.FINALISED: phrase("final"),
}
STAGES: Mapping[str, Phrase] = {
    RoundStage.ELIGIBILITY: phrase("eligibility check"),
    RoundStage.DOCUMENTS: phrase("document review"),
    RoundStage.INTERVIEW: phrase("interview"),
    RoundStage.PRESENTATION: phrase("presentation review"),
    RoundStage.SELECTION: phrase("selection"),
    RoundStage.AGREEMENT: phrase("agreement"),
}
SEATS_FOR: Mapping[str, Phrase] = {
    SeatFor.ACCEPTED: phrase("who is accepted"),
    SeatFor.ACCEPTED_AND_MAYBE: phrase("who is accepted or maybe"),
    SeatFor.NOT_DECLINED: phrase("who is not declined"),
}


@dataclass(frozen=True, slots=True)
class RoundsPage:
    """Everything `rounds/list.html` may use."""

    rounds: tuple[RoundCard, ...]
    states: Mapping[str, Phrase]
    stages: Mapping[str, Phrase]
    name: str
    programs: str
    problem: Phrase | None


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Everything `rounds/round.html` may use; `windows` are the stages with their times in words."""

    sheet: RoundSheet
    windows: tuple[tuple[RoundStage, str, str], ...]
    programs: str
    runs: tuple[RunCard, ...]
    steps: tuple[RoundStep, ...]
    states: Mapping[str, Phrase]
    stages: Mapping[str, Phrase]
    seats_for: Mapping[str, Phrase]
    formats: tuple[str, ...]
    problem: Phrase | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything `rounds/run.html` may use."""

    sheet: RoundSheet
    run: StoredRun
    problem: Phrase | None


class NewRoundForm(BaseModel):
    """Name and programs of a new round, one program on each line: its id, seats, waitlist."""

    name: str = Field(default="", max_length=1000)
    programs: str = Field(default="", max_length=_MOST_PROGRAMS_TEXT)


class ProgramsForm(BaseModel):
    """Programs of a round, as in `NewRoundForm`."""

    programs: str = Field(default="", max_length=_MOST_PROGRAMS_TEXT)
    revision: int = Field(ge=0, le=_MOST_NUMBER)


class SettingsForm(BaseModel):
    """What a plan depends on beside the candidates."""

    revision: int = Field(ge=0, le=_MOST_NUMBER)
    max_per_startup: int = Field(ge=1, le=50)
    fit: float = Field(ge=0, le=1000)
    review: float = Field(ge=0, le=1000)
    interest: float = Field(ge=0, le=1000)
    moving_cost: float = Field(ge=0, le=1000)
    seat_for: SeatFor


class PinForm(BaseModel):
    """A pair that is demanded or ruled out; without a kind nothing is demanded of it any more."""

    revision: int = Field(ge=0, le=_MOST_NUMBER)
    program: str = Field(max_length=200)
    startup: str = Field(max_length=200)
    kind: PinKind | None = None
    reason: str = Field(default="", max_length=5000)


class PublishForm(BaseModel):
    """The plan that was looked at."""

    run: int = Field(ge=1, le=_MOST_NUMBER)


class RevisionForm(BaseModel):
    """Which revision somebody looked at when they acted."""

    revision: int = Field(ge=0, le=_MOST_NUMBER)


class WithdrawForm(BaseModel):
    """Who gives a place up, and why."""

    program: str = Field(max_length=200)
    startup: str = Field(max_length=200)
    reason: str = Field(default="", max_length=5000)


class TakeAwayForm(BaseModel):
    """What of the shortlist is taken away, and what for."""

    file_format: RoundFormat
    reason: str = Field(default="", max_length=500)
    everybody: bool = False
    masked: bool = False


@router.get("")
def show_rounds(request: Request, session: SessionDep, manager: RoundManagerDep) -> HTMLResponse:
    """List the rounds, with a form that opens another."""
    return _rounds_page(request, session, manager)


@router.post("")
def open_round(
    request: Request, session: SessionDep, manager: RoundManagerDep, form: Annotated[NewRoundForm, Form()]
) -> Response:
    """Open a round."""
    try:
        key = create_round(session, manager, form.name, _read_programs(form.programs))
    except FieldError as error:
        return _rounds_page(request, session, manager, form=form, problem=_refusal(error))
    return RedirectResponse(f"/rounds/{key}", 303)


@router.get("/{round_id}")
def show_round(
    request: Request, session: SessionDep, manager: RoundManagerDep, round_id: str
) -> HTMLResponse:
    """Show what is set about a round, its plans, and what happened since it was published."""
    return _round_page(request, session, manager, round_id)


@router.post("/{round_id}/programs")
def save_programs(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[ProgramsForm, Form()],
) -> Response:
    """Say which programs take part, with seats and waitlists."""
    try:
        programs = _read_programs(form.programs)
        change_programs(session, manager, round_id, programs, revision=form.revision)
    except (FieldError, StaleEditError) as error:
        return _round_page(request, session, manager, round_id, error=error, programs=form.programs)
    return RedirectResponse(f"/rounds/{round_id}", 303)


@router.post("/{round_id}/settings")
def save_settings(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[SettingsForm, Form()],
) -> Response:
    """Change what a plan depends on beside the candidates."""
    values = form.model_dump(mode="json", exclude={"revision"})
    try:
        change_settings(session, manager, round_id, values, revision=form.revision)
    except (FieldError, StaleEditError) as error:
        return _round_page(request, session, manager, round_id, error=error)
    return RedirectResponse(f"/rounds/{round_id}", 303)


@router.post("/{round_id}/pins")
def save_pin(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[PinForm, Form()],
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
        return _round_page(request, session, manager, round_id, error=error)
    return RedirectResponse(f"/rounds/{round_id}#pins", 303)


@router.post("/{round_id}/run")
def make_run(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
) -> Response:
    """Make a plan, keep it and show it."""
    try:
        number = run_round(session, manager, analyst, round_id, today=today)
    except (FieldError, StaleEditError) as error:
        return _round_page(request, session, manager, round_id, error=error)
    return RedirectResponse(f"/rounds/{round_id}/runs/{number}", 303)


@router.get("/{round_id}/runs/{run}")
def show_run(
    request: Request, session: SessionDep, manager: RoundManagerDep, round_id: str, run: int
) -> HTMLResponse:
    """Show a plan: who has a seat, who waits, and what it changed."""
    return _run_page(request, session, manager, round_id, run)


@router.post("/{round_id}/publish")
def publish_run(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
    form: Annotated[PublishForm, Form()],
) -> Response:
    """Publish the plan that was looked at, and write to the founders."""
    try:
        results = publish(session, manager, analyst, round_id, form.run, today=today)
    except StaleEditError as error:
        return _run_page(request, session, manager, round_id, form.run, error=error)
    for program in sorted({result.program_id for result in results}):
        told = tuple(result.startup_id for result in results if result.program_id == program)
        tell_founders(request, background, session, read_program(session, program).card, told)
    return RedirectResponse(f"/rounds/{round_id}", 303)


@router.post("/{round_id}/finalise")
def make_final(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[RevisionForm, Form()],
) -> Response:
    """Make a published round final; nothing takes that back."""
    try:
        finalise(session, manager, round_id, revision=form.revision)
    except StaleEditError as error:
        return _round_page(request, session, manager, round_id, error=error)
    return RedirectResponse(f"/rounds/{round_id}", 303)


@router.post("/{round_id}/withdraw")
def let_go(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[WithdrawForm, Form()],
) -> Response:
    """Let a startup give its place up; the first who waits takes it, and is written to."""
    try:
        changed = withdraw(session, manager, round_id, form.program, form.startup, reason=form.reason)
    except (FieldError, StaleEditError) as error:
        return _round_page(request, session, manager, round_id, error=error)
    card = read_program(session, form.program).card
    tell_founders(request, background, session, card, tuple(dict.fromkeys(changed)))
    return RedirectResponse(f"/rounds/{round_id}#steps", 303)


@router.post("/{round_id}/shortlist")
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
    """Give the shortlist as a file, in the reader's language."""
    view = ShortlistView(current_language(), masked=form.masked)
    if form.everybody:
        view = replace(view, outcomes=frozenset(Outcome))
    try:
        content = export_shortlist(
            session,
            manager,
            analyst,
            round_id,
            form.file_format,
            view=view,
            today=today,
            reason=form.reason,
            limit=request.app.state.settings.profiles_per_hour,
            say=lambda said: said.say(gettext, names.name, names.written),
        )
    except TooManyAttemptsError as error:
        return answer_error(request, error)
    except FieldError as error:
        return _round_page(request, session, manager, round_id, error=error)
    disposition = f'attachment; filename="shortlist-{round_id}.{form.file_format.value}"'
    media_type = MEDIA_TYPES[form.file_format]
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


def _read_programs(typed: str) -> list[tuple[str, int, int]]:
    """Read programs, one on each line: id, seats, longest waitlist.

    Raises:
        FieldError: a line is none of this kind; names it.
    """
    found = []
    for number, line in enumerate(typed.splitlines(), 1):
        if not line.strip():
            continue
        program, *counts = line.split()
        if len(counts) not in {1, 2} or not all(
            count.isascii() and count.isdigit() and len(count) <= len("100000") for count in counts
        ):
            raise FieldError("programs", f"line {number}: id, seats and waitlist expected")
        found.append((program, int(counts[0]), int(counts[1]) if len(counts) > 1 else USUAL_WAITLIST))
    return found


def _refusal(error: FieldError | StaleEditError) -> Phrase:
    return phrase("This cannot be done: %(reason)s", reason=str(error)[:500])


def _status(error: FieldError | StaleEditError | None) -> int:
    if error is None:
        return 200
    return 409 if isinstance(error, StaleEditError) else 422


def _rounds_page(
    request: Request,
    session: Session,
    manager: Actor,
    *,
    form: NewRoundForm | None = None,
    problem: Phrase | None = None,
) -> HTMLResponse:
    typed = form or NewRoundForm()
    rounds = list_rounds(session, manager)
    page = RoundsPage(rounds, STATES, STAGES, typed.name, typed.programs, problem)
    return render(request, "rounds/list.html", page, status_code=422 if problem else 200, address="/rounds")


def _round_page(
    request: Request,
    session: Session,
    manager: Actor,
    round_id: str,
    *,
    error: FieldError | StaleEditError | None = None,
    programs: str = "",
) -> HTMLResponse:
    sheet = read_round(session, manager, round_id)
    listed = "\n".join(f"{one.program.id} {one.seats} {one.waitlist}" for one in sheet.programs)
    page = RoundPage(
        sheet,
        tuple(
            (
                stage.stage,
                local_time(stage.opens, sheet.time_zone) if stage.opens else "",
                local_time(stage.closes, sheet.time_zone) if stage.closes else "",
            )
            for stage in sheet.stages
        ),
        programs or listed,
        list_runs(session, manager, round_id),
        read_steps(session, manager, round_id),
        STATES,
        STAGES,
        SEATS_FOR,
        tuple(form.value for form in RoundFormat),
        None if error is None else _refusal(error),
    )
    address = f"/rounds/{round_id}"
    return render(request, "rounds/round.html", page, status_code=_status(error), address=address)


def _run_page(
    request: Request,
    session: Session,
    manager: Actor,
    round_id: str,
    number: int,
    *,
    error: StaleEditError | None = None,
) -> HTMLResponse:
    run = read_run(session, manager, round_id, number)
    sheet = read_round(session, manager, round_id)
    page = RunPage(sheet, run, None if error is None else _refusal(error))
    address = f"/rounds/{round_id}/runs/{number}"
    return render(request, "rounds/run.html", page, status_code=_status(error), address=address)
