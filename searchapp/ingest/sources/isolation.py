"""Isolation: foreign files are read in a process of their own, which can be ended at any moment, also inside C code.

A parser that hangs, crashes or takes all memory costs one file, which becomes a reject; the articles before are kept,
and the next file is read by a new process. One process reads file after file and waits for the next. Articles
come one by one through a pipe of a megabyte, which stops the process until they are taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from searchapp.ingest.limits import ReadingLimits
from searchapp.ingest.reader_protocol import FileContext, extension
from searchapp.ingest.sources.file_reader import Articles, CorpusSettings
from searchapp.ingest.sources.reader_process import End, More, decoded
from searchapp.ingest.sources.reader_processes import ReaderEnded, ReaderProcess, give_back, take_process
from searchapp.ingest.sources.walk import CorpusFile
from searchapp.ingest.units import Unlisted
from searchapp.model import Reject

__all__ = ["QUEUED_FILES", "IsolatedFiles", "read_isolated_stream"]

QUEUED_FILES: Final = 4
"""Files that the process is asked to read ahead."""
# After so many files in a row that were read, the next are read ahead.
_MIN_STREAK: Final = 3
# Formats that need no other file, which could change between reading ahead and use.
_QUEUED_EXTENSIONS: Final = frozenset([".html", ".htm", ".xhtml", ".eml", ".pdf", ".docx", ".odt"])


class IsolatedFiles:
    """Reads files of one corpus in a process, and has it read the probable next ones ahead."""

    def __init__(self, settings: CorpusSettings, limits: ReadingLimits) -> None:
        self._settings = settings
        self._limits = limits
        self._process: ReaderProcess | None = None
        self._queue: deque[CorpusFile] = deque()
        self._listed = self._streak = 0

    def count(self) -> None:
        """Count a listed file, which may or may not be read."""
        self._listed += 1

    def read(
        self,
        file: CorpusFile,
        following: Iterable[CorpusFile | Unlisted | Reject],
        needs: list[Path],
        on_position: Callable[[int], None],
    ) -> Articles:
        """Yield the articles and rejects of ``file``; ``following`` are the files after it."""
        # A file that nobody reads may hang: only where all are read, the next are read ahead.
        self._streak = self._streak + 1 if self._listed <= 1 else 0
        self._listed = 0
        finished = False
        try:
            process = self._start(file)
            if self._streak >= _MIN_STREAK:
                self._read_ahead(process, following)
            while not isinstance(answer := process.receive(self._limits.patience), End):
                if not isinstance(answer, More):
                    on_position(answer[0])
                    yield decoded(answer, self._settings.timezone)
            on_position(answer.position)
            needs.extend(answer.needs)
            self._queue.popleft()
            finished = True
        except ReaderEnded as ended:
            yield Reject(file.name, None, ended.reason, ended.unavailable)
        finally:
            if not finished and not self._skip_first():
                self._stop()
            elif not self._queue:
                self._give_back()

    def close(self) -> None:
        """Give the process back for other readings, or stop it if it is still reading."""
        if self._queue:
            self._stop()
        self._give_back()

    def _start(self, file: CorpusFile) -> ReaderProcess:
        """Return the process, with ``file`` first in its queue; raises ReaderEnded when it died meanwhile."""
        while self._queue and (self._queue[0] is not file or _has_changed(file)):
            if not self._skip_first():
                self._stop()
        if self._process is None:
            self._process = take_process()
        if not self._queue:
            self._ask(self._process, file)
        return self._process

    def _read_ahead(self, process: ReaderProcess, following: Iterable[CorpusFile | Unlisted | Reject]) -> None:
        for file in following:
            if isinstance(file, CorpusFile) and extension(file.name) in _QUEUED_EXTENSIONS and file not in self._queue:
                self._ask(process, file)

    def _ask(self, process: ReaderProcess, file: CorpusFile) -> None:
        process.begin(file, self._settings, self._limits)
        self._queue.append(file)

    def _skip_first(self) -> bool:
        """Drop the rest of the first file in the queue; return whether it came soon."""
        if self._process and self._queue and self._process.skip_rest():
            self._queue.popleft()
            return True
        return False

    def _stop(self) -> None:
        self._queue.clear()
        if self._process:
            self._process.stop()
        self._process = None

    def _give_back(self) -> None:
        if self._process:
            give_back(self._process)
        self._process = None


def read_isolated_stream(context: FileContext, limits: ReadingLimits, more: Callable[[], bytes]) -> Articles:
    """Yield the articles and rejects of a stream; ``more`` returns its next bytes, b"" at its end."""
    process = take_process()
    finished = False
    try:
        process.begin(context, None, limits)
        while not isinstance(answer := process.receive(limits.patience), End):
            if isinstance(answer, More):
                process.send(more())
            else:
                yield decoded(answer, context.timezone)
        finished = True
    except ReaderEnded as ended:
        yield Reject(context.name, None, ended.reason, ended.unavailable)
    finally:
        if finished:
            give_back(process)
        else:
            process.stop()


def _has_changed(file: CorpusFile) -> bool:
    """Return whether ``file`` changed since it was listed."""
    try:
        status = file.path.stat()
    except OSError:
        return True
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns) != (file.size, file.modified, file.changed)
