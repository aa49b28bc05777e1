"""NewsML-G2: the news items of a message, or a single one, with a body in XHTML, NITF or plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.markup import paragraphs_of
from searchapp.ingest.formats.xmlstream import (
    Element,
    attribute,
    children,
    elements,
    first,
    line_of,
    text_of,
    words_of,
)
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["records"]

_WITHDRAWN: Final = ("canceled", "withheld")
_DATES: Final = ("contentCreated", "firstCreated", "versionCreated", "contentModified")

_VERSIONS: Final = ("versionCreated", "contentModified")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each news item with text, not of pictures and other kinds."""
    for item in elements(stream, ("newsItem",), context):
        body = _body(item)
        kind = attribute(first(item, "itemClass"), "qcode")
        if body or not kind or kind.endswith("text"):
            yield ParsedRecord(_record(item, body), line_of(item))


def _record(item: Element, body: str) -> Record:
    meta = first(item, "contentMeta")
    content = item if meta is None else meta
    status = attribute(first(item, "pubStatus"), "qcode").rpartition(":")[2]
    return {
        "id": attribute(item, "guid"),
        "title": words_of(content, "headline") or words_of(item, "headline", "title"),
        "lead": _lead(content, body),
        "text": body,
        "date": next((text for name in _DATES if (text := text_of(first(item, name)))), ""),
        "modified": next((text for name in _VERSIONS if (text := text_of(first(item, name)))), ""),
        "author": _authors(content),
        "source": _name(first(content, "infoSource")) or _name(first(item, "provider")),
        "section": _name(first(content, "genre")),
        "url": _address(item),
        "language": attribute(first(content, "language"), "tag") or attribute(item, "lang"),
        "tags": [name for subject in children(content, "subject") if (name := _name(subject))],
        "status": "withdrawn" if status in _WITHDRAWN else "corrected" if _is_correction(item) else "",
    }


def _body(item: Element) -> str:
    inline = first(item, "inlineXML")
    if inline is not None:
        body = first(inline, "body.content", "body")
        return paragraphs_of(inline if body is None else body)
    data = first(item, "inlineData")
    return (data.text or "").strip() if data is not None else ""


def _lead(content: Element, body: str) -> str:
    """Return the description, unless it repeats the beginning of the text."""
    lead = words_of(content, "description")
    return "" if body.startswith(lead) else lead


def _authors(content: Element) -> list[str]:
    """Return the names of the creators, else the byline."""
    names = [_name(creator) for creator in children(content, "creator")]
    return [name for name in names if name] or [byline for byline in (words_of(content, "by"),) if byline]


def _name(element: Element | None) -> str:
    """Return the name of a concept: a name element, or its literal, not its code."""
    if element is None:
        return ""
    return words_of(element, "name") or attribute(element, "literal")


def _is_correction(item: Element) -> bool:
    signals = (attribute(signal, "qcode") for signal in children(item, "signal"))
    return any(signal.rpartition(":")[2] == "correction" for signal in signals)


def _address(item: Element) -> str:
    links = (attribute(link, "href") for link in children(item, "link", "itemMeta"))
    return next((link for link in links if link.startswith("http")), "")
