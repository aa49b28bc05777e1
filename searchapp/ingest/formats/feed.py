"""RSS 0.9 to 2.0, RSS 1.0 and Atom files: one article an entry, with the whole text where the feed gives it.

The parts of an entry are looked up by qualified names (see :mod:`searchapp.ingest.formats.feed_elements`), those of
the feed's own format first, then Dublin Core's, then those for podcasts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import urljoin, urlsplit

from searchapp.ingest.cleaning.newspapers import newspaper_of_feed
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.feed_elements import Parts, first_text, language_of_element, parts_of
from searchapp.ingest.formats.markup import line_of_html, paragraphs_of, text_of_html
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

_ENTRIES: Final = ("item", "entry", "deleted-entry")
_TITLES: Final = ("title", "dc:title", "dcterms:title", "itunes:title")
_LEADS: Final = ("description", "summary", "dc:description", "dcterms:abstract", "atom:summary", "subtitle")
_LEADS_OF_PODCASTS: Final = ("itunes:summary", "itunes:subtitle")
_TEXTS: Final = (
    "content:encoded",
    "content",
    "atom:content",
    "xhtml:body",
    "xhtml:div",
    "fulltext",
    "yandex:full-text",
)
_UPDATES: Final = ("updated", "modified", "atom:updated", "dcterms:modified")
_DATES: Final = (
    *("pubdate", "published", "issued", "dc:date", "atom:published", "dcterms:issued", "dcterms:created", "created"),
    *("prism:publicationdate", "dcterms:date", "date", *_UPDATES),
)
_AUTHORS: Final = ("dc:creator", "dcterms:creator", "author", "dc:author", "atom:author", "itunes:author")
_CONTRIBUTORS: Final = ("contributor", "atom:contributor", "dc:contributor")
_PUBLISHERS: Final = ("dc:publisher", "prism:publicationname", "publisher")
_LANGUAGES: Final = ("dc:language", "dcterms:language", "language")
_ADDRESSES: Final = ("feedburner:origlink", "link", "atom:link")
_TAGS: Final = ("category", "dc:subject", "atom:category")
_SECTIONS: Final = ("section", "prism:section")
_LINK_KINDS: Final = ("", "alternate")
# What WordPress writes below each text of a feed, in its French and in its English wording.
_FOOTER: Final = re.compile(
    r"\s(?:L[’']article|Cet article|The post) [^\n]{1,300}"
    r" (?:est apparu en premier sur|appeared first on) [^\n]{1,100}$"
)
_EXCERPT_END: Final = re.compile(r"[\s.…\[\]]{1,10}$")


@dataclass(frozen=True, slots=True)
class _Channel:
    """The facts of a feed that its entries inherit."""

    source: str = ""
    address: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each entry; the newspaper of the feed is the source, unless an entry names another."""
    channel: _Channel | None = None
    for entry in elements(stream, _ENTRIES, context):
        if local_name(entry) == "deleted-entry":  # RFC 6721
            yield ParsedRecord({"id": attribute(entry, "ref"), "status": "withdrawn"}, line_of(entry))
            continue
        channel = channel or _channel(entry, context)
        yield ParsedRecord(_record(entry, channel, context), line_of(entry))


def _channel(entry: Element, context: FileContext) -> _Channel:
    """Return the facts of the feed around ``entry``, which stand before its entries."""
    element = entry.getparent()
    if element is not None and local_name(element).lower() == "rdf":  # in RSS 1.0 it lies beside its items
        element = next((part for part in element if local_name(part) == "channel"), None)
    if element is None:
        return _Channel()
    parts = parts_of(element)
    title = line_of_html(first_text(parts, *_TITLES))
    address = _link(parts)
    return _Channel(
        newspaper_of_feed(title, address, context.feeds) or first_text(parts, *_PUBLISHERS),
        element.base or address,  # xml:base
        first_text(parts, *_LANGUAGES) or language_of_element(element),
        tuple(_people(parts, ("author",))) if local_name(element) == "feed" else (),
    )


def _record(entry: Element, channel: _Channel, context: FileContext) -> Record:
    parts = parts_of(entry)
    summary = _words(parts, _LEADS) or _words(parts, _LEADS_OF_PODCASTS)
    text = _words(parts, _TEXTS)
    return {
        "id": first_text(parts, "guid", "id", "atom:id", "dc:identifier") or attribute(entry, "about"),
        "title": line_of_html(first_text(parts, *_TITLES)),
        "lead": _without_excerpt(summary, text),
        "text": text or summary,
        "date": first_text(parts, *_DATES),
        "modified": first_text(parts, *_UPDATES),
        "author": _people(parts, _AUTHORS) or _people(parts, _CONTRIBUTORS) or list(channel.authors),
        "source": _source(parts, context) or channel.source,
        "url": _absolute(_link(parts), entry.base or channel.address),
        "language": first_text(parts, *_LANGUAGES) or language_of_element(entry) or channel.language,
        "tags": [line_of_html(tag) for tag in _tags(parts)],
        "section": first_text(parts, *_SECTIONS),
    }


def _words(parts: Parts, names: tuple[str, ...]) -> str:
    """Return the first text: HTML as a string, or as elements (``type="xhtml"``)."""
    for part in (part for name in names for part in parts.get(name, ())):
        text = paragraphs_of(part) if len(part) else text_of_html(text_of(part))
        if text:
            return _FOOTER.sub("", text, count=1).strip()
    return ""


def _without_excerpt(summary: str, text: str) -> str:
    """Return ``summary`` unless it only is the beginning of ``text``, as programs cut it; "" where there is no text."""
    words = " ".join(_EXCERPT_END.sub("", summary).split())
    begins = " ".join(text[: 2 * len(summary) + 100].split()).startswith(words)
    return "" if not text or begins else summary


def _people(parts: Parts, names: tuple[str, ...]) -> list[str]:
    """Return the people under the first of ``names`` that has any: their names, or the whole text (RSS)."""
    for name in names:
        named = [
            next((all_text(part) for part in children(person, "name")), "") if len(person) else all_text(person)
            for person in parts.get(name, ())
        ]
        if people := [line_of_html(person) for person in named if person]:
            return people
    return []


def _link(parts: Parts) -> str:
    links = [part for name in _ADDRESSES for part in parts.get(name, ()) if attribute(part, "rel") in _LINK_KINDS]
    addresses = [all_text(link) or attribute(link, "href") for link in links]
    guids = [all_text(part) for part in parts.get("guid", ()) if attribute(part, "isPermaLink") != "false"]
    permanent = [guid for guid in guids if guid.startswith(("http://", "https://"))]
    return next(filter(None, (*addresses, *permanent)), "")


def _absolute(address: str, base: str) -> str:
    """Return ``address``, from the address of the feed's site if it is relative."""
    try:
        return urljoin(base, address) if address and base and not urlsplit(address).scheme else address
    except ValueError:  # an address such as http://[
        return address


def _source(parts: Parts, context: FileContext) -> str:
    """Return the newspaper that the entry names: of the feed that it was taken from, or its publisher."""
    for part in (*parts.get("source", ()), *parts.get("atom:source", ())):
        title = next((all_text(title) for title in children(part, "title")), "") if len(part) else all_text(part)
        link = attribute(part, "url") or next((attribute(link, "href") for link in children(part, "link")), "")
        if title:
            return newspaper_of_feed(line_of_html(title), link, context.feeds)
    return line_of_html(first_text(parts, *_PUBLISHERS))


def _tags(parts: Parts) -> Iterator[str]:
    for part in (part for name in _TAGS for part in parts.get(name, ())):
        if tag := all_text(part) or attribute(part, "label") or attribute(part, "term"):
            yield tag
    yield from first_text(parts, "itunes:keywords").split(",")
