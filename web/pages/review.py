"""The review: a queue per program, one candidate in full, reviews with reasons and points, the shortlist."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError, TooManyAttemptsError, UnknownStartupError
from matcher.workflows.conflicts import count_waiting, must_declare
from matcher.workflows.programs import ProgramCard, read_program
from matcher.workflows.questions import Answer, list_answers
from matcher.workflows.queue_views import Show, Sort, narrow
from matcher.workflows.reading_budgets import note_reading
from matcher.workflows.review_effects import last_effect
from matcher.workflows.review_queues import (
    RankedQueue,
    ReviewProgress,
    rank_queue,
    read_candidates,
    review_progress,
)
from matcher.workflows.review_setups import ReviewRules, SeenDesk, desk_of
from matcher.workflows.reviews import (
    StaleSelectionError,
    decide_many,
    move,
    override_verdict,
    read_review,
    record_decision,
    save_draft,
    set_excluded,
    set_liking,
    set_pin,
    undo,
)
from matcher.workflows.shortlists import ShortlistFormat, export
from models.access import Action, Actor, On, authorize
from models.vocabulary import Decision, Verdict
from web.access import ExporterDep, ReviewerDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.error_pages import answer_error
from web.pages.match_view import VERDICTS
from web.pages.review_forms import (
    BulkForm,
    DecisionForm,
    ExcludeForm,
    ExportForm,
    LikingForm,
    MoveForm,
    OverrideForm,
    PinForm,
    QueueFields,
    ScoreFields,
    ViewFields,
    WriteFields,
)
from web.pages.review_lines import (
    DECISIONS,
    REASON_KINDS,
    CandidateLine,
    LearningLine,
    Reading,
    ScoreField,
    learning_line,
    line_of,
    name_of,
    score_fields,
)
from web.problems import prefers_json
from web.reading import count_reading
from web.rendering import render, request_language

router = APIRouter(prefix="/review")

PAGE_SIZE = 25

MEDIA_TYPES = {
    ShortlistFormat.CSV: "text/csv; charset=utf-8",
    ShortlistFormat.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Everything `review/programs.html` may use."""

    programs: tuple[ReviewProgress, ...]


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A decision that was not saved, as it was typed, and what to do about it; `field` is at fault."""

    startup_id: str
    decision: str
    reason: str
    reason_kind: str
    field: str
    advice: Phrase
    points: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RefusedBulk:
    """A decision about several startups that was not saved; `stale` names those that were changed."""

    decision: str
    reason: str
    reason_kind: str
    chosen: frozenset[str]
    stale: tuple[tuple[str, str], ...]
    advice: Phrase


@dataclass(frozen=True, slots=True)
class FormWords:
    """Words and hidden fields of the forms."""

    choices: tuple[tuple[str, Phrase], ...]
    kinds: tuple[tuple[str, Phrase], ...]
    verdicts: tuple[tuple[str, Phrase], ...]
    kept: tuple[tuple[str, str], ...]
    account: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Everything `review/queue.html` may use; the counts are those of the whole queue."""

    program: ProgramCard
    rules: ReviewRules
    at_agency: bool
    writes: bool
    leads: bool
    names_hidden: bool
    unanswered: int
    lines: tuple[CandidateLine, ...]
    fields: QueueFields
    shown: int
    page: int
    pages: int
    previous: str | None
    following: str | None
    resume: str | None
    resume_at: str
    candidates: int
    decided: int
    accepted: int
    learning: LearningLine
    words: FormWords
    refused: RefusedDecision | None
    refused_bulk: RefusedBulk | None
    export_refused: bool


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Everything `review/candidate.html` may use."""

    program: ProgramCard
    rules: ReviewRules
    at_agency: bool
    writes: bool
    line: CandidateLine
    answers: tuple[Answer, ...]
    place: int
    shown: int
    candidates: int
    previous: str | None
    following: str | None
    queue_address: str
    words: FormWords
    refused: RefusedDecision | None


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """What is saved where somebody was faster."""

    decision: Phrase | None
    reason: str
    name: str
    scores: tuple[ScoreField, ...]


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Everything `review/conflict.html` may use; `sent` saves the typed version in place of the other."""

    typed_decision: Phrase | None
    typed_reason: str
    typed_scores: tuple[ScoreField, ...]
    saved: SavedVersion
    sent: tuple[tuple[str, str], ...]
    action: str
    back: str
    at_agency: bool


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
    asked: Annotated[QueueFields, Query()],
) -> Response:
    """Show candidates of a program, ranked, with evidence and the own reviews, 25 a page.

    Naming a startup shows the page it is on, wherever that is by now, even if it no longer fits the filter.
    Whoever has answered for none of them yet is led to the names instead.
    """
    if must_declare(session, reviewer, program_id):
        return RedirectResponse(f"/review/{program_id}/conflicts", 303)
    queue = rank_queue(session, reviewer, analyst, program_id, today=today)
    part = _part(queue, asked)
    count_reading(request, reviewer, part.startup_ids, program_id)
    return _queue_page(_Asked(request, session, reviewer, analyst, today), part)


@router.get("/{program_id}/{startup_id}")
def show_candidate(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: str,
    startup_id: str,
    asked: Annotated[ViewFields, Query()],
) -> HTMLResponse:
    """Show one candidate in full, with the one before and the one after it in the filter it came from."""
    queue = rank_queue(session, reviewer, analyst, program_id, today=today)
    if startup_id not in queue.rows:
        raise UnknownStartupError(startup_id)
    count_reading(request, reviewer, [startup_id], program_id)
    return _candidate_page(_Asked(request, session, reviewer, analyst, today), queue, startup_id, asked)


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
        asked = _Asked(request, session, exporter, analyst, today)
        queue = rank_queue(session, exporter, analyst, program_id, today=today)
        return _page_again(asked, _part(queue, QueueFields(page=form.page)), export_refused=True)
    media_type = MEDIA_TYPES[file_format]
    disposition = f'attachment; filename="shortlist-{program_id}.{file_format}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


@router.post("/{program_id}/undo")
def undo_last(
    session: SessionDep, reviewer: ReviewerDep, program_id: str, form: Annotated[WriteFields, Form()]
) -> RedirectResponse:
    """Take back the last change of this program's review, and show the startup it concerned."""
    startup_id = undo(session, reviewer, program_id, form.seen_desk)
    address = form.back(program_id, startup_id) if startup_id else form.queue_address(program_id)
    return RedirectResponse(address, 303)


@router.post("/{program_id}/bulk")
def decide_about_many(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: str,
    form: Annotated[BulkForm, Form()],
) -> Response:
    """Decide about all startups that are chosen, or about none: those that changed since are named."""
    try:
        decide_many(
            session,
            reviewer,
            program_id,
            form.seen,
            decision=Decision(form.decision),
            reason=form.reason,
            reason_kind=form.kind,
            desk=form.seen_desk,
        )
    except (StaleSelectionError, FieldError) as error:
        queue = rank_queue(session, reviewer, analyst, program_id, today=today)
        stale = error.startup_ids if isinstance(error, StaleSelectionError) else ()
        refused = RefusedBulk(
            form.decision,
            form.reason,
            form.reason_kind,
            frozenset(entry.rpartition(":")[0] for entry in form.chosen),
            tuple((startup, name_of(queue, startup)) for startup in stale if startup in queue.rows),
            _bulk_advice(error),
        )
        part = _part(queue, QueueFields(**form.model_dump(include=set(ViewFields.model_fields))))
        return _page_again(_Asked(request, session, reviewer, analyst, today), part, refused_bulk=refused)
    return RedirectResponse(form.queue_address(program_id), 303)


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
    """Submit a review; one that is refused comes back as it was typed."""

    def keep() -> None:
        record_decision(
            session,
            reviewer,
            program_id,
            startup_id,
            decision=form.chosen,
            reason=form.reason,
            revision=form.revision,
            reason_kind=form.kind,
            scores=form.scores,
            desk=form.seen_desk,
        )

    asked = _Asked(request, session, reviewer, analyst, today)
    return _keep(asked, program_id, startup_id, form, decision=form.decision, keep=keep)


@router.post("/{program_id}/{startup_id}/draft")
def keep_draft(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: str,
    startup_id: str,
    form: Annotated[ScoreFields, Form()],
) -> Response:
    """Keep what was typed so far; a script is told the revision it has now."""
    if prefers_json(request.scope):
        revision = save_draft(
            session,
            reviewer,
            program_id,
            startup_id,
            reason=form.reason,
            reason_kind=form.kind,
            scores=form.scores or {},
            revision=form.revision,
            desk=form.seen_desk,
        )
        return JSONResponse({"revision": revision})

    def keep() -> None:
        save_draft(
            session,
            reviewer,
            program_id,
            startup_id,
            reason=form.reason,
            reason_kind=form.kind,
            scores=form.scores or {},
            revision=form.revision,
            desk=form.seen_desk,
        )

    asked = _Asked(request, session, reviewer, analyst, today)
    return _keep(asked, program_id, startup_id, form, decision="", keep=keep)


@router.post("/{program_id}/{startup_id}/pin")
def pin(
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[PinForm, Form()],
) -> RedirectResponse:
    """Hold a startup at the top, or let it go."""
    set_pin(session, reviewer, program_id, startup_id, pinned=form.pinned, desk=form.seen_desk)
    return RedirectResponse(form.back(program_id, startup_id), 303)


@router.post("/{program_id}/{startup_id}/exclude")
def exclude(
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[ExcludeForm, Form()],
) -> RedirectResponse:
    """Put a startup at the end whatever speaks for it, or let it come back."""
    set_excluded(session, reviewer, program_id, startup_id, excluded=form.excluded, desk=form.seen_desk)
    return RedirectResponse(form.back(program_id, startup_id), 303)


@router.post("/{program_id}/{startup_id}/liking")
def like(
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[LikingForm, Form()],
) -> RedirectResponse:
    """Ask for more startups like this one, for fewer, or for neither."""
    set_liking(session, reviewer, program_id, startup_id, liking=int(form.liking), desk=form.seen_desk)
    return RedirectResponse(form.back(program_id, startup_id), 303)


@router.post("/{program_id}/{startup_id}/override")
def override(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: str,
    startup_id: str,
    form: Annotated[OverrideForm, Form()],
) -> Response:
    """Put a person's verdict on eligibility in the place of the computed one, with a reason."""
    asked = _Asked(request, session, reviewer, analyst, today)
    try:
        override_verdict(
            session,
            reviewer,
            program_id,
            startup_id,
            verdict=Verdict(form.verdict) if form.verdict else None,
            reason=form.override_reason,
            revision=form.seen,
            desk=form.seen_desk,
        )
    except StaleEditError:
        words = phrase(VERDICTS[form.verdict]) if form.verdict else None
        sent = (("verdict", form.verdict), ("override_reason", form.override_reason))
        page = _conflict(asked, program_id, startup_id, form, "override")
        return _show_conflict(request, page, words, form.override_reason, sent=sent)
    except FieldError as error:
        if error.field != "override_reason":
            raise
        advice = phrase("Please say why the verdict is changed, in at most 500 characters.")
        refused = RefusedDecision(startup_id, "", "", "", "override", advice, {})
        return _refused(asked, program_id, startup_id, form, refused)
    return RedirectResponse(form.back(program_id, startup_id), 303)


@router.post("/{program_id}/{startup_id}/move")
def move_to(
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[MoveForm, Form()],
) -> RedirectResponse:
    """Put a startup at a position of the queue."""
    move(session, reviewer, program_id, startup_id, position=form.position, desk=form.seen_desk)
    return RedirectResponse(form.back(program_id, startup_id), 303)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, and what answering needs."""

    request: Request
    session: Session
    actor: Actor
    analyst: AnalystDep
    today: TodayDep


@dataclass(frozen=True, slots=True)
class _Part:
    """A page of a queue in a view."""

    queue: RankedQueue
    fields: QueueFields
    shown: tuple[str, ...]
    page: int
    pages: int

    @property
    def startup_ids(self) -> tuple[str, ...]:
        """The startups whose profiles it shows."""
        return self.shown[(self.page - 1) * PAGE_SIZE : self.page * PAGE_SIZE]

    @property
    def resume(self) -> str | None:
        """The first startup of the view that is open."""
        return next((startup for startup in self.shown if startup not in self.queue.done), None)

    def address(self, page: int) -> str | None:
        """Give the address of another page, None where there is none."""
        if not 1 <= page <= self.pages:
            return None
        # Without a number the page with the first open startup is shown, which is the first of the open ones.
        first = page == 1 and self.fields.show is Show.OPEN and self.fields.sort is Sort.OWN
        return self.fields.queue_address(self.queue.program.id, **({} if first else {"page": page}))


def _part(queue: RankedQueue, fields: QueueFields) -> _Part:
    """Take a page of a queue: the one with the startup if that is in it; past the end it is the last."""
    shown = narrow(queue, fields.view, kept=fields.startup)
    pages = max(1, math.ceil(len(shown) / PAGE_SIZE))
    part = _Part(queue, fields, shown, fields.page or 1, pages)
    wanted = fields.startup if fields.startup in queue.rows else part.resume if fields.page is None else None
    page = shown.index(wanted) // PAGE_SIZE + 1 if wanted else fields.page or 1
    return _Part(queue, fields, shown, min(page, pages), pages)


def _keep(
    asked: _Asked,
    program_id: str,
    startup_id: str,
    form: ScoreFields,
    *,
    decision: str,
    keep: Callable[[], None],
) -> Response:
    """Save a review and lead back; what is refused comes back as it was typed."""
    try:
        keep()
    except StaleEditError:
        return _show_conflict(
            asked.request,
            _conflict(asked, program_id, startup_id, form, "decision"),
            phrase(DECISIONS[decision]) if decision else None,
            form.reason,
            sent=(("decision", decision), ("reason", form.reason), ("reason_kind", form.reason_kind)),
            typed=form.typed,
        )
    except FieldError as error:
        refused = RefusedDecision(
            startup_id, decision, form.reason, form.reason_kind, error.field, _advice(error, form), form.typed
        )
        if not error.field.startswith(("reason", "scores.")):
            raise
        return _refused(asked, program_id, startup_id, form, refused)
    return RedirectResponse(form.back(program_id, startup_id), 303)


def _advice(error: FieldError, form: ScoreFields) -> Phrase:
    if error.field.startswith("scores."):
        return phrase("These points cannot be stored. Enter a number within the scale, or leave it empty.")
    if not form.reason.strip():
        return phrase("Please say why: a declined startup needs a reason.")
    return phrase("This reason cannot be stored. Use plain words, at most 500 characters.")


def _bulk_advice(error: StaleSelectionError | FieldError) -> Phrase:
    if isinstance(error, StaleSelectionError):
        return phrase("These were changed in the meantime. Nothing was saved; look at them and choose again.")
    if error.field == "chosen":
        return phrase("Choose at least one startup in the list.")
    return phrase("Please say why: a declined startup needs a reason.")


@dataclass(frozen=True, slots=True)
class _Conflict:
    """What is saved, and how the typed version would be saved in its place."""

    program_id: str
    startup_id: str
    saved: SavedVersion
    revision: int
    queue: tuple[Any, ...]
    action: str
    form: WriteFields
    desk: SeenDesk


def _conflict(asked: _Asked, program_id: str, startup_id: str, form: WriteFields, action: str) -> _Conflict:
    said, criteria = read_review(asked.session, asked.actor, program_id, startup_id)
    saved = SavedVersion(
        phrase(DECISIONS[said.decision.value]) if said.decision else None,
        said.reason,
        said.by,
        tuple(item for item in score_fields(criteria, dict(said.scores)) if item.value),
    )
    desk = desk_of(asked.session, asked.actor, program_id).kind
    return _Conflict(program_id, startup_id, saved, said.revision, tuple(criteria), action, form, desk)


def _show_conflict(
    request: Request,
    found: _Conflict,
    decision: Phrase | None,
    reason: str,
    *,
    sent: tuple[tuple[str, str], ...],
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    scores = tuple(item for item in score_fields(found.queue, {}, typed) if item.value) if typed else ()
    points = tuple(
        pair for key, value in (typed or {}).items() for pair in (("criterion", key), ("points", value))
    )
    revision = "seen" if found.action == "override" else "revision"
    page = ConflictPage(
        decision,
        reason,
        scores,
        found.saved,
        (
            *sent,
            *points,
            *found.form.pairs.items(),
            ("on", found.form.on),
            ("desk", found.desk),
            (revision, str(found.revision)),
        ),
        f"/review/{found.program_id}/{found.startup_id}/{found.action}",
        found.form.back(found.program_id, found.startup_id),
        found.desk == "agency",
    )
    address = f"/review/{found.program_id}"
    return render(request, "review/conflict.html", page, status_code=409, address=address)


def _refused(
    asked: _Asked,
    program_id: str,
    startup_id: str,
    form: ViewFields,
    refused: RefusedDecision,
) -> Response:
    """Show the page a form stood on with what was refused."""
    queue = rank_queue(asked.session, asked.actor, asked.analyst, program_id, today=asked.today)
    if form.on == "candidate":
        if stopped := _stopped(asked, [startup_id], program_id):
            return stopped
        return _candidate_page(asked, queue, startup_id, form, refused)
    fields = QueueFields(**form.model_dump(include=set(ViewFields.model_fields)), startup=startup_id)
    return _page_again(asked, _part(queue, fields), refused)


def _stopped(asked: _Asked, startup_ids: list[str], program_id: str) -> Response | None:
    """Count what a refused form shows again in the write unit the request holds."""
    limit = asked.request.app.state.settings.profiles_per_hour
    wait = note_reading(asked.session, asked.actor, startup_ids, program_id, limit=limit)
    # Not raised: that would roll back the entry that says so.
    return answer_error(asked.request, TooManyAttemptsError(wait)) if wait else None


def _page_again(
    asked: _Asked,
    part: _Part,
    refused: RefusedDecision | None = None,
    *,
    refused_bulk: RefusedBulk | None = None,
    export_refused: bool = False,
) -> Response:
    if stopped := _stopped(asked, list(part.startup_ids), part.queue.program.id):
        return stopped
    return _queue_page(asked, part, refused, refused_bulk=refused_bulk, export_refused=export_refused)


def _queue_page(
    asked: _Asked,
    part: _Part,
    refused: RefusedDecision | None = None,
    *,
    refused_bulk: RefusedBulk | None = None,
    export_refused: bool = False,
) -> HTMLResponse:
    queue = part.queue
    resume = part.resume
    page = QueuePage(
        program=queue.program,
        rules=queue.rules,
        at_agency=queue.desk.is_agency,
        writes=queue.desk.writes,
        leads=_leads(asked, queue),
        names_hidden=queue.names_hidden,
        unanswered=count_waiting(asked.session, asked.actor, queue.program.id),
        lines=_lines(asked, queue, part.startup_ids, part.fields, refused),
        fields=part.fields,
        shown=len(part.shown),
        page=part.page,
        pages=part.pages,
        previous=part.address(part.page - 1),
        following=part.address(part.page + 1),
        resume=resume,
        resume_at=part.fields.queue_address(queue.program.id, startup=resume) if resume else "",
        candidates=len(queue.order),
        decided=queue.decided,
        accepted=queue.accepted,
        learning=learning_line(queue.learning),
        words=_words(asked.actor, part.fields, queue.desk.kind),
        refused=refused,
        refused_bulk=refused_bulk,
        export_refused=export_refused,
    )
    stale = refused_bulk is not None and bool(refused_bulk.stale)
    return render(
        asked.request,
        "review/queue.html",
        page,
        status_code=409 if stale else 422 if refused or refused_bulk or export_refused else 200,
        address=f"/review/{queue.program.id}",
    )


def _candidate_page(
    asked: _Asked,
    queue: RankedQueue,
    startup_id: str,
    fields: ViewFields,
    refused: RefusedDecision | None = None,
) -> HTMLResponse:
    shown = narrow(queue, fields.view, kept=startup_id)
    if startup_id not in shown:
        # Considered, but without a text it stands in no queue.
        raise UnknownStartupError(startup_id)
    place = shown.index(startup_id)
    program = queue.program.id
    before = shown[place - 1] if place else None
    after = shown[place + 1] if place + 1 < len(shown) else None
    (line,) = _lines(asked, queue, (startup_id,), fields, refused)
    page = CandidatePage(
        program=queue.program,
        rules=queue.rules,
        at_agency=queue.desk.is_agency,
        writes=queue.desk.writes,
        line=line,
        answers=list_answers(asked.session, asked.actor, startup_id),
        place=place + 1,
        shown=len(shown),
        candidates=len(queue.order),
        previous=fields.candidate_address(program, before) if before else None,
        following=fields.candidate_address(program, after) if after else None,
        queue_address=f"{fields.queue_address(program, startup=startup_id)}#startup-{startup_id}",
        words=_words(asked.actor, fields, queue.desk.kind, on="candidate"),
        refused=refused,
    )
    return render(
        asked.request,
        "review/candidate.html",
        page,
        status_code=422 if refused else 200,
        address=f"/review/{program}/{startup_id}",
    )


def _lines(
    asked: _Asked,
    queue: RankedQueue,
    startup_ids: tuple[str, ...],
    fields: ViewFields,
    refused: RefusedDecision | None,
) -> tuple[CandidateLine, ...]:
    program = queue.program.id
    candidates = read_candidates(
        asked.session, asked.actor, asked.analyst, queue, startup_ids, today=asked.today
    )
    reading = Reading(
        request_language(asked.request), read_program(asked.session, program).text_language.value
    )
    named = fields.startup if isinstance(fields, QueueFields) else startup_ids[0]
    effect = last_effect(asked.session, asked.actor, queue, named) if named and not refused else None
    return tuple(
        line_of(
            queue,
            candidate,
            reading,
            fields.candidate_address(program, candidate.startup_id),
            effect=effect if candidate.startup_id == named else None,
            typed=refused.points if refused and refused.startup_id == candidate.startup_id else None,
        )
        for candidate in candidates
    )


def _words(actor: Actor, fields: ViewFields, desk: SeenDesk, on: str = "queue") -> FormWords:
    kept = (*fields.pairs.items(), ("desk", desk))
    return FormWords(
        tuple((code, phrase(words)) for code, words in DECISIONS.items()),
        tuple((code, phrase(words)) for code, words in REASON_KINDS.items()),
        tuple((code, phrase(words)) for code, words in VERDICTS.items()),
        (*kept, ("on", on)) if on != "queue" else kept,
        actor.key,
    )


def _leads(asked: _Asked, queue: RankedQueue) -> bool:
    return authorize(asked.actor, Action.LEAD_REVIEW, On(agency_id=queue.agency_id))
