"""HTML pages: the text by trafilatura; the metadata from JSON-LD, OpenGraph, ``<meta>`` and ``<time>``, in this order.

A date is only ever one that the page states: there is no guessing from addresses or copyright lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

import trafilatura

from searchapp.i18n import Message
from searchapp.ingest.cleaning.article_dates import is_date, read_date
from searchapp.ingest.cleaning.encoding import read_text
from searchapp.ingest.cleaning.mojibake import repaired
from searchapp.ingest.cleaning.normalize import clean_line, same_words
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.html_page import HtmlPage
from searchapp.ingest.formats.markup import paragraphs_of, parse_html
from searchapp.ingest.formats.page_layout import is_byline
from searchapp.ingest.formats.schemaorg import SHORTEST_WHOLE, is_article, is_closed, record_of_schema, things_of
from searchapp.ingest.formats.xmlstream import Element
from searchapp.ingest.reader_protocol import LARGEST_TREE, FileContext, UnreadableError, peek

__all__ = ["record_of_page", "records"]

_DECLARED: Final = re.compile(
    rb"""<meta[^>]{0,200}charset=["']?([\w.:-]{1,40})|encoding=["']([\w.:-]{1,40})["']""", re.IGNORECASE
)
_HEAD: Final = 4096
# An article has a few thousand; 30,000 take trafilatura three seconds.
_MAX_ELEMENTS: Final = 30_000
_HEADER_PARTS: Final = 6


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the page."""
    declared = _DECLARED.search(peek(stream, _HEAD))
    encoding = (declared[1] or declared[2]).decode() if declared else ""
    content = read_text(stream, context, encoding, LARGEST_TREE)
    sound = repaired(content)
    if sound is not content:
        context.repairs.add("mojibake")
    yield ParsedRecord(record_of_page(sound, context.timezone), whole_file=True)


def record_of_page(content: str, timezone: ZoneInfo, url: str = "") -> Record:
    """Return the record of a page; ``url`` is its address unless the page states one.

    Raises UnreadableError when there is no article in it.
    """
    tree = parse_html(content)
    if tree is None:
        raise UnreadableError(Message("the page is empty"))
    if sum(1 for _ in islice(tree.iter(), _MAX_ELEMENTS + 1)) > _MAX_ELEMENTS:
        raise UnreadableError(Message("the page has more than {limit} elements", limit=_MAX_ELEMENTS))
    thing = _schema_article(tree)
    schema = record_of_schema(thing)
    page = HtmlPage(tree)
    source = schema["source"] or page.site()
    address = schema["url"] or page.address() or url
    title = page.title(clean_line(str(schema["title"] or "")), str(source), str(address))
    lead = clean_line(str(schema["lead"] or "")) or page.meta("og:description", "description", "twitter:description")
    text, header = _without_header(_text(tree, content, str(schema["text"] or "")), title, lead)
    dates = (str(schema["date"] or ""), *page.dates(), *header.dates)
    return {
        **schema,
        "title": title or None,
        "lead": lead,
        "text": text,
        "date": _first_date(dates, timezone),
        "modified": _first_date((str(schema["modified"] or ""), *page.updates()), timezone),
        "author": schema["author"] or page.authors() or header.byline,
        "source": source,
        "section": schema["section"] or page.meta("article:section", "og:article:section"),
        "url": address,
        "language": schema["language"] or page.language(),
        "tags": schema["tags"] or page.metas("article:tag") or page.meta("keywords", "news_keywords"),
        "stub": is_closed(thing) and len(text) < SHORTEST_WHOLE,
    }


def _schema_article(tree: Element) -> Mapping[str, object]:
    """Return the first article of the page's JSON-LD; JSON that is wrong counts as none."""
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            try:
                value = json.loads(script.text or "null", strict=False)
            except (ValueError, RecursionError):
                continue
            for thing in things_of(value):
                if is_article(thing):
                    return thing
    return {}


def _text(tree: Element, content: str, stated: str) -> str:
    """Return the text that trafilatura extracts, or that of JSON-LD where that is much longer.

    Where it finds none in our tree it is given the page itself, which it parses and mends in its own way.
    """
    text = _extracted(tree) or _extracted(content[:LARGEST_TREE])
    return text if len(text) * 2 > len(stated) else stated


def _extracted(page: Element | str) -> str:
    try:
        extracted = trafilatura.bare_extraction(page, include_comments=False, include_tables=True, with_metadata=False)
        body = getattr(extracted, "body", None)
        return paragraphs_of(body) if body is not None else ""
    except Exception:  # pages make it fail in many ways, and JSON-LD may still have a text
        return ""


@dataclass(slots=True)
class _Header:
    """The lines that a page prints above its text: the byline, and lines that are dates."""

    byline: str = ""
    dates: list[str] = field(default_factory=list)


def _without_header(text: str, title: str, lead: str) -> tuple[str, _Header]:
    """Return ``text`` without the title, lead, date and byline that pages print above it, and what these say.

    Title and lead may have other blanks and signs there.
    """
    parts = text.split("\n\n")
    header = _Header()
    kept = []
    for part in parts[:_HEADER_PARTS]:
        line = clean_line(part)
        if is_byline(line):
            header.byline = header.byline or line
        elif is_date(line):
            header.dates.append(line)
        elif not same_words(line, title) and not same_words(line, lead):
            kept.append(part)
    return "\n\n".join(kept + parts[_HEADER_PARTS:]), header


def _first_date(candidates: tuple[str, ...], timezone: ZoneInfo) -> str:
    """Return the first of ``candidates`` that is a date."""
    for candidate in candidates:
        try:
            if read_date(candidate, timezone)[0]:
                return candidate
        except UnreadableError:
            continue
    return ""
