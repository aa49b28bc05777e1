"""Embargoes: versions of articles that are not to be shown before a moment, as the index state knows them.

A version under embargo does not count (see :mod:`searchapp.indexing.versions`) until its moment. The next reindex after
it resolves its id again, and reads its file again though that did not change. The moment of the next release stands in
the manifest of a generation, so that ``serve`` and ``reindex --watch`` know when to index.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Final

from searchapp.errors import IndexDamaged, IndexInaccessible, IndexMissing
from searchapp.indexing.generations import Generations
from searchapp.model import NO_RELEASE, Article

__all__ = ["Embargoes", "ReleaseTimer", "Releases"]

_POLL_SECONDS: Final = 1.0
"""Seconds between two looks at the published generation, which another process may have replaced."""


class Embargoes:
    """The embargoes of an index state at the moment ``now``, in seconds since 1970.

    An embargo is part of an article's digest, so the digest tells the version. The few rows are found by id.
    """

    def __init__(self, connection: sqlite3.Connection, now: float) -> None:
        self._connection = connection
        self._now = now

    def add(self, article: Article, digest: bytes) -> bool:
        """Note the embargo of a version, if it has one; return whether it is held back now."""
        if article.embargo is None:
            return False
        release = article.embargo.timestamp()
        self._connection.execute("INSERT OR REPLACE INTO embargoes VALUES (?, ?, ?)", (article.id, digest, release))
        return release > self._now

    def held_back(self, article_id: str) -> set[bytes]:
        """Return the digests of the versions of an id that are held back."""
        rows = self._connection.execute(
            "SELECT digest FROM embargoes WHERE id = ? AND release > ?", (article_id, self._now)
        )
        return {bytes(digest) for (digest,) in rows}

    def released(self) -> list[str]:
        """Return the ids with an embargo that is over and a version that may not be indexed yet."""
        rows = self._connection.execute("SELECT DISTINCT id FROM embargoes WHERE release <= ?", (self._now,))
        return [article_id for (article_id,) in rows]

    def forget(self) -> None:
        """Drop the embargoes of versions that are gone, or indexed."""
        self._connection.execute(
            "DELETE FROM embargoes WHERE NOT EXISTS (SELECT 1 FROM versions v"
            " WHERE v.id = embargoes.id AND v.digest = embargoes.digest)"
            " OR (release <= ? AND EXISTS (SELECT 1 FROM indexed i"
            " WHERE i.id = embargoes.id AND substr(i.digest, 1, length(embargoes.digest)) = embargoes.digest))",
            (self._now,),
        )

    def count(self) -> int:
        """Return the number of versions that are held back, of articles that are not withdrawn."""
        row = self._connection.execute(
            "SELECT count(*) FROM embargoes JOIN versions USING (id, digest)"
            " WHERE release > ? AND NOT versions.withdrawn AND id NOT IN (SELECT id FROM withdrawn)",
            (self._now,),
        ).fetchone()
        return int(row[0])

    def next_release(self) -> str:
        """Return the moment of the next release, ISO 8601 in UTC, "" when none is known."""
        row = self._connection.execute(
            "SELECT min(release) FROM embargoes JOIN versions USING (id, digest) WHERE release > ? AND release < ?",
            (self._now, NO_RELEASE.timestamp()),
        ).fetchone()
        return datetime.fromtimestamp(row[0], UTC).isoformat() if row[0] is not None else ""


class Releases:
    """The ends of embargoes of the published generation, each reported once."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._name = self._told = ""
        self._next = ""

    def due(self) -> bool:
        """Return whether an embargo has ended since the generation was made; the next call says no.

        False as well while the index cannot be read: a later call finds out.
        """
        try:
            name = self._generations.current()
            if name != self._name:
                self._next, self._name = self._generations.manifest(name).next_release, name
        except (IndexMissing, IndexDamaged, IndexInaccessible, OSError):
            return False
        if not self._next or self._next == self._told or datetime.fromisoformat(self._next) > self._generations.now():
            return False
        self._told = self._next
        return True


class ReleaseTimer:
    """Calls ``release`` when an embargo has ended, from a thread that ends with the process."""

    def __init__(self, releases: Releases, release: Callable[[], object]) -> None:
        self._releases = releases
        self._release = release
        self._closed = Event()
        self.process = 0
        """The process whose thread it has: a server makes processes of itself, and each starts its own."""

    def start(self) -> None:
        """Start the thread in this process."""
        self.process = os.getpid()
        Thread(target=self._run, name="embargoes", daemon=True).start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(_POLL_SECONDS):
            if self._releases.due():
                self._release()
