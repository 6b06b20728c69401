"""Sends the messages of webhooks: signed, within a time limit, to the address that was looked at."""

import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from httpcore2 import ConnectionPool, NetworkError, ProtocolError, TimeoutException
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from standardwebhooks import Webhook as Signer

from matcher.settings import Settings
from matcher.workflows.readiness import is_ready
from matcher.workflows.server_key import ServerKey, ServerKeyError, server_key
from matcher.workflows.webhook_addresses import (
    AddressRefusedError,
    CertificateRefusedError,
    CheckedNetwork,
    NameUnknownError,
    Resolver,
    resolve,
)
from matcher.workflows.webhook_deliveries import (
    GONE,
    PAUSES,
    Attempt,
    Claimed,
    Problem,
    claim,
    finish,
    something_is_due,
)
from models.base import now_utc
from models.database import read_session, write_session

SECONDS_FOR_A_TRY = 15.0
SENDERS = 3
"""How many messages are sent at once, each to another address, so that a slow one holds up no other."""

LOOK_EVERY_SECONDS = 2.0
_GRACE_SECONDS = 5.0
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sending:
    """How messages are sent.

    Attributes:
        resolver: gives the addresses of a name.
        private: also send by http and to addresses that are not in the public internet.
        seconds: how long a try takes at most, from the first packet to the last header.
        trust: whose certificates are believed; those the system believes by default.
        clock: gives the present time.
    """

    resolver: Resolver = resolve
    private: bool = False
    seconds: float = SECONDS_FOR_A_TRY
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    clock: Callable[[], datetime] = field(default=now_utc)


def send_next(engine: Engine, key: Callable[[], ServerKey], sending: Sending) -> bool:
    """Send the message that waits longest.

    Args:
        engine: a database at this version's schema.
        key: gives what opens the secrets.
        sending: how it is sent.

    Returns:
        Whether there was one.

    Raises:
        ServerKeyError: there is no key; nothing was tried.
    """
    with read_session(engine) as session:
        if not something_is_due(session, sending.clock()):
            return False
    opener = key()
    with write_session(engine) as session:
        claimed = claim(session, sending.clock())
    if claimed is None:
        return False
    attempt = deliver(claimed, opener, sending)
    with write_session(engine) as session:
        finish(session, claimed, attempt, sending.clock())
    return True


def deliver(claimed: Claimed, key: ServerKey, sending: Sending) -> Attempt:
    """Send one message and say how that ended; nothing of an answer is read but its status and headers."""
    try:
        return _post(claimed, key.unseal(claimed.secret_sealed), sending)
    except tuple(_PROBLEMS) as error:
        return Attempt(problem=next(said for kind, said in _PROBLEMS.items() if isinstance(error, kind)))


_PROBLEMS: Mapping[type[Exception], Problem] = {
    ServerKeyError: Problem.SECRET,
    AddressRefusedError: Problem.PRIVATE,
    CertificateRefusedError: Problem.CERTIFICATE,
    NameUnknownError: Problem.NAME,
    TimeoutException: Problem.TIMEOUT,
    NetworkError: Problem.CONNECTION,
    ProtocolError: Problem.CONNECTION,
}
"""What is said of each mistake."""


def _post(claimed: Claimed, secret: str, sending: Sending) -> Attempt:
    if claimed.address.startswith("http:") and not sending.private:
        return Attempt(problem=Problem.PRIVATE)
    body = claimed.body
    now = sending.clock().astimezone(UTC)
    headers: dict[bytes | str, bytes | str] = {
        "content-type": "application/json",
        "user-agent": "Landfall",
        "webhook-id": claimed.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret).sign(claimed.id, now, body),
        "connection": "close",
    }
    network = CheckedNetwork(time.monotonic() + sending.seconds, sending.resolver, sending.private)
    with (
        ConnectionPool(ssl_context=sending.trust(), network_backend=network, http2=False) as pool,
        pool.stream("POST", claimed.address, headers=headers, content=body.encode()) as answer,
    ):
        return _attempt(answer.status, dict(answer.headers))


def _attempt(status: int, headers: dict[bytes, bytes]) -> Attempt:
    if status in _SUCCESS:
        return Attempt(status)
    if status == GONE:
        return Attempt(status, Problem.GONE)
    wait = timedelta(0)
    with suppress(ValueError):
        asked = int({name.lower(): value for name, value in headers.items()}.get(b"retry-after", b"0"))
        wait = timedelta(seconds=min(max(asked, 0), PAUSES[-1].total_seconds()))
    return Attempt(status, Problem.REDIRECT if status in _REDIRECT else Problem.STATUS, wait)


class WebhookSender:
    """Threads that send what waits, as long as the site is served."""

    def __init__(self, settings: Settings, engine: Engine, sending: Sending | None = None) -> None:
        """Take where messages wait, and how they are sent."""
        self._settings = settings
        self._engine = engine
        self._sending = sending or Sending(private=settings.webhooks_private)
        self._stop = threading.Event()
        self._threads = tuple(
            threading.Thread(target=self._work, name=f"webhooks-{number}", daemon=True)
            for number in range(SENDERS)
        )

    def start(self) -> None:
        """Begin to look for messages."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop; who is in the middle of a message is waited for a moment, else it is sent again."""
        self._stop.set()
        end = time.monotonic() + _GRACE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _work(self) -> None:
        ready, trouble = False, ""
        while not self._stop.wait(LOOK_EVERY_SECONDS):
            try:
                ready = ready or is_ready(self._engine, self._settings.url)
                while ready and not self._stop.is_set() and self._send_next():
                    pass
                trouble = ""
            except (OSError, SQLAlchemyError, ServerKeyError) as error:
                # Said once, because it is the same every two seconds.
                if trouble != type(error).__name__:
                    trouble = type(error).__name__
                    _log.error("webhooks could not be sent: %s", trouble)
            except Exception:  # noqa: BLE001  a message nobody could think of must not end the sending of others
                _log.error("a webhook could not be sent", exc_info=True)

    def _send_next(self) -> bool:
        return send_next(self._engine, lambda: server_key(self._settings), self._sending)
