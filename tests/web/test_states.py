"""The states of a page beside the usual one: nothing found, a part, an older edition, a lost address; each in words."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.bootstrap import reindex
from searchapp.config import load_config
from searchapp.indexing.generation_layout import ENGINE
from searchapp.web import create_app
from searchapp.web.site import site

ENGLISH = {"Accept-Language": "en"}
OFFER = re.compile(r'<li><a href="([^"]+)">([^<]+)</a> <span class="count">(\d+) article')


def title(client: FlaskClient, path: str) -> str:
    found = re.search("<title>(.*?)</title>", client.get(path).text)
    assert found
    return html.unescape(found[1])


def offers(client: FlaskClient, path: str) -> dict[str, tuple[str, int]]:
    """Return the offers of a page: label -> (address, number of articles)."""
    found = OFFER.findall(client.get(path).text)
    return {html.unescape(label): (html.unescape(address), int(count)) for address, label, count in found}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/search?q=tomme", "tomme – 12 articles"),
        ("/search?q=tomme&page=2", "tomme – 12 articles, page 2"),
        (
            "/search?q=tomme&source=La+Gazette+de+Sarmane&from=2022-01-01&to=2022-12-31",
            "tomme · La Gazette de Sarmane · 2022",
        ),
        ("/search?q=tomme&from=2022-03-01&to=2022-03-31", "tomme · mars 2022 – 1 article"),
        ("/search?from=2022-01-01&to=2023-12-31", "Tous les articles · 2022–2023 – 13 articles"),
        ("/search?q=tomme&from=2022-03-05&to=2022-03-05", "tomme · 5 mars 2022 – 1 article"),
        ("/search?q=tomme&to=9999-12-31", "tomme · jusqu’au 31 décembre 9999 – 12 articles"),
        ("/search?q=mar%C3%A9e&-source=Agence+Hexapresse", "marée · sans Agence Hexapresse – 1 article"),
        ("/search?q=xyzzyx", "xyzzyx – aucun article"),
        ("/search?lang=en&q=tomme", "tomme – 12 articles"),
        ("/search?lang=en&q=xyzzyx", "xyzzyx – no article"),
    ],
)
def test_a_title_says_query_filters_total_and_page(client: FlaskClient, path: str, expected: str) -> None:
    assert title(client, path).startswith(expected)
    assert title(client, path).endswith(" – L’Archive")


def test_a_title_stays_short_for_a_long_query(client: FlaskClient) -> None:
    assert len(title(client, "/search?q=" + "tomme+" * 150)) < 110


def test_every_offer_of_an_empty_page_finds_as_many_articles_as_it_says(client: FlaskClient) -> None:
    empty = [
        "/search?q=tomme+xyzzyx+baignoire&match=all",
        "/search?q=tomme&source=Agence+Hexapresse&section=Soci%C3%A9t%C3%A9",
        "/search?q=tomme&from=2023-01-01&to=2023-12-31",
        "/search?q=tomme&to=2021-12-31",
        "/search?q=%22tomme+mar%C3%A9e%22+-chien+%2Btomme",
    ]
    for path in empty:
        made = offers(client, path)
        assert made, path
        for address, count in made.values():
            assert client.get(address.replace("/search", "/api/v1/search")).get_json()["total"] == count


def test_an_empty_page_offers_the_nearest_period_with_articles(client: FlaskClient) -> None:
    made = offers(client, "/search?q=mar%C3%A9e&from=2024-06-01&to=2024-10-31")
    assert {
        "Une autre période\u202f: mai 2024",
        "Une autre période\u202f: novembre 2024",
        "Sans période",
    } <= made.keys()


def test_an_empty_page_offers_the_words_that_articles_have(client: FlaskClient) -> None:
    made = offers(client, "/search?q=tomme+xyzzyx+baignoire&match=all")
    assert made["Seulement «\u202ftomme\u202f»"][1] == 12
    assert not any("xyzzyx" in label for label in made if label.startswith("Seulement"))


def test_an_empty_page_offers_to_drop_each_filter(client: FlaskClient) -> None:
    made = offers(client, "/search?q=tomme&source=Agence+Hexapresse&section=%C3%89conomie")
    assert made["Sans «\u202fAgence Hexapresse\u202f»"][1] == 12
    assert made["Sans aucun filtre"][1] == 12


def test_a_page_that_nothing_is_near_to_says_what_to_do(client: FlaskClient) -> None:
    text = client.get("/search?q=xyzzyx").text
    assert "Vérifiez l’orthographe" in text
    assert "Parcourir tous les articles" in text


def test_a_part_of_the_results_is_said_to_be_one_and_can_be_tried_again(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setattr(site().service, "_query_seconds", -1.0)
    page = client.get("/search?q=tom*").text
    assert 'class="state"' in page
    assert page.count("durait trop longtemps") == 1
    assert '<a class="onward" href="/search?q=tom*">Réessayer</a>' in page
    assert title(client, "/search?q=tomme").startswith("tomme")


def test_a_search_without_time_claims_no_absence_of_articles(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setattr(site().service, "_query_seconds", -1.0)
    page = client.get("/search?q=tom*").text
    assert "Aucun article à temps" in page
    assert title(client, "/search?q=tom*").startswith("tom* – aucun article à temps")
    for claim in ("Aucun article trouvé", "Aucun article ne contient", "Vérifiez l’orthographe", "au moins 0"):
        assert claim not in page


@pytest.mark.parametrize("path", ["/2024/11/06/la-grande-maree_5412.html", "/articles/ponant/grande-mar%C3%A9e-2024"])
def test_a_lost_address_shows_articles_with_its_words(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert 'href="/articles/ponant/maree' in response.text
    assert re.search(r'id="q" name="q" value="[^"]*grande mar[eé]e"', response.text)


@pytest.mark.parametrize("path", ["/4f2a/99", "/index.php", "/%F0%9F%98%80", "/-", "/x"])
def test_an_address_without_words_is_not_searched(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, "Des articles qui ont" in response.text) == (404, False)


def test_a_lost_address_waits_for_no_slot(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        admission = site().admission
        for number in range(admission.at_once):
            admission.enter(f"10.0.0.{number}", 0)
        try:
            response = client.get("/la-grande-maree")
        finally:
            for number in range(admission.at_once):
                admission.leave(f"10.0.0.{number}")
    assert (response.status_code, "Des articles qui ont" in response.text) == (404, False)
    assert 'value="la grande maree"' in response.text


def test_a_lost_address_for_a_program_is_not_searched(client: FlaskClient) -> None:
    assert client.get("/api/v1/grande-maree").mimetype == "application/problem+json"


def test_a_page_that_is_only_read_says_so_to_people(client: FlaskClient) -> None:
    response = client.post("/search")
    assert (response.status_code, "ne peut qu’être lue" in response.text) == (405, True)
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("status", [400, 404, 405, 408, 410, 413, 414, 415, 417, 429, 431, 500, 503])
def test_each_error_has_words_of_its_own_in_both_languages(app: Flask, status: int) -> None:
    from searchapp.web.problems import PROBLEMS

    kinds = [problem for problem in PROBLEMS.values() if problem.status == status]
    assert kinds
    for problem in kinds:
        for language in ("fr", "en"):
            page = app.test_client().get(f"/problems/{problem.slug}?lang={language}").text
            assert re.search("<h1>(.+)</h1>", page)
            assert "searchapp" not in page.replace("searchapp.example", "")


def test_an_older_edition_is_said_to_be_one(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    config = load_config({"corpus": corpus, "index": tmp_path / "index"})
    for number in range(2):
        (corpus / f"{number}.txt").write_text(f"Marée {number}\n\nLa mer monte {number} fois.", "utf-8")
        reindex(config)
    published = (config.index / "CURRENT").read_text("utf-8").split()[0]
    for file in (config.index / published / ENGINE).iterdir():
        file.write_bytes(b"")
    client = create_app(config).test_client()
    for path in ("/", "/search?q=mer"):
        response = client.get(path)
        assert response.status_code == 200
        assert "Les articles les plus récents ne peuvent pas être montrés" in response.text
    assert client.get("/search?q=mer").headers["Cache-Control"] == "no-store"
