"""Every address that is read: media type, Vary, strong ETag and 304, HEAD as GET; forms by suffix and by Accept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from searchapp.config import Config
from searchapp.web import create_app

LANGUAGE, COOKIE, ACCEPT, ENCODING = "Accept-Language", "Cookie", "Accept", "Accept-Encoding"


@dataclass(frozen=True)
class Read:
    """An address: rule of the routing, an example of it, media type, Vary besides Accept-Encoding, and its tag.

    ``tag``: ``version`` (and bytes), ``bytes`` alone, ``stream`` (the version alone), "" for none.
    """

    rule: str
    path: str
    media_type: str
    vary: frozenset[str]
    tag: str


def page(rule: str, path: str = "", tag: str = "bytes") -> Read:
    return Read(rule, path or rule, "text/html", frozenset({LANGUAGE, COOKIE}), tag)


def file(rule: str, media_type: str, path: str = "", *vary: str, tag: str = "bytes") -> Read:
    return Read(rule, path or rule, media_type, frozenset(vary), tag)


def answer(rule: str, path: str = "", media_type: str = "application/json", *vary: str, tag: str = "version") -> Read:
    return Read(rule, path or rule, media_type, frozenset({LANGUAGE, *vary}), tag)


ARTICLE = "<article_id:article_id>"
STYLE = "/static/<fingerprint>/<name>"
READ = [
    page("/"),
    page("/search", "/search?q=tomme", tag="version"),
    page("/facets/<facet>", "/facets/source"),
    page("/trends", "/trends?q=tomme"),
    page("/articles", "/articles?id=tide"),
    page(f"/articles/{ARTICLE}", "/articles/ponant/maree"),
    page("/versions", "/versions?id=marche/1&with=marche/2"),
    page("/help"),
    page("/aide"),
    page("/accessibility"),
    page("/accessibilite"),
    page("/advanced", "/advanced?q=tomme"),
    page("/batch", "/batch?lines=tomme"),
    page("/problems/<slug>", "/problems/too-busy"),
    page("/docs"),
    answer("/openapi.json", tag="bytes"),
    answer("/api/v1/search", "/api/v1/search?q=tomme"),
    answer("/api/v1/articles", "/api/v1/articles?id=tide"),
    answer(f"/api/v1/articles/{ARTICLE}", "/api/v1/articles/ponant/maree"),
    answer("/api/v1/similar", "/api/v1/similar?id=tide"),
    answer(f"/api/v1/similar/{ARTICLE}", "/api/v1/similar/marche/1"),
    answer("/api/v1/facets/<facet>", "/api/v1/facets/section"),
    answer("/api/v1/trends", "/api/v1/trends?q=tomme"),
    answer("/api/v1/suggest", "/api/v1/suggest?q=mar"),
    answer("/api/v1/export", "/api/v1/export?q=tomme", "application/jsonl", ACCEPT, tag="stream"),
    answer("/api/v1/export.<any(jsonl, csv):suffix>", "/api/v1/export.csv?q=tomme", "text/csv", ACCEPT, tag="stream"),
    answer("/search.rss", "/search.rss?q=tomme", "application/rss+xml"),
    answer("/search.atom", "/search.atom?q=tomme", "application/atom+xml"),
    answer("/search.json", "/search.json?q=tomme", "application/feed+json"),
    answer("/search.csv", "/search.csv?q=tomme", "text/csv"),
    answer("/search.ris", "/search.ris?q=tomme", "application/x-research-info-systems"),
    answer("/search.bib", "/search.bib?q=tomme", "application/x-bibtex"),
    answer("/search.jsonl", "/search.jsonl?q=tomme", "application/jsonl"),
    file("/trends.csv", "text/csv", "/trends.csv?q=tomme"),
    file("/batch.csv", "text/csv", "/batch.csv?lines=tomme"),
    file("/citation.ris", "application/x-research-info-systems", "/citation.ris?id=tide"),
    file("/citation.bib", "application/x-bibtex", "/citation.bib?id=tide"),
    file("/citation.json", "application/vnd.citationstyles.csl+json", "/citation.json?id=tide"),
    file("/favicon.svg", "image/svg+xml"),
    file(STYLE, "text/css", STYLE),
    file("/opensearch.xml", "application/opensearchdescription+xml", "", LANGUAGE),
    file("/robots.txt", "text/plain", "", LANGUAGE),
    file("/manifest.webmanifest", "application/manifest+json", "", LANGUAGE),
    file("/sitemap.xml", "application/xml", tag="version"),
    file("/sitemaps/<int:number>.xml", "application/xml", "/sitemaps/1.xml", tag="version"),
    file("/healthz", "application/json", tag=""),
    file("/readyz", "application/json", tag=""),
    file("/metrics", "text/plain", tag=""),
]
# Answers without content, and pages behind a password.
OTHERS = {"/theme", "/judgments", "/judgments/measures"}
TAGGED = [row for row in READ if row.tag]
SUFFIXES = {
    "/api/v1/export": {"application/jsonl": "/api/v1/export.jsonl", "text/csv": "/api/v1/export.csv"},
}


@pytest.fixture(scope="module")
def site(config: Config) -> Iterator[Flask]:
    """A site with a sitemap, under a path of its host."""
    made = create_app(replace(config, sitemap=True, url_prefix="/archive"))
    yield made
    made.extensions["searchapp"].service.close()


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


def read(reader: FlaskClient, row: Read, method: str = "GET", **fields: str) -> TestResponse:
    path = row.path
    if path == STYLE:
        link = reader.get("/archive/aide").headers.getlist("Link")[0]
        path = link.partition("<")[2].partition(">")[0].removeprefix("/archive")
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return reader.open(f"/archive{path}", method=method, headers=headers, buffered=True)


def versions(response: TestResponse) -> tuple[str, str]:
    """Return the version and the digest of the bytes in an ETag."""
    tag, is_weak = response.get_etag()
    assert tag is not None
    assert not is_weak
    version, _, body = tag.rpartition("-")
    return version, body


def test_the_table_has_every_address_that_is_read(site: Flask) -> None:
    rules = {rule.rule for rule in site.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert rules - OTHERS == {row.rule for row in READ}


@pytest.mark.parametrize("row", READ, ids=lambda row: row.path)
def test_an_answer_names_its_form_and_what_it_varies_by(reader: FlaskClient, row: Read) -> None:
    response = read(reader, row)
    assert (response.status_code, response.mimetype) == (200, row.media_type)
    assert set(response.vary) == {*row.vary, ENCODING}
    assert response.headers["Cache-Control"]


@pytest.mark.parametrize("row", READ, ids=lambda row: row.path)
def test_head_has_the_header_of_get_and_no_body(reader: FlaskClient, row: Read) -> None:
    got, head = read(reader, row), read(reader, row, "HEAD")
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Vary", "Cache-Control", "Link", "Content-Disposition", "X-Total-Count"):
        assert head.headers.getlist(name) == got.headers.getlist(name), name
    if row.tag in ("bytes", "stream"):
        assert head.headers["ETag"] == got.headers["ETag"]
    elif row.tag:
        assert versions(head)[0] == versions(got)[0]


@pytest.mark.parametrize("row", TAGGED, ids=lambda row: row.path)
@pytest.mark.parametrize("encoding", ["identity", "br", "gzip"])
def test_what_a_client_has_is_not_sent_again(reader: FlaskClient, row: Read, encoding: str) -> None:
    first = read(reader, row, Accept_Encoding=encoding)
    for method in ("GET", "HEAD"):
        again = read(reader, row, method, Accept_Encoding=encoding, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")
        for name in ("ETag", "Cache-Control"):
            assert again.headers[name] == first.headers[name], name
        assert set(again.vary) == set(first.vary)


@pytest.mark.parametrize("row", TAGGED, ids=lambda row: row.path)
def test_equal_tags_stand_for_equal_bytes(reader: FlaskClient, row: Read) -> None:
    answers = [read(reader, row, Accept_Encoding=encoding) for encoding in ("identity", "br", "identity", "fr")]
    bytes_of: dict[str, set[bytes]] = {}
    for response in answers:
        assert not response.get_etag()[1]
        bytes_of.setdefault(response.headers["ETag"], set()).add(response.data)
    assert all(len(different) == 1 for different in bytes_of.values())


@pytest.mark.parametrize("row", [row for row in READ if not row.tag], ids=lambda row: row.path)
def test_what_no_cache_keeps_has_no_tag(reader: FlaskClient, row: Read) -> None:
    response = read(reader, row)
    assert ("ETag" in response.headers, response.headers["Cache-Control"]) == (False, "no-store")


@pytest.mark.parametrize("accepted", ["text/csv", "application/jsonl", "text/csv;q=.1, application/jsonl", "*/*", "x"])
def test_accept_chooses_the_form_that_a_suffix_names(reader: FlaskClient, accepted: str) -> None:
    for path, forms in SUFFIXES.items():
        negotiated = reader.get(f"/archive{path}?q=tomme", headers={"Accept": accepted}, buffered=True)
        named = reader.get(
            f"/archive{forms[negotiated.mimetype]}?q=tomme", headers={"Accept": "text/html"}, buffered=True
        )
        assert named.mimetype == negotiated.mimetype
        assert named.data == negotiated.data
        assert negotiated.mimetype == ("text/csv" if accepted == "text/csv" else "application/jsonl")


def test_a_tag_of_another_form_is_another_answer(reader: FlaskClient) -> None:
    table = reader.get("/archive/api/v1/export", headers={"Accept": "text/csv"}, buffered=True)
    fields = {"Accept": "application/jsonl", "If-None-Match": table.headers["ETag"]}
    lines = reader.get("/archive/api/v1/export", headers=fields, buffered=True)
    assert (lines.status_code, lines.mimetype) == (200, "application/jsonl")
