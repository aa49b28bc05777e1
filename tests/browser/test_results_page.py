"""The results page and the way to an article and back: clicks, keys and touches, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

OpenPage = Callable[..., Any]

WHOLE_HITS = """() => [...document.querySelectorAll('.hits > li')]
  .filter(hit => hit.getBoundingClientRect().bottom <= innerHeight).length"""
FOCUSED = "document.activeElement.id"
WIDTHS = """() => [...document.querySelectorAll('.chart .reach')]
  .map(bar => bar.getBoundingClientRect().width).filter(width => width)"""


@pytest.mark.parametrize(("width", "height", "least", "most"), [(1280, 800, 4, 6), (360, 740, 1, 4)])
def test_the_first_screen_has_whole_results(
    open_page: OpenPage, address: str, width: int, height: int, least: int, most: int
) -> None:
    page = open_page(width)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/search?q=phare+mouettes+gardien")
    assert least <= page.evaluate(WHOLE_HITS) <= most


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_an_excerpt_takes_two_lines_and_shows_a_mark(open_page: OpenPage, address: str, width: int) -> None:
    page = open_page(width)
    page.goto(f"{address}/search?q=gardien")
    excerpt = page.locator(".excerpt").first
    assert excerpt.bounding_box()["height"] <= 2 * 16 * 1.45 + 1
    mark, box = excerpt.locator("mark").first.bounding_box(), excerpt.bounding_box()
    assert mark["y"] + mark["height"] <= box["y"] + box["height"] + 1


def test_one_source_one_month_newest_first_takes_three_clicks(open_page: OpenPage, address: str) -> None:
    page = open_page(1280)
    page.goto(f"{address}/search?q=phare")
    page.get_by_role("link", name="La Gazette de Sarmane 10", exact=True).click()
    page.locator(".filters [data-from='2024-05-01']").click()
    page.get_by_role("link", name="Plus récents").click()
    for kept in ("source=La+Gazette+de+Sarmane", "from=2024-05-01", "to=2024-05-31", "sort=newest"):
        assert kept in page.url
    assert page.locator(".hits > li").count() == 3


def test_on_the_phone_the_filters_stay_open_until_the_results_are_asked_for(open_page: OpenPage, address: str) -> None:
    page = open_page(360, has_touch=True)
    page.goto(f"{address}/search?q=phare")
    assert not page.locator("#filters").is_visible()
    page.get_by_role("link", name="Filtres", exact=True).tap()
    page.get_by_role("link", name="Culture 15", exact=True).tap()
    page.wait_for_url("**section=Culture**")
    page.locator(".filters [data-from='2024-04-01']").tap()
    page.wait_for_url("**from=2024-04**")
    assert page.locator("#filters").is_visible()
    assert not page.locator(".hits").is_visible()
    page.get_by_role("link", name="Voir les 3 articles").tap()
    assert page.locator(".hits > li").count() == 3
    assert not page.locator("#filters").is_visible()


@pytest.mark.parametrize("scripts", [False, True])
def test_on_the_phone_the_filters_close_on_the_newest_results(open_page: OpenPage, address: str, scripts: bool) -> None:
    page = open_page(360, has_touch=True, java_script_enabled=scripts)
    page.goto(f"{address}/search?q=phare")
    page.get_by_role("link", name="Filtres", exact=True).tap()
    page.get_by_role("link", name="La Gazette de Sarmane 10", exact=True).tap()
    page.wait_for_url("**source=La+Gazette**")
    page.locator(".filters [data-from='2024-05-01']").tap()
    page.wait_for_url("**from=2024-05**")
    page.get_by_role("link", name="Plus récents").tap()
    page.wait_for_url("**sort=newest**")
    assert not page.locator("#filters").is_visible()
    assert page.locator(".hits > li").count() == 3
    page.get_by_role("link", name="Filtres 2", exact=True).tap()
    assert page.locator(".done a").count() == 1


def test_the_days_of_the_form_keep_the_filters_open_too(open_page: OpenPage, address: str) -> None:
    page = open_page(360)
    page.goto(f"{address}/search?q=phare&section=Culture&sort=newest#filters")
    page.get_by_label("Du", exact=True).fill("2024-03-01")
    page.get_by_label("Au", exact=True).fill("2024-04-30")
    page.get_by_role("button", name="Voir cette période").click()
    assert page.url.endswith("#filters")
    assert "section=Culture" in page.url
    assert "sort=newest" in page.url
    assert page.locator("#filters").is_visible()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_a_finger_hits_each_bar_of_the_calendar(open_page: OpenPage, address: str, width: int) -> None:
    page = open_page(width)
    page.goto(f"{address}/search?q=phare#filters")
    widths = page.evaluate(WIDTHS)
    assert len(widths) == 12
    assert min(widths) >= 24


def test_a_range_is_chosen_by_two_bars_with_the_keyboard(open_page: OpenPage, address: str) -> None:
    page = open_page(1280)
    page.goto(f"{address}/search?q=phare")
    for month in ("03", "06"):
        page.locator(f".filters [data-from='2024-{month}-01']").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**2024-{month}**")
    assert "from=2024-03-01&to=2024-06-30" in page.url


def test_few_keys_lead_to_the_first_result(open_page: OpenPage, address: str) -> None:
    page = open_page(1280)
    page.goto(f"{address}/search?q=phare")
    pressed = 0
    while page.evaluate(FOCUSED) != "r1" and pressed < 20:
        page.keyboard.press("Tab")
        pressed += 1
    assert pressed <= 12
    page.goto(f"{address}/search?q=phare&page=2")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller aux résultats"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "r11"
    page.goto(f"{address}/search?q=phare")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "filters"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_way_back_from_an_article_ends_at_its_result(open_page: OpenPage, address: str, width: int) -> None:
    page = open_page(width)
    page.goto(f"{address}/search?q=phare&page=2")
    page.locator("#r18").click()
    page.get_by_role("link", name="Retour aux résultats").click()
    assert page.url.endswith("page=2#r18")
    assert page.evaluate(FOCUSED) == "r18"
    assert 0 < page.locator("#r18").bounding_box()["y"] < 800


def test_the_next_result_is_one_click_away_across_pages(open_page: OpenPage, address: str) -> None:
    page = open_page(1280)
    page.goto(f"{address}/search?q=phare&sort=newest&per_page=10&page=2")
    eleventh = page.locator("#r11").inner_text()
    page.goto(f"{address}/search?q=phare&sort=newest")
    page.locator("#r10").click()
    assert "10 sur 30" in page.locator(".steps").inner_text()
    page.get_by_role("link", name="Suivant", exact=True).click()
    assert page.locator("h1").inner_text() == eleventh
    page.get_by_role("link", name="Précédent", exact=True).click()
    page.get_by_role("link", name="Résultat suivant").click()
    page.get_by_role("link", name="Retour aux résultats").click()
    assert page.url.endswith("sort=newest&page=2#r11")


def test_a_long_query_takes_two_lines_of_the_heading(open_page: OpenPage, address: str) -> None:
    page = open_page(360)
    page.goto(f"{address}/search?q={'phare+mouettes+' * 68}")
    assert page.locator("h1").bounding_box()["height"] < 80
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_paper_names_query_filters_day_and_address(open_page: OpenPage, address: str) -> None:
    page = open_page(800)
    page.goto(f"{address}/search?q=phare&section=Culture")
    page.emulate_media(media="print")
    assert page.get_by_text("Consulté le").is_visible()
    assert f"{address}/search?q=phare&section=Culture" in page.locator(".printed").inner_text()
    assert page.locator(".chips").get_by_text("Culture").is_visible()
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.locator("#filters").is_visible()
    page.goto(f"{address}/articles/phare/4?q=phare&at=3")
    page.emulate_media(media="print")
    assert page.locator(".printed").inner_text().endswith(f"{address}/articles/phare/4")
    assert not page.locator(".place").is_visible()


@pytest.mark.parametrize("path", ["/", "/search?q=phare&page=2", "/articles/phare/4?q=phare&at=3", "/advanced", "/non"])
@pytest.mark.parametrize("width", [720, 1280])
def test_paper_has_nothing_that_only_a_screen_can_use(open_page: OpenPage, address: str, path: str, width: int) -> None:
    page = open_page(width)
    page.goto(address + path)
    page.emulate_media(media="print")
    only_on_screen = page.locator("button, nav:not(.browse), .skip, .permalink, .to-filters, .paging")
    assert only_on_screen.count() > 2
    assert [each.evaluate("each => each.outerHTML") for each in only_on_screen.all() if each.is_visible()] == []


def test_paper_shows_the_results_even_when_the_filters_are_open(open_page: OpenPage, address: str) -> None:
    page = open_page(360)
    page.goto(f"{address}/search?q=phare#filters")
    page.emulate_media(media="print")
    assert page.locator(".hits").is_visible()
    assert not page.locator("#filters").is_visible()
