"""PDF documents with a text layer: their lines, put together to paragraphs again. Scans without one are rejects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import seekable
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.extras import import_extra
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError, article_too_long

__all__ = ["records"]

_MAX_PAGES: Final = 1000
_FILE_NAME: Final = re.compile(r"^(?:Microsoft Word - |untitled$|sans titre$|document\d*$)|\.\w{2,5}$", re.IGNORECASE)
_HYPHENATED: Final = re.compile(r"(?<=\w\w)[-\u00ad]\n([a-zà-ÿœæ]+)")
# Words after a hyphen that is no hyphenation: « peut-être », « dit-il », « celui-ci ».
_AFTER_HYPHEN: Final = frozenset(
    (
        *("il", "elle", "ils", "elles", "on", "ce", "je", "tu", "nous", "vous", "moi", "toi", "lui", "leur", "là"),
        *("ci", "même", "mêmes", "être", "t", "en", "y", "le", "la", "les", "un", "deux"),
    )
)
# Lines are 1.0 of the usual distance apart, paragraphs 1.5 to 2.0.
_PARAGRAPH_GAP: Final = 1.3
# A line below this share of the usual length ends a paragraph.
_SHORT_LINE: Final = 0.8


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of the document."""
    library = import_extra("pypdf", "pdf")
    try:
        with seekable(stream) as file:
            document = library.PdfReader(file)
            if document.is_encrypted and not document.decrypt(""):
                raise UnreadableError(Message("the document wants a password"))
            lines = list(_lines(document))
            title, author = _properties(document)
    except (UnreadableError, OverBudgetError):
        raise
    except Exception as error:  # broken documents make the library raise nearly anything
        reason = type(error).__name__
        raise UnreadableError(Message("the PDF document is damaged: {reason}", reason=reason)) from error
    if not any(lines):
        raise UnreadableError(
            Message("the document has no text layer: it is made of pictures; recognise its text first")
        )
    yield ParsedRecord(record_of_paragraphs(_paragraphs(lines), title, author), whole_file=True)


def _lines(document: Any) -> Iterator[str]:
    """Yield the lines of all pages, an empty one between paragraphs."""
    if len(document.pages) > _MAX_PAGES:
        raise UnreadableError(Message("the document has more than {limit} pages", limit=_MAX_PAGES))
    size = 0
    for page in document.pages:
        placed = _placed_lines(page)
        size += sum(len(line) for _height, line in placed)
        if size > LARGEST_ARTICLE:
            raise article_too_long()
        yield from _with_gaps(placed)


def _placed_lines(page: Any) -> list[tuple[float, str]]:
    """Return the lines of a page with their heights on it."""
    pieces: list[tuple[float, str]] = []

    def visit(text: str, outer: list[float], inner: list[float], font: object, size: float) -> None:
        pieces.append((outer[1] * inner[4] + outer[3] * inner[5] + outer[5], text))

    page.extract_text(visitor_text=visit)
    lines: list[tuple[float, str]] = []
    begun: list[str] = []
    for height, text in pieces:
        *ended, rest = text.split("\n")
        for part in ended:
            lines.append((height, "".join((*begun, part))))
            begun = []
        begun.append(rest)
    return [*lines, (0.0, "".join(begun))]


def _with_gaps(placed: list[tuple[float, str]]) -> Iterator[str]:
    """Yield the lines, with an empty one at each gap that is larger than usual."""
    gaps = sorted(above - below for (above, _), (below, _) in pairwise(placed) if above > below)
    usual = gaps[len(gaps) // 4] if gaps else 0.0
    previous = None
    for height, line in placed:
        if previous is not None and previous - height > usual * _PARAGRAPH_GAP:
            yield ""
        previous = height
        yield " ".join(line.split(" ")).strip()


def _properties(document: Any) -> tuple[str, str]:
    """Return the title and the author of the document's properties; no title that is a file name."""
    facts = document.metadata or {}
    title, author = (" ".join(str(facts.get(key) or "").split()) for key in ("/Title", "/Author"))
    return ("" if _FILE_NAME.search(title) else title), author


def _paragraphs(lines: list[str]) -> list[str]:
    lengths = sorted(map(len, filter(None, lines)))
    full = lengths[int(len(lengths) * 0.9)] if lengths else 0
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        if not line or len(line) < full * _SHORT_LINE:
            paragraphs.append([])
    return [_HYPHENATED.sub(_without_hyphen, "\n".join(part)).replace("\n", " ") for part in paragraphs if part]


def _without_hyphen(match: re.Match[str]) -> str:
    return f"-{match[1]}" if match[1] in _AFTER_HYPHEN else match[1]
