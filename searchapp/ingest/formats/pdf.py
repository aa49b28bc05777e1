"""PDF documents with a text layer: their lines, put together to paragraphs again. Scans without one are rejects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import seekable
from searchapp.ingest.cleaning.record import Found
from searchapp.ingest.extras import needed
from searchapp.ingest.formats.page_layout import record_of_paragraphs
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError

__all__ = ["records"]

_MOST_PAGES: Final = 1000
_FILE_NAME: Final = re.compile(r"^(?:Microsoft Word - |untitled$|sans titre$|document\d*$)|\.\w{2,5}$", re.IGNORECASE)
_HYPHENATED: Final = re.compile(r"(?<=\w\w)[-\u00ad]\n([a-zà-ÿœæ]+)")
# What follows a hyphen that is no hyphenation: « peut-être », « dit-il », « celui-ci ».
_AFTER_HYPHEN: Final = frozenset(
    [
        "il",
        "elle",
        "ils",
        "elles",
        "on",
        "ce",
        "je",
        "tu",
        "nous",
        "vous",
        "moi",
        "toi",
        "lui",
        "leur",
        "là",
        "ci",
        "même",
        "mêmes",
        "être",
        "t",
        "en",
        "y",
        "le",
        "la",
        "les",
        "un",
        "deux",
    ]
)
# Between lines lies 1.0, between paragraphs 1.5 to 2.0 of the usual distance.
_ROOM: Final = 1.3
# A line that ends so early ends a paragraph.
_SHORT_LINE: Final = 0.8


def records(stream: BinaryIO, context: FileContext) -> Iterator[Found]:
    """Yield the record of the document."""
    library = needed("pypdf", "pdf")
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
    yield Found(record_of_paragraphs(_paragraphs(lines), title, author), alone=True)


def _lines(document: Any) -> Iterator[str]:
    """Yield the lines of all pages; an empty one where the document leaves room."""
    if len(document.pages) > _MOST_PAGES:
        raise UnreadableError(Message("the document has more than {limit} pages", limit=_MOST_PAGES))
    size = 0
    for page in document.pages:
        placed = _placed_lines(page)
        size += sum(len(line) for _height, line in placed)
        if size > LARGEST_ARTICLE:
            raise UnreadableError(Message("the article is longer than {limit} MiB", limit=LARGEST_ARTICLE >> 20))
        yield from _with_room(placed)


def _placed_lines(page: Any) -> list[tuple[float, str]]:
    """Return the lines of a page with their heights on it."""
    pieces: list[tuple[float, str]] = []

    def see(text: str, outer: list[float], inner: list[float], font: object, size: float) -> None:
        pieces.append((outer[1] * inner[4] + outer[3] * inner[5] + outer[5], text))

    page.extract_text(visitor_text=see)
    lines: list[tuple[float, str]] = []
    begun: list[str] = []
    for height, text in pieces:
        *ended, rest = text.split("\n")
        for part in ended:
            lines.append((height, "".join((*begun, part))))
            begun = []
        begun.append(rest)
    return [*lines, (0.0, "".join(begun))]


def _with_room(placed: list[tuple[float, str]]) -> Iterator[str]:
    """Yield the lines, an empty one before each that stands further below the one above than most do."""
    gaps = sorted(above - below for (above, _), (below, _) in pairwise(placed) if above > below)
    usual = gaps[len(gaps) // 4] if gaps else 0.0
    previous = None
    for height, line in placed:
        if previous is not None and previous - height > usual * _ROOM:
            yield ""
        previous = height
        yield " ".join(line.split(" ")).strip()


def _properties(document: Any) -> tuple[str, str]:
    """Return the title and the author that the document names, unless the title is that of a file."""
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
    return [_joined("\n".join(part)) for part in paragraphs if part]


def _joined(text: str) -> str:
    return _HYPHENATED.sub(_without_hyphen, text).replace("\n", " ")


def _without_hyphen(match: re.Match[str]) -> str:
    return f"-{match[1]}" if match[1] in _AFTER_HYPHEN else match[1]
