"""Headers on every answer, known hosts, writes from our own pages only, bounded bodies."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from matcher.settings import Settings
from web.middleware import CONTENT_SECURITY_POLICY, MEBIBYTE, BodyLimit, ClientAddress

Open = Callable[..., TestClient]

SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/page", {}, 200),
        ("HEAD", "/page", {}, 405),
        ("GET", "/nothing", {}, 404),
        ("GET", "/api/nothing", {}, 404),
        ("DELETE", "/page", {}, 405),
        ("GET", "/api/typed?number=0", {}, 422),
        ("GET", "/mistake/fault", {}, 500),
        ("GET", "/api/mistake/fault", {}, 500),
        ("GET", "/page", {"host": "evil.example"}, 400),
        ("POST", "/api/echo", {"sec-fetch-site": "cross-site"}, 403),
        ("GET", "/api/mistake/busy", {}, 503),
    ],
)
def test_every_answer_carries_the_security_headers(
    small_client: Open, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = small_client().request(method, path, headers=headers)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/page", "/nothing", "/mistake/fault"])
def test_https_sites_ask_for_https(small_client: Open, path: str) -> None:
    client = small_client(Settings(public_url="https://landfall.example"))

    assert client.get(path).headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("method", "path", "stored"),
    [
        ("GET", "/page", True),
        ("POST", "/page", False),
        ("POST", "/api/nothing", False),
    ],
)
def test_writes_are_not_stored(small_client: Open, method: str, path: str, *, stored: bool) -> None:
    answer = small_client().request(method, path)

    assert answer.headers.get("cache-control") == (None if stored else "no-store")


@pytest.mark.parametrize(
    "headers", [{"cookie": "landfall_session=x"}, {"authorization": "Bearer landfall_x"}]
)
def test_nothing_is_stored_of_what_somebody_signed_in_is_shown(
    small_client: Open, headers: dict[str, str]
) -> None:
    assert small_client().get("/page", headers=headers).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8000", 200),
        ("127.0.0.1:1", 200),
        ("localhost:9999", 200),
        ("LOCALHOST", 200),
        ("[::1]", 200),
        ("[::1]:8000", 200),
        ("[0:0:0:0:0:0:0:1]:8000", 200),
        ("landfall.example", 200),
        ("landfall.example.", 400),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("evil.example/127.0.0.1", 400),
        ("localhost@evil.example", 400),
        ("localhost:evil", 400),
        ("localhost:8000:1", 400),
        ("localhost, evil.example", 400),
        ("::1", 400),
        ("[::1", 400),
        ("[::2]", 400),
        ("0x7f.1", 400),
        ("", 400),
        (" ", 400),
    ],
)
def test_only_known_hosts_are_answered(small_client: Open, host: str, status: int) -> None:
    client = small_client(Settings(allowed_hosts="127.0.0.1, localhost,[::1], Landfall.Example,"))

    answer = client.get("/page", headers={"host": host})

    assert answer.status_code == status
    assert host not in answer.text or not host.strip()


def test_two_host_headers_are_refused(small_client: Open) -> None:
    answer = small_client().get("/page", headers=[("host", "localhost"), ("host", "localhost")])

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-origin", "cookie": "a=b", "origin": "null"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"}, 403),
        ({"sec-fetch-site": "Same-Origin"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"origin": "http://127.0.0.1:8000"}, 200),
        ({"origin": "HTTP://127.0.0.1:8000"}, 200),
        ({"origin": "http://127.0.0.1:8000", "cookie": "a=b"}, 200),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://127.0.0.1:8001"}, 403),
        ({"origin": "https://127.0.0.1:8000"}, 403),
        ({"origin": "http://localhost:8000"}, 403),
        ({"origin": "http://127.0.0.1:8000@evil.example"}, 403),
        ({"origin": "http://evil@127.0.0.1:8000"}, 403),
        ({"origin": "http://127.0.0.1:port"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({}, 200),
        ({"cookie": "a=b"}, 403),
    ],
)
def test_writes_come_from_our_own_pages(small_client: Open, headers: dict[str, str], status: int) -> None:
    client = small_client()

    answers = [client.post(path, content=b"abc", headers=headers) for path in ("/page", "/api/echo")]

    assert [answer.status_code for answer in answers] == [status, status]


def test_reads_are_open_to_links_from_elsewhere(small_client: Open) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": "http://evil.example", "cookie": "a=b"}

    assert small_client().get("/page", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://landfall.example", 200),
        ("https://landfall.example:443", 200),
        ("http://landfall.example:8000", 200),
        ("http://landfall.example", 403),
    ],
)
def test_behind_a_proxy_the_public_address_is_ours(small_client: Open, origin: str, status: int) -> None:
    settings = Settings(public_url="https://landfall.example", allowed_hosts="landfall.example")
    client = small_client(settings, base_url="http://landfall.example:8000")

    assert client.post("/page", content=b"abc", headers={"origin": origin}).status_code == status


@pytest.mark.parametrize(
    ("size", "status"),
    [(0, 422), (1, 200), (4 * MEBIBYTE, 200), (4 * MEBIBYTE + 1, 422), (10 * MEBIBYTE, 422)],
)
def test_bodies_above_four_mebibytes_are_refused_by_field(small_client: Open, size: int, status: int) -> None:
    answer = small_client().post("/api/echo", content=b"x" * size)

    assert answer.status_code == status
    if size > 4 * MEBIBYTE:
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == ["text"]


def test_a_page_refuses_a_large_body_in_every_language(small_client: Open) -> None:
    answer = small_client().post("/page", content=b"x" * (10 * MEBIBYTE))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "text: the request is larger than 4 MiB" in answer.text
    assert "200,000자까지 보낼 수 있습니다.</p>" in answer.text
    assert (
        '<p lang="de">Die Anfrage ist größer als 4 MiB; ein Text hat höchstens 200.000 Zeichen.</p>'
        in answer.text
    )
    assert (
        '<p lang="es">La solicitud supera los 4 MiB; un texto tiene como máximo 200.000 caracteres.</p>'
        in (answer.text)
    )


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [("GET", {"host": "evil.example"}, 400), ("POST", {"sec-fetch-site": "cross-site"}, 403)],
)
def test_a_refusal_page_speaks_every_language(
    small_client: Open, method: str, headers: dict[str, str], status: int
) -> None:
    answer = small_client().request(method, "/page", headers=headers)

    assert answer.status_code == status
    assert '<html lang="en">' in answer.text
    assert [part.partition('"')[0] for part in answer.text.split('<p lang="')[1:]] == ["ko", "de", "es"]


def test_a_declared_length_is_not_trusted(small_client: Open) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(5):
            yield b"x" * MEBIBYTE

    answer = small_client().post("/api/echo", content=chunks(), headers={"content-length": "5"})

    assert answer.status_code == 422


def test_a_read_with_a_body_is_harmless(small_client: Open) -> None:
    answer = small_client().request("GET", "/page", content=b"x" * (5 * MEBIBYTE))

    assert answer.status_code == 200


async def _count(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the size of the body the application was handed."""
    del scope
    message = await receive()
    size = str(len(message["body"])).encode()
    after = await receive()
    assert after["type"] == "http.disconnect"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": size})


def _send_chunks(count: int, *, cut_off: bool = False) -> tuple[list[Message], int]:
    """Send `count` chunks of 1 kB through a limit of 10 kB, drained up to 100 kB.

    Returns:
        What was answered, and how many chunks were taken off the wire.
    """
    taken = 0
    answered: list[Message] = []

    async def receive() -> Message:
        nonlocal taken
        if taken == count:
            return {"type": "http.disconnect"}
        taken += 1
        return {"type": "http.request", "body": b"x" * 1000, "more_body": cut_off or taken < count}

    async def send(message: Message) -> None:
        answered.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/match", "headers": []}
    limit = BodyLimit(_count, most=10_000, most_drained=100_000)
    asyncio.run(limit(scope, receive, send))
    return answered, taken


@pytest.mark.parametrize(
    ("count", "status", "taken"),
    [(1, 200, 1), (10, 200, 10), (11, 422, 11), (100, 422, 100), (101, 413, 101), (5000, 413, 101)],
)
def test_a_large_body_is_drained_to_a_limit(count: int, status: int, taken: int) -> None:
    answered, taken_off = _send_chunks(count)

    assert answered[0]["status"] == status
    assert taken_off == taken
    assert ((b"connection", b"close") in answered[0]["headers"]) == (status == 413)


@pytest.mark.parametrize("count", [0, 3, 50])
def test_a_body_cut_off_is_never_handed_on(count: int) -> None:
    answered, _ = _send_chunks(count, cut_off=True)

    assert answered == []


@pytest.mark.parametrize(
    ("sent", "proxies", "address"),
    [
        ([], 1, "192.0.2.1"),
        ([""], 1, "192.0.2.1"),
        (["198.51.100.9, "], 1, "192.0.2.1"),
        (["unknown"], 1, "192.0.2.1"),
        (["198.51.100.9:4711"], 1, "192.0.2.1"),
        (["198.51.100.9"], 2, "192.0.2.1"),
        (["198.51.100.9"], 0, "192.0.2.1"),
        (["203.0.113.5, 198.51.100.9"], 1, "198.51.100.9"),
        (["203.0.113.5", "198.51.100.9"], 2, "203.0.113.5"),
        (["[2001:DB8:0::1]"], 1, "2001:db8::1"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw_or_that_of_the_connection(
    sent: list[str], proxies: int, address: str
) -> None:
    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(scope["client"][0])(scope, receive, send)

    headers = [("x-forwarded-for", value) for value in sent]
    around = ClientAddress(tell, proxies=proxies)
    client = TestClient(around, "http://127.0.0.1", client=("192.0.2.1", 50_000))

    assert client.get("/", headers=headers).text == address
