"""What engines keep of an article beside its terms, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from searchapp.model import Article, ArticleStatus, DateQuality

__all__ = ["article_of", "values_of"]


def values_of(article: Article) -> dict[str, object]:
    """Return the fields of ``article`` as texts, lists of texts and truths; empty ones are left out."""
    values: dict[str, object] = {
        "id": article.id,
        "title": article.title,
        "lead": article.lead,
        "text": article.text,
        "date": article.date.isoformat() if article.date else "",
        "modified": article.modified.isoformat() if article.modified else "",
        "source": article.source,
        "section": article.section,
        "author": article.authors,
        "url": article.url,
        "language": article.language,
        "tags": article.tags,
        "status": article.status.value,
        "date_quality": article.date_quality.value if article.date else "",
        "stub": article.stub,
        "repairs": article.repairs,
    }
    return {name: value for name, value in values.items() if value}


def article_of(values: Mapping[str, Any]) -> Article:
    """Return the article that :func:`values_of` was given."""
    return Article(
        id=values["id"],
        title=values.get("title", ""),
        text=values.get("text", ""),
        lead=values.get("lead", ""),
        date=_moment(values, "date"),
        modified=_moment(values, "modified"),
        source=values.get("source", ""),
        section=values.get("section", ""),
        authors=tuple(values.get("author", ())),
        url=values.get("url", ""),
        language=values.get("language", ""),
        tags=tuple(values.get("tags", ())),
        status=ArticleStatus(values["status"]),
        date_quality=DateQuality(values.get("date_quality", DateQuality.MISSING)),
        stub=values.get("stub", False),
        repairs=tuple(values.get("repairs", ())),
    )


def _moment(values: Mapping[str, Any], name: str) -> datetime | None:
    text = values.get(name)
    return datetime.fromisoformat(text) if text else None
