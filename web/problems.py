"""Errors as answers: RFC 9457 problem documents for programs, a page for people.

Domain errors know no HTTP; `STATUS` is the only place where they get one. An answer names the
fields at fault and never repeats what was sent in them.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DatabaseError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Scope

from matcher.errors import (
    AccessDeniedError,
    DatabaseNotReadyError,
    EncoderBusyError,
    FieldConflictError,
    FieldError,
    ModelFilesError,
    NotSignedInError,
    PreconditionFailedError,
    PreconditionMissingError,
    SecondFactorNeededError,
    StaleEditError,
    TooManyAttemptsError,
    TypesettingError,
    UnknownProgramError,
    UnknownStartupError,
    UnknownThingError,
)
from matcher.workflows.server_key import ServerKeyError

MEDIA_TYPE = "application/problem+json"
METHOD_NOT_ALLOWED = 405

STATUS: Mapping[type[Exception], int] = {
    FieldError: 422,
    FieldConflictError: 409,
    UnknownProgramError: 404,
    UnknownStartupError: 404,
    UnknownThingError: 404,
    NotSignedInError: 401,
    SecondFactorNeededError: 403,
    AccessDeniedError: 403,
    StaleEditError: 409,
    PreconditionFailedError: 412,
    PreconditionMissingError: 428,
    TooManyAttemptsError: 429,
    EncoderBusyError: 503,
    DatabaseNotReadyError: 503,
    ModelFilesError: 503,
    TypesettingError: 503,
    ServerKeyError: 503,
    DatabaseError: 503,
}
"""HTTP status of each mistake; a class that is not listed is a fault of ours: 500."""

DETAIL: Mapping[int, str] = {
    400: "The request could not be read.",
    401: "Sign in first, or send a good API token.",
    403: "This is not allowed.",
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
    409: "Somebody changed this in the meantime; read it again before changing it.",
    412: "It changed since the ETag in If-Match was given; read it again.",
    413: "The request is too large.",
    415: "Send the body as application/json.",
    422: "A field of the request was refused.",
    428: "Send If-Match with the ETag that was read.",
    429: "Too many tries within a short time.",
    500: "Something went wrong on our side.",
    503: "The service cannot answer just now; try again shortly.",
}
"""What is said where nothing more exact is known."""

SECOND_FACTOR = "The code of the authenticator app is still needed."

RESPONSE_HEADERS = "landfall.response_headers"
"""Scope key of the headers that an answer must carry; `web.middleware` fills it."""

_ALWAYS_JSON = re.compile(r"/(?:api(?:/.*)?|openapi\.json|healthz|readyz)", re.DOTALL)
_log = logging.getLogger(__name__)
_SOURCES = frozenset({"body", "query", "path", "header", "cookie"})
_LONGEST_NAME = 100

HtmlHandler = Callable[[Request, int, str, Mapping[str, str]], Response]
"""Renders an error page: (request, status, refused fields if any, headers)."""


class FieldProblem(BaseModel):
    """One refused field."""

    field: str = Field(description="Dotted path of the field, for instance `facts.sectors.0`.")
    reason: str = Field(description="Why it was refused; never repeats what was sent.")


class Problem(BaseModel):
    """A refusal in the form of RFC 9457."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "A field of the request was refused.",
                    "instance": "/api/v1/match",
                    "errors": [{"field": "facts.trl", "reason": "Input should be less than or equal to 9"}],
                }
            ]
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] = []


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error says to the outside, before it takes a form."""

    status: int
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def sentence(self) -> str:
        """The detail in force: its own, else the usual one of its status."""
        return self.detail or DETAIL.get(self.status, HTTPStatus(self.status).phrase)


def explain(error: Exception) -> Refusal:
    """Tell what may be said about an error; what is not known stays inside: 500."""
    if isinstance(error, RequestValidationError):
        return Refusal(422, errors=field_problems(error.errors()))
    if isinstance(error, HTTPException):
        return Refusal(error.status_code, _own_words(error), headers=error.headers or {})
    for kind in type(error).__mro__:
        if kind in STATUS:
            return _explain_ours(error, STATUS[kind])
    return Refusal(500)


def _own_words(error: HTTPException) -> str:
    """Keep a detail somebody wrote; drop the status phrase Starlette fills in."""
    usual = error.detail == HTTPStatus(error.status_code).phrase
    return "" if usual or not isinstance(error.detail, str) else error.detail


def _explain_ours(error: Exception, status: int) -> Refusal:
    headers: dict[str, str] = {}
    if isinstance(error, NotSignedInError):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, EncoderBusyError | TooManyAttemptsError):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, FieldError):
        detail = "A field does not fit what is stored." if isinstance(error, FieldConflictError) else ""
        return Refusal(status, detail, errors=(_field_problem(error.field, error.reason),))
    if isinstance(error, UnknownProgramError):
        return Refusal(status, "No program has this id.")
    if isinstance(error, EncoderBusyError):
        return Refusal(status, "The encoder is busy; try again shortly.", headers=headers)
    if isinstance(error, SecondFactorNeededError):
        return Refusal(status, SECOND_FACTOR)
    return Refusal(status, headers=headers)


def field_problems(errors: Sequence[Mapping[str, Any]]) -> tuple[FieldProblem, ...]:
    """Translate pydantic's errors; neither input nor context of them is ever repeated."""
    return tuple(_field_problem(_path(error["loc"]), _reason(error)) for error in errors)


def _path(place: Sequence[str | int]) -> str:
    parts = place[1:] if place and place[0] in _SOURCES else place
    # FastAPI puts the position of a JSON error behind "body": no field of that name exists.
    if len(place) > 1 and all(isinstance(part, int) for part in parts):
        parts = ()
    return ".".join(str(part) for part in parts) or (str(place[0]) if place else "body")


def _reason(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "is not a known field"
    return str(error["msg"]).removeprefix("Value error, ")


def _field_problem(name: str, reason: str) -> FieldProblem:
    return FieldProblem(field=_printable(name)[:_LONGEST_NAME], reason=_printable(reason))


def _printable(text: str) -> str:
    """Replace what no JSON or page should carry: lone surrogates and control characters."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def prefers_json(scope: Scope) -> bool:
    """Whether the asker gets a problem document: the API always, else by the Accept header."""
    if _ALWAYS_JSON.fullmatch(scope["path"]):
        return True
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1")
    wishes = dict.fromkeys(("json", "html"), 0.0)
    for part in accepted.split(","):
        kind, _, parameters = part.strip().lower().partition(";")
        if kind.strip() in {"application/json", MEDIA_TYPE}:
            wishes["json"] = max(wishes["json"], _quality(parameters))
        elif kind.strip() in {"text/html", "application/xhtml+xml"}:
            wishes["html"] = max(wishes["html"], _quality(parameters))
    return wishes["json"] > wishes["html"]


def _quality(parameters: str) -> float:
    found = re.search(r"(?:^|;)\s*q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*(?:;|$)", parameters)
    return float(found[1]) if found else 1.0


def problem_response(scope: Scope, refusal: Refusal) -> Response:
    """Give a refusal the form of RFC 9457."""
    problem = Problem(
        title=HTTPStatus(refusal.status).phrase,
        status=refusal.status,
        detail=_printable(refusal.sentence),
        instance=quote(scope["path"], errors="replace")[:500],
        errors=list(refusal.errors),
    )
    body = json.dumps(problem.model_dump(), ensure_ascii=False, allow_nan=False).encode()
    return Response(body, refusal.status, dict(refusal.headers), MEDIA_TYPE)


def install_problem_handlers(app: FastAPI, html_handler: HtmlHandler) -> None:
    """Answer every error of `app`: `html_handler` for page paths, a problem document elsewhere."""

    def respond(request: Request, refusal: Refusal) -> Response:
        if prefers_json(request.scope):
            return problem_response(request.scope, refusal)
        return html_handler(request, refusal.status, _page_detail(refusal), refusal.headers)

    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, DatabaseNotReadyError | ModelFilesError | ServerKeyError | DatabaseError):
            # The text of a database error would repeat the statement with its parameters: its cause does not.
            _log.error("%s", error.orig if isinstance(error, DatabaseError) else error)
        refusal = explain(error)
        if refusal.status == METHOD_NOT_ALLOWED:
            refusal = replace(refusal, headers={"Allow": ", ".join(_methods_at(app, request.scope["path"]))})
        return respond(request, refusal)

    async def answer_fault(request: Request, error: Exception) -> Response:
        """Starlette calls this outside every middleware, so it adds their headers itself."""
        refusal = explain(error)
        try:
            response = respond(request, refusal)
        except Exception:  # noqa: BLE001  the page machinery may be what failed, and an answer must go out
            _log.exception("the error page failed")
            response = problem_response(request.scope, refusal)
        response.headers.update(request.scope.get(RESPONSE_HEADERS, {}))
        return response

    for kind in (RequestValidationError, HTTPException, *STATUS):
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(Exception, answer_fault)


def _methods_at(app: FastAPI, path: str) -> list[str]:
    """List every method an address takes: the router itself names those of one route alone.

    Where a route spells the address out, it is none of the ids a route beside it takes.
    """
    found: dict[int, set[str]] = {}
    for context in iter_route_contexts(app.router.routes):
        if context.methods and compile_path(str(context.path))[0].match(path):
            found.setdefault(str(context.path).count("{"), set()).update(context.methods)
    return sorted(found[min(found)]) if found else []


def _page_detail(refusal: Refusal) -> str:
    """Name the refused fields; what a status means otherwise, a page says in the reader's language."""
    return "; ".join(f"{one.field}: {one.reason}" for one in refusal.errors) or refusal.detail
