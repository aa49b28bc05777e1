"""The pages of a scanned issue: each is opened when the first article needs it, and forgotten after the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import HEAD
from searchapp.ingest.formats import alto, page_xml
from searchapp.ingest.formats.mets_structure import Area
from searchapp.ingest.formats.scanned_page import ScannedPage
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import (
    LARGEST_ARTICLE,
    FileContext,
    UnavailableError,
    UnreadableError,
    article_too_long,
    peek,
)
from searchapp.ingest.sniffers import is_mets, is_page_xml
from searchapp.model import Reject

__all__ = ["ScannedIssue"]

# Articles of a newspaper go over two or three pages; only a map that jumps to and fro needs more than that at once.
_LARGEST_OPEN: Final = 4 * LARGEST_ARTICLE


class ScannedIssue:
    """The pages of the METS file of ``context``; ``names`` are the names of their files by their ids.

    A page that cannot be read is told by :meth:`problems`; the others are read all the same.
    """

    def __init__(self, names: Mapping[str, str], context: FileContext, areas: Iterable[Area] = ()) -> None:
        self._names = names
        self._context = context
        self._uses = Counter(area.file for area in areas)
        self._open: dict[str, ScannedPage] = {}
        self._unread: list[tuple[str, UnreadableError]] = []
        if context.siblings is None:
            raise UnreadableError(
                Message(
                    "its pages can only be read in a folder or a ZIP archive: "
                    "unpack what it came in (a tar archive, a mail), or make a ZIP archive of it"
                )
            )
        self._siblings = context.siblings

    def take(self, area: Area) -> list[str]:
        """Return the paragraphs of ``area``, but for those that were taken before; none for a picture."""
        if area.file not in self._names:
            return []
        if area.file not in self._open:
            self._open[area.file] = self._read(self._names[area.file])
            if sum(page.size for page in self._open.values()) > _LARGEST_OPEN:
                raise article_too_long()
        paragraphs = self._open[area.file].take(area.first, area.last)
        self._uses[area.file] -= 1
        if not self._uses[area.file]:
            self._open[area.file] = ScannedPage()  # all of it is told
        return paragraphs

    def paragraphs(self) -> list[str]:
        """Return the text of all pages; raises UnreadableError when it is longer than an article may be."""
        paragraphs: list[str] = []
        size = 0
        for name in self._names.values():
            page = self._read(name)
            size += page.size
            if size > LARGEST_ARTICLE:
                raise article_too_long()
            paragraphs += page.paragraphs()
        return paragraphs

    @property
    def has_problems(self) -> bool:
        """True when a page could not be read."""
        return bool(self._unread)

    def problems(self) -> Iterator[Reject]:
        """Yield a reject when there are pages that could not be read."""
        if self.has_problems:
            name, error = self._unread[0]
            yield UnreadableError(_unreadable(name, error, len(self._unread) - 1)).reject(self._context.name)

    def _read(self, name: str) -> ScannedPage:
        """Return the page in the file ``name``, an empty one when it cannot be read.

        Raises UnavailableError when the system refuses it at the moment.
        """
        try:
            with self._siblings.open(name) as stream:
                head = peek(stream, HEAD)
                if is_mets(head, name):
                    return ScannedPage()  # a table of contents, which is read as a file of its own
                page_of = page_xml.page_of if is_page_xml(head, name) else alto.page_of
                return page_of(stream, self._context)
        except OverBudgetError:
            raise
        except UnreadableError as error:
            if error.unavailable:
                raise UnavailableError(_unreadable(name, error, 0)) from error
            self._unread.append((name, error))
            return ScannedPage()


def _unreadable(name: str, error: UnreadableError, others: int) -> Message:
    if others:
        return Message(
            "its page “{name}” and {count} more cannot be read: {reason}",
            name=name[:100],
            count=others,
            reason=error.reason,
        )
    return Message("its page “{name}” cannot be read: {reason}", name=name[:100], reason=error.reason)
