"""The main job in a browser: a founder tries a Korean text, a reviewer decides and takes the list."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from matcher.settings import PROJECT
from tests.journeys.middle_of_review import answer_for_all
from tests.journeys.served import Site
from tests.journeys.visitors import PHONE, Visitors, sideways

pytestmark = [pytest.mark.browser, pytest.mark.model]

STARTUP = json.loads(
    (PROJECT / "seed_data" / "eval" / "startups.jsonl").read_text(encoding="utf-8").splitlines()[0]
)
PROGRAM = "start2grow"
OTHER_PROGRAM = "ksc-seattle"

PAGES = {
    "": ["/", "/programs", f"/programs/{PROGRAM}", "/try", "/about", "/login", "/password/forgot"],
    "founder": ["/startups", "/startups/S01", "/account", "/account/tokens"],
    "reviewer": ["/review", f"/review/{PROGRAM}", "/startups"],
    "lead": ["/manage/programs", f"/manage/programs/{PROGRAM}", f"/manage/programs/{PROGRAM}/draft"],
    "manager": ["/people", "/review"],
    "admin": ["/people", "/account"],
}
"""Pages, by whose they are; nobody's are open to everybody."""


@pytest.fixture(scope="module", autouse=True)
def answered(site: Site) -> None:
    """Nothing stands between the agency's people and any candidate."""
    answer_for_all(site, "reviewer", "lead")


def test_journey_try_it_in_korean_review_take_the_shortlist(
    site: Site, visitors: Visitors, tmp_path: Path
) -> None:
    try_in_korean(site, visitors.open())
    reviewer = visitors.open("reviewer")
    names = review(site, reviewer)
    taken = take_shortlist(reviewer, tmp_path)

    assert [row["name"] for row in taken] == names
    # The operator stands at the agency's desk: all who reviewed agree, in Landfall's own order.
    agreed = read_csv(site.landfall("shortlist", PROGRAM, "--format", "csv").decode())
    assert {(row["startup"], row["decision"]) for row in taken} == {
        (row["startup"], row["decision"]) for row in agreed
    }


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
    """A reviewer decides with keys and with the mouse, pins, moves, and undoes a move."""
    page.goto(f"{site.address}/review")
    page.locator(f"a[href='/review/{PROGRAM}']").click()
    page.locator("#show").select_option("all")
    page.locator(".queue-filter button").click()
    before = names_in(page)
    accept_with_keys(page, 3, "Fits our cloud focus")
    decline_with_mouse(candidate(page, before[0]), "No office wanted")
    candidate(page, before[4]).locator("form[action$='/pin'] button").click()
    expect(candidate(page, before[4]).locator(".chip.pinned")).to_be_visible()
    assert names_in(page)[0] == before[4]
    last = candidate(page, before[5])
    last.locator(".move-to input[name=position]").fill("2")
    last.locator(".move-to button").click()
    expect(page.locator(".candidate h2").nth(1)).to_contain_text(before[5])
    page.locator("form[action$='/undo'] button").click()
    expect(page.locator(".candidate h2").nth(5)).to_contain_text(before[5])
    after = names_in(page)

    assert after == [before[4], *(name for name in before if name != before[4])]
    expect(candidate(page, before[2]).locator("input[value=accept]")).to_be_checked()
    expect(page.locator(".progress-line")).to_contain_text("2")
    return [name for name in after if name != before[0]]


def accept_with_keys(page: Page, place: int, reason: str) -> None:
    """Go down to a row, accept it, say why and save, without the mouse; the page shows the row again."""
    expect(page.locator("[data-keys]")).to_be_visible()
    for row in range(place):
        page.keyboard.press("KeyJ")
        expect(page.locator(".candidate").nth(row)).to_be_focused()
    page.keyboard.press("KeyY")
    page.keyboard.type(reason)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    chosen = page.locator(".candidate").nth(place - 1)
    expect(chosen.locator("input[name=decision][value=accept]")).to_be_checked()
    expect(chosen.locator("textarea")).to_have_value(reason)
    expect(chosen).to_be_focused()


def decline_with_mouse(row: Locator, reason: str) -> None:
    """Fill and send a row's decision."""
    row.locator("input[name=decision][value=decline]").check()
    row.locator("textarea").fill(reason)
    row.locator("form.decision button[type=submit]").click()
    expect(row.locator("textarea")).to_have_value(reason)


def take_shortlist(page: Page, folder: Path) -> list[dict[str, str]]:
    """The list leaves with a reason; Excel must show Hangul, so the file begins with a mark."""
    page.locator("details.downloads summary").click()
    page.locator("#export-reason").fill("심사위원회 회의")
    with page.expect_download() as download:
        page.locator(".downloads button[value=csv]").click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    content = target.read_bytes()
    assert target.name == f"shortlist-{PROGRAM}.csv"
    assert content[:3] == b"\xef\xbb\xbf"
    return read_csv(content.decode("utf-8-sig"))


def test_review_of_another_agency_is_not_there(site: Site, visitors: Visitors) -> None:
    reviewer = visitors.open("reviewer")
    reviewer.goto(f"{site.address}/review")

    assert reviewer.locator(f"main a[href='/review/{OTHER_PROGRAM}']").count() == 0
    answer = reviewer.goto(f"{site.address}/review/{OTHER_PROGRAM}")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize(("role", "path"), [(role, path) for role in PAGES for path in PAGES[role]])
@pytest.mark.parametrize("language", ["ko", "de"])
def test_page_fits_a_phone(site: Site, visitors: Visitors, role: str, path: str, language: str) -> None:
    page = visitors.open(role, language, size=PHONE)

    answer = page.goto(f"{site.address}{path}")

    assert answer is not None
    assert (answer.status, sideways(page)) == (200, 0)
    assert page.url == f"{site.address}{path}"
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1


def test_keys_decide_in_the_review_under_a_korean_input_method(site: Site, visitors: Visitors) -> None:
    page = visitors.open("reviewer")
    page.goto(f"{site.address}/review/doaccelerate")
    page.locator("body").click(position={"x": 5, "y": 5})

    page.keyboard.press("KeyJ")
    page.evaluate(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ㅛ', code: 'KeyY', bubbles: true, cancelable: true}))"
    )

    expect(page.locator("input[name=decision][value=accept]").first).to_be_checked()


def test_everything_works_without_javascript(site: Site, visitors: Visitors) -> None:
    page = visitors.open(scripts=False)
    page.goto(f"{site.address}/try?example=ko")
    page.locator("form.startup-form button[type=submit]").click()

    assert page.locator(".matches > li").count() > 0


def names_in(page: Page) -> list[str]:
    """Give the startups' names in the order of the queue."""
    titles = page.locator(".candidate h2").evaluate_all("all => all.map(h => h.firstChild.textContent)")
    return [title.strip() for title in titles]


def candidate(page: Page, name: str) -> Locator:
    """Find a startup's row by its name."""
    return page.locator(".candidate", has=page.locator("h2", has_text=name))


def read_csv(text: str) -> list[dict[str, str]]:
    """Read a shortlist."""
    return list(csv.DictReader(io.StringIO(text)))
