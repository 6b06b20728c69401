"""Match a text with the programs: the JSON document of `landfall match --json`, over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from matcher.engine.cleaning import MAX_CHARACTERS
from matcher.workflows.inputs import (
    WITHOUT_FRACTION,
    FactsInput,
    country_code,
    country_codes,
    not_later_than_this_year,
    read_text,
)
from matcher.workflows.match_json import match_document
from matcher.workflows.matching import match_text
from matcher.workflows.throttles import network_of
from models.vocabulary import Language
from web.access import OPEN
from web.api.bodies import JsonBody, parse_body
from web.api.schemas import MatchAnswer, ReadableText, inline_schema, problems
from web.dependencies import AnalystDep, ReadSessionDep, TodayDep

router = APIRouter(prefix="/match", tags=["match"], dependencies=[OPEN])


class MatchFacts(FactsInput):
    """Facts as the API describes them; of a country it also takes the name."""

    founded: (
        Annotated[
            int,
            Field(strict=True, ge=1900, json_schema_extra={"maximum": datetime.now(UTC).year}),
            AfterValidator(not_later_than_this_year),
            WITHOUT_FRACTION,
        ]
        | None
    ) = Field(default=None, description="Year of foundation.", examples=[2021])
    country: (
        Annotated[
            str,
            StringConstraints(min_length=2, max_length=60),
            AfterValidator(country_code),
            Field(json_schema_extra={"enum": list(country_codes())}),
        ]
        | None
    ) = Field(default=None, description="Country of registration, its two-letter code.", examples=["KR"])
    city: Annotated[ReadableText, Field(max_length=100, json_schema_extra={"maxLength": 100})] | None = Field(
        default=None, description="City of the seat.", examples=["Daejeon"]
    )


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

    text: ReadableText = Field(
        max_length=MAX_CHARACTERS,
        json_schema_extra={"maxLength": MAX_CHARACTERS},
        description="What the startup does and looks for; at most 200,000 characters.",
    )
    lang: Literal["auto", "ko", "en", "de", "es"] = "auto"
    facts: MatchFacts = Field(default_factory=MatchFacts)
    top: Annotated[int, Field(strict=True, ge=1, le=100), WITHOUT_FRACTION] = Field(
        default=10, description="Programs to give."
    )


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
