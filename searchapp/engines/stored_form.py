"""The stored form of an article, written and read: JSON, which can say nothing but data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from searchapp.errors import IndexDamaged
from searchapp.i18n import Message
from searchapp.model import Article, ArticleStatus, DateQuality

__all__ = ["from_json", "from_values", "read_article", "to_json"]


def to_json(article: Article) -> bytes:
    """Return ``article`` as JSON; what is empty is left out."""
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
    return _encode({name: value for name, value in values.items() if value}).encode()


def from_json(stored: bytes) -> Article:
    """Return the article that :func:`to_json` was given; raises ValueError, KeyError or RecursionError for others."""
    return from_values(json.loads(stored.decode()))


def read_article(stored: bytes) -> Article:
    """Return the article that :func:`to_json` was given; raises IndexDamaged for others."""
    try:
        return from_json(stored)
    except (ValueError, LookupError, RecursionError) as error:
        reason = Message("it cannot be read ({reason})", reason=f"a stored article: {error}")
        raise IndexDamaged("engine", [Message("{file}: {reason}", file="engine", reason=reason)]) from error


def from_values(values: Any) -> Article:
    """Return the article of these fields; raises ValueError or KeyError when they are none, or of other types."""
    if not isinstance(values, dict):
        raise ValueError("a stored article is no object")
    return Article(
        id=_text(values, "id", needed=True),
        title=_text(values, "title"),
        text=_text(values, "text"),
        lead=_text(values, "lead"),
        date=_moment(values, "date"),
        modified=_moment(values, "modified"),
        source=_text(values, "source"),
        section=_text(values, "section"),
        authors=_texts(values, "author"),
        url=_text(values, "url"),
        language=_text(values, "language"),
        tags=_texts(values, "tags"),
        status=ArticleStatus(values["status"]),
        date_quality=DateQuality(values.get("date_quality", DateQuality.MISSING)),
        stub=values.get("stub", False) is True,
        repairs=_texts(values, "repairs"),
    )


def _text(values: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    text = values[name] if needed else values.get(name, "")
    if type(text) is not str:
        raise ValueError(f"the field {name} of a stored article is no text")
    return text


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = values.get(name, ())
    if type(texts) not in (list, tuple) or any(type(text) is not str for text in texts):
        raise ValueError(f"the field {name} of a stored article is no list of texts")
    return tuple(texts)


def _moment(values: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(values, name)
    return datetime.fromisoformat(text) if text else None


# One encoder: json.dumps makes one for each call that asks for anything but its defaults.
_encode: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
