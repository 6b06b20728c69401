"""The profile form in a browser: nothing typed is lost, whatever happens between two saves."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.journeys.served import Site
from tests.journeys.visitors import PHONE, Visitors, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-profile")]

WIDE = (1200, 900)
SAVED_WITHIN = 15_000
MOST_TABS = 150

both = pytest.mark.parametrize("language", ["ko", "de"])


@pytest.fixture(scope="module")
def encoder() -> str:
    """What a text means is not looked at here."""
    return "hashing"


@pytest.fixture
def address(site: Site) -> str:
    """The form of the startup of the demonstration's founder."""
    return f"{site.address}/startups/S01/profile"


def saved(page: Page) -> None:
    """Wait until the page says that the draft is saved."""
    expect(page.locator("#save-state")).to_have_attribute("data-kind", "saved", timeout=SAVED_WITHIN)


def kept(page: Page) -> Any:
    """Give what the browser itself keeps of the form."""
    return json.loads(
        page.evaluate(
            "JSON.stringify(Object.entries(localStorage).filter(([key]) => key.startsWith('landfall-draft')))"
        )
    )


@both
def test_what_is_typed_is_saved_and_counted_in_characters(
    visitors: Visitors, address: str, language: str
) -> None:
    page = visitors.open("founder", language, size=WIDE)
    page.goto(address)
    page.locator("#texts-ko").evaluate("details => details.open = true")

    page.locator("[id='one_liner.ko']").fill("전지 🔋 재활용")

    expect(page.locator("output[for='one_liner.ko']")).to_contain_text("8")
    saved(page)
    assert kept(page) == []
    page.reload()
    expect(page.locator("[id='one_liner.ko']")).to_have_value("전지 🔋 재활용")
    expect(page.locator("#fit-live a").first).to_be_attached()


def test_without_a_connection_the_browser_keeps_it_and_sends_it_later(
    visitors: Visitors, address: str
) -> None:
    page = visitors.open("founder", "de", size=WIDE)
    page.goto(address)
    page.context.set_offline(True)
    page.locator("#city").fill("Daejeon Nord")
    expect(page.locator("#save-state")).to_have_attribute("data-kind", "offline", timeout=SAVED_WITHIN)
    assert "Daejeon Nord" in str(kept(page))

    page.context.set_offline(False)

    saved(page)
    page.reload()
    expect(page.locator("#city")).to_have_value("Daejeon Nord")


def test_going_back_shows_what_was_typed_last(visitors: Visitors, address: str) -> None:
    page = visitors.open("founder", "ko", size=WIDE)
    page.goto(address)
    page.locator("#city").fill("세종")
    page.goto(f"{address}/preview")
    page.go_back()

    expect(page.locator("#city")).to_have_value("세종")


def test_what_is_typed_before_the_script_came_is_saved_and_a_chosen_file_stays(
    visitors: Visitors, address: str
) -> None:
    page = visitors.open("founder", "ko", size=WIDE)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/profile.js*", hold)
    page.goto(address, wait_until="commit")
    page.locator("#save-last").wait_for()
    page.locator("#city").fill("강릉")
    page.locator("#plan").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": PLAN.format(trl=7).encode()}
    )
    page.wait_for_timeout(200)
    held[0].continue_()
    page.unroute_all()

    saved(page)
    expect(page.locator("#city")).to_have_value("강릉")
    assert page.locator("#plan").evaluate("field => field.files.length") == 1
    page.reload()
    expect(page.locator("#city")).to_have_value("강릉")


def test_what_a_browser_kept_when_it_died_is_back_and_saved(visitors: Visitors, address: str) -> None:
    page = visitors.open("founder", "ko", size=WIDE)
    page.goto(address)
    page.locator("#city").fill("춘천")
    ((key, copy),) = kept(page)
    saved(page)
    later = json.loads(copy.replace("춘천", "속초"))
    later["revision"] = page.locator("[name=revision]").input_value()
    page.evaluate("([key, copy]) => localStorage.setItem(key, copy)", [key, json.dumps(later)])
    page.reload()

    expect(page.locator("#city")).to_have_value("속초")
    saved(page)
    page.reload()
    expect(page.locator("#city")).to_have_value("속초")


def test_after_the_session_ended_it_is_kept_and_saved_once_signed_in_again(
    site: Site, visitors: Visitors, address: str
) -> None:
    page = visitors.open(language="de", size=WIDE)
    sign_in(page, site.address, site.logins["founder"])
    page.goto(address)
    page.context.clear_cookies()
    page.locator("#city").fill("Busan")
    expect(page.locator("#save-state")).to_have_attribute("data-kind", "expired", timeout=SAVED_WITHIN)
    expect(page.locator("[data-sign-in] a")).to_be_visible()

    other = page.context.new_page()
    sign_in(other, site.address, site.logins["founder"])
    other.close()
    page.evaluate("dispatchEvent(new Event('focus'))")

    saved(page)
    page.reload()
    expect(page.locator("#city")).to_have_value("Busan")


def test_without_scripts_what_was_sent_after_the_session_ended_is_sent_again_once_signed_in(
    site: Site, visitors: Visitors, address: str
) -> None:
    page = visitors.open(scripts=False)
    sign_in(page, site.address, site.logins["founder"])
    page.goto(address)
    page.context.clear_cookies()
    page.locator("#city").fill("전주")
    page.locator("#save-first").click()
    expect(page.locator(".error-status")).to_have_text("401")
    with page.context.expect_page() as opened:
        page.locator("main a[href='/login']").click()

    sign_in(opened.value, site.address, site.logins["founder"])
    page.reload()

    expect(page.locator(".saved")).to_be_visible()
    expect(page.locator("#city")).to_have_value("전주")


def test_leaving_for_the_preview_without_a_connection_stays_and_keeps_everything(
    visitors: Visitors, address: str
) -> None:
    page = visitors.open("founder", "ko", size=WIDE)
    page.goto(address)
    page.context.set_offline(True)
    page.locator("#city").fill("여수")
    page.locator("button[value=preview]").first.click()
    expect(page.locator("#save-state")).to_have_attribute("data-kind", "offline", timeout=SAVED_WITHIN)

    page.close()
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(address)

    expect(page.locator("#city")).to_have_value("여수")
    # The last attempt of the closed page may have reached the server: then there is nothing left to save.
    settled = page.locator("#save-state[data-kind=saved], #save-state[hidden]")
    expect(settled).to_have_count(1, timeout=SAVED_WITHIN)


def test_two_tabs_are_told_of_each_other_and_both_texts_are_shown(visitors: Visitors, address: str) -> None:
    first = visitors.open("founder", "de", size=WIDE)
    second = visitors.open("founder", "de", size=WIDE)
    first.goto(address)
    second.goto(address)
    first.locator("#city").fill("Ulsan")
    saved(first)
    second.locator("#city").fill("Gwangju")
    expect(second.locator("#save-state")).to_have_attribute("data-kind", "conflict", timeout=SAVED_WITHIN)

    second.locator("[data-compare] button").click()
    expect(second.locator("#problems del")).to_contain_text("Ulsan")

    expect(second.locator("#problems ins")).to_contain_text("Gwangju")
    expect(second.locator("#city")).to_have_value("Gwangju")
    second.locator("#save-first").click()
    saved(second)


def test_without_scripts_the_form_is_saved_by_its_button(visitors: Visitors, address: str) -> None:
    page = visitors.open("founder", "ko", scripts=False)
    page.goto(address)
    page.locator("#city").fill("포항")
    page.locator("#save-first").click()

    expect(page.locator(".saved")).to_be_visible()
    expect(page.locator("#city")).to_have_value("포항")


@both
@pytest.mark.parametrize("size", [WIDE, PHONE])
@pytest.mark.parametrize("path", ["", "/preview"])
def test_the_pages_have_no_fault_and_fit_a_phone(
    visitors: Visitors, address: str, language: str, size: tuple[int, int], path: str
) -> None:
    page = visitors.open("founder", language, size=size, dark=language == "de")
    page.goto(f"{address}{path}")

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert sideways(page) == 0


@both
def test_the_whole_form_is_filled_and_saved_with_keys_alone(
    visitors: Visitors, address: str, language: str
) -> None:
    page = visitors.open("founder", language, size=WIDE)
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")

    tab_to(page, "#name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Mirae Battery")
    tab_to(page, "#country")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#country").input_value()
    tab_to(page, "#texts-es summary")
    if not page.locator("#texts-es").evaluate("part => part.open"):
        page.keyboard.press("Enter")
    tab_to(page, "[id='summary.es']")
    page.keyboard.press("Control+A")
    page.keyboard.type("Recuperamos níquel de baterías usadas.")
    tab_to(page, "input[name=needs][value=visa]")
    was = page.locator("input[name=needs][value=visa]").is_checked()
    page.keyboard.press("Space")
    tab_to(page, "input[name=trl]:checked")
    page.keyboard.press("ArrowDown")
    level = page.locator("input[name=trl]:checked").input_value()
    tab_to(page, "#save-last")
    page.keyboard.press("Enter")
    saved(page)

    page.reload()
    expect(page.locator("#name")).to_have_value("Mirae Battery")
    expect(page.locator("#country")).to_have_value(chosen)
    expect(page.locator("[id='summary.es']")).to_have_value("Recuperamos níquel de baterías usadas.")
    assert page.locator("input[name=needs][value=visa]").is_checked() is not was
    expect(page.locator("input[name=trl]:checked")).to_have_value(level)


def tab_to(page: Page, target: str) -> None:
    """Press the tabulator until something has the focus; what has it must be seen to have it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(target).evaluate("element => element === document.activeElement"):
            outline = page.locator(target).evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", f"{target} does not show that it has the focus"
            return
    pytest.fail(f"{target} cannot be reached with the tabulator")


PLAN = """사업계획서
회사명: 미래배터리 주식회사
설립연도: 2021년
임직원 수: 14명
기술성숙도(TRL): {trl}
"""


def test_a_plan_fills_the_form_only_with_what_is_ticked(visitors: Visitors, address: str) -> None:
    page = visitors.open("founder", "ko", size=WIDE)
    page.goto(address)
    # What the form says already is not proposed.
    there = page.locator("input[name=trl]:checked").input_value()
    level = "4" if there == "7" else "7"
    page.locator("#plan").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": PLAN.format(trl=level).encode()}
    )
    page.locator("#read-plan").click()
    page.locator(".proposals").wait_for(timeout=60_000)
    assert Axe().run(page).violations_count == 0
    page.locator("#take-trl").check()
    page.locator("main form button[type=submit]").click()

    expect(page.locator("input[name=trl][value='" + level + "']")).to_be_checked()
    expect(page.locator("#native_name")).not_to_have_value("미래배터리 주식회사")
