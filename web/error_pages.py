"""Error pages in the site's own design; which error gets which status stands in `web.problems`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from matcher.engine.phrases import Phrase, phrase
from web.dependencies import SAFE_METHODS
from web.problems import SECOND_FACTOR, explain, prefers_json, problem_response
from web.rendering import render

SEE_OTHER = 303
UNAUTHORIZED = 401
TOO_MANY = 429
SERVER_FAULT = 500
BUSY = 503
LONG_WAIT_SECONDS = 120
"""From here on a wait is said in minutes."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Everything `error.html` may use; `detail` is English and names fields, never their values."""

    status: int
    title: Phrase
    advice: Phrase
    detail: str
    retry_after: int | None
    retry_minutes: int | None


def show_error(request: Request, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """Render the page of an error; nothing the reader typed is repeated in it.

    Who opens a page without being signed in is led to where one signs in, and then back.
    """
    if status == UNAUTHORIZED and request.method in SAFE_METHODS:
        asked = f"{request.url.path}?{request.url.query}".rstrip("?")
        return RedirectResponse(f"/login?{urlencode({'next': asked})}", SEE_OTHER)
    if detail == SECOND_FACTOR and request.method in SAFE_METHODS:
        return RedirectResponse("/login/code", SEE_OTHER)
    waiting = headers.get("Retry-After", "")
    seconds = int(waiting) if waiting.isdigit() else None
    long_wait = seconds is not None and seconds > LONG_WAIT_SECONDS
    title, advice = _WORDS.get(status, _WORDS[SERVER_FAULT if status >= SERVER_FAULT else 400])
    if status == BUSY and waiting:
        title, advice = _BUSY_WORDS
    if status == TOO_MANY and long_wait:
        title, advice = _LONG_WAIT_WORDS
    page = ErrorPage(
        status,
        title,
        advice,
        detail if status in _EXPLAINED else "",
        seconds,
        math.ceil(seconds / 60) if seconds is not None and long_wait else None,
    )
    return render(request, "error.html", page, status_code=status, headers=headers, address="/")


def answer_error(request: Request, error: Exception) -> Response:
    """Answer an error that is not raised, so that what the request wrote before it stays written."""
    refusal = explain(error)
    if prefers_json(request.scope):
        return problem_response(request.scope, refusal)
    return show_error(request, refusal.status, refusal.detail, refusal.headers)


_EXPLAINED = frozenset({400, 422})
"""Statuses whose detail says more than their title."""

_WORDS: Mapping[int, tuple[Phrase, Phrase]] = {
    400: (
        phrase("This request could not be read"),
        phrase("Go back to the page before and try again."),
    ),
    401: (
        phrase("You are not signed in"),
        phrase(
            "The session may have ended. Sign in in another tab, then reload this page: "
            "what you sent is sent again."
        ),
    ),
    403: (
        phrase("This request was refused"),
        phrase("Your account does not have the rights for this, or the request came from another site."),
    ),
    404: (
        phrase("There is no such page"),
        phrase("The address may be old or mistyped. The catalogue lists every program we know."),
    ),
    405: (
        phrase("This page cannot be used that way"),
        phrase("Open it by its link instead of sending a form to it."),
    ),
    409: (
        phrase("Somebody changed this in the meantime"),
        phrase("Nothing was overwritten. Open the page again to see the newest state, then decide."),
    ),
    413: (
        phrase("This is too much at once"),
        phrase("Shorten the text or choose a smaller file, then try again."),
    ),
    422: (
        phrase("Something in this request is not as expected"),
        phrase("Check the part named below and try again."),
    ),
    429: (
        phrase("That was a lot of tries in a short time"),
        phrase("Please wait a moment: only so many tries are allowed within a short time."),
    ),
    500: (
        phrase("Something went wrong on our side"),
        phrase(
            "Your text was not stored. Please try again; if it happens again, tell whoever runs this site."
        ),
    ),
    503: (
        phrase("The site cannot answer just now"),
        phrase("Its data is not ready or cannot be reached. Please try again shortly."),
    ),
}
"""Title and advice per status."""

_BUSY_WORDS = (
    phrase("The matcher is busy right now"),
    phrase("Others are being matched at this moment. Nothing is lost: please try again shortly."),
)
"""Said instead where the answer names a time to come back."""

_LONG_WAIT_WORDS = (
    _WORDS[TOO_MANY][0],
    phrase("Only so much is allowed within a certain time. Please come back later."),
)
"""Said instead where a moment is not enough."""
