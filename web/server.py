"""Run the site with uvicorn: one process, a loopback address unless told otherwise."""

import ipaddress
import socket
from contextlib import closing

import uvicorn

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows.first_keys import ensure_key
from matcher.workflows.readiness import ready_engine
from matcher.workflows.serving_locks import alone
from matcher.workflows.tombstones import erase_again
from web.app import create_app


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted.

    Args:
        settings: where data lies.
        host: address to listen on.
        port: port to listen on.

    Raises:
        DatabaseNotReadyError: the schema is not this version's.
        FieldError: the address or port cannot be used.
        InUseError: another server has this database.
        ServerKeyError: the key is gone, so that no second factor can be read or nobody knows who was erased.
        TombstonesError: it cannot be told who was erased.
    """
    with ready_engine(settings.url):
        listener = _listen(host, port)
    with closing(listener), alone(settings):
        with ready_engine(settings.url) as engine:
            erase_again(settings, engine)
            ensure_key(settings, engine)
        _serve(settings, host, port, listener)


def _serve(settings: Settings, host: str, port: int, listener: socket.socket) -> None:
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        # uvicorn would believe X-Forwarded-For of anybody on this machine; web.middleware counts proxies.
        proxy_headers=False,
        workers=1,
    )
    shown = f"[{host}]" if ":" in host else host
    _say(f"Landfall is at http://{shown}:{port}/ (stop with Ctrl+C)")
    if not is_loopback(host):
        _say(f"It answers to these host names only: {settings.allowed_hosts} (LANDFALL_ALLOWED_HOSTS)")
    uvicorn.Server(config).run(sockets=[listener])


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  the address is what the operator waits for


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise FieldError("port", f"{host}:{port} cannot be used: {error.strerror or error}") from error
    listener.listen(128)
    return listener
