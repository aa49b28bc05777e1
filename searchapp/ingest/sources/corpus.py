"""The corpus, a folder or a file, as one stream of articles."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from searchapp.errors import CorpusMissing
from searchapp.i18n import Message
from searchapp.ingest.cleaning.boilerplate import BOILERPLATE_FILE, shipped_boilerplate
from searchapp.ingest.limits import ReadingLimits, timed
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.ingest.sources.file_reader import CorpusSettings, FileReader, is_read_here
from searchapp.ingest.sources.folders import FOLDERS_FILE, Folders, read_boilerplate, read_folders
from searchapp.ingest.sources.isolation import QUEUED_FILES, IsolatedFiles
from searchapp.ingest.sources.patterns import NamePattern, PathPattern
from searchapp.ingest.sources.walk import CorpusFile, walk
from searchapp.ingest.units import Unit, Unlisted, digest_of_settings, read_units
from searchapp.model import Article, Reject

__all__ = ["CorpusReader", "read_corpus"]


def read_corpus(
    path: Path, timezone: ZoneInfo, *, isolated: bool = True, strict: bool = False, lenient: bool = True
) -> Iterator[Article | Reject]:
    """Return the articles of the folder (or file) ``path`` in a stable order; rejects for the unreadable.

    It streams: memory holds one article at a time. ``timezone`` is that of dates without one. ``strict``,
    ``lenient``: see :class:`~searchapp.ingest.reader_protocol.FileContext`.

    Raises CorpusMissing, at once, when there is no such folder or file or it cannot be read.
    """
    return iter(CorpusReader(path, timezone, isolated=isolated, strict=strict, lenient=lenient))


class _Reading(NamedTuple):
    """The readers of one iteration, and the files after the current one."""

    here: FileReader
    isolated: IsolatedFiles | None
    following: Iterable[CorpusFile | Unlisted | Reject]


class CorpusReader:
    """The source behind :func:`read_corpus`, file by file. One iteration at a time; each starts again.

    ``pattern`` selects the files whose names in the corpus match it (``**/*.html`` as a text); ``defaults`` are field
    values for articles whose folders give none. Foreign files are read in a process of their own, within
    ``limits``, unless ``isolated`` is off (see isolation).

    Raises CorpusMissing when there is no such folder or file or it cannot be read.
    """

    def __init__(
        self,
        path: Path,
        timezone: ZoneInfo,
        pattern: str | PathPattern = "",
        defaults: Mapping[str, str] | None = None,
        limits: ReadingLimits | None = None,
        *,
        isolated: bool = True,
        strict: bool = False,
        lenient: bool = True,
    ) -> None:
        names = NamePattern(pattern) if isinstance(pattern, str) and pattern else pattern or None
        self._settings = CorpusSettings(path, timezone, names, defaults or {}, strict=strict, lenient=lenient)
        self._limits = limits or ReadingLimits()
        self._isolated = isolated
        self._position = 0
        _check(path)

    def total_bytes(self) -> int:
        """Return the bytes of all files: a walk that opens none of them."""
        return sum(file.size for file in self._walk() if isinstance(file, CorpusFile))

    def __iter__(self) -> Iterator[Article | Reject]:
        return read_units(self.units())

    def units(self) -> Iterator[Unit | Unlisted | Reject]:
        """Yield the files, unread; a reject for each that cannot be one, and for a wrong list at the root.

        A list that exists but cannot be read at the moment would change the articles: then no file is given.
        """
        path = self._settings.root
        folders: Folders = {}
        boilerplate = shipped_boilerplate()
        try:
            folders = read_folders(path) if path.is_dir() else {}
        except UnreadableError as error:
            if error.unavailable:
                yield Unlisted(b"", error.reject(FOLDERS_FILE))
                return
            yield error.reject(FOLDERS_FILE)
        try:
            boilerplate = read_boilerplate(path)
        except UnreadableError as error:
            if error.unavailable:
                yield Unlisted(b"", error.reject(BOILERPLATE_FILE))
                return
            yield error.reject(BOILERPLATE_FILE)
        settings = replace(self._settings, folders=folders, boilerplate=boilerplate)
        here = FileReader(settings, partial(timed, seconds=self._limits.seconds))
        isolated = IsolatedFiles(settings, self._limits) if self._isolated else None
        digest = digest_of_settings(
            str(path), settings.timezone.key, settings.defaults, folders, boilerplate.phrases, settings.lenient
        )
        files = self._walk()
        following = deque(islice(files, QUEUED_FILES))
        try:
            while following:
                file = following.popleft()
                following.extend(islice(files, 1))
                if isinstance(file, CorpusFile):
                    yield self._unit(file, digest, _Reading(here, isolated, following))
                else:
                    yield file
        finally:
            if isolated:
                isolated.close()

    def _unit(self, file: CorpusFile, digest: str, reading: _Reading) -> Unit:
        needs: list[Path] = []
        if reading.isolated:
            reading.isolated.count()
        return Unit(
            file.name,
            file.key,
            lambda _: self._read(file, reading, needs),
            path=file.path,
            size=file.size,
            modified=file.modified,
            changed=file.changed,
            settings=digest,
            position=lambda: self._position,
            needs=needs,
        )

    def _read(self, file: CorpusFile, reading: _Reading, needs: list[Path]) -> Iterator[Article | Reject]:
        self._position = 0
        if reading.isolated and not is_read_here(file):
            yield from reading.isolated.read(file, reading.following, needs, self._note_position)
            return
        for entry in reading.here.read(file, needs):
            self._note_position(reading.here.position())
            yield entry
        self._note_position(reading.here.position())

    def _note_position(self, position: int) -> None:
        self._position = position

    def _walk(self) -> Iterator[CorpusFile | Unlisted | Reject]:
        pattern = self._settings.pattern
        for entry in walk(self._settings.root):
            if isinstance(entry, Unlisted):  # files that match may lie below it
                yield entry
                continue
            name = entry.name if isinstance(entry, CorpusFile) else entry.file
            if pattern is None or pattern.matches(name):
                yield entry


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
