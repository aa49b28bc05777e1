"""HTML pages: the text by trafilatura; the metadata from JSON-LD, OpenGraph, ``<meta>`` and ``<time>``, in this order.

A date is only ever one that the page states: there is no guessing from addresses or copyright lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import BinaryIO, Final, cast
from zoneinfo import ZoneInfo

import trafilatura

from searchapp.i18n import Message
from searchapp.ingest.cleaning.article_dates import is_date, read_date
from searchapp.ingest.cleaning.encoding import read_text
from searchapp.ingest.cleaning.mojibake import repaired
from searchapp.ingest.cleaning.normalize import clean_line
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.markup import paragraphs_of, parse_html
from searchapp.ingest.formats.page_layout import is_byline
from searchapp.ingest.formats.schemaorg import SHORTEST_WHOLE, is_article, is_closed, record_of_schema, things_of
from searchapp.ingest.formats.xmlstream import Element, all_text
from searchapp.ingest.reader_protocol import LARGEST_TREE, FileContext, UnreadableError, peek

__all__ = ["record_of_page", "records"]

_DECLARED: Final = re.compile(
    rb"""<meta[^>]{0,200}charset=["']?([\w.:-]{1,40})|encoding=["']([\w.:-]{1,40})["']""", re.IGNORECASE
)
_HEAD: Final = 4096
_DATES: Final = (
    *("article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued", "dc.date"),
    *("dcterms.created", "dcterms.date", "pubdate", "publish-date", "parsely-pub-date", "sailthru.date"),
)
_MODIFIED: Final = (
    *("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "dcterms.modified"),
    *("dc.date.modified", "last-modified"),
)
_TIMES_MODIFIED: Final = '//*[@itemprop="dateModified"]'
_TIMES: Final = '//*[@itemprop="datePublished"]|//time[@pubdate]|//article//time|//time'
_BYLINES: Final = (
    '//*[@itemprop="author"]//*[@itemprop="name"]|//*[@itemprop="author"]|//a[@rel="author"]'
    '|//*[contains(concat(" ", @class, " "), " author ") or contains(concat(" ", @class, " "), " byline ")]'
)
# An article has a few thousand; 30,000 take trafilatura three seconds.
_MAX_ELEMENTS: Final = 30_000
_MAX_TIMES: Final = 20
_HEADER_PARTS: Final = 6
_SITE_NAME: Final = re.compile(r" (?:[|–—-]) [^|–—]{2,60}$")


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
    page = _Page(tree)
    title = clean_line(str(schema["title"] or "")) or page.title()
    lead = clean_line(str(schema["lead"] or "")) or page.meta("og:description", "description", "twitter:description")
    facts: dict[str, object] = {
        **schema,
        "title": title or None,
        "lead": lead,
        "date": _first_date((str(schema["date"] or ""), *page.dates(_DATES, _TIMES)), timezone),
        "modified": _first_date((str(schema["modified"] or ""), *page.dates(_MODIFIED, _TIMES_MODIFIED)), timezone),
        "author": schema["author"] or page.authors(),
        "source": schema["source"] or page.meta("og:site_name", "application-name", "dc.publisher"),
        "section": schema["section"] or page.meta("article:section", "og:article:section"),
        "url": schema["url"] or page.address() or url,
        "language": schema["language"] or page.language(),
        "tags": schema["tags"] or page.metas("article:tag") or page.meta("keywords", "news_keywords"),
    }
    text, byline = _without_header(_text(tree, str(schema["text"] or "")), title, lead)
    return {
        **facts,
        "author": facts["author"] or byline,
        "text": text,
        "stub": is_closed(thing) and len(text) < SHORTEST_WHOLE,
    }


class _Page:
    """The metadata of a page outside JSON-LD."""

    def __init__(self, tree: Element) -> None:
        self._tree = tree
        self._metas: dict[str, list[str]] = {}
        for tag in tree.iter("meta"):
            name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()
            if content := clean_line(tag.get("content") or ""):
                self._metas.setdefault(name, []).append(content)

    def meta(self, *names: str) -> str:
        """Return the content of the first of these ``<meta>`` names that is there."""
        return next((self._metas[name][0] for name in names if name in self._metas), "")

    def metas(self, name: str) -> list[str]:
        return self._metas.get(name, [])

    def title(self) -> str:
        """Return the title: of OpenGraph, of the only heading, of the window without the name of the site."""
        headings = [all_text(heading) for heading in self._tree.iter("h1")][:2]
        heading = headings[0] if len(headings) == 1 else ""
        window = next((all_text(title) for title in self._tree.iter("title")), "")
        return self.meta("og:title") or heading or _SITE_NAME.sub("", window) or next(iter(headings), "")

    def dates(self, names: tuple[str, ...], times: str) -> Iterator[str]:
        """Yield the dates of the ``<meta>`` ``names``, then those of the elements at the XPath ``times``."""
        for name in names:
            yield self.meta(name)
        for time in self._elements(times)[:_MAX_TIMES]:
            yield time.get("datetime") or time.get("content") or all_text(time)

    def authors(self) -> list[str]:
        named = self.metas("author") or self.metas("dc.creator") or self.metas("article:author")
        if names := [name for name in named if not name.startswith("http")]:
            return names
        return [name for tag in self._elements(_BYLINES)[:1] if 0 < len(name := all_text(tag)) < 200]

    def _elements(self, path: str) -> list[Element]:
        return [part for part in cast(list[object], self._tree.xpath(path)) if isinstance(part, Element)]

    def address(self) -> str:
        links = (link.get("href") or "" for link in self._tree.iter("link") if link.get("rel") == "canonical")
        return next((link for link in (*links, self.meta("og:url")) if link.startswith("http")), "")

    def language(self) -> str:
        return self._tree.get("lang") or self.meta("og:locale", "content-language")


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


def _text(tree: Element, stated: str) -> str:
    """Return the text that trafilatura extracts, or that of JSON-LD where that is much longer."""
    try:
        extracted = trafilatura.bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=False)
        body = getattr(extracted, "body", None)
        text = paragraphs_of(body) if body is not None else ""
    except Exception:  # pages make it fail in many ways, and JSON-LD may still have a text
        text = ""
    return text if len(text) * 2 > len(stated) else stated


def _without_header(text: str, title: str, lead: str) -> tuple[str, str]:
    """Return ``text`` without the title, lead, date and byline that pages print above it, and the byline."""
    parts = text.split("\n\n")
    repeated = {title, lead}
    byline = ""
    kept = []
    for part in parts[:_HEADER_PARTS]:
        line = clean_line(part)
        if is_byline(line):
            byline = byline or line
        elif line not in repeated and not is_date(line):
            kept.append(part)
    return "\n\n".join(kept + parts[_HEADER_PARTS:]), byline


def _first_date(candidates: tuple[str, ...], timezone: ZoneInfo) -> str:
    """Return the first of ``candidates`` that is a date."""
    for candidate in candidates:
        try:
            if read_date(candidate, timezone)[0]:
                return candidate
        except UnreadableError:
            continue
    return ""
