"""ODT documents: headings, paragraphs and notes of ``content.xml``, the title and author of ``meta.xml``."""

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
# What readers do not see, or not there: text deleted under change tracking, remarks, the numbers of notes.
_UNSEEN: Final = frozenset(("tracked-changes", "annotation", "note-citation"))


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the document; its notes stand behind the text."""
    content, title, author = read_office(stream, "content.xml", "meta.xml", context)
    paragraphs: list[str] = []
    notes: list[str] = []
    for paragraph in elements(content, ("h", "p"), context):
        around = {local_name(element) for element in paragraph.iterancestors()}
        text = "".join(_pieces(paragraph)).strip()
        if text and not around & _UNSEEN:
            (notes if "note-body" in around else paragraphs).append(text)
    yield ParsedRecord(record_of_paragraphs([*paragraphs, *notes], title, author), whole_file=True)


def _pieces(element: Element) -> Iterator[str]:
    yield _SPECIAL.get(local_name(element), "")
    yield element.text or ""
    for part in element:
        if local_name(part) not in _UNSEEN:
            yield from _pieces(part)
        yield part.tail or ""
