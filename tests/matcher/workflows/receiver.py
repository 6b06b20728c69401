"""The other side of a webhook: a real server on this machine that keeps what it is sent."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came in, and what is answered: a status, or headers with one.

    Attributes:
        port: where it listens.
        received: every request.
        answers: statuses in turn; afterwards 204.
        headers: sent with every answer.
        before: called with every request before it is answered.
    """

    port: int
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[Received], object] = lambda _: None

    def address(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Give an address of it."""
        return f"{scheme}://{host}:{self.port}/hook?from=landfall"

    @property
    def ids(self) -> list[str]:
        """The ids of the messages that came in."""
        return [one.headers["webhook-id"] for one in self.received]


@contextmanager
def receiving(trust: SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on a free port of this machine, by TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        """Keeps the request and answers."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Take a message."""
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            one = Received(self.path, headers, body)
            receiver.received.append(one)
            receiver.before(one)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            for name, value in ({"Content-Length": "0"} | receiver.headers).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name the library calls it by
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        """Says nothing of connections that break."""

        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Leave it."""

    server = Server(("127.0.0.1", 0), Handler)
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(int(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
