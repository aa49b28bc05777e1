"""News sitemaps: the titles, dates and addresses of articles; there is no text in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.markup import line_of_html
from searchapp.ingest.formats.xmlstream import Element, elements, first, line_of, text_of, words_of
from searchapp.ingest.reader_protocol import FileContext, UnreadableError

__all__ = ["records"]


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each address with news; raises UnreadableError when there is none."""
    addresses = 0
    articles = 0
    for url in elements(stream, ("url",), context):
        addresses += 1
        news = first(url, "news")
        if news is not None:
            articles += 1
            yield ParsedRecord(_record(url, news), line_of(url))
    if not articles:
        raise UnreadableError(
            Message("a sitemap without news: none of its {count} addresses has a title", count=addresses)
        )


def _record(url: Element, news: Element) -> Record:
    return {
        "title": line_of_html(words_of(news, "title")),
        "date": words_of(news, "publication_date"),
        "modified": text_of(first(url, "lastmod")),
        "source": line_of_html(words_of(news, "name")),
        "language": words_of(news, "language"),
        "tags": words_of(news, "keywords"),
        "url": text_of(first(url, "loc")),
    }
