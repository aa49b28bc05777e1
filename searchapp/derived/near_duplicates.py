"""The near duplicates of a generation, as groups: wire copy that several newspapers printed, versions of one report.

A small SQLite file beside the index, which :mod:`.duplicates_writer` writes. ``articles`` has the sketch of each
article (:mod:`.shingles`) and, in ``first``, its group: the key of the group's oldest member. ``shingles`` lists the
articles that hold each hash.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection
from pathlib import Path
from threading import Lock
from typing import Any, Final

from searchapp.derived.databases import open_database, reading_database
from searchapp.model import Groups
from searchapp.schema import article_key

__all__ = ["FILE_NAME", "TABLES", "NearDuplicates"]

FILE_NAME: Final = "duplicates.sqlite"
TABLES: Final = """
CREATE TABLE articles (
    key INTEGER PRIMARY KEY, id TEXT, moment INTEGER, size INTEGER, hashes BLOB, first INTEGER);
CREATE INDEX articles_by_first ON articles (first) WHERE first IS NOT NULL;
CREATE TABLE shingles (hash INTEGER, key INTEGER, PRIMARY KEY (hash, key)) WITHOUT ROWID;
"""


class NearDuplicates:
    """The groups of a generation, open. Safe to share between threads; without a file there are none.

    The articles ``without`` are left out: those withdrawn after the generation was published.
    """

    def __init__(self, path: Path, without: Collection[str] = ()) -> None:
        self._path = path
        self._without = frozenset(without)
        self._lock = Lock()
        self._groups: Groups | None = None
        if path.is_file():
            self._connection = open_database(path, TABLES)
        else:
            self._connection = sqlite3.connect(":memory:", check_same_thread=False)
            self._connection.executescript(TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def groups(self) -> Groups:
        """Return the groups of all articles that have one, read at the first call."""
        if self._groups is None:
            rows = self._rows("SELECT key, first FROM articles WHERE first IS NOT NULL ORDER BY key")
            self._groups = Groups(array("q", (key for key, _ in rows)), array("q", (first for _, first in rows)))
        return self._groups

    def members(self, group: int) -> tuple[str, ...]:
        """Return the ids of the articles of a group, the oldest first, undated ones last."""
        rows = self._rows("SELECT id FROM articles WHERE first = ? ORDER BY moment, key", (group,))
        return tuple(article_id for (article_id,) in rows if article_id not in self._without)

    def group_of(self, article_id: str) -> int | None:
        """Return the group of an article, None when it has no near duplicate."""
        rows = self._rows("SELECT first FROM articles WHERE key = ?", (article_key(article_id),))
        return rows[0][0] if rows else None

    def _rows(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        with self._lock, reading_database(self._path):
            return self._connection.execute(statement, values).fetchall()
