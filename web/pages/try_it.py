"""Try it: a text in, ranked programs out; nothing of it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import EncoderBusyError, TooManyAttemptsError
from matcher.workflows.matching import match_text
from matcher.workflows.programs import ProgramFilter, list_programs
from matcher.workflows.throttles import network_of
from models.vocabulary import Language
from web.access import VISITOR
from web.dependencies import AnalystDep, ReadSessionDep, TodayDep
from web.pages.examples import EXAMPLES, Example
from web.pages.match_view import MissingLine, RankedProgram, missing_lines, rank_programs, shelve
from web.pages.startup_form import (
    FIELD_LABELS,
    FormChoices,
    FormProblem,
    ReadForm,
    StartupForm,
    Submission,
    read_submission,
    receive_submission,
)
from web.rendering import render

router = APIRouter(prefix="/try", dependencies=[VISITOR])


@dataclass(frozen=True, slots=True)
class TryPage:
    """Everything `try/form.html` may use."""

    form: StartupForm
    problems: tuple[FormProblem, ...]
    choices: FormChoices
    labels: Mapping[str, Phrase]
    examples: tuple[Example, ...]
    notice: Phrase | None
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Everything `try/result.html` may use."""

    language: Language
    fits: tuple[RankedProgram, ...]
    further: tuple[RankedProgram, ...]
    closed: tuple[RankedProgram, ...]
    missing: tuple[MissingLine, ...]
    nothing_strong: bool
    form: StartupForm
    problems: tuple[FormProblem, ...]
    choices: FormChoices
    labels: Mapping[str, Phrase]


@router.get("")
def show_form(request: Request, example: str = "") -> HTMLResponse:
    """Show the form, empty or filled with an example."""
    chosen = next((entry.form for entry in EXAMPLES if entry.language == example), StartupForm())
    return _form_page(request, chosen)


@router.post("")
def try_it(
    request: Request,
    session: ReadSessionDep,
    analyst: AnalystDep,
    today: TodayDep,
    submission: Annotated[Submission, Depends(receive_submission)],
) -> HTMLResponse:
    """Rank the programs for the text; a refused form comes back as it was typed."""
    read = read_submission(submission)
    if read.problems:
        return _form_page(request, read.form, problems=read.problems, status_code=422)
    try:
        request.app.state.try_limiter.take(network_of(request.client.host if request.client else ""))
        result = match_text(session, analyst, read.text, read.language, read.facts, today=today)
    except TooManyAttemptsError as error:
        notice = phrase("You have tried often within a minute. Please wait a moment and send it again.")
        return _wait_page(request, read, notice, error.retry_after_seconds, 429)
    except EncoderBusyError as error:
        notice = phrase("Others are being matched at this moment. Please send it again shortly.")
        return _wait_page(request, read, notice, error.retry_after_seconds, 503)
    ranked = rank_programs(result, list_programs(session, ProgramFilter()))
    shelves = shelve(ranked)
    page = ResultPage(
        language=result.language,
        fits=shelves.fits,
        further=shelves.further,
        closed=shelves.closed,
        missing=missing_lines(result),
        nothing_strong=shelves.nothing_strong,
        form=read.form,
        problems=(),
        choices=FormChoices(),
        labels=FIELD_LABELS,
    )
    return render(request, "try/result.html", page)


def _wait_page(
    request: Request, read: ReadForm, notice: Phrase, seconds: int, status_code: int
) -> HTMLResponse:
    return _form_page(request, read.form, notice=notice, retry_after=seconds, status_code=status_code)


def _form_page(
    request: Request,
    form: StartupForm,
    *,
    problems: tuple[FormProblem, ...] = (),
    notice: Phrase | None = None,
    retry_after: int | None = None,
    status_code: int = 200,
) -> HTMLResponse:
    page = TryPage(form, problems, FormChoices(), FIELD_LABELS, EXAMPLES, notice, retry_after)
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return render(request, "try/form.html", page, status_code=status_code, headers=headers)
