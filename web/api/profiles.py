"""Profiles of the own startups: read, saved as drafts under If-Match, submitted once under a key."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Header, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from sqlmodel import Session
from starlette.exceptions import HTTPException

from matcher.errors import FieldError
from matcher.workflows.api_effects import KeyedRequest
from matcher.workflows.inputs import WITHOUT_FRACTION, country_codes, not_later_than_this_year
from matcher.workflows.submission_contents import (
    EARLIEST_YEAR,
    LONGEST_NAME,
    LONGEST_REGISTRATION,
    MOST_CITIES,
    MOST_INSTITUTIONS,
    MOST_MONEY,
    MOST_PEOPLE,
    TEXT_LIMITS,
    ExportFlag,
    IpStatus,
    LanguageLevel,
    MoneyBand,
    SubmissionContent,
    read_submission,
    stored_submission,
)
from matcher.workflows.submissions import (
    OwnProfile,
    list_own_startups,
    read_own_profile,
    save_submission,
    submit_profile,
    withdraw_profile,
)
from models.access import Action, Actor
from models.vocabulary import Offer, Region, Sector, Stage
from web.access import FounderDep, OwnProfileDep
from web.api.bodies import JsonBody, parse_body
from web.api.cursors import Cursor, read_cursor, write_cursor
from web.api.keyed_answers import Key, NeededKey, answer_keyed, first_answer, keyed_request
from web.api.preconditions import IfMatch, if_match_header, must_be_given, must_match
from web.api.programs import names_tag
from web.api.schemas import READABLE, Schema, answer_header, inline_schema, is_readable, problems
from web.dependencies import SessionDep
from web.outcome_letters import tell_of_changes

router = APIRouter(prefix="/profiles", tags=["profiles"])

MOST_REVISION = 2**53
_CITY = r"^[a-z0-9-]{1,60}$"
_READABLE_OR_EMPTY = f"^$|{READABLE}"


def _text(most: int, *, empty: bool = True) -> Any:
    """Give the type of a text: at most so many characters, and something to read in it."""

    def check(text: str) -> str:
        if len(text) > most:
            raise ValueError(f"longer than {most:,} characters")
        return text if empty and not text else is_readable(text)

    pattern = _READABLE_OR_EMPTY if empty else READABLE
    least = {} if empty else {"minLength": 1}
    schema = {"type": "string", "maxLength": most, "pattern": pattern} | least
    return Annotated[str, AfterValidator(check), WithJsonSchema(schema)]


def _one_of(words: type[Any]) -> Any:
    """Give the type of a word of a list, or nothing."""
    return words | Literal[""]


def _check_country(code: str) -> str:
    if code and code not in country_codes():
        raise ValueError("is not a country: give its two-letter code, such as KR")
    return code


def _check_flags(flags: list[ExportFlag]) -> list[ExportFlag]:
    if ExportFlag.NONE in flags and set(flags) != {ExportFlag.NONE}:
        raise ValueError("`none` stands alone")
    return flags


def _check_city(city: str) -> str:
    if re.fullmatch(_CITY[1:-1], city) is None:
        raise ValueError("is not the id of a city")
    return city


Name = _text(LONGEST_NAME, empty=False)
Short = _text(LONGEST_NAME)
Institutions = Annotated[list[_text(LONGEST_NAME, empty=False)], Field(max_length=MOST_INSTITUTIONS)]  # type: ignore[misc, valid-type]
Cities = Annotated[
    list[Annotated[str, AfterValidator(_check_city), WithJsonSchema({"type": "string", "pattern": _CITY})]],
    Field(max_length=MOST_CITIES, description="Ids of cities; one that is not in the list is refused."),
]
Country = Annotated[
    str, AfterValidator(_check_country), WithJsonSchema({"type": "string", "enum": ["", *country_codes()]})
]
Year = Annotated[
    int,
    Field(strict=True, ge=EARLIEST_YEAR, json_schema_extra={"maximum": datetime.now(UTC).year}),
    AfterValidator(not_later_than_this_year),
    WITHOUT_FRACTION,
]
Trl = Annotated[int, Field(strict=True, ge=1, le=9), WITHOUT_FRACTION]
People = Annotated[int, Field(strict=True, ge=0, le=MOST_PEOPLE), WITHOUT_FRACTION]
Money = Annotated[float, Field(strict=True, ge=0, lt=MOST_MONEY, allow_inf_nan=False)]
Flags = Annotated[
    list[ExportFlag],
    AfterValidator(_check_flags),
    WithJsonSchema({
        "type": "array",
        "anyOf": [
            {"items": {"enum": [flag.value for flag in ExportFlag if flag is not ExportFlag.NONE]}},
            {"items": {"const": ExportFlag.NONE.value}},
        ],
    }),
]  # fmt: skip
StageWord = _one_of(Stage)
BandWord = _one_of(MoneyBand)
IpWord = _one_of(IpStatus)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class TextsBody(_Body):
    """What a startup says of itself in one language."""

    one_liner: _text(TEXT_LIMITS["one_liner"]) = ""  # type: ignore[valid-type]
    summary: _text(TEXT_LIMITS["summary"]) = ""  # type: ignore[valid-type]
    problem: _text(TEXT_LIMITS["problem"]) = ""  # type: ignore[valid-type]
    solution: _text(TEXT_LIMITS["solution"]) = ""  # type: ignore[valid-type]
    market_entry: _text(TEXT_LIMITS["market_entry"]) = ""  # type: ignore[valid-type]
    team: _text(TEXT_LIMITS["team"]) = ""  # type: ignore[valid-type]


class TextsByLanguage(_Body):
    """The texts in each language; null says nothing in it."""

    ko: TextsBody | None = None
    en: TextsBody | None = None
    de: TextsBody | None = None
    es: TextsBody | None = None


class TeamLanguages(_Body):
    """How well the team works in each language; null says nothing about it."""

    ko: LanguageLevel | None = None
    en: LanguageLevel | None = None
    de: LanguageLevel | None = None
    es: LanguageLevel | None = None
    fr: LanguageLevel | None = None


class ProfileBody(_Body):
    """All fields of a profile; what is left out says nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Lantern Robotics",
                    "texts": {"en": {"one_liner": "Robot arms that swap battery packs of vans."}},
                    "needs": ["pilot-customer"],
                    "stage": "seed",
                    "country": "KR",
                }
            ]
        }
    )

    name: Name  # type: ignore[valid-type]
    native_name: Short = ""  # type: ignore[valid-type]
    registration_no: _text(LONGEST_REGISTRATION) = ""  # type: ignore[valid-type]
    texts: TextsByLanguage = TextsByLanguage()
    needs: list[Offer] = []
    target_cities: Cities = []
    target_regions: list[Region] = []
    sectors: list[Sector] = []
    stage: StageWord = ""  # type: ignore[valid-type]
    trl: Trl | None = None
    founded: Year | None = None
    employees: People | None = None
    country: Country = ""
    city: Short = ""  # type: ignore[valid-type]
    revenue_band: BandWord = ""  # type: ignore[valid-type]
    raised_band: BandWord = ""  # type: ignore[valid-type]
    raised_usd: Money | None = None
    ip_status: IpWord = ""  # type: ignore[valid-type]
    export_flags: Flags = []
    languages: TeamLanguages = TeamLanguages()
    institutions: Institutions = []  # type: ignore[valid-type]


class TextsPatch(_Body):
    """Texts to change; null empties one."""

    one_liner: _text(TEXT_LIMITS["one_liner"]) | None = None  # type: ignore[valid-type]
    summary: _text(TEXT_LIMITS["summary"]) | None = None  # type: ignore[valid-type]
    problem: _text(TEXT_LIMITS["problem"]) | None = None  # type: ignore[valid-type]
    solution: _text(TEXT_LIMITS["solution"]) | None = None  # type: ignore[valid-type]
    market_entry: _text(TEXT_LIMITS["market_entry"]) | None = None  # type: ignore[valid-type]
    team: _text(TEXT_LIMITS["team"]) | None = None  # type: ignore[valid-type]


class TextsByLanguagePatch(_Body):
    """Languages to change; null empties one."""

    ko: TextsPatch | None = None
    en: TextsPatch | None = None
    de: TextsPatch | None = None
    es: TextsPatch | None = None


class ProfilePatch(_Body):
    """Fields to change, as a JSON merge patch (RFC 7396); null empties one."""

    name: Name | None = None  # type: ignore[valid-type]
    native_name: Short | None = None  # type: ignore[valid-type]
    registration_no: _text(LONGEST_REGISTRATION) | None = None  # type: ignore[valid-type]
    texts: TextsByLanguagePatch | None = None
    needs: list[Offer] | None = None
    target_cities: Cities | None = None
    target_regions: list[Region] | None = None
    sectors: list[Sector] | None = None
    stage: StageWord | None = None  # type: ignore[valid-type]
    trl: Trl | None = None
    founded: Year | None = None
    employees: People | None = None
    country: Country | None = None
    city: Short | None = None  # type: ignore[valid-type]
    revenue_band: BandWord | None = None  # type: ignore[valid-type]
    raised_band: BandWord | None = None  # type: ignore[valid-type]
    raised_usd: Money | None = None
    ip_status: IpWord | None = None  # type: ignore[valid-type]
    export_flags: Flags | None = None
    languages: TeamLanguages | None = None
    institutions: Institutions | None = None  # type: ignore[valid-type]


class SubmitBody(_Body):
    """Which draft is submitted: the revision that was read; 0 submits again what was withdrawn."""

    revision: Annotated[int, Field(strict=True, ge=0, le=MOST_REVISION), WITHOUT_FRACTION]


class ProfileLine(BaseModel):
    """A startup of yours as it stands in the list."""

    startup_id: str
    name: str


class ProfileList(BaseModel):
    """One page of the list; `next` is the cursor of the following page."""

    profiles: list[ProfileLine]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class ProfileAnswer(BaseModel):
    """A profile as its founders see it: the draft where there is one, else what is submitted."""

    startup_id: str
    name: str
    state: str = Field(examples=["draft"], description="draft, submitted, changed, withdrawn or empty.")
    revision: int = Field(ge=0, description="Of the draft; 0 where there is none.")
    submitted_version: int | None = Field(description="The version that is considered now.")
    missing: list[str] = Field(description="What must be filled in before it can be submitted.")
    content: SubmissionContent


class SubmittedAnswer(BaseModel):
    """What was submitted."""

    startup_id: str
    state: str
    version: int = Field(ge=1)
    languages: list[str]


class WithdrawnAnswer(BaseModel):
    """What was taken back."""

    startup_id: str
    state: str = Field(examples=["withdrawn"])


class ProfileQuery(BaseModel):
    """Page of the list; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=100, description="Profiles per page.")
    cursor: Cursor | None = None


StartupId = Annotated[str, Path(max_length=200)]
_IF_MATCH = if_match_header("ETag of the profile the change was made from.")
_TAGGED = answer_header("ETag", "Changes with the content.")


def _takes(model: type[BaseModel], kind: str = "application/json") -> Schema:
    content = {"application/json": {"schema": inline_schema(model)}}
    if kind != "application/json":
        content[kind] = content["application/json"]
    return {"requestBody": {"required": True, "content": content}} | (
        {} if model is SubmitBody else {"parameters": [_IF_MATCH]}
    )


@router.get(
    "", responses={200: answer_header("Link", "The next page, rel=next."), **problems(401, 403, 422, 503)}
)
def list_page(
    session: SessionDep,
    founder: FounderDep,
    query: Annotated[ProfileQuery, Query()],
    response: Response,
) -> ProfileList:
    """List the startups you are a founder of in the order of their ids, `limit` at a time."""
    after = "" if query.cursor is None else read_cursor(query.cursor)
    found = list_own_startups(session, founder, after=after, limit=query.limit + 1)
    page = [ProfileLine(startup_id=startup_id, name=name) for startup_id, name in found[: query.limit]]
    following = write_cursor(page[-1].startup_id) if len(found) > len(page) else None
    if following is not None:
        kept = query.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        response.headers["Link"] = f'</api/v1/profiles?{urlencode(kept | {"cursor": following})}>; rel="next"'
    return ProfileList(profiles=page, next=following)


@router.get(
    "/{startup_id}",
    response_model=ProfileAnswer,
    responses={
        200: _TAGGED,
        304: {"description": "Unchanged since the ETag in If-None-Match"},
        **problems(401, 403, 404, 422, 503),
    },
)
def show_profile(
    session: SessionDep,
    founder: FounderDep,
    startup_id: StartupId,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Give a profile of yours with its ETag."""
    body, tag = _written(read_own_profile(session, founder, startup_id, Action.READ_OWN_STARTUP))
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if if_none_match is not None and names_tag(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@router.put(
    "/{startup_id}",
    response_model=ProfileAnswer,
    responses={200: _TAGGED, **problems(401, 403, 404, 409, 412, 413, 415, 422, 428, 503)},
    openapi_extra=_takes(ProfileBody),
)
def save_profile(
    *,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: StartupId,
    body: JsonBody,
    if_match: IfMatch = None,
    idempotency_key: Key = None,
) -> Response:
    """Save the whole draft; it is submitted by nothing but `submit`."""
    before = _found(session, founder, startup_id, if_match)
    asked = keyed_request(founder, idempotency_key, "put", startup_id, if_match or "", body)
    if (kept := first_answer(session, asked)) is not None:
        return kept
    wanted = parse_body(ProfileBody, body)
    _precondition(before, if_match)
    content = _without_nulls(wanted.model_dump(mode="json"))
    return _save(session, founder, before, read_submission(content), asked)


@router.patch(
    "/{startup_id}",
    response_model=ProfileAnswer,
    responses={200: _TAGGED, **problems(401, 403, 404, 409, 412, 413, 415, 422, 428, 503)},
    openapi_extra=_takes(ProfilePatch, "application/merge-patch+json"),
)
def change_profile(
    *,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: StartupId,
    body: JsonBody,
    if_match: IfMatch = None,
    idempotency_key: Key = None,
) -> Response:
    """Change some fields of the draft; the others stay as they are."""
    before = _found(session, founder, startup_id, if_match)
    asked = keyed_request(founder, idempotency_key, "patch", startup_id, if_match or "", body)
    if (kept := first_answer(session, asked)) is not None:
        return kept
    patch = parse_body(ProfilePatch, body).model_dump(mode="json", exclude_unset=True)
    _precondition(before, if_match)
    merged = _merged(stored_submission(before.content), patch)
    # The one field that is always there: null leaves it as it is.
    content = read_submission({"name": before.content.name} | merged)
    return _save(session, founder, before, content, asked)


@router.post(
    "/{startup_id}/submit",
    response_model=SubmittedAnswer,
    responses={200: {}, **problems(401, 403, 404, 409, 413, 415, 422, 503)},
    openapi_extra=_takes(SubmitBody),
)
def submit(
    *,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: StartupId,
    body: JsonBody,
    idempotency_key: NeededKey,
) -> Response:
    """Submit the draft: its facts and texts are what is considered from now on."""
    # Asked first, so that a key says nothing about a startup of somebody else.
    profile = read_own_profile(session, founder, startup_id)
    asked = keyed_request(founder, idempotency_key, "submit", startup_id, body)
    if (kept := first_answer(session, asked)) is not None:
        return kept
    wanted = parse_body(SubmitBody, body)
    try:
        version = submit_profile(session, founder, startup_id, revision=wanted.revision)
    except FieldError as error:
        # The request fits the document; what is missing is missing in the draft.
        raise HTTPException(
            409, f"Missing before it can be submitted: {', '.join(profile.missing)}"
        ) from error
    answer = SubmittedAnswer(
        startup_id=startup_id,
        state=version.state,
        version=version.number,
        languages=[language.value for language in version.content.texts],
    ).model_dump_json()
    return answer_keyed(session, asked, answer)


@router.post(
    "/{startup_id}/withdraw",
    response_model=WithdrawnAnswer,
    responses={200: {}, **problems(401, 403, 404, 409, 422, 503)},
)
def withdraw(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: StartupId,
    idempotency_key: NeededKey,
) -> Response:
    """Take back what was submitted: from the next request on nobody considers it; a draft stays."""
    read_own_profile(session, founder, startup_id)
    asked = keyed_request(founder, idempotency_key, "withdraw", startup_id)
    if (kept := first_answer(session, asked)) is not None:
        return kept
    settled = withdraw_profile(session, founder, startup_id)
    tell_of_changes(request, background, session, settled.changed, but=startup_id)
    answer = WithdrawnAnswer(startup_id=startup_id, state="withdrawn").model_dump_json()
    return answer_keyed(session, asked, answer)


def _found(session: Session, founder: Actor, startup_id: str, if_match: str | None) -> OwnProfile:
    profile = read_own_profile(session, founder, startup_id)
    must_be_given(if_match)
    return profile


def _precondition(profile: OwnProfile, if_match: str | None) -> None:
    must_match(if_match or "", _written(profile)[1])


def _save(
    session: Session,
    founder: Actor,
    before: OwnProfile,
    content: SubmissionContent,
    asked: KeyedRequest | None,
) -> Response:
    try:
        after = save_submission(session, founder, before.startup_id, content, revision=before.revision)
    except FieldError as error:
        # The fields fit the document; what they name is not there.
        raise HTTPException(409, f"{error.field}: {error.reason}") from error
    body, tag = _written(after)
    return answer_keyed(session, asked, body.decode(), {"ETag": tag})


def _written(profile: OwnProfile) -> tuple[bytes, str]:
    answer = ProfileAnswer(
        startup_id=profile.startup_id,
        name=profile.name,
        state=profile.state,
        revision=profile.revision,
        submitted_version=None if profile.submitted is None else profile.submitted.number,
        missing=list(profile.missing),
        content=profile.content,
    )
    body = answer.model_dump_json().encode()
    return body, f'"{sha256(body).hexdigest()[:32]}"'


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(item) for key, item in value.items() if item is not None}


def _merged(target: Any, patch: Any) -> Any:
    """Merge as RFC 7396 says: null takes a key away, objects are merged, all else is put in."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged
