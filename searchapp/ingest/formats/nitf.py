"""NITF: one article, its body between headlines, bylines and datelines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.agency import (
    body_of,
    compact_date,
    embargo_of,
    lead_unless_repeated,
    named_authors,
    status_of,
    without_title,
)
from searchapp.ingest.formats.xmlstream import (
    Element,
    all_text,
    attribute,
    children,
    elements,
    first,
    line_of,
    local_name,
    words_of,
)
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["record_of_nitf", "records"]

_DATES: Final = ("date.issue", "story.date", "date.release")
_NO_NAMES: Final = ("byttl", "location", "virtloc", "note")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the article."""
    for article in elements(stream, ("nitf",), context):
        yield ParsedRecord(record_of_nitf(article), line_of(article), whole_file=True)


def record_of_nitf(article: Element) -> Record:
    """Return the record of a ``nitf`` element, alone or as the body of a news item."""
    status = attribute(first(article, "docdata"), "management-status")
    sections = (attribute(tag, "content") for tag in children(article, "meta") if attribute(tag, "name") == "section")
    section = next(sections, "")
    title = words_of(article, "hl1") or words_of(article, "hedline", "headline") or words_of(article, "title")
    text = without_title(body_of(article), title)
    return {
        "id": attribute(first(article, "doc-id"), "id-string"),
        "title": title,
        "lead": lead_unless_repeated(_standfirst(article), text, title),
        "text": text,
        "date": next((date for name in _DATES if (date := _norm(first(article, name)))), ""),
        "modified": max((_norm(change) for change in children(article, "revision-history")), default=""),
        "author": _authors(article),
        "source": words_of(article, "distributor") or attribute(first(article, "doc.copyright"), "holder"),
        "section": section or attribute(first(article, "pubdata"), "position.section"),
        "url": attribute(first(article, "pubdata"), "ex-ref"),
        "language": attribute(article, "lang")
        or attribute(article, "baselang")
        or attribute(first(article, "body"), "lang"),
        "tags": [key for part in children(article, "keyword") if (key := attribute(part, "key"))],
        "status": status_of(status, corrected=first(article, "correction") is not None),
        "embargo": embargo_of(status, _norm(first(article, "date.release"))),
    }


def _standfirst(article: Element) -> str:
    head = first(article, "body.head")
    return words_of(article, "abstract") or (words_of(head, "hl2") if head is not None else "")


def _norm(element: Element | None) -> str:
    """Return the date of ``element`` in normal form."""
    return compact_date(attribute(element, "norm"))


def _authors(article: Element) -> list[str]:
    """Return the people of the byline, else its words without functions and places."""
    people = [all_text(person) for byline in children(article, "byline") for person in children(byline, "person")]
    return people or named_authors(_words_of_byline(byline) for byline in children(article, "byline"))


def _words_of_byline(byline: Element) -> str:
    pieces = [byline.text or ""]
    for part in byline:
        pieces += [all_text(part) if local_name(part) not in _NO_NAMES else "", " ", part.tail or ""]
    return " ".join("".join(pieces).split())
