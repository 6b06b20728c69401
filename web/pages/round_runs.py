"""Plans of a round: dry runs, kept plans, why not, two plans beside each other, publishing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.assignment import Cause
from matcher.engine.phrases import Phrase, phrase
from matcher.engine.why_not import Kind
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.analysts import Analyst
from matcher.workflows.outcomes import founders_to_tell
from matcher.workflows.programs import ProgramCard, read_program
from matcher.workflows.round_publications import publish, results_of
from matcher.workflows.round_runs import (
    RunCard,
    StoredRun,
    dry_run,
    list_runs,
    mark_of,
    read_run,
    run_round,
)
from matcher.workflows.round_views import (
    Comparison,
    PlanView,
    compare_stored,
    read_readiness,
    read_reasons,
    read_sheet_and_cards,
    view_draft,
    view_run,
)
from matcher.workflows.rounds import RoundSheet
from models.access import Actor
from models.outcome import OutcomeState
from models.round import RoundState
from web.access import RoundManagerDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.outcome_letters import tell_founders
from web.pages.match_view import VERDICTS
from web.pages.round_forms import MOST_NUMBER
from web.pages.round_words import (
    CAUSES,
    DECIDED,
    ChangeLine,
    SuggestionLine,
    change_lines,
    no_plan_words,
    stale_words,
    suggestion_lines,
)
from web.pages.rounds import status_of
from web.reading import count_reading
from web.rendering import render

router = APIRouter(prefix="/rounds/{round_id}")

Number = Annotated[int, Query(ge=1, le=MOST_NUMBER)]


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The words a plan is written in."""

    decisions: Mapping[str, Phrase]
    verdicts: Mapping[str, Phrase]
    causes: Mapping[Cause, Phrase]


@dataclass(frozen=True, slots=True)
class DryRunPage:
    """Everything `rounds/dry_run.html` may use; without a plan `refusal` and `members` say why."""

    sheet: RoundSheet
    view: PlanView | None
    words: PlanWords
    entered: tuple[ChangeLine, ...]
    left: tuple[ChangeLine, ...]
    mark: str
    provisional: int
    refusal: Phrase | None
    members: tuple[Phrase, ...]
    stale: Phrase | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything `rounds/run.html` may use; `outdated` where pins, seats or settings changed since."""

    sheet: RoundSheet
    run: StoredRun
    view: PlanView
    words: PlanWords
    entered: tuple[ChangeLine, ...]
    left: tuple[ChangeLine, ...]
    runs: tuple[RunCard, ...]
    outdated: bool


@dataclass(frozen=True, slots=True)
class WhyNotPage:
    """Everything `rounds/why_not.html` may use; `asked` is the name of the startup or program."""

    sheet: RoundSheet
    number: int
    asked: str
    is_startup: bool
    cause: Phrase | None
    kinds: tuple[tuple[Phrase, int, tuple[SuggestionLine, ...]], ...]
    any_suffices: bool
    problem: Phrase | None


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Everything `rounds/compare.html` may use."""

    sheet: RoundSheet
    runs: tuple[RunCard, ...]
    comparison: Comparison | None
    entered: tuple[ChangeLine, ...]
    left: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class ToldProgram:
    """How many startups of one program are told what."""

    program: ProgramCard
    selected: int
    waitlisted: int
    not_selected: int
    silent: int


@dataclass(frozen=True, slots=True)
class PublishPage:
    """Everything `rounds/publish.html` may use; `letters` counts the founders who are written to."""

    sheet: RoundSheet
    run: StoredRun
    told: tuple[ToldProgram, ...]
    letters: int
    unreachable: int
    provisional: int
    stale: Phrase | None


class KeepForm(BaseModel):
    """The dry run that was looked at; empty keeps whatever comes of it."""

    mark: str = Field(default="", max_length=64)


class PublishForm(BaseModel):
    """The plan that was looked at."""

    run: int = Field(ge=1, le=MOST_NUMBER)


WORDS = PlanWords(DECIDED, {code: phrase(words) for code, words in VERDICTS.items()}, CAUSES)
KINDS: Mapping[Kind, Phrase] = {
    Kind.PIN: phrase("A pin"),
    Kind.SEAT: phrase("One seat more"),
    Kind.RULE: phrase("A side rule less"),
    Kind.FACT: phrase("Another fact or decision"),
}


@router.get("/dry-run")
def show_dry_run(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
) -> HTMLResponse:
    """Make a plan, show it and keep nothing of it."""
    return _dry_run_page(request, session, manager, (analyst, today), round_id)


@router.post("/dry-run")
def make_dry_run(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
) -> HTMLResponse:
    """Make a plan, show it and keep nothing of it."""
    return _dry_run_page(request, session, manager, (analyst, today), round_id)


@router.post("/run")
def make_run(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: str,
    form: Annotated[KeepForm, Form()],
) -> Response:
    """Make a plan, keep it and show it; one that is no longer what was looked at is shown instead."""
    try:
        number = run_round(session, manager, analyst, round_id, today=today, seen=form.mark)
    except (FieldError, StaleEditError) as error:
        return _dry_run_page(request, session, manager, (analyst, today), round_id, error=error)
    return RedirectResponse(f"/rounds/{round_id}/runs/{number}", 303)


@router.get("/runs/{run}")
def show_run(
    request: Request, session: SessionDep, manager: RoundManagerDep, round_id: str, run: int
) -> HTMLResponse:
    """Show a plan: who has a seat, who waits, who has none and why, and what it changed."""
    stored = read_run(session, manager, round_id, run)
    sheet, _ = read_sheet_and_cards(session, manager, round_id)
    view = view_run(session, stored.pack, stored.names, before=stored.before, changes=stored.changes)
    entered, left = change_lines(view.changes, view.names)
    runs = list_runs(session, manager, round_id)
    page = RunPage(sheet, stored, view, WORDS, entered, left, runs, _is_outdated(sheet, stored))
    return render(request, "rounds/run.html", page)


@router.get("/runs/{run}/why-not")
def show_why_not(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    round_id: str,
    run: int,
    startup: Annotated[str, Query(max_length=200)] = "",
    program: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """Name each single change that would give a startup a seat, or fill an empty one."""
    sheet, cards = read_sheet_and_cards(session, manager, round_id)
    asked = {"startup_id": startup, "program_id": "" if startup else program}
    try:
        found, names = read_reasons(session, manager, analyst, round_id, run, **asked)
    except FieldError:
        name = cards[program].name_en if program in cards and not startup else startup
        problem = (
            phrase("This startup has a seat in this plan.")
            if startup
            else phrase("This program has no empty seat in this plan.")
        )
        page = WhyNotPage(sheet, run, name, bool(startup), None, (), any_suffices=False, problem=problem)
        return render(request, "rounds/why_not.html", page, status_code=422)
    told = {one.startup for one in found.suggestions if one.fact is not None}
    count_reading(request, manager, told, round_id)
    lines = suggestion_lines(found.suggestions, names)
    page = WhyNotPage(
        sheet,
        run,
        names.get(startup or program, startup or program),
        bool(startup),
        CAUSES[found.cause.cause] if found.cause else None,
        tuple(
            (KINDS[kind], tried, tuple(line for line in lines if line.kind is kind))
            for kind, tried in found.looked_at
            if tried
        ),
        any_suffices=bool(lines),
        problem=None,
    )
    return render(request, "rounds/why_not.html", page)


@router.get("/compare")
def show_comparison(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    a: Number | None = None,
    b: Number | None = None,
) -> HTMLResponse:
    """Show two kept plans beside each other."""
    sheet, _ = read_sheet_and_cards(session, manager, round_id)
    runs = list_runs(session, manager, round_id)
    if a is None or b is None:
        return render(request, "rounds/compare.html", ComparePage(sheet, runs, None, (), ()))
    comparison = compare_stored(session, manager, round_id, a, b)
    entered, left = change_lines(comparison.changes, comparison.names)
    return render(request, "rounds/compare.html", ComparePage(sheet, runs, comparison, entered, left))


@router.get("/runs/{run}/publish")
def show_publishing(
    request: Request, session: SessionDep, manager: RoundManagerDep, round_id: str, run: int
) -> HTMLResponse:
    """Say in words what publishing a plan tells whom."""
    return _publish_page(request, session, manager, round_id, run)


@router.post("/publish")
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
        with session.begin_nested():
            results = publish(session, manager, analyst, round_id, form.run, today=today)
    except StaleEditError as error:
        return _publish_page(request, session, manager, round_id, form.run, error=error)
    for program in sorted({result.program_id for result in results}):
        told = tuple(result.startup_id for result in results if result.program_id == program)
        tell_founders(request, background, session, read_program(session, program).card, told)
    return RedirectResponse(f"/rounds/{round_id}/shortlist", 303)


def _dry_run_page(
    request: Request,
    session: Session,
    manager: Actor,
    reading: tuple[Analyst, date],
    round_id: str,
    *,
    error: FieldError | StaleEditError | None = None,
) -> HTMLResponse:
    analyst, today = reading
    sheet, _ = read_sheet_and_cards(session, manager, round_id)
    stale = stale_words(error) if isinstance(error, StaleEditError) else None
    address = f"/rounds/{round_id}/dry-run"
    try:
        draft = dry_run(session, manager, analyst, round_id, today=today)
    except FieldError as refusal:
        said, members = no_plan_words(refusal)
        page = DryRunPage(sheet, None, WORDS, (), (), "", 0, said, members, stale)
        return render(request, "rounds/dry_run.html", page, status_code=422, address=address)
    view = view_draft(session, draft)
    entered, left = change_lines(view.changes, view.names)
    provisional = len(draft.material.provisional)
    page = DryRunPage(sheet, view, WORDS, entered, left, mark_of(draft), provisional, None, (), stale)
    return render(request, "rounds/dry_run.html", page, status_code=status_of(error), address=address)


def _is_outdated(sheet: RoundSheet, stored: StoredRun) -> bool:
    """Say whether what a manager sets is no longer what a plan was made from."""
    pack = stored.pack
    pins = sorted((pin.startup_id, pin.program_id, pin.kind.value) for pin in sheet.pins)
    return (
        pins != sorted((pin.startup, pin.program, pin.kind) for pin in pack.pins)
        or [(one.program.id, one.seats, one.waitlist) for one in sheet.programs]
        != [(one.program, one.seats, one.waitlist) for one in pack.seats]
        or sheet.settings != pack.inputs.settings
        or [dict(rule) for rule in sheet.rules] != [dict(rule) for rule in pack.rules]
    )


def _publish_page(
    request: Request,
    session: Session,
    manager: Actor,
    round_id: str,
    number: int,
    *,
    error: StaleEditError | None = None,
) -> HTMLResponse:
    run = read_run(session, manager, round_id, number)
    sheet, cards = read_sheet_and_cards(session, manager, round_id)
    results = results_of(run.pack)
    counted = Counter((one.program_id, one.state) for one in results)
    considered = Counter(item.program for item in run.pack.candidates)
    told = tuple(
        _told(cards[place.program], counted, considered[place.program])
        for place in run.pack.seats
        if place.program in cards
    )
    startups = sorted({one.startup_id for one in results})
    founders = founders_to_tell(session, startups)
    is_open = sheet.card.state is RoundState.OPEN
    page = PublishPage(
        sheet,
        run,
        told,
        len({founder.email for founder in founders}),
        len(set(startups) - {founder.startup_id for founder in founders}),
        sum(one.provisional for one in read_readiness(session, manager, sheet)) if is_open else 0,
        stale_words(error) if error else None,
    )
    address = f"/rounds/{round_id}/runs/{number}/publish"
    return render(request, "rounds/publish.html", page, status_code=status_of(error), address=address)


def _told(
    program: ProgramCard, counted: Mapping[tuple[str, OutcomeState], int], considered: int
) -> ToldProgram:
    selected, waitlisted, others = (
        counted.get((program.id, state), 0)
        for state in (OutcomeState.SELECTED, OutcomeState.WAITLISTED, OutcomeState.NOT_SELECTED)
    )
    return ToldProgram(program, selected, waitlisted, others, considered - selected - waitlisted - others)
