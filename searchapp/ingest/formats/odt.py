"""ODT documents: the headings and paragraphs of ``content.xml``, the title and author of ``meta.xml``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.docx import read_office
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.formats.xmlstream import Element, elements, local_name
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["records"]

_SPECIAL: Final = {"tab": "\t", "line-break": "\n", "s": " "}


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the document."""
    content, title, author = read_office(stream, "content.xml", "meta.xml", context)
    body = elements(content, ("h", "p"), context)
    paragraphs = [text for paragraph in body if (text := "".join(_pieces(paragraph)).strip())]
    yield ParsedRecord(record_of_paragraphs(paragraphs, title, author), whole_file=True)


def _pieces(element: Element) -> Iterator[str]:
    for part in element.iter():
        yield _SPECIAL.get(local_name(part), "")
        yield part.text or ""
        if part is not element:
            yield part.tail or ""
