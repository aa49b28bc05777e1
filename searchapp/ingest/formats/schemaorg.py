"""schema.org's NewsArticle, as JSON files and the JSON-LD of pages write it, to a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from searchapp.ingest.cleaning.record import Record
from searchapp.ingest.formats.agency import status_of
from searchapp.ingest.formats.markup import line_of_html, text_of_html

__all__ = ["SHORTEST_WHOLE", "is_article", "is_closed", "record_of_schema", "things_of"]

_TYPES: Final = ("article", "blogposting", "report", "socialmediaposting")
_MAX_DEPTH: Final = 8
SHORTEST_WHOLE: Final = 1500
"""Characters: a longer text of a page for subscribers was saved by one of them, and is no stub."""


def things_of(value: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    """Yield the things that a JSON-LD value describes: itself, those of a list or ``@graph``, its main entity."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for part in value:
            yield from things_of(part, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from things_of(value.get(key), depth + 1)


def is_article(thing: Mapping[str, object]) -> bool:
    """Return whether the type of ``thing`` is NewsArticle or a related one (schema:ReportageNewsArticle, …)."""
    kinds = thing.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and name.lower().endswith(_TYPES) for name in names)


def is_closed(thing: Mapping[str, object]) -> bool:
    """Return whether ``thing`` states that the whole text is for subscribers."""
    return _text(thing.get("isAccessibleForFree")).lower() == "false"


def record_of_schema(thing: Mapping[str, object]) -> Record:
    """Return the record of an article; a property of an unexpected type counts as missing."""
    text = text_of_html(_text(thing.get("articleBody")) or _text(thing.get("text")))
    return {
        "id": _text(thing.get("identifier")),
        "title": line_of_html(_text(thing.get("headline")) or _text(thing.get("name"))),
        "lead": text_of_html(_text(thing.get("description")) or _text(thing.get("abstract"))),
        "text": text,
        "date": _text(thing.get("datePublished")) or _text(thing.get("dateCreated")),
        "modified": _text(thing.get("dateModified")),
        "author": _names(thing.get("author")) or _names(thing.get("creator")),
        "source": next(iter(_names(thing.get("publisher"))), ""),
        "section": line_of_html(_text(thing.get("articleSection"))),
        "url": _text(thing.get("url")) or _address(thing.get("mainEntityOfPage")),
        "language": _text(thing.get("inLanguage")),
        "tags": _tags(thing.get("keywords")),
        "status": _status(thing),
        "stub": is_closed(thing) and len(text) < SHORTEST_WHOLE,
    }


def _status(thing: Mapping[str, object]) -> str:
    """Return the status: withdrawn, or corrected where a correction is stated; a new date is none."""
    return status_of(_text(thing.get("creativeWorkStatus")), corrected=bool(thing.get("correction")))


def _text(value: object) -> str:
    """Return a text, the first one of a list, or the name or value of a thing."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return next((text for part in value[:10] if not isinstance(part, list) and (text := _text(part))), "")
    if isinstance(value, dict):
        return next((part for key in ("name", "value", "@value") if isinstance(part := value.get(key), str)), "")
    return value.strip() if isinstance(value, str) else ""


def _names(value: object) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [name for part in parts if not isinstance(part, list) and (name := line_of_html(_text(part)))]


def _tags(value: object) -> list[str]:
    return [tag for name in _names(value) for part in name.split(",") if (tag := part.strip())]


def _address(value: object) -> str:
    address = value.get("@id") if isinstance(value, dict) else value
    return address.strip() if isinstance(address, str) and address.startswith("http") else ""
