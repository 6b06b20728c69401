"""A real site for journeys: the packaged model, a seeded database, a served port, a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from matcher.settings import PROJECT
from tests.journeys.served import Site

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
_STARTUPS = 6


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the shipped programs and a few invented startups with the packaged model."""
    folder = tmp_path_factory.mktemp("site")
    seed_dir = folder / "seed"
    shutil.copytree(PROJECT / "seed_data", seed_dir)
    lines = (seed_dir / "eval" / "startups.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (seed_dir / "eval" / "startups.jsonl").write_text("".join(lines[:_STARTUPS]), encoding="utf-8")
    environment = os.environ | {
        "LANDFALL_DATA_DIR": str(folder / "data"),
        "LANDFALL_SEED_DIR": str(seed_dir),
        "HF_HUB_OFFLINE": "1",
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Site(f"http://127.0.0.1:{port}", environment)
    found.landfall("migrate")
    found.landfall("seed")
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


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh Korean visitor at a desk."""
    visitor = browser.new_context(
        locale="ko-KR", timezone_id="Asia/Seoul", viewport={"width": 1280, "height": 900}
    )
    yield visitor
    visitor.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page that fails its test on script errors and on requests to other sites."""
    page = context.new_page()
    errors: list[str] = []
    strangers: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith(site.address):
            strangers.append(request.url)

    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", watch)
    yield page
    assert (errors, strangers) == ([], [])


def _wait_ready(address: str) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310  our own site
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.2)
    pytest.fail("the site did not become ready")
