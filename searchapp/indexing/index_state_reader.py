"""Questions to the index state: counts, samples, rejects. They change nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final, Literal

from searchapp.indexing.index_state_tables import SAMPLED
from searchapp.indexing.rejects import from_stored
from searchapp.model import Reject

__all__ = ["IndexStateReader"]

_FETCHED: Final = 1000


class IndexStateReader:
    """An open index state; memory stays flat whatever its size."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count(self, table: Literal["versions", "indexed", "withdrawn", "rejects"]) -> int:
        """Return the number of rows of a table."""
        return self._number(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of our own

    def count_withdrawn_versions(self) -> int:
        """Return the number of versions with a withdrawn id."""
        return self._number("SELECT count(*) FROM withdrawn JOIN versions USING (id)")

    def withdrawn(self) -> Iterator[str]:
        """Yield the ids of withdrawn articles."""
        yield from (row[0] for row in self._connection.execute("SELECT id FROM withdrawn ORDER BY id"))

    def rejects(self) -> Iterator[Reject]:
        """Yield all rejects in the order of reading."""
        rows = self._connection.execute(
            "SELECT r.file, r.line, r.reason FROM rejects r LEFT JOIN units u ON u.number = r.unit"
            " ORDER BY u.overrules, u.source, u.key, r.rowid"
        )
        for file, line, reason in rows:
            yield Reject(file, line, from_stored(reason))

    def repeated_ids(self, limit: int) -> list[str]:
        """Return at most ``limit`` ids that have several versions and are not withdrawn."""
        rows = self._connection.execute(
            "SELECT id FROM versions GROUP BY id HAVING count(*) > 1 AND id NOT IN withdrawn LIMIT ?", (limit,)
        )
        return [row[0] for row in rows]

    def changed_articles(self) -> Iterator[tuple[str, bool, bool]]:
        """Yield the articles whose entry in the index changed: id, whether it was indexed before, whether it is now."""
        rows = self._fetched(
            "SELECT id, before IS NOT NULL, digest IS NOT NULL FROM changed_articles LEFT JOIN indexed USING (id)"
            " WHERE before IS NOT digest ORDER BY id"
        )
        for article_id, before, now in rows:
            yield article_id, bool(before), bool(now)

    def sample(self, most: int, among: Literal["indexed", "written", "removed"] = "indexed") -> list[tuple[str, bytes]]:
        """Return (id, digest) of at most ``most`` articles, evenly spread over the order of ids.

        ``among`` those in the index, those ``written`` since the previous generation, or those ``removed`` since.
        """
        count = self._number(f"SELECT count(*) FROM {SAMPLED[among]}")  # noqa: S608 - constants only
        number = min(most, count)
        chosen: list[tuple[str, bytes]] = []
        position, last = -1, ""
        for target in ((2 * part + 1) * count // (2 * number) for part in range(number)):
            # From the previous id on: 50 ms for a million ids altogether, however they are spread.
            row = self._one(
                f"SELECT id, digest FROM {SAMPLED[among]} WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",  # noqa: S608
                (last, target - position - 1),
            )
            if row:
                position, last = target, row[0]
                chosen.append((row[0], bytes(row[1])))
        return chosen

    def _fetched(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """Yield rows, some at a time: the table may change between them."""
        cursor = self._connection.execute(statement)
        while rows := cursor.fetchmany(_FETCHED):
            yield from rows

    def _run(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def _one(self, statement: str, values: Any = ()) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        return row

    def _number(self, statement: str, values: Any = ()) -> int:
        return int(self._connection.execute(statement, values).fetchone()[0])
