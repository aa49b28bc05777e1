"""NITF: one article, its body between headlines, bylines and datelines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.markup import paragraphs_of
from searchapp.ingest.formats.xmlstream import (
    Element,
    all_text,
    attribute,
    children,
    elements,
    first,
    line_of,
    words_of,
)
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["records"]

_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_WITHDRAWN: Final = ("canceled", "withheld")
_DATES: Final = ("date.issue", "story.date", "date.release")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the article."""
    for article in elements(stream, ("nitf",), context):
        yield ParsedRecord(_record(article), line_of(article), whole_file=True)


def _record(article: Element) -> Record:
    content = first(article, "body.content")
    management = attribute(first(article, "docdata"), "management-status")
    sections = (attribute(tag, "content") for tag in children(article, "meta") if attribute(tag, "name") == "section")
    section = next(sections, "")
    corrected = first(article, "correction") is not None
    return {
        "id": attribute(first(article, "doc-id"), "id-string"),
        "title": words_of(article, "hl1") or words_of(article, "headline") or words_of(article, "title"),
        "lead": words_of(article, "abstract") or words_of(article, "hl2"),
        "text": paragraphs_of(content) if content is not None else "",
        "date": next((date for name in _DATES if (date := _norm(first(article, name)))), ""),
        "modified": max((_norm(change) for change in children(article, "revision-history")), default=""),
        "author": _authors(article),
        "source": words_of(article, "distributor") or attribute(first(article, "doc.copyright"), "holder"),
        "section": section or attribute(first(article, "pubdata"), "position.section"),
        "url": attribute(first(article, "pubdata"), "ex-ref"),
        "language": attribute(article, "lang") or attribute(first(article, "body"), "lang"),
        "tags": [key for part in children(article, "keyword") if (key := attribute(part, "key"))],
        "status": "withdrawn" if management in _WITHDRAWN else "corrected" if corrected else "",
    }


def _norm(element: Element | None) -> str:
    """Return the date of ``element`` in normal form."""
    norm = attribute(element, "norm")
    day = _DAY.fullmatch(norm)
    return "-".join(day.groups()) if day else norm


def _authors(article: Element) -> list[str]:
    """Return the people of the byline, else the byline as it is."""
    people = [all_text(person) for byline in children(article, "byline") for person in children(byline, "person")]
    return people or [text for byline in children(article, "byline") if (text := all_text(byline))]
