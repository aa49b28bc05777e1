"""What Tantivy stores as text or bytes, and back: articles and the terms of a field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from searchapp.model import Article, ArticleStatus

__all__ = ["ODD", "from_bytes", "join", "split", "to_bytes"]

ODD: Final = "\x1f"
"""Begins the terms, and stands between them, when one of them holds a space or nothing, as a few signs normalise to."""


def join(terms: Sequence[str]) -> str:
    """Return ``terms`` as a text that splits at its spaces again or, where it would not, begins with ODD."""
    text = " ".join(terms)
    odd = text.count(" ") >= len(terms) or "  " in text or text.strip(" ") != text or not text
    return ODD + ODD.join(terms) if odd else text


def split(text: str) -> list[str]:
    """Return the terms that :func:`join` was given."""
    return text[1:].split(ODD) if text.startswith(ODD) else text.split(" ")


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
    article_id, title, text, lead, date, source, section, authors, url, language, tags, status = json.loads(
        stored.decode()
    )
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
