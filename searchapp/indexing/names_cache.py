"""The names that were recognized in articles, kept by the digest of their text: a full reindex does not pay again.

A SQLite file in the folder of the index, beside the generations. It is a cache: what cannot be read is made again.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeVar

from searchapp.derived.databases import is_damage, require_schema
from searchapp.derived.names import Names
from searchapp.errors import IndexDamaged

__all__ = ["FILE_NAME", "NamesCache"]

T = TypeVar("T")

FILE_NAME: Final = "names.sqlite"
_log: Final = logging.getLogger(__name__)
_TABLES: Final = "CREATE TABLE names (digest BLOB PRIMARY KEY, kinds TEXT) WITHOUT ROWID;"
# Rows of a crash may be lost, the file not.
_PRAGMAS: Final = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"


class NamesCache:
    """Names by text, as a ``model`` of one version recognizes them; for one process at a time."""

    def __init__(self, path: Path, model: str) -> None:
        self._path = path
        self._key = blake2b(model.encode()).digest()
        try:
            self._connection = _open(path)
        except (sqlite3.DatabaseError, IndexDamaged) as error:
            if isinstance(error.__cause__ or error, sqlite3.OperationalError):  # a full disk, say, is no damage
                raise
            self._connection = self._made_again(error)

    def get(self, text: str) -> Names | None:
        """Return the names of ``text``, None when they are not known; notes that it is in use."""
        digest = self._digest(text)

        def read() -> tuple[str] | None:
            self._connection.execute("INSERT OR IGNORE INTO used VALUES (?)", (digest,))
            row: tuple[str] | None = self._connection.execute(
                "SELECT kinds FROM names WHERE digest = ?", (digest,)
            ).fetchone()
            return row

        row = self._despite_damage(read)
        return Names(*map(tuple, json.loads(row[0]))) if row else None

    def add(self, named: Iterable[tuple[str, Names]]) -> None:
        """Keep the names of texts; they stay even if the reindex fails."""
        rows = [(self._digest(text), json.dumps(names, ensure_ascii=False)) for text, names in named]

        def write() -> None:
            self._connection.executemany("INSERT OR REPLACE INTO names VALUES (?, ?)", rows)
            self._connection.commit()

        self._despite_damage(write)

    def forget_unused(self) -> None:
        """Forget the texts that were not asked for, after a reindex that asked for all."""

        def forget() -> None:
            self._connection.execute("DELETE FROM names WHERE digest NOT IN (SELECT digest FROM used)")
            self._connection.commit()

        self._despite_damage(forget)

    def close(self) -> None:
        """Close the file; what was added before is kept."""
        self._connection.commit()
        self._connection.close()

    def _digest(self, text: str) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()

    def _despite_damage(self, work: Callable[[], T]) -> T:
        """Return the result of ``work``, done again with a new cache if this one proves damaged."""
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._connection.close()
            self._connection = self._made_again(error)
            return work()

    def _made_again(self, error: Exception) -> sqlite3.Connection:
        """Return a new cache in place of one that cannot be read."""
        _log.warning("The cache of names %s cannot be read and is made again: %s", self._path, error)
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        return _open(self._path)


def _open(path: Path) -> sqlite3.Connection:
    """Open the cache at ``path``, which may be new; raises IndexDamaged for another file."""
    is_new = not path.exists()
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_PRAGMAS)
        if is_new:
            connection.executescript(_TABLES)
        require_schema(connection, path, _TABLES)
        connection.execute("CREATE TEMP TABLE used (digest BLOB PRIMARY KEY) WITHOUT ROWID")
    except BaseException:
        with closing(connection):
            raise
    return connection
