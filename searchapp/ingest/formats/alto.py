"""ALTO: the text of a scanned page, in blocks of lines of words; words cut at a line's end are whole again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.scanned_page import Line, ScannedPage, record_of_page
from searchapp.ingest.formats.xmlstream import Element, attribute, children, elements, local_name
from searchapp.ingest.reader_protocol import FileContext, ReadElsewhereError, UnreadableError

__all__ = ["page_of", "records"]

_HYPHENS: Final = ("-", "\u2010", "\u00ad", "\u00ac")
# Running heads and page numbers stand there; what stands in the margins at the sides are notes.
_MARGINS: Final = ("TopMargin", "BottomMargin")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the page; its first block is the title.

    Raises ReadElsewhereError for a page of a METS issue.
    """
    if context.siblings and context.siblings.is_mets_page():
        raise ReadElsewhereError
    page = page_of(stream, context)
    if not page.paragraphs():
        raise UnreadableError(Message("there is no text on the page"))
    yield ParsedRecord(record_of_page(page), whole_file=True)


def page_of(stream: BinaryIO, context: FileContext) -> ScannedPage:
    """Return the text of the page, but for its upper and lower margins.

    Raises UnreadableError when the XML is wrong or the page holds more text than an article may.
    """
    page = ScannedPage()
    words = _Words()
    for block in elements(stream, ("TextBlock",), context):
        around = [block, *block.iterancestors()]
        if not any(local_name(element) in _MARGINS for element in around):
            ids = [attribute(element, "ID") for element in around if local_name(element).endswith("Block")]
            page.add_block(map(words.line, _lines(block)), ids)
    return page


def _lines(block: Element) -> Iterator[Element]:
    """Yield the lines of ``block``; a line within a line, as where an end is missing, is read with the outer one."""
    for line in children(block, "TextLine"):
        around = map(local_name, line.iterancestors())
        if next((name for name in around if name in ("TextBlock", "TextLine")), "") == "TextBlock":
            yield line


class _Words:
    """The words of lines, one after the other: those cut in two stand whole where they begin."""

    def __init__(self) -> None:
        self._is_whole = False  # the word that was cut last: its second half says nothing new

    def line(self, line: Element) -> Line:
        ids = [attribute(line, "ID")]
        words: list[str] = []
        for part in children(line, "String", "HYP"):
            if local_name(part) == "HYP":
                self._add_hyphen(words, attribute(part, "CONTENT") or "-")
                continue
            ids.append(attribute(part, "ID"))
            if word := self._word(part):
                words.append(word)
        return ids, " ".join(words)

    def _word(self, part: Element) -> str:
        content, whole = attribute(part, "CONTENT"), attribute(part, "SUBS_CONTENT")
        match attribute(part, "SUBS_TYPE"):
            case "HypPart1":
                # Some programs only put the halves together: « Bou-mlt ». Whether the hyphen is real is not known then.
                self._is_whole = bool(whole) and not (content.endswith(_HYPHENS) and whole.startswith(content))
                return whole if self._is_whole else content if content.endswith(_HYPHENS) else f"{content}-"
            case "HypPart2" if self._is_whole:
                self._is_whole = False
                return ""
        return content

    def _add_hyphen(self, words: list[str], hyphen: str) -> None:
        if words and not self._is_whole and not words[-1].endswith(_HYPHENS):
            words[-1] += hyphen
