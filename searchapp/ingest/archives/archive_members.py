"""The other files of a ZIP archive, as one of its members sees them: as in a folder (see sources.sibling_files)."""

from __future__ import annotations

import io
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.member import is_ignored
from searchapp.ingest.archives.streams import plain_stream
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import (
    MAX_METS_CANDIDATES,
    TOC_FOLDER,
    MetsPageFinder,
    SiblingFiles,
    UnreadableError,
)

__all__ = ["ArchiveMembers"]

# Opening a member takes as long as unpacking so many bytes, and counts as much: else thousands of METS files that name
# the same tiny pages would cost nothing.
_OPENING_COST: Final = 4096


class ArchiveMembers:
    """The members of one archive, by the names that ``names`` gives.

    ``opened`` opens one of them, raises UnreadableError where that is not possible, and counts its bytes on ``budget``.
    The list of pages is made when the first page or METS file needs it; it grows with the names only, however many METS
    files there are.
    """

    def __init__(
        self,
        names: Callable[[], Iterable[str]],
        opened: Callable[[str], io.BufferedReader],
        budget: Budget,
        find_mets_pages: MetsPageFinder,
    ) -> None:
        self._names = names
        self._opened = opened
        self._budget = budget
        self._find_mets_pages = find_mets_pages
        self._pages: set[str] = set()

    def siblings_of(self, name: str) -> SiblingFiles:
        """Return the files beside the member ``name``."""
        return _ArchiveSiblings(self, posixpath.normpath(name))

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Give the member at ``path``; raises UnreadableError when there is none or it cannot be opened."""
        if path not in self._files:
            raise UnreadableError(Message("the file is not beside it"))
        with self._open(path) as file:
            yield plain_stream(file, self._budget)

    def is_mets_page(self, path: str) -> bool:
        """Return whether a METS file in the folder of ``path``, the one above or its ``toc`` lists it as a page."""
        for folder in _folders(path):
            for mets in sorted(self._unread.pop(folder, ()))[:MAX_METS_CANDIDATES]:
                pages = self._find_mets_pages(partial(self._open, mets), mets, self._budget)
                paths = (_resolved(mets, page) for page in pages)
                self._pages.update(page for page in paths if page in self._files and folder in _folders(page))
        return path in self._pages

    @cached_property
    def _files(self) -> dict[str, str]:
        """The name in the archive for each normalized path."""
        return {posixpath.normpath(name): name for name in self._names()}

    @cached_property
    def _unread(self) -> dict[str, list[str]]:
        """The XML files of the folders that were not searched for METS files yet."""
        folders: dict[str, list[str]] = defaultdict(list)
        for path in self._files:
            if path.lower().endswith(".xml") and not is_ignored(path):
                folders[posixpath.dirname(path)].append(path)
        return folders

    def _open(self, path: str) -> io.BufferedReader:
        self._budget.take(_OPENING_COST)
        return self._opened(self._files[path])


class _ArchiveSiblings:
    """The files beside the member at ``path``."""

    def __init__(self, members: ArchiveMembers, path: str) -> None:
        self._members = members
        self._path = path

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with self._members.open(_resolved(self._path, name)) as file:
            yield file

    def is_mets_page(self) -> bool:
        return self._members.is_mets_page(self._path)


def _resolved(path: str, name: str) -> str:
    """Return the path of ``name`` as seen from the file at ``path``; one outside the archive names no member."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _folders(path: str) -> tuple[str, str, str]:
    """Return the folders of the METS files that may list the page at ``path``."""
    folder = posixpath.dirname(path)
    above = posixpath.dirname(folder)
    return folder, above, posixpath.join(above, TOC_FOLDER)
