"""The journal as a source: articles added, changed and withdrawn through the program, a JSON Lines file a month.

Files of the journal only grow, so a reindex reads on from the end of the one before. The last line of an article
counts, over all other files of the corpus.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from searchapp.ingest.archives.streams import HEAD, buffered
from searchapp.ingest.cleaning.boilerplate import Boilerplate
from searchapp.ingest.formats.jsonlines import JsonLinesReader
from searchapp.ingest.reader_protocol import FileContext, access_problem, is_access_error
from searchapp.ingest.units import Unit, Unlisted, digest_of_settings, read_units, unlisted
from searchapp.model import JOURNAL_FOLDER, Article, Reject, journal_order

__all__ = ["JournalSource"]


class JournalSource:
    """The journal below ``corpus``, which need not be there. A :class:`~searchapp.ingest.sources.connectors.Source`."""

    def __init__(self, corpus: Path, timezone: ZoneInfo) -> None:
        self._folder = corpus / JOURNAL_FOLDER
        self._timezone = timezone

    def total_bytes(self) -> int:
        """Return the bytes of all its files."""
        try:
            return sum(path.stat().st_size for path in self._files())
        except OSError:  # reading it reports the reason
            return 0

    def units(self) -> Iterator[Unit | Unlisted | Reject]:
        """Yield its files, the oldest first, after those that the program did not write.

        A file that cannot be read at the moment is unlisted: its articles stay indexed.
        """
        try:
            files = self._files()
        except OSError as error:
            yield unlisted(b"", JOURNAL_FOLDER, error)
            return
        for path in files:
            try:
                status = path.stat()
                end = _end_of_lines(path, status.st_size)
            except OSError as error:
                yield unlisted(journal_order(path.name), f"{JOURNAL_FOLDER}/{path.name}", error)
                continue
            yield Unit(
                f"{JOURNAL_FOLDER}/{path.name}",
                journal_order(path.name),
                _Lines(path, end, self._timezone).read,
                path=path,
                size=end,
                modified=status.st_mtime_ns,
                changed=status.st_ctime_ns,
                settings=digest_of_settings(str(self._folder), self._timezone.key),
                grows=True,
                from_journal=True,
            )

    def __iter__(self) -> Iterator[Article | Reject]:
        return read_units(self.units())

    def _files(self) -> list[Path]:
        try:
            with os.scandir(self._folder) as entries:
                names = [entry.name for entry in entries if entry.name.endswith(".jsonl")]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(
            (self._folder / name for name in names if not name.startswith(".")),
            key=lambda path: journal_order(path.name),
        )


class _Lines:
    """The lines of one file up to ``end``."""

    def __init__(self, path: Path, end: int, timezone: ZoneInfo) -> None:
        self._path = path
        self._end = end
        # Records of the journal are kept as they were received.
        self._context = FileContext(f"{JOURNAL_FOLDER}/{path.name}", timezone, boilerplate=Boilerplate())

    def read(self, start: int) -> Iterator[Article | Reject]:
        """Yield the articles from byte ``start`` on; the lines of rejects count from there."""
        try:
            yield from JsonLinesReader(literal=True).read(buffered(self._chunks(start)), self._context)
        except OSError as error:
            yield Reject(self._context.name, None, access_problem(error), is_access_error(error))

    def _chunks(self, start: int) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            file.seek(start)
            while start < self._end and (chunk := file.read(min(HEAD, self._end - start))):
                start += len(chunk)
                yield chunk


def _end_of_lines(path: Path, size: int) -> int:
    """Return the end of the last complete line: another one may be being written."""
    with path.open("rb") as file:
        end = size
        while end > 0:
            start = max(0, end - HEAD)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            end = start
    return 0
