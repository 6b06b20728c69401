"""Accounts in a browser: invited and removed, a forgotten password, an authenticator app, keys alone."""

import re
import time
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.served import Login, Site
from tests.journeys.visitors import Visitors, sign_in, sign_out

pytestmark = [pytest.mark.browser]

AGENCY = "wirtschaftsfoerderung-dortmund"
PROGRAMS = {"doaccelerate", "diwodo-international", "innoclub-dortmund", "start2grow"}
PASSWORD = "Regenschirm wartet hinter Bahnsteig neun"  # noqa: S105  of an account that lives for one test
NEW_PASSWORD = "Leuchtturm zaehlt sieben stille Boote"  # noqa: S105  as above
SUBMIT = "main form button[type=submit]"
MOST_TABS = 40

both = pytest.mark.parametrize("language", ["ko", "de"])


@pytest.fixture(scope="module")
def encoder() -> str:
    """These journeys need no meanings."""
    return "hashing"


@both
def test_journey_invited_reviews_for_one_agency_until_removed(
    site: Site, visitors: Visitors, language: str
) -> None:
    manager, guest = visitors.open("manager", language), visitors.open(language=language)
    email = f"invited-{language}@example.org"

    link = invite_reviewer(site, manager, email)
    assert link in site.wait_for_letter(email)
    accept(guest, link, "김 심사" if language == "ko" else "Gerda Gutachterin")
    enter_password(guest, email, PASSWORD)
    guest.wait_for_url("**/review")
    assert programs_on(guest) == PROGRAMS

    remove_member(site, manager, email)
    assert next_click(guest, "main a[href='/review/start2grow']") == 403
    expect(guest.locator("html")).to_have_attribute("lang", language)
    assert guest.locator(".candidate").count() == 0
    assert open_status(guest, link) == 404, "an invitation that was used opens nothing"


@both
def test_journey_password_forgotten_and_set_again(site: Site, visitors: Visitors, language: str) -> None:
    email = f"forgetful-{language}@example.org"
    create_account(site, email, "member")
    signed_in_elsewhere, page = visitors.open(language=language), visitors.open(language=language)
    sign_in(signed_in_elsewhere, site.address, Login(email, PASSWORD))

    page.goto(f"{site.address}/login")
    page.locator("a[href='/password/forgot']").click()
    page.locator("#email").fill(email)
    page.locator(SUBMIT).click()
    expect(page.locator("[role=status]")).to_be_visible()
    (link,) = re.findall(r"http://\S+/password/reset/\S+", site.wait_for_letter(email))
    page.goto(link)
    page.locator("#password").fill("passwort1234")
    page.locator(SUBMIT).click()
    expect(page.locator("#password")).to_have_attribute("aria-invalid", "true")
    page.locator("#password").fill(NEW_PASSWORD)
    page.locator(SUBMIT).click()
    page.wait_for_url("**/login?done=password-set")

    assert open_status(page, link) == 404, "the link works once"
    signed_in_elsewhere.reload()
    expect(signed_in_elsewhere.locator(".account-name")).to_have_count(0)
    enter_password(page, email, PASSWORD, at=site.address)
    expect(page.locator("#problems")).to_be_focused()
    enter_password(page, email, NEW_PASSWORD)
    expect(page.locator(".account-name")).to_be_visible()


@both
def test_journey_admin_sets_up_the_app_and_signs_in_with_a_recovery_code(
    site: Site, visitors: Visitors, language: str
) -> None:
    email = f"admin-{language}@example.org"
    create_account(site, email, "admin")
    page = visitors.open(language=language)

    enter_password(page, email, PASSWORD, at=site.address)
    page.wait_for_url("**/login/code")
    assert open_status(page, f"{site.address}/people") != 200, "a password alone opens nothing"
    page.goto(f"{site.address}/login/code")
    secret = re.sub(r"\s", "", page.locator(".secret").inner_text())
    enter_code(page, wrong_code(secret))
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
    assert re.sub(r"\s", "", page.locator(".secret").inner_text()) == secret, (
        "the app need not be set up anew"
    )
    enter_code(page, pyotp.TOTP(secret).now())
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(set(codes)) == 10
    page.locator("main .actions a.button").click()
    page.wait_for_url("**/people")
    page.goto(f"{site.address}/account")
    assert codes[0] not in page.content(), "the codes are shown once"

    sign_out(page)
    enter_password(page, email, PASSWORD)
    enter_code(page, codes[0].upper())
    page.wait_for_url("**/people")
    sign_out(page)
    enter_password(page, email, PASSWORD)
    enter_code(page, codes[0])
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
    enter_code(page, codes[1])
    page.wait_for_url("**/people")


@both
def test_sign_in_and_out_with_keys_alone(site: Site, visitors: Visitors, language: str) -> None:
    page, login = visitors.open(language=language), site.logins["lead"]
    page.goto(f"{site.address}/login")

    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    tab_to(page, "#email")
    page.keyboard.type(login.email)
    tab_to(page, "#password")
    page.keyboard.type(login.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    tab_to(page, "form[action='/logout'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login?done=signed-out")

    assert page.locator(".account-name").count() == 0


@both
def test_code_page_opens_and_sends_with_keys_alone(site: Site, visitors: Visitors, language: str) -> None:
    email = f"keys-{language}@example.org"
    create_account(site, email, "manager")
    page = visitors.open(language=language)
    enter_password(page, email, PASSWORD, at=site.address)
    page.wait_for_url("**/login/code")

    tab_to(page, "#code")
    page.keyboard.type(pyotp.TOTP(re.sub(r"\s", "", page.locator(".secret").inner_text())).now())
    page.keyboard.press("Enter")
    expect(page.locator(".recovery-codes")).to_be_visible()
    tab_to(page, "main .actions a.button")
    page.keyboard.press("Enter")

    page.wait_for_url("**/review")


def test_member_with_two_browsers_ends_the_other_one(site: Site, visitors: Visitors) -> None:
    email = "two-browsers@example.org"
    create_account(site, email, "member")
    here, there = visitors.open(), visitors.open(language="de")
    for page in (here, there):
        sign_in(page, site.address, Login(email, PASSWORD))

    here.goto(f"{site.address}/account")
    assert here.locator(".session-list li").count() == 2
    here.locator(".session-list form button").click()
    expect(here.locator(".session-list li")).to_have_count(1)
    there.goto(f"{site.address}/account")

    assert urlsplit(there.url).path == "/login"


def invite_reviewer(site: Site, manager: Page, email: str) -> str:
    """Invite on the page of the people; give the link that is shown."""
    manager.goto(f"{site.address}/people")
    manager.locator("#invite-email").fill(email)
    manager.locator("#invite-role").select_option("reviewer")
    manager.locator("#invite-agency_id").select_option(AGENCY)
    manager.locator("form[action='/people/invitations'] button").click()
    return manager.locator("#link").input_value()


def accept(guest: Page, link: str, name: str) -> None:
    """Open the link of an invitation and make the account."""
    guest.goto(link)
    guest.locator("#name").fill(name)
    guest.locator("#password").fill(PASSWORD)
    guest.locator(SUBMIT).click()
    guest.wait_for_url("**/login?next=%2Freview")


def remove_member(site: Site, manager: Page, email: str) -> None:
    """Find the person and take the membership away."""
    manager.goto(f"{site.address}/people")
    manager.locator("#filter-q").fill(email)
    manager.locator("form.filters button").click()
    manager.locator("table.people th a").click()
    manager.locator("form[action$='/memberships/remove'] button").click()
    expect(manager.locator("form[action$='/memberships/remove']")).to_have_count(0)


def create_account(site: Site, email: str, role: str) -> None:
    """Make an account as the operator does."""
    site.landfall(
        "user", "create", email, "--role", role, "--name", "Beispiel", "--password-stdin", typed=PASSWORD
    )


def enter_password(page: Page, email: str, password: str, *, at: str = "") -> None:
    """Fill and send the sign-in form, which is opened first where an address is given."""
    if at:
        page.goto(f"{at}/login")
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator(SUBMIT).click()


def enter_code(page: Page, code: str) -> None:
    """Fill and send the form of the code."""
    page.locator("#code").fill(code)
    with page.expect_navigation():
        page.locator(SUBMIT).click()


def wrong_code(secret: str) -> str:
    """Give a code the app shows neither now nor just before or after."""
    app = pyotp.TOTP(secret)
    near = {app.at(time.time(), counter_offset=step) for step in range(-3, 4)}
    return next(code for code in ("000000", *(f"{number:06}" for number in range(1, 9))) if code not in near)


def tab_to(page: Page, target: str) -> None:
    """Press the tabulator until something has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(target).evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} cannot be reached with the tabulator")


def programs_on(page: Page) -> set[str]:
    """Give the ids of the programs under review on the page."""
    links = page.locator("main .ledger th a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return {link.removeprefix("/review/") for link in links}


def next_click(page: Page, target: str) -> int:
    """Click, and give the status of the page that comes."""
    with page.expect_navigation() as coming:
        page.locator(target).click()
    answer = coming.value
    assert answer is not None
    return answer.status


def open_status(page: Page, address: str) -> int:
    """Open an address; give the status of what it answers itself."""
    answer = page.goto(address)
    assert answer is not None
    first = answer.request
    while first.redirected_from is not None:
        first = first.redirected_from
    told = first.response()
    assert told is not None
    return told.status
