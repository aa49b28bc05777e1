"""PAGE XML: the text of a page as transcription programs write it, in regions of lines, with their reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.scanned_page import Line, ScannedPage, record_of_page
from searchapp.ingest.formats.xmlstream import Element, attribute, elements, first, local_name, text_of
from searchapp.ingest.reader_protocol import (
    LARGEST_ARTICLE,
    FileContext,
    ReadElsewhereError,
    UnreadableError,
    article_too_long,
)

__all__ = ["page_of", "records"]

_NO_PART_OF_ARTICLES: Final = ("header", "footer", "page-number", "signature-mark", "catch-word")
_ORDER: Final = re.compile(r"readingOrder\s*\{\s*index\s*:\s*(\d{1,9})")
_HIGHEST: Final = 10**9


@dataclass(frozen=True, slots=True)
class _Region:
    """A region of text; ``order`` is its place in the reading order where the region itself states it."""

    id: str
    kind: str
    order: int
    lines: list[Line]


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the page; the first heading, else the first region, is the title.

    Raises ReadElsewhereError for a page of a METS issue.
    """
    if context.siblings and context.siblings.is_mets_page():
        raise ReadElsewhereError
    regions = _regions(stream, context)
    page = _page(regions)
    if not page.paragraphs():
        raise UnreadableError(Message("there is no text on the page"))
    heading = next((region.id for region in regions if region.kind == "heading"), "")
    title = " ".join(page.take(heading)) if heading else ""
    yield ParsedRecord(record_of_page(page, title), whole_file=True)


def page_of(stream: BinaryIO, context: FileContext) -> ScannedPage:
    """Return the text of the page, but for running heads and page numbers.

    Raises UnreadableError when the XML is wrong or the page holds more text than an article may.
    """
    return _page(_regions(stream, context))


def _page(regions: list[_Region]) -> ScannedPage:
    page = ScannedPage()
    initial = ""
    for region in regions:
        if region.kind == "drop-capital":
            initial = "".join(text for _, text in region.lines)
            continue
        lines = region.lines
        if initial and lines:
            lines = [(lines[0][0], f"{initial}{lines[0][1]}"), *lines[1:]]
            initial = ""
        page.add_block(lines, [region.id])
    return page


def _regions(stream: BinaryIO, context: FileContext) -> list[_Region]:
    """Return the regions in reading order: as the page states it, else as they state it, else as they stand."""
    order: dict[str, int] = {}
    regions: list[_Region] = []
    size = 0
    for part in elements(stream, ("ReadingOrder", "TextRegion"), context):
        if local_name(part) == "ReadingOrder":
            order = {region: number for number, region in enumerate(_references(part))}
            continue
        region = _region(part)
        size += sum(len(text) for _, text in region.lines)
        if size > LARGEST_ARTICLE:
            raise article_too_long()
        if region.kind not in _NO_PART_OF_ARTICLES:
            regions.append(region)
    return sorted(regions, key=lambda region: (order.get(region.id, _HIGHEST), region.order))


def _references(group: Element) -> Iterator[str]:
    """Yield the ids of the regions below ``group``, by the index that each level gives."""
    for part in sorted(group, key=lambda part: _number(attribute(part, "index"))):
        if region := attribute(part, "regionRef"):
            yield region
        yield from _references(part)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_HIGHEST)) else _HIGHEST


def _region(region: Element) -> _Region:
    lines = [([attribute(line, "id")], _words(line)) for line in region if local_name(line) == "TextLine"]
    if not any(text for _, text in lines):
        lines = [([], text) for text in _words(region).split("\n")]
    order = _ORDER.search(attribute(region, "custom"))
    return _Region(attribute(region, "id"), attribute(region, "type"), int(order[1]) if order else _HIGHEST, lines)


def _words(element: Element) -> str:
    """Return the best of the readings of a line or a region; without one, those of its words."""
    readings = [part for part in element if local_name(part) == "TextEquiv"]
    if readings:
        best = min(readings, key=lambda reading: _number(attribute(reading, "index")))
        return text_of(first(best, "Unicode")) or text_of(first(best, "PlainText"))
    return " ".join(text for word in element if local_name(word) == "Word" and (text := _words(word)))
