"""The journal: the records that were written, in the order in which they came, as JSON Lines beside the other files.

``_journal/2026-11.jsonl`` of the corpus is only ever appended to. A line is a record as it was received, with its id
and with ``modified``, the moment of this version. The order of the lines is the order of time: the last entry of an id
counts, over all files of the corpus. A withdrawal is a line too, so the corpus keeps a tombstone.

A request is answered when all its lines are on the disk. One that fails halfway leaves no line behind. An entry that
the index names is read back before use: its line may have been damaged since.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from searchapp.errors import PreconditionFailed
from searchapp.ingest.cleaning.record import article_from
from searchapp.ingest.journal.append_file import AppendFile, sync, truncate_torn_line
from searchapp.ingest.journal.journal_folder import JournalFolder, Spool
from searchapp.ingest.journal.journal_index import JournalEntry, JournalIndex, entry_of
from searchapp.ingest.journal.journal_results import Extent, Outcome, Written
from searchapp.ingest.journal.written_articles import line_of, same_content
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.model import JOURNAL_FOLDER, Article, ArticleStatus
from searchapp.schema import canonical_id

__all__ = ["Extent", "Journal", "Outcome", "Spool", "Written"]

_log = logging.getLogger(__name__)

Record = Mapping[str, Any]
Served = Callable[[str], Article | None]
"""Returns the article that is served under an id, from the files where the journal has no entry."""


class Journal:
    """The journal of the corpus at ``corpus``. Processes and threads may write to it at the same time.

    ``index`` is the path of its index, which may be lost at any time. No file is opened before it is needed.
    """

    def __init__(self, corpus: Path, index: Path, timezone: ZoneInfo) -> None:
        self._files = JournalFolder(corpus)
        self.folder = self._files.path
        self.timezone = timezone
        self._index = JournalIndex(index)
        self._turn = Lock()

    def context(self) -> FileContext:
        """Return the context of the journal's file of today, for making articles of records."""
        # Whoever writes is told what is wrong, and can correct it.
        return FileContext(f"{JOURNAL_FOLDER}/{self._files.file_of_today()}", self.timezone, lenient=False)

    def spool(self) -> AbstractContextManager[Spool]:
        """Give a spool for records that are still coming, so that other writers need not wait.

        Raises StorageFull, CorpusUnwritable.
        """
        return self._files.spool()

    def append(
        self,
        records: Iterable[Record],
        served: Served,
        on_entry: Callable[[JournalEntry, Outcome], None] = lambda word, outcome: None,
        *,
        must_exist: bool | None = None,
    ) -> Written:
        """Write ``records``, which are valid and have ids, and return once they are on the disk.

        A record equal to the journal's last entry is not written again. A record without a status whose content differs
        from the version before it is marked as corrected. ``must_exist``: whether the articles must exist, or must not.

        Raises StorageFull, CorpusUnwritable, IndexUnwritable, CorpusLocked, PreconditionFailed; then no record was
        written.
        """
        with self._writing():
            name = self._files.file_of_today()
            for path in self._files.files():  # a crash may have been that of last month's last write
                truncate_torn_line(path)
            self._index.begin(self.folder)
            written, context = Written(name), self.context()
            with AppendFile(self.folder / name) as file:
                for record in records:
                    entry, outcome = self._add(record, served, file, context, must_exist)
                    written.add(entry, outcome)
                    on_entry(entry, outcome)
                file.sync()
                for other in written.extent.ends.keys() - {name}:
                    sync(self.folder / other)
                self._index.commit(name, file.end)
            return written

    def last_entry(self, article_id: str) -> JournalEntry | None:
        """Return the journal's last entry of an id; raises CorpusUnwritable, IndexUnwritable, CorpusLocked."""
        if not self.folder.is_dir():
            return None
        with self._writing():
            self._index.begin(self.folder)
            last = self._last(canonical_id(article_id), None)
            self._index.commit()
            return last[0] if last else None

    def close(self) -> None:
        """Close the index."""
        with self._turn:
            self._index.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the lock; roll back the index unless it was committed. Errors of system and database become ours."""
        with self._turn, self._files.locked():
            try:
                yield
            except OSError as error:
                raise self._files.failure(error) from error
            except sqlite3.Error as error:
                raise self._index.failure(error) from error
            finally:
                self._index.rollback()

    def _add(
        self, record: Record, served: Served, file: AppendFile, context: FileContext, must_exist: bool | None
    ) -> tuple[JournalEntry, Outcome]:
        """Append one record, unless it changes nothing; raises PreconditionFailed (see :meth:`append`)."""
        article_id = canonical_id(str(record["id"]))
        last = self._last(article_id, file)
        if must_exist is not None:
            exists = not last[0].withdrawn if last else served(article_id) is not None
            if exists != must_exist:
                raise PreconditionFailed.already_exists() if exists else PreconditionFailed.missing()
        if last and _changes_nothing(record, last[0]):
            return last[0], Outcome.UNCHANGED
        before = _article(*last, context) if last else served(article_id)
        full = self._completed(record, before, context)
        line = line_of(full)
        entry = entry_of(full, file.name, file.end, len(line))
        file.write(line)
        self._index.add(entry)
        if entry.withdrawn:
            return entry, Outcome.WITHDRAWN
        return entry, Outcome.REPLACED if before else Outcome.CREATED

    def _completed(self, record: Record, before: Article | None, context: FileContext) -> dict[str, Any]:
        """Return ``record`` with ``modified``, and with the status that follows from the version before."""
        full = {"id": record["id"], **record}
        moment = datetime.now(self.timezone)
        if before and not record.get("status"):
            if not same_content(article_from(record, context), before):
                full["status"] = ArticleStatus.CORRECTED.value
            elif before.status is ArticleStatus.CORRECTED:
                full["status"] = ArticleStatus.CORRECTED.value
                moment = before.modified or moment
        if not record.get("modified"):
            full["modified"] = moment.isoformat(timespec="seconds")
        return full

    def _last(self, article_id: str, file: AppendFile | None) -> tuple[JournalEntry, Record] | None:
        """Return the last entry of an id and its record, as read from the journal, ``file`` included."""
        entry = self._index.last(article_id)
        record = self._read_back(entry, file) if entry else None
        if entry and record is None:
            _log.warning("Line of “%s” in %s is not as it was written; the index is rebuilt.", entry.id, entry.file)
            if file:
                file.flush()
            self._index.rebuild(self.folder)
            entry = self._index.last(article_id)
            record = self._read_back(entry, file) if entry else None
        return (entry, record) if entry and record is not None else None

    def _read_back(self, entry: JournalEntry, file: AppendFile | None) -> Record | None:
        """Return the record at the position of ``entry``, None if it is another one or none."""
        path = self.folder / entry.file
        try:
            if file:
                line = file.read(entry.offset, entry.length, path)
            else:
                with path.open("rb") as stream:
                    stream.seek(entry.offset)
                    line = stream.read(entry.length)
            record = json.loads(line)
            is_whole = line.endswith(b"\n") and entry_of(record, entry.file, entry.offset, entry.length) == entry
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        return record if is_whole else None


def _article(entry: JournalEntry, record: Record, context: FileContext) -> Article | None:
    """Return the article of a line of the journal; None for one that is withdrawn or that no reader takes."""
    if entry.withdrawn:
        return None
    try:
        return article_from(record, context)
    except UnreadableError:
        return None


def _changes_nothing(record: Record, last: JournalEntry) -> bool:
    """Return whether ``record`` adds nothing to ``last``; status and ``modified`` count only where it has them."""
    new = entry_of(record)
    if new.withdrawn or last.withdrawn:
        return new.withdrawn and last.withdrawn
    same_status = not record.get("status") or new.status == last.status
    return same_status and new.content == last.content and new.modified in ("", last.modified)
