"""The journal index: the position of the last entry of each id, in a small SQLite database.

It is a cache: it stores the offset up to which it has read each file of the journal, and reads on from there. It is
used under the journal's lock only. When files were modified externally, or the database is damaged, it is rebuilt.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from searchapp.errors import IndexUnwritable, StorageFull
from searchapp.i18n import Message
from searchapp.model import JOURNAL_FILES, ArticleStatus
from searchapp.schema import canonical_id

__all__ = ["JournalEntry", "JournalIndex", "entry_of"]

_log = logging.getLogger(__name__)

_VERSION: Final = 2
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS words (id TEXT PRIMARY KEY, file TEXT, offset INTEGER, length INTEGER,
  content BLOB, status TEXT, modified TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, size INTEGER);
"""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry of the journal: the line of ``length`` bytes at ``offset`` of ``file``.

    ``content`` is a digest of the record without its id, status and ``modified``, which the journal may have added.
    """

    id: str
    file: str
    offset: int
    length: int
    content: bytes
    status: str
    modified: str

    @property
    def withdrawn(self) -> bool:
        """The entry withdraws the article."""
        return self.status == ArticleStatus.WITHDRAWN


def entry_of(record: Mapping[str, Any], file: str = "", offset: int = 0, length: int = 0) -> JournalEntry:
    """Return the entry of a line with ``record``."""
    content = {name: value for name, value in record.items() if name not in ("id", "status", "modified")}
    written = json.dumps(content, sort_keys=True).encode()
    status = str(record.get("status") or ArticleStatus.PUBLISHED).strip().lower()
    modified = str(record.get("modified") or "")
    digest = blake2b(written, digest_size=16).digest()
    return JournalEntry(canonical_id(str(record["id"])), file, offset, length, digest, status, modified)


class JournalIndex:
    """The database at ``path``; :meth:`begin`, look up and :meth:`add`, then :meth:`commit` or :meth:`rollback`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def begin(self, folder: Path) -> None:
        """Read the new lines of the journal in ``folder``, and start a transaction."""
        try:
            self._catch_up(folder)
        except sqlite3.Error as error:
            _log.warning("%s is rebuilt: %s", self._path.name, error)
            self._discard()
            try:
                self._catch_up(folder)
            except sqlite3.Error:  # it cannot be written: this process keeps it in memory
                self.close()
                self._connection = _opened(":memory:")
                self._catch_up(folder)
        self._open().execute("BEGIN IMMEDIATE")

    def last(self, article_id: str) -> JournalEntry | None:
        """Return the last entry of an id."""
        row = self._open().execute("SELECT * FROM words WHERE id = ?", (article_id,)).fetchone()
        return JournalEntry(*row) if row else None

    def rebuild(self, folder: Path) -> None:
        """Delete all entries and read the whole journal again, within the transaction that :meth:`begin` started."""
        self._open().execute("DELETE FROM words")
        for path in sorted(folder.glob(JOURNAL_FILES)):
            self._store_size(path.name, self._read_on(path, 0))

    def add(self, entry: JournalEntry) -> None:
        """Store ``entry`` as the last one of its id."""
        self._open().execute(
            "INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?, ?, ?, ?)",
            (entry.id, entry.file, entry.offset, entry.length, entry.content, entry.status, entry.modified),
        )

    def commit(self, file: str = "", size: int = 0) -> None:
        """Commit; ``file`` was read up to ``size``. After a failure the lines are read again next time."""
        try:
            if file:
                self._store_size(file, size)
            self._open().commit()
        except sqlite3.Error as error:
            _log.warning("%s cannot be saved: %s", self._path.name, error)
            self._discard()

    def failure(self, error: sqlite3.Error) -> StorageFull | IndexUnwritable:
        """Return our exception for an error of the database in the middle of a write; the next one rebuilds it."""
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return StorageFull(shutil.disk_usage(self._path.parent).free, of_index=True)
        self._discard()
        return IndexUnwritable(Message(str(error)))

    def rollback(self) -> None:
        """Undo the changes since :meth:`begin`, unless they were committed."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.rollback()

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            with suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _opened(str(self._path))
        return self._connection

    def _discard(self) -> None:
        self.close()
        for path in (self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))):
            with suppress(OSError):
                path.unlink()

    def _catch_up(self, folder: Path) -> None:
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        known = dict(connection.execute("SELECT name, size FROM files"))
        sizes = {path.name: path.stat().st_size for path in sorted(folder.glob(JOURNAL_FILES))}
        newest = max(known, default="")
        if any(sizes.get(name, -1) < size or (sizes[name] > size and name < newest) for name, size in known.items()):
            _log.warning("The journal was modified externally; %s is rebuilt.", self._path.name)
            connection.execute("DELETE FROM words")
            connection.execute("DELETE FROM files")
            known = {}
        for name, size in sizes.items():
            if size > known.get(name, 0):
                self._store_size(name, self._read_on(folder / name, known.get(name, 0)))
        connection.commit()

    def _read_on(self, path: Path, offset: int) -> int:
        """Add the entries of a file from ``offset`` on; return the end of its last whole line."""
        with path.open("rb") as file:
            file.seek(offset)
            while (line := file.readline()).endswith(b"\n"):
                with suppress(ValueError, RecursionError):  # not a record: a reject of the next reindex
                    record = json.loads(line)
                    if isinstance(record, dict) and record.get("id") not in (None, ""):
                        self.add(entry_of(record, path.name, offset, len(line)))
                offset += len(line)
        return offset

    def _store_size(self, file: str, size: int) -> None:
        self._open().execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (file, size))


def _opened(path: str) -> sqlite3.Connection:
    """Return a connection for threads that take turns. A crash may lose the last entries, which are read again."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
        connection.executescript(f"DROP TABLE IF EXISTS words; DROP TABLE IF EXISTS files; {_TABLES}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    return connection
