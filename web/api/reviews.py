"""The review of a program: its queue, a candidate in full, the own review, decisions, order, learning.

The workflows are those of the pages, so that nothing is seen or done here that is not seen or done there.
"""

import re
from hashlib import sha256
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from sqlmodel import Session
from starlette.exceptions import HTTPException

from matcher.engine.learning import LearningState
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.engine.rubrics import OneTotal, ScoredCriterion, total_of
from matcher.errors import (
    FieldError,
    UnknownStartupError,
)
from matcher.workflows.conflicts import count_waiting
from matcher.workflows.inputs import WITHOUT_FRACTION
from matcher.workflows.match_json import eligibility_document, evidence_document
from matcher.workflows.programs import read_program
from matcher.workflows.queue_items import queue_items
from matcher.workflows.queue_views import QueueView, Show, narrow
from matcher.workflows.review_effects import last_effect
from matcher.workflows.review_learning import LearningStatus
from matcher.workflows.review_queues import Candidate, RankedQueue, rank_queue, read_candidates
from matcher.workflows.review_setups import Desk, SeenDesk, desk_of
from matcher.workflows.reviews import (
    LONGEST_REASON,
    move,
    read_review,
    record_decision,
    save_draft,
    set_excluded,
    set_liking,
    set_pin,
)
from matcher.workflows.submitted_reviews import NOTHING_SAID, Said, SubmittedReview
from models.access import Actor
from models.vocabulary import Decision, ReasonKind, Verdict
from web.access import ReviewerDep
from web.api.bodies import JsonBody, parse_body
from web.api.preconditions import IfMatch, if_match_header, must_be_given, must_match
from web.api.schemas import (
    READABLE,
    DecisionCounts,
    LearnedWeight,
    LearningAnswer,
    LearningEffect,
    OtherReview,
    OwnReview,
    ReviewActAnswer,
    ReviewAggregate,
    ReviewCandidate,
    ReviewCriterion,
    ReviewEffect,
    ReviewEvidence,
    ReviewItem,
    ReviewQueueList,
    ReviewShift,
    ReviewTotal,
    Schema,
    StartupFactsOut,
    VerdictOverride,
    answer_header,
    inline_schema,
    is_readable,
    problems,
)
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.reading import count_reading

router = APIRouter(prefix="/reviews", tags=["reviews"])

MOST_REVISION = 2**53
MOST_POSITION = 1_000_000
MOST_CRITERIA = 40
_PLACE = re.compile(r"([0-9]{1,7})\.(.*)", re.ASCII)

_LEARNING = {
    None: "learning is off",
    LearningState.NOT_ENOUGH: "not enough yet",
    LearningState.INCONSISTENT: "the decisions follow no weighing of the signals; the order stays",
    LearningState.NO_BETTER: "would not put unseen decisions in a clearly better order; the order stays",
    LearningState.LEARNED: "the order has learned from the decisions",
}


def _check_reason(text: str) -> str:
    if len(text) > LONGEST_REASON:
        raise ValueError(f"longer than {LONGEST_REASON} characters")
    return is_readable(text) if text else text


Reason = Annotated[
    str,
    AfterValidator(_check_reason),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_REASON, "pattern": f"^$|{READABLE}"}),
]
Points = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Position = Annotated[int, Field(strict=True, ge=1, le=MOST_POSITION), WITHOUT_FRACTION]
Liking = Annotated[int, Field(strict=True, ge=-1, le=1), WITHOUT_FRACTION]
Flag = Annotated[bool, Field(strict=True)]

_DECLINE: Schema = {
    "anyOf": [
        {"properties": {"decision": {"enum": [None, "accept", "maybe"]}}},
        {"properties": {"reason_kind": {"type": "string"}}, "required": ["reason_kind"]},
        {"properties": {"reason": {"type": "string", "pattern": READABLE}}, "required": ["reason"]},
    ]
}
"""A decline needs a reason, or a kind of one."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ReviewBody(_Body):
    """The whole review: what is left out is empty. Without a decision it is a draft nobody else sees."""

    model_config = ConfigDict(
        json_schema_extra=_DECLINE
        | {
            "examples": [
                {
                    "decision": "accept",
                    "reason_kind": "technology",
                    "reason": "A pilot line is running.",
                    "scores": {"technology": 4.5},
                }
            ]
        }
    )

    decision: Decision | None
    reason_kind: ReasonKind | None = None
    reason: Reason = ""
    scores: Annotated[dict[str, Points], Field(max_length=MOST_CRITERIA)] = {}


class DecisionBody(_Body):
    """A decision about the revision that was read; null takes a decision back."""

    model_config = ConfigDict(json_schema_extra=_DECLINE)

    decision: Decision | None
    reason_kind: ReasonKind | None = None
    reason: Reason = ""
    revision: Annotated[int, Field(strict=True, ge=0, le=MOST_REVISION), WITHOUT_FRACTION]


class OrderBody(_Body):
    """One wish about the order: exactly one of these."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    position: Position | None = Field(default=None, description="1 is the top; null gives it back.")
    pinned: Flag = Field(default=False, description="Held at the top.")
    excluded: Flag = Field(default=False, description="At the end, whatever speaks for it.")
    liking: Liking = Field(default=0, description="1 asks for more startups like it, -1 for fewer.")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("exactly one of position, pinned, excluded, liking expected")
        return self


class QueueQuery(BaseModel):
    """Filter and page of a queue; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid")

    show: Show = Field(default=Show.ALL, description="`open` leaves out what your desk is done with.")
    eligibility: Verdict | None = None
    limit: int = Field(default=50, ge=1, le=100, description="Candidates per page.")
    cursor: (
        Annotated[str, Field(pattern=r"^(?:[2-7][0-9a-f]){1,80}$", description="`next` of the page before.")]
        | None
    ) = None


ProgramId = Annotated[str, Path(max_length=200)]
StartupId = Annotated[str, Path(max_length=200)]
SeenAt = Annotated[
    SeenDesk | None,
    Query(description="Desk of the own review that was read: refused once another phase led you elsewhere."),
]
_IF_MATCH = if_match_header("ETag of the own review the change was made from.")
_TAGGED = answer_header("ETag", "Of the own review: changes with what your desk says.")


def _takes(model: type[BaseModel]) -> Schema:
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": inline_schema(model)}}}
    }


@router.get(
    "/{program_id}",
    responses={200: answer_header("Link", "The next page, rel=next."), **problems(401, 403, 404, 422, 503)},
)
def list_queue(
    *,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: ProgramId,
    query: Annotated[QueueQuery, Query()],
    response: Response,
) -> ReviewQueueList:
    """List the candidates of a program in the order of your desk, `limit` at a time.

    A page begins behind the candidate the one before ended with, wherever that stands by now.
    """
    queue = rank_queue(session, reviewer, analyst, program_id, today=today)
    shown = narrow(queue, QueueView(query.show, query.eligibility))
    after = 0 if query.cursor is None else _place_of(queue, query.cursor)
    rest = [startup for startup in shown if queue.positions[startup] > after]
    items = queue_items(session, queue, rest[: query.limit])
    following = None
    if len(rest) > len(items):
        following = f"{items[-1].position}.{items[-1].startup_id}".encode("ascii").hex()
        kept = query.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        asked = urlencode(kept | {"cursor": following})
        response.headers["Link"] = f'</api/v1/reviews/{queue.program.id}?{asked}>; rel="next"'
    return ReviewQueueList(
        program_id=queue.program.id,
        phase=queue.rules.phase.value,
        blind=queue.names_hidden,
        writes=queue.desk.writes,
        candidates=len(queue.order),
        decided=queue.decided,
        unanswered=count_waiting(session, reviewer, queue.program.id),
        items=[ReviewItem.model_validate(item) for item in items],
        next=following,
    )


@router.get("/{program_id}/learning", responses=problems(401, 403, 404, 422, 503))
def show_learning(
    session: SessionDep, analyst: AnalystDep, reviewer: ReviewerDep, today: TodayDep, program_id: ProgramId
) -> LearningAnswer:
    """Say what the decisions of your desk taught its order, and what that is worth."""
    queue = rank_queue(session, reviewer, analyst, program_id, today=today)
    return _learning(queue.learning)


@router.get(
    "/{program_id}/{startup_id}",
    responses={200: _TAGGED, **problems(401, 403, 404, 422, 429, 503)},
)
def show_candidate(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: ProgramId,
    startup_id: StartupId,
    response: Response,
) -> ReviewCandidate:
    """Give one candidate in full; its ETag is that of your own review, for If-Match.

    Opening a candidate is written into the audit log and counted: only so many different ones can be opened
    within an hour.
    """
    queue = rank_queue(session, reviewer, analyst, program_id, today=today)
    if startup_id not in queue.rows:
        raise UnknownStartupError(startup_id)
    count_reading(request, reviewer, [startup_id], program_id)
    found = read_candidates(session, reviewer, analyst, queue, [startup_id], today=today)
    if not found:
        raise UnknownStartupError(startup_id)
    own = _own_review(startup_id, queue.desk, queue.said.get(startup_id, NOTHING_SAID), queue.criteria)
    response.headers["ETag"] = _tag(own)
    response.headers["Cache-Control"] = "no-store"
    language = read_program(session, program_id).text_language.value
    (item,) = queue_items(session, queue, [startup_id])
    return _candidate(queue, found[0], ReviewItem.model_validate(item), own, language)


@router.put(
    "/{program_id}/{startup_id}",
    responses={200: _TAGGED, **problems(401, 403, 404, 409, 412, 413, 415, 422, 428, 503)},
    openapi_extra=_takes(ReviewBody) | {"parameters": [_IF_MATCH]},
)
def put_review(
    *,
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: ProgramId,
    startup_id: StartupId,
    body: JsonBody,
    response: Response,
    if_match: IfMatch = None,
) -> OwnReview:
    """Write your whole review of a candidate: with a decision it is submitted, without one it is a draft."""
    before = _read_own(session, reviewer, program_id, startup_id)
    given = must_be_given(if_match)
    wanted = parse_body(ReviewBody, body)
    must_match(given, _tag(before))
    kept: dict[str, Any] = {
        "reason": wanted.reason,
        "reason_kind": wanted.reason_kind,
        "scores": wanted.scores,
        "revision": before.revision,
    }
    try:
        if wanted.decision is None and before.decision is None:
            save_draft(session, reviewer, program_id, startup_id, **kept)
        else:
            record_decision(session, reviewer, program_id, startup_id, decision=wanted.decision, **kept)
    except FieldError as error:
        if not error.field.startswith("scores."):
            raise
        # The points fit the document; it is the program that has no such criterion or scale.
        raise HTTPException(409, f"{error.field}: {error.reason}") from error
    after = _read_own(session, reviewer, program_id, startup_id)
    response.headers["ETag"] = _tag(after)
    response.headers["Cache-Control"] = "no-store"
    return after


@router.post(
    "/{program_id}/{startup_id}/decision",
    responses=problems(401, 403, 404, 409, 413, 415, 422, 503),
    openapi_extra=_takes(DecisionBody),
)
def decide(
    *,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: ProgramId,
    startup_id: StartupId,
    body: JsonBody,
    desk: SeenAt = None,
) -> ReviewActAnswer:
    """Decide about a candidate, leaving the scores as they are; tells what that changed in the order."""
    _read_own(session, reviewer, program_id, startup_id)
    wanted = parse_body(DecisionBody, body)
    record_decision(
        session,
        reviewer,
        program_id,
        startup_id,
        decision=wanted.decision,
        reason=wanted.reason,
        revision=wanted.revision,
        reason_kind=wanted.reason_kind,
        desk=desk,
    )
    queue = rank_queue(session, reviewer, analyst, program_id, today=today)
    return _acted(session, reviewer, queue, startup_id)


@router.post(
    "/{program_id}/{startup_id}/order",
    responses=problems(401, 403, 404, 409, 413, 415, 422, 503),
    openapi_extra=_takes(OrderBody),
)
def order(
    *,
    session: SessionDep,
    analyst: AnalystDep,
    reviewer: ReviewerDep,
    today: TodayDep,
    program_id: ProgramId,
    startup_id: StartupId,
    body: JsonBody,
    desk: SeenAt = None,
) -> ReviewActAnswer:
    """Move, pin, exclude or like a candidate; tells what that changed in the order."""
    _read_own(session, reviewer, program_id, startup_id)
    wanted = parse_body(OrderBody, body)
    (named,) = wanted.model_fields_set
    if named == "pinned":
        set_pin(session, reviewer, program_id, startup_id, pinned=wanted.pinned, desk=desk)
    elif named == "excluded":
        set_excluded(session, reviewer, program_id, startup_id, excluded=wanted.excluded, desk=desk)
    elif named == "liking":
        set_liking(session, reviewer, program_id, startup_id, liking=wanted.liking, desk=desk)
    else:
        move(session, reviewer, program_id, startup_id, position=wanted.position, desk=desk)
    queue = rank_queue(session, reviewer, analyst, program_id, today=today)
    return _acted(session, reviewer, queue, startup_id)


def _place_of(queue: RankedQueue, cursor: str) -> int:
    """Give the position a page begins behind; where its startup is gone, the one it had."""
    # Its form was checked at the boundary; whatever else it spells is the start.
    found = _PLACE.fullmatch(bytes.fromhex(cursor).decode("ascii"))
    return 0 if found is None else queue.positions.get(found[2], int(found[1]) - 1)


def _read_own(session: Session, reviewer: Actor, program_id: str, startup_id: str) -> OwnReview:
    """Read what the reviewer's desk says, where the reviewer writes there."""
    said, criteria = read_review(session, reviewer, program_id, startup_id)
    return _own_review(startup_id, desk_of(session, reviewer, program_id), said, criteria)


def _own_review(startup_id: str, desk: Desk, said: Said, criteria: tuple[ScoredCriterion, ...]) -> OwnReview:
    return OwnReview(
        startup_id=startup_id,
        desk="agency" if desk.is_agency else "own",
        decision=said.decision and said.decision.value,
        reason_kind=said.reason_kind and said.reason_kind.value,
        reason=said.reason,
        scores=dict(said.scores),
        total=_total(total_of(criteria, desk.name, dict(said.scores))),
        revision=said.revision,
    )


def _tag(own: OwnReview) -> str:
    return f'"{sha256(own.model_dump_json().encode()).hexdigest()[:32]}"'


def _total(total: OneTotal | None) -> ReviewTotal | None:
    return None if total is None else ReviewTotal.model_validate(total)


def _candidate(
    queue: RankedQueue, candidate: Candidate, item: ReviewItem, own: OwnReview, program_language: str
) -> ReviewCandidate:
    languages = {"profile_language": candidate.language.value, "program_language": program_language}
    return ReviewCandidate(
        **item.model_dump(),
        program_id=queue.program.id,
        invented=candidate.invented,
        needs_human_check=candidate.needs_human_check,
        language=candidate.language.value,
        text=candidate.text,
        facts=StartupFactsOut.model_validate(candidate.facts),
        signals=dict(candidate.signals),
        eligibility=eligibility_document(candidate.eligibility),
        override=_override(candidate),
        evidence=[
            ReviewEvidence.model_validate(evidence_document(pair) | languages) for pair in candidate.evidence
        ],
        criteria=[ReviewCriterion.model_validate(criterion) for criterion in queue.criteria],
        own_review=own,
        other_reviews=_others(queue, candidate),
        aggregate=_aggregate(queue, candidate),
    )


def _override(candidate: Candidate) -> VerdictOverride | None:
    if candidate.override is None:
        return None
    return VerdictOverride(
        verdict=candidate.override.value, reason=candidate.override_reason, by=candidate.override_by
    )


def _others(queue: RankedQueue, candidate: Candidate) -> list[OtherReview]:
    dropped = {one.reviewer for one in candidate.aggregate.dropped} if candidate.aggregate else set()
    return [
        _other(review, dropped=review.reviewer in dropped)
        for review in candidate.submitted
        if review.reviewer != queue.desk.name
    ]


def _other(review: SubmittedReview, *, dropped: bool) -> OtherReview:
    return OtherReview(
        name=review.name,
        decision=review.decision.value,
        reason_kind=review.reason_kind and review.reason_kind.value,
        reason=review.reason,
        scores=dict(review.scores),
        total=_total(review.total),
        dropped=dropped,
    )


def _aggregate(queue: RankedQueue, candidate: Candidate) -> ReviewAggregate | None:
    made = candidate.aggregate
    if made is None or not any(review.scores for review in candidate.submitted):
        return None
    return ReviewAggregate(
        rule=queue.rules.aggregation.value,
        total=made.total,
        bonus=made.bonus,
        spread=made.spread,
        below=list(made.below),
        zeros=list(made.zeros),
    )


def _acted(session: Session, reviewer: Actor, queue: RankedQueue, startup_id: str) -> ReviewActAnswer:
    if startup_id not in queue.rows:
        # Considered, but without a text it stands in no queue.
        raise UnknownStartupError(startup_id)
    (item,) = queue_items(session, queue, [startup_id])
    effect = last_effect(session, reviewer, queue, startup_id)
    told = None
    if effect is not None:
        told = ReviewEffect(
            cause=effect.cause.value,
            own=effect.own and ReviewShift.model_validate(effect.own),
            others=[ReviewShift.model_validate(shift) for shift in effect.others],
            moved=effect.moved,
        )
    return ReviewActAnswer(item=ReviewItem.model_validate(item), effect=told)


def _learning(status: LearningStatus) -> LearningAnswer:
    changed = {change.signal: change for change in status.changes}
    weights = [
        LearnedWeight(
            signal=signal,
            default=DEFAULT_POLICY.weight(signal),
            learned=changed[signal].learned if signal in changed else DEFAULT_POLICY.weight(signal),
        )
        for signal in SIGNALS
    ]
    return LearningAnswer(
        on=status.on,
        state=status.state and status.state.value,
        words=_LEARNING[status.state],
        decisions=DecisionCounts(accept=status.accepted, maybe=status.maybe, decline=status.declined),
        weights=weights,
        degrees=status.degrees,
        effect=status.effect and LearningEffect.model_validate(status.effect),
    )
