"""Ways to the pages of a round that no address shows: each makes what it needs where it is not there yet."""

from playwright.sync_api import Page, expect

from tests.journeys.served import Site

PROGRAMS = {"ko": "doaccelerate", "de": "bic-euronova"}
"""A program by the language of the page: what is published once cannot be published again."""


def one_round(site: Site, page: Page) -> None:
    """A round over one program, in which everybody who is not declined may get a seat."""
    page.goto(f"{site.address}/rounds")
    program = PROGRAMS[page.locator("html").get_attribute("lang") or ""]
    link = page.locator("section[aria-labelledby=all] tbody a").filter(has_text=program)
    if not link.count():
        page.locator("#name").fill(f"Herbst 2026, {program}")
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        page.locator(f"input[name=program][value={program}]").check()
        page.locator(f"#seats-{program}").fill("2")
        page.locator("#closes-documents").fill("2026-07-15T23:59")
        page.locator(".round-form button[type=submit]").click()
        page.goto(f"{page.url}/settings")
        page.locator("#seat_for").select_option("not-declined")
        page.locator("form[action$='/settings'] button").click()
        page.locator("#rule_name").fill("Nobody from elsewhere")
        page.locator("#number").fill("3")
        page.locator("#who").select_option("country")
        page.locator("button[value=add]").click()
        page.goto(f"{site.address}/rounds")
    link.click()
    expect(page.locator("section[aria-labelledby=runs]")).to_be_visible()


def refused_round(_: Site, page: Page) -> None:
    """A round without a name, over no program."""
    page.locator("#name").fill("x")
    page.locator(".round-form button[type=submit]").click()
    expect(page.locator("#problems")).to_be_visible()


def round_settings(site: Site, page: Page) -> None:
    """Everything that is set, after somebody else changed the name."""
    one_round(site, page)
    page.goto(f"{page.url}/settings")
    page.locator("form[action$='/name'] [name=revision]").evaluate("field => { field.value = 9999 }")
    page.locator("#name").fill("Mein Name")
    page.locator("form[action$='/name'] button").click()
    expect(page.locator(".clash")).to_have_count(2)


def refused_side_rule(site: Site, page: Page) -> None:
    """Rules that are no JSON."""
    one_round(site, page)
    page.goto(f"{page.url}/settings")
    page.locator(".rules-json summary").click()
    page.locator("#rules-text").fill("{")
    page.locator("button[value=replace]").click()
    expect(page.locator("#rules-text-problem").last).to_be_visible()


def tried_plan(site: Site, page: Page) -> None:
    """A plan that is not kept."""
    one_round(site, page)
    page.goto(f"{page.url}/dry-run")
    expect(page.locator(".plan-table").first).to_be_visible()


def kept_plan(site: Site, page: Page) -> None:
    """A second plan, after a pin."""
    one_round(site, page)
    address = page.url
    if not page.locator("section[aria-labelledby=runs] tbody tr").count():
        page.goto(f"{address}/dry-run")
        page.locator("form[action$='/run'] button").click()
        page.locator(".is-waiting summary").first.click()
        page.locator(".is-waiting input[name=reason]").first.fill("Die Stadt wünscht es")
        page.locator(".is-waiting button[value=pin]").first.click()
        page.locator(".callout form[action$='/run'] button").click()
    page.goto(f"{address}/runs/2")
    expect(page.locator(".diff-list")).to_be_visible()


def asked_why_not(site: Site, page: Page) -> None:
    """What would give somebody a seat."""
    kept_plan(site, page)
    page.locator("a[href*='why-not']").first.click()
    expect(page.locator(".suggestions").first).to_be_visible()


def compared_plans(site: Site, page: Page) -> None:
    """Two plans beside each other."""
    kept_plan(site, page)
    page.locator("a[href*='/compare']").click()
    expect(page.locator("#b")).to_be_visible()


def before_publishing(site: Site, page: Page) -> None:
    """Who is told what."""
    kept_plan(site, page)
    page.goto(f"{page.url}/publish")
    expect(page.locator("section[aria-labelledby=told]")).to_be_visible()


def drafted_list(site: Site, page: Page) -> None:
    """The list of a plan that is not published, after an export without a reason."""
    kept_plan(site, page)
    page.goto(f"{page.url.partition('/runs/')[0]}/shortlist")
    page.locator("#export-reason").fill(" ")
    page.locator("section[aria-labelledby=take] button").click()
    expect(page.locator("#export-reason-problem")).to_be_visible()


def published_list(site: Site, page: Page) -> None:
    """The list that is published, with a place that was given on."""
    one_round(site, page)
    address = page.url
    if page.locator("a[href$='/dry-run']").count():
        before_publishing(site, page)
        page.locator("form[action$='/publish'] button").click()
        page.locator(".row-pin summary").first.click()
        page.locator(".row-pin input[name=reason]").first.fill("Geht nach Málaga")
        page.locator(".row-pin button").first.click()
    page.goto(f"{address}/shortlist")
    expect(page.locator("section[aria-labelledby=steps] tbody tr").first).to_be_visible()
