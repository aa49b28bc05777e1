"""The scripts in a real browser: what they add, by keyboard, mouse and finger, and that they leave the rest alone.

After each test: the console is empty and no request left the host.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp.bootstrap import open_service, reindex
from searchapp.config import load_config
from searchapp.web import create_app
from tests.browser.conftest import served

OpenPage = Callable[..., Any]
PHONE = {"width": 360, "has_touch": True, "is_mobile": True}
ENOUGH_MS = 400
"""Longer than the scripts wait after a key."""


@pytest.fixture
def expect() -> Any:
    return pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def open_scripted(open_page: OpenPage, address: str) -> Iterator[OpenPage]:
    """Open a page with JavaScript at a path of the site; it is marked, so that a reload is noticed."""
    complaints: list[str] = []

    def open_(path: str, **options: Any) -> Any:
        page = open_page(java_script_enabled=True, **options)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
        page.goto(address + path)
        page.evaluate("window.unloaded = false")
        return page

    yield open_
    assert complaints == []


def is_same_document(page: Any) -> bool:
    return bool(page.evaluate("window.unloaded === false"))


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def type_query(page: Any, text: str) -> None:
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially(text)


# Results without a reload


def test_a_search_from_the_results_replaces_them_without_a_reload(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/search?q=phare")
    page.locator("#q").fill("mouettes SAUF xyzzy")
    page.locator("#q").press("Enter")
    page.wait_for_url("**q=mouettes+SAUF+xyzzy")
    expect(page.locator("h1")).to_contain_text("mouettes")
    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(page.locator(".tally").inner_text().split(" · ")[0])
    assert "mouettes" in page.title()
    assert is_same_document(page)


def test_back_and_forward_bring_page_place_and_focus_again(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/search?q=phare")
    following = page.get_by_role("link", name="Suivant")
    following.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    following.click()
    page.wait_for_url("**page=2**")
    expect(page.locator("h1")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page.get_by_role("link", name="Suivant")).to_be_focused()
    assert page.evaluate("scrollY") == before > 0
    page.go_forward()
    expect(page.get_by_role("link", name="Précédent")).to_be_visible()
    assert page.locator(".hits").get_attribute("start") == "11"
    assert is_same_document(page)


def test_an_article_and_back_is_a_page_like_any_other(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/search?q=phare")
    page.get_by_role("link", name="Suivant").click()
    page.wait_for_url("**page=2**")
    page.locator(".hits h2 a").first.click()
    page.wait_for_url("**/articles/**")
    page.go_back()
    expect(page.locator(".hits")).to_have_attribute("start", "11")
    page.go_back()
    expect(page.locator(".hits")).to_have_attribute("start", "1")


def test_a_bar_keeps_the_focus_while_the_results_change(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/search?q=phare")
    bar = page.locator(".chart a[data-from='2024-03-01']").first
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**from=2024-03-01**")
    expect(page.locator(".chart a[data-from='2024-03-01']").first).to_be_focused()
    assert is_same_document(page)


@pytest.mark.parametrize("answer", [{"content_type": "application/json"}, {"body": "<main>"}, {"status": 204}])
def test_where_a_page_cannot_be_fetched_the_browser_goes_there(
    open_scripted: OpenPage, answer: dict[str, Any], expect: Any
) -> None:
    page = open_scripted("/search?q=phare")
    page.route("**page=2**", lambda route: route.fulfill(**answer) if _is_fetch(route) else route.continue_())
    page.get_by_role("link", name="Suivant").click()
    expect(page.get_by_role("link", name="Précédent")).to_be_visible()
    assert not is_same_document(page)


def _is_fetch(route: Any) -> bool:
    return bool(route.request.resource_type == "fetch")


def test_the_latest_of_two_clicks_wins(open_scripted: OpenPage, expect: Any, address: str) -> None:
    page = open_scripted("/search?q=phare")
    held: list[Any] = []
    page.route("**page=2**", lambda route: held.append(route))
    page.get_by_role("link", name="Page 2").click()
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    page.get_by_role("link", name="Page 3").click()
    expect(page.locator(".hits")).to_have_attribute("start", "21")
    assert page.url.startswith(f"{address}/search?q=phare")
    assert "page=3" in page.url
    assert len(held) == 1


def test_links_to_other_pages_and_files_are_left_to_the_browser(open_scripted: OpenPage) -> None:
    page = open_scripted("/search?q=phare", accept_downloads=True)
    page.click(".take-away > summary")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Suivant").click(modifiers=["Control"])
    opened.value.wait_for_url("**page=2**")
    assert "page=2" not in page.url


# Suggestions


def test_suggestions_are_chosen_by_keyboard(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/search")
    type_query(page, "gaz")
    box = page.get_by_role("combobox", name="Rechercher dans les articles")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text("Suggestions")
    page.keyboard.press("ArrowDown")
    option = page.get_by_role("option", selected=True)
    expect(option).to_have_text("La Gazette de Sarmane")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**q=La+Gazette+de+Sarmane")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_escape_closes_the_suggestions_and_keeps_the_text(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/")
    type_query(page, "gaz")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("gaz")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=gaz")


def test_a_finger_chooses_a_suggestion(open_scripted: OpenPage) -> None:
    page = open_scripted("/", **PHONE)
    page.locator("#q").tap()
    type_query(page, "gaz")
    page.get_by_role("option").first.tap()
    page.wait_for_url("**q=La+Gazette+de+Sarmane")


@pytest.mark.parametrize("path", ["/", "/search?q=phare", "/articles/phare/3"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_suggestions_fit_and_never_cover_the_button(
    open_scripted: OpenPage, expect: Any, path: str, width: int
) -> None:
    page = open_scripted(path, width=width)
    type_query(page, "ph")
    expect(page.get_by_role("listbox")).to_be_visible()
    button = page.get_by_role("button", name="Rechercher").bounding_box()
    options = page.get_by_role("listbox").bounding_box()
    assert options["y"] >= button["y"] + button["height"]
    assert page.get_by_role("option").first.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_quick_typing_asks_once_and_outdated_answers_are_dropped(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/")
    asked: list[Any] = []
    page.on("request", lambda request: "/suggest" in request.url and asked.append(request.url))
    page.route("**/suggest?q=gaz", lambda route: None)  # no answer, for ever
    type_query(page, "gaz")
    page.wait_for_timeout(ENOUGH_MS)
    assert len(asked) == 1
    type_query(page, "écho")
    expect(page.get_by_role("option").first).to_have_text("L’Écho de Vallombre")
    assert len(asked) == 2


def test_no_suggestions_are_asked_for_inside_an_expression(open_scripted: OpenPage) -> None:
    page = open_scripted("/")
    asked: list[str] = []
    page.on("request", lambda request: "/suggest" in request.url and asked.append(request.url))
    for text in ("titre:gaz", "phare -gaz", '"la gaz', "(gaz", "p", "gaz*"):
        type_query(page, text)
        page.wait_for_timeout(ENOUGH_MS)
    assert asked == []


def test_a_word_in_composition_is_left_alone_until_it_is_written(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/")
    page.locator("#q").focus()
    asked: list[str] = []
    page.on("request", lambda request: "/suggest" in request.url and asked.append(request.url))
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "gaze", "selectionStart": 4, "selectionEnd": 4})
    page.wait_for_timeout(ENOUGH_MS)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "gaze"})
    expect(page.get_by_role("option").first).to_have_text("La Gazette de Sarmane")


def test_after_a_refusal_there_is_a_pause_without_requests(open_page: OpenPage, address: str) -> None:
    page = open_page(java_script_enabled=True)  # whose console tells the refusal
    page.goto(address)
    asked: list[str] = []
    page.route("**/suggest?**", lambda route: (asked.append(route.request.url), route.fulfill(status=503)))
    for text in ("gaz", "gazette", "phare"):
        type_query(page, text)
        page.wait_for_timeout(ENOUGH_MS)
    assert len(asked) == 1


# Keys


def test_keys_lead_to_the_box_and_from_hit_to_hit(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/search?q=phare")
    titles = page.locator(".hits h2 a")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(titles.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("j?/k")
    expect(page.locator("#q")).to_have_value("j?/k")


def test_the_arrows_scroll_where_no_hit_has_the_focus(open_scripted: OpenPage) -> None:
    page = open_scripted("/search?q=phare")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(ENOUGH_MS)
    assert page.evaluate("scrollY") > 0
    assert page.evaluate("document.activeElement === document.body")


def test_a_list_shows_the_keys_and_switches_them_off_for_good(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/search?q=phare")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Touches")
    expect(dialog).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert "phare/" not in str(page.evaluate("document.activeElement.getAttribute('href')"))
    page.wait_for_function("!document.activeElement.closest('dialog')")
    page.keyboard.press("?")
    dialog.get_by_label("Utiliser ces touches").uncheck()
    dialog.get_by_role("button", name="Fermer").click()
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/search?q=phare")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert page.evaluate("document.activeElement === document.body")
    page.goto(page.url.split("/search")[0] + "/aide")
    page.get_by_label("Utiliser ces touches").check()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()


def test_keys_with_a_modifier_belong_to_the_browser(open_scripted: OpenPage) -> None:
    page = open_scripted("/search?q=phare")
    page.evaluate("document.addEventListener('keydown', event => { window.taken = event.defaultPrevented; })")
    for key in ("Control+/", "Alt+j", "Meta+k"):
        page.keyboard.press(key)
        assert page.evaluate("window.taken") is False


def test_a_reader_with_the_keyboard_alone_finds_filters_and_reads(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/")
    page.keyboard.press("/")
    page.keyboard.type("phare")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=phare")
    page.keyboard.press("/")
    page.keyboard.type("phare rubrique:culture")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("rubrique:culture")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/**")
    assert page.locator("article h1 mark").first.inner_text() == "Phare"


# The chart of dates


def test_a_range_is_drawn_over_the_chart_with_the_mouse(open_scripted: OpenPage) -> None:
    page = open_scripted("/search?q=phare")
    first, last = _bar(page, "2024-03-01"), _bar(page, "2024-05-01")
    page.mouse.move(*last)
    page.mouse.down()
    page.mouse.move(*first, steps=4)
    assert page.locator(".chart .in-range").count() == 3
    assert "31 mai 2024" in page.locator(".range").inner_text()
    page.mouse.up()
    page.wait_for_url("**from=2024-03-01&to=2024-05-31**")
    assert is_same_document(page)


def test_escape_gives_up_a_range(open_scripted: OpenPage) -> None:
    page = open_scripted("/search?q=phare")
    page.mouse.move(*_bar(page, "2024-03-01"))
    page.mouse.down()
    page.mouse.move(*_bar(page, "2024-05-01"), steps=4)
    page.keyboard.press("Escape")
    assert page.locator(".chart .in-range").count() == 0
    page.mouse.move(5, 700)
    page.mouse.up()
    assert "from=" not in page.url


def test_a_range_is_drawn_with_a_finger(open_scripted: OpenPage) -> None:
    page = open_scripted("/search?q=phare", **PHONE)
    for opener in (".filters > details > summary", ".to-filters"):
        if page.locator(opener).count():
            page.locator(opener).first.tap()
    page.locator(".chart").first.scroll_into_view_if_needed()
    (x, y), (to, _) = _bar(page, "2024-02-01"), _bar(page, "2024-04-01")
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        at = {"x": x + (to - x) * step / 5, "y": y}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url("**from=2024-02-01&to=2024-04-30**")


def _bar(page: Any, day: str) -> tuple[float, float]:
    box = page.locator(f".chart a[data-from='{day}']").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# What axe-core says of the states that only scripts make


def _suggesting(page: Any) -> None:
    type_query(page, "gaz")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


def _listing_keys(page: Any) -> None:
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _following(page: Any) -> None:
    page.get_by_role("link", name="Suivant").click()
    page.wait_for_url("**page=2**")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "act"),
    [
        ("/", _suggesting),
        ("/search?q=phare", _suggesting),
        ("/search?q=phare", _listing_keys),
        ("/search?q=phare", _following),
        ("/advanced?q=phare+atleast2+mouettes", _suggesting),
        ("/aide", _listing_keys),
    ],
)
def test_axe_finds_nothing_in_the_states_that_scripts_make(
    open_scripted: OpenPage, path: str, act: Callable[[Any], None], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="install it with: pip install axe-playwright-python")
    page = open_scripted(path, color_scheme=scheme, bypass_csp=True)
    act(page)
    page.add_script_tag(path=Path(axe.__file__).parent / "axe.min.js")
    assert [each["id"] for each in page.evaluate("axe.run()")["violations"]] == []


# Theme, advanced form, parts of other pages

DARK = "getComputedStyle(document.documentElement).backgroundColor === 'rgb(23, 22, 20)'"


@pytest.mark.parametrize("script", [True, False])
def test_a_theme_is_chosen_and_remembered_with_and_without_javascript(
    open_page: OpenPage, address: str, script: bool, expect: Any
) -> None:
    page = open_page(java_script_enabled=script, color_scheme="light")
    page.goto(f"{address}/search?q=phare")
    page.get_by_role("button", name="Sombre").click()
    expect(page.get_by_role("button", name="Sombre")).to_have_attribute("aria-pressed", "true")
    assert page.url == f"{address}/search?q=phare"
    page.goto(f"{address}/articles/phare/3")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Automatique").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_the_system_decides_until_a_theme_is_chosen(open_scripted: OpenPage) -> None:
    page = open_scripted("/", color_scheme="dark")
    assert page.evaluate(DARK)
    page.get_by_role("button", name="Clair").click()
    assert not page.evaluate(DARK)
    page.get_by_role("button", name="Automatique").click()
    assert page.evaluate(DARK)
    assert is_same_document(page)


def test_form_and_box_follow_each_other(open_scripted: OpenPage, expect: Any) -> None:
    page = open_scripted("/advanced?q=phare")
    page.get_by_label("Cette expression exacte").fill("le gardien")
    expect(page.locator("#q")).to_have_value('phare "le gardien"')
    page.locator("#q").fill("+phare SAUF mouettes")
    expect(page.get_by_label("Tous ces mots")).to_have_value("phare")
    expect(page.get_by_label("Aucun de ces mots")).to_have_value("mouettes")
    expect(page.get_by_label("Cette expression exacte")).to_have_value("")
    assert is_same_document(page)


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_search_is_made_by_filling_in_the_form(
    open_page: OpenPage, address: str, script: bool, width: int, expect: Any
) -> None:
    page = open_page(width, java_script_enabled=script)
    page.goto(f"{address}/advanced")
    page.get_by_label("Tous ces mots").fill("phare gardien")
    page.get_by_label("Journal").fill("Le Phare du Ponant")
    page.get_by_label("Du", exact=True).fill("2024-03-01")
    page.locator("main").get_by_role("button", name="Rechercher").click()
    page.wait_for_url("**/search?q=**")
    expect(page.locator("#q")).to_have_value('+phare +gardien source:"Le Phare du Ponant" depuis:2024-03')
    assert page.locator(".hits > li").count() > 0


@pytest.fixture(scope="module")
def address_of_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site whose one report was printed by nine newspapers."""
    folder: Path = tmp_path_factory.mktemp("copied")
    text = " ".join(f"La tempête a emporté le toit numéro {number} de la halle aux poissons." for number in range(40))
    reports = [{"id": f"halle/{n}", "title": "La halle a perdu son toit", "text": text, "source": f"Journal {n}",
                "date": f"2024-02-0{n}"} for n in range(1, 10)]  # fmt: skip
    (folder / "corpus").mkdir()
    (folder / "corpus" / "halle.jsonl").write_text("\n".join(map(json.dumps, reports)), "utf-8")
    config = load_config({"corpus": folder / "corpus", "index": folder / "index"})
    reindex(config)
    service = open_service(config)
    with served(create_app(config, service=service)) as root:
        yield root
    service.close()


def test_all_copies_unfold_below_a_result(open_page: OpenPage, address_of_copies: str, expect: Any) -> None:
    page = open_page(java_script_enabled=True)
    page.goto(f"{address_of_copies}/search?q=halle")
    page.locator(".copies > summary").click()
    link = page.get_by_role("link", name="Toutes")
    link.click()
    expect(page.locator("section.beside li")).to_have_count(8)
    expect(link).to_have_attribute("aria-expanded", "true")
    link.click()
    expect(page.locator("section.beside")).to_be_hidden()
    assert page.url.endswith("/search?q=halle")
