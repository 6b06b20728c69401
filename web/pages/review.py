"""The review: a queue per program, decisions with reasons, and the shortlist."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, mark, phrase
from matcher.errors import FieldError, StaleEditError, TooManyAttemptsError
from matcher.workflows.programs import ProgramCard, read_program
from matcher.workflows.reading_budgets import note_reading
from matcher.workflows.review_queues import (
    Candidate,
    ReviewProgress,
    ReviewQueue,
    open_queue,
    review_progress,
)
from matcher.workflows.reviews import move, record_decision, set_pin, undo
from matcher.workflows.shortlists import ShortlistFormat, export
from models.access import Actor
from models.vocabulary import Decision
from web.access import ExporterDep, ReviewerDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.error_pages import answer_error
from web.pages.match_view import (
    BANDS,
    VERDICTS,
    EvidencePair,
    JudgedCondition,
    evidence_pair,
    judged_conditions,
    tally,
)
from web.reading import count_reading
from web.rendering import render

router = APIRouter(prefix="/review")

PAGE_SIZE = 25
MOST_PAGES = 100_000
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
    """Everything `review/queue.html` may use; the counts are those of the whole queue."""

    program: ProgramCard
    lines: tuple[CandidateLine, ...]
    page: int
    pages: int
    previous: str | None
    following: str | None
    candidates: int
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
    page: int = Field(default=1, ge=1, le=MOST_PAGES)


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
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
    startup: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    """Show candidates of a program, ranked, with evidence and the decisions made so far, 25 a page.

    Naming a startup shows the page it is on, wherever that is by now.
    """
    queue = open_queue(session, reviewer, analyst, program_id, today=today)
    part = _part(queue, page, startup)
    count_reading(request, reviewer, part.startup_ids, program_id)
    return _queue_page(request, part, read_program(session, program_id).text_language)


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
    """Give the whole shortlist as a file; without a reason the page comes back and asks for it."""
    file_format = form.file_format
    try:
        content = export(
            session,
            exporter,
            analyst,
            program_id,
            file_format,
            today=today,
            reason=form.reason,
            limit=request.app.state.settings.profiles_per_hour,
            bom=True,
        )
    except TooManyAttemptsError as error:
        return answer_error(request, error)
    except FieldError as error:
        if error.field != "reason":
            raise
        queue = open_queue(session, exporter, analyst, program_id, today=today)
        return _page_again(request, session, exporter, _part(queue, form.page), export_refused=True)
    media_type = MEDIA_TYPES[file_format]
    disposition = f'attachment; filename="shortlist-{program_id}.{file_format}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


@router.post("/{program_id}/undo")
def undo_last(session: SessionDep, reviewer: ReviewerDep, program_id: str) -> RedirectResponse:
    """Take back the last change of this program's review, and show the startup it concerned."""
    startup_id = undo(session, reviewer, program_id)
    return _back(program_id, startup_id) if startup_id else RedirectResponse(f"/review/{program_id}", 303)


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
        return _page_again(request, session, reviewer, _part(queue, startup_id=startup_id), refused)
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
    """Lead to the startup; which page it is on by now, the queue finds when it is opened."""
    return RedirectResponse(
        f"/review/{program_id}?{urlencode({'startup': startup_id})}#startup-{startup_id}", 303
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A page of a queue."""

    queue: ReviewQueue
    page: int
    pages: int

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates on it."""
        return self.queue.candidates[(self.page - 1) * PAGE_SIZE : self.page * PAGE_SIZE]

    @property
    def startup_ids(self) -> list[str]:
        """The startups whose profiles it shows."""
        return [candidate.startup_id for candidate in self.candidates]

    def address(self, page: int) -> str | None:
        """Give the address of another page, None where there is none."""
        if not 1 <= page <= self.pages:
            return None
        path = f"/review/{self.queue.program.id}"
        return f"{path}?page={page}" if page > 1 else path


def _part(queue: ReviewQueue, page: int = 1, startup_id: str = "") -> _Part:
    """Take a page of a queue, the one with the startup if that is in it; past the end it is the last."""
    pages = max(1, math.ceil(len(queue.candidates) / PAGE_SIZE))
    for candidate in queue.candidates:
        if candidate.startup_id == startup_id:
            page = math.ceil(candidate.position / PAGE_SIZE)
    return _Part(queue, min(page, pages), pages)


def _page_again(
    request: Request,
    session: Session,
    actor: Actor,
    part: _Part,
    refused: RefusedDecision | None = None,
    *,
    export_refused: bool = False,
) -> Response:
    """Show a page of the queue with what was refused; it is counted in the write unit the request holds."""
    program_id = part.queue.program.id
    limit = request.app.state.settings.profiles_per_hour
    if wait := note_reading(session, actor, part.startup_ids, program_id, limit=limit):
        # Not raised: that would roll back the entry that says so.
        return answer_error(request, TooManyAttemptsError(wait))
    language = read_program(session, program_id).text_language
    return _queue_page(request, part, language, refused, export_refused=export_refused)


def _queue_page(
    request: Request,
    part: _Part,
    program_language: str,
    refused: RefusedDecision | None = None,
    *,
    export_refused: bool = False,
) -> HTMLResponse:
    queue = part.queue
    page = QueuePage(
        queue.program,
        tuple(_line(candidate, program_language) for candidate in part.candidates),
        part.page,
        part.pages,
        part.address(part.page - 1),
        part.address(part.page + 1),
        len(queue.candidates),
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
