"""Match a text with the programs: the JSON document of `landfall match --json`, over HTTP."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from matcher.workflows.inputs import FactsInput, read_text
from matcher.workflows.match_json import match_document
from matcher.workflows.matching import match_text
from models.vocabulary import Language
from web.access import OPEN
from web.api.bodies import JsonBody, parse_body
from web.api.schemas import MatchAnswer, inline_schema, problems
from web.dependencies import AnalystDep, ReadSessionDep, TodayDep

router = APIRouter(prefix="/match", tags=["match"], dependencies=[OPEN])


class MatchRequest(BaseModel):
    """A text with what is known of the startup; every fact is optional."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "우리는 전고체 배터리 소재를 만듭니다. 북미 완성차 업체와 실증할 곳을 찾습니다.",
                    "lang": "auto",
                    "facts": {
                        "founded": 2021,
                        "stage": "series-a",
                        "sectors": ["batteries"],
                        "needs": ["pilot-customer"],
                        "target_regions": ["us-west"],
                        "country": "KR",
                    },
                    "top": 5,
                }
            ]
        },
    )

    text: str = Field(description="What the startup does and looks for; at most 200,000 characters.")
    lang: Literal["auto", "ko", "en", "de", "es"] = "auto"
    facts: FactsInput = Field(default_factory=FactsInput)
    top: int = Field(default=10, ge=1, le=100, strict=True, description="Programs to give.")


@router.post(
    "",
    responses=problems(403, 413, 415, 422, 429, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inline_schema(MatchRequest)}},
        }
    },
)
def match(
    request: Request, body: JsonBody, session: ReadSessionDep, analyst: AnalystDep, today: TodayDep
) -> MatchAnswer:
    """Rank the programs for a text; nothing of it is stored or logged."""
    wanted = parse_body(MatchRequest, body)
    text = read_text(wanted.text, "text")
    # Counted last: a request that is refused for its content costs the encoder nothing.
    request.app.state.try_limiter.take(network_of(request.client.host if request.client else ""))
    language = None if wanted.lang == "auto" else Language(wanted.lang)
    result = match_text(session, analyst, text, language, wanted.facts.to_facts(), today=today)
    return MatchAnswer.model_validate(match_document(result, wanted.top))
