"""Finding the near duplicates of a generation and writing them down as groups.

A reindex that adds ten articles looks up their hashes, and reads only articles that are likely to be copies of them. A
group is a connected component: of three versions the first and the last may have little in common.

The groups depend on the articles alone, not on the order in which they came, but for texts whose every hash is shared
by more than _MAX_HOLDERS articles.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from searchapp.derived.databases import copy_database, require_schema
from searchapp.derived.near_duplicates import TABLES
from searchapp.derived.shingles import (
    MIN_SHARED,
    Hashes,
    Sketch,
    are_near_duplicates,
    make_sketch,
    may_be_near_duplicates,
    shingles,
)
from searchapp.model import Article
from searchapp.schema import article_key

__all__ = ["DuplicatesWriter"]

# ``ungrouped`` has the articles whose group is to be found: new ones, and those whose group lost a member.
_TEMPORARY_TABLES: Final = """
CREATE TEMP TABLE ungrouped (key INTEGER PRIMARY KEY);
CREATE TEMP TABLE unlisted (key INTEGER PRIMARY KEY);
CREATE TEMP TABLE shared (key INTEGER);
CREATE TEMP TABLE connected (key INTEGER PRIMARY KEY);
"""
# The file is private until its generation is published: a crash loses it anyway.
_PRAGMAS: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;"
# The articles of one hash that are looked at: a formula that thousands of articles end with must not cost thousands of
# comparisons. Copies of one text are found all the same, each through the first ones.
_MAX_HOLDERS: Final = 100
_HOLDERS: Final = f"SELECT * FROM (SELECT key FROM shingles WHERE hash = ? LIMIT {_MAX_HOLDERS})"  # noqa: S608
_HASH_BYTES: Final = 4
_UNDATED: Final = 1 << 62
_ROWS: Final = 1000
# Hashes that are sorted in memory at a time, some 100 MB: those of 200,000 articles.
_SORTED: Final = 4_000_000
# Hashes whose holders one statement looks up.
_LOOKED_UP: Final = 20
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
        self._added: list[tuple[int, str, int, int, bytes]] = []
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

    def add(self, article: Article, *, is_new: bool = False) -> None:
        """Add an article, or replace the one of its id unless it ``is_new``."""
        key = article_key(article.id)
        if not is_new:
            self._delete(key)
        sketch = make_sketch(_text_of(article))
        if sketch:
            moment = int(article.date.timestamp()) if article.date else _UNDATED
            self._added.append((key, article.id, moment, sketch.size, sketch.to_bytes()))
            if len(self._added) >= _ROWS:
                self._write_added()

    def delete(self, article_id: str) -> None:
        """Delete an article; a missing one is fine."""
        self._delete(article_key(article_id))

    def complete(self, article_of: Callable[[str], Article | None]) -> None:
        """Find the groups of all that was added, and of what is left of groups that lost a member.

        ``article_of`` returns an article of the new generation.
        """
        self._write_added()
        self._list_shingles()
        self._group(self._connections(lru_cache(_CACHED)(lambda article_id: _shingles_of(article_of(article_id)))))
        self._run("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _write_added(self) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, NULL)", self._added)
        self._connection.executemany("INSERT OR IGNORE INTO unlisted VALUES (?)", ((row[0],) for row in self._added))
        self._added.clear()

    def _delete(self, key: int) -> None:
        self._write_added()
        row = self._run("SELECT size, hashes, first FROM articles WHERE key = ?", (key,)).fetchone()
        if row is None:
            return
        size, hashes, first = row
        self._connection.executemany(
            "DELETE FROM shingles WHERE hash = ? AND key = ?",
            ((number, key) for number in Sketch.read(size, hashes).hashes.tolist()),
        )
        self._run("DELETE FROM articles WHERE key = ?", (key,))
        if first is not None:
            self._run("INSERT OR IGNORE INTO ungrouped SELECT key FROM articles WHERE first = ?", (first,))
            self._run("UPDATE articles SET first = NULL WHERE first = ?", (first,))

    def _list_shingles(self) -> None:
        """List the hashes of the new articles, sorted: rows are inserted fastest in the order of their key."""
        total = self._run("SELECT total(length(hashes)) FROM unlisted JOIN articles USING (key)").fetchone()[0]
        parts = 1 + int(total) // (_HASH_BYTES * _SORTED)
        for part in range(parts):
            hashes, keys = self._sorted_hashes(part, parts)
            rows = zip(hashes.tolist(), keys.tolist(), strict=True)
            self._connection.executemany("INSERT OR IGNORE INTO shingles VALUES (?, ?)", rows)
            if not self._grows:
                # Of a whole corpus only the articles that share enough hashes with any others are looked at.
                _, place, holders = np.unique(hashes, return_inverse=True, return_counts=True)
                shared = keys[holders[place] > 1]
                self._connection.executemany("INSERT INTO shared VALUES (?)", ((key,) for key in shared.tolist()))
        if self._grows:
            self._run("INSERT OR IGNORE INTO ungrouped SELECT key FROM unlisted JOIN articles USING (key)")
        else:
            self._run("INSERT INTO ungrouped SELECT key FROM shared GROUP BY key HAVING count(*) >= ?", (MIN_SHARED,))

    def _sorted_hashes(self, part: int, parts: int) -> tuple[Hashes, npt.NDArray[np.int64]]:
        """Return one of ``parts`` equal parts of the hashes of the new articles, rising, and the article of each."""
        found: list[tuple[Hashes, npt.NDArray[np.int64]]] = [(np.empty(0, np.uint32), np.empty(0, np.int64))]
        rows = self._fetched("SELECT key, hashes FROM unlisted JOIN articles USING (key)")
        while some := list(islice(rows, _ROWS)):
            hashes = np.frombuffer(b"".join(blob for _, blob in some), np.uint32)
            keys = np.repeat([key for key, _ in some], [len(blob) // _HASH_BYTES for _, blob in some])
            is_inside = hashes.astype(np.uint64) * np.uint64(parts) >> np.uint64(32) == part
            found.append((hashes[is_inside], keys[is_inside]))
        hashes, keys = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        order = np.lexsort((keys, hashes))
        return hashes[order], keys[order]

    def _connections(self, shingles_of: Callable[[str], Hashes]) -> Iterator[tuple[int, int]]:
        """Yield pairs of keys that belong together; a group that lost nothing is stood for by its first member."""
        rows = self._fetched("SELECT key, id, size, hashes FROM ungrouped JOIN articles USING (key)")
        for key, article_id, size, hashes in rows:
            for other, other_id, first in self._alike(key, Sketch.read(size, hashes)):
                if are_near_duplicates(shingles_of(article_id), shingles_of(other_id)):
                    yield key, other if first is None else first

    def _alike(self, key: int, sketch: Sketch) -> Iterator[tuple[int, str, int | None]]:
        """Yield key, id and group of the articles that may be near duplicates of one."""
        shared: Counter[int] = Counter()
        numbers = sketch.hashes.tolist()
        for start in range(0, len(numbers), _LOOKED_UP):
            some = numbers[start : start + _LOOKED_UP]
            shared.update(chain.from_iterable(self._run(" UNION ALL ".join([_HOLDERS] * len(some)), tuple(some))))
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
        while rows := cursor.fetchmany(_ROWS):
            yield from rows

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)


def _shingles_of(article: Article | None) -> Hashes:
    return shingles(_text_of(article) if article else "")


def _text_of(article: Article) -> str:
    return f"{article.lead}\n{article.text}"


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
