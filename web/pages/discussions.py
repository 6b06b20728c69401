"""What is said about a candidate: comments, replies, and questions to the founders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError
from matcher.workflows.discussions import (
    LONGEST_COMMENT,
    Discussion,
    add_comment,
    discussion_address,
    read_discussion,
    withdraw_comment,
)
from matcher.workflows.questions import (
    LONGEST_QUESTION,
    MOST_OPEN,
    AskedQuestion,
    QuestionState,
    ask,
    list_asked,
)
from models.access import Actor
from web.access import ReviewerDep
from web.dependencies import SessionDep
from web.notice_letters import send_notices
from web.rendering import render

router = APIRouter(prefix="/review/{program_id}/{startup_id}")

QUESTION_STATES: Mapping[str, Phrase] = {
    QuestionState.ASKED: phrase("waits for a manager"),
    QuestionState.REFUSED: phrase("not passed on"),
    QuestionState.RELAYED: phrase("waits for the startup"),
    QuestionState.ANSWERED: phrase("answered"),
}

_COMMENT_ADVICE = phrase("Write a comment in at most %(most)s characters.", most=LONGEST_COMMENT)
_QUESTION_ADVICE = phrase(
    "Write the question in at most %(most)s characters; at most %(open)s may wait at a time.",
    most=LONGEST_QUESTION,
    open=MOST_OPEN,
)


@dataclass(frozen=True, slots=True)
class RefusedWords:
    """A text that was not taken, as it was typed; `field` is the id of its box."""

    field: str
    text: str
    advice: Phrase


@dataclass(frozen=True, slots=True)
class DiscussionPage:
    """Everything `discussion/candidate.html` may use."""

    discussion: Discussion
    questions: tuple[AskedQuestion, ...]
    states: Mapping[str, Phrase]
    refused: RefusedWords | None
    most_comment: int
    most_question: int


class CommentForm(BaseModel):
    """A comment, and the one it replies to; the workflow says what is wrong with it."""

    text: str = Field(default="", max_length=40_000)
    reply_to: str = Field(default="", max_length=100)


class QuestionForm(BaseModel):
    """A question to the founders; the workflow says what is wrong with it."""

    question: str = Field(default="", max_length=20_000)


@router.get("/discussion")
def show_discussion(
    request: Request, session: SessionDep, reviewer: ReviewerDep, program_id: str, startup_id: str
) -> HTMLResponse:
    """Show what is said about a candidate, and the questions to its founders."""
    return _page(request, session, reviewer, program_id, startup_id)


@router.post("/discussion")
def comment(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[CommentForm, Form()],
) -> Response:
    """Comment on a candidate, or reply to a comment."""
    try:
        told = add_comment(session, reviewer, program_id, startup_id, form.text, reply_to=form.reply_to)
    except FieldError:
        field = f"reply-{form.reply_to}" if form.reply_to else "text"
        refused = RefusedWords(field, form.text, _COMMENT_ADVICE)
        return _page(request, session, reviewer, program_id, startup_id, refused=refused)
    send_notices(request, background, told)
    return _back(program_id, startup_id, "comments")


@router.post("/discussion/{comment_id}/withdraw")
def withdraw(
    session: SessionDep, reviewer: ReviewerDep, program_id: str, startup_id: str, comment_id: str
) -> RedirectResponse:
    """Take an own comment back."""
    withdraw_comment(session, reviewer, program_id, startup_id, comment_id)
    return _back(program_id, startup_id, "comments")


@router.post("/questions")
def ask_founders(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[QuestionForm, Form()],
) -> Response:
    """Ask the founders something; a manager reads it first."""
    try:
        told = ask(session, reviewer, program_id, startup_id, form.question)
    except FieldError:
        refused = RefusedWords("question", form.question, _QUESTION_ADVICE)
        return _page(request, session, reviewer, program_id, startup_id, refused=refused)
    send_notices(request, background, told)
    return _back(program_id, startup_id, "questions")


def _back(program_id: str, startup_id: str, part: str) -> RedirectResponse:
    return RedirectResponse(f"{discussion_address(program_id, startup_id)}#{part}", 303)


def _page(
    request: Request,
    session: Session,
    reviewer: Actor,
    program_id: str,
    startup_id: str,
    *,
    refused: RefusedWords | None = None,
) -> HTMLResponse:
    page = DiscussionPage(
        read_discussion(session, reviewer, program_id, startup_id),
        list_asked(session, reviewer, program_id, startup_id),
        QUESTION_STATES,
        refused,
        LONGEST_COMMENT,
        LONGEST_QUESTION,
    )
    return render(
        request,
        "discussion/candidate.html",
        page,
        status_code=422 if refused else 200,
        address=discussion_address(program_id, startup_id),
    )
