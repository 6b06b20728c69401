"""The main job in a browser: a founder tries a Korean text, a reviewer corrects, a manager takes the list."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from matcher.settings import PROJECT
from tests.journeys.served import Site

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.xdist_group("journeys")]

STARTUP = json.loads(
    (PROJECT / "seed_data" / "eval" / "startups.jsonl").read_text(encoding="utf-8").splitlines()[0]
)
PROGRAM = "ksc-seattle"


def test_journey_try_it_in_korean_review_take_the_shortlist(site: Site, page: Page, tmp_path: Path) -> None:
    try_in_korean(site, page)
    names = review(site, page)
    taken = take_shortlist(page, tmp_path)

    assert [row["name"] for row in taken] == names
    assert taken == read_csv(site.landfall("shortlist", PROGRAM, "--format", "csv").decode())


def try_in_korean(site: Site, page: Page) -> None:
    """A founder goes from the start page to ranked programs without an account."""
    page.goto(site.address)
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.get_by_role("link", name="내 글로 찾아보기").click()
    page.locator("#text").fill(STARTUP["texts"]["ko"])
    page.locator("#founded").fill("2000")
    page.locator("#country").select_option("KR")
    page.locator('input[name="sectors"][value="biopharma"]').check()
    page.locator('input[name="needs"][value="investors"]').check()
    page.locator("form.startup-form button[type=submit]").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("우리 회사에 맞는 프로그램")
    assert page.locator(".matches > li").count() > 0
    assert page.locator(".matches .reasons li").count() > 0
    closed = page.locator(".closed li", has=page.locator(".closed-reasons"))
    assert closed.count() > 0
    expect(page.locator(".closed .instead").first).to_be_visible()
    assert page.locator("main").inner_text().find("0.") == -1, "founders see words, never numbers"


def review(site: Site, page: Page) -> list[str]:
    """A reviewer accepts the third startup, declines the first, pins, moves, and undoes a move."""
    page.goto(f"{site.address}/review/{PROGRAM}")
    before = names_in(page)
    decide(candidate(page, before[2]), "accept", "Fits our cloud focus")
    decide(candidate(page, before[0]), "decline", "No office wanted")
    candidate(page, before[4]).locator("form[action$='/pin'] button").click()
    expect(candidate(page, before[4]).locator(".chip.pinned")).to_be_visible()
    assert names_in(page)[0] == before[4]
    last = candidate(page, before[5])
    last.locator(".move-to input").fill("2")
    last.locator(".move-to button").click()
    assert names_in(page)[1] == before[5]
    page.locator("form[action$='/undo'] button").click()
    after = names_in(page)

    assert after == [before[4], *(name for name in before if name != before[4])]
    expect(page.locator(".progress-line")).to_contain_text("2")
    return [name for name in after if name != before[0]]


def take_shortlist(page: Page, folder: Path) -> list[dict[str, str]]:
    """A manager downloads the list; Excel must show Hangul, so the file begins with a mark."""
    with page.expect_download() as download:
        page.locator(".downloads a", has_text="CSV").click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    content = target.read_bytes()
    assert content[:3] == b"\xef\xbb\xbf"
    return read_csv(content.decode("utf-8-sig"))


@pytest.mark.parametrize(
    "path", ["/", "/programs", f"/programs/{PROGRAM}", "/try", "/about", "/review", f"/review/{PROGRAM}"]
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_page_fits_a_phone(site: Site, page: Page, path: str, language: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})

    page.goto(f"{site.address}{path}?lang={language}")

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator("h1").count() == 1


def test_keys_decide_in_the_review_under_a_korean_input_method(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/review/gsp-business-attraction")
    page.locator("body").click(position={"x": 5, "y": 5})

    page.keyboard.press("KeyJ")
    page.evaluate(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ㅛ', code: 'KeyY', bubbles: true, cancelable: true}))"
    )

    expect(page.locator("input[name=decision][value=accept]").first).to_be_checked()


def test_everything_works_without_javascript(site: Site, context: BrowserContext) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False, locale="ko-KR")
    page = plain.new_page()
    page.goto(f"{site.address}/try?example=ko")
    page.locator("form.startup-form button[type=submit]").click()

    assert page.locator(".matches > li").count() > 0
    plain.close()


def names_in(page: Page) -> list[str]:
    """Give the startups' names in the order of the queue."""
    titles = page.locator(".candidate h2").evaluate_all("all => all.map(h => h.firstChild.textContent)")
    return [title.strip() for title in titles]


def candidate(page: Page, name: str) -> Locator:
    """Find a startup's row by its name."""
    return page.locator(".candidate", has=page.locator("h2", has_text=name))


def decide(row: Locator, decision: str, reason: str) -> None:
    """Fill and send a row's decision."""
    row.locator(f"input[name=decision][value={decision}]").check()
    row.locator("textarea").fill(reason)
    row.locator("form.decision button[type=submit]").click()


def read_csv(text: str) -> list[dict[str, str]]:
    """Read a shortlist."""
    return list(csv.DictReader(io.StringIO(text)))
