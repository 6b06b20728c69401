"""What every request passes before a route: headers, host, origin, size.

Pure ASGI, so that nothing is buffered on the way out and a refusal costs no thread.
"""

import html
import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matcher.settings import Settings
from web.cookies import session_cookie
from web.problems import RESPONSE_HEADERS, FieldProblem, Refusal, prefers_json, problem_response

MEBIBYTE = 1024 * 1024
MOST_BODY_BYTES = 4 * MEBIBYTE
MOST_DRAINED_BYTES = 64 * MEBIBYTE
MOST_FILE_BYTES = 11 * MEBIBYTE
"""Body of a route that takes a document or a table: 10 MiB of file and the form around it."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TAKES_FILES = re.compile(r"/startups/[^/]+/profile/plan|/imports(?:/.*)?")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def install(app: FastAPI, settings: Settings) -> None:
    """Put all of it around `app`; headers are added outside of what refuses, so that refusals carry them."""
    app.add_middleware(BodyLimit)
    app.add_middleware(OwnOrigin, public_url=settings.public_url)
    app.add_middleware(AllowedHosts, hosts=settings.allowed_hosts.split(","))
    app.add_middleware(ResponseHeaders, https=settings.https, session_cookie=session_cookie(settings))
    app.add_middleware(ClientAddress, proxies=settings.trusted_proxies)


class ResponseHeaders:
    """Security headers on every answer; answers to writes and private pages are not stored."""

    def __init__(self, app: ASGIApp, *, https: bool, session_cookie: str) -> None:
        """Take whether people reach the site over https, and the cookie of those who are signed in."""
        self._app = app
        self._session_cookie = session_cookie
        self._headers = {
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "X-Content-Type-Options": "nosniff",
            # Under no-referrer a browser sends `Origin: null` with forms, and OwnOrigin needs the origin.
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers when the answer starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = self._headers | ({"Cache-Control": "no-store"} if self._is_private(scope) else {})
        # The answer to an unexpected error is sent outside this layer: it finds the headers here.
        scope[RESPONSE_HEADERS] = headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_private(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        known = "authorization" in headers or self._session_cookie in headers.get("cookie", "")
        return known or scope["method"] not in _SAFE_METHODS


class ClientAddress:
    """Says which address a request came from, where our own proxies stand in front of the site.

    Where that place of the header holds no address, the one the connection came from stays.

    Each proxy adds the address it sees at the end of X-Forwarded-For, so with n proxies the n-th from the
    end was written by the outermost of ours; whatever stands before it, anybody can write.
    """

    def __init__(self, app: ASGIApp, *, proxies: int) -> None:
        """Take how many proxies of our own there are; 0 believes no header."""
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the address into the request."""
        if self._proxies and scope["type"] == "http":
            named = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
            address = _address(named[-self._proxies].strip()) if len(named) >= self._proxies else None
            if address is not None:
                _, port = scope.get("client") or ("", 0)
                scope = {**scope, "client": (address, port)}
        await self._app(scope, receive, send)


class AllowedHosts:
    """Answers only to the names the site is known by; stops DNS rebinding and poisoned links."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        """Take the host names; the port is not compared, IPv6 may stand in brackets or not."""
        self._app = app
        self._hosts = frozenset(_plain_host(host.strip()) for host in hosts if host.strip())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request for another host with 400."""
        if scope["type"] == "http" and not self._knows(Headers(scope=scope).getlist("host")):
            refusal = Refusal(400, "This host name is not served here.")
            await _refuse(scope, refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, values: list[str]) -> bool:
        found = _HOST.fullmatch(values[0]) if len(values) == 1 else None
        return found is not None and _plain_host(found[1]) in self._hosts


def _plain_host(host: str) -> str:
    """Spell a host name or address one way: lower case, an address compressed and without brackets."""
    return _address(host) or host.lower().removeprefix("[").removesuffix("]")


def _address(text: str) -> str | None:
    """Spell a network address one way: compressed and without brackets; None where it is none."""
    try:
        return ip_address(text.lower().removeprefix("[").removesuffix("]")).compressed
    except ValueError:
        return None


class OwnOrigin:
    """Refuses writes another site makes a browser send (CSRF), without a token in every form.

    Fetch-Metadata decides where the browser sends it; else the Origin must be ours; a request with
    neither passes only without cookies, as programs send it.
    """

    def __init__(self, app: ASGIApp, *, public_url: str = "") -> None:
        """Take the address people use: behind a proxy it differs from what the request says."""
        self._app = app
        self._public_origin = _origin(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign write with 403."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS and not self._allows(scope):
            refusal = Refusal(403, "This request did not come from a page of this site.")
            await _refuse(scope, refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allows(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        # A token is sent on purpose by a program; a browser never adds one to another site's request.
        if scope["path"].startswith("/api/") and headers.get("authorization", "").lower().startswith(
            "bearer "
        ):
            return True
        sites = headers.getlist("sec-fetch-site")
        if sites:
            return all(site in {"same-origin", "none"} for site in sites)
        origins = headers.getlist("origin")
        if not origins:
            return "cookie" not in headers
        ours = {_origin(f"{scope['scheme']}://{headers.get('host', '')}"), self._public_origin} - {None}
        return all(_origin(origin) in ours for origin in origins)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Read scheme, host and port of an address; None where there is no host, as in `null`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme)


class BodyLimit:
    """Reads the body before the route does and refuses what is too large, counting bytes as they come.

    Too large a body is still taken off the wire, in chunks that are dropped, because a client that
    is cut off while it sends never reads why.
    """

    def __init__(
        self, app: ASGIApp, *, most: int = MOST_BODY_BYTES, most_drained: int = MOST_DRAINED_BYTES
    ) -> None:
        """Take the largest body a route sees, and the largest that is read to its end."""
        self._app = app
        self._most = most
        self._most_drained = most_drained

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the whole body to the route, or refuse it with 422 or 413."""
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        most = max(self._most, MOST_FILE_BYTES) if _TAKES_FILES.fullmatch(scope["path"]) else self._most
        chunks: list[bytes] = []
        size = 0
        more = True
        while more and size <= self._most_drained:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            chunk = message.get("body", b"")
            size += len(chunk)
            if size <= most:
                chunks.append(chunk)
            else:
                chunks.clear()
            more = message.get("more_body", False)
        if size > most:
            await _refuse(scope, self._too_large(size, most))(scope, receive, send)
            return
        await self._app(scope, _replay(b"".join(chunks), receive), send)

    def _too_large(self, size: int, most: int) -> Refusal:
        if size > self._most_drained:
            return Refusal(413, headers={"Connection": "close"})
        reason = f"the request is larger than {most // MEBIBYTE} MiB; a text has at most 200,000 characters"
        return Refusal(422, errors=(FieldProblem(field="text", reason=reason),))


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body in one message, then what comes after it: the end of the connection."""
    pending = [body]

    async def receive_again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return receive_again


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} - Landfall</title></head>
<body><h1>{title}</h1><p>{detail}</p>{translations}</body></html>
"""
_TRANSLATIONS: Mapping[int, Mapping[str, str]] = {
    400: {
        "ko": "이 호스트 이름으로는 서비스하지 않습니다.",
        "de": "Unter diesem Hostnamen ist hier nichts zu finden.",
        "es": "Este nombre de host no se atiende aquí.",
    },
    403: {
        "ko": "이 사이트의 페이지에서 보낸 요청이 아니어서 거절했습니다.",
        "de": "Diese Anfrage kam nicht von einer Seite dieser Website und wurde abgelehnt.",
        "es": "Esta solicitud no procede de una página de este sitio y se ha rechazado.",
    },
    413: {
        "ko": "요청이 너무 큽니다.",
        "de": "Die Anfrage ist zu groß.",
        "es": "La solicitud es demasiado grande.",
    },
    422: {
        "ko": "요청이 4 MiB보다 큽니다. 글은 200,000자까지 보낼 수 있습니다.",
        "de": "Die Anfrage ist größer als 4 MiB; ein Text hat höchstens 200.000 Zeichen.",
        "es": "La solicitud supera los 4 MiB; un texto tiene como máximo 200.000 caracteres.",
    },
}


def _refuse(scope: Scope, refusal: Refusal) -> Response:
    """Answer before any page machinery runs: a problem document, or a page that needs nothing."""
    if prefers_json(scope):
        return problem_response(scope, refusal)
    detail = "; ".join(f"{one.field}: {one.reason}" for one in refusal.errors) or refusal.sentence
    translations = "".join(
        f'<p lang="{language}">{sentence}</p>'
        for language, sentence in _TRANSLATIONS.get(refusal.status, {}).items()
    )
    page = _PAGE.format(title=f"{refusal.status}", detail=html.escape(detail), translations=translations)
    return HTMLResponse(page, refusal.status, dict(refusal.headers))
