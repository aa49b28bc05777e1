"""The address of an article leads to this article, whatever a client makes of addresses."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st

from searchapp.bootstrap import open_service, reindex
from searchapp.config import ENGINES, load_config
from searchapp.ingest.cleaning.ids import checked_id
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.output.answer_json import article_path
from searchapp.web import create_app
from searchapp.web.article_ids import requested_id
from searchapp.web.links import article_path as page_path

SITE = "http://archive.example/search?q=x"
AWKWARD = [".", "..", "x/../y", "x/./y", "y", "/debut", "debut", "fin/", "a//b", "a/b", "%2F", "%2e%2e", "a%2Fb"]
AWKWARD += ["~", "?", "#x", "a?b#c", "x\\..\\y", "été", "a;b=1", "a+b", "a b", "&lt;", "..a", "a/..b", "C:/x", "//"]


def followed(address: str) -> str:
    """Return the path that a browser requests by the URL standard: dots resolved, backslashes as slashes."""
    parts = urlsplit(urljoin(SITE, address))
    segments: list[str] = []
    pieces = parts.path.replace("\\", "/").split("/")[1:]
    for place, piece in enumerate(pieces):
        dots = piece.lower().replace("%2e", ".")
        if dots == "..":
            segments[-1:] = []
        elif dots != ".":
            segments.append(piece)
        if dots in (".", "..") and place == len(pieces) - 1:
            segments.append("")
    return "/" + "/".join(segments) + (f"?{parts.query}" if parts.query else "")


def merged(address: str) -> str:
    """Return the path that a proxy makes of it: slashes merged, the last one dropped."""
    path, mark, query = followed(address).partition("?")
    return "/" + "/".join(filter(None, path.split("/"))) + mark + query


def asked_for(app: Flask, address: str) -> str:
    """Return the id that a request for ``address`` asks for."""
    with app.test_request_context(address) as context:
        assert context.request.routing_exception is None, address
        return requested_id((context.request.view_args or {}).get("article_id", ""))


def ids(text: str) -> str | None:
    try:
        return checked_id(text)
    except UnreadableError:
        return None


texts = st.text(min_size=1, max_size=12) | st.text(st.sampled_from("./\\%2eFé~?#a"), min_size=1, max_size=8)


@given(texts.map(ids).filter(bool))
@example("x/../y")
@example("..")
@example("/a/")
def test_every_id_has_an_address_that_leads_to_it(app: Flask, article_id: str) -> None:
    for address in (article_path(article_id), "/api/v1" + article_path(article_id)):
        assert asked_for(app, followed(address)) == article_id
        assert asked_for(app, merged(address)) == article_id
    with app.test_request_context("/search?lang=fr"):
        assert asked_for(app, followed(page_path(article_id))) == article_id


@given(texts.map(ids).filter(bool))
def test_an_id_in_the_parameter_is_that_article_whatever_it_is(app: Flask, article_id: str) -> None:
    with app.test_request_context("/api/v1/articles", query_string={"id": article_id}):
        assert requested_id("") == article_id


@pytest.fixture(params=ENGINES)
def archive(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[FlaskClient]:
    """A site whose articles have the oddest ids."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    lines = (
        json.dumps({"id": name, "title": "Odd", "text": f"Article {number}."}) for number, name in enumerate(AWKWARD)
    )
    (corpus / "a.jsonl").write_text("\n".join(lines), "utf-8")
    config = load_config({"corpus": corpus, "index": tmp_path / "index", "engine": request.param})
    assert reindex(config).indexed == len(AWKWARD)
    service = open_service(config)
    yield create_app(config, service=service).test_client()
    service.close()


def test_links_lead_to_their_own_articles(archive: FlaskClient) -> None:
    hits = archive.get("/api/v1/search?q=odd&per_page=100").get_json()["results"]
    assert {hit["id"] for hit in hits} == set(AWKWARD)
    for hit in hits:
        article = archive.get(followed("/api/v1" + hit["url"])).get_json()
        assert article["id"] == hit["id"]
        assert archive.get(followed(article["links"]["self"])).get_json()["text"] == article["text"]
        page = archive.get(followed(hit["url"])).text
        (canonical,) = re.findall(r'rel="canonical" href="([^"]*)"', page)
        for address in (canonical, *re.findall(r'href="(/articles[^"]*lang=en[^"]*)"', page)):
            assert article["text"] in archive.get(followed(html.unescape(address))).text


def test_the_page_of_results_leads_to_the_articles(archive: FlaskClient) -> None:
    page = archive.get("/search?q=odd&per_page=100").text
    links = [html.unescape(link) for link in re.findall(r'<h2><a href="(/articles[^"]*)"', page)]
    texts = {re.findall(r"Article \d+\.", archive.get(followed(link)).text)[0] for link in links}
    assert len(texts) == len(links) == len(AWKWARD)


def test_an_article_is_found_by_its_id_whatever_signs_it_holds(archive: FlaskClient) -> None:
    for article_id in AWKWARD:
        hits = archive.get("/api/v1/search", query_string={"q": f'id:"{article_id}"'}).get_json()["results"]
        assert [hit["id"] for hit in hits] == [article_id]


def test_an_accent_in_two_signs_is_the_same_id(archive: FlaskClient) -> None:
    apart = unicodedata.normalize("NFD", "été")
    assert archive.get(f"/api/v1/articles/{apart}").get_json()["id"] == "été"
    assert archive.get(f"/articles/{apart}").status_code == 200
    assert archive.get("/api/v1/search", query_string={"q": f"id:{apart}"}).get_json()["total"] == 1
    assert archive.get("/api/v1/search", query_string={"q": f'id:"{apart}"'}).get_json()["total"] == 1


def test_an_address_without_an_id_says_what_is_missing(archive: FlaskClient) -> None:
    response = archive.get("/api/v1/articles")
    assert (response.status_code, response.get_json()["errors"][0]["parameter"]) == (400, "id")
    assert archive.get("/articles?id=").status_code == 400
