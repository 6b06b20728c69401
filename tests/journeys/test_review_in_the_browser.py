"""A review in the browser: three reviewers, ten candidates, one lead who decides, a manager who closes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.reviewers import answer_about_conflicts, decide_by_keys, next_open, press, tab_to
from tests.journeys.served import Login, Site
from tests.journeys.visitors import Visitors, sign_in

pytestmark = [pytest.mark.browser]

AGENCY = "wirtschaftsfoerderung-dortmund"
PROGRAM = "start2grow"
OTHER_PROGRAM = "doaccelerate"
CANDIDATES = 10
PASSWORD = "Regenschirm wartet hinter Bahnsteig neun"  # noqa: S105  of accounts that live for one test
SUBMIT = "main form button[type=submit]"
WITHIN = 30_000
SOON = 300
ANNA, BORA = "Anna Amt", "김보라"
REPORT = f"/manage/programs/{PROGRAM}/review"


@pytest.fixture(scope="module")
def encoder() -> str:
    """These journeys need no meanings."""
    return "hashing"


@pytest.fixture(scope="module")
def startups() -> int:
    """Ten candidates."""
    return CANDIDATES


def test_journey_three_reviewers_disagree_the_lead_decides_the_manager_closes(
    site: Site, visitors: Visitors
) -> None:
    manager, lead = visitors.open("manager"), visitors.open("lead", "de")
    anna = come_in(site, manager, visitors.open(language="en"), "anna@rathaus.example", ANNA)
    bora = come_in(site, manager, visitors.open(language="ko"), "bora@rathaus.example", BORA)
    carlos = visitors.open("reviewer", "es")

    want_three_reviews(site, lead)
    conflict = declare(site, anna, conflict=True)
    assert declare(site, bora) == declare(site, carlos) == ""
    ids = [startup for startup in startup_ids(carlos) if startup != conflict]
    left, disputed, overridden = ids[0], ids[1], ids[2]
    step_back(site, bora, left)
    override(site, carlos, overridden)

    assert work(anna, lambda _: ("accept", 5, "Fits the harbour.")) == set(ids)
    assert work(bora, lambda startup: opinion(startup, disputed), hangul=True) == {
        *ids[1:],
        conflict,
    }
    assert work(carlos, lambda _: ("accept", 4, "Encaja con la ciudad.")) == {*ids, conflict}

    decide_as_lead(site, lead, disputed, left, overridden)
    close(site, manager)
    for page in (anna, lead):
        page.goto(f"{site.address}/review")
        expect(page.locator(f"main a[href='/review/{PROGRAM}']")).to_have_count(0)


def opinion(startup: str, disputed: str) -> tuple[str, int, str]:
    """What the Korean reviewer thinks."""
    if startup == disputed:
        return "decline", 1, "시험 결과가 부족함"
    return "accept", 4, "도르트문트와 잘 맞음"


def come_in(site: Site, manager: Page, guest: Page, email: str, name: str) -> Page:
    """The manager invites a reviewer, who sets a password and signs in."""
    manager.goto(f"{site.address}/people")
    manager.locator("#invite-email").fill(email)
    manager.locator("#invite-role").select_option("reviewer")
    manager.locator("#invite-agency_id").select_option(AGENCY)
    manager.locator("form[action='/people/invitations'] button").click()
    guest.goto(manager.locator("#link").input_value())
    guest.locator("#name").fill(name)
    guest.locator("#password").fill(PASSWORD)
    guest.locator(SUBMIT).click()
    guest.wait_for_url("**/login?next=%2Freview")
    sign_in(guest, site.address, Login(email, PASSWORD))
    return guest


def want_three_reviews(site: Site, lead: Page) -> None:
    """The lead sets the rules; the median shows how scores become one."""
    lead.goto(f"{site.address}{REPORT}")
    lead.locator("#wanted_reviews").fill("3")
    lead.locator("#aggregation").select_option("median")
    lead.locator(".report-rules button").click()
    expect(lead.locator("#wanted_reviews")).to_have_value("3")
    lead.locator("form[action$='/phase'] button[value=individual]").click()
    expect(lead.locator("form[action$='/phase'] button[value=individual]")).to_have_count(0)


def declare(site: Site, page: Page, *, conflict: bool = False) -> str:
    """Answer about names and nothing else, with keys alone; give the id of the case that is left, if any."""
    page.goto(f"{site.address}/review/{PROGRAM}")
    page.wait_for_url(f"**/review/{PROGRAM}/conflicts")
    names = page.locator(".name-list .tick").all_inner_texts()
    assert len(names) == CANDIDATES
    assert names == sorted(names, key=str.casefold)
    assert not page.locator("main a[href*='/startups/'], main .chip, main .evidence").count()
    chosen = page.locator(".name-list input[type=checkbox]").first
    if conflict:
        tab_to(page, ".name-list li:first-child input[type=checkbox]")
        page.keyboard.press("Space")
        expect(chosen).to_be_checked()
    tab_to(page, "#read")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{PROGRAM}")
    if not conflict:
        expect(page.locator(".candidate")).to_have_count(CANDIDATES)
        return ""
    expect(page.locator(".candidate")).to_have_count(CANDIDATES - 1)
    assert names[0] not in page.locator("main").inner_text()
    shown = {title.split("\n")[0].strip() for title in page.locator(".candidate h2 a").all_inner_texts()}
    (hidden,) = {name.partition(" (")[0] for name in names} - shown
    found = next(
        line
        for line in site.landfall("shortlist", PROGRAM, "--format", "csv").decode().splitlines()
        if hidden in line
    )
    (startup,) = re.findall(r"\bS\d\d\b", found)
    return str(startup)


def startup_ids(page: Page) -> list[str]:
    """Give the ids of the candidates in the order of the queue."""
    ids = page.locator(".candidate").evaluate_all("all => all.map(one => one.id)")
    return [str(one).removeprefix("startup-") for one in ids]


def step_back(site: Site, page: Page, startup: str) -> None:
    """Leave a case from its own page, with keys alone; it is gone at once and everywhere."""
    page.goto(f"{site.address}/review/{PROGRAM}/{startup}")
    tab_to(page, ".step-back summary")
    page.keyboard.press("Enter")
    tab_to(page, "#step-back-words")
    page.keyboard.insert_text("대표와 함께 일했음")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{PROGRAM}")
    expect(page.locator(".candidate")).to_have_count(CANDIDATES - 1)
    assert startup not in startup_ids(page)
    for path in (f"/review/{PROGRAM}/{startup}", f"/review/{PROGRAM}/{startup}/discussion"):
        answer = page.goto(f"{site.address}{path}")
        assert answer is not None
        assert answer.status == 404


def override(site: Site, page: Page, startup: str) -> None:
    """Change the verdict on eligibility by keys; it is shown with the reason and the name."""
    page.goto(f"{site.address}/review/{PROGRAM}/{startup}")
    tab_to(page, ".override summary")
    page.keyboard.press("Enter")
    tab_to(page, f"#verdict-{startup}")
    page.locator(f"#verdict-{startup}").select_option("eligible")
    tab_to(page, f"#override-{startup}")
    page.keyboard.insert_text("La sede está en Dortmund.")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".override-note")).to_contain_text("La sede está en Dortmund.")
    expect(page.locator(".override-note")).to_contain_text("Demo reviewer")


def work(page: Page, think: Callable[[str], tuple[str, int, str]], *, hangul: bool = False) -> set[str]:
    """Decide about everything that is open by keys alone; give the ids in the end."""
    page.goto(f"{page.url.partition('/review/')[0]}/review/{PROGRAM}")
    done: set[str] = set()
    for _ in range(len(startup_ids(page))):
        startup = next_open(page, hangul=hangul)
        decision, points, reason = think(startup)
        decide_by_keys(page, startup, decision, points, reason, hangul=hangul)
        done.add(startup)
    page.goto(f"{page.url.partition('/review/')[0]}/review/{PROGRAM}")
    expect(page.locator(".candidate")).to_have_count(0)
    return done


def decide_as_lead(site: Site, lead: Page, disputed: str, left: str, overridden: str) -> None:
    """The lead begins the agency's decision, reads what all said, and decides where they differ."""
    lead.goto(f"{site.address}{REPORT}")
    lead.locator(f".callout a[href='/review/{PROGRAM}/conflicts']").click()
    answer_about_conflicts(lead, f"{site.address}/review/{PROGRAM}")
    lead.goto(f"{site.address}{REPORT}")
    expect(lead.locator(".callout a[href$='/conflicts']")).to_have_count(0)
    expect(lead.locator("section[aria-labelledby=disagreement] tbody tr")).to_have_count(0)
    lead.locator("form[action$='/phase'] button[value=decision]").click()
    differing = lead.locator("section[aria-labelledby=disagreement] tbody tr")
    expect(differing.first.locator("th a")).to_have_attribute("href", f"/review/{PROGRAM}/{disputed}")
    expect(differing.first.locator("td.number")).to_have_text("80")
    expect(lead.locator("section[aria-labelledby=agreement] tbody tr").first).to_be_visible()
    for name in (ANNA, BORA, "Demo reviewer"):
        expect(lead.locator("section[aria-labelledby=severity]")).to_contain_text(name)

    lead.goto(f"{site.address}/review/{PROGRAM}/{left}")
    expect(lead.locator(".other-reviews > li")).to_have_count(2)
    expect(lead.locator(".other-reviews")).not_to_contain_text(BORA)
    lead.goto(f"{site.address}/review/{PROGRAM}/{overridden}")
    expect(lead.locator(".other-reviews")).to_contain_text("La sede está en Dortmund.")
    lead.goto(f"{site.address}/review/{PROGRAM}/{disputed}")
    expect(lead.locator(".other-reviews > li")).to_have_count(3)
    expect(lead.locator(".aggregate dd").first).to_contain_text("80")
    expect(lead.locator(".aggregate")).to_contain_text("80")
    press(lead, "KeyY")
    lead.keyboard.insert_text("Die Stadt braucht es.")
    with lead.expect_navigation():
        lead.keyboard.press("Control+Enter")
    expect(lead.locator("input[name=decision][value=accept]")).to_be_checked()

    lead.goto(f"{site.address}{REPORT}")
    lead.locator("form[action$='/confirm'] button").click()
    decided = lead.locator("section[aria-labelledby=decisions] tbody tr")
    expect(decided).to_have_count(CANDIDATES)
    expect(decided.filter(has_text="Die Stadt braucht es.")).to_contain_text("Demo lead")
    expect(lead.locator("section[aria-labelledby=decisions] form")).to_have_count(0)


def close(site: Site, manager: Page) -> None:
    """The manager looks at the report and closes the review."""
    manager.goto(f"{site.address}/manage/reviews")
    manager.locator(f"main a[href='{REPORT}']").click()
    manager.locator("form button[value=close]").click()
    manager.goto(f"{site.address}{REPORT}")
    expect(manager.locator("form button[value=open]")).to_be_visible()


def test_two_tabs_of_a_reviewer_never_overwrite_each_other(site: Site, visitors: Visitors) -> None:
    here = visitors.open("reviewer", "en")
    answer_about_conflicts(here, f"{site.address}/review/{OTHER_PROGRAM}")
    startup = startup_ids(here)[0]
    address = f"{site.address}/review/{OTHER_PROGRAM}/{startup}"
    there = here.context.new_page()
    for page in (here, there):
        page.goto(address)

    press(here, "KeyY")
    here.keyboard.insert_text("From the first tab.")
    with here.expect_navigation():
        here.keyboard.press("Control+Enter")
    press(there, "KeyM")
    there.keyboard.insert_text("From the second tab.")
    with there.expect_navigation() as coming:
        there.keyboard.press("Control+Enter")

    assert coming.value is not None
    assert coming.value.status == 409
    expect(there.locator(".two-versions > div").first).to_contain_text("From the second tab.")
    expect(there.locator(".two-versions > div").last).to_contain_text("From the first tab.")
    there.locator("main form button").click()
    expect(there.locator("textarea[name=reason]")).to_have_value("From the second tab.")
    here.reload()
    expect(here.locator("textarea[name=reason]")).to_have_value("From the second tab.")


def test_a_draft_that_saved_itself_survives_a_reload_and_another_browser(
    site: Site, visitors: Visitors
) -> None:
    page = visitors.open("reviewer", "en")
    answer_about_conflicts(page, f"{site.address}/review/{OTHER_PROGRAM}")
    startup = startup_ids(page)[-1]
    page.goto(f"{site.address}/review/{OTHER_PROGRAM}/{startup}")

    press(page, "KeyC")
    page.keyboard.insert_text("Half a thought")
    expect(page.locator("[data-state]")).to_have_attribute("data-kind", "saved", timeout=WITHIN)
    page.reload()

    expect(page.locator("textarea[name=reason]")).to_have_value("Half a thought")
    expect(page.locator("input[name=decision][value='']")).to_be_checked()
    elsewhere = visitors.open("reviewer", "de")
    elsewhere.goto(f"{site.address}/review/{OTHER_PROGRAM}/{startup}")
    expect(elsewhere.locator("textarea[name=reason]")).to_have_value("Half a thought")


def test_what_was_typed_and_not_saved_is_back_after_a_reload(site: Site, visitors: Visitors) -> None:
    page = visitors.open("reviewer", "en")
    answer_about_conflicts(page, f"{site.address}/review/{OTHER_PROGRAM}")
    startup = startup_ids(page)[1]
    page.goto(f"{site.address}/review/{OTHER_PROGRAM}/{startup}")
    page.route("**/draft*", lambda route: route.abort())

    press(page, "KeyN")
    page.keyboard.insert_text("Typed on a train")
    expect(page.locator("[data-state]")).to_have_attribute("data-kind", "offline", timeout=WITHIN)
    page.reload()

    expect(page.locator("textarea[name=reason]")).to_have_value("Typed on a train")
    expect(page.locator("input[name=decision][value=decline]")).to_be_checked()
    expect(page.locator("[data-state]")).to_have_attribute("data-kind", "restored")


@pytest.mark.parametrize("way", ["queue", "reload", "pin", "move", "slow"])
def test_what_was_typed_right_before_leaving_is_no_conflict_with_oneself(
    site: Site, visitors: Visitors, way: str
) -> None:
    page = visitors.open("reviewer", "en")
    answer_about_conflicts(page, f"{site.address}/review/{OTHER_PROGRAM}")
    startup = startup_ids(page)[2]
    address = f"{site.address}/review/{OTHER_PROGRAM}/{startup}"
    page.goto(address)

    press(page, "KeyY")
    page.keyboard.insert_text("Typed in  a hurry ")
    if way == "queue":
        page.goto(f"{site.address}/review/{OTHER_PROGRAM}")
        page.goto(address)
    elif way == "reload":
        page.reload()
    elif way == "slow":
        lose_the_answer_to_a_draft(page)
    else:
        with page.expect_navigation():
            page.locator(f"form[action$='/{way}'] button").last.click()

    expect(page.locator("textarea[name=reason]")).to_have_value(re.compile(r"Typed in +a hurry *"))
    expect(page.locator("input[name=decision][value=accept]")).to_be_checked()
    with page.expect_navigation() as coming:
        page.keyboard.press("Control+Enter")
    assert coming.value is not None
    assert coming.value.status == 200
    expect(page.locator("article.is-accept textarea[name=reason]")).to_have_value("Typed in a hurry")


def lose_the_answer_to_a_draft(page: Page) -> None:
    """Let one draft arrive whose answer does not come back, then wait until the next one is saved."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/draft*", lose, times=1)
    expect(page.locator("[data-state]")).to_have_attribute("data-kind", "offline", timeout=WITHIN)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-state]")).to_have_attribute("data-kind", "saved", timeout=WITHIN)


def test_what_somebody_else_changed_before_one_came_back_is_a_conflict(
    site: Site, visitors: Visitors
) -> None:
    page, elsewhere = visitors.open("reviewer", "en"), visitors.open("reviewer", "de")
    answer_about_conflicts(page, f"{site.address}/review/{OTHER_PROGRAM}")
    address = f"{site.address}/review/{OTHER_PROGRAM}/{startup_ids(page)[2]}"
    page.goto(address)
    elsewhere.goto(address)
    press(page, "KeyY")

    press(elsewhere, "KeyM")
    with elsewhere.expect_navigation():
        elsewhere.keyboard.press("Control+Enter")
    page.reload()

    expect(page.locator("input[name=decision][value=accept]")).to_be_checked()
    with page.expect_navigation() as coming:
        page.keyboard.press("Control+Enter")
    assert coming.value is not None
    assert coming.value.status == 409


@pytest.mark.parametrize(("status", "kind"), [(401, "expired"), (403, "conflict"), (404, "conflict")])
def test_a_draft_that_is_refused_says_whether_it_will_be_sent_again(
    site: Site, visitors: Visitors, status: int, kind: str
) -> None:
    page = visitors.open("reviewer", "en")
    answer_about_conflicts(page, f"{site.address}/review/{OTHER_PROGRAM}")
    page.goto(f"{site.address}/review/{OTHER_PROGRAM}/{startup_ids(page)[-1]}")
    page.route("**/draft*", lambda route: route.fulfill(status=status, json={}))

    press(page, "KeyC")
    page.keyboard.insert_text("Too late")

    expect(page.locator("[data-state]")).to_have_attribute("data-kind", kind, timeout=WITHIN)


def test_the_keys_to_save_send_the_form_one_types_in(site: Site, visitors: Visitors) -> None:
    page = visitors.open("reviewer", "en")
    queue = f"{site.address}/review/{OTHER_PROGRAM}"
    answer_about_conflicts(page, queue)
    startup = startup_ids(page)[2]
    page.goto(f"{queue}/{startup}")
    press(page, "KeyY")

    page.locator(".override summary").click()
    page.locator(f"#verdict-{startup}").select_option("eligible")
    page.locator(f"#override-{startup}").fill("They moved here.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator(".override-note")).to_contain_text("They moved here.")
    expect(page.locator("article.is-accept")).to_have_count(0)

    page.locator(f"#position-{startup}").fill("1")
    with page.expect_request(f"**/{startup}/move"):
        page.keyboard.press("Control+Enter")
    page.wait_for_load_state()
    expect(page.locator("article.is-accept")).to_have_count(0)

    page.goto(queue)
    page.locator("#queue-search").fill("nobody is called so")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**q=nobody*")


def test_a_key_held_down_and_a_button_pressed_twice_undo_once(site: Site, visitors: Visitors) -> None:
    page = visitors.open("reviewer", "en")
    answer_about_conflicts(page, f"{site.address}/review/{OTHER_PROGRAM}")
    sent: list[str] = []

    def stay(route: Route) -> None:
        sent.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/undo", stay)
    for _ in range(3):
        page.keyboard.down("KeyU")
    page.keyboard.up("KeyU")
    page.wait_for_timeout(SOON)
    assert len(sent) == 1

    for _ in range(2):
        page.locator("form[data-undo] button").click(no_wait_after=True)
    page.wait_for_timeout(SOON)
    assert len(sent) == 2
