"""ODT documents: the headings and paragraphs of ``content.xml``, the title and author of ``meta.xml``."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.zips import open_zip, read_part
from searchapp.ingest.cleaning.record import Found
from searchapp.ingest.formats.docx import properties
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.formats.xmlstream import Element, elements, local_name
from searchapp.ingest.reader_protocol import FileContext, UnreadableError

__all__ = ["records"]

_SIGNS: Final = {"tab": "\t", "line-break": "\n", "s": " "}


def records(stream: BinaryIO, context: FileContext) -> Iterator[Found]:
    """Yield the record of the document."""
    with open_zip(stream) as archive:
        content = read_part(archive, "content.xml")
        title, author = properties(read_part(archive, "meta.xml"), context)
    if not content:
        raise UnreadableError(Message("the document has no text part"))
    body = elements(io.BytesIO(content), ("h", "p"), context)
    paragraphs = [text for paragraph in body if (text := "".join(_pieces(paragraph)).strip())]
    yield Found(record_of_paragraphs(paragraphs, title, author), alone=True)


def _pieces(element: Element) -> Iterator[str]:
    for part in element.iter():
        yield _SIGNS.get(local_name(part), "")
        yield part.text or ""
        if part is not element:
            yield part.tail or ""
