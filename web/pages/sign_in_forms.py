"""What the pages about signing in and the account share: who asks, refusals in words, an app's set-up."""

from dataclasses import dataclass

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from matcher.engine.phrases import Phrase, mark, phrase
from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows.logins import Browser
from matcher.workflows.passwords import EASY, LONGEST, SHORTEST, WRONG_LENGTH
from matcher.workflows.second_factor import GivenCode, Setup
from matcher.workflows.server_key import ServerKey, server_key
from matcher.workflows.throttles import SignInThrottles
from web.cookies import device_token, session_token, set_device, set_session
from web.i18n import LANGUAGE_COOKIE
from web.qr_codes import QrCode, qr_code
from web.rendering import YEAR_SECONDS

MOST_TYPED = 1000
"""Longest password, code or address that is looked at; a longer one is refused by the name of its field."""

_ADVICE = {
    "current_password": mark("This is not your present password."),
    "code": mark("This code is not right. Each code works once and only for a short while."),
    "setup": mark("The set-up took too long. Begin again with the new code below."),
    "name": mark("Enter a name of at most 100 characters."),
    "language": mark("Choose one of the languages."),
}

_OTHERWISE = mark("This cannot be stored.")


@dataclass(frozen=True, slots=True)
class Problem:
    """A refused field and what to do about it."""

    field: str
    advice: Phrase


@dataclass(frozen=True, slots=True)
class SetupView:
    """The set-up of an authenticator app, as the page shows it."""

    groups: tuple[str, ...]
    uri: str
    sealed: str
    qr: QrCode


class TypedCode(BaseModel):
    """Fields of the forms that take a code."""

    code: str = Field(default="", max_length=100)
    setup: str = Field(default="", max_length=2000)
    next: str = Field(default="", max_length=MOST_TYPED)


def problem_of(error: FieldError) -> Problem:
    """Say in the reader's language what is wrong with a field."""
    if error.field == "password":
        return Problem("password", _password_advice(error.reason))
    return Problem(error.field, phrase(_ADVICE.get(error.field, _OTHERWISE)))


def show_setup(setup: Setup) -> SetupView:
    """Give a secret in groups that can be typed, and as a QR code."""
    groups = tuple(setup.secret[start : start + 4] for start in range(0, len(setup.secret), 4))
    return SetupView(groups, setup.uri, setup.sealed, qr_code(setup.uri))


def browser_of(request: Request) -> Browser:
    """Read where a request comes from; who stands in front of the site was seen to by the middleware."""
    agent = "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())
    return Browser(
        address=request.client.host if request.client else "",
        agent=agent[:200],
        device_token=device_token(request),
        session_token=session_token(request),
    )


def throttles_of(request: Request) -> SignInThrottles:
    """Give the throttles of this server."""
    throttles = request.app.state.sign_in_throttles
    assert isinstance(throttles, SignInThrottles)  # noqa: S101  nothing else is ever put there
    return throttles


def settings_of(request: Request) -> Settings:
    """Give the settings of this server."""
    settings = request.app.state.settings
    assert isinstance(settings, Settings)  # noqa: S101  nothing else is ever put there
    return settings


def key_of(request: Request) -> ServerKey:
    """Read the server's key."""
    return server_key(settings_of(request))


def give_cookies(request: Request, response: Response, given: GivenCode) -> None:
    """Hand the browser its new secrets."""
    set_session(request, response, given.token)
    if given.device_token:
        set_device(request, response, given.device_token)


def keep_language(request: Request, response: Response, language: str) -> None:
    """Let the site speak the account's language in this browser."""
    if language:
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=settings_of(request).https,
        )


def _password_advice(reason: str) -> Phrase:
    if reason == WRONG_LENGTH:
        return phrase(
            "A password has %(least)s to %(most)s characters. A short sentence is easy to remember.",
            least=SHORTEST,
            most=LONGEST,
        )
    if reason == EASY:
        return phrase("This password is easy to guess. Take a few words that do not belong together.")
    return phrase("This password cannot be used.")
