"""The review: a queue per program, decisions with reasons, and the shortlist."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from matcher.engine.phrases import Phrase, mark, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.programs import ProgramCard, read_program
from matcher.workflows.reading_budgets import account_for_reading
from matcher.workflows.review_queues import (
    Candidate,
    ReviewProgress,
    ReviewQueue,
    open_queue,
    review_progress,
)
from matcher.workflows.reviews import move, record_decision, set_pin, undo
from matcher.workflows.shortlists import ShortlistFormat, export
from models.vocabulary import Decision
from web.access import ExporterDep, ReviewerDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.pages.match_view import (
    BANDS,
    VERDICTS,
    EvidencePair,
    JudgedCondition,
    evidence_pair,
    judged_conditions,
    tally,
)
from web.rendering import render

router = APIRouter(prefix="/review")

MOST_POSITION = 1_000_000
MOST_REVISION = 2**53

MEDIA_TYPES = {
    ShortlistFormat.CSV: "text/csv; charset=utf-8",
    ShortlistFormat.JSON: "application/json",
}

DECISIONS = {
    "accept": mark("Accept"),
    "maybe": mark("Maybe"),
    "decline": mark("Decline"),
}
"""Decisions in words."""

SIGNALS = {
    "dense": mark("Meaning of the text"),
    "sentences": mark("Sentences that fit each other"),
    "concepts": mark("Shared meanings"),
    "lexical": mark("Shared terms"),
    "needs": mark("Needs and offers"),
    "region": mark("Target region"),
    "stage": mark("Stage"),
    "sector": mark("Sector"),
}
"""What each contribution is about; one that is not listed keeps its own name."""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Everything `review/programs.html` may use."""

    programs: tuple[ReviewProgress, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one signal adds to the order, and its share of the largest one in tenths."""

    name: Phrase
    tenths: int


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A startup in the queue of a program, as the page shows it."""

    candidate: Candidate
    band_words: Phrase
    verdict_words: Phrase
    evidence: EvidencePair | None
    conditions: tuple[JudgedCondition, ...]
    tally: Phrase
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A decision that was not saved, as it was typed, and what to do about it."""

    startup_id: str
    decision: str
    reason: str
    advice: Phrase


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Everything `review/queue.html` may use."""

    program: ProgramCard
    lines: tuple[CandidateLine, ...]
    decided: int
    accepted: int
    choices: tuple[tuple[str, Phrase], ...]
    refused: RefusedDecision | None
    export_refused: bool


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Everything `review/conflict.html` may use."""

    program_id: str
    startup_id: str
    typed_decision: Phrase | None
    typed_reason: str


class DecisionForm(BaseModel):
    """Fields of the decision form."""

    decision: Literal["", "accept", "maybe", "decline"] = ""
    reason: str = Field(default="", max_length=500)
    revision: int = Field(ge=0, le=MOST_REVISION)


class ExportForm(BaseModel):
    """Fields of the form that takes the shortlist away."""

    file_format: ShortlistFormat
    reason: str = Field(default="", max_length=500)


class PinForm(BaseModel):
    """Fields of the pin button."""

    pinned: bool


class MoveForm(BaseModel):
    """Fields of the move form."""

    position: int = Field(ge=1, le=MOST_POSITION)


@router.get("")
def show_programs(request: Request, session: SessionDep, reviewer: ReviewerDep) -> HTMLResponse:
    """List the programs with the progress of their reviews."""
    return render(request, "review/programs.html", ReviewPage(review_progress(session, reviewer)))


@router.get("/{program_id}")
def show_queue(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: str,
) -> HTMLResponse:
    """Show the candidates of a program, ranked, with evidence and the decisions made so far."""
    queue = open_queue(session, reviewer, analyst, program_id, today=today)
    state = request.app.state
    listed = [candidate.startup_id for candidate in queue.candidates]
    account_for_reading(state.engine, reviewer, listed, program_id, limit=state.settings.profiles_per_hour)
    return _queue_page(request, queue, read_program(session, program_id).text_language)


@router.post("/{program_id}/shortlist")
def download_shortlist(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    exporter: ExporterDep,
    today: TodayDep,
    program_id: str,
    form: Annotated[ExportForm, Form()],
) -> Response:
    """Give the shortlist as a file; without a reason the page comes back and asks for it."""
    file_format = form.file_format
    try:
        content = export(
            session, exporter, analyst, program_id, file_format, today=today, reason=form.reason, bom=True
        )
    except FieldError as error:
        if error.field != "reason":
            raise
        queue = open_queue(session, exporter, analyst, program_id, today=today)
        program_language = read_program(session, program_id).text_language
        return _queue_page(request, queue, program_language, export_refused=True)
    media_type = MEDIA_TYPES[file_format]
    disposition = f'attachment; filename="shortlist-{program_id}.{file_format}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


@router.post("/{program_id}/undo")
def undo_last(session: SessionDep, reviewer: ReviewerDep, program_id: str) -> RedirectResponse:
    """Take back the last change of this program's review."""
    undo(session, reviewer, program_id)
    return RedirectResponse(f"/review/{program_id}", 303)


@router.post("/{program_id}/{startup_id}/decision")
def decide(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: str,
    startup_id: str,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    """Record a decision; one that is refused comes back as it was typed."""
    decision = Decision(form.decision) if form.decision else None
    try:
        record_decision(
            session,
            reviewer,
            program_id,
            startup_id,
            decision=decision,
            reason=form.reason,
            revision=form.revision,
        )
    except StaleEditError:
        typed = phrase(DECISIONS[form.decision]) if form.decision else None
        page = ConflictPage(program_id, startup_id, typed, form.reason)
        return render(request, "review/conflict.html", page, status_code=409, address=f"/review/{program_id}")
    except FieldError as error:
        advice = (
            phrase("Please say why: a declined startup needs a reason.")
            if not form.reason.strip()
            else phrase("This reason cannot be stored. Use plain words, at most 500 characters.")
        )
        if error.field != "reason":
            raise
        queue = open_queue(session, reviewer, analyst, program_id, today=today)
        refused = RefusedDecision(startup_id, form.decision, form.reason, advice)
        return _queue_page(request, queue, read_program(session, program_id).text_language, refused)
    return _back(program_id, startup_id)


@router.post("/{program_id}/{startup_id}/pin")
def pin(
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[PinForm, Form()],
) -> RedirectResponse:
    """Hold a startup at the top, or let it go."""
    set_pin(session, reviewer, program_id, startup_id, pinned=form.pinned)
    return _back(program_id, startup_id)


@router.post("/{program_id}/{startup_id}/move")
def move_to(
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[MoveForm, Form()],
) -> RedirectResponse:
    """Put a startup at a position of the queue."""
    move(session, reviewer, program_id, startup_id, position=form.position)
    return _back(program_id, startup_id)


def _back(program_id: str, startup_id: str) -> RedirectResponse:
    return RedirectResponse(f"/review/{program_id}#startup-{startup_id}", 303)


def _queue_page(
    request: Request,
    queue: ReviewQueue,
    program_language: str,
    refused: RefusedDecision | None = None,
    *,
    export_refused: bool = False,
) -> HTMLResponse:
    page = QueuePage(
        queue.program,
        tuple(_line(candidate, program_language) for candidate in queue.candidates),
        queue.decided,
        sum(candidate.decision is Decision.ACCEPT for candidate in queue.candidates),
        tuple((code, phrase(words)) for code, words in DECISIONS.items()),
        refused,
        export_refused,
    )
    return render(
        request,
        "review/queue.html",
        page,
        status_code=422 if refused or export_refused else 200,
        address=f"/review/{queue.program.id}",
    )


def _line(candidate: Candidate, program_language: str) -> CandidateLine:
    return CandidateLine(
        candidate,
        phrase(BANDS[candidate.band.value]),
        phrase(VERDICTS[candidate.eligibility.verdict.value]),
        evidence_pair(candidate.evidence, candidate.language.value, program_language),
        judged_conditions(candidate.eligibility),
        tally(candidate.eligibility),
        _contributions(candidate.signals),
    )


def _contributions(signals: tuple[tuple[str, float], ...]) -> tuple[Contribution, ...]:
    largest = max((value for _, value in signals), default=0.0)
    return tuple(
        Contribution(
            phrase(SIGNALS[name]) if name in SIGNALS else phrase("%(name)s", name=name),
            round(10 * max(0.0, value) / largest) if largest > 0 else 0,
        )
        for name, value in signals
    )
