"""The cookies of a signed-in browser: bound to this host, out of reach of scripts and other sites."""

from fastapi import Request
from starlette.responses import Response

from matcher.settings import Settings
from matcher.workflows.sign_ins import LONGEST
from web.dependencies import get_settings

_SESSION = "landfall_session"
_DEVICE = "landfall_device"
_YEAR_SECONDS = 365 * 24 * 3600


def session_cookie(settings: Settings) -> str:
    """Name the session cookie; over https the prefix makes browsers refuse it from a neighbour host."""
    return f"__Host-{_SESSION}" if settings.https else _SESSION


def device_cookie(settings: Settings) -> str:
    """Name the cookie by which a browser that signed in before is known."""
    return f"__Host-{_DEVICE}" if settings.https else _DEVICE


def session_token(request: Request) -> str | None:
    """Give the token of the request's session cookie."""
    return request.cookies.get(session_cookie(get_settings(request))) or None


def device_token(request: Request) -> str | None:
    """Give the token by which this browser is known."""
    return request.cookies.get(device_cookie(get_settings(request))) or None


def set_session(request: Request, response: Response, token: str) -> None:
    """Sign the browser in."""
    _set(request, response, session_cookie(get_settings(request)), token, int(LONGEST.total_seconds()))


def set_device(request: Request, response: Response, token: str) -> None:
    """Let the browser be known for a year."""
    _set(request, response, device_cookie(get_settings(request)), token, _YEAR_SECONDS)


def clear_session(request: Request, response: Response) -> None:
    """Sign the browser out."""
    _set(request, response, session_cookie(get_settings(request)), "", 0)


def _set(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=get_settings(request).https,
    )
