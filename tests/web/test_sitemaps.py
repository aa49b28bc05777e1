"""Sitemaps: every article once, in bounded files, when the setting says so."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from lxml import etree

from searchapp.config import Config
from searchapp.web import create_app
from tests.web.conftest import ARTICLES

MODULE = sys.modules["searchapp.web.sitemaps"]
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def crawled(config: Config, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A site with sitemaps of four articles each."""
    monkeypatch.setattr(MODULE, "PER_FILE", 4)
    return create_app(replace(config, sitemap=True)).test_client()


def addresses(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    return [str(text) for text in etree.fromstring(response.data).xpath("//s:loc/text()", namespaces=SITEMAP)]


def test_without_the_setting_there_is_no_sitemap(client: FlaskClient) -> None:
    assert (client.get("/sitemap.xml").status_code, client.get("/sitemaps/1.xml").status_code) == (404, 404)
    assert "Sitemap" not in client.get("/robots.txt").text


def test_the_files_of_the_index_hold_every_article_once(crawled: FlaskClient) -> None:
    files = addresses(crawled, "/sitemap.xml")
    listed = [address for file in files for address in addresses(crawled, file.removeprefix("http://localhost"))]
    assert len(files) == 4
    assert len(listed) == len(set(listed)) == len(ARTICLES)
    for address in listed:
        assert crawled.get(address.removeprefix("http://localhost")).status_code == 200


def test_robots_are_led_to_the_sitemap(crawled: FlaskClient) -> None:
    assert "Sitemap: http://localhost/sitemap.xml" in crawled.get("/robots.txt").text.splitlines()


def test_an_article_says_the_day_of_its_last_change(crawled: FlaskClient) -> None:
    files = [crawled.get(f"/sitemaps/{number}.xml").text for number in range(1, 5)]
    (line,) = (line for file in files for line in file.splitlines() if "ponant/maree" in line)
    assert "<lastmod>2024-12-01</lastmod>" in line


@pytest.mark.parametrize("number", ["0", "5", "999999999", "x"])
def test_beyond_the_last_file_there_is_none(crawled: FlaskClient, number: str) -> None:
    assert crawled.get(f"/sitemaps/{number}.xml").status_code == 404


def test_a_crawler_that_has_a_file_gets_it_once(crawled: FlaskClient) -> None:
    for path in ("/sitemap.xml", "/sitemaps/1.xml"):
        tag = crawled.get(path).headers["ETag"]
        assert crawled.get(path, headers={"If-None-Match": tag}).status_code == 304
