"""No page holds a fault that axe-core finds, and none scrolls sideways on a phone.

Koreans look at light pages here and Germans at dark ones: what axe finds in words and in marks is the same
in both, and so the colours of both are looked at without opening every page twice more. Comparing colours
takes nine tenths of the time, so on a phone that is done in light pages only.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import count

import pyotp
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.journeys.middle_of_review import begin_review, forget_answers
from tests.journeys.served import Login, Site
from tests.journeys.visitors import DESK, PHONE, Visitors, sideways
from tests.journeys.ways_of_figures import cases_of_figure, compared_figures
from tests.journeys.ways_of_rounds import (
    asked_why_not,
    before_publishing,
    compared_plans,
    drafted_list,
    kept_plan,
    one_round,
    published_list,
    refused_round,
    refused_side_rule,
    round_settings,
    tried_plan,
)
from tests.matcher.documents.files import hwpx, scanned_pdf
from tests.matcher.documents.plans import PLANS

pytestmark = [pytest.mark.browser]

PROGRAM = "/manage/programs/start2grow"
QUEUE = "/review/start2grow"
CANDIDATE = f"{QUEUE}/S02"
REPORT = f"{PROGRAM}/review"
PASSWORD = "Regenschirm wartet hinter Bahnsteig neun"  # noqa: S105  of accounts that live for one test
RUN_AXE = "options => axe.run(options).then(found => found.violations)"
_numbers = count(1)

Way = Callable[[Site, Page], None]
"""How somebody comes to a page that no address shows."""


@pytest.fixture(scope="module")
def encoder() -> str:
    """What a page means is not looked at here."""
    return "hashing"


def press(page: Page, target: str) -> None:
    """Send the form this button belongs to, as typed: the browser's own checks are left out."""
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    with page.expect_navigation():
        page.locator(target).first.click()


def refused_sign_in(_: Site, page: Page) -> None:
    """Nobody has this address."""
    page.locator("#email").fill("nobody@example.org")
    page.locator("#password").fill("nothing")
    press(page, "main form button")


def link_on_its_way(_: Site, page: Page) -> None:
    """A new password was asked for."""
    page.locator("#email").fill("nobody@example.org")
    press(page, "main form button")


def new_person(site: Site, role: str, *, password: bool = True) -> tuple[str, str]:
    """Make an account; give its address and what the command prints."""
    address = f"person-{next(_numbers)}@example.org"
    words = ("user", "create", address, "--role", role, "--name", "Beispiel")
    if password:
        return address, site.landfall(*words, "--password-stdin", typed=PASSWORD).decode()
    return address, site.landfall(*words).decode()


def invitation(site: Site, page: Page) -> None:
    """Somebody without an account opens the link of an invitation, and chooses a bad password."""
    _, link = new_person(site, "manager", password=False)
    page.goto(f"{site.address}/invitations/{link.strip().rpartition('/')[2]}")
    page.locator("#name").fill("Beispiel")
    page.locator("#password").fill("short")
    press(page, "main form button")
    assert page.locator("#password-problem").count() == 1


def reset(site: Site, page: Page) -> None:
    """The link of a letter is opened, and a bad password chosen."""
    address, _ = new_person(site, "member")
    page.locator("#email").fill(address)
    press(page, "main form button")
    (link,) = re.findall(r"http://\S+/password/reset/\S+", site.wait_for_letter(address))
    page.goto(link)
    page.locator("#password").fill("short")
    press(page, "main form button")
    assert page.locator("#password-problem").count() == 1


def match_result(site: Site, page: Page) -> None:
    """A text is tried."""
    page.goto(f"{site.address}/try?example=ko")
    press(page, "form.startup-form button[type=submit]")
    assert page.locator(".matches").count() == 1


def setting_up(site: Site, page: Page) -> None:
    """A new admin signs in, and types a code that is none."""
    address, _ = new_person(site, "admin")
    give_password(page, Login(address, PASSWORD))
    page.locator("#code").fill("nothing")
    press(page, "main form button")
    assert page.locator("#code-problem").count() == 1


def recovery_codes(site: Site, page: Page) -> None:
    """A new manager has set up the app."""
    address, _ = new_person(site, "manager")
    give_password(page, Login(address, PASSWORD))
    page.locator("#code").fill(pyotp.TOTP(re.sub(r"\s", "", page.locator(".secret").inner_text())).now())
    press(page, "main form button")
    assert page.locator(".recovery-codes").count() == 1


def asked_for_code(site: Site, page: Page) -> None:
    """A manager signs in and mistypes the code."""
    give_password(page, site.logins["manager"])
    page.locator("#code").fill("nothing")
    press(page, "main form button")
    assert page.locator("#code-problem").count() == 1


def give_password(page: Page, login: Login) -> None:
    """Send the sign-in form."""
    page.locator("#email").fill(login.email)
    page.locator("#password").fill(login.password)
    press(page, "main form button")
    page.wait_for_url("**/login/code*")


def wrong_own_password(_: Site, page: Page) -> None:
    """The present password is mistyped."""
    page.locator("form[action='/account/password'] [name=current_password]").fill("nothing")
    page.locator("form[action='/account/password'] [name=password]").fill(PASSWORD)
    press(page, "form[action='/account/password'] button")
    expect(page.locator("#problems")).to_be_visible()


def no_name(_: Site, page: Page) -> None:
    """The name is left empty."""
    page.locator("#name").fill("")
    press(page, "form[action='/account/name'] button")
    expect(page.locator("#name-problem")).to_be_visible()


def begun_app(site: Site, page: Page) -> None:
    """A founder begins to set up an app."""
    page.locator("#factor-password").fill(site.logins["founder"].password)
    press(page, "form[action='/account/second-factor'] button")
    assert page.locator(".qr-code").count() == 1


def made_token(_: Site, page: Page) -> None:
    """A token is shown, this once."""
    page.locator("#name").fill("reader")
    page.locator("#scopes input").first.check()
    press(page, "form[action='/account/tokens'] button")
    assert page.locator("#made").count() == 1


def refused_token(_: Site, page: Page) -> None:
    """The days of a token are none."""
    page.locator("#days").fill("many")
    press(page, "form[action='/account/tokens'] button")
    assert page.locator("#problems").count() == 1


def unanswered(site: Site, page: Page) -> None:
    """Nobody has been answered for: the names stand before everything else."""
    forget_answers(site, "reviewer")
    page.goto(f"{site.address}{QUEUE}")
    page.wait_for_url("**/conflicts")
    assert page.locator(".name-list li").count() > 0


def names_not_looked_at(site: Site, page: Page) -> None:
    """A name is ticked, and it was not confirmed that all were looked at."""
    unanswered(site, page)
    page.locator(".name-list input[type=checkbox]").first.check()
    press(page, ".declaration .actions button")
    assert page.locator("#problems").count() == 1


def in_the_middle(site: Site, page: Page) -> None:
    """Answers are given, reviews differ, somebody commented and asked."""
    begin_review(site)
    page.reload()


def commented_with_nothing(_: Site, page: Page) -> None:
    """A comment says nothing."""
    page.locator("#text").fill(" ")
    press(page, ".discussion form:has(#text) button")
    assert page.locator("#problems").count() == 1


def moved_to_the_top(_: Site, page: Page) -> None:
    """A candidate is put elsewhere, and the page says what that moved."""
    last = page.locator(".candidate").last
    target = last.locator("form[action$='/pin'] button")
    with page.expect_navigation():
        target.click()
    assert page.locator(".effect").count() == 1


def points_beyond_the_scale(_: Site, page: Page) -> None:
    """Points are too many."""
    page.locator("input[name=points]").first.fill("99")
    press(page, "form.decision button")
    assert page.locator(".field-problem").count() == 1


def several_without_one(_: Site, page: Page) -> None:
    """A decision about several is sent, and none is chosen."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    press(page, "#bulk button")
    assert page.locator("#problems").count() == 1


def list_of_keys(_: Site, page: Page) -> None:
    """The keys are shown."""
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_be_visible()


def refused_rules(_: Site, page: Page) -> None:
    """A number of reviews is none."""
    page.locator("#wanted_reviews").fill("many")
    press(page, ".report-rules button")
    assert page.locator("#problems").count() == 1


def agency_decides(_: Site, page: Page) -> None:
    """The phase in which the agency decides, with all the figures there are."""
    if page.locator("form[action$='/phase'] button[value=decision]").count():
        press(page, "form[action$='/phase'] button[value=decision]")
    assert page.locator("section[aria-labelledby=disagreement] tbody tr").count() == 3


def everybody_alone(_: Site, page: Page) -> None:
    """Individual review again."""
    if page.locator("form[action$='/phase'] button[value=individual]").count():
        press(page, "form[action$='/phase'] button[value=individual]")


def ruled_without_reason(site: Site, page: Page) -> None:
    """A manager rules and says nothing."""
    in_the_middle(site, page)
    press(page, ".conflict-case form button")
    assert page.locator("#problems").count() == 1


def challenge_of_nobody(_: Site, page: Page) -> None:
    """A challenge names a startup nobody knows."""
    page.locator("#challenge-startup").fill("Nobody")
    press(page, "form[action$='/challenges'] button")
    assert page.locator("#problems").count() == 1


def declined_without_reason(_: Site, page: Page) -> None:
    """A reason is missing."""
    page.locator("input[value=decline]").first.check()
    press(page, "form.decision button")
    assert page.locator("#problems").count() == 1


def decided_in_the_meantime(_: Site, page: Page) -> None:
    """Somebody else decided first."""
    page.locator("form.decision [name=revision]").first.evaluate("field => { field.value = 9999 }")
    page.locator("input[value=accept]").first.check()
    page.locator("form.decision textarea").first.fill("Seems to fit")
    press(page, "form.decision button")
    expect(page.locator(".error-status")).to_have_text("409")


def taken_without_reason(_: Site, page: Page) -> None:
    """What the list is for is missing."""
    page.locator("details.downloads summary").click()
    press(page, ".downloads button")
    assert page.locator(".downloads .field-problem").count() == 1


def saved_draft(_: Site, page: Page) -> None:
    """The form is saved as it is shown."""
    page.locator("[name=seats]").fill("12")
    press(page, "#save-first")
    assert page.locator(".saved").count() == 1


def refused_draft(_: Site, page: Page) -> None:
    """A name and a number are none."""
    page.locator("[name=name_en]").fill("")
    page.locator("[name=seats]").fill("many")
    press(page, "#save-first")
    assert page.locator("#problems").count() == 1


def refused_program(_: Site, page: Page) -> None:
    """A program is begun without a name."""
    press(page, "form[action='/manage/programs'] button")
    assert page.locator("#problems").count() == 1


def submitted(site: Site, page: Page) -> None:
    """A version is saved and waits for approval; one that waits as it is goes on waiting."""
    page.goto(f"{site.address}{PROGRAM}/draft")
    saved_draft(site, page)
    page.goto(f"{site.address}{PROGRAM}")
    if page.locator("form[action$='/submit']").count():
        press(page, "form[action$='/submit'] button")
    assert page.locator(".chip[class*=state-]").count() == 1


def sent_back_without_answer(_: Site, page: Page) -> None:
    """A manager sends a version back and says nothing."""
    press(page, "form[action$='/return'] button")
    assert page.locator("#problems").count() == 1


def invited(_: Site, page: Page) -> None:
    """An invitation is sent."""
    page.locator("#invite-email").fill(f"guest-{next(_numbers)}@example.org")
    page.locator("#invite-role").select_option("reviewer")
    page.locator("#invite-agency_id").select_option("wirtschaftsfoerderung-dortmund")
    press(page, "form[action='/people/invitations'] button")
    assert page.locator("#link").count() == 1


def refused_invitation(_: Site, page: Page) -> None:
    """An address is none."""
    page.locator("#invite-email").fill("nobody")
    press(page, "form[action='/people/invitations'] button")
    assert page.locator("#problems").count() == 1


def somebody(_: Site, page: Page) -> None:
    """The page of the last person listed."""
    page.locator("table.people th a").last.click()
    page.wait_for_url(re.compile("/people/[0-9a-f]+"))


def somebody_with_office(site: Site, page: Page) -> None:
    """The page of the manager."""
    page.goto(f"{site.address}/people?q={site.logins['manager'].email}")
    somebody(site, page)


def send_profile(page: Page, **typed: str) -> None:
    """Send the form of the profile itself; its script would save it and stay."""
    for field, words in typed.items():
        page.locator(f"#{field}").fill(words)
    with page.expect_navigation():
        page.evaluate("document.getElementById('profile-form').submit()")


def refused_profile(_: Site, page: Page) -> None:
    """Fields hold what cannot be."""
    page.locator("[id='one_liner.ko']").evaluate("field => { field.value = '가'.repeat(141) }")
    send_profile(page, founded="2999", employees="many", name="")
    assert page.locator("#problems li").count() == 4


def stale_profile(_: Site, page: Page) -> None:
    """Somebody saved in the meantime."""
    page.locator("#profile-form [name=revision]").evaluate("field => { field.value = 9999 }")
    page.locator("#target_cities input").first.evaluate("box => { box.checked = !box.checked }")
    send_profile(page, city=f"Daejeon {next(_numbers)}")
    assert page.locator("#problems ins").count() > 0


def saved_profile(_: Site, page: Page) -> None:
    """The draft is saved."""
    send_profile(page, city=f"Daejeon {next(_numbers)}")
    assert page.locator(".saved").count() == 1


def submitted_profile(site: Site, page: Page) -> None:
    """A version is submitted, and one program wanted."""
    saved_profile(site, page)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    for text in ("one_liner", "summary", "problem", "solution"):
        page.locator(f"[id='{text}.ko']").fill("폐배터리에서 니켈을 회수합니다.")
    for field in ("needs", "target_cities"):
        page.locator(f"#{field} input").first.check()
    page.locator("#country").select_option("KR")
    page.locator("#stage").select_option("seed")
    send_profile(page)
    page.goto(f"{site.address}{PROFILE}/preview")
    if page.locator("form[action$='/submit']").count():
        press(page, "form[action$='/submit'] button")
    wanted = page.locator("form[action$='/interest/start2grow'] button[value=yes]")
    if wanted.count():
        press(page, "form[action$='/interest/start2grow'] button[value=yes]")
    assert page.locator("#program-start2grow .chip").count() > 0


def version(site: Site, page: Page) -> None:
    """A submitted version beside what is written now."""
    submitted_profile(site, page)
    page.goto(f"{site.address}{PROFILE}")
    saved_profile(site, page)
    page.locator(".versions a").first.click()
    page.wait_for_url("**/versions/*")
    assert page.locator(".changes ins").count() > 0


def read_plan(_: Site, page: Page) -> None:
    """A plan proposes values."""
    choose_plan(page, hwpx(PLANS[1].parts))
    page.locator(".proposals").wait_for()


def refused_plan(_: Site, page: Page) -> None:
    """A plan is scanned."""
    choose_plan(page, scanned_pdf())
    expect(page.locator("#plan-problem")).to_be_visible()


def choose_plan(page: Page, plan: bytes) -> None:
    """Send a plan with the form."""
    page.locator("#plan").set_input_files({"name": "plan", "mimeType": "application/pdf", "buffer": plan})
    page.locator("#read-plan").click()
    page.wait_for_url("**/profile/plan")


def no_consent_ticked(_: Site, page: Page) -> None:
    """Nothing is ticked."""
    press(page, ".consent-form button")
    assert page.locator("#problems").count() == 1


def consented(_: Site, page: Page) -> None:
    """Everything is consented to."""
    boxes = page.locator(".consent-form input[name=purposes]")
    if boxes.count():
        for box in boxes.all():
            box.check()
        press(page, ".consent-form button")
    assert page.locator(".consent-given").count() > 0


def wrong_name(_: Site, page: Page) -> None:
    """The name that is typed is another one."""
    page.locator("#name").fill("Another")
    press(page, "main form button")
    assert page.locator("#problems").count() == 1


def publish_result(site: Site) -> None:
    """Publish that the founder's startup waits; an appeal is answered, so another one may be sent."""
    with closing(sqlite3.connect(site.data / "landfall.db")) as database, database:
        database.execute(
            "insert or ignore into outcome (program_id, startup_id, state, waitlist_rank, reason, "
            "published_at, appeal_until) values ('start2grow', 'S01', 'waitlisted', 2, 'Good, but late.', "
            "'2026-01-01 00:00:00', '2099-01-01 00:00:00')"
        )
        database.execute(
            "insert or ignore into appeal (id, program_id, startup_id, text, sent_at, answer, answered_at) "
            "values ('a', 'start2grow', 'S01', 'It was not late.', '2026-01-02 00:00:00', 'It was.', "
            "'2026-01-03 00:00:00')"
        )


def result(site: Site, page: Page) -> None:
    """A result is published."""
    publish_result(site)
    page.reload()
    assert page.locator("#program-start2grow").count() == 1
    assert page.locator(".outcome-state").count() == 2, "one result, and what waits for one"


def refused_appeal(site: Site, page: Page) -> None:
    """An appeal says nothing."""
    result(site, page)
    page.locator(".outcome textarea").fill(" ")
    press(page, ".outcome form button")
    assert page.locator("#problems").count() == 1


def results_of_program(site: Site, page: Page) -> None:
    """A result is published and appealed against."""
    publish_result(site)
    page.reload()
    assert page.locator(".appeal").count() == 1


def table_to_import(_: Site, page: Page) -> None:
    """A table that can be written."""
    send_table(page, "name,founded,summary_ko\nNeue Batterie,2021,폐배터리에서 니켈을 회수합니다.\n")


def faulty_table(_: Site, page: Page) -> None:
    """A table with a year that is none."""
    send_table(page, "name,founded\nNeue Batterie,gestern\nNeue Batterie,2021\n")
    assert page.locator("#errors").count() == 1


def send_table(page: Page, table: str) -> None:
    """Send a table and wait for its preview."""
    page.locator("#file").set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": table.encode()})
    press(page, "form[action='/imports'] button")
    page.locator("#columns").wait_for()


def no_table(_: Site, page: Page) -> None:
    """A file that is no table."""
    page.locator("#file").set_input_files({"name": "t.xlsx", "mimeType": "text/csv", "buffer": b"PK\x03\x04"})
    press(page, "form[action='/imports'] button")
    assert page.locator("#problems").count() == 1


PROFILE = "/startups/S01/profile"
CONSENTS = "/startups/S01/consents?agency=seattle-oed"

PAGES: Mapping[str, tuple[str | tuple[str, Way], ...]] = {
    "": (
        *("/", "/programs", "/programs/start2grow", "/try", "/about", "/login", "/login?done=signed-out"),
        *("/password/forgot", "/password/reset/none", "/invitations/none", "/privacy"),
        *(("/login", way) for way in (refused_sign_in, setting_up, recovery_codes, asked_for_code)),
        *(("/password/forgot", way) for way in (link_on_its_way, reset)),
        *(("/login", way) for way in (invitation, match_result)),
    ),
    "founder": (
        *("/account", "/account/tokens", "/startups", "/startups/S01", "/people"),
        *(("/account", way) for way in (no_name, wrong_own_password, begun_app)),
        *(("/account/tokens", way) for way in (made_token, refused_token)),
        *(PROFILE, f"{PROFILE}/preview", f"{PROFILE}/versions/0"),
        *((PROFILE, way) for way in (saved_profile, read_plan, refused_plan, submitted_profile, version)),
        # What is not saved is back when the form is opened again, so these come last.
        *((PROFILE, way) for way in (stale_profile, refused_profile)),
        CONSENTS,
        *((CONSENTS, way) for way in (no_consent_ticked, consented)),
        *(f"/startups/S01/{path}" for path in ("outcomes", "readers", "export", "erase")),
        *(("/startups/S01/outcomes", way) for way in (result, refused_appeal)),
        *("/account/export", "/account/erase", ("/startups/S01/erase", wrong_name)),
    ),
    "reviewer": (
        *((f"{QUEUE}/conflicts", way) for way in (unanswered, names_not_looked_at, in_the_middle)),
        *("/review", QUEUE, f"{QUEUE}?show=all", CANDIDATE, f"{CANDIDATE}/discussion", "/notices"),
        *("/startups", "/startups/S02", "/account/tokens"),
        *((QUEUE, way) for way in (declined_without_reason, decided_in_the_meantime, taken_without_reason)),
        *((QUEUE, way) for way in (moved_to_the_top, several_without_one, list_of_keys)),
        (CANDIDATE, points_beyond_the_scale),
        (f"{CANDIDATE}/discussion", commented_with_nothing),
    ),
    "lead": (
        *("/manage/programs", PROGRAM, f"{PROGRAM}/versions/1", "/people"),
        *(f"{PROGRAM}/draft{row}" for row in ("?add=rubric", "?add=rules&kind=institution_link")),
        *((f"{PROGRAM}/draft", way) for way in (refused_draft, saved_draft)),
        ("/manage/programs", refused_program),
        f"{PROGRAM}/preview",
        ("/people", somebody),
        ("/manage/programs", submitted),
        *("/manage/reviews", REPORT),
        *((REPORT, way) for way in (in_the_middle, refused_rules, agency_decides)),
        *(CANDIDATE, (REPORT, everybody_alone)),
    ),
    "manager": (
        *("/review", "/manage/programs", PROGRAM, f"{PROGRAM}/preview", "/people", "/account", "/startups"),
        ("/manage/programs", submitted),
        (PROGRAM, sent_back_without_answer),
        *("/imports", (f"{PROGRAM}/outcomes", results_of_program)),
        *(("/manage/conflicts", way) for way in (in_the_middle, ruled_without_reason, challenge_of_nobody)),
        *("/manage/reviews", REPORT, "/manage/questions", "/notices", CANDIDATE),
        *(("/imports", way) for way in (no_table, table_to_import, faulty_table)),
        *(("/people", way) for way in (invited, refused_invitation, somebody)),
        *(("/rounds", way) for way in (refused_round, one_round, round_settings, refused_side_rule)),
        *(("/rounds", way) for way in (tried_plan, kept_plan, asked_why_not, compared_plans)),
        *(("/rounds", way) for way in (compared_figures, cases_of_figure)),
        *(("/rounds", way) for way in (before_publishing, drafted_list, published_list)),
    ),
    "admin": (
        *("/people", "/people?q=nobody", "/account", "/account/tokens"),
        *(("/people", way) for way in (somebody, somebody_with_office)),
    ),
}
"""Addresses, by who opens them, and ways on from there to pages no address shows."""


@pytest.mark.parametrize("language", ["ko", "de"])
@pytest.mark.parametrize("role", PAGES)
def test_pages_have_no_accessibility_fault(site: Site, visitors: Visitors, role: str, language: str) -> None:
    page = visitors.open(role, language, dark=language == "de")
    faults = []

    for stop in PAGES[role]:
        path, way = (stop, None) if isinstance(stop, str) else stop
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        if not role:
            page.context.clear_cookies(name="landfall_session")
        page.goto(f"{site.address}{path}")
        if way is not None:
            way(site, page)
        assert page.locator("html").get_attribute("lang") == language
        name = f"{path} {way.__name__ if way else ''}".strip()
        faults += [f"{name}: {fault}" for fault in faults_of(page, colours_on_phone=language == "ko")]

    assert faults == []


def faults_of(page: Page, *, colours_on_phone: bool) -> Iterator[str]:
    """Look at a page with all its details open, at a desk and on a phone."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    page.evaluate(AXE_SCRIPT)
    for (width, height), colours in ((DESK, True), (PHONE, colours_on_phone)):
        page.set_viewport_size({"width": width, "height": height})
        rules = {} if colours else {"color-contrast": {"enabled": False}}
        for violation in page.evaluate(RUN_AXE, {"resultTypes": ["violations"], "rules": rules}):
            for node in violation["nodes"]:
                yield f"{width} px: {violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        if wider := sideways(page):
            yield f"{width} px: {wider} pixels too wide"
