"""ninjs, the IPTC's JSON for news (1.x and 2.x), to a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from searchapp.ingest.cleaning.record import Record
from searchapp.ingest.formats.agency import embargo_of, status_of
from searchapp.ingest.formats.markup import text_of_html

__all__ = ["is_ninjs", "record_of_ninjs"]

_DATES: Final = ("firstCreated", "firstcreated", "contentCreated", "contentcreated", "versionCreated", "versioncreated")
_VERSIONS: Final = ("versionCreated", "versioncreated", "contentModified", "contentmodified")
_BODIES: Final = ("body_xhtml", "body_html", "body_text", "body_xml")
_MARKS: Final = ("uri", *_BODIES, "bodies")


def is_ninjs(item: Mapping[str, object]) -> bool:
    """Return whether ``item`` has a headline, as ninjs writes it, and another of its keys."""
    has_headline = "headline" in item or "headlines" in item
    return has_headline and "@type" not in item and any(key in item for key in _MARKS)


def record_of_ninjs(item: Mapping[str, object]) -> Record:
    """Return the record of a news item."""
    body = next((text for key in _BODIES if (text := _text(item.get(key)))), "")
    status = _text(item.get("pubStatus") or item.get("pubstatus"))
    return {
        "id": _text(item.get("uri")) or _text(item.get("guid")),
        "title": _text(item.get("headline")) or _value(item.get("headlines")),
        "lead": text_of_html(_text(item.get("description_text")) or _value(item.get("descriptions"))),
        "text": text_of_html(body or _value(item.get("bodies"))),
        "date": next((date for key in _DATES if (date := _text(item.get(key)))), ""),
        "modified": next((date for key in _VERSIONS if (date := _text(item.get(key)))), ""),
        "author": _text(item.get("byline")) or _people(item.get("person")),
        "source": _text(item.get("source")) or _name(item.get("infosource")) or _text(item.get("copyrightholder")),
        "section": _text(item.get("section")),
        "url": _text(item.get("url")),
        "language": _text(item.get("language")),
        "tags": [name for subject in _list(item.get("subject")) if (name := _name(subject))],
        "status": status_of(status),
        "embargo": _text(item.get("embargoed")) or _text(item.get("embargo")) or embargo_of(status, ""),
    }


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _value(parts: object) -> str:
    """Return the first text among the values that ninjs 2 lists, the main one before the others."""
    things = [part for part in _list(parts) if isinstance(part, dict)]
    things.sort(key=lambda part: part.get("role") not in (None, "main", "drol:main"))
    return next((text for part in things if (text := _text(part.get("value")))), "")


def _name(thing: object) -> str:
    thing = thing[0] if isinstance(thing, list) and thing else thing
    return _text(thing.get("name")) if isinstance(thing, dict) else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _people(things: object) -> list[str]:
    """Return the people whose role is to have written the item."""
    people = (thing for thing in _list(things) if isinstance(thing, dict))
    authors = (person for person in people if "author" in str(person.get("rel", "")).lower())
    return [name for author in authors if (name := _name(author))]
