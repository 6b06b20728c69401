"""Rounds: opened, changed under If-Match, planned, published, taken away; for managers alone.

A token needs the scope `rounds`; to take a shortlist or a pack away it also needs `export`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from matcher.errors import FieldError
from matcher.workflows.round_publications import finalise
from matcher.workflows.rounds import (
    USUAL_STAGES,
    RoundSheet,
    StageWindow,
    change_programs,
    change_rules,
    change_settings,
    change_stages,
    create_round,
    list_rounds,
    read_round,
    remove_pin,
    rename_round,
    save_columns,
    set_pin,
)
from models.access import Actor
from web.access import RoundManagerDep
from web.api.bodies import JsonBody, parse_body
from web.api.cursors import read_cursor, write_cursor
from web.api.keyed_answers import Key, answer_keyed, first_answer, keyed_request
from web.api.preconditions import IfMatch, if_match_header, must_be_given, must_match
from web.api.programs import names_tag
from web.api.round_answers import (
    CREATED,
    RoundId,
    fitting,
    round_line,
    tag_of,
    tagged,
    takes,
    written,
)
from web.api.round_schemas import (
    NewRoundBody,
    PinBody,
    ProgramSeatsBody,
    RoundAnswer,
    RoundList,
    RoundPatch,
    RoundQuery,
    StageBody,
)
from web.api.schemas import Schema, answer_header, problems
from web.dependencies import SessionDep

router = APIRouter(prefix="/rounds", tags=["rounds"])

ProgramId = Annotated[str, Path(max_length=200)]
StartupId = Annotated[str, Path(max_length=200)]

_IF_MATCH = if_match_header("ETag of the round the change was made from.")
_TAGGED = answer_header("ETag", "Changes with everything that is set about the round.")
_OPENED = {
    "headers": _TAGGED["headers"] | answer_header("Location", "The address of the round.")["headers"],
    "model": RoundAnswer,
}
_CHANGES = problems(401, 403, 404, 409, 412, 413, 415, 422, 428, 503)


def _takes_tagged(model: type[BaseModel]) -> Schema:
    return takes(model) | {"parameters": [_IF_MATCH]}


@router.get(
    "", responses={200: answer_header("Link", "The next page, rel=next."), **problems(401, 403, 422, 503)}
)
def list_page(
    session: SessionDep, manager: RoundManagerDep, query: Annotated[RoundQuery, Query()], response: Response
) -> RoundList:
    """List the rounds, the newest first, `limit` at a time."""
    found = list_rounds(session, manager)
    after = "" if query.cursor is None else read_cursor(query.cursor)
    begin = next((place for place, card in enumerate(found, 1) if card.id == after), 0)
    page = found[begin : begin + query.limit]
    following = write_cursor(page[-1].id) if begin + len(page) < len(found) else None
    if following is not None:
        kept = query.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        response.headers["Link"] = f'</api/v1/rounds?{urlencode(kept | {"cursor": following})}>; rel="next"'
    return RoundList(rounds=[round_line(card) for card in page], next=following)


@router.post(
    "",
    response_model=RoundAnswer,
    status_code=CREATED,
    responses={CREATED: _OPENED, **problems(401, 403, 409, 413, 415, 422, 503)},
    openapi_extra=takes(NewRoundBody),
)
def open_round(
    *, session: SessionDep, manager: RoundManagerDep, body: JsonBody, idempotency_key: Key = None
) -> Response:
    """Open a round."""
    asked = keyed_request(manager, idempotency_key, "open-round", body)
    if (first := first_answer(session, asked)) is not None:
        return first
    wanted = parse_body(NewRoundBody, body)
    with fitting():
        key = create_round(
            session,
            manager,
            wanted.name,
            _programs(wanted.programs),
            round_id=wanted.id or "",
            time_zone=wanted.time_zone,
            stages=USUAL_STAGES if wanted.stages is None else _stages(wanted.stages),
        )
    answer, tag = written(read_round(session, manager, key))
    headers = {"ETag": tag, "Location": f"/api/v1/rounds/{key}"}
    return answer_keyed(session, asked, answer, headers, status=CREATED)


@router.get(
    "/{round_id}",
    response_model=RoundAnswer,
    responses={
        200: _TAGGED,
        304: {"description": "Unchanged since the ETag in If-None-Match"},
        **problems(401, 403, 404, 422, 503),
    },
)
def show_round(
    request: Request, session: SessionDep, manager: RoundManagerDep, round_id: RoundId
) -> Response:
    """Give everything that is set about a round, with its ETag."""
    answer, tag = written(read_round(session, manager, round_id))
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if names_tag(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(answer, headers=headers, media_type="application/json")


@router.patch(
    "/{round_id}",
    response_model=RoundAnswer,
    responses={200: _TAGGED, **_CHANGES},
    openapi_extra=_takes_tagged(RoundPatch),
)
def change_round(
    *,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: RoundId,
    body: JsonBody,
    if_match: IfMatch = None,
) -> Response:
    """Change some of what is set about a round, all at once or nothing."""
    before = read_round(session, manager, round_id)
    given = must_be_given(if_match)
    wanted = parse_body(RoundPatch, body)
    must_match(given, tag_of(before))
    with fitting():
        _change(session, manager, before, wanted)
    return tagged(read_round(session, manager, round_id))


@router.put(
    "/{round_id}/pins/{program_id}/{startup_id}",
    response_model=RoundAnswer,
    responses={200: _TAGGED, **_CHANGES},
    openapi_extra=_takes_tagged(PinBody),
)
def put_pin(
    *,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: RoundId,
    program_id: ProgramId,
    startup_id: StartupId,
    body: JsonBody,
    if_match: IfMatch = None,
) -> Response:
    """Demand a pair, or rule it out; what was demanded of it before is replaced."""
    before = read_round(session, manager, round_id)
    given = must_be_given(if_match)
    wanted = parse_body(PinBody, body)
    must_match(given, tag_of(before))
    pair = (round_id, program_id, startup_id)
    with fitting():
        set_pin(session, manager, *pair, kind=wanted.kind, reason=wanted.reason, revision=before.revision)
    return tagged(read_round(session, manager, round_id))


@router.delete(
    "/{round_id}/pins/{program_id}/{startup_id}",
    response_model=RoundAnswer,
    responses={200: _TAGGED, **problems(401, 403, 404, 409, 412, 422, 428, 503)},
    openapi_extra={"parameters": [_IF_MATCH]},
)
def delete_pin(
    *,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: RoundId,
    program_id: ProgramId,
    startup_id: StartupId,
    if_match: IfMatch = None,
) -> Response:
    """Demand nothing of a pair any more."""
    before = read_round(session, manager, round_id)
    must_match(must_be_given(if_match), tag_of(before))
    with fitting():
        remove_pin(session, manager, round_id, program_id, startup_id, revision=before.revision)
    return tagged(read_round(session, manager, round_id))


@router.post(
    "/{round_id}/finalise",
    response_model=RoundAnswer,
    responses={200: _TAGGED, **problems(401, 403, 404, 409, 412, 422, 428, 503)},
    openapi_extra={"parameters": [_IF_MATCH]},
)
def make_final(
    *, session: SessionDep, manager: RoundManagerDep, round_id: RoundId, if_match: IfMatch = None
) -> Response:
    """Make a published round final; nothing takes that back."""
    before = read_round(session, manager, round_id)
    must_match(must_be_given(if_match), tag_of(before))
    with fitting():
        finalise(session, manager, round_id, revision=before.revision)
    return tagged(read_round(session, manager, round_id))


def _change(session: Session, manager: Actor, before: RoundSheet, wanted: RoundPatch) -> None:
    """Make each change from the revision the one before it left."""
    key, revision = before.card.id, before.revision
    if wanted.name is not None:
        rename_round(session, manager, key, wanted.name, revision=revision)
        revision += 1
    if not (wanted.stage is None and wanted.stages is None and wanted.time_zone is None):
        change_stages(
            session,
            manager,
            key,
            stages=before.stages if wanted.stages is None else _stages(wanted.stages),
            stage=before.card.stage if wanted.stage is None else wanted.stage,
            time_zone=before.time_zone if wanted.time_zone is None else wanted.time_zone,
            revision=revision,
        )
        revision += 1
    if wanted.settings is not None:
        settings = wanted.settings.model_dump(mode="json", exclude_none=True)
        change_settings(session, manager, key, settings, revision=revision)
        revision += 1
    if wanted.programs is not None:
        change_programs(session, manager, key, _programs(wanted.programs), revision=revision)
        revision += 1
    if wanted.rules is not None:
        change_rules(session, manager, key, wanted.rules, revision=revision)
        revision += 1
    if wanted.columns is not None:
        save_columns(session, manager, key, wanted.columns, revision=revision)


def _programs(programs: Iterable[ProgramSeatsBody]) -> list[tuple[str, int, int]]:
    return [(one.program, one.seats, one.waitlist) for one in programs]


def _stages(stages: Iterable[StageBody]) -> list[StageWindow]:
    return [StageWindow(one.stage, _moment(one, one.opens), _moment(one, one.closes)) for one in stages]


def _moment(stage: StageBody, written: str | None) -> datetime | None:
    try:
        return None if written is None else datetime.fromisoformat(written)
    except ValueError as error:
        raise FieldError(f"stages.{stage.stage.value}", "is no day, or no time of one") from error
