"""The folder of the journal: its files, the lock of its writers, its spools, its errors."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

from searchapp.errors import CorpusLocked, CorpusUnwritable, StorageFull
from searchapp.ingest.journal.append_file import sync_folder
from searchapp.ingest.journal.written_articles import line_of
from searchapp.model import JOURNAL_FILES, JOURNAL_FOLDER

__all__ = ["JournalFolder", "Spool"]

_LOCK_TIMEOUT: Final = 60.0
"""Seconds that a write waits for the ones before it; a million articles take about as long."""


class JournalFolder:
    """The folder ``_journal`` of the corpus at ``corpus``; it is created by the first write."""

    def __init__(self, corpus: Path) -> None:
        self.path = corpus / JOURNAL_FOLDER
        self._corpus = corpus

    def files(self) -> list[Path]:
        """Return the files of the journal, the oldest first."""
        return sorted(self.path.glob(JOURNAL_FILES))

    def file_of_today(self) -> str:
        """Return the name of this month's file, or of the latest one should the clock have gone back."""
        return max([f"{datetime.now(UTC):%Y-%m}.jsonl", *(path.name for path in self.files())])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the writers, which the system releases when a process ends.

        Raises CorpusLocked, StorageFull, CorpusUnwritable.
        """
        from filelock import FileLock, Timeout  # 25 ms, which a process that only reads does not pay

        try:
            self._create()
            lock = FileLock(self.path / ".lock", timeout=_LOCK_TIMEOUT)
            lock.acquire()
        except Timeout:
            raise CorpusLocked from None
        except OSError as error:
            raise self.failure(error) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def spool(self) -> Iterator[Spool]:
        """Give a temporary file on the journal's disk; raises StorageFull, CorpusUnwritable."""
        try:
            self._create()
            file = TemporaryFile(dir=self.path)  # noqa: SIM115 - closing it may fail and may not matter
        except OSError as error:
            raise self.failure(error) from error
        try:
            yield Spool(file, self.failure)
        finally:
            with suppress(OSError):  # its buffer is not needed any more
                file.close()

    def failure(self, error: OSError) -> Exception:
        """Return our exception for an error of the system."""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StorageFull(shutil.disk_usage(self._corpus).free)
        return CorpusUnwritable(error.strerror or str(error))

    def _create(self) -> None:
        if not self.path.is_dir():
            self.path.mkdir(exist_ok=True)
            sync_folder(self._corpus)


class Spool:
    """A temporary file of any number of records, read again in their order."""

    def __init__(self, file: IO[bytes], failure: Callable[[OSError], Exception]) -> None:
        self._file = file
        self._failure = failure

    def add(self, record: Mapping[str, Any]) -> None:
        """Write a record; raises StorageFull, CorpusUnwritable."""
        try:
            self._file.write(line_of(record))
        except OSError as error:
            raise self._failure(error) from error

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._file.seek(0)
        return map(json.loads, self._file)
