"""Foreign files are read in a process of their own, which can be ended at any moment, also inside C code.

A parser that hangs, crashes or takes all memory costs one file, which becomes a reject; what was read of it before is
kept, and the next file is read by a new process. One process reads file after file and waits for the next. Articles
come one by one through a pipe of a megabyte, which holds the process back when nobody takes them.
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

__all__ = ["AHEAD", "IsolatedFiles", "read_isolated_stream"]

AHEAD: Final = 4
"""Files that the process is asked for before they are wanted."""
# Files in a row that were read: then the next are wanted too, it seems.
_STREAK: Final = 3
# Formats whose reading looks at no other file, which could change between the reading ahead and the use.
_AHEAD: Final = frozenset([".html", ".htm", ".xhtml", ".eml", ".pdf", ".docx", ".odt"])


class IsolatedFiles:
    """Reads files of one corpus in a process, which is asked ahead for those that will probably be wanted next."""

    def __init__(self, settings: CorpusSettings, limits: ReadingLimits) -> None:
        self._settings = settings
        self._limits = limits
        self._process: ReaderProcess | None = None
        self._asked: deque[CorpusFile] = deque()
        self._passed = self._streak = 0

    def passes(self) -> None:
        """Count a file that may or may not be read."""
        self._passed += 1

    def read(
        self,
        file: CorpusFile,
        following: Iterable[CorpusFile | Unlisted | Reject],
        needs: list[Path],
        on_position: Callable[[int], None],
    ) -> Articles:
        """Yield the articles and rejects of ``file``; ``following`` are the files after it."""
        # A file that is not wanted may hang: only where all are read, the next are asked for ahead.
        self._streak = self._streak + 1 if self._passed <= 1 else 0
        self._passed = 0
        whole = False
        try:
            process = self._ask_first(file)
            if self._streak >= _STREAK:
                self._ask_ahead(process, following)
            while not isinstance(answer := process.receive(self._limits.patience), End):
                if not isinstance(answer, More):
                    on_position(answer[0])
                    yield decoded(answer, self._settings.timezone)
            on_position(answer.position)
            needs.extend(answer.needs)
            self._asked.popleft()
            whole = True
        except ReaderEnded as ended:
            yield Reject(file.name, None, ended.reason, ended.unavailable)
        finally:
            if not whole and not self._finishes():
                self._stop()
            elif not self._asked:
                self._rest()

    def close(self) -> None:
        """Let go of the process; it is kept for other readings unless it is still at something."""
        if self._asked:
            self._stop()
        self._rest()

    def _ask_first(self, file: CorpusFile) -> ReaderProcess:
        """Return the process, which reads ``file`` next; raises ReaderEnded when it died meanwhile."""
        while self._asked and (self._asked[0] is not file or _has_changed(file)):
            if not self._finishes():
                self._stop()
        if self._process is None:
            self._process = take_process()
        if not self._asked:
            self._ask(self._process, file)
        return self._process

    def _ask_ahead(self, process: ReaderProcess, following: Iterable[CorpusFile | Unlisted | Reject]) -> None:
        for file in following:
            if isinstance(file, CorpusFile) and extension(file.name) in _AHEAD and file not in self._asked:
                self._ask(process, file)

    def _ask(self, process: ReaderProcess, file: CorpusFile) -> None:
        process.begin(file, self._settings, self._limits)
        self._asked.append(file)

    def _finishes(self) -> bool:
        """Take what comes of the first file that was asked for, which nobody wants; return whether it came soon."""
        if self._process and self._asked and self._process.finishes():
            self._asked.popleft()
            return True
        return False

    def _stop(self) -> None:
        self._asked.clear()
        if self._process:
            self._process.stop()
        self._process = None

    def _rest(self) -> None:
        if self._process:
            give_back(self._process)
        self._process = None


def read_isolated_stream(context: FileContext, limits: ReadingLimits, more: Callable[[], bytes]) -> Articles:
    """Yield the articles and rejects of the stream whose pieces ``more`` gives (at its end: none)."""
    process = take_process()
    whole = False
    try:
        process.begin(context, None, limits)
        while not isinstance(answer := process.receive(limits.patience), End):
            if isinstance(answer, More):
                process.send(more())
            else:
                yield decoded(answer, context.timezone)
        whole = True
    except ReaderEnded as ended:
        yield Reject(context.name, None, ended.reason, ended.unavailable)
    finally:
        if whole:
            give_back(process)
        else:
            process.stop()


def _has_changed(file: CorpusFile) -> bool:
    """Return whether ``file`` is not any more what it was before it was read ahead."""
    try:
        status = file.path.stat()
    except OSError:
        return True
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns) != (file.size, file.modified, file.changed)
