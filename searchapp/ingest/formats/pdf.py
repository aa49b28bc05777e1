"""PDF documents with a text layer: their lines by position, put together to paragraphs again; scans are rejects.

The title is what stands in the largest type of the first page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import seekable
from searchapp.ingest.cleaning.normalize import same_words
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.extras import import_extra
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.formats.pdf_lines import Line, lines_of_page
from searchapp.ingest.formats.pdf_paragraphs import Paragraph, paragraphs_of
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError, article_too_long

__all__ = ["records"]

_MAX_PAGES: Final = 1000
_FILE_NAME: Final = re.compile(r"^(?:Microsoft Word - |untitled$|sans titre$|document\d*$)|\.\w{2,5}$", re.IGNORECASE)
_LONGEST_TITLE: Final = 300
# Titles are half as large again as the text, at least a fifth.
_LARGER: Final = 1.2
# Of equal type but for the rounding of its boxes.
_AS_LARGE: Final = 0.97
_NO_TITLES: Final = ("communiqué", "communiqué de presse", "dossier de presse", "invitation presse", "point presse")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the document."""
    library = import_extra("pypdfium2", "pdf")
    try:
        with seekable(stream) as file:
            document = library.PdfDocument(file)
            pages = _pages(document)
            title, author = _properties(document)
    except (UnreadableError, OverBudgetError):
        raise
    except library.PdfiumError as error:
        raise UnreadableError(_problem(error)) from error
    except Exception as error:  # broken documents make the library raise nearly anything
        raise UnreadableError(_damaged(type(error).__name__)) from error
    if not any(pages):
        raise UnreadableError(
            Message("the document has no text layer: it is made of pictures; recognise its text first")
        )
    paragraphs = paragraphs_of(pages)
    heading = _heading(paragraphs, title)
    texts = [paragraph.text for paragraph in paragraphs if paragraph is not heading]
    if heading:
        yield ParsedRecord(record_of_paragraphs([heading.text, *texts], "", author), whole_file=True)
    else:
        yield ParsedRecord(record_of_paragraphs(texts, title, author), whole_file=True)


def _pages(document: Any) -> list[list[Line]]:
    """Return the lines of each page."""
    if len(document) > _MAX_PAGES:
        raise UnreadableError(Message("the document has more than {limit} pages", limit=_MAX_PAGES))
    pages: list[list[Line]] = []
    size = 0
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        size += text.count_chars()
        if size > LARGEST_ARTICLE:
            raise article_too_long()
        pages.append(lines_of_page(text, page.get_height()))
        text.close()
        page.close()
    return pages


def _heading(paragraphs: list[Paragraph], title: str) -> Paragraph | None:
    """Return the title on the first page: what the document's properties call it, else what is in the largest type."""
    first = [part for part in paragraphs if part.page == 0 and len(part.text) <= _LONGEST_TITLE]
    if named := next((part for part in first if same_words(part.text, title)), None):
        return named
    letters = sorted((part.size, len(part.text)) for part in paragraphs)
    half, usual = sum(length for _, length in letters) / 2, 0.0
    for size, length in letters:
        half -= length
        usual = size
        if half <= 0:
            break
    large = [part for part in first if part.size >= usual * _LARGER and _may_be_title(part.text)]
    largest = max((part.size for part in large), default=0.0)
    return next((part for part in large if part.size >= largest * _AS_LARGE), None)


def _may_be_title(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text)
    return len(words) > 1 and text.casefold().strip(" :.") not in _NO_TITLES


def _properties(document: Any) -> tuple[str, str]:
    """Return the title and the author of the document's properties; no title that is a file name."""
    title, author = (" ".join(document.get_metadata_value(key).split()) for key in ("Title", "Author"))
    return ("" if _FILE_NAME.search(title) else title), author


def _problem(error: Any) -> Message:
    code = getattr(error, "err_code", None)
    if code == _ERR_PASSWORD or "password" in str(error).lower():
        return Message("the document wants a password")
    if code == _ERR_SECURITY:
        return Message("the document is encrypted in a way that is not known; save it without encryption")
    return _damaged(str(error).rpartition("PDFium: ")[2].strip(" ).") or type(error).__name__)


def _damaged(reason: str) -> Message:
    return Message("the PDF document is damaged: {reason}", reason=reason)


# FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of fpdfview.h.
_ERR_PASSWORD: Final = 4
_ERR_SECURITY: Final = 5
