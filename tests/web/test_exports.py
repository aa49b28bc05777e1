"""A search as feeds, tables and references, one article as a reference, and the files that browsers look for."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.robotparser import RobotFileParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from searchapp.config import Config
from searchapp.ingest import CorpusReader
from searchapp.model import Article
from searchapp.web import create_app

ATOM = "{http://www.w3.org/2005/Atom}"
FORMS = ["rss", "atom", "json", "csv", "ris", "bib", "jsonl"]
HOST = "http://localhost"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_articles_of_the_search_and_no_others(client: FlaskClient, form: str) -> None:
    text = client.get(f"/search.{form}?q=marée").get_data(as_text=True)
    assert "baignoire" in text
    assert "tomme" not in text


@pytest.mark.parametrize("form", FORMS)
def test_filters_narrow_an_export(client: FlaskClient, form: str) -> None:
    text = client.get(f"/search.{form}?source=Agence+Hexapresse&from=2024").get_data(as_text=True)
    assert ("banque" in text, "tide waits" in text) == (True, False)


@pytest.mark.parametrize("form", FORMS)
def test_a_reader_that_has_the_answer_is_told_so(client: FlaskClient, form: str) -> None:
    first = client.get(f"/search.{form}?q=marée")
    again = client.get(f"/search.{form}?q=marée", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_parameter_is_refused_as_by_the_endpoint(client: FlaskClient, form: str) -> None:
    refused = client.get(f"/search.{form}?from=jamais")
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    assert refused.get_json()["errors"][0]["parameter"] == "from"


@pytest.mark.parametrize("form", FORMS)
def test_a_search_without_results_is_an_empty_export(client: FlaskClient, form: str) -> None:
    assert client.get(f"/search.{form}?q=xyzzyq").status_code == 200


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_program_reads_its_own_feeds_back(client: FlaskClient, config: Config, tmp_path: Path, form: str) -> None:
    (tmp_path / f"feed.{form}").write_bytes(client.get(f"/search.{form}?q=marée").data)
    (article, *_) = [one for one in CorpusReader(tmp_path, config.timezone) if isinstance(one, Article)]
    assert article.title == "À Port-Ponant, la grande marée emporte une baignoire"
    assert article.date is not None
    assert article.date.isoformat() == "2024-11-06T16:49:00+01:00"


def test_an_rss_feed_has_what_its_specification_requires(client: FlaskClient) -> None:
    channel = etree.fromstring(client.get("/search.rss?q=marée").data).find("channel")
    assert channel is not None
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    for item in channel.findall("item"):
        guid = item.find("guid")
        assert guid is not None
        assert (guid.get("isPermaLink"), guid.text) == ("true", item.findtext("link"))
        assert str(guid.text).startswith(f"{HOST}/articles/")


def test_an_atom_feed_has_what_its_specification_requires(client: FlaskClient) -> None:
    feed = etree.fromstring(client.get("/search.atom").data)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 15
    for element in (feed, *entries):
        assert all(element.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        assert datetime.fromisoformat(str(element.findtext(f"{ATOM}updated"))).tzinfo
    own = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own == [f"{HOST}/search.atom"]
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 15


def test_a_json_feed_has_what_its_specification_requires(client: FlaskClient) -> None:
    answer = client.get("/search.json?q=marée")
    feed = answer.get_json(force=True)
    assert answer.mimetype == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == f"{HOST}/search?q=mar%C3%A9e"
    item = feed["items"][0]
    assert (item["id"], item["external_url"]) == (f"{HOST}/articles/ponant/maree", "https://ponant.example/maree")
    assert all("content_text" in one for one in feed["items"])


def test_a_feed_gives_the_newest_first_and_a_limited_number(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("searchapp.web.exports"), "FEED_ITEMS", 4)
    items = client.get("/search.json?sort=oldest&per_page=100&page=2").get_json(force=True)["items"]
    dates = [item["date_published"] for item in items]
    assert dates == sorted(dates, reverse=True)
    assert (len(dates), dates[0]) == (4, "2024-11-06T16:49:00+01:00")


def test_a_table_goes_on_by_its_link(client: FlaskClient) -> None:
    ids: list[str] = []
    address: str | None = "/search.csv?per_page=6&sort=newest"
    while address:
        answer = client.get(address)
        ids += [row["id"] for row in rows_of(answer.get_data(as_text=True))]
        link = re.match(r'<(.*)>; rel="next"', answer.headers.get("Link", ""))
        address = link[1] if link else None
    assert len(ids) == len(set(ids)) == 15


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_a_line_of_records_is_read_back_as_it_was(client: FlaskClient, config: Config, tmp_path: Path) -> None:
    (tmp_path / "taken.jsonl").write_bytes(client.get("/search.jsonl").data)
    read = {one.id: one for one in CorpusReader(tmp_path, config.timezone) if isinstance(one, Article)}
    assert len(read) == 15
    assert read["ponant/maree"].authors == ("Gaëlle L’Hostis", "Paul Vernet")


def test_ris_names_the_newspaper_the_day_and_the_original(client: FlaskClient) -> None:
    record = client.get("/search.ris?q=baignoire").get_data(as_text=True).split("\r\n")
    assert record[:2] == ["TY  - NEWS", "TI  - À Port-Ponant, la grande marée emporte une baignoire"]
    assert {"AU  - Gaëlle L’Hostis", "T2  - Le Phare du Ponant", "DA  - 2024/11/06/"} <= set(record)
    assert "UR  - https://ponant.example/maree" in record
    assert record[-3] == "ER  - "


def test_the_page_of_a_search_names_its_feeds_and_files(client: FlaskClient) -> None:
    page = client.get("/search?q=marée&lang=fr").get_data(as_text=True)
    alternates = re.findall(r'<link rel="alternate" type="([^"]+)"', page)
    assert alternates == ["application/rss+xml", "application/atom+xml", "application/feed+json"]
    for form in FORMS:
        assert f'href="/search.{form}?q=mar%C3%A9e&amp;lang=fr"' in page
    assert "Suivre cette recherche" in page


def test_no_cell_of_a_table_is_a_formula(hostile: FlaskClient) -> None:
    text = hostile.get("/search.csv").get_data(as_text=True)
    rows = rows_of(text)
    assert len(rows) == 8
    for row in rows:
        assert not any(cell.lstrip()[:1] in tuple("=+-@\uff1d") for cell in row.values() if cell)
    assert all(line.startswith(('"', "\ufeff")) for line in text.splitlines())


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_hostile_text_stays_text_in_a_feed(hostile: FlaskClient, form: str) -> None:
    feed = etree.fromstring(hostile.get(f"/search.{form}").data)
    assert len([element for element in feed.iter() if str(element.tag).endswith(("item", "entry"))]) == 8


def test_bibtex_escapes_the_signs_of_tex(hostile: FlaskClient) -> None:
    text = hostile.get("/search.bib?q=input").get_data(as_text=True)
    assert r"title = {{\textbackslash{}input\{x\} \& 5 \% \$}}" in text
    assert text.count("@article{") == 1


def citation(client: FlaskClient, form: str, article_id: str = "ponant/maree") -> Any:
    return client.get(f"/citation.{form}?id={quote(article_id)}")


def test_one_article_is_a_reference_in_three_forms(client: FlaskClient) -> None:
    assert "TY  - NEWS" in citation(client, "ris").text
    assert "author = {{Gaëlle L’Hostis} and {Paul Vernet}}" in citation(client, "bib").text
    (item,) = citation(client, "json").get_json(force=True)
    assert item["type"] == "article-newspaper"
    assert item["issued"] == {"date-parts": [[2024, 11, 6]]}
    assert item["author"] == [{"literal": "Gaëlle L’Hostis"}, {"literal": "Paul Vernet"}]


def test_a_reference_to_no_article_is_not_found(client: FlaskClient) -> None:
    assert citation(client, "ris", "rien").status_code == 404
    assert client.get("/citation.ris").status_code == 400


# The head of an article's page


def tags(page: str, attribute: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in etree.fromstring(page, etree.HTMLParser()).iter("meta"):
        if name := element.get(attribute):
            found.setdefault(name, []).append(element.get("content") or "")
    return found


def test_zotero_finds_title_authors_newspaper_and_day(client: FlaskClient) -> None:
    names = tags(client.get("/articles/ponant/maree").text, "name")
    assert names["citation_title"] == ["À Port-Ponant, la grande marée emporte une baignoire"]
    assert names["citation_author"] == ["Gaëlle L’Hostis", "Paul Vernet"]
    assert names["citation_journal_title"] == ["Le Phare du Ponant"]
    assert names["citation_publication_date"] == ["2024/11/06"]
    assert names["citation_public_url"] == ["https://ponant.example/maree"]
    assert names["citation_keywords"] == ["marée; mer"]


def test_networks_find_what_a_card_shows(client: FlaskClient) -> None:
    properties = tags(client.get("/articles/ponant/maree?q=mer").text, "property")
    assert properties["og:type"] == ["article"]
    assert properties["og:url"] == [f"{HOST}/articles/ponant/maree"]
    assert properties["article:published_time"] == ["2024-11-06T16:49:00+01:00"]


def test_search_engines_find_a_news_article(client: FlaskClient) -> None:
    page = client.get("/articles/ponant/maree?q=mer").text
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    article = json.loads(data)
    assert (article["@type"], article["mainEntityOfPage"]) == ("NewsArticle", f"{HOST}/articles/ponant/maree")
    assert article["dateModified"] == "2024-12-01T09:30:00+01:00"
    assert f'<link rel="canonical" href="{HOST}/articles/ponant/maree">' in page


def test_a_day_without_an_hour_has_none_in_the_head_of_its_page(client: FlaskClient) -> None:
    page = client.get("/articles/script").text
    assert tags(page, "property")["article:published_time"] == ["2024-05-01"]
    assert '"datePublished": "2024-05-01"' in page


def test_a_page_lets_its_article_be_cited(client: FlaskClient) -> None:
    page = client.get("/articles/ponant/maree?lang=fr").text
    assert "Citer cet article" in page
    assert "Gaëlle L’Hostis, Paul Vernet, «\u202fÀ Port-Ponant, la grande marée emporte une baignoire\u202f», " in page
    assert "Le Phare du Ponant, 6 novembre 2024, https://ponant.example/maree." in page


def test_a_subject_leads_to_its_articles(client: FlaskClient) -> None:
    page = client.get("/articles/ponant/maree?lang=fr").get_data(as_text=True)
    assert 'href="/search?tag=mar%C3%A9e&amp;lang=fr"' in page
    assert "baignoire" in client.get("/search?tag=marée").get_data(as_text=True)


# Files that browsers look for


def test_browsers_can_add_the_site_as_a_search_engine(client: FlaskClient, app: Flask) -> None:
    description = etree.fromstring(client.get("/opensearch.xml").data)
    templates = [element.get("template", "") for element in description if str(element.tag).endswith("Url")]
    assert f"{HOST}/search?q={{searchTerms}}" in templates
    assert all(template.startswith(HOST) for template in templates)
    assert 'rel="search"' in client.get("/").text


@pytest.mark.parametrize("prefix", ["", "/recherche"])
@pytest.mark.parametrize(
    ("path", "may"),
    [
        *((path, True) for path in ("/", "/articles/ponant/maree", "/aide", "/accessibilite", "/static/x/style.css")),
        *((path, False) for path in ("/search?q=x", "/search.rss", "/facets/source", "/trends?q=x", "/trends.csv")),
        *((path, False) for path in ("/batch", "/batch.csv", "/versions?id=x&with=y", "/advanced", "/judgments")),
        *((path, False) for path in ("/citation.ris?id=x", "/theme?theme=dark", "/api/v1/search")),
    ],
)
def test_crawlers_may_read_articles_and_no_pages_with_parameters(
    config: Config, prefix: str, path: str, may: bool
) -> None:
    client = create_app(replace(config, url_prefix=prefix)).test_client()
    robots = RobotFileParser()
    robots.parse(client.get(f"{prefix}/robots.txt").text.splitlines())
    assert robots.can_fetch("crawler", HOST + prefix + path) is may


@pytest.mark.parametrize("path", ["/facets/source", "/trends?q=x", "/batch", "/versions?id=marche/1&with=marche/2"])
def test_a_page_with_parameters_asks_not_to_be_indexed(client: FlaskClient, path: str) -> None:
    robots = re.search('<meta name="robots" content="([^"]+)"', client.get(path).text)
    assert robots
    assert robots[1].startswith("noindex")


def test_the_manifest_names_the_site_and_its_icon(client: FlaskClient) -> None:
    manifest = client.get("/manifest.webmanifest").get_json(force=True)
    assert client.get(manifest["icons"][0]["src"]).status_code == 200
    assert client.get(manifest["start_url"]).status_code == 200
