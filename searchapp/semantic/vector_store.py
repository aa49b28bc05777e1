"""The vector store: one SQLite file beside the index, with the vectors of passages and the articles that have them.

``vectors`` has a vector for each passage, ``articles`` the passage of each version of an article that some generation
holds, by the digest of its fields; so only versions that are new have to be looked at after a reindex. ``state`` says
by which model, and which generation was gone through to its end. A vector lost is a vector computed again: a file that
cannot be read is begun anew.

The file is changed in place by one process at a time, under a lock of the caller's, and read by others meanwhile.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

from searchapp.derived.databases import require_schema
from searchapp.errors import IndexDamaged

__all__ = ["FILE_NAME", "StoredVectors", "VectorWriter", "drop_damaged"]

_log: Final = logging.getLogger(__name__)

FILE_NAME: Final = "vectors.sqlite"
_TABLES: Final = """
CREATE TABLE vectors (passage BLOB PRIMARY KEY, vector BLOB);
CREATE TABLE articles (digest BLOB PRIMARY KEY, passage BLOB) WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
_TEMPORARY_TABLES: Final = """
CREATE TEMP TABLE held (digest BLOB PRIMARY KEY, id TEXT) WITHOUT ROWID;
CREATE TEMP TABLE pending (id TEXT, digest BLOB);
"""
_FETCHED: Final = 1_000
# A reader waits for a commit at most so long, in seconds, and answers without vectors after it; a writer longer.
_READ_TIMEOUT: Final = 0.1
_WRITE_TIMEOUT: Final = 30.0
_RETRY_SECONDS: Final = 10.0


def drop_damaged(path: Path, error: Exception) -> None:
    """Remove a store that cannot be read, so that it is begun anew; nobody may have it open to write."""
    _log.warning("%s cannot be read and is begun anew: %s", path.name, error.__cause__ or error)
    path.unlink()


class VectorWriter:
    """The store, open to add vectors of ``model``; those of another model are dropped. Call it from one thread."""

    def __init__(self, path: Path, model: str) -> None:
        try:
            self._connection = _open_to_write(path, model)
        except (IndexDamaged, sqlite3.DatabaseError) as error:
            if isinstance(error.__cause__ or error, sqlite3.OperationalError):  # a full disk, say, is no damage
                raise
            drop_damaged(path, error)
            self._connection = _open_to_write(path, model)
        self._connection.executescript(_TEMPORARY_TABLES)

    def generation(self) -> str:
        """Return the generation all of whose articles have a vector, "" when there is none."""
        return _state(self._connection, "generation")

    def hold(self, versions: Iterable[tuple[str, bytes]]) -> int:
        """Note what the generation holds, as (article id, digest of the version) pairs; return how many are unknown."""
        self._connection.executemany("INSERT OR IGNORE INTO held (id, digest) VALUES (?, ?)", versions)
        self._connection.execute(
            "INSERT INTO pending SELECT id, digest FROM held WHERE digest NOT IN (SELECT digest FROM articles)"
        )
        return int(self._connection.execute("SELECT count(*) FROM pending").fetchone()[0])

    def unknown(self) -> Iterator[tuple[str, bytes]]:
        """Yield the versions held whose passage is not known."""
        cursor = self._connection.execute("SELECT id, digest FROM pending")
        while rows := cursor.fetchmany(_FETCHED):
            yield from rows

    def missing(self, passages: Sequence[bytes]) -> set[bytes]:
        """Return those of ``passages`` (digests) that have no vector yet."""
        marks = ",".join("?" * len(passages))
        statement = f"SELECT passage FROM vectors WHERE passage IN ({marks})"  # noqa: S608 - question marks
        return set(passages) - {bytes(passage) for (passage,) in self._connection.execute(statement, passages)}

    def add(self, vectors: Mapping[bytes, bytes], articles: Iterable[tuple[bytes, bytes]]) -> None:
        """Add vectors by passage, and (version, passage) pairs; visible to readers after :meth:`commit`."""
        self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors.items())
        self._connection.executemany("INSERT OR REPLACE INTO articles VALUES (?, ?)", articles)

    def complete(self, generation: str) -> None:
        """Drop what no version held needs, and commit that ``generation`` is complete."""
        self._connection.execute("DELETE FROM articles WHERE digest NOT IN (SELECT digest FROM held)")
        self._connection.execute("DELETE FROM vectors WHERE passage NOT IN (SELECT passage FROM articles)")
        self._connection.execute("INSERT OR REPLACE INTO state VALUES ('generation', ?)", (generation,))
        self._connection.commit()

    def commit(self) -> None:
        """Make what was added durable and visible."""
        self._connection.commit()

    def close(self) -> None:
        """Close the file; what was not committed is lost."""
        self._connection.close()


class StoredVectors:
    """The store, for searches: a file that is missing, damaged or being written at the moment has no vectors.

    Safe to share between threads. It is opened at the first use, and again when another file takes its place.
    """

    def __init__(self, path: Path, model: str) -> None:
        self._path = path
        self._model = model
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = -1
        self._retry_at = 0.0

    def version(self) -> str:
        """Return a text that changes whenever vectors are added or dropped; "" without any."""
        try:
            status = self._path.stat()
        except OSError:
            return ""
        return f"{status.st_ino}-{status.st_mtime_ns}"

    def complete_for(self) -> str:
        """Return the generation all of whose articles have a vector, "" when there is none."""
        rows = self._rows("SELECT value FROM state WHERE name = 'generation'")
        return str(rows[0][0]) if rows else ""

    def count(self) -> int:
        """Return the number of articles that have a vector."""
        rows = self._rows("SELECT count(*) FROM articles")
        return int(rows[0][0]) if rows else 0

    def vectors(self, passages: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors of ``passages`` (digests) that have one."""
        marks = ",".join("?" * len(passages))
        return dict(self._rows(f"SELECT passage, vector FROM vectors WHERE passage IN ({marks})", passages))  # noqa: S608

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                connection = self._opened()
                return connection.execute(statement, values).fetchall() if connection else []
            except (IndexDamaged, sqlite3.Error) as error:
                self._give_up(error)
                return []

    def _opened(self) -> sqlite3.Connection | None:
        """Return the open file, None when there is none or it could not be read a moment ago."""
        if time.monotonic() < self._retry_at:
            return None
        try:
            inode = self._path.stat().st_ino
        except OSError:
            self._close()
            return None
        if inode != self._inode or self._connection is None:
            self._close()
            self._connection, self._inode = _open_to_read(self._path), inode
            if _state(self._connection, "model") != self._model:
                self._give_up("its vectors are of another model. Run: searchapp embed")
        return self._connection

    def _give_up(self, reason: object) -> None:
        _log.warning("Articles are ordered without %s for now: %s", self._path.name, reason)
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None


def _open_to_read(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=_READ_TIMEOUT, isolation_level=None)
    try:
        require_schema(connection, path, _TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_to_write(path: Path, model: str) -> sqlite3.Connection:
    is_new = not path.exists()
    connection = sqlite3.connect(path, timeout=_WRITE_TIMEOUT)
    try:
        if is_new:
            connection.executescript(_TABLES)
        require_schema(connection, path, _TABLES)
        if _state(connection, "model") != model:
            for table in ("vectors", "articles", "state"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            connection.execute("INSERT INTO state VALUES ('model', ?)", (model,))
            connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def _state(connection: sqlite3.Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""
