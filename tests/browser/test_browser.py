"""Pages in a real browser: widths, colours, the keyboard, no JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import CONTRAST_OF

PATHS = [
    "/",
    "/search",
    "/search?q=phare&source=Ici&from=2024&page=x",
    "/search?q=xyzzy",
    "/facets/source?q=phare&-source=L%E2%80%99%C3%89cho+de+Vallombre",
    "/trends?q=phare&q=mouettes",
    "/articles/phare/3?q=phare",
    "/non",
]
OpenPage = Callable[..., Any]

UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), button, a, summary')]
  .filter(each => !(each.labels?.length || each.textContent.trim() || each.getAttribute('aria-label')))
  .map(each => each.outerHTML)"""

SMALL = """() => [...document.querySelectorAll(
    'button, summary, select, .chips a, .paging a, .sorts a, .front a, .browse a, .onward,' +
    '.value-list a, .to-filters, .done a, .display a, .next-steps a')]
  .map(each => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.height && box.height < 43.5)
  .map(([each, box]) => each.outerHTML.slice(0, 80) + ' ' + box.height)"""

CONTRAST = f"""() => {{
  {CONTRAST_OF}
  return [...document.querySelectorAll('body *')]
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(each => [contrast(each), each.outerHTML.slice(0, 80)])
    .filter(([ratio]) => ratio < 4.5);
}}"""


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways(open_page: OpenPage, address: str, path: str, width: int) -> None:
    page = open_page(width)
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PATHS)
def test_everything_to_use_has_a_name_and_the_page_one_heading(open_page: OpenPage, address: str, path: str) -> None:
    page = open_page()
    page.goto(address + path)
    assert page.evaluate(UNNAMED) == []
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.locator("html").get_attribute("lang") == "fr"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_every_text_stands_out_from_its_ground(open_page: OpenPage, address: str, path: str, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.goto(address + path)
    assert page.evaluate(CONTRAST) == []


def test_a_thumb_can_hit_what_is_on_the_phone(open_page: OpenPage, address: str) -> None:
    page = open_page(360)
    for path in PATHS:
        page.goto(address + path)
        assert page.evaluate(SMALL) == []


def test_a_reader_without_javascript_searches_filters_turns_the_page_and_reads(
    open_page: OpenPage, address: str
) -> None:
    page = open_page(360)
    page.goto(address)
    page.get_by_label("Rechercher dans les articles").fill("phares")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Filtres", exact=True).click()
    page.get_by_role("link", name="Culture 15", exact=True).click()
    page.get_by_role("link", name="Voir les 15 articles").click()
    assert page.get_by_role("link", name="Retirer le filtre").count() == 1
    page.get_by_role("link", name="Suivant").click()
    assert page.locator(".hits > li").count() == 5
    page.locator(".hits h2 a").first.click()
    assert page.locator("article h1 mark").inner_text() == "Phare"
    page.get_by_role("link", name="Retour aux résultats").click()
    assert page.locator(".hits > li").count() == 5


def test_the_first_key_leads_to_the_content(open_page: OpenPage, address: str) -> None:
    page = open_page()
    page.goto(f"{address}/articles/phare/3")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_no_page_makes_the_browser_complain(open_page: OpenPage, address: str) -> None:
    page = open_page(java_script_enabled=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in PATHS[:-1]:
        page.goto(address + path)
    assert complaints == []


def test_without_an_index_the_page_says_to_come_back(open_page: OpenPage, address_without_index: str) -> None:
    page = open_page(320)
    assert page.goto(address_without_index).status == 503
    assert page.get_by_text("Revenez dans quelques minutes").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize(("path", "block"), [("/articles/phare/3", ".cite"), ("/search?q=phare", ".take-away")])
def test_what_can_be_taken_away_fits_and_is_large_enough_for_a_thumb(
    open_page: OpenPage, address: str, path: str, block: str, width: int
) -> None:
    page = open_page(width)
    page.goto(address + path)
    page.click(f"{block} > summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    heights = [link.bounding_box()["height"] for link in page.locator(f"{block} a").all()]
    assert heights
    assert min(heights) >= 24  # WCAG 2.2, 2.5.8


def test_a_click_selects_a_whole_reference_without_javascript(open_page: OpenPage, address: str) -> None:
    page = open_page()
    page.goto(f"{address}/articles/phare/4")
    page.click(".cite > summary")
    page.get_by_role("group", name="RIS").click()
    selected = page.evaluate("getSelection().toString()")
    assert (selected.startswith("TY  - NEWS"), "Témoin 4" in selected, "@article" in selected) == (True, True, False)


def test_a_reference_is_downloaded_as_a_file(open_page: OpenPage, address: str) -> None:
    page = open_page(accept_downloads=True)
    page.goto(f"{address}/articles/phare/4")
    page.click(".cite > summary")
    with page.expect_download() as download:
        page.get_by_role("link", name="télécharger BibTeX").click()
    assert download.value.suggested_filename == "citation.bib"
