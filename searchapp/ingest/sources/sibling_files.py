"""The files beside a file of the corpus: the pages that a METS file lists, the METS file that a page belongs to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import open_file, plain_stream
from searchapp.ingest.file_names import name_on_disk
from searchapp.ingest.formats.mets_pages import find_mets_pages
from searchapp.ingest.limits import Budget, OverBudgetError
from searchapp.ingest.reader_protocol import MAX_METS_CANDIDATES, TOC_FOLDER, SiblingFiles, UnreadableError
from searchapp.ingest.sources.patterns import NamePattern, PathPattern

__all__ = ["CorpusFolders"]

_CACHED_FOLDERS: Final = 16


class CorpusFolders:
    """The folders of one corpus, below ``root``; ``pattern`` leaves only the files that it matches.

    The METS pages of the last folders are cached, so make one of these for one reading of the corpus.
    """

    def __init__(self, root: Path, pattern: NamePattern | PathPattern | None = None) -> None:
        self._root = root
        self._pattern = pattern
        self._pages: dict[Path, frozenset[str]] = {}

    @cached_property
    def root(self) -> Path:
        """The folder of the corpus, without links."""
        return self._root.resolve()

    def siblings_of(self, path: Path, needs: list[Path]) -> SiblingFiles:
        """Return the files beside ``path``; files and folders that are read for it are added to ``needs``."""
        return _FolderSiblings(self, path, needs)

    def mets_pages(self, folder: Path) -> frozenset[str]:
        """Return the paths of the pages that the METS files in ``folder`` list; none for one outside the corpus."""
        if folder not in self._pages:
            if len(self._pages) >= _CACHED_FOLDERS:
                del self._pages[next(iter(self._pages))]
            in_corpus = folder.is_relative_to(self.root)
            self._pages[folder] = frozenset(self._find_pages(folder) if in_corpus else ())
        return self._pages[folder]

    def _find_pages(self, folder: Path) -> list[str]:
        try:
            files = sorted(file for file in folder.glob("[!.]*") if file.suffix.lower() == ".xml")
        except OSError:
            return []
        pages: list[str] = []
        for file in files[:MAX_METS_CANDIDATES]:
            name = name_on_disk(str(file.relative_to(self.root)))
            if self._pattern is None or self._pattern.matches(name):
                try:
                    names = find_mets_pages(partial(open_file, file), file.name, Budget(file.stat().st_size))
                except (OSError, OverBudgetError):
                    continue
                pages += (_resolved(folder, page) for page in names)
        return pages


class _FolderSiblings:
    """The files beside the file ``path``."""

    def __init__(self, folders: CorpusFolders, path: Path, needs: list[Path]) -> None:
        self._folders = folders
        self._path = path
        self._needs = needs

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        sibling = Path(_resolved(self._path.parent, name))
        if not sibling.is_relative_to(self._folders.root):
            raise UnreadableError(Message("the file is not beside it"))
        self._needs.append(sibling)  # also one that is not there yet: it is looked for again
        if not sibling.is_file():
            raise UnreadableError(Message("the file is not beside it"))
        with open_file(sibling) as file:
            yield plain_stream(file, Budget(sibling.stat().st_size))

    def is_mets_page(self) -> bool:
        path = Path(os.path.realpath(self._path))
        folders = [*path.parents[:2], path.parent.parent / TOC_FOLDER]
        # A METS file that comes or goes changes the time of its folder.
        self._needs.extend(folder for folder in folders if folder.is_relative_to(self._folders.root))
        return any(str(path) in self._folders.mets_pages(folder) for folder in folders)


def _resolved(folder: Path, name: str) -> str:
    return os.path.realpath(folder / name.replace("\0", ""))
