"""A corpus of long words, senders as names, stacked marks and other directions: no page scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.browser.conftest import EDITOR
from tests.browser.long_words import ADDRESS, ARABIC, EMOJI, ENDLESS, LEFTWARDS, MARKUP, SENDER, WORD

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
    *(f"/articles/long/{number}?q=mar%C3%A9e&at={number}" for number in range(1, 13)),
    "/versions?id=long/1&with=long/8",
    "/versions?id=long/10&with=long/12",
    "/search?q=halle&group=none",
    "/search?q=halle",
    "/facets/author?order=name&" + urlencode({"source": ENDLESS[:500], "-tag": LEFTWARDS[:500], "find": WORD}),
    "/advanced?"
    + urlencode({"all": ENDLESS[:512], "phrase": LEFTWARDS[:512], "any": EMOJI[:512], "none": MARKUP[:99]}),
    "/advanced?" + urlencode({"q": ENDLESS[:1024], "source": WORD, "-section": ARABIC}),
    "/batch?" + urlencode({"lines": "\n".join([ENDLESS[:1024], LEFTWARDS[:1024], EMOJI[:500], MARKUP[:500], "marée"])}),
    "/trends?" + urlencode({"q": [ENDLESS[:1024], ARABIC, EMOJI[:500], MARKUP[:500], "marée"]}, doseq=True),
    "/judgments?q=mar%C3%A9e",
    "/judgments?" + urlencode({"q": ENDLESS[:1024]}),
    "/docs",
    "/problems/too-busy",
    "/" + ENDLESS[:2000],
]
ROWS = """() => [...document.querySelectorAll(
    '.hits .headline, .copies li, .beside li, .graded > li, .batch tr, .value-list li, .filters li, .browse li, ' +
    '.front-page .hit, .near .hit, .chips li, .legend li, .next-steps a, .facts dd, thead tr')]
  .map(each => [each.getBoundingClientRect().height, each.outerHTML.slice(0, 120)])"""
WIDE = """() => [...document.querySelectorAll('main *')]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.scroll, .unseen, pre'))
  .map(each => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_the_page(open_page: OpenPage, address_of_long_words: str, path: str, width: int) -> None:
    page = open_page(width, extra_http_headers=EDITOR)
    page.goto(address_of_long_words + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(WIDE) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_title_name_or_query_fills_a_screen_of_a_list(
    open_page: OpenPage, address_of_long_words: str, width: int
) -> None:
    page = open_page(width, extra_http_headers=EDITOR, bypass_csp=True, java_script_enabled=True)
    seen = 0
    for path in PATHS:
        page.goto(address_of_long_words + path)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        rows = page.evaluate(ROWS)
        seen += len(rows)
        assert [row for row in rows if row[0] > 480] == [], path[:80]
    assert seen > 100


def test_markup_in_titles_and_queries_stays_text(open_page: OpenPage, address_of_long_words: str) -> None:
    page = open_page(1280, extra_http_headers=EDITOR, java_script_enabled=True)
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: ran.append(request.url) if request.url.endswith("/x") else None)
    for path in PATHS:
        page.goto(address_of_long_words + path)
    assert ran == []


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
