"""DOCX documents: the paragraphs of ``word/document.xml``, the title and author of ``docProps/core.xml``."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.zips import open_zip, read_part
from searchapp.ingest.cleaning.record import Found
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.formats.xmlstream import Element, children, elements, local_name, words_of
from searchapp.ingest.reader_protocol import FileContext, UnreadableError

__all__ = ["properties", "records"]

_SIGNS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def records(stream: BinaryIO, context: FileContext) -> Iterator[Found]:
    """Yield the record of the document."""
    with open_zip(stream) as archive:
        content = read_part(archive, "word/document.xml")
        title, author = properties(read_part(archive, "docProps/core.xml"), context)
    if not content:
        raise UnreadableError(Message("the document has no text part"))
    body = elements(io.BytesIO(content), ("p",), context)
    paragraphs = [text for paragraph in body if (text := _text(paragraph))]
    yield Found(record_of_paragraphs(paragraphs, title, author), alone=True)


def properties(content: bytes, context: FileContext) -> tuple[str, str]:
    """Return title and author as the properties of an office document tell them."""
    if not content:
        return "", ""
    for part in elements(io.BytesIO(content), ("coreProperties", "document-meta"), context):
        return words_of(part, "title"), words_of(part, "creator", "initial-creator")
    return "", ""


def _text(paragraph: Element) -> str:
    pieces = []
    for part in children(paragraph, "t", *_SIGNS):
        name = local_name(part)
        pieces.append(part.text or "" if name == "t" else _SIGNS[name])
    return "".join(pieces).strip()
