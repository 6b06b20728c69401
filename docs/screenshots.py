"""Draw the pictures of the README and the roles: serve the shipped data, photograph it in Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import pyotp
from playwright.sync_api import Browser, Page, sync_playwright

from matcher.settings import PROJECT

IMAGES = PROJECT / "docs" / "images"
STARTUP = 16
READY_SECONDS = 120
TALL = 1400
TALLEST = 2000
REVIEWED = 12
SEE_OTHER = 303
REASONS = {
    "accept": "Answers what the city looks for.",
    "maybe": "A pilot first.",
    "decline": "The market is elsewhere.",
}
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


def make_accounts(environment: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Make the accounts of the demonstration; give address, password and secret (if any) of each role."""
    done = subprocess.run(
        landfall("seed", "--fixture", "demo"), check=True, env=environment, capture_output=True, text=True
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: (row[1], row[2], *row[-1:][: len(row) - 3]) for row in rows if row}


def draw(browser: Browser, address: str, passwords: Mapping[str, tuple[str, ...]]) -> None:
    """Photograph the pages the README shows."""
    draw_review(browser, address, passwords)
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
        page = open_page(browser, language)
        sign_in(page, address, passwords["lead"])
        page.goto(f"{address}/manage/programs/start2grow/draft")
        save(page, f"program-{language}")
        draw_profile(browser, address, passwords["founder"], language)


def draw_review(browser: Browser, address: str, passwords: Mapping[str, tuple[str, ...]]) -> None:
    """Photograph a review: the names first, the list, one candidate, and how far everybody is."""
    queue = f"{address}/review/start2grow"
    page = open_page(browser, "es")
    sign_in(page, address, passwords["reviewer"])
    page.goto(queue)
    page.locator(".name-list input[type=checkbox]").nth(3).check()
    save(page, "conflict-es")
    for role in ("reviewer", "lead"):
        page = open_page(browser, "en")
        sign_in(page, address, passwords[role])
        page.goto(queue)
        page.locator("#read").check()
        page.locator(".declaration button[type=submit]").click()
        page.wait_for_url(queue)
        review_some(page, queue, strict=role == "lead")
    page = open_page(browser, "de", height=TALL)
    sign_in(page, address, passwords["reviewer"])
    page.goto(queue)
    fitting = page.locator(".candidate:not(:has(.band-weak))").first
    fitting.locator("form[action$='/pin'] button").click()
    page.locator(".effect").wait_for()
    page.goto(queue)
    save(page, "queue-de")
    page = open_page(browser, "en", height=TALL)
    sign_in(page, address, passwords["reviewer"])
    page.goto(queue)
    page.locator("[data-open]").first.click()
    page.locator(".candidate-alone").wait_for()
    save(page, "candidate-en")
    page = open_page(browser, "ko", height=TALLEST)
    sign_in(page, address, passwords["manager"])
    page.goto(f"{address}/manage/programs/start2grow/review")
    page.locator("form[action$='/phase'] button[value=decision]").click()
    page.locator("form[action$='/phase'] button[value=individual]").wait_for()
    page.goto(f"{address}/manage/programs/start2grow/review")
    save(page, "manager-ko")


def review_some(page: Page, queue: str, *, strict: bool) -> None:
    """Submit reviews of some candidates as the form does; a strict person differs about every fifth."""
    criteria = (
        page.locator(".candidate")
        .first.locator("input[name=criterion]")
        .evaluate_all("all => all.map(one => one.value)")
    )
    ids = sorted(page.locator(".candidate").evaluate_all("all => all.map(one => one.id.slice(8))"))
    for number, startup in enumerate(ids[:REVIEWED]):
        differs = strict and number % 5 == 0
        decision = ("accept", "maybe", "accept", "decline")[(number + differs) % 4]
        most = {"accept": 5, "maybe": 4, "decline": 2}[decision]
        fields = [("decision", decision), ("reason", REASONS[decision]), ("reason_kind", "fit-with-place")]
        for place, criterion in enumerate(criteria[:5]):
            fields += [("criterion", criterion), ("points", str(most - (number + place + strict) % 2))]
        answer = page.request.post(
            f"{queue}/{startup}/decision",
            data=urlencode([*fields, ("revision", "0")]),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
            max_redirects=0,
        )
        if answer.status != SEE_OTHER:
            raise SystemExit(f"a review was refused: {answer.status}")


def draw_profile(browser: Browser, address: str, login: tuple[str, ...], language: str) -> None:
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


def sign_in(page: Page, address: str, login: tuple[str, ...]) -> None:
    """Sign in, with a code where there is an authenticator app."""
    page.goto(f"{address}/login")
    page.locator("#email").fill(login[0])
    page.locator("#password").fill(login[1])
    page.locator("main form button[type=submit]").click()
    if len(login) > 2:  # noqa: PLR2004  the secret is the third
        page.locator("#code").fill(pyotp.TOTP(login[2]).now())
        page.locator("main form button[type=submit]").click()
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


def open_page(browser: Browser, language: str, height: int = 860) -> Page:
    """Open a fresh visitor's page at the width of a laptop."""
    return browser.new_context(locale=language, viewport={"width": 1280, "height": height}).new_page()


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
        except OSError:
            time.sleep(0.3)
    raise SystemExit("the site did not become ready")


if __name__ == "__main__":
    main()
