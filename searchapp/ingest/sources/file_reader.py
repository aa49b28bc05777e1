"""From one file, or one stream, to its articles and rejects, in this process or in a reader process.

No content of a file raises: errors become rejects.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import DAMAGED, HEAD, buffered, damaged_stream, open_file
from searchapp.ingest.cleaning.boilerplate import Boilerplate
from searchapp.ingest.dispatch import read_articles
from searchapp.ingest.formats.registry import find_reader
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import FileContext, UnreadableError, access_problem, extension, is_access_error
from searchapp.ingest.sources.folders import Folders, inherited
from searchapp.ingest.sources.patterns import NamePattern, PathPattern
from searchapp.ingest.sources.sibling_files import CorpusFolders
from searchapp.ingest.sources.walk import CorpusFile
from searchapp.model import Article, Reject

__all__ = ["Articles", "CorpusSettings", "FileReader", "Limiter", "is_read_here", "read_stream"]

Articles = Iterator[Article | Reject]
Limiter = Callable[[Articles], Articles]
"""Yields the same articles, and ends the reading that takes too long over one of them."""

# The size of a pipe is unknown: it may unpack to a terabyte.
_SIZE_OF_PIPE: Final = 1 << 32

# Small files of these formats are read in this process, by code in Python. Even quadratic time is seconds over so few
# bytes, and starting a process takes as long as reading a hundred such files.
_OWN_FORMATS: Final = frozenset(["JSON Lines", "Markdown", "text"])
_OWN_EXTENSIONS: Final = frozenset(["", ".txt", ".text", ".md", ".markdown", ".mdown", ".jsonl", ".ndjson", ".json"])
_SMALL: Final = HEAD

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """The settings that decide how the files of one corpus are read."""

    root: Path
    timezone: ZoneInfo
    pattern: NamePattern | PathPattern | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    folders: Folders = field(default_factory=dict)
    boilerplate: Boilerplate = field(default_factory=Boilerplate)
    strict: bool = False
    lenient: bool = True


class FileReader:
    """Reads files of one corpus, one at a time."""

    def __init__(self, settings: CorpusSettings, limited: Limiter) -> None:
        self._settings = settings
        self._limited = limited
        self._folders = CorpusFolders(settings.root, settings.pattern)
        self._furthest = 0
        self._open: io.BufferedReader | None = None

    @property
    def timezone(self) -> ZoneInfo:
        return self._settings.timezone

    def read(self, file: CorpusFile, needs: list[Path]) -> Articles:
        """Yield the articles and rejects of ``file``; other files that are read for it are added to ``needs``."""
        return _rejecting(self._limited(self._articles(file, needs)), file.name)

    def position(self) -> int:
        """Return how many bytes of the current or last file were read."""
        if self._open and not self._open.closed:  # reading an archive goes back, too
            self._furthest = max(self._furthest, self._open.tell())
        return self._furthest

    def _articles(self, file: CorpusFile, needs: list[Path]) -> Articles:
        try:
            with open_file(file.path) as raw:
                self._open, self._furthest = raw, 0
                yield from read_articles(raw, self._context(file, needs), Budget(file.size))
        finally:
            self._open = None

    def _context(self, file: CorpusFile, needs: list[Path]) -> FileContext:
        settings = self._settings
        return FileContext(
            file.name,
            settings.timezone,
            {**settings.defaults, **inherited(settings.folders, file.name)},
            settings.folders.get("domain", {}),
            settings.folders.get("column", {}),
            settings.folders.get("feed", {}),
            settings.boilerplate,
            siblings=self._folders.siblings_of(file.path, needs),
            strict=settings.strict,
            lenient=settings.lenient,
        )


def read_stream(chunks: Iterable[bytes], context: FileContext, limited: Limiter) -> Articles:
    """Yield the articles and rejects of a pipe."""

    def articles() -> Articles:
        yield from read_articles(buffered(iter(chunks)), context, Budget(_SIZE_OF_PIPE))

    return _rejecting(limited(articles()), context.name, damaged=(*DAMAGED, OSError))


def is_read_here(file: CorpusFile) -> bool:
    """Return whether ``file`` is small and of a format that is read without libraries in C."""
    if file.size > _SMALL or extension(file.name) not in _OWN_EXTENSIONS:
        return False
    try:
        with open_file(file.path) as raw:
            head = raw.peek(HEAD)
    except OSError:  # reading it reports the reason
        return True
    reader = find_reader(head, file.name)
    return not head or (reader is not None and reader.name in _OWN_FORMATS)


def _rejecting(articles: Articles, name: str, damaged: tuple[type[Exception], ...] = DAMAGED) -> Articles:
    try:
        yield from articles
    except UnreadableError as error:
        yield error.reject(name)
    except damaged:
        yield damaged_stream(name)
    except OSError as error:
        yield Reject(name, None, access_problem(error), is_access_error(error))
    except MemoryError:
        yield Reject(name, None, Message("reading it takes too much memory; take it out, or cut it into smaller files"))
    except Exception as error:  # a bug of ours or of a library costs this file only
        _log.debug("reading %s failed", name, exc_info=True)
        reason = type(error).__name__
        yield Reject(name, None, Message("reading it failed ({reason}); take it out, or convert it", reason=reason))
