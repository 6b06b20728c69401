"""Questions to founders: a manager passes them on or refuses, a founder answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.own_startups import own_startup
from matcher.workflows.questions import (
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    FounderQuestion,
    ManagedQuestion,
    answer,
    list_managed,
    list_own,
    refuse,
    relay,
)
from models.access import Actor
from web.access import FounderDep, OwnProfileDep, QuestionRelayerDep
from web.dependencies import SessionDep
from web.notice_letters import send_notices
from web.pages.discussions import QUESTION_STATES, RefusedWords
from web.rendering import render

router = APIRouter()

_RELAY_ADVICE = phrase("Write the words in at most %(most)s characters.", most=LONGEST_QUESTION)
_ANSWER_ADVICE = phrase("Write the answer, in at most %(most)s characters.", most=LONGEST_ANSWER)


@dataclass(frozen=True, slots=True)
class ManagedQuestionsPage:
    """Everything `discussion/managed.html` may use."""

    waiting: tuple[ManagedQuestion, ...]
    done: tuple[ManagedQuestion, ...]
    states: Mapping[str, Phrase]
    refused: RefusedWords | None
    stale: bool
    most: int


@dataclass(frozen=True, slots=True)
class OwnQuestionsPage:
    """Everything `discussion/own.html` may use."""

    startup_id: str
    name: str
    questions: tuple[FounderQuestion, ...]
    refused: RefusedWords | None
    stale: bool
    most: int


class RelayForm(BaseModel):
    """What a manager does with a question, and the words; the workflow says what is wrong with them."""

    act: Literal["relay", "refuse"]
    text: str = Field(default="", max_length=20_000)


class AnswerForm(BaseModel):
    """A founder's answer; the workflow says what is wrong with it."""

    answer: str = Field(default="", max_length=40_000)


@router.get("/manage/questions")
def show_managed(request: Request, session: SessionDep, relayer: QuestionRelayerDep) -> HTMLResponse:
    """Show a manager the questions of all reviewers, those that wait first."""
    return _managed_page(request, session, relayer)


@router.post("/manage/questions/{question_id}")
def decide(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    relayer: QuestionRelayerDep,
    question_id: str,
    form: Annotated[RelayForm, Form()],
) -> Response:
    """Pass a question on in these words, or refuse it with this reason."""
    act = relay if form.act == "relay" else refuse
    try:
        told = act(session, relayer, question_id, form.text)
    except FieldError:
        refused = RefusedWords(f"{form.act}-{question_id}", form.text, _RELAY_ADVICE)
        return _managed_page(request, session, relayer, refused, status=422)
    except StaleEditError:
        return _managed_page(request, session, relayer, status=409)
    send_notices(request, background, told)
    return RedirectResponse("/manage/questions", 303)


@router.get("/startups/{startup_id}/questions")
def show_own(request: Request, session: SessionDep, founder: FounderDep, startup_id: str) -> HTMLResponse:
    """Show a founder the questions that were passed on, and the answers."""
    return _own_page(request, session, founder, startup_id)


@router.post("/startups/{startup_id}/questions/{question_id}")
def answer_question(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    question_id: str,
    form: Annotated[AnswerForm, Form()],
) -> Response:
    """Answer a question for the startup."""
    try:
        told = answer(session, founder, startup_id, question_id, form.answer)
    except FieldError:
        refused = RefusedWords(f"answer-{question_id}", form.answer, _ANSWER_ADVICE)
        return _own_page(request, session, founder, startup_id, refused, status=422)
    except StaleEditError:
        return _own_page(request, session, founder, startup_id, status=409)
    send_notices(request, background, told)
    return RedirectResponse(f"/startups/{startup_id}/questions#question-{question_id}", 303)


def _managed_page(
    request: Request,
    session: Session,
    relayer: Actor,
    refused: RefusedWords | None = None,
    *,
    status: int = 200,
) -> HTMLResponse:
    found = list_managed(session, relayer)
    page = ManagedQuestionsPage(
        tuple(one for one in found if one.question.decided_at is None),
        tuple(one for one in found if one.question.decided_at is not None),
        QUESTION_STATES,
        refused,
        status == 409,  # noqa: PLR2004  the status of an edit that came too late
        LONGEST_QUESTION,
    )
    return render(request, "discussion/managed.html", page, status_code=status, address="/manage/questions")


def _own_page(
    request: Request,
    session: Session,
    founder: Actor,
    startup_id: str,
    refused: RefusedWords | None = None,
    *,
    status: int = 200,
) -> HTMLResponse:
    name = own_startup(session, founder, startup_id).name
    found = list_own(session, founder, startup_id)
    stale = status == 409  # noqa: PLR2004  the status of an edit that came too late
    page = OwnQuestionsPage(startup_id, name, found, refused, stale, LONGEST_ANSWER)
    address = f"/startups/{startup_id}/questions"
    return render(request, "discussion/own.html", page, status_code=status, address=address)
