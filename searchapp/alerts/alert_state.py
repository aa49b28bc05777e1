"""The alert state: the articles that were seen, the matches of each saved search, and what is to be delivered.

One SQLite file, of which a run is the only writer. Times are seconds since 1970.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from searchapp.alerts.digest import digest_id
from searchapp.errors import Unavailable
from searchapp.i18n import Message
from searchapp.indexing.durability import make_durably

__all__ = ["AlertState", "AlertStatus", "Delivery", "NewArticle"]

# ``seen``: article, digest of the version that was seen, number of the run that saw it first.
# ``matches``: in the order of finding; ``gone`` is 1 once the article is not in the index any more, and 2 when the feed
# was written without it.
# ``owed``: an article that a saved search could not be run on, for a fault of its own.
# ``pending``: a match that a channel has not delivered; ``digest`` once an attempt was made with it.
# ``channels``: the last attempts of a channel; ``tries`` counts those that failed since the last success.
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, digest BLOB, run INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (name TEXT PRIMARY KEY, run INTEGER, error TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS matches (
    number INTEGER PRIMARY KEY, name TEXT, article TEXT, gone INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS matches_by_name ON matches (name, article);
CREATE TABLE IF NOT EXISTS owed (name TEXT, article TEXT, PRIMARY KEY (name, article)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (
    name TEXT, channel TEXT, number INTEGER, digest TEXT NOT NULL DEFAULT '', PRIMARY KEY (name, channel, number))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS channels (
    name TEXT, channel TEXT, tries INTEGER NOT NULL DEFAULT 0, next_try REAL NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '', delivered REAL, articles INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (name, channel))
    WITHOUT ROWID;
"""
_ARTICLES_A_DIGEST: Final = 200
_FIRST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that no run saw in this version; ``run`` saw it first, None when none did in any."""

    id: str
    digest: bytes
    run: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A digest to deliver: ids of articles in the order of finding, and the numbers of these matches."""

    name: str
    channel: str
    digest: str
    articles: tuple[str, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """A saved search so far: delivered articles, the moment of the last delivery, what waits, and the last error."""

    delivered: int = 0
    last: float | None = None
    pending: int = 0
    error: str = ""


class AlertState:
    """The state in ``path``, which is made when it is missing. A context manager; not to be shared by threads."""

    def __init__(self, path: Path) -> None:
        make_durably(path.parent)
        self._name = path.name
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            # A delivery that was noted must stay noted after a power cut.
            self._connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_TABLES}")
        except sqlite3.Error as error:
            raise _unusable(path.name, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close the file; raises Unavailable in place of an error of SQLite's."""
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            raise _unusable(self._name, error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block does, or nothing of it."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise

    def fact(self, name: str) -> str:
        """Return a fact about the last run, "" when there is none."""
        return next((row[0] for row in self._run("SELECT value FROM facts WHERE name = ?", name)), "")

    def note_fact(self, name: str, value: str) -> None:
        """Note a fact about this run."""
        self._run("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    # Articles

    def begin_run(self, register: Path) -> int:
        """Look into the index state of the generation to be seen; return the number of this run."""
        self._run("ATTACH ? AS generation", f"{register.resolve().as_uri()}?mode=ro&immutable=1")
        return int(self.fact("run") or 0) + 1

    def see_all(self) -> int:
        """Note every article of the generation as seen before the first run; return their number."""
        return self._run("INSERT OR REPLACE INTO seen SELECT id, digest, 0 FROM generation.indexed").rowcount

    def see_new_versions(self) -> None:
        """Note the versions in the generation of the articles that were seen; none of them is told."""
        self._run(
            "UPDATE seen SET digest = i.digest FROM generation.indexed i"
            " WHERE i.id = seen.id AND i.digest IS NOT seen.digest"
        )

    def new_articles(self, most: int) -> list[NewArticle]:
        """Return at most ``most`` articles of the generation that are new, or seen in another version."""
        rows = self._run(
            "SELECT i.id, i.digest, s.run FROM generation.indexed i LEFT JOIN seen s USING (id)"
            " WHERE i.digest IS NOT s.digest LIMIT ?",
            most,
        )
        return [NewArticle(article_id, bytes(digest), run) for article_id, digest, run in rows]

    def see(self, articles: Iterable[NewArticle], run: int) -> None:
        """Note these versions as seen."""
        rows = ((one.id, one.digest, run if one.run is None else one.run) for one in articles)
        self._connection.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", rows)

    # Saved searches

    def keep_alerts(self, names: Sequence[str], run: int) -> dict[str, int]:
        """Forget all saved searches but ``names``; return for each the run before which it was made."""
        self._run("CREATE TEMP TABLE IF NOT EXISTS named (name TEXT PRIMARY KEY) WITHOUT ROWID")
        self._run("DELETE FROM named")
        self._connection.executemany("INSERT INTO named VALUES (?)", ((name,) for name in names))
        for table in ("alerts", "matches", "owed", "pending", "channels"):
            self._run(f"DELETE FROM {table} WHERE name NOT IN (SELECT name FROM named)")  # noqa: S608 - names above
        self._run("INSERT OR IGNORE INTO alerts (name, run) SELECT name, ? FROM named", run)
        return dict(self._run("SELECT name, run FROM alerts").fetchall())

    def keep_channels(self, name: str, channels: Sequence[str]) -> None:
        """Have what waits for a channel that a saved search has no more delivered by those that it got since."""
        known = {row[0] for row in self._run("SELECT channel FROM channels WHERE name = ?", name)}
        waiting = {row[0] for row in self._run("SELECT DISTINCT channel FROM pending WHERE name = ?", name)}
        for former in (known | waiting).difference(channels):
            for new in set(channels) - known - waiting:
                self._run(
                    "INSERT OR IGNORE INTO pending (name, channel, number)"
                    " SELECT name, ?, number FROM pending WHERE name = ? AND channel = ?",
                    new,
                    name,
                    former,
                )
            self._run("DELETE FROM pending WHERE name = ? AND channel = ?", name, former)
            self._run(
                "UPDATE channels SET tries = 0, next_try = 0, error = '' WHERE name = ? AND channel = ?", name, former
            )

    def note_error(self, name: str, error: str) -> None:
        """Note why a saved search could not be run, "" when it could."""
        self._run("UPDATE alerts SET error = ? WHERE name = ? AND error != ?", error, name, error)

    def has_match(self, name: str, article: str) -> bool:
        """Return whether an article was a match of a saved search before."""
        return bool(self._run("SELECT 1 FROM matches WHERE name = ? AND article = ?", name, article).fetchone())

    def add_match(self, name: str, article: str, channels: Iterable[str]) -> None:
        """Note a match, which each channel is to deliver."""
        number = self._run("INSERT INTO matches (name, article) VALUES (?, ?)", name, article).lastrowid
        for channel in channels:
            self._run("INSERT INTO pending (name, channel, number) VALUES (?, ?, ?)", name, channel, number)

    def latest_matches(self, name: str, most: int) -> list[str]:
        """Return the ids of the latest matches of a saved search, the latest first, each once."""
        rows = self._run(
            "SELECT article FROM matches WHERE name = ? AND NOT gone"
            " GROUP BY article ORDER BY max(number) DESC LIMIT ?",
            name,
            most,
        )
        return [row[0] for row in rows]

    def note_gone_matches(self) -> None:
        """Note the matches that have left the index."""
        self._run("UPDATE matches SET gone = 1 WHERE NOT gone AND article NOT IN (SELECT id FROM generation.indexed)")

    def names_of_gone(self) -> list[str]:
        """Return the saved searches whose feed may still list a match that has left the index."""
        return [row[0] for row in self._run("SELECT DISTINCT name FROM matches WHERE gone = 1 ORDER BY name")]

    def settle_gone(self, name: str) -> None:
        """Note that the feed of a saved search lists nothing that has left the index."""
        self._run("UPDATE matches SET gone = 2 WHERE name = ? AND gone = 1", name)

    def add_owed(self, name: str, articles: Iterable[str]) -> None:
        """Note articles that a saved search is to be run on later."""
        rows = ((name, article) for article in articles)
        self._connection.executemany("INSERT OR IGNORE INTO owed VALUES (?, ?)", rows)

    def owed(self, name: str, most: int) -> list[str]:
        """Return at most ``most`` ids of articles that a saved search is to be run on."""
        return [row[0] for row in self._run("SELECT article FROM owed WHERE name = ? LIMIT ?", name, most)]

    def names_of_owed(self) -> list[str]:
        """Return the saved searches that are to be run on earlier articles."""
        return [row[0] for row in self._run("SELECT DISTINCT name FROM owed")]

    def settle_owed(self, name: str, articles: Iterable[str]) -> None:
        """Note that a saved search was run on these articles."""
        rows = ((name, article) for article in articles)
        self._connection.executemany("DELETE FROM owed WHERE name = ? AND article = ?", rows)

    # Deliveries

    def due(self, now: float) -> list[tuple[str, str]]:
        """Return (name, channel) of what is pending and not to be tried later, those that failed last."""
        rows = self._run(
            "SELECT DISTINCT p.name, p.channel, ifnull(c.tries, 0) AS tries FROM pending p"
            " LEFT JOIN channels c USING (name, channel) WHERE ifnull(c.next_try, 0) <= ? ORDER BY tries, 1, 2",
            now,
        )
        return [(name, channel) for name, channel, _ in rows]

    def next_try(self) -> float | None:
        """Return the moment of the next attempt, None when nothing is pending."""
        row = self._run(
            "SELECT min(ifnull(c.next_try, 0)) FROM pending p LEFT JOIN channels c USING (name, channel)"
        ).fetchone()
        return row[0] if row else None

    def begin_delivery(self, name: str, channel: str) -> Delivery | None:
        """Return the digest to deliver now, with the id that all attempts have; None when nothing is pending."""
        rows = self._run(
            "SELECT number, article, digest FROM pending JOIN matches USING (number)"
            " WHERE pending.name = ? AND channel = ? ORDER BY digest = '', number LIMIT ?",
            name,
            channel,
            _ARTICLES_A_DIGEST,
        ).fetchall()
        if not rows:
            return None
        # One that was begun keeps its articles; those found since go into the next.
        begun = [row for row in rows if row[2]]
        if begun:
            rows = [row for row in begun if row[2] == begun[0][2]]
            digest = begun[0][2]
        else:
            digest = digest_id(name, channel, rows[0][0], (row[1] for row in rows))
            values = [(digest, name, channel, row[0]) for row in rows]
            with self.transaction():
                self._connection.executemany(
                    "UPDATE pending SET digest = ? WHERE name = ? AND channel = ? AND number = ?", values
                )
        numbers, articles = tuple(row[0] for row in rows), tuple(dict.fromkeys(row[1] for row in rows))
        return Delivery(name, channel, digest, articles, numbers)

    def end_delivery(self, delivery: Delivery, articles: int, now: float) -> None:
        """Note that a digest with so many articles was delivered."""
        with self.transaction():
            rows = ((delivery.name, delivery.channel, number) for number in delivery.numbers)
            self._connection.executemany("DELETE FROM pending WHERE name = ? AND channel = ? AND number = ?", rows)
            self._run(
                "INSERT INTO channels (name, channel, delivered, articles) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT DO UPDATE SET tries = 0, next_try = 0, error = '',"
                " delivered = CASE WHEN ?4 THEN ?3 ELSE delivered END, articles = articles + ?4",
                delivery.name,
                delivery.channel,
                now if articles else None,
                articles,
            )

    def fail_delivery(self, delivery: Delivery, error: str, now: float) -> float:
        """Note a failed attempt; return the seconds to the next, twice those before it up to six hours."""
        tries = next(
            (
                row[0]
                for row in self._run(
                    "SELECT tries FROM channels WHERE name = ? AND channel = ?", delivery.name, delivery.channel
                )
            ),
            0,
        )
        pause = min(_FIRST_PAUSE * 2.0 ** min(tries, 20), _LONGEST_PAUSE)
        self._run(
            "INSERT INTO channels (name, channel, tries, next_try, error) VALUES (?1, ?2, 1, ?3, ?4)"
            " ON CONFLICT DO UPDATE SET tries = tries + 1, next_try = ?3, error = ?4",
            delivery.name,
            delivery.channel,
            now + pause,
            error,
        )
        return pause

    def postpone(self, name: str, channel: str, until: float, error: str) -> None:
        """Note that a channel is not tried before a moment, since another with the same target failed."""
        self._run(
            "INSERT INTO channels (name, channel, next_try, error) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT DO UPDATE SET next_try = ?3, error = ?4",
            name,
            channel,
            until,
            error,
        )

    def statuses(self) -> dict[str, AlertStatus]:
        """Return the status of each saved search, by name."""
        statuses = {name: AlertStatus(error=error) for name, error in self._run("SELECT name, error FROM alerts")}
        rows = self._run(
            "SELECT name, max(articles), max(delivered), max(error) FROM channels GROUP BY name"
        ).fetchall()
        waiting = dict(self._run("SELECT name, count(DISTINCT number) FROM pending GROUP BY name").fetchall())
        known = {name: (articles, last, error) for name, articles, last, error in rows}
        for name, status in statuses.items():
            articles, last, error = known.get(name, (0, None, ""))
            statuses[name] = AlertStatus(articles, last, waiting.get(name, 0), status.error or error)
        return statuses

    def _run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)


def _unusable(name: str, error: sqlite3.Error) -> Unavailable:
    return Unavailable(
        Message(
            "{file} of the alerts cannot be used ({reason}). If it is damaged, restore it from a backup, or remove it: "
            "the alerts then take note of the archive again, and what waited is lost.",
            file=name,
            reason=str(error),
        )
    )
