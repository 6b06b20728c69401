"""`landfall serve`: an address that is printed and answers, and one line where it cannot listen."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest

from tests.cli.conftest import PROGRAM, Landfall
from web.server import is_loopback

PATIENCE = 60.0


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(landfall: Landfall, port: int, host: str = "127.0.0.1") -> Iterator["subprocess.Popen[str]"]:
    """Serve until the block ends."""
    process = subprocess.Popen(
        [PROGRAM, "serve", "--host", host, "--port", str(port)],
        cwd=landfall.cwd,
        env=landfall.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def status_of(port: int, path: str) -> int | None:
    """Ask for a page; None while nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def wait_for(port: int, path: str, status: int) -> int | None:
    """Ask again until a page answers as wanted."""
    end = time.monotonic() + PATIENCE
    while (found := status_of(port, path)) != status and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_serve_prints_its_address_answers_and_stops(seeded: Landfall) -> None:
    port = free_port()

    with serving(seeded, port) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        answers = [wait_for(port, path, 200) for path in ("/healthz", "/readyz", "/login")]
        taken = seeded.run("serve", "--port", str(port))
    rest, errors = process.communicate()

    assert line == f"Landfall is at http://127.0.0.1:{port}/ (stop with Ctrl+C)\n"
    assert answers == [200, 200, 200]
    assert taken.complaint == f"landfall: port: 127.0.0.1:{port} cannot be used: Address already in use"
    # Coverage, where it is measured, warns about the worker on standard error.
    assert (rest, "Traceback" in errors) == ("", False)
    assert process.returncode in {0, 130}


def test_serve_refuses_an_address_of_another_machine(seeded: Landfall) -> None:
    done = seeded.call("serve", "--host", "192.0.2.1", "--port", str(free_port()))

    assert done.complaint.startswith("landfall: port: 192.0.2.1:")


def test_serve_refuses_a_database_of_another_version(seeded: Landfall) -> None:
    (seeded.data / "landfall.db").unlink()
    (seeded.data / "landfall.db").touch()

    done = seeded.call("serve", "--port", str(free_port()))

    assert done.complaint == "landfall: database: is not at this version's schema; run landfall migrate"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  the address is only looked at
        ("::", False),
        ("192.168.0.9", False),
        ("landfall.example", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, *, loopback: bool) -> None:
    assert is_loopback(host) is loopback
