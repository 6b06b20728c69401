"""Plans of rounds: tried, kept, explained, published; and who takes a place that is given up."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response

from matcher.errors import FieldError
from matcher.exports.shortlist import Outcome
from matcher.workflows.round_publications import publish, withdraw
from matcher.workflows.round_runs import (
    dry_run,
    list_runs,
    mark_of,
    run_round,
)
from matcher.workflows.round_shortlists import (
    read_results,
    shown_run,
)
from matcher.workflows.round_views import read_reasons
from matcher.workflows.rounds import (
    read_round,
)
from matcher.workflows.vacancies import ChangedResult
from web.access import RoundManagerDep, UnlockedRoundManagerDep
from web.api.bodies import JsonBody, parse_body
from web.api.keyed_answers import Key, answer_keyed, first_answer, keyed_request
from web.api.round_answers import (
    CREATED,
    RoundId,
    RunNumber,
    fitting,
    plan_fields,
    results_out,
    run_answer,
    suggestion_out,
    takes,
)
from web.api.round_schemas import (
    AssignmentsAnswer,
    ChangedAnswer,
    DraftAnswer,
    PublishBody,
    PublishedAnswer,
    ResultOut,
    RuleCostOut,
    RunAnswer,
    RunLine,
    RunList,
    RunQuery,
    WhyNotAnswer,
    WhyNotQuery,
    WithdrawBody,
)
from web.api.schemas import answer_header, problems
from web.dependencies import AnalystDep, ReadSessionDep, SessionDep, TodayDep
from web.outcome_letters import tell_of_changes
from web.reading import count_reading

router = APIRouter(prefix="/rounds", tags=["rounds"])

_ACTS = problems(401, 403, 404, 409, 413, 415, 422, 503)


@router.post("/{round_id}/dry-run", responses=problems(401, 403, 404, 409, 422, 503))
def try_plan(
    *,
    session: ReadSessionDep,
    analyst: AnalystDep,
    manager: UnlockedRoundManagerDep,
    today: TodayDep,
    round_id: RoundId,
    response: Response,
) -> DraftAnswer:
    """Make a plan and keep nothing of it; its `mark` keeps it, by `runs?mark=`, as long as it is the same."""
    with fitting():
        draft = dry_run(session, manager, analyst, round_id, today=today)
    response.headers["Cache-Control"] = "no-store"
    plan = plan_fields(draft.document, draft.material.names, mark_of(draft), draft.before, draft.changes)
    return DraftAnswer(**plan, rules=[RuleCostOut.model_validate(cost) for cost in draft.rule_costs])


@router.post(
    "/{round_id}/runs",
    response_model=RunAnswer,
    status_code=CREATED,
    responses={
        CREATED: answer_header("Location", "The address of the plan."),
        **problems(401, 403, 404, 409, 422, 503),
    },
)
def make_run(
    *,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: RoundId,
    query: Annotated[RunQuery, Query()],
    idempotency_key: Key = None,
) -> Response:
    """Make a plan and keep it with its pack."""
    read_round(session, manager, round_id)
    asked = keyed_request(manager, idempotency_key, "run-round", round_id, query.mark or "")
    if (first := first_answer(session, asked)) is not None:
        return first
    with fitting():
        number = run_round(session, manager, analyst, round_id, today=today, seen=query.mark or "")
    answer = run_answer(session, manager, round_id, number).model_dump_json()
    headers = {"Location": f"/api/v1/rounds/{round_id}/runs/{number}"}
    return answer_keyed(session, asked, answer, headers, status=CREATED)


@router.get("/{round_id}/runs", responses=problems(401, 403, 404, 422, 503))
def list_stored(session: SessionDep, manager: RoundManagerDep, round_id: RoundId) -> RunList:
    """List the stored plans, the newest first."""
    return RunList(
        runs=[
            RunLine(
                run=card.number,
                made_at=card.made_at,
                published_at=card.published_at,
                selected=card.selected,
                total=card.total,
            )
            for card in list_runs(session, manager, round_id)
        ]
    )


@router.get("/{round_id}/runs/{run}", responses=problems(401, 403, 404, 422, 503))
def show_run(
    *,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: RoundId,
    run: RunNumber,
    response: Response,
) -> RunAnswer:
    """Give a stored plan: who has a seat, who waits, and what it changed."""
    response.headers["Cache-Control"] = "no-store"
    return run_answer(session, manager, round_id, run)


@router.get(
    "/{round_id}/why-not",
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
def why_not(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    round_id: RoundId,
    query: Annotated[WhyNotQuery, Query()],
    response: Response,
) -> WhyNotAnswer:
    """Name each single change that would give a startup a seat, or fill an empty one."""
    if (query.startup is None) == (query.program is None):
        raise FieldError("startup", "exactly one of startup and program expected")
    number = query.run or shown_run(session, manager, round_id).number
    asked = {"startup_id": query.startup or "", "program_id": query.program or ""}
    with fitting():
        reasons, _ = read_reasons(session, manager, analyst, round_id, number, **asked)
    told = {one.startup for one in reasons.suggestions if one.fact is not None}
    count_reading(request, manager, told, round_id)
    response.headers["Cache-Control"] = "no-store"
    return WhyNotAnswer(
        run=number,
        startup=query.startup,
        program=query.program,
        cause=reasons.cause.cause.value if reasons.cause else None,
        suggestions=[suggestion_out(one) for one in reasons.suggestions],
        looked_at={kind.value: count for kind, count in reasons.looked_at},
    )


@router.post(
    "/{round_id}/publish",
    response_model=PublishedAnswer,
    responses=_ACTS,
    openapi_extra=takes(PublishBody),
)
def publish_run(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: RoundId,
    body: JsonBody,
    idempotency_key: Key = None,
) -> Response:
    """Publish a stored plan whole, or nothing of it, and write to the founders."""
    read_round(session, manager, round_id)
    asked = keyed_request(manager, idempotency_key, "publish-round", round_id, body)
    if (first := first_answer(session, asked)) is not None:
        return first
    wanted = parse_body(PublishBody, body)
    with fitting():
        results = publish(session, manager, analyst, round_id, wanted.run, today=today)
    tell_of_changes(
        request,
        background,
        session,
        (ChangedResult(one.program_id, one.startup_id, one.state, one.rank) for one in results),
    )
    answer = PublishedAnswer(run=wanted.run, results=results_out(results)).model_dump_json()
    return answer_keyed(session, asked, answer)


@router.post(
    "/{round_id}/withdraw",
    response_model=ChangedAnswer,
    responses=_ACTS,
    openapi_extra=takes(WithdrawBody),
)
def let_go(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: RoundId,
    body: JsonBody,
    idempotency_key: Key = None,
) -> Response:
    """Let a startup give its place up; the first who waits takes it, and all concerned are written to."""
    read_round(session, manager, round_id)
    asked = keyed_request(manager, idempotency_key, "withdraw-result", round_id, body)
    if (first := first_answer(session, asked)) is not None:
        return first
    wanted = parse_body(WithdrawBody, body)
    with fitting():
        changed = withdraw(session, manager, round_id, wanted.program, wanted.startup, reason=wanted.reason)
    tell_of_changes(request, background, session, changed)
    return answer_keyed(session, asked, ChangedAnswer(changed=results_out(changed)).model_dump_json())


@router.get("/{round_id}/assignments", responses=problems(401, 403, 404, 422, 503))
def list_assignments(
    session: SessionDep, manager: RoundManagerDep, round_id: RoundId, response: Response
) -> AssignmentsAnswer:
    """List who has a seat, and who a place on a waitlist, of the plan that was published, else the newest."""
    run, results = read_results(session, manager, round_id)
    response.headers["Cache-Control"] = "no-store"
    return AssignmentsAnswer(
        run=run.number,
        published=run.published_at is not None,
        assignments=[
            ResultOut(program=program, startup=startup, state=result.outcome.value, rank=result.place)
            for (startup, program), result in sorted(results.items(), key=lambda item: item[0][::-1])
            if result.outcome in {Outcome.SELECTED, Outcome.WAITLISTED}
        ],
    )
