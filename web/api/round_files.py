"""What is taken away of rounds: packs and shortlists, each with a reason; a token needs `export` too."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from matcher.errors import TooManyAttemptsError
from matcher.exports.shortlist import Outcome
from matcher.workflows.round_shortlists import (
    MEDIA_TYPES,
    ShortlistView,
    export_pack,
    export_shortlist,
)
from models.database import write_session
from web import names
from web.access import RoundManagerDep
from web.api.round_answers import RoundId, RunNumber, fitting
from web.api.round_schemas import (
    ShortlistQuery,
    TakeQuery,
)
from web.api.schemas import Schema, problems
from web.dependencies import AnalystDep, SessionDep, TodayDep, get_settings
from web.i18n import gettext, speaking

router = APIRouter(prefix="/rounds", tags=["rounds"])

_FILE: Schema = {"type": "string", "format": "binary"}


@router.get(
    "/{round_id}/runs/{run}/pack",
    response_class=Response,
    responses={
        200: {"description": "The pack; docs/rounds.md", "content": {"application/json": {"schema": {}}}},
        **problems(401, 403, 404, 409, 422, 429, 503),
    },
)
def take_pack(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: RoundId,
    run: RunNumber,
    query: Annotated[TakeQuery, Query()],
) -> Response:
    """Give everything a plan can be made again from, byte for byte the same each time; needs `export`."""
    del session
    limit = get_settings(request).profiles_per_hour

    def take(writing: Session) -> bytes:
        return export_pack(writing, manager, round_id, run, reason=query.reason, limit=limit)

    return _file(_audited(request, take), "application/json", f"{round_id}-run-{run}.json")


@router.get(
    "/{round_id}/shortlist",
    response_class=Response,
    responses={
        200: {
            "description": "The shortlist",
            "content": {
                kind.partition(";")[0]: {"schema": {} if kind == "application/json" else _FILE}
                for kind in MEDIA_TYPES.values()
            },
        },
        **problems(401, 403, 404, 409, 422, 429, 503),
    },
)
def take_shortlist(
    *,
    request: Request,
    session: SessionDep,
    analyst: AnalystDep,
    manager: RoundManagerDep,
    today: TodayDep,
    round_id: RoundId,
    query: Annotated[ShortlistQuery, Query()],
) -> Response:
    """Give the shortlist as a file; CSV without a byte order mark. Needs `export`, and is written down."""
    del session
    limit = get_settings(request).profiles_per_hour
    usual = ShortlistView().outcomes
    view = ShortlistView(
        query.language,
        tuple(query.columns),
        outcomes=frozenset(Outcome) if query.everybody else usual,
        program_id=query.program or "",
        masked=query.masked,
        sheets=query.sheets,
    )

    def take(writing: Session) -> bytes:
        return export_shortlist(
            writing,
            manager,
            analyst,
            round_id,
            query.format,
            view=view,
            today=today,
            reason=query.reason,
            limit=limit,
            bom=False,
            say=lambda said: said.say(gettext, names.name, names.written),
        )

    with speaking(query.language):
        content = _audited(request, take)
    return _file(content, MEDIA_TYPES[query.format], f"shortlist-{round_id}.{query.format.value}")


def _audited(request: Request, take: Callable[[Session], bytes]) -> bytes:
    """Take something away in a write unit of its own, because that is written down.

    Raises:
        TooManyAttemptsError: it is more than an hour allows; the entry that says so is kept.
    """
    with write_session(request.app.state.engine) as writing:
        try:
            with fitting():
                return take(writing)
        except TooManyAttemptsError as error:
            stopped = error
    raise stopped


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=kind)
