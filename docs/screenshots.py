"""Draw the pictures of the README and the roles: serve the shipped data, photograph it in Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from matcher.settings import PROJECT

IMAGES = PROJECT / "docs" / "images"
STARTUP = 16
READY_SECONDS = 120
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Serve, photograph, stop."""
    path = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    path = os.environ.get("CHROMIUM") or path
    if path is None:
        raise SystemExit("no Chromium: set CHROMIUM to one")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        environment = os.environ | {"LANDFALL_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1"}
        for command in ("migrate", "seed"):
            subprocess.run(landfall(command), check=True, env=environment)
        passwords = make_accounts(environment)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            landfall("serve", "--port", str(port)), env=environment, stdout=subprocess.DEVNULL
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_ready(address)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                draw(browser, address, passwords)
                browser.close()
        finally:
            server.terminate()
            server.wait()


def make_accounts(environment: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Make the accounts of the demonstration; give the address and the password of each role."""
    done = subprocess.run(
        landfall("seed", "--fixture", "demo"), check=True, env=environment, capture_output=True, text=True
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: (row[1], row[2]) for row in rows if row}


def draw(browser: Browser, address: str, passwords: Mapping[str, tuple[str, str]]) -> None:
    """Photograph the pages the README shows."""
    lines = (PROJECT / "seed_data" / "eval" / "startups.jsonl").read_text(encoding="utf-8").splitlines()
    startup = json.loads(lines[STARTUP])
    for language in ("ko", "en"):
        page = open_page(browser, language)
        page.goto(f"{address}/?lang={language}")
        save(page, f"home-{language}")
        page.goto(f"{address}/try")
        fill(page, startup, language)
        page.locator("form.startup-form button[type=submit]").click()
        page.locator(".matches").wait_for()
        save(page, f"result-{language}")
        sign_in(page, address, passwords["reviewer"])
        page.goto(f"{address}/review/start2grow")
        save(page, f"review-{language}")
        page = open_page(browser, language)
        sign_in(page, address, passwords["lead"])
        page.goto(f"{address}/manage/programs/start2grow/draft")
        save(page, f"program-{language}")
        draw_profile(browser, address, passwords["founder"], language)


def draw_profile(browser: Browser, address: str, login: tuple[str, str], language: str) -> None:
    """Photograph the founder's form and where it leads, for the invented startup of the demonstration."""
    page = open_page(browser, language)
    sign_in(page, address, login)
    page.goto(f"{address}/startups/S01/profile?lang={language}")
    page.locator("#country").select_option("KR")
    page.locator("#stage").select_option("seed")
    page.locator("#employees").fill("14" if language == "ko" else "15")
    page.locator("#save-state[data-kind=saved]").wait_for(timeout=READY_SECONDS * 1000)
    page.reload()
    page.locator("#fit-live .fit-lines").wait_for(timeout=READY_SECONDS * 1000)
    page.evaluate("scrollTo(0, 0)")
    save(page, f"profile-{language}")
    page.locator("button[value=preview]").first.click()
    page.wait_for_url("**/preview", timeout=READY_SECONDS * 1000)
    save(page, f"preview-{language}")


def sign_in(page: Page, address: str, login: tuple[str, str]) -> None:
    """Sign in as somebody who needs no code."""
    page.goto(f"{address}/login")
    page.locator("#email").fill(login[0])
    page.locator("#password").fill(login[1])
    page.locator("main form button").click()
    page.locator(".account-name").wait_for()


def fill(page: Page, startup: dict[str, object], language: str) -> None:
    """Fill the form with an invented startup."""
    texts = startup["texts"]
    assert isinstance(texts, dict)  # noqa: S101  the shape of our own file
    page.locator("#text").fill(texts[language])
    for name in ("founded", "employees"):
        page.locator(f"#{name}").fill(str(startup[name]))
    page.locator("#country").select_option("KR")
    page.locator("#city").fill("대전" if language == "ko" else "Daejeon")
    page.locator("#stage").select_option(str(startup["stage"]))
    page.locator("#trl").select_option(str(startup["trl"]))
    page.locator(f'input[name="sectors"][value="{startup["sector"]}"]').check()
    for name in ("needs", "target_regions"):
        codes = startup[name]
        assert isinstance(codes, list)  # noqa: S101  the shape of our own file
        for code in codes:
            page.locator(f'input[name="{name}"][value="{code}"]').check()


def open_page(browser: Browser, language: str) -> Page:
    """Open a fresh visitor's page at the width of a laptop."""
    return browser.new_context(locale=language, viewport={"width": 1280, "height": 860}).new_page()


def save(page: Page, name: str) -> None:
    """Write one picture."""
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def landfall(*arguments: str) -> list[str]:
    """Give the command line of our own command."""
    return [str(Path(sys.executable).parent / "landfall"), *arguments]


def wait_ready(address: str) -> None:
    """Wait until the site says that it is ready."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310  our own site
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
    raise SystemExit("the site did not become ready")


if __name__ == "__main__":
    main()
