"""What lies beside a file of the corpus: the pages that a METS file needs, the METS file that a page belongs to."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import HEAD, plain
from searchapp.ingest.file_names import name_on_disk
from searchapp.ingest.formats.mets_pages import pages_in
from searchapp.ingest.limits import Budget, OverBudgetError
from searchapp.ingest.reader_protocol import MOST_LOOKED_AT, Beside, UnreadableError
from searchapp.ingest.sources.patterns import NamePattern, PathPattern

__all__ = ["Neighbours"]

# Folders whose answer is remembered.
_MOST_FOLDERS: Final = 16


class Neighbours:
    """The surroundings of the files of one corpus, below ``root``; ``pattern`` leaves only the files that it matches.

    What is found is remembered, so one reading of the corpus needs one of these.
    """

    def __init__(self, root: Path, pattern: NamePattern | PathPattern | None = None) -> None:
        self._root = root
        self._pattern = pattern
        self._bound: dict[Path, frozenset[str]] = {}

    @cached_property
    def root(self) -> Path:
        """The folder of the corpus, without links."""
        return self._root.resolve()

    def of(self, path: Path, needs: list[Path]) -> Beside:
        """Return what lies beside the file ``path``; files and folders that are looked into are added to ``needs``."""
        return _Beside(self, path, needs)

    def bound(self, folder: Path) -> frozenset[str]:
        """Return the paths of the pages that the METS files in ``folder`` take in; none for one outside the corpus."""
        if folder not in self._bound:
            if len(self._bound) >= _MOST_FOLDERS:
                del self._bound[next(iter(self._bound))]
            inside = folder.is_relative_to(self.root)
            self._bound[folder] = frozenset(self._pages(folder) if inside else ())
        return self._bound[folder]

    def _pages(self, folder: Path) -> list[str]:
        try:
            files = sorted(file for file in folder.glob("[!.]*") if file.suffix.lower() == ".xml")
        except OSError:
            return []
        pages = []
        for file in files[:MOST_LOOKED_AT]:
            if self._is_read(file):
                pages += [os.path.realpath(folder / page.replace("\0", "")) for page in _pages_of(file)]
        return pages

    def _is_read(self, path: Path) -> bool:
        return self._pattern is None or self._pattern.matches(name_on_disk(str(path.relative_to(self.root))))


class _Beside:
    """What lies beside the file ``path``."""

    def __init__(self, neighbours: Neighbours, path: Path, needs: list[Path]) -> None:
        self._neighbours = neighbours
        self._path = path
        self._needs = needs

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        other = Path(os.path.realpath(self._path.parent / name.replace("\0", "")))
        if not other.is_relative_to(self._neighbours.root):
            raise UnreadableError(Message("the file is not beside it"))
        self._needs.append(other)  # also one that is not there yet: it is looked for again
        if not other.is_file():
            raise UnreadableError(Message("the file is not beside it"))
        with _opened(other) as file:
            yield plain(file, Budget(other.stat().st_size))

    def is_bound(self) -> bool:
        path = Path(os.path.realpath(self._path))
        # A METS file that comes or goes changes the time of its folder.
        self._needs.extend(folder for folder in path.parents[:2] if folder.is_relative_to(self._neighbours.root))
        return any(str(path) in self._neighbours.bound(folder) for folder in path.parents[:2])


def _pages_of(path: Path) -> list[str]:
    """Return the names of the pages in a METS file; none for any other file, and for one that cannot be read."""
    try:
        return pages_in(partial(_opened, path), path.name, Budget(path.stat().st_size))
    except (OSError, OverBudgetError):
        return []


def _opened(path: Path) -> io.BufferedReader:
    return io.BufferedReader(io.FileIO(path), HEAD)
