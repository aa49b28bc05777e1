"""Articles as the bytes that Tantivy stores, and back."""

from __future__ import annotations

import json
from datetime import datetime

from searchapp.model import Article, ArticleStatus

__all__ = ["from_bytes", "to_bytes"]


def to_bytes(article: Article) -> bytes:
    """Return ``article`` as JSON: a list, since names would repeat with every article."""
    values = (
        article.id,
        article.title,
        article.text,
        article.lead,
        article.date.isoformat() if article.date else "",
        article.source,
        article.section,
        article.authors,
        article.url,
        article.language,
        article.tags,
        article.status,
    )
    return json.dumps(values, ensure_ascii=False).encode()


def from_bytes(stored: bytes) -> Article:
    """Return the article that :func:`to_bytes` was given."""
    article_id, title, text, lead, date, source, section, authors, url, language, tags, status = json.loads(stored)
    return Article(
        id=article_id,
        title=title,
        text=text,
        lead=lead,
        date=datetime.fromisoformat(date) if date else None,
        source=source,
        section=section,
        authors=tuple(authors),
        url=url,
        language=language,
        tags=tuple(tags),
        status=ArticleStatus(status),
    )
