"""RSS 0.9 to 2.0 and Atom files: one article an entry, with the whole text where the feed gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.markup import paragraphs_of, text_of_html
from searchapp.ingest.formats.xmlstream import (
    Element,
    all_text,
    attribute,
    children,
    elements,
    line_of,
    local_name,
    text_of,
)
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["records"]

_ENTRIES: Final = ("item", "entry")
_CHANNEL: Final = ("channel", "feed")
_TEXTS: Final = ("encoded", "content", "fulltext")
_DATES: Final = ("pubDate", "published", "issued", "date", "created", "updated", "modified")
_LINK_KINDS: Final = ("", "alternate")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each entry; the title of the feed is the source, unless an entry names another."""
    for entry in elements(stream, _ENTRIES, context):
        yield ParsedRecord(_record(entry), line_of(entry))


def _record(entry: Element) -> Record:
    parts: dict[str, list[Element]] = {}
    for part in entry:
        parts.setdefault(local_name(part), []).append(part)
    summary = _words(parts, ("description", "summary", "subtitle"))
    text = _words(parts, _TEXTS)
    link = _link(parts.get("link", []))
    return {
        "id": _first(parts, ("guid", "id")),
        "title": text_of_html(_first(parts, ("title",))),
        "lead": summary if text and not text.startswith(summary) else "",
        "text": text or summary,
        "date": _first(parts, _DATES),
        "modified": _first(parts, ("updated", "modified")),
        "author": _authors(parts),
        "source": _source(entry, parts),
        "url": link,
        "language": _first(parts, ("language",)),
        "tags": [tag for part in parts.get("category", []) if (tag := all_text(part) or attribute(part, "term"))],
        "section": _first(parts, ("section",)),
    }


def _first(parts: dict[str, list[Element]], names: tuple[str, ...]) -> str:
    return next((text for name in names for part in parts.get(name, []) if (text := all_text(part))), "")


def _words(parts: dict[str, list[Element]], names: tuple[str, ...]) -> str:
    """Return the first text: HTML as a string, or as elements (``type="xhtml"``)."""
    for part in (part for name in names for part in parts.get(name, [])):
        text = paragraphs_of(part) if len(part) else text_of_html(text_of(part))
        if text:
            return text
    return ""


def _authors(parts: dict[str, list[Element]]) -> list[str]:
    named = [all_text(part) for part in parts.get("creator", [])]
    people = (*parts.get("author", []), *parts.get("contributor", []))
    named += [next((all_text(name) for name in children(part, "name")), "") or text_of(part) for part in people]
    return [name for name in named if name]


def _link(links: list[Element]) -> str:
    alternates = (link for link in links if attribute(link, "rel") in _LINK_KINDS)
    return next((address for link in alternates if (address := text_of(link) or attribute(link, "href"))), "")


def _source(entry: Element, parts: dict[str, list[Element]]) -> str:
    """Return the source that the entry names, else the title of the feed, which stands before its entries."""
    for part in parts.get("source", []):
        if name := next((all_text(title) for title in children(part, "title")), "") or text_of(part):
            return name
    if publisher := _first(parts, ("publisher",)):
        return publisher
    channel = entry.getparent()
    if channel is not None and local_name(channel) not in _CHANNEL:  # in RSS 1.0 it lies beside its items
        channel = next((part for part in channel if local_name(part) == "channel"), None)
    if channel is None:
        return ""
    return next((all_text(title) for title in channel if local_name(title) == "title"), "")
