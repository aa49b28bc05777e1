"""The pages: what a reader sees, in French unless something else is asked for."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.model import Article, ArticleView, Fragment
from searchapp.web.site import site

PAGES = [
    "/",
    "/search",
    "/search?q=tomme",
    "/search?q=xyzzy",
    "/articles/tide",
    "/facets/source",
    "/trends?q=tomme",
    "/advanced?q=tomme",
    "/nulle-part",
    "/problems/no-index",
]


def read(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.text


def without_data(html: str) -> str:
    """Return a page without its blocks of data, which are no scripts, and without the script of the site."""
    html = re.sub(r'<script type="module" src="/static/[0-9a-f]+/app\.js"></script>', "", html)
    return re.sub(r'<script type="application/ld\+json">[^<>]*</script>', "", html)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def links(html: str) -> list[str]:
    return [unescape(path) for path in re.findall(r'href="([^"]+)"', html)]


def test_home_says_what_is_searched(client: FlaskClient) -> None:
    page = words(read(client, "/"))
    assert "15 articles de presse, le plus récent du 6 novembre 2024" in page
    assert "La Gazette de Sarmane 12" in page


def test_results_show_title_source_date_and_marks(client: FlaskClient) -> None:
    page = read(client, "/search?q=baignoire")
    assert "emporte une <mark>baignoire</mark>" in page
    assert "Le Phare du Ponant6 novembre 2024" in words(page)
    assert "6 novembre 2024 à 16 h 49" in page
    assert "1 article ·" in words(page)
    assert "/articles/ponant/maree?q=baignoire&at=1" in links(page)


def test_the_tally_tells_of_articles_with_all_words_and_links_to_them(client: FlaskClient) -> None:
    page = read(client, "/search?q=tomme+chien+baignoire+marée")
    assert re.search(r"\d+ articles, aucun avec tous les mots ·", words(page))
    page = read(client, "/search?q=marée+banque")
    assert "2 articles, dont 1 avec tous les mots" in words(page)
    assert "/search?q=mar%C3%A9e+banque&match=all" in links(page)
    assert "sans : banque" in words(page)
    assert "Sont comptés les articles avec tous les mots." in words(page)
    page = read(client, "/search?q=marée+banque&match=all")
    assert "1 article avec tous les mots" in words(page)
    assert "/search?q=mar%C3%A9e+banque&match=most" in links(page)


def test_by_date_the_articles_with_all_words_are_listed_and_the_page_says_so(client: FlaskClient) -> None:
    page = read(client, "/search?q=marée+banque&sort=newest")
    assert "1 article avec tous les mots" in words(page)
    assert "/search?q=mar%C3%A9e+banque" in links(page)


def test_without_an_article_with_all_words_the_others_are_offered(client: FlaskClient) -> None:
    page = read(client, "/search?q=baignoire+tomme&match=all")
    assert "Les articles qui ont une partie des mots" in words(page)


def test_a_word_of_one_is_no_matter_of_all_words(client: FlaskClient) -> None:
    assert "tous les mots" not in words(read(client, "/search?q=tomme&sort=newest"))


def test_results_are_explained_on_request(client: FlaskClient) -> None:
    page = read(client, "/search?q=baignoire+mare")
    assert 'class="why"' not in page
    assert "/search?q=baignoire+mare&explain=true" in links(page)
    page = words(read(client, "/search?q=baignoire+quai&explain=true"))
    assert "Pourquoi ce résultat ?" in page
    assert "Titre : baignoire" in page
    assert "mots côte à côte" not in page
    assert "Masquer les explications" in page


def test_recency_is_never_hidden(client: FlaskClient) -> None:
    page = read(client, "/search?q=tomme&recency=30&explain=true")
    assert "un score diminue de moitié en 30 jours" in words(page)
    assert "jours de plus que le plus récent" in words(page)
    assert "/search?q=tomme&recency=0&explain=true" in links(page)
    assert "diminue de moitié" not in words(read(client, "/search?q=tomme"))


def test_a_condition_without_a_word_is_told(client: FlaskClient) -> None:
    assert "« ((( » ne contient aucun mot" in words(read(client, "/search?q=((("))


def test_a_day_without_an_hour_is_shown_without_one(client: FlaskClient) -> None:
    assert ">1er mai 2024<" in read(client, "/search?q=banque")


def test_an_empty_search_shows_every_article_newest_first(client: FlaskClient) -> None:
    page = read(client, "/search")
    assert "15 articles" in words(page)
    assert page.index("baignoire") < page.index("banque") < page.index("The tide")


def test_markup_in_an_article_is_only_text(client: FlaskClient) -> None:
    for path in ("/", "/search?q=banque", "/articles/script?q=banque"):
        page = without_data(read(client, path))
        assert "<script" not in page
        assert "<b>" not in page


def test_an_active_filter_can_be_taken_off(client: FlaskClient) -> None:
    page = read(client, "/search?q=tomme&section=%C3%89conomie&from=2022-02")
    assert "depuis le 1er février 2022" in page
    assert "/search?q=tomme&from=2022-02-01" in links(page)
    assert "/search?q=tomme&section=%C3%89conomie" in links(page)


def test_a_search_without_results_offers_no_filters_unless_some_are_set(client: FlaskClient) -> None:
    assert 'id="filters"' not in read(client, "/search?q=xylophone")
    assert 'id="filters"' in read(client, "/search?q=tomme&from=2090")


def test_bars_of_the_chart_set_the_period(client: FlaskClient) -> None:
    page = read(client, "/search?q=tomme")
    assert "/search?q=tomme&from=2022-03-01&to=2022-03-31#filters" in links(page)
    assert "<title>mars 2022\u202f: 1</title>" in page
    assert 'data-from="2022-03-01" data-to="2022-03-31"' in page


def test_a_bar_beside_the_chosen_days_extends_them_and_one_among_them_replaces_them(client: FlaskClient) -> None:
    found = links(read(client, "/search?q=tomme&from=2022-03-01&to=2022-04-30"))
    assert "/search?q=tomme&from=2022-03-01&to=2022-06-30#filters" in found
    assert "/search?q=tomme&from=2022-01-01&to=2022-04-30#filters" in found
    assert "/search?q=tomme&from=2022-03-01&to=2022-03-31#filters" in found
    assert "/search?q=tomme#filters" in links(read(client, "/search?q=tomme&from=2022-03-01&to=2022-03-31"))


def test_one_click_chooses_or_takes_off_a_value_and_keeps_order_view_and_length(client: FlaskClient) -> None:
    kept = "sort=newest&per_page=20"
    without, chosen = (
        f"/search?q=mar%C3%A9e&{kept}&view=full",
        "/search?q=mar%C3%A9e&sort=newest&section=Soci%C3%A9t%C3%A9",
    )
    assert f"{chosen}&per_page=20&view=full#filters" in links(read(client, without))
    assert f"{without}#filters" in links(read(client, f"{chosen}&per_page=20&view=full"))


def test_quick_periods_of_an_archive_end_at_its_newest_article(client: FlaskClient) -> None:
    page = read(client, "/search?q=mar%C3%A9e")
    assert "jusqu’au dernier article, 6 novembre 2024" in words(page)
    assert "/search?q=mar%C3%A9e&from=2024-10-31&to=2024-11-06#filters" in links(page)
    assert "/search?q=mar%C3%A9e&from=2024-01-01&to=2024-11-06#filters" in links(page)


def test_a_page_says_which_results_of_how_many_it_shows(client: FlaskClient) -> None:
    assert "3–4 sur 12 articles" in words(read(client, "/search?q=tomme&per_page=2&page=2"))
    assert "1–1 sur" not in words(read(client, "/search?q=baignoire"))


def test_the_view_and_the_length_of_a_page_are_chosen_by_links(client: FlaskClient) -> None:
    found = links(read(client, "/search?q=tomme&page=2"))
    assert "/search?q=tomme&page=2&view=full" in found
    assert "/search?q=tomme&per_page=20" in found  # the page that has result 11
    full = read(client, "/search?q=tomme&view=full")
    assert "/search?q=tomme" in links(full)
    assert "Yvon Le Bihan" in full
    assert "Yvon Le Bihan" not in re.sub(r"<aside.*</aside>", "", read(client, "/search?q=tomme"), flags=re.DOTALL)
    assert '<input type="hidden" name="view" value="full">' in full
    assert "/search?q=tomme" in links(read(client, "/search?q=tomme&view=huge"))


def test_pages_are_numbered(client: FlaskClient) -> None:
    page = read(client, "/search?q=tomme&per_page=2&page=3")
    assert 'aria-current="page"' in page
    assert "/search?q=tomme&per_page=2" in links(page)
    assert "/search?q=tomme&per_page=2&page=4" in links(page)


def test_a_page_beyond_the_last_one_leads_back(client: FlaskClient) -> None:
    page = read(client, "/search?q=tomme&page=40")
    assert "Il n’y a pas autant de pages" in page


@pytest.mark.parametrize(
    "wrong", ["page=0", "page=x", "per_page=1000", "sort=best", "from=hier", "page=99999", "cursor=x"]
)
def test_a_wrong_parameter_is_left_out_and_said(client: FlaskClient, wrong: str) -> None:
    page = read(client, f"/search?q=tomme&{wrong}")
    assert f"Le paramètre «\u202f{wrong.split('=')[0]}\u202f» n’a pas été pris en compte." in page
    assert "12 articles" in words(page)


def test_a_query_too_long_is_cut_and_said(client: FlaskClient) -> None:
    assert "La recherche dépassait 1024 caractères" in words(read(client, f"/search?q={'tomme ' * 300}"))


def test_nothing_found_helps_on(client: FlaskClient) -> None:
    page = read(client, "/search?q=xyzzy&source=Agence+Hexapresse")
    assert "Aucun article trouvé" in page
    assert "/search?q=xyzzy" in links(page)


def test_an_article_has_its_paragraphs_and_facts(client: FlaskClient) -> None:
    page = read(client, "/articles/ponant/maree?q=quai")
    assert "<p>La marée est montée à 7 h 12.</p>" in page
    assert "<p>Une baignoire a quitté le <mark>quai</mark> sans se retourner.</p>" in page
    assert 'href="https://ponant.example/maree" rel="noopener' in page


def test_a_misspelt_word_is_told_in_one_line_with_a_way_back(client: FlaskClient) -> None:
    page = read(client, "/search?q=beignoire&sort=newest")
    line = "« beignoire » : aucun article. Résultats pour baignoire · chercher « beignoire » malgré tout"
    assert line in words(page).replace("\u202f", " ")
    assert words(page).count("aucun article") == 1
    assert "cherché à la place" not in page
    assert {"/search?q=baignoire&sort=newest", "/search?q=beignoire&sort=newest&correct=false"} <= set(links(page))
    as_typed = words(read(client, "/search?q=beignoire&correct=false"))
    assert "0 article ·" in as_typed
    assert "Vouliez-vous dire baignoire" in as_typed


def test_a_correction_tells_its_moment_on_the_page_and_its_day_in_the_results(client: FlaskClient) -> None:
    page = words(read(client, "/articles/ponant/maree"))
    assert "corrigé le 1er décembre 2024 à 9 h 30" in page
    assert "corrigé le 1er décembre 2024" in words(read(client, "/search?q=baignoire"))
    assert "corrected on 1 December 2024 at 09:30" in words(read(client, "/articles/ponant/maree?lang=en"))


def test_a_partial_text_says_so(client: FlaskClient) -> None:
    said = "Texte partiel\u202f: seule la partie visible avant le mur payant est indexée."
    assert said in read(client, "/articles/tide")
    assert said not in read(client, "/articles/ponant/maree")


def test_an_article_leads_back_to_the_search_it_was_found_by(client: FlaskClient) -> None:
    found = "/search?q=tomme&section=%C3%89conomie&page=2"
    link = next(path for path in links(read(client, found)) if path.startswith("/articles/"))
    assert f"{found}#r11" in links(read(client, link))
    assert "Retour aux résultats" not in read(client, "/articles/tide")


def test_only_an_address_of_the_web_is_linked_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sly = Article("tide", "Un piège", "Rien.", url="javascript:alert(1)")
    nothing = Fragment("", 0)
    view = ArticleView(sly, Fragment(sly.title, 0), nothing, nothing, "g")
    with app.app_context():
        monkeypatch.setattr(site().service, "article", lambda article_id, query: view)
    assert "javascript:" not in read(app.test_client(), "/articles/tide")


def test_a_foreign_article_says_its_language(client: FlaskClient) -> None:
    assert '<article lang="en">' in read(client, "/articles/tide")
    results = read(client, "/search?q=tide")
    assert re.search(r'<a href="[^"]+" id="r1" lang="en" dir="auto">', results)
    assert '<p class="excerpt" lang="en" dir="auto">' in results
    assert not re.search(r'<article class="hit"[^>]* lang=', results)  # the date in it is in the page's language


def test_the_other_language_is_one_link_away_and_on_this_site(client: FlaskClient) -> None:
    assert "/search?q=tomme&lang=en" in links(read(client, "/search?q=tomme"))
    sly = client.get("/", environ_overrides={"PATH_INFO": "//evil.example/x"})
    assert "/evil.example/x?lang=en" in links(sly.text)


def test_english_is_given_to_who_asks_for_it(client: FlaskClient) -> None:
    by_header = client.get("/search", headers={"Accept-Language": "en"}).text
    by_address = read(client, "/search?lang=en")
    for page in (by_header, by_address):
        assert '<html lang="en">' in page
        assert "6 November 2024 at 16:49" in page
    assert "/articles/ponant/maree?at=1&lang=en" in links(by_address)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_and_no_inline_code(client: FlaskClient, path: str) -> None:
    page = without_data(client.get(path).text)
    assert page.count("<h1") == 1
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/search", "/favicon.svg"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_style_sheet_may_be_kept_for_ever_under_its_fingerprint(client: FlaskClient) -> None:
    path = next(path for path in links(read(client, "/")) if path.endswith("style.css"))
    assert "immutable" in client.get(path).headers["Cache-Control"]
    assert client.get("/static/old/style.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/old/none.css").status_code == 404


def test_readyz_counts_the_articles(client: FlaskClient) -> None:
    answer = client.get("/readyz").get_json()
    assert (answer["status"], answer["articles"]) == ("ready", 15)


def test_the_suggestion_keeps_how_results_are_matched_grouped_and_weighed(client: FlaskClient) -> None:
    page = read(client, "/search?q=bagnoire&match=all&recency=30&group=none&sort=newest")
    kept = "sort=newest&match=all&recency=30&group=none"
    assert f"/search?q=baignoire&{kept}" in links(page)
