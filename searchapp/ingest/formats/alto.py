"""ALTO: the text of a scanned page, in blocks of lines of words; words cut at a line's end are whole again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.formats.xmlstream import Element, attribute, children, elements
from searchapp.ingest.reader_protocol import (
    LARGEST_ARTICLE,
    FileContext,
    ReadElsewhereError,
    UnreadableError,
    article_too_long,
)

__all__ = ["blocks_of", "records"]


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the page; its first block is the title.

    Raises ReadElsewhereError for a page of a METS issue.
    """
    if context.siblings and context.siblings.is_mets_page():
        raise ReadElsewhereError
    blocks = blocks_of(stream, context)
    if not blocks:
        raise UnreadableError(Message("there is no text on the page"))
    yield ParsedRecord(record_of_paragraphs(blocks), whole_file=True)


def blocks_of(stream: BinaryIO, context: FileContext) -> list[str]:
    """Return the text of each block of a page.

    Raises UnreadableError when the XML is wrong or the page holds more text than an article may.
    """
    blocks: list[str] = []
    size = 0
    for block in elements(stream, ("TextBlock",), context):
        text = " ".join(word for line in children(block, "TextLine") for word in _words(line))
        size += len(text)
        if size > LARGEST_ARTICLE:
            raise article_too_long()
        blocks += [text] if text else []
    return blocks


def _words(line: Element) -> Iterator[str]:
    for word in children(line, "String"):
        part = attribute(word, "SUBS_TYPE")
        if part == "HypPart1":
            yield attribute(word, "SUBS_CONTENT") or attribute(word, "CONTENT")
        elif part != "HypPart2":
            yield attribute(word, "CONTENT")
