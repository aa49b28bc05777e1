"""Figures of the results page, in a real browser: what readers see and how far they have to go.

    python -m benchmarks.page_figures http://127.0.0.1:8000 --query grève --source "Nom de la source" --month 2019-03

A served site is measured: whole results on the first screen at several sizes, presses of Tab to the first result, with
and without the skip link, clicks to one source in one month, newest first, on the desk and on the phone, the bytes of
the page as it is and compressed by gzip, and the largest layout shift. Needs playwright and the system's Chromium.
"""

from __future__ import annotations

import argparse
import gzip
import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
SCREENS = ((1280, 800), (768, 1024), (360, 740))
MOST_TABS = 200
WHOLE_HITS = """() => [...document.querySelectorAll('.hits > li')]
  .filter(hit => hit.getBoundingClientRect().bottom <= innerHeight).length"""
ON_FIRST_HIT = "() => document.activeElement === document.querySelector('.hits h2 a')"
SHIFT = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => shift += each.value))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(shift), 500);
})"""


def tabs_to_first_hit(page: Page, *, by_skip_link: bool) -> int | None:
    """Return the keys pressed until the first result has the focus: Tab, and Enter on the skip link; None if never."""
    keys = ["Tab", "Enter"] if by_skip_link else []
    for number, key in enumerate((*keys, *["Tab"] * MOST_TABS), start=1):
        page.keyboard.press(key)
        if page.evaluate(ON_FIRST_HIT):
            return number
    return None


def clicks(page: Page, source: str, month: str) -> int:
    """Return the clicks from the results of a query to those of one source and month, newest first."""
    names = [f".filters [data-from='{month}-01']", f".filters a:has(.value:text-is('{source}'))"]
    made = 0
    for selector in names:
        target = page.locator(selector).first
        if not target.is_visible():
            page.locator("a.to-filters").click()
            made += 1
        target.click()
        made += 1
    page.locator(".sorts a:visible, .done .newest:visible", has_text="récents").first.click()
    return made + 1


def figures(address: str, query: str, source: str, month: str) -> dict[str, Any]:
    """Return the figures of the results of ``query`` on the site at ``address``."""
    results = f"{address}/search?{urlencode({'q': query, 'lang': 'fr'})}"
    html = urlopen(results).read()  # noqa: S310, an address of this machine
    found: dict[str, Any] = {"bytes": len(html), "gzip": len(gzip.compress(html, 6))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)

        def opened(width: int, height: int) -> Page:
            page = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR").new_page()
            page.goto(results)
            return page

        for width, height in SCREENS:
            page = opened(width, height)
            found[f"hits on {width} x {height}"] = page.evaluate(WHOLE_HITS)
            found[f"layout shift at {width}"] = page.evaluate(SHIFT)
        found["tabs to the first result"] = tabs_to_first_hit(opened(1280, 800), by_skip_link=False)
        found["by the skip link"] = tabs_to_first_hit(opened(1280, 800), by_skip_link=True)
        if source and month:
            found["clicks on the desk"] = clicks(opened(1280, 800), source, month)
            found["clicks on the phone"] = clicks(opened(360, 740), source, month)
        browser.close()
    return found


def main() -> None:
    """Measure the site that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--query", default="grève")
    parser.add_argument("--source", default="")
    parser.add_argument("--month", default="", help="such as 2019-03")
    given = parser.parse_args()
    found = figures(given.address, given.query, given.source, given.month)
    print(json.dumps(found, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
