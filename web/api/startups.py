"""Startups: those the caller may see, in pages, and one with its facts and texts."""

from hashlib import sha256
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from matcher.workflows.startups import StartupPageData, list_startups, read_startup
from models.access import Actor
from web.access import StartupReaderDep
from web.api.cursors import Cursor, read_cursor, write_cursor
from web.api.programs import names_tag
from web.api.schemas import (
    OwnStartup,
    OwnStartupText,
    ReadStartup,
    StartupFactsOut,
    StartupList,
    StartupSummary,
    StartupText,
    answer_header,
    problems,
)
from web.dependencies import SessionDep
from web.reading import count_reading

router = APIRouter(prefix="/startups", tags=["startups"])


class StartupQuery(BaseModel):
    """Page of the list; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=100, description="Startups per page.")
    cursor: Cursor | None = None


@router.get(
    "", responses={200: answer_header("Link", "The next page, rel=next."), **problems(401, 403, 422, 503)}
)
def list_page(
    session: SessionDep,
    reader: StartupReaderDep,
    query: Annotated[StartupQuery, Query()],
    response: Response,
) -> StartupList:
    """List the startups you may see in the order of their ids, `limit` at a time.

    Founders see their own, reviewers and leads the candidates of their agency's programs under review,
    managers all.
    """
    after = "" if query.cursor is None else read_cursor(query.cursor)
    found = list_startups(session, reader, after=after, limit=query.limit + 1)
    page = [StartupSummary.model_validate(line) for line in found[: query.limit]]
    following = write_cursor(page[-1].id) if len(found) > len(page) else None
    if following is not None:
        kept = query.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        response.headers["Link"] = f'</api/v1/startups?{urlencode(kept | {"cursor": following})}>; rel="next"'
    return StartupList(startups=page, next=following)


@router.get(
    "/{startup_id}",
    response_model=OwnStartup | ReadStartup,
    responses={
        200: answer_header("ETag", "Changes with the content."),
        304: {"description": "Unchanged since the ETag in If-None-Match"},
        **problems(401, 403, 404, 422, 429, 503),
    },
)
def show_startup(
    *,
    request: Request,
    session: SessionDep,
    reader: StartupReaderDep,
    startup_id: Annotated[str, Path(max_length=200)],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Give one startup with its facts and its newest text in each language.

    Opening a startup that is not your own is written into the audit log and counted: only so many
    different ones can be opened within an hour.
    """
    startup = read_startup(session, reader, startup_id)
    count_reading(request, reader, [startup.id])
    body = _shown_to(reader, startup).model_dump_json().encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if if_none_match is not None and names_tag(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _shown_to(reader: Actor, startup: StartupPageData) -> OwnStartup | ReadStartup:
    """Choose what this reader is shown: when and how often a text was changed is its founders' business."""
    facts = StartupFactsOut.model_validate(startup.facts)
    if startup.id in reader.startups:
        own = [OwnStartupText.model_validate(text) for text in startup.texts]
        return OwnStartup(id=startup.id, name=startup.name, invented=startup.invented, facts=facts, texts=own)
    texts = [StartupText.model_validate(text) for text in startup.texts]
    return ReadStartup(id=startup.id, name=startup.name, invented=startup.invented, facts=facts, texts=texts)
