"""Absolute addresses: the public address of the settings wherever one appears, whatever host a request names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from searchapp.config import Config
from searchapp.web import create_app

PUBLIC = "https://archives.example/recherche"
ASKED = "http://10.0.0.7:8000"
ABSOLUTE = [
    *("/", "/articles/ponant/maree", "/opensearch.xml", "/robots.txt", "/sitemap.xml", "/sitemaps/1.xml"),
    *(f"/search.{form}?q=tomme" for form in ("rss", "atom", "json", "ris", "bib")),
    *(f"/citation.{form}?id=marche/1" for form in ("ris", "bib", "json")),
]
RELATIVE = [
    *("/search?q=tomme", "/search.csv", "/search.jsonl", "/trends?q=tomme", "/nulle/part"),
    *("/api/v1/search?q=tomme", "/api/v1/articles/tide"),
]


@pytest.fixture(params=["", "/recherche", "/interne"])
def prefix(request: pytest.FixtureRequest) -> str:
    """The path under which the site is served, which a proxy may replace."""
    return str(request.param)


@pytest.fixture
def public(config: Config, prefix: str) -> FlaskClient:
    """A site whose settings name its public address, asked by another one."""
    settings = replace(config, site_address=PUBLIC, url_prefix=prefix, sitemap=True)
    return create_app(settings).test_client()


@pytest.mark.parametrize("path", ABSOLUTE)
def test_addresses_are_below_the_public_one(public: FlaskClient, prefix: str, path: str) -> None:
    text = public.get(prefix + path, base_url=ASKED).text
    assert PUBLIC in text
    assert "10.0.0.7" not in text
    assert "/interne" not in "".join(re.findall(rf"{PUBLIC}[^\s\"<]*", text))


@pytest.mark.parametrize("path", [*ABSOLUTE, *RELATIVE])
def test_no_answer_repeats_the_host_of_a_request(public: FlaskClient, prefix: str, path: str) -> None:
    assert "10.0.0.7" not in public.get(prefix + path, base_url=ASKED).text


def test_the_canonical_address_of_an_article_can_be_read(public: FlaskClient, prefix: str) -> None:
    page = public.get(f"{prefix}/articles/ponant/maree?q=mer", base_url=ASKED).text
    canonical = re.search('<link rel="canonical" href="([^"]+)"', page)
    assert canonical
    assert canonical[1] == f"{PUBLIC}/articles/ponant/maree"
