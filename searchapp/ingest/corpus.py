"""The corpus as one stream of articles."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from searchapp.errors import CorpusMissing
from searchapp.i18n import Message
from searchapp.ingest.encoding import is_binary
from searchapp.ingest.folders import FOLDERS_FILE, Folders, inherited, read_folders
from searchapp.ingest.reader import FileContext, Reader, UnreadableError
from searchapp.ingest.registry import READERS, find_reader
from searchapp.ingest.signatures import known_format
from searchapp.ingest.streams import HEAD, plain
from searchapp.ingest.walk import CorpusFile, unopened, walk
from searchapp.model import Article, Reject

__all__ = ["CorpusReader", "read_corpus"]


def read_corpus(path: Path, timezone: ZoneInfo) -> Iterator[Article | Reject]:
    """Return the articles of the folder (or file) ``path`` in a stable order; rejects for the unreadable.

    It streams: memory holds one article at a time. ``timezone`` is that of dates without one.

    Raises CorpusMissing, at once, when there is no such folder or file or it cannot be read.
    """
    return iter(CorpusReader(path, timezone))


class CorpusReader:
    """What :func:`read_corpus` reads, with its progress. One iteration at a time; each begins anew.

    ::

        corpus = CorpusReader(path, timezone)
        progress = Progress(corpus.total_bytes())
        for article_or_reject in corpus:
            progress.advance_to(corpus.bytes_done)

    Bytes are those of the files on the disk (compressed where they are): ``bytes_done`` never falls during an
    iteration and ends at ``total_bytes()`` unless files change meanwhile.

    Raises CorpusMissing when there is no such folder or file or it cannot be read.
    """

    def __init__(self, path: Path, timezone: ZoneInfo) -> None:
        self._path = path
        self._timezone = timezone
        self._bytes_before = 0
        self._open: io.BufferedReader | None = None
        _check(path)

    def total_bytes(self) -> int:
        """Return the bytes of all files: a walk that opens none of them."""
        return sum(found.size for found in walk(self._path) if isinstance(found, CorpusFile))

    @property
    def bytes_done(self) -> int:
        """The bytes that the present iteration has read."""
        return self._bytes_before + (self._open.tell() if self._open else 0)

    def __iter__(self) -> Iterator[Article | Reject]:
        self._bytes_before = 0
        folders: Folders = {}
        try:
            folders = read_folders(self._path) if self._path.is_dir() else {}
        except UnreadableError as error:
            yield error.reject(FOLDERS_FILE)
        for found in walk(self._path):
            if isinstance(found, Reject):
                yield found
            else:
                context = FileContext(found.name, self._timezone, inherited(folders, found.name))
                yield from self._read(found, context)

    def _read(self, file: CorpusFile, context: FileContext) -> Iterator[Article | Reject]:
        try:
            yield from self._articles(file, context)
        except UnreadableError as error:
            yield error.reject(file.name)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield Reject(file.name, None, Message("the compressed file is damaged or cut short"))
        except OSError as error:
            yield Reject(file.name, None, unopened(error))

    def _articles(self, file: CorpusFile, context: FileContext) -> Iterator[Article | Reject]:
        try:
            with _opened(file.path) as raw:
                self._open = raw
                stream = plain(raw)
                yield from _choose(stream, file.name).read(stream, context)
        finally:
            self._open = None
            self._bytes_before += file.size


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


def _choose(stream: io.BufferedReader, filename: str) -> Reader:
    """Return the reader for what ``stream`` begins with, or raise UnreadableError with why there is none."""
    head = stream.peek(HEAD)
    if not head:
        raise UnreadableError(Message("the file is empty"))
    if kind := known_format(head):
        raise UnreadableError(Message("it is {kind}; only text can be read", kind=kind))
    reader = find_reader(head, filename)
    if reader:
        return reader
    if is_binary(head):
        raise UnreadableError(Message("the file is binary, not text"))
    known = ", ".join(reader.name for reader in READERS)
    raise UnreadableError(Message("no reader knows this kind of file; there are readers for {known}", known=known))
