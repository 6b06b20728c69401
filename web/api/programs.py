"""Programs: a filtered list in pages, and one program with its conditions and sources."""

from hashlib import sha256
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from matcher.engine.wording import describe
from matcher.workflows.programs import ProgramFilter, ProgramPageData, list_programs, read_program
from models.sector_fields import daejeon_industries, super_gap_fields
from models.vocabulary import Offer, Region, Sector, Stage
from web.access import OPEN
from web.api.cursors import Cursor, read_cursor, write_cursor
from web.api.schemas import ProgramFull, ProgramList, ProgramRule, ProgramSummary, answer_header, problems
from web.dependencies import ReadSessionDep

router = APIRouter(prefix="/programs", tags=["programs"], dependencies=[OPEN])

PRINTABLE = r"^[^\x00-\x1f\x7f]*$"


class ProgramQuery(BaseModel):
    """Filters and page of the list; an unknown key is refused, because it would filter nothing."""

    model_config = ConfigDict(extra="forbid")

    city: str | None = Field(default=None, max_length=60, pattern=PRINTABLE, description="Id of a city.")
    offer: Offer | None = None
    sector: Sector | None = None
    region: Region | None = None
    stage: Stage | None = None
    q: str | None = Field(default=None, max_length=200, pattern=PRINTABLE, description="Words to look for.")
    limit: int = Field(default=50, ge=1, le=100, description="Programs per page.")
    cursor: Cursor | None = None


@router.get("", responses={200: answer_header("Link", "The next page, rel=next."), **problems(422, 503)})
def list_page(
    session: ReadSessionDep, query: Annotated[ProgramQuery, Query()], response: Response
) -> ProgramList:
    """List programs in the order of their ids, `limit` at a time."""
    after = "" if query.cursor is None else read_cursor(query.cursor)
    wanted = ProgramFilter(
        city=query.city,
        offer=query.offer,
        sector=query.sector,
        region=query.region,
        stage=query.stage,
        q=query.q,
    )
    # Sorted here: a database may order by its language's rules, and the cursor is compared by code points.
    cards = sorted(list_programs(session, wanted), key=lambda card: card.id)
    rest = [card for card in cards if card.id > after]
    page = [ProgramSummary.model_validate(card) for card in rest[: query.limit]]
    following = write_cursor(page[-1].id) if len(rest) > len(page) else None
    if following is not None:
        kept = query.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        response.headers["Link"] = f'</api/v1/programs?{urlencode(kept | {"cursor": following})}>; rel="next"'
    return ProgramList(programs=page, next=following)


@router.get(
    "/{program_id}",
    response_model=ProgramFull,
    responses={
        200: answer_header("ETag", "Changes with the content."),
        304: {"description": "Unchanged since the ETag in If-None-Match"},
        **problems(404, 422, 503),
    },
)
def show_program(
    session: ReadSessionDep,
    program_id: Annotated[str, Path(max_length=200)],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Give one program with its text, conditions and sources."""
    body = _full(read_program(session, program_id)).model_dump_json().encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if if_none_match is not None and names_tag(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _full(program: ProgramPageData) -> ProgramFull:
    summary = vars(ProgramSummary.model_validate(program.card))
    page = {name: getattr(program, name) for name in _PAGE_FIELDS}
    rules = [
        ProgramRule(condition=describe(rule.condition).say(), source=rule.source, verified=rule.verified)
        for rule in program.rules
    ]
    fields = {
        "super_gap_fields": super_gap_fields(program.card.sectors),
        "daejeon_industries": daejeon_industries(program.card.sectors),
    }
    return ProgramFull.model_validate(summary | page | fields | {"rules": rules})


_PAGE_FIELDS = (
    ProgramFull.model_fields.keys()
    - ProgramSummary.model_fields.keys()
    - {"rules", "super_gap_fields", "daejeon_industries"}
)


def names_tag(if_none_match: str, tag: str) -> bool:
    """Say whether If-None-Match names this ETag, compared weakly as RFC 9110 (13.1.2) asks."""
    given = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag in given or "*" in given
