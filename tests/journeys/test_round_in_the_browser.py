"""A round in the browser: opened, planned, pinned, planned again, published, taken away, filled again."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.journeys.decided_round import PROGRAMS, UNDECIDED, decide
from tests.journeys.served import Site
from tests.journeys.visitors import Visitors

pytestmark = [pytest.mark.browser]

CANDIDATES = 10
SEATS = {"start2grow": 3, "doaccelerate": 2}
WAITLIST = 4
FILES = ("xlsx", "csv", "pdf", "hwpx", "json")
REASON = "Für den Ausschuss"


@pytest.fixture(scope="module")
def encoder() -> str:
    """These journeys need no meanings."""
    return "hashing"


@pytest.fixture(scope="module")
def startups() -> int:
    """Ten candidates."""
    return CANDIDATES


def test_journey_a_manager_runs_a_round_from_opening_to_a_filled_vacancy(
    site: Site, visitors: Visitors
) -> None:
    decide(site)
    manager = visitors.open("manager", "en")

    address = open_round(site, manager)
    read_progress(manager, address)
    first = keep_dry_run(manager, address)
    pinned = pin_two(manager, address, first)
    rerun(manager, address, pinned)
    publish(manager, address)
    take_everything_away(manager, address)
    fill_a_vacancy(manager, address)


def open_round(site: Site, page: Page) -> str:
    """Open a round over two programs, with a window, and give its address."""
    page.goto(f"{site.address}/rounds")
    page.locator("#name").fill("Herbst 2026")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    for program in PROGRAMS:
        page.locator(f"input[name=program][value={program}]").check()
        page.locator(f"#seats-{program}").fill(str(SEATS[program]))
        page.locator(f"#waitlist-{program}").fill(str(WAITLIST))
    page.locator("#closes-documents").fill("2026-07-15T23:59")
    page.locator("#stage").select_option("documents")
    page.locator(".round-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/rounds/herbst-2026-\w+$"))
    expect(page.locator(".stage-list [aria-current=step]")).to_contain_text("until 2026-07-15 23:59 KST")
    return page.url


def read_progress(page: Page, address: str) -> None:
    """Read how far the reviews are, and confirm what is provisional."""
    page.goto(address)
    rows = page.locator("section[aria-labelledby=seats] tbody tr")
    expect(rows).to_have_count(len(PROGRAMS))
    for row in rows.all():
        expect(row).to_contain_text(f"{CANDIDATES - 1} / {CANDIDATES}")
        expect(row.locator("progress")).to_have_count(1)
    for program in PROGRAMS:
        page.goto(address)
        page.locator(f".callout a[href='/manage/programs/{program}/review#decisions']").click()
        decision = page.locator("form[action$='/phase'] button[value=decision]")
        if decision.count():
            decision.click()
        page.locator("form[action$='/confirm'] button").click()
    page.goto(address)
    expect(page.locator(".callout")).to_have_count(0)


def keep_dry_run(page: Page, address: str) -> str:
    """Look at a dry run, see that nothing is kept, keep it, and give the page of the plan."""
    page.goto(address)
    page.locator("form[action$='/dry-run'] button").click()
    expect(page.locator("h1")).to_have_text("Dry run")
    expect(page.locator(".plan-table")).to_have_count(len(PROGRAMS) + 1)
    expect(page.locator("section[aria-labelledby=left-out]")).to_contain_text("declined")
    page.goto(address)
    expect(page.locator("section[aria-labelledby=runs] tbody tr")).to_have_count(0)
    page.locator("form[action$='/dry-run'] button").click()
    page.locator("form[action$='/run'] button").click()
    page.wait_for_url("**/runs/1")
    return page.url


def pin_two(page: Page, address: str, run: str) -> list[str]:
    """Pin one from its row and one from the answer to why not; give their names."""
    waiting = page.locator("section[aria-labelledby=p-1] tr.is-waiting").first
    by_row = waiting.locator("th").inner_text()
    waiting.locator("summary").click()
    waiting.locator("input[name=reason]").fill("The city asked for it")
    waiting.locator("button[value=pin]").click()
    page.wait_for_url(run)
    expect(page.locator(".callout").first).to_contain_text("plan again")

    other = page.locator("section[aria-labelledby=p-2] tr.is-waiting").filter(has_not_text=by_row).first
    by_reason = other.locator("th").inner_text()
    other.locator("a[href*=why-not]").click()
    expect(page.locator("h1")).to_contain_text(by_reason)
    suggestion = page.locator(".suggestion-form:has(input[name=program][value=start2grow])")
    suggestion.locator("input[name=reason]").fill("The jury wants it")
    suggestion.locator("button").click()
    page.wait_for_url(run)
    page.goto(address)
    pins = page.locator("section[aria-labelledby=pins] tbody tr")
    expect(pins).to_have_count(2)
    expect(pins.filter(has_text=by_reason)).to_contain_text("The jury wants it")
    return [by_row, by_reason]


def rerun(page: Page, address: str, pinned: list[str]) -> None:
    """Plan again; the page says who entered, who left, and why."""
    page.goto(f"{address}/runs/1")
    page.locator(".callout form[action$='/run'] button").click()
    page.wait_for_url("**/runs/2")
    changes = page.locator(".diff-list")
    for name in pinned:
        expect(changes.locator("li:has(ins)").filter(has_text=name)).to_contain_text(
            "entered because it is pinned"
        )
    expect(changes.locator("li:has(del)").first).to_contain_text("left")
    for name in pinned:
        expect(page.locator(".plan-table tr").filter(has_text=name).filter(has_text="pinned")).to_have_count(
            1
        )
    page.locator("a[href*='/compare']").click()
    expect(page.locator("#b")).to_have_value("2")
    expect(page.locator(".diff-list ins")).to_have_count(2)


def publish(page: Page, address: str) -> None:
    """Read who is told what, and publish; who presses twice is told."""
    page.goto(f"{address}/runs/2")
    page.locator("a[href$='/publish']").click()
    told = page.locator("section[aria-labelledby=told] tbody tr")
    expect(told.filter(has_text="start2grow").locator("td").first).to_have_text(str(SEATS["start2grow"]))
    expect(page.locator("section[aria-labelledby=now]")).to_contain_text("This cannot be taken back.")
    again = page.context.new_page()
    again.goto(page.url)
    page.locator("form[action$='/publish'] button").click()
    page.wait_for_url("**/shortlist")
    expect(page.locator(".round-published")).to_be_visible()
    again.locator("form[action$='/publish'] button").click()
    expect(again.locator("#problems")).to_contain_text("Nothing was published or sent a second time.")
    again.close()


def take_everything_away(page: Page, address: str) -> None:
    """Take the list away in every form there is; each file opens and names who is on the page."""
    page.goto(f"{address}/shortlist")
    page.locator("input[name=result][value=waitlisted]").uncheck()
    page.locator(".shortlist-filter button").click()
    shown = page.locator(".shortlist-table tbody tr").count()
    company = page.locator(".shortlist-table tbody td").nth(1).inner_text()
    assert shown == sum(SEATS.values())
    for form in FILES:
        page.locator("#file_format").select_option(form)
        page.locator("#export-reason").fill(REASON)
        with page.expect_download() as coming:
            page.locator("section[aria-labelledby=take] button").click()
        content = Path(coming.value.path()).read_bytes()
        assert coming.value.suggested_filename.endswith(f".{form}")
        look_into(form, content, company, shown)


def look_into(form: str, content: bytes, company: str, rows: int) -> None:
    """Open a file of the list."""
    if form == "xlsx":
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        cells = [
            cell
            for name in book.sheet_names
            for row in book.get_sheet_by_name(name).to_python()
            for cell in row
        ]
        assert company in cells
    elif form == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert len(lines) == rows + 1
        assert company in lines[1]
    elif form == "pdf":
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
    elif form == "hwpx":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert packed.testzip() is None
            assert company in packed.read("Contents/section0.xml").decode()
    else:
        pack = json.loads(content)
        assert pack["plan"]["programs"][0]["selected"]
        assert UNDECIDED in pack["startups"]


def fill_a_vacancy(page: Page, address: str) -> None:
    """A startup gives its place up from its row; the first who waits takes it."""
    page.goto(f"{address}/shortlist")
    rows = page.locator("section[aria-labelledby=list-2] tbody tr")
    waiting = rows.filter(has_text="waitlisted 1").locator("td").nth(1).inner_text()
    leaving = rows.filter(has_text="selected").first
    name = leaving.locator("td").nth(1).inner_text()
    leaving.locator("summary").click()
    leaving.locator("input[name=reason]").fill("Went to another city")
    leaving.locator("form[action$='/withdraw'] button").click()
    page.wait_for_url("**/shortlist#steps")

    steps = page.locator("section[aria-labelledby=steps] tbody tr")
    expect(steps.filter(has_text=name)).to_contain_text("selected → withdrawn")
    expect(steps.filter(has_text=name)).to_contain_text("Went to another city")
    expect(steps.filter(has_text=waiting).first).to_contain_text("waitlisted 1 → selected")
    expect(rows.filter(has_text=waiting)).to_contain_text("selected")
    expect(rows.filter(has_text=name)).to_contain_text("withdrawn")
    page.locator("form[action$='/finalise'] button").click()
    page.wait_for_url("**/shortlist")
    expect(page.locator(".round-finalised")).to_be_visible()
