"""METS: a scanned issue. Its metadata are in MODS or Dublin Core, its text in ALTO files beside it, one a page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.alto import blocks_of
from searchapp.ingest.formats.xmlstream import Element, attribute, elements, first, words_of
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import (
    LARGEST_ARTICLE,
    FileContext,
    UnavailableError,
    UnreadableError,
    article_too_long,
)

__all__ = ["page_names", "records"]

_MAX_PAGES: Final = 1000
_MAX_FILES: Final = 10 * _MAX_PAGES  # with their pictures
_LOCAL: Final = ("file://./", "file:./", "./", "file://", "file:")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the issue, with the text of all its pages that lie beside it."""
    facts: dict[str, object] = {}
    pages: list[str] = []
    for part in elements(stream, ("dmdSec", "file"), context):
        if part.tag.endswith("dmdSec"):
            facts = facts or _facts(part)
        elif (page := _page(part)) and len(pages) < _MAX_PAGES:
            pages.append(page)
    yield ParsedRecord({**facts, "text": _text(pages, context)}, whole_file=True)


def page_names(stream: BinaryIO, context: FileContext) -> list[str]:
    """Return the names of the ALTO files of the issue; raises UnreadableError when the XML is wrong."""
    names = (_page(part) for part in elements(stream, ("file",), context))
    return [name for name in islice(names, _MAX_FILES) if name][:_MAX_PAGES]


def _facts(section: Element) -> dict[str, object]:
    return {
        "id": words_of(section, "identifier", "recordIdentifier"),
        "title": words_of(section, "title"),
        "date": words_of(section, "dateIssued", "date"),
        "source": words_of(section, "publisher"),
        "language": words_of(section, "languageTerm", "language"),
    }


def _page(file: Element) -> str:
    """Return the name of the ALTO file that ``file`` points to; "" for pictures."""
    address = attribute(first(file, "FLocat"), "href")
    if not address.lower().endswith(".xml"):
        return ""
    return next((address.removeprefix(start) for start in _LOCAL if address.startswith(start)), address)


def _text(pages: list[str], context: FileContext) -> str:
    blocks: list[str] = []
    size = 0
    for page in pages:
        added = _blocks(page, context)
        size += sum(map(len, added))
        if size > LARGEST_ARTICLE:
            raise article_too_long()
        blocks += added
    return "\n\n".join(blocks)


def _blocks(page: str, context: FileContext) -> list[str]:
    if context.siblings is None:
        raise UnreadableError(
            Message(
                "its pages can only be read in a folder or a ZIP archive: "
                "unpack what it came in (a tar archive, a mail), or make a ZIP archive of it"
            )
        )
    try:
        with context.siblings.open(page) as stream:
            return blocks_of(stream, context)
    except OverBudgetError:
        raise
    except UnreadableError as error:
        reason = Message("its page “{name}” cannot be read: {reason}", name=page[:100], reason=error.reason)
        raise (UnavailableError if error.unavailable else UnreadableError)(reason) from error
