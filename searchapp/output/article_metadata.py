"""An article for programs that read its page: schema.org (JSON-LD), Open Graph, and the tags that Zotero reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from searchapp.model import Article
from searchapp.output.citations import is_web_address
from searchapp.output.known_dates import date_parts, iso_date
from searchapp.output.timestamps import rfc3339

__all__ = ["citation_tags", "news_article", "open_graph"]


def news_article(article: Article, permalink: str, timezone: ZoneInfo) -> dict[str, Any]:
    """Return a NewsArticle of schema.org as JSON-LD values."""
    fields = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.lead,
        "datePublished": iso_date(article, timezone),
        "dateModified": rfc3339(article.modified.astimezone(timezone)) if article.modified else "",
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "publisher": {"@type": "Organization", "name": article.source} if article.source else None,
        "articleSection": article.section,
        "keywords": list(article.tags),
        "inLanguage": article.language,
        "url": permalink,
        "mainEntityOfPage": permalink,
        "sameAs": article.url if is_web_address(article.url) else "",
    }
    return {name: value for name, value in fields.items() if value}


def open_graph(article: Article, permalink: str, site_name: str, timezone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Yield property and content of the Open Graph tags (ogp.me) of an article."""
    single = {
        "og:type": "article",
        "og:title": article.title,
        "og:description": article.lead,
        "og:url": permalink,
        "og:site_name": site_name,
        "article:published_time": iso_date(article, timezone),
        "article:modified_time": rfc3339(article.modified.astimezone(timezone)) if article.modified else "",
        "article:section": article.section,
    }
    yield from ((name, value) for name, value in single.items() if value)
    yield from (("article:author", name) for name in article.authors)
    yield from (("article:tag", name) for name in article.tags)


def citation_tags(article: Article, permalink: str, timezone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Yield name and content of the HighWire tags, which Zotero and Google Scholar read.

    The date is year/month/day, as many parts as are known.
    """
    single = {
        "citation_title": article.title,
        "citation_journal_title": article.source,
        "citation_publication_date": "/".join(f"{part:02}" for part in date_parts(article, timezone)),
        "citation_abstract": article.lead,
        "citation_language": article.language,
        "citation_public_url": article.url if is_web_address(article.url) else permalink,
        "citation_keywords": "; ".join(article.tags),
    }
    yield from (("citation_author", name) for name in article.authors)
    yield from ((name, value) for name, value in single.items() if value)
