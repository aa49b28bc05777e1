"""The corpus as one stream of articles."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from searchapp.errors import CorpusMissing
from searchapp.i18n import Message
from searchapp.ingest.boilerplate import BOILERPLATE_FILE, Boilerplate, shipped_boilerplate
from searchapp.ingest.folders import FOLDERS_FILE, Folders, inherited, read_boilerplate, read_folders
from searchapp.ingest.limits import Budget, timed
from searchapp.ingest.neighbours import Neighbours
from searchapp.ingest.opening import articles_of
from searchapp.ingest.patterns import pattern_of
from searchapp.ingest.reader import FileContext, UnreadableError, is_access_error, unopened
from searchapp.ingest.streams import DAMAGED, HEAD
from searchapp.ingest.units import Unit, Unlisted, digest_of_settings
from searchapp.ingest.walk import CorpusFile, walk
from searchapp.model import Article, Reject

__all__ = ["CorpusReader", "read_corpus"]


def read_corpus(path: Path, timezone: ZoneInfo, *, strict: bool = False) -> Iterator[Article | Reject]:
    """Return the articles of the folder (or file) ``path`` in a stable order; rejects for the unreadable.

    It streams: memory holds one article at a time. ``timezone`` is that of dates without one. ``strict``: see
    :class:`~searchapp.ingest.reader.FileContext`.

    Raises CorpusMissing, at once, when there is no such folder or file or it cannot be read.
    """
    return iter(CorpusReader(path, timezone, strict=strict))


class CorpusReader:
    """What :func:`read_corpus` reads, file by file. One iteration at a time; each begins anew.

    ``pattern`` leaves only the files whose names in the corpus match it (``**/*.html``, or a regular expression);
    ``defaults`` are field values for articles whose folders give none.

    Raises CorpusMissing when there is no such folder or file or it cannot be read.
    """

    def __init__(
        self,
        path: Path,
        timezone: ZoneInfo,
        pattern: str | re.Pattern[str] = "",
        defaults: Mapping[str, str] | None = None,
        *,
        strict: bool = False,
    ) -> None:
        self._path = path
        self._timezone = timezone
        self._pattern = pattern_of(pattern) if isinstance(pattern, str) and pattern else pattern or None
        self._neighbours = Neighbours(path, self._pattern)
        self._defaults = defaults or {}
        self._strict = strict
        self._furthest = 0
        self._open: io.BufferedReader | None = None
        _check(path)

    def total_bytes(self) -> int:
        """Return the bytes of all files: a walk that opens none of them."""
        return sum(found.size for found in self._walk() if isinstance(found, CorpusFile))

    def __iter__(self) -> Iterator[Article | Reject]:
        for found in self.units():
            if isinstance(found, Unit):
                yield from found.read(0)
            else:
                yield found.reject if isinstance(found, Unlisted) else found

    def units(self) -> Iterator[Unit | Unlisted | Reject]:
        """Yield the files, unread; a reject for each that cannot be one, and for a wrong list at the root.

        Without a list that is there and cannot be had, articles would be other ones: then no file is given.
        """
        self._neighbours = Neighbours(self._path, self._pattern)
        folders: Folders = {}
        boilerplate = shipped_boilerplate()
        try:
            folders = read_folders(self._path) if self._path.is_dir() else {}
        except UnreadableError as error:
            if error.unavailable:
                yield Unlisted(b"", error.reject(FOLDERS_FILE))
                return
            yield error.reject(FOLDERS_FILE)
        try:
            boilerplate = read_boilerplate(self._path)
        except UnreadableError as error:
            if error.unavailable:
                yield Unlisted(b"", error.reject(BOILERPLATE_FILE))
                return
            yield error.reject(BOILERPLATE_FILE)
        common = digest_of_settings(str(self._path), self._timezone.key, self._defaults, folders, boilerplate.phrases)
        for found in self._walk():
            yield self._unit(found, folders, boilerplate, common) if isinstance(found, CorpusFile) else found

    def _unit(self, file: CorpusFile, folders: Folders, boilerplate: Boilerplate, settings: str) -> Unit:
        needs: list[Path] = []
        return Unit(
            file.name,
            file.key,
            lambda _: self._read(file, self._context(file, folders, boilerplate, needs)),
            path=file.path,
            size=file.size,
            modified=file.modified,
            changed=file.changed,
            settings=settings,
            position=self._position,
            needs=needs,
        )

    def _position(self) -> int:
        if self._open:  # an archive is read to and fro
            self._furthest = max(self._furthest, self._open.tell())
        return self._furthest

    def _walk(self) -> Iterator[CorpusFile | Unlisted | Reject]:
        for found in walk(self._path):
            if isinstance(found, Unlisted):  # files that match may lie below it
                yield found
                continue
            name = found.name if isinstance(found, CorpusFile) else found.file
            if self._pattern is None or self._pattern.fullmatch(name):
                yield found

    def _context(self, file: CorpusFile, folders: Folders, boilerplate: Boilerplate, needs: list[Path]) -> FileContext:
        return FileContext(
            file.name,
            self._timezone,
            {**self._defaults, **inherited(folders, file.name)},
            folders.get("domain", {}),
            folders.get("column", {}),
            boilerplate,
            beside=self._neighbours.of(file.path, needs),
            strict=self._strict,
        )

    def _read(self, file: CorpusFile, context: FileContext) -> Iterator[Article | Reject]:
        try:
            yield from timed(self._articles(file, context))
        except UnreadableError as error:
            yield error.reject(file.name)
        except DAMAGED:
            yield Reject(file.name, None, Message("the compressed file is damaged or cut short"))
        except OSError as error:
            yield Reject(file.name, None, unopened(error), is_access_error(error))

    def _articles(self, file: CorpusFile, context: FileContext) -> Iterator[Article | Reject]:
        try:
            with _opened(file.path) as raw:
                self._open, self._furthest = raw, 0
                yield from articles_of(raw, context, Budget(file.size))
        finally:
            self._open = None


def _check(path: Path) -> None:
    try:
        if path.is_dir():
            os.scandir(path).close()
        else:
            path.stat()
    except (OSError, ValueError) as error:  # ValueError: a path that cannot exist
        raise CorpusMissing(
            Message(
                "There is no readable corpus at “{path}”. Create this folder and put articles into it, "
                "or name another one: searchapp reindex FOLDER",
                path=path,
            )
        ) from error


def _opened(path: Path) -> io.BufferedReader:
    return io.BufferedReader(io.FileIO(path), HEAD)
