"""People at their browsers: strangers, and those who sign in as a person does."""

from typing import TYPE_CHECKING

import pyotp
from playwright.sync_api import Browser, Page, Request, expect

from tests.journeys.served import Login, Site

if TYPE_CHECKING:
    from playwright.sync_api import StorageState

LOCALES = {"ko": "ko-KR", "en": "en-GB", "de": "de-DE", "es": "es-ES"}
ZONES = {"ko": "Asia/Seoul", "en": "America/New_York", "de": "Europe/Berlin", "es": "Europe/Madrid"}
DESK = (1280, 900)
PHONE = (360, 740)


class SignedIn:
    """Signs in once per role and keeps the cookies: every code of an authenticator app is taken only once."""

    def __init__(self, browser: Browser, site: Site) -> None:
        """Take where to sign in."""
        self._browser = browser
        self._site = site
        self._kept: dict[str, StorageState] = {}

    def cookies(self, role: str) -> "StorageState":
        """Give the cookies of a browser that is signed in as the demonstration's account of a role."""
        if role not in self._kept:
            context = self._browser.new_context(locale=LOCALES["en"])
            sign_in(context.new_page(), self._site.address, self._site.logins[role])
            self._kept[role] = context.storage_state()
            context.close()
        return self._kept[role]


class Visitors:
    """Opens browsers for one test; at its end none may have met a script error or asked another site."""

    def __init__(self, browser: Browser, site: Site, signed_in: SignedIn) -> None:
        """Take the browser to open windows of, and who is signed in."""
        self._browser = browser
        self._site = site
        self._signed_in = signed_in
        self._errors: list[str] = []

    def open(
        self,
        role: str = "",
        language: str = "ko",
        *,
        size: tuple[int, int] = DESK,
        scripts: bool = True,
        dark: bool = False,
    ) -> Page:
        """Open a browser of its own; without a role nobody is signed in."""
        context = self._browser.new_context(
            storage_state=self._signed_in.cookies(role) if role else None,
            locale=LOCALES[language],
            timezone_id=ZONES[language],
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self._errors.append(str(error)))
        page.on("request", self._watch)
        return page

    def close(self) -> None:
        """Close every window; say what went wrong in any of them."""
        for context in list(self._browser.contexts):
            context.close()
        assert self._errors == []

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self._site.address, "data:")):
            self._errors.append(request.url)


def sign_in(page: Page, address: str, login: Login) -> None:
    """Sign in as a person does: address, password, and the code where there is an app."""
    page.goto(f"{address}/login")
    page.locator("#email").fill(login.email)
    page.locator("#password").fill(login.password)
    page.locator("main form button[type=submit]").click()
    if login.secret:
        page.wait_for_url("**/login/code*")
        page.locator("#code").fill(pyotp.TOTP(login.secret).now())
        page.locator("main form button[type=submit]").click()
    expect(page.locator(".account-name")).to_be_visible()


def sign_out(page: Page) -> None:
    """Press the button of the masthead."""
    page.locator("form[action='/logout'] button").click()
    page.wait_for_url("**/login?done=signed-out")


def sideways(page: Page) -> int:
    """Give how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
