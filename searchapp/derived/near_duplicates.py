"""The near duplicates of a generation, as groups: wire copy that several newspapers printed, versions of one report.

A small SQLite file beside the index. ``articles`` has the sketch of each article (:mod:`.shingles`) and, in ``first``,
its group: the key of the group's oldest member. ``shingles`` lists the articles that hold each hash, so that a reindex
which adds ten articles looks up their hashes, and reads only articles that are likely to be copies of them. A group is
a connected component: of three versions the first and the last may have little in common.

The groups depend on the articles alone, not on the order in which they came, but for texts whose every hash is shared
by more than _MAX_HOLDERS articles.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any, Final

from searchapp.derived.databases import copy_database, open_database, reading_database, require_schema
from searchapp.derived.shingles import (
    MIN_SHARED,
    Sketch,
    are_near_duplicates,
    make_sketch,
    may_be_near_duplicates,
    shingles,
)
from searchapp.model import Article, Groups
from searchapp.schema import article_key

__all__ = ["FILE_NAME", "TABLES", "DuplicatesWriter", "NearDuplicates"]

FILE_NAME: Final = "duplicates.sqlite"
TABLES: Final = """
CREATE TABLE articles (
    key INTEGER PRIMARY KEY, id TEXT, moment INTEGER, size INTEGER, hashes BLOB, first INTEGER);
CREATE INDEX articles_by_first ON articles (first) WHERE first IS NOT NULL;
CREATE TABLE shingles (hash INTEGER, key INTEGER, PRIMARY KEY (hash, key)) WITHOUT ROWID;
"""
# ``ungrouped`` has the articles whose group is to be found: new ones, and those whose group lost a member.
_TEMPORARY_TABLES: Final = """
CREATE TEMP TABLE ungrouped (key INTEGER PRIMARY KEY);
CREATE TEMP TABLE unlisted (key INTEGER PRIMARY KEY);
CREATE TEMP TABLE listed (hash INTEGER, key INTEGER);
CREATE TEMP TABLE shared (key INTEGER);
CREATE TEMP TABLE connected (key INTEGER PRIMARY KEY);
"""
# The file is private until its generation is published: a crash loses it anyway.
_PRAGMAS: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;"
# The articles of one hash that are looked at: a formula that thousands of articles end with must not cost thousands of
# comparisons. Copies of one text are found all the same, each through the first ones.
_MAX_HOLDERS: Final = 100
_UNDATED: Final = 1 << 62
_FETCHED: Final = 1000
# Articles whose shingles are kept: those that are compared are often compared again soon.
_CACHED: Final = 500


class DuplicatesWriter:
    """Groups the articles of a new generation. It takes what the engine's writer takes; :meth:`complete` groups them.

    With ``base``, the file of the generation before, the cost follows the number of changes.
    """

    def __init__(self, path: Path, base: Path | None = None) -> None:
        """Raises IndexDamaged when ``base`` is no file of ours."""
        path.unlink(missing_ok=True)
        if base:
            copy_database(base, path)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._grows = base is not None
        try:
            self._connection.executescript(_PRAGMAS)
            if base:
                require_schema(self._connection, base, TABLES)
            else:
                self._connection.executescript(TABLES)
            self._connection.executescript(_TEMPORARY_TABLES)
        except BaseException:
            self._connection.close()
            raise
        self._run("BEGIN")

    def add(self, article: Article) -> None:
        """Add an article, or replace the one of its id."""
        key = article_key(article.id)
        if self._grows:
            self._delete(key)
        sketch = make_sketch(_text_of(article))
        if sketch is None:
            self._run("DELETE FROM articles WHERE key = ?", (key,))
            return
        moment = int(article.date.timestamp()) if article.date else _UNDATED
        self._run(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, NULL)",
            (key, article.id, moment, sketch.size, sketch.to_bytes()),
        )
        self._run("INSERT OR IGNORE INTO unlisted VALUES (?)", (key,))

    def delete(self, article_id: str) -> None:
        """Delete an article; a missing one is fine."""
        self._delete(article_key(article_id))

    def complete(self, article_of: Callable[[str], Article | None]) -> None:
        """Find the groups of all that was added, and of what is left of groups that lost a member.

        ``article_of`` returns an article of the new generation.
        """
        self._list_shingles()
        self._group(self._connections(lru_cache(_CACHED)(lambda article_id: _shingles_of(article_of(article_id)))))
        self._run("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _delete(self, key: int) -> None:
        row = self._run("SELECT size, hashes, first FROM articles WHERE key = ?", (key,)).fetchone()
        if row is None:
            return
        size, hashes, first = row
        self._connection.executemany(
            "DELETE FROM shingles WHERE hash = ? AND key = ?",
            ((number, key) for number in Sketch.read(size, hashes).hashes),
        )
        self._run("DELETE FROM articles WHERE key = ?", (key,))
        if first is not None:
            self._run("INSERT OR IGNORE INTO ungrouped SELECT key FROM articles WHERE first = ?", (first,))
            self._run("UPDATE articles SET first = NULL WHERE first = ?", (first,))

    def _list_shingles(self) -> None:
        """List the hashes of the new articles, sorted: rows are inserted fastest in the order of their key."""
        added = self._fetched("SELECT key, size, hashes FROM unlisted JOIN articles USING (key)")
        rows = ((number, key) for key, size, hashes in added for number in Sketch.read(size, hashes).hashes)
        self._connection.executemany("INSERT INTO listed VALUES (?, ?)", rows)
        self._run("INSERT OR IGNORE INTO shingles SELECT hash, key FROM listed ORDER BY hash, key")
        if self._grows:
            self._run("INSERT OR IGNORE INTO ungrouped SELECT key FROM unlisted JOIN articles USING (key)")
            return
        # Of a whole corpus only the articles that share enough hashes with any others are looked at.
        runs = groupby(self._fetched("SELECT hash, key FROM shingles ORDER BY hash, key"), itemgetter(0))
        holders = (list(rows) for _, rows in runs)
        shared = ((key,) for rows in holders if len(rows) > 1 for _, key in rows)
        self._connection.executemany("INSERT INTO shared VALUES (?)", shared)
        self._run("INSERT INTO ungrouped SELECT key FROM shared GROUP BY key HAVING count(*) >= ?", (MIN_SHARED,))

    def _connections(self, shingles_of: Callable[[str], frozenset[int]]) -> Iterator[tuple[int, int]]:
        """Yield pairs of keys that belong together; a group that lost nothing is stood for by its first member."""
        rows = self._fetched("SELECT key, id, size, hashes FROM ungrouped JOIN articles USING (key)")
        for key, article_id, size, hashes in rows:
            for other, other_id, first in self._alike(key, Sketch.read(size, hashes)):
                if are_near_duplicates(shingles_of(article_id), shingles_of(other_id)):
                    yield key, other if first is None else first

    def _alike(self, key: int, sketch: Sketch) -> Iterator[tuple[int, str, int | None]]:
        """Yield key, id and group of the articles that may be near duplicates of one."""
        shared: Counter[int] = Counter()
        for number in sketch.hashes:
            holders = self._run("SELECT key FROM shingles WHERE hash = ? LIMIT ?", (number, _MAX_HOLDERS))
            shared.update(chain.from_iterable(holders))
        for other, count in shared.items():
            if count >= MIN_SHARED and other != key:
                article_id, size, hashes, first = self._run(
                    "SELECT id, size, hashes, first FROM articles WHERE key = ?", (other,)
                ).fetchone()
                if may_be_near_duplicates(sketch, Sketch.read(size, hashes)):
                    yield other, article_id, first

    def _group(self, connections: Iterable[tuple[int, int]]) -> None:
        """Give the articles of each connected component their group."""
        for keys in _components(connections):
            self._run("DELETE FROM connected")
            self._connection.executemany("INSERT INTO connected VALUES (?)", ((key,) for key in keys))
            self._run("INSERT OR IGNORE INTO connected SELECT key FROM articles WHERE first IN connected")
            self._run(
                "UPDATE articles SET first = (SELECT key FROM articles WHERE key IN connected"
                " ORDER BY moment, key LIMIT 1) WHERE key IN connected"
            )

    def _fetched(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """Yield rows, some at a time: other statements run between them."""
        cursor = self._connection.execute(statement)
        while rows := cursor.fetchmany(_FETCHED):
            yield from rows

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)


def _text_of(article: Article) -> str:
    return f"{article.lead}\n{article.text}"


def _shingles_of(article: Article | None) -> frozenset[int]:
    return shingles(_text_of(article)) if article else frozenset()


def _components(connections: Iterable[tuple[int, int]]) -> Iterable[list[int]]:
    """Return the connected components, by union-find with path halving."""
    parents: dict[int, int] = {}

    def root_of(key: int) -> int:
        while (parent := parents.setdefault(key, key)) != key:
            parents[key] = key = parents[parent]
        return key

    for one, other in connections:
        parents[root_of(one)] = root_of(other)
    components: dict[int, list[int]] = {}
    for key in parents:
        components.setdefault(root_of(key), []).append(key)
    return components.values()


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
