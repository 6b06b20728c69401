"""Time a business plan from its choice in the browser to the ranked programs beside the form.

Usage: plan_to_preview.py ADDRESS EMAIL PASSWORD STARTUP FILE...

The site is served as `landfall serve` does, with the shipped data and the packaged model; the account is a
founder of the startup and needs no code. Only waiting is counted, not the ticking of values.
"""

import os
import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

_MOST = 60_000
_WATCH = """() => {
  const note = (name) => () => sessionStorage.setItem(name, Date.now());
  const [button, progress] = ["read-plan", "plan-progress"].map((id) => document.getElementById(id));
  button.addEventListener("click", note("pressed"), { capture: true });
  new MutationObserver(note("shown")).observe(progress, { attributeFilter: ["hidden"] });
}"""
"""The page itself notes when its button is pressed and when it shows progress: asked later, it is gone."""


def main() -> None:
    """Print one line per file."""
    address, email, password, startup, *plans = sys.argv[1:]
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium: set CHROMIUM to one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = signed_in(browser, address, email, password)
        for plan in plans:
            print(measure(page, f"{address}/startups/{startup}/profile", Path(plan)), flush=True)
        browser.close()


def signed_in(browser: Browser, address: str, email: str, password: str) -> Page:
    """Open a browser in Korean and sign in."""
    page = browser.new_page(locale="ko-KR", viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/login")
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("main form button").click()
    page.locator(".account-name").wait_for()
    return page


def measure(page: Page, form: str, plan: Path) -> str:
    """Send a plan, take everything it proposes, open the preview; give the waits in seconds."""
    page.goto(form)
    page.wait_for_load_state("networkidle")
    page.locator("#plan").set_input_files(plan)
    page.evaluate(_WATCH)
    begun = time.monotonic()
    page.locator("#read-plan").click(no_wait_after=True)
    page.locator(".proposals, .callout").first.wait_for(timeout=_MOST)
    read = time.monotonic()
    shown = page.evaluate("(sessionStorage.shown - sessionStorage.pressed) / 1000")
    boxes = page.locator("input[name=take]").all()
    for box in boxes:
        box.check()
    taking = time.monotonic()
    if boxes:
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/profile?done=taken", timeout=_MOST)
    else:
        page.goto(form)
    page.locator("#fit-live .fit-lines a").first.wait_for(timeout=_MOST)
    ranked = time.monotonic() - taking
    return (
        f"{plan.name}: progress after {shown:.2f} s, {len(boxes)} proposals after {read - begun:.1f} s, "
        f"programs beside the form {ranked:.1f} s later, together {read - begun + ranked:.1f} s"
    )


if __name__ == "__main__":
    main()
