"""Results: a manager looks at the plan and publishes, founders read and appeal, a manager answers."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.appeals import (
    LONGEST_APPEAL,
    AppealOpenError,
    AppealTooLateError,
    answer_appeal,
    send_appeal,
)
from matcher.workflows.outcomes import (
    LONGEST_REASON,
    MOST_PLANNED,
    OutcomePlan,
    PublishedOutcome,
    plan_outcomes,
    publish_outcomes,
    read_outcomes,
    read_waiting,
)
from matcher.workflows.programs import ProgramCard, read_program
from matcher.workflows.review_reports import AgreedDecisions, read_agreed
from matcher.workflows.startups import read_startup
from matcher.workflows.vacancies import places_of
from models.access import Actor
from models.base import now_utc
from models.outcome import OutcomeState
from web.access import FounderDep, OutcomePublisherDep, OwnProfileDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.outcome_letters import tell_founders
from web.rendering import render

router = APIRouter()

_APPEAL_ADVICE = phrase("Say what you appeal against, in at most %(most)s characters.", most=LONGEST_APPEAL)
_ANSWER_ADVICE = phrase("Write the answer, in at most %(most)s characters.", most=LONGEST_APPEAL)
_REASON_ADVICE = phrase(
    "Write the reason in at most %(most)s characters, or leave it empty.", most=LONGEST_REASON
)
_TOO_LATE = phrase("The deadline is over.")
_WAITS = phrase("An appeal against this result waits for its answer already.")


@dataclass(frozen=True, slots=True)
class RefusedText:
    """A text that was not taken, as it was typed; `field` is the id of its box."""

    field: str
    text: str
    advice: Phrase


@dataclass(frozen=True, slots=True)
class ManagedOutcomesPage:
    """Everything `outcomes/manage.html` may use."""

    plan: OutcomePlan
    agreed: AgreedDecisions
    typed: tuple[str, ...]
    refused: RefusedText | None
    stale: bool
    most_reason: int
    most_answer: int


@dataclass(frozen=True, slots=True)
class OwnOutcomesPage:
    """Everything `outcomes/own.html` may use; `appealable` are programs whose deadline is not over.

    `waiting` are the programs that consider the startup and have published nothing about it yet, `may_leave`
    those of a round where it has a place it can give up.
    """

    startup_id: str
    name: str
    outcomes: tuple[PublishedOutcome, ...]
    appealable: frozenset[str]
    waiting: tuple[ProgramCard, ...]
    may_leave: frozenset[str]
    refused: RefusedText | None
    most: int


class PublishForm(BaseModel):
    """The plan that was looked at, the ids of its startups, and the released reasons in its order."""

    mark: str = Field(max_length=64)
    startups: str = Field(default="", max_length=300 * MOST_PLANNED)
    reason: list[str] = Field(default=[], max_length=MOST_PLANNED)


class AppealForm(BaseModel):
    """What is said against a result; the workflow says what is wrong with it."""

    program: str = Field(max_length=200)
    text: str = Field(default="", max_length=40_000)


class AnswerForm(BaseModel):
    """The answer to an appeal; the workflow says what is wrong with it."""

    answer: str = Field(default="", max_length=40_000)


@router.get("/manage/programs/{program_id}/outcomes")
def show_plan(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    publisher: OutcomePublisherDep,
    today: TodayDep,
    program_id: str,
) -> HTMLResponse:
    """Show what is published of a program, what publishing would add, and the appeals."""
    plan = plan_outcomes(session, publisher, analyst, program_id, today=today)
    return _plan_page(request, plan, read_agreed(session, publisher, program_id))


@router.post("/manage/programs/{program_id}/outcomes")
def publish(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    analyst: AnalystDep,
    publisher: OutcomePublisherDep,
    today: TodayDep,
    program_id: str,
    form: Annotated[PublishForm, Form()],
) -> Response:
    """Publish the plan that was looked at, and write to the founders."""
    try:
        told = publish_outcomes(
            session, publisher, analyst, program_id, today=today, mark=form.mark, reasons=form.reason
        )
    except (StaleEditError, FieldError) as error:
        plan = plan_outcomes(session, publisher, analyst, program_id, today=today)
        agreed = read_agreed(session, publisher, program_id)
        if isinstance(error, StaleEditError) or not plan.planned:
            return _plan_page(request, plan, agreed, typed=_typed(plan, form), stale=True, status=409)
        refused = RefusedText(error.field, "", _REASON_ADVICE)
        return _plan_page(request, plan, agreed, typed=_typed(plan, form), refused=refused, status=422)
    tell_founders(request, background, session, read_program(session, program_id).card, told)
    return RedirectResponse(f"/manage/programs/{program_id}/outcomes", 303)


@router.post("/manage/programs/{program_id}/outcomes/appeals/{appeal_id}")
def answer(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    analyst: AnalystDep,
    publisher: OutcomePublisherDep,
    today: TodayDep,
    program_id: str,
    appeal_id: str,
    form: Annotated[AnswerForm, Form()],
) -> Response:
    """Answer an appeal, and write to the founders."""
    try:
        startup_id = answer_appeal(session, publisher, program_id, appeal_id, form.answer)
    except FieldError:
        refused = RefusedText(f"answer-{appeal_id}", form.answer, _ANSWER_ADVICE)
        plan = plan_outcomes(session, publisher, analyst, program_id, today=today)
        return _plan_page(
            request, plan, read_agreed(session, publisher, program_id), refused=refused, status=422
        )
    card = read_program(session, program_id).card
    tell_founders(request, background, session, card, (startup_id,), answered=True)
    return RedirectResponse(f"/manage/programs/{program_id}/outcomes#appeals", 303)


@router.get("/startups/{startup_id}/outcomes")
def show_own(request: Request, session: SessionDep, founder: FounderDep, startup_id: str) -> HTMLResponse:
    """Show a founder the results, what the agency released, and the appeals."""
    return _own_page(request, session, founder, startup_id)


@router.post("/startups/{startup_id}/outcomes")
def appeal(
    *,
    request: Request,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    form: Annotated[AppealForm, Form()],
) -> Response:
    """Appeal against a result."""
    field = f"text-{form.program}"
    try:
        send_appeal(session, founder, startup_id, form.program, form.text)
    except FieldError:
        refused = RefusedText(field, form.text, _APPEAL_ADVICE)
        return _own_page(request, session, founder, startup_id, refused=refused, status=422)
    except (AppealTooLateError, AppealOpenError) as error:
        advice = _WAITS if isinstance(error, AppealOpenError) else _TOO_LATE
        refused = RefusedText(field, form.text, advice)
        return _own_page(request, session, founder, startup_id, refused=refused, status=409)
    return RedirectResponse(f"/startups/{startup_id}/outcomes", 303)


def _typed(plan: OutcomePlan, form: PublishForm) -> tuple[str, ...]:
    """Give each startup of a plan the reason that was typed for it, also where the plan changed."""
    typed = dict(zip(form.startups.split(" "), form.reason, strict=False))
    return tuple(typed.get(item.startup_id, "") for item in plan.planned)


def _plan_page(
    request: Request,
    plan: OutcomePlan,
    agreed: AgreedDecisions,
    *,
    typed: tuple[str, ...] = (),
    refused: RefusedText | None = None,
    stale: bool = False,
    status: int = 200,
) -> HTMLResponse:
    texts = typed or ("",) * len(plan.planned)
    page = ManagedOutcomesPage(plan, agreed, texts, refused, stale, LONGEST_REASON, LONGEST_APPEAL)
    address = f"/manage/programs/{plan.program.id}/outcomes"
    return render(request, "outcomes/manage.html", page, status_code=status, address=address)


def _own_page(
    request: Request,
    session: Session,
    founder: Actor,
    startup_id: str,
    *,
    refused: RefusedText | None = None,
    status: int = 200,
) -> HTMLResponse:
    outcomes = read_outcomes(session, founder, startup_id)
    now = now_utc()
    appealable = frozenset(
        one.program.id
        for one in outcomes
        if one.open_appeal is None and now <= one.appeal_until and one.state is not OutcomeState.WITHDRAWN
    )
    name = read_startup(session, founder, startup_id).name
    page = OwnOutcomesPage(
        startup_id,
        name,
        outcomes,
        appealable,
        read_waiting(session, founder, startup_id),
        frozenset(places_of(session, startup_id)),
        refused,
        LONGEST_APPEAL,
    )
    address = f"/startups/{startup_id}/outcomes"
    return render(request, "outcomes/own.html", page, status_code=status, address=address)
