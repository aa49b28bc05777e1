"""The journal's last word on each id, in a small database of places: a cache that the journal makes again.

It knows how far into each file of the journal it has read, and reads on from there. It is used under the journal's
lock only. Where files were changed by hand, or it cannot be read, it begins anew.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from searchapp.model import JOURNAL_FILES, ArticleStatus
from searchapp.schema import canonical_id

__all__ = ["LastWords", "Word", "word_of"]

_log = logging.getLogger(__name__)

_VERSION: Final = 2
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS words (id TEXT PRIMARY KEY, file TEXT, offset INTEGER, length INTEGER,
  content BLOB, status TEXT, modified TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, size INTEGER);
"""


@dataclass(frozen=True, slots=True)
class Word:
    """What the journal says of an id, and where: ``length`` bytes at ``offset`` of ``file``.

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
        """Whether it takes the article back."""
        return self.status == ArticleStatus.WITHDRAWN


def word_of(record: Mapping[str, Any], file: str = "", offset: int = 0, length: int = 0) -> Word:
    """Return the word that a line with ``record`` is."""
    content = {name: value for name, value in record.items() if name not in ("id", "status", "modified")}
    written = json.dumps(content, sort_keys=True).encode()
    status = str(record.get("status") or ArticleStatus.PUBLISHED).strip().lower()
    modified = str(record.get("modified") or "")
    digest = blake2b(written, digest_size=16).digest()
    return Word(canonical_id(str(record["id"])), file, offset, length, digest, status, modified)


class LastWords:
    """The database at ``path``; :meth:`begin`, look up and :meth:`note`, then :meth:`commit` or :meth:`rollback`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def begin(self, folder: Path) -> None:
        """Read what the journal in ``folder`` holds beyond what is known, and start a transaction."""
        try:
            self._catch_up(folder)
        except sqlite3.Error as error:
            _log.warning("%s is made anew: %s", self._path.name, error)
            self._discard()
            try:
                self._catch_up(folder)
            except sqlite3.Error:  # there is no place for it: memory does, as long as this process lives
                self.close()
                self._connection = _opened(":memory:")
                self._catch_up(folder)
        self._open().execute("BEGIN IMMEDIATE")

    def of(self, article_id: str) -> Word | None:
        """Return the last word on an id."""
        row = self._open().execute("SELECT * FROM words WHERE id = ?", (article_id,)).fetchone()
        return Word(*row) if row else None

    def reread(self, folder: Path) -> None:
        """Forget everything and read the whole journal again, within the transaction that :meth:`begin` started."""
        self._open().execute("DELETE FROM words")
        for path in sorted(folder.glob(JOURNAL_FILES)):
            self._note_size(path.name, self._read_on(path, 0))

    def note(self, word: Word) -> None:
        """Take ``word`` for the last one."""
        self._open().execute(
            "INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?, ?, ?, ?)",
            (word.id, word.file, word.offset, word.length, word.content, word.status, word.modified),
        )

    def commit(self, file: str = "", size: int = 0) -> None:
        """Keep what was noted; ``file`` is known up to ``size``. What fails here is read from the journal again."""
        try:
            if file:
                self._note_size(file, size)
            self._open().commit()
        except sqlite3.Error as error:
            _log.warning("%s cannot be kept: %s", self._path.name, error)
            self._discard()

    def rollback(self) -> None:
        """Forget what was noted since :meth:`begin`."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.rollback()

    def close(self) -> None:
        """Let go of the database."""
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
            _log.warning("The journal was changed by another hand; %s is made anew.", self._path.name)
            connection.execute("DELETE FROM words")
            connection.execute("DELETE FROM files")
            known = {}
        for name, size in sizes.items():
            if size > known.get(name, 0):
                self._note_size(name, self._read_on(folder / name, known.get(name, 0)))
        connection.commit()

    def _read_on(self, path: Path, offset: int) -> int:
        """Note the words of a file from ``offset`` on; return where its last whole line ends."""
        with path.open("rb") as file:
            file.seek(offset)
            while (line := file.readline()).endswith(b"\n"):
                with suppress(ValueError, RecursionError):  # no record: a reject of the next reindex
                    record = json.loads(line)
                    if isinstance(record, dict) and record.get("id") not in (None, ""):
                        self.note(word_of(record, path.name, offset, len(line)))
                offset += len(line)
        return offset

    def _note_size(self, file: str, size: int) -> None:
        self._open().execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (file, size))


def _opened(path: str) -> sqlite3.Connection:
    """Return a connection of threads that take turns; a crash may cost it its last words, which are read again."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
        connection.executescript(f"DROP TABLE IF EXISTS words; DROP TABLE IF EXISTS files; {_TABLES}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    return connection
