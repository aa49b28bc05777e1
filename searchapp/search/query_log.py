"""The query log: what was searched for, by day. Off unless the settings say how many days it keeps.

A row is a query on a day, with its number of searches, the articles that the last one found, and its times. There is
no address, no hour and no order of searches in it, so that nobody's path can be read from it.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path
from threading import Lock
from typing import Any, Final

from searchapp.derived.databases import is_damage
from searchapp.derived.suggestions import SuggestionKind, suggestion_key
from searchapp.errors import Corrupt, SearchappError, Unavailable
from searchapp.i18n import Message
from searchapp.search.suggest import Suggestion

__all__ = ["FILE_NAME", "LoggedDay", "LoggedQuery", "QueryLog", "QueryReport", "read_queries", "report"]

FILE_NAME: Final = "queries.sqlite"
_log: Final = logging.getLogger(__name__)
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS queries (day TEXT, query TEXT, searches INTEGER, articles INTEGER, ms REAL, slowest REAL,
    PRIMARY KEY (day, query)) WITHOUT ROWID;
"""
_ADD: Final = """
INSERT INTO queries VALUES (:day, :query, 1, :articles, :ms, :ms) ON CONFLICT DO UPDATE SET
    searches = searches + 1, articles = :articles, ms = ms + :ms, slowest = max(slowest, :ms)
"""
# Rows: so many queries a day fill some 10 MB; more are not logged, whoever sends them.
_MOST_QUERIES_A_DAY: Final = 100_000
_COUNTED_EVERY: Final = 1_000
# Searches from which a query is suggested to others: one that a single person typed says something about that person.
_FREQUENT: Final = 5
_MOST_FREQUENT: Final = 10_000
_REFRESH_SECONDS: Final = 60.0
# A search never waits longer for another process that writes.
_WAIT_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """A query: its searches, the articles that the last one found, the mean and the longest time in milliseconds."""

    query: str
    searches: int
    articles: int
    ms: float
    slowest: float


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """A day: its searches, distinct queries, searches of queries without an article, mean time in milliseconds."""

    day: str
    searches: int
    queries: int
    without_hit: int
    ms: float


@dataclass(frozen=True, slots=True)
class QueryReport:
    """The log since a day: the most frequent queries, those without an article, the slowest, and the days."""

    frequent: list[LoggedQuery]
    without_hit: list[LoggedQuery]
    slow: list[LoggedQuery]
    days: list[LoggedDay]


class QueryLog:
    """The log at ``path``, of the last ``days``. Safe to share between threads; processes share the file.

    It never fails a search: what cannot be written is not logged, and damage is reported once to the log of the server.
    """

    def __init__(self, path: Path, days: int, today: Callable[[], date]) -> None:
        self._path = path
        self._days = days
        self._today = today
        self._lock = Lock()
        self._cleaned = date.min
        self._is_full = False
        self._added = 0
        self._is_damaged = False
        self._frequent: tuple[float, list[tuple[str, Suggestion]]] = (0.0, [])

    def add(self, query: str, articles: int, ms: float) -> None:
        """Log a search for ``query``, which found so many ``articles`` in ``ms`` milliseconds."""
        today, text = self._today(), " ".join(query.split())
        if not text:
            return
        try:
            with self._lock, closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as connection, connection:
                if today != self._cleaned:
                    self._clean(connection, today)
                if self._added % _COUNTED_EVERY == 0:
                    counted = "SELECT count(*) FROM queries WHERE day = ?"
                    (rows,) = connection.execute(counted, (today.isoformat(),)).fetchone()
                    self._is_full = rows >= _MOST_QUERIES_A_DAY
                self._added += 1
                if not self._is_full:
                    connection.execute(_ADD, {"day": today.isoformat(), "query": text, "articles": articles, "ms": ms})
        except sqlite3.Error as error:
            self._cleaned = date.min  # the file may have been removed: the next search makes it again
            _log.debug("A search was not logged: %s", error)
            self._report(_unreadable(self._path, error))

    def _report(self, error: SearchappError) -> None:
        if isinstance(error, Corrupt) and not self._is_damaged:
            self._is_damaged = True
            _log.warning("%s", error)

    def _clean(self, connection: sqlite3.Connection, today: date) -> None:
        """Make the table, and forget what is too old."""
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
        oldest = today - timedelta(days=self._days - 1)
        connection.execute("DELETE FROM queries WHERE day < ?", (oldest.isoformat(),))
        self._cleaned, self._added = today, 0

    def starting_with(self, typed: str, limit: int) -> list[Suggestion]:
        """Return the frequent queries that begin so and found something, the most frequent first."""
        prefix = suggestion_key(typed)
        if not prefix:
            return []
        rows = self._refreshed()
        start = bisect_left(rows, prefix, key=lambda row: row[0])
        matching = takewhile(lambda row: row[0].startswith(prefix), rows[start:])
        return sorted((row[1] for row in matching), key=lambda each: (-each.count, each.text))[:limit]

    def _refreshed(self) -> list[tuple[str, Suggestion]]:
        """Return the frequent queries by key, read again once a minute."""
        read_at, rows = self._frequent
        if time.monotonic() - read_at > _REFRESH_SECONDS or not read_at:
            try:
                found = read_queries(self._path, self._today() - timedelta(days=self._days - 1), _MOST_FREQUENT)
            except SearchappError as error:
                found = []
                self._report(error)
            kept = [each for each in found if each.searches >= _FREQUENT and each.articles]
            by_key: dict[str, Suggestion] = {}
            for each in kept:  # of spellings of a query the most frequent one
                suggestion = Suggestion(each.query, SuggestionKind.QUERY, each.articles)
                by_key.setdefault(suggestion_key(each.query), suggestion)
            rows = sorted(by_key.items())
            self._frequent = time.monotonic(), rows
        return rows


def report(path: Path, since: date, most: int) -> QueryReport:
    """Return the statistics of the log at ``path``, with at most ``most`` queries in each list.

    Raises Corrupt for a damaged log, and Unavailable for one that cannot be read.
    """
    frequent, without_hit, slow = (
        read_queries(path, since, most, order=order) for order in ("searches", "without_hit", "slow")
    )
    return QueryReport(frequent, without_hit, slow, _read_days(path, since))


def read_queries(path: Path, since: date, most: int, *, order: str = "searches") -> list[LoggedQuery]:
    """Return the first ``most`` queries since a day, by ``order``: "searches", "without_hit" or "slow"."""
    having = "HAVING min(articles) = 0 AND max(articles) = 0" if order == "without_hit" else ""
    column = "max(slowest)" if order == "slow" else "sum(searches)"
    statement = (
        "SELECT query, sum(searches), max(articles), sum(ms) / sum(searches), max(slowest) FROM queries"  # noqa: S608 - words of this module
        f" WHERE day >= ? GROUP BY query {having} ORDER BY {column} DESC, query LIMIT ?"
    )
    return [LoggedQuery(*row) for row in _rows(path, statement, (since.isoformat(), most))]


def _read_days(path: Path, since: date) -> list[LoggedDay]:
    """Return the days since ``since`` that have searches, the latest first."""
    statement = (
        "SELECT day, sum(searches), count(*), sum(CASE WHEN articles THEN 0 ELSE searches END),"
        " sum(ms) / sum(searches) FROM queries WHERE day >= ? GROUP BY day ORDER BY day DESC"
    )
    return [LoggedDay(*row) for row in _rows(path, statement, (since.isoformat(),))]


def _rows(path: Path, statement: str, values: Sequence[object]) -> list[Any]:
    """Return the rows of a statement, none without a log; raises Corrupt for a damaged one, and Unavailable."""
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'queries'").fetchone():
                return []  # another process is about to make the table
            return connection.execute(statement, values).fetchall()
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: sqlite3.Error) -> SearchappError:
    """Return the error of a log that SQLite cannot read or write."""
    if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
        return Corrupt(
            Message(
                "{file}, the log of searches in the folder of the index, is damaged ({reason}). Restore it from a "
                "backup, or remove it: the next search begins a new one.",
                file=path.name,
                reason=str(error),
            )
        )
    return Unavailable(
        Message(
            "{file}, the log of searches in the folder of the index, cannot be read ({reason}). Give searchapp "
            "permission to read it, or try again in a moment.",
            file=path.name,
            reason=str(error),
        )
    )
