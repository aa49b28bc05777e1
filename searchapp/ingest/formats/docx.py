"""DOCX documents: the paragraphs of ``word/document.xml``, the title and author of ``docProps/core.xml``."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.zips import open_zip, read_part
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.formats.xmlstream import Element, attribute, children, elements, first, local_name, words_of
from searchapp.ingest.reader_protocol import FileContext, UnreadableError

__all__ = ["read_office", "records"]

_UNSEEN: Final = ("moveFrom", "Fallback")
# The first letter of the next paragraph, in a frame of its own.
_DROP_CAPS: Final = ("drop", "margin")
_SPECIAL: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the document."""
    content, title, author = read_office(stream, "word/document.xml", "docProps/core.xml", context)
    paragraphs: list[str] = []
    initial = ""
    for paragraph in elements(content, ("p",), context):
        text = _text(paragraph)
        if text and attribute(first(paragraph, "framePr"), "dropCap") in _DROP_CAPS:
            initial = text
        elif text:
            paragraphs.append(f"{initial}{text}")
            initial = ""
    yield ParsedRecord(record_of_paragraphs(paragraphs, title, author), whole_file=True)


def read_office(stream: BinaryIO, body: str, properties: str, context: FileContext) -> tuple[BinaryIO, str, str]:
    """Return the part ``body`` of an office document, and the title and author in its part ``properties``.

    Raises UnreadableError when the document is damaged or has no body.
    """
    title = author = ""
    with open_zip(stream) as archive:
        content = read_part(archive, body)
        if metadata := read_part(archive, properties):
            part = next(elements(io.BytesIO(metadata), ("coreProperties", "document-meta"), context), None)
            if part is not None:
                title, author = words_of(part, "title"), words_of(part, "creator", "initial-creator")
    if not content:
        raise UnreadableError(Message("the document has no text part"))
    return io.BytesIO(content), title, author


def _text(paragraph: Element) -> str:
    """Return the words of a paragraph, but for text that was moved elsewhere and what older programs show instead."""
    pieces = []
    for part in children(paragraph, "t", *_SPECIAL):
        if not any(local_name(around) in _UNSEEN for around in part.iterancestors()):
            name = local_name(part)
            pieces.append(part.text or "" if name == "t" else _SPECIAL[name])
    return "".join(pieces).strip()
