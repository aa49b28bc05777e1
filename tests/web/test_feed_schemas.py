"""The feeds of a search against schemas of RSS 2.0, Atom and JSON Feed, with hostile articles too.

The two schemas for XML are RELAX NG, written here from the RSS 2.0 specification and from RFC 4287: what the elements
of a feed must hold, may hold and look like, whether or not our feeds use it.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

_TYPES = 'datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes" xmlns="http://relaxng.org/ns/structure/1.0"'
_ADDRESS = '<data type="anyURI"><param name="pattern">https?://[^\\s]+</param></data>'
_ATOM_DAY = '<data type="dateTime"><param name="pattern">[^.]+(\\.[0-9]+)?(Z|[+\\-][0-9]{2}:[0-9]{2})</param></data>'
_RFC_822 = (
    '<data type="string"><param name="pattern">(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} '
    "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} ([+\\-][0-9]{4}|GMT)"
    "</param></data>"
)

ATOM = f"""
<grammar ns="http://www.w3.org/2005/Atom" {_TYPES}>
  <start><element name="feed"><ref name="common"/><interleave>
    <ref name="title"/><ref name="id"/><ref name="updated"/>
    <oneOrMore><ref name="author"/></oneOrMore>
    <oneOrMore><ref name="link"/></oneOrMore>
    <optional><element name="subtitle"><ref name="words"/></element></optional>
    <zeroOrMore><ref name="category"/></zeroOrMore>
    <zeroOrMore><element name="entry"><ref name="common"/><interleave>
      <ref name="title"/><ref name="id"/><ref name="updated"/>
      <zeroOrMore><ref name="author"/></zeroOrMore>
      <oneOrMore><ref name="link"/></oneOrMore>
      <optional><element name="published">{_ATOM_DAY}</element></optional>
      <optional><element name="summary"><ref name="words"/></element></optional>
      <zeroOrMore><ref name="category"/></zeroOrMore>
    </interleave></element></zeroOrMore>
  </interleave></element></start>
  <define name="common"><optional><attribute name="xml:lang"><data type="language"/></attribute></optional></define>
  <define name="words">
    <optional><attribute name="type"><choice><value>text</value><value>html</value></choice></attribute></optional>
    <text/>
  </define>
  <define name="title"><element name="title"><ref name="words"/></element></define>
  <define name="id"><element name="id">{_ADDRESS}</element></define>
  <define name="updated"><element name="updated">{_ATOM_DAY}</element></define>
  <define name="author"><element name="author"><element name="name">
    <data type="string"><param name="minLength">1</param></data></element></element></define>
  <define name="link"><element name="link"><attribute name="href">{_ADDRESS}</attribute>
    <attribute name="rel"><choice><value>alternate</value><value>self</value></choice></attribute></element></define>
  <define name="category"><element name="category"><attribute name="term">
    <data type="string"><param name="minLength">1</param></data></attribute></element></define>
</grammar>"""

RSS = f"""
<grammar {_TYPES}>
  <start><element name="rss"><attribute name="version"><value>2.0</value></attribute>
  <element name="channel"><interleave>
    <element name="title"><text/></element>
    <element name="link">{_ADDRESS}</element>
    <element name="description"><text/></element>
    <optional><element name="language"><data type="language"/></element></optional>
    <optional><element name="lastBuildDate">{_RFC_822}</element></optional>
    <element name="link" ns="http://www.w3.org/2005/Atom">
      <attribute name="href">{_ADDRESS}</attribute><attribute name="rel"><value>self</value></attribute></element>
    <zeroOrMore><element name="item"><interleave>
      <element name="title"><text/></element>
      <element name="link">{_ADDRESS}</element>
      <element name="description"><text/></element>
      <optional><element name="creator" ns="http://purl.org/dc/elements/1.1/"><text/></element></optional>
      <optional><element name="pubDate">{_RFC_822}</element></optional>
      <element name="guid"><attribute name="isPermaLink"><value>true</value></attribute>{_ADDRESS}</element>
      <zeroOrMore><element name="category"><text/></element></zeroOrMore>
    </interleave></element></zeroOrMore>
  </interleave></element></element></start>
</grammar>"""

SEARCHES = [
    "q=mar%C3%A9e",
    "q=",
    "q=xyzzyq",
    "q=%3Cb%3E+%26+%5D%5D%3E",
    "source=Agence+Hexapresse&sort=oldest",
    "q=%00",
]


def _check(schema: str, written: bytes) -> etree._Element:
    feed = etree.fromstring(written)
    validator = etree.RelaxNG(etree.fromstring(schema))
    assert validator.validate(feed), validator.error_log
    return feed


@pytest.fixture(params=["client", "hostile"])
def site(request: pytest.FixtureRequest) -> FlaskClient:
    """Return a client of the ordinary articles, then of hostile ones."""
    found: FlaskClient = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("search", SEARCHES)
def test_an_atom_feed_is_valid(site: FlaskClient, search: str) -> None:
    feed = _check(ATOM, site.get(f"/search.atom?{search}").data)
    ids = feed.xpath("//a:id/text()", namespaces={"a": "http://www.w3.org/2005/Atom"})
    assert len(ids) == len(set(ids))
    for moment in feed.xpath("//a:updated/text()", namespaces={"a": "http://www.w3.org/2005/Atom"}):
        assert datetime.fromisoformat(moment).tzinfo


@pytest.mark.parametrize("search", SEARCHES)
def test_an_rss_feed_is_valid(site: FlaskClient, search: str) -> None:
    feed = _check(RSS, site.get(f"/search.rss?{search}").data)
    for moment in feed.xpath("//pubDate/text() | //lastBuildDate/text()"):
        day = parsedate_to_datetime(moment)
        assert f"{day:%a}"[:3] == moment[:3], "the day of the week is that of the date"


@pytest.mark.parametrize("search", SEARCHES)
def test_a_json_feed_is_valid(site: FlaskClient, search: str) -> None:
    feed: dict[str, Any] = site.get(f"/search.json?{search}").get_json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    for name in ("home_page_url", "feed_url"):
        assert re.fullmatch(r"https?://\S+", feed[name])
    for item in feed["items"]:
        _check_item(item)
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])


def _check_item(item: dict[str, Any]) -> None:
    texts = ("id", "url", "external_url", "title", "content_text", "date_published", "date_modified", "language")
    assert set(item) <= {*texts, "authors", "tags"}
    assert all(isinstance(item.get(name, ""), str) for name in texts)
    assert item["id"]
    assert "content_text" in item, "JSON Feed wants content_text or content_html"
    for name in {"date_published", "date_modified"} & set(item):
        assert datetime.fromisoformat(item[name]).tzinfo
    assert all(author["name"] for author in item.get("authors", []))
    assert all(isinstance(tag, str) and tag for tag in item.get("tags", []))


@pytest.mark.parametrize(
    ("replaced", "fault"),
    [
        (r"<updated>.*?</updated>", "<updated>yesterday</updated>"),
        (r"<id>.*?</id>", "<id>no address</id>"),
        (r"</feed>", "<title>a second one</title></feed>"),
        (r"</feed>", "<unknown/></feed>"),
    ],
)
def test_the_schema_of_atom_refuses_what_is_wrong(client: FlaskClient, replaced: str, fault: str) -> None:
    written = client.get("/search.atom?q=mar%C3%A9e").get_data(as_text=True)
    broken, times = re.subn(replaced, fault, written, count=1)
    assert times == 1
    assert not etree.RelaxNG(etree.fromstring(ATOM)).validate(etree.fromstring(broken.encode()))
