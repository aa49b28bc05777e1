"""A search as a feed to follow: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from searchapp.model import Article
from searchapp.output.citations import is_web_address
from searchapp.output.timestamps import rfc3339

__all__ = ["Entry", "Feed", "atom", "json_feed", "rss"]

# What XML 1.0 (2.2) does not allow: control characters, lone surrogates, two that are no characters.
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANK_LINE: Final = re.compile(r"\n\s*\n")
_LONGEST_SUMMARY: Final = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """An article of a feed and the absolute address of its page."""

    article: Article
    address: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: ``page`` and ``address`` are the absolute addresses of the search page and of the feed itself.

    ``updated``: the moment of an entry without a date.
    """

    title: str
    description: str
    language: str
    page: str
    address: str
    updated: datetime
    timezone: ZoneInfo
    entries: Sequence[Entry]


def rss(feed: Feed) -> str:
    """Return a feed as RSS 2.0."""
    return _written(feed, Rss201rev2Feed)


def atom(feed: Feed) -> str:
    """Return a feed as Atom."""
    return _written(feed, Atom1Feed)


def json_feed(feed: Feed) -> dict[str, Any]:
    """Return a feed by JSON Feed 1.1, as JSON values."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": feed.language,
        "items": [_json_item(entry, feed) for entry in feed.entries],
    }


def _written(feed: Feed, form: type[SyndicationFeed]) -> str:
    written = form(
        title=_xml(feed.title),
        link=feed.page,
        description=_xml(feed.description),
        language=feed.language,
        feed_url=feed.address,
        feed_guid=feed.address,
        author_name=_xml(feed.title),  # Atom wants an author where an entry has none
    )
    for entry in feed.entries:
        article = entry.article
        date = article.date.astimezone(feed.timezone) if article.date else None
        written.add_item(
            title=_xml(article.title),
            link=entry.address,
            # Both forms take a description for HTML.
            description=_xml(escape(_summary(article))),
            author_name=_xml(", ".join(article.authors) or article.source) or None,
            pubdate=date,
            updateddate=_updated(entry, feed),
            unique_id=entry.address,
            unique_id_is_permalink=True,
            categories=[_xml(name) for name in (article.section, *article.tags) if name],
        )
    return str(written.writeString("utf-8"))


def _json_item(entry: Entry, feed: Feed) -> dict[str, Any]:
    article = entry.article
    item = {
        "id": entry.address,
        "url": entry.address,
        "external_url": article.url if is_web_address(article.url) else "",
        "title": article.title,
        "content_text": _summary(article),
        "date_published": rfc3339(article.date.astimezone(feed.timezone)) if article.date else "",
        "date_modified": rfc3339(article.modified.astimezone(feed.timezone)) if article.modified else "",
        "authors": [{"name": name} for name in article.authors or filter(None, (article.source,))],
        "tags": [name for name in (article.section, *article.tags) if name],
        "language": article.language,
    }
    return {name: value for name, value in item.items() if value or name == "content_text"}


def _updated(entry: Entry, feed: Feed) -> datetime:
    moment = entry.article.modified or entry.article.date or feed.updated
    return moment.astimezone(feed.timezone)


def _summary(article: Article) -> str:
    """Return the standfirst, or the first paragraph, cut at a word."""
    text = " ".join((article.lead or _BLANK_LINE.split(article.text, maxsplit=1)[0]).split())
    if len(text) <= _LONGEST_SUMMARY:
        return text
    return text[:_LONGEST_SUMMARY].rpartition(" ")[0] + " …"


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub(" ", text)
