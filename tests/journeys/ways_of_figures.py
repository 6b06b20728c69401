"""Ways to the figures of a round, over the plans the ways of rounds make."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.served import Site
from tests.journeys.ways_of_rounds import kept_plan


def compared_figures(site: Site, page: Page) -> None:
    """Two runs in figures."""
    kept_plan(site, page)
    address = page.url.partition("/runs/")[0]
    page.goto(f"{address}/figures?run=2&against=1")
    expect(page.locator("section[aria-labelledby=compared] .chart-picture").first).to_be_visible()


def cases_of_figure(site: Site, page: Page) -> None:
    """The cases behind a bar, as a pointer comes to them."""
    compared_figures(site, page)
    page.locator("section[aria-labelledby=spread] .chart-links a").first.click(force=True)
    page.wait_for_url(re.compile("/figures/cases"))
    expect(page.locator("tbody tr").first).to_be_visible()
