"""The time until a page is seen: first and largest contentful paint, layout shift, bytes, and letters typed to pixels.

    python -m benchmarks.page_speed http://127.0.0.1:8000/search?q=port --phone
    python -m benchmarks.page_speed http://127.0.0.1:8000/ --type grè --shown ".suggestions li"

Any address of this machine can be measured, so that the same search of a peer stands beside ours. The first visit has a
fresh profile with nothing in its cache; the second is the same address again. Medians of ``--loads``.
``--phone`` slows the processor four times and the network to 1.6 Mbit/s with 150 ms, which is Lighthouse's phone.
Needs playwright and the system's Chromium.
"""

from __future__ import annotations

import argparse
import json
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.page_figures import CHROMIUM, OPTIONS

SLOWER: Final = 4
SLOW_NETWORK: Final = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 // 8,
    "uploadThroughput": 750_000 // 8,
}
SIZES: Final = {False: {"width": 1280, "height": 800}, True: {"width": 360, "height": 740}}
SETTLED_MS: Final = 300
PAINTS: Final = """settled => new Promise(done => {
  const seen = {fcp: 0, lcp: 0, shift: 0};
  const watch = (type, note) =>
    new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
  watch('paint', each => { if (each.name === 'first-contentful-paint') seen.fcp = each.startTime; });
  watch('largest-contentful-paint', each => { seen.lcp = each.startTime; });
  watch('layout-shift', each => { seen.shift += each.value; });
  const files = performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'));
  const bytes = files.reduce((sum, each) => sum + each.transferSize, 0);
  setTimeout(() => done({...seen, requests: files.length, bytes}), settled);
})"""
# From the event of the last letter to the frame after the first one that has what is shown.
TYPED: Final = """([letters, shown]) => new Promise(done => {
  const box = document.activeElement;
  let start;
  const drawn = () => [...document.querySelectorAll(shown)].some(each => each.checkVisibility());
  const end = () => done(performance.now() - start);
  const tick = () => requestAnimationFrame(drawn() ? end : tick);
  box.addEventListener('input', () => { if (box.value === letters) { start = performance.now(); tick(); } });
})"""


def load(page: Page, address: str) -> dict[str, float]:
    """Return the figures of one load: paints in ms, layout shift, requests, and bytes as they were transferred."""
    page.goto(address, wait_until="load")
    found: dict[str, float] = page.evaluate(PAINTS, SETTLED_MS)
    return found


def typed(page: Page, address: str, box: str, letters: str, shown: str) -> float:
    """Return the ms from the last of ``letters`` in ``box`` to the pixels of what matches ``shown``."""
    page.goto(address, wait_until="load")
    page.locator(box).first.fill("")
    page.evaluate(f"args => {{ window.typed = ({TYPED})(args) }}", [letters, shown])
    page.keyboard.type(letters, delay=60)
    return float(page.evaluate("window.typed"))


def opened(browser: Browser, phone: bool) -> tuple[BrowserContext, Page]:
    """Open a page in a fresh profile; that of a phone is slowed down."""
    context = browser.new_context(viewport=SIZES[phone], locale="fr-FR")  # type: ignore[arg-type]
    page = context.new_page()
    if phone:
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        session.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    return context, page


def figures(browser: Browser, given: argparse.Namespace) -> dict[str, Any]:
    """Return the medians over all loads, of the first and of the second visit."""
    rows: dict[str, list[float]] = {}
    for _ in range(given.loads):
        context, page = opened(browser, given.phone)
        for visit in ("first", "second"):
            for name, value in load(page, given.address).items():
                rows.setdefault(f"{visit} visit: {name}", []).append(value)
        if given.type:
            rows.setdefault("letters to pixels", []).append(
                typed(page, given.address, given.box, given.type, given.shown)
            )
        context.close()
    return {name: round(median(values), 3) for name, values in rows.items()}


def main() -> None:
    """Measure the address that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--loads", type=int, default=9)
    parser.add_argument("--phone", action="store_true")
    parser.add_argument("--box", default="input[type=search]", help="the field that letters are typed in")
    parser.add_argument("--type", default="", help="letters to type")
    parser.add_argument("--shown", default=".suggestions li", help="what appears by them")
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        print(json.dumps(figures(browser, given), ensure_ascii=False, indent=2))
        browser.close()


if __name__ == "__main__":
    main()
