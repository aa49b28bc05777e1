"""A corpus of long words, senders as names, stacked marks and other directions: no page scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.long_words import ADDRESS, ARABIC, SENDER, WORD

OpenPage = Callable[..., Any]

PATHS = [
    "/",
    "/search",
    "/search#filters",
    "/search?q=mar%C3%A9e&view=full",
    f"/search?q={WORD}",
    f"/search?q={'x' * 1024}",
    f"/search?source={quote(SENDER)}&-section={quote(WORD)}&tag={quote(ADDRESS)}#filters",
    "/search?q=mar%C3%A9e&explain=true",
    "/facets/source",
    "/facets/tag",
    f"/trends?q={WORD}&q=mar%C3%A9e",
    *(f"/articles/long/{number}?q=mar%C3%A9e&at={number}" for number in range(1, 9)),
    "/versions?id=long/1&with=long/8",
    f"/batch?lines={WORD}%0Amar%C3%A9e",
]
WIDE = """() => [...document.querySelectorAll('main *')]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.scroll, .unseen'))
  .map(each => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_the_page(open_page: OpenPage, address_of_long_words: str, path: str, width: int) -> None:
    page = open_page(width)
    page.goto(address_of_long_words + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WIDE) == []


def test_stacked_marks_stay_in_their_result(open_page: OpenPage, address_of_long_words: str) -> None:
    page = open_page(1280)
    page.goto(f"{address_of_long_words}/search")
    assert page.locator(".hit").first.evaluate("each => getComputedStyle(each).overflowY") == "clip"


def test_words_from_right_to_left_do_not_turn_the_date_beside_them(
    open_page: OpenPage, address_of_long_words: str
) -> None:
    page = open_page(1280)
    page.goto(f"{address_of_long_words}/search?source={quote(ARABIC)}")
    title, date = page.locator("#r1"), page.locator(".origin time")
    assert title.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert title.get_attribute("lang") == "ar"
    assert date.evaluate("each => getComputedStyle(each).direction") == "ltr"
    assert date.evaluate("each => each.closest('[lang]').lang") == "fr"
    source = page.locator(".origin bdi").bounding_box()
    assert source["x"] + source["width"] <= date.bounding_box()["x"] + 1


@pytest.mark.parametrize("path", ["/search", "/articles/long/5", "/facets/source", "/"])
def test_signs_of_direction_are_left_out(open_page: OpenPage, address_of_long_words: str, path: str) -> None:
    page = open_page(1280)
    page.goto(address_of_long_words + path)
    assert "Facture fdp.exe" in page.content()
    assert "\u202e" not in page.content()


def test_an_address_in_the_text_is_a_link_and_one_with_a_password_is_not(
    open_page: OpenPage, address_of_long_words: str
) -> None:
    page = open_page(1280)
    page.goto(f"{address_of_long_words}/articles/long/1")
    links = page.locator(".body a")
    assert links.count() == 1
    assert links.first.get_attribute("href") == ADDRESS
    assert page.get_by_role("link", name="Lire l’article d’origine sur le-phare-du-ponant.example").count() == 1
