"""Finding the near duplicates of a generation and writing them down as groups.

A full build compares all articles at once (:mod:`.duplicate_candidates`), from a temporary file of their shingles: 1 kB
for a text of 250 words. A reindex that adds ten articles looks up their hashes, and reads only articles that are likely
to be copies of them. A group is a connected component: of three versions the first and the last may have little in
common.

The groups depend on the articles alone, not on the order in which they came, but for texts whose hashes are nearly all
shared by many articles: more than sixteen in a full build, more than _MAX_HOLDERS in an update.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

import numpy as np

from searchapp.derived.databases import copy_database, require_schema
from searchapp.derived.duplicate_candidates import Numbers, PairCounter, Sketches, unpacked
from searchapp.derived.near_duplicates import TABLES
from searchapp.derived.shingles import (
    MIN_SHARED,
    Hashes,
    Sketch,
    are_near_duplicates,
    may_be_near_duplicates,
    shingles,
    sketch_of,
)
from searchapp.model import Article
from searchapp.schema import article_key

__all__ = ["DuplicatesWriter"]

# ``ungrouped`` has the articles whose group is to be found: new ones, and those whose group lost a member.
_TEMPORARY_TABLES: Final = """
CREATE TEMP TABLE ungrouped (key INTEGER PRIMARY KEY);
CREATE TEMP TABLE unlisted (key INTEGER PRIMARY KEY, place INTEGER);
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
# Rows of hashes that are made at a time.
_INSERTED: Final = 50_000
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
        self._folder = path.parent
        self._grows = base is not None
        self._added: list[tuple[int, str, int, int, bytes]] = []
        # The shingles of a full build: reading the articles from the engine once more would take many times as long.
        self._places: list[tuple[int, int]] = []
        self._shingles = TemporaryFile(dir=path.parent)  # noqa: SIM115 - until close
        try:
            self._connection.executescript(_PRAGMAS)
            if base:
                require_schema(self._connection, base, TABLES)
            else:
                self._connection.executescript(TABLES)
            self._connection.executescript(_TEMPORARY_TABLES)
        except BaseException:
            self.close()
            raise
        self._run("BEGIN")

    def add(self, article: Article, *, is_new: bool = False) -> None:
        """Add an article, or replace the one of its id unless it ``is_new``."""
        key = article_key(article.id)
        if not is_new:
            self._delete(key)
        hashes = _shingles_of(article)
        sketch = sketch_of(hashes)
        if sketch:
            self._places.append((key, self._shingles.tell()))
            if not self._grows:
                self._shingles.write(hashes.tobytes())
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
        sketches = self._sketches()
        ranked = sketches.ranked()
        components = _Components()
        if self._grows:
            self._list_shingles(sketches, ranked)
            self._connect_new(components, lru_cache(_CACHED)(lambda article_id: _shingles_of(article_of(article_id))))
        else:
            with PairCounter(self._folder, sketches, ranked) as counter:
                self._list_shingles(sketches, ranked, counter)
                self._connect_all(components, sketches, counter.candidates())
        self._group(components.all())
        self._run("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._shingles.close()
        self._connection.close()

    def _write_added(self) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, NULL)", self._added)
        self._connection.executemany("INSERT OR REPLACE INTO unlisted VALUES (?, ?)", self._places)
        self._added.clear()
        self._places.clear()

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

    def _sketches(self) -> Sketches:
        """Return the sketches of the new articles."""
        none = np.empty(0, np.int64)
        parts: list[tuple[Numbers, Numbers, Numbers, Hashes]] = [(none, none, none, np.empty(0, np.uint32))]
        rows = self._fetched("SELECT key, size, hashes FROM unlisted JOIN articles USING (key)")
        while some := list(islice(rows, _ROWS)):
            keys, sizes, blobs = zip(*some, strict=True)
            lengths = np.array([len(blob) // _HASH_BYTES for blob in blobs])
            parts.append((np.array(keys), np.array(sizes), lengths, np.frombuffer(b"".join(blobs), np.uint32)))
        all_keys, all_sizes, all_lengths, all_hashes = zip(*parts, strict=True)
        starts = np.cumsum(np.concatenate(([0], *all_lengths)))
        return Sketches(np.concatenate(all_keys), np.concatenate(all_sizes), starts, np.concatenate(all_hashes))

    def _list_shingles(self, sketches: Sketches, ranked: Numbers, counter: PairCounter | None = None) -> None:
        """List the hashes of the new articles, sorted: rows are inserted fastest in the order of their key."""
        for holders in sketches.holders(ranked):
            if counter:
                counter.count(holders)
            for start in range(0, len(holders), _INSERTED):
                hashes, ranks = unpacked(holders[start : start + _INSERTED])
                rows = zip(hashes.tolist(), sketches.keys[ranked[ranks]].tolist(), strict=True)
                self._connection.executemany("INSERT OR IGNORE INTO shingles VALUES (?, ?)", rows)

    def _connect_all(self, components: _Components, sketches: Sketches, pairs: Iterable[tuple[int, int]]) -> None:
        """Connect the articles of a full build; many pairs of a large group are connected before they are compared."""
        places = array(
            "q", (place for (place,) in self._fetched("SELECT place FROM unlisted JOIN articles USING (key)"))
        )
        for numbers in pairs:
            one, other = (int(sketches.keys[number]) for number in numbers)
            if not components.are_connected(one, other) and are_near_duplicates(
                *(self._kept(places[number], int(sketches.sizes[number])) for number in numbers)
            ):
                components.connect(one, other)

    def _kept(self, place: int, size: int) -> Hashes:
        self._shingles.seek(place)
        return np.frombuffer(self._shingles.read(size * _HASH_BYTES), np.uint32)

    def _connect_new(self, components: _Components, shingles_of: Callable[[str], Hashes]) -> None:
        """Connect the ungrouped articles; a group that lost nothing is stood for by its first member."""
        self._run("INSERT OR IGNORE INTO ungrouped SELECT key FROM unlisted JOIN articles USING (key)")
        rows = self._fetched("SELECT key, id, size, hashes FROM ungrouped JOIN articles USING (key)")
        for key, article_id, size, hashes in rows:
            for other, other_id, first in self._alike(key, Sketch.read(size, hashes)):
                group = other if first is None else first
                if not components.are_connected(key, group) and are_near_duplicates(
                    shingles_of(article_id), shingles_of(other_id)
                ):
                    components.connect(key, group)

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

    def _group(self, components: Iterable[list[int]]) -> None:
        """Give the articles of each connected component their group."""
        for keys in components:
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


class _Components:
    """The connected components of what was connected, by union-find with path halving."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}

    def connect(self, one: int, other: int) -> None:
        for key in (one, other):
            self._parents.setdefault(key, key)
        self._parents[self._root_of(one)] = self._root_of(other)

    def are_connected(self, one: int, other: int) -> bool:
        return self._root_of(one) == self._root_of(other)

    def all(self) -> Iterable[list[int]]:
        components: dict[int, list[int]] = {}
        for key in self._parents:
            components.setdefault(self._root_of(key), []).append(key)
        return components.values()

    def _root_of(self, key: int) -> int:
        while (parent := self._parents.get(key, key)) != key:
            self._parents[key] = key = self._parents[parent]
        return key
