"""What lies beside a file of a ZIP archive: other files of the archive, as in a folder (see neighbours)."""

from __future__ import annotations

import io
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.member import is_left_out
from searchapp.ingest.archives.streams import plain
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import MOST_LOOKED_AT, Beside, PagesIn, UnreadableError

__all__ = ["Inside"]

# Opening a file takes as long as unpacking so many bytes, and counts as much: else thousands of bindings that name the
# same tiny pages would cost nothing.
_OPENING: Final = 4096


class Inside:
    """The files of one archive, by the names that ``names`` gives.

    ``opened`` opens one of them, raises UnreadableError where that is not possible, and counts its bytes on ``budget``.
    ``pages_in`` gives the pages that a METS file among them names. The list is made when the first page or METS file
    asks; it grows with the names only, however many METS files there are.
    """

    def __init__(
        self,
        names: Callable[[], Iterable[str]],
        opened: Callable[[str], io.BufferedReader],
        budget: Budget,
        pages_in: PagesIn,
    ) -> None:
        self._names = names
        self._opened = opened
        self._budget = budget
        self._pages_in = pages_in
        self._bound: set[str] = set()

    def of(self, name: str) -> Beside:
        """Return what lies beside the file ``name``."""
        return _Beside(self, posixpath.normpath(name))

    @contextmanager
    def open(self, place: str) -> Iterator[BinaryIO]:
        """Give the file at ``place``; raises UnreadableError when there is none or it cannot be opened."""
        if place not in self._files:
            raise UnreadableError(Message("the file is not beside it"))
        with self._open(place) as file:
            yield plain(file, self._budget)

    def is_bound(self, place: str) -> bool:
        """Return whether a METS file in the folder of the page at ``place``, or in the one above, takes it in."""
        for folder in _folders(place):
            self._look_into(folder)
        return place in self._bound

    @cached_property
    def _files(self) -> dict[str, str]:
        """The name of the file at each place."""
        return {posixpath.normpath(name): name for name in self._names()}

    @cached_property
    def _unseen(self) -> dict[str, list[str]]:
        """The XML files of the folders that were not looked into yet."""
        folders: dict[str, list[str]] = defaultdict(list)
        for place in self._files:
            if place.lower().endswith(".xml") and not is_left_out(place):
                folders[posixpath.dirname(place)].append(place)
        return folders

    def _look_into(self, folder: str) -> None:
        for binding in sorted(self._unseen.pop(folder, ()))[:MOST_LOOKED_AT]:
            for page in self._pages_in(partial(self._open, binding), binding, self._budget):
                place = _place(binding, page)
                if place in self._files and folder in _folders(place):
                    self._bound.add(place)

    def _open(self, place: str) -> io.BufferedReader:
        self._budget.take(_OPENING)
        return self._opened(self._files[place])


class _Beside:
    """What lies beside the file at ``place``."""

    def __init__(self, inside: Inside, place: str) -> None:
        self._inside = inside
        self._place = place

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with self._inside.open(_place(self._place, name)) as file:
            yield file

    def is_bound(self) -> bool:
        return self._inside.is_bound(self._place)


def _place(seen_from: str, name: str) -> str:
    """Return where the file ``name`` lies as seen from the file at ``seen_from``; no file has a place outside."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(seen_from), name))


def _folders(place: str) -> tuple[str, str]:
    """Return the folder of the file at ``place`` and the one above."""
    folder = posixpath.dirname(place)
    return folder, posixpath.dirname(folder)
