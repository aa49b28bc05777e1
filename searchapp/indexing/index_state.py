"""The register of a generation: what the corpus held when it was made, down to the version of each article.

A SQLite file in the generation's folder. The next reindex copies it and compares: files by size, time and digest,
articles by the digest of their fields. It also tells which articles are withdrawn. Rows are small (some 150 bytes an
article) and every question is answered by an index, so that memory stays flat and cost follows the changes.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Literal, Self

from searchapp.derived.databases import require_schema
from searchapp.i18n import Message
from searchapp.indexing.generations import REGISTER
from searchapp.indexing.versions import Version
from searchapp.ingest import Unit
from searchapp.model import Article, Reject
from searchapp.schema import stored_values

__all__ = ["FILE_NAME", "TABLES", "Known", "Register", "digest_of_article"]

FILE_NAME: Final = REGISTER

TABLES: Final = """
CREATE TABLE units (
    number INTEGER PRIMARY KEY, source INTEGER, key BLOB, name TEXT, size INTEGER, modified INTEGER, changed INTEGER,
    settings TEXT, digest BLOB, needs TEXT, entries INTEGER, overrules INTEGER, UNIQUE (source, key));
CREATE TABLE versions (
    id TEXT, unit INTEGER, place INTEGER, digest BLOB, moment REAL, withdrawn INTEGER, facts INTEGER,
    PRIMARY KEY (id, unit, place)) WITHOUT ROWID;
CREATE INDEX versions_by_unit ON versions (unit);
CREATE INDEX versions_by_facts ON versions (facts) WHERE facts IS NOT NULL;
CREATE TABLE indexed (id TEXT PRIMARY KEY, digest BLOB) WITHOUT ROWID;
CREATE TABLE withdrawn (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE rejects (unit INTEGER, file TEXT, line INTEGER, reason TEXT);
CREATE INDEX rejects_by_unit ON rejects (unit);
"""
# Whoever is killed meanwhile leaves a file that nobody will open.
_FAST: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;"
_PASSING: Final = """
CREATE TEMP TABLE fresh (
    id TEXT, place INTEGER, digest BLOB, moment REAL, withdrawn INTEGER, facts INTEGER, PRIMARY KEY (id, place))
    WITHOUT ROWID;
CREATE INDEX temp.fresh_by_facts ON fresh (facts) WHERE facts IS NOT NULL;
CREATE TEMP TABLE seen (unit INTEGER PRIMARY KEY);
CREATE TEMP TABLE doubtful (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE touched (id TEXT PRIMARY KEY, before BLOB) WITHOUT ROWID;
CREATE TEMP TABLE missing (
    unit INTEGER, place INTEGER, id TEXT, corrects INTEGER, PRIMARY KEY (unit, place, id)) WITHOUT ROWID;
CREATE TEMP TABLE unavailable (unit INTEGER PRIMARY KEY);
"""
# Of one id in the order of reading; a version is repeated if the same facts stand earlier under whatever id.
_VERSIONS: Final = """
WITH held AS (
    SELECT v.unit, place, v.digest, moment, withdrawn, facts, overrules, source, key
    FROM versions v JOIN units u ON u.number = v.unit WHERE id = :id AND v.unit != :past
    UNION ALL
    SELECT :unit, place, f.digest, moment, withdrawn, facts, overrules, source, key
    FROM fresh f JOIN units u ON u.number = :unit WHERE id = :id)
SELECT h.unit, h.place, h.digest, h.moment, h.withdrawn, h.overrules, h.facts IS NOT NULL AND (
    EXISTS (SELECT 1 FROM versions w JOIN units x ON x.number = w.unit WHERE w.facts = h.facts AND w.unit != :past
        AND (x.overrules, x.source, x.key, w.place) < (h.overrules, h.source, h.key, h.place))
    OR EXISTS (SELECT 1 FROM fresh g JOIN units x ON x.number = :unit WHERE g.facts = h.facts
        AND (x.overrules, x.source, x.key, g.place) < (h.overrules, h.source, h.key, h.place)))
FROM held h ORDER BY h.overrules, h.source, h.key, h.place
"""
# After an interruption: whatever may depend on more than one version, or on one that was not read to its end.
_DOUBT_AGAIN: Final = """
INSERT OR IGNORE INTO doubtful SELECT id FROM versions GROUP BY id HAVING count(*) > 1 OR max(withdrawn);
INSERT OR IGNORE INTO doubtful SELECT id FROM versions WHERE facts IN (
    SELECT facts FROM versions WHERE facts IS NOT NULL GROUP BY facts HAVING count(*) > 1);
INSERT OR IGNORE INTO doubtful SELECT id FROM indexed EXCEPT SELECT id FROM versions;
"""
_GONE: Final = """(
    SELECT id, place, digest, moment, withdrawn, facts FROM versions WHERE unit = :unit
    EXCEPT SELECT id, place, digest, moment, withdrawn, facts FROM fresh)"""
# Of a unit of which only a part could be read: what came again is replaced, what did not come stays.
_REPLACED: Final = f"(SELECT * FROM {_GONE} WHERE id IN (SELECT id FROM fresh))"  # noqa: S608 - all of it stands above
_DOUBT_GONE: Final = f"""
INSERT OR IGNORE INTO doubtful SELECT id FROM {_GONE}
UNION SELECT id FROM versions WHERE facts IN (SELECT facts FROM {_GONE} WHERE facts IS NOT NULL)
"""  # noqa: S608 - all of it stands above
_DELETE_GONE: Final = f"DELETE FROM versions WHERE unit = :unit AND (id, place) IN (SELECT id, place FROM {_GONE})"  # noqa: S608
_DELETE_REPLACED: Final = (
    f"DELETE FROM versions WHERE unit = :unit AND (id, place) IN (SELECT id, place FROM {_REPLACED})"  # noqa: S608
)
_SAMPLED: Final = {
    "indexed": "indexed",
    "written": "(SELECT id, i.digest FROM touched JOIN indexed i USING (id) WHERE before IS NOT i.digest)",
    "removed": "(SELECT id, before AS digest FROM touched LEFT JOIN indexed i USING (id)"
    " WHERE before IS NOT NULL AND i.digest IS NULL)",
}
_KIN: Final = """
INSERT OR IGNORE INTO doubtful SELECT id FROM versions WHERE facts = :facts
UNION SELECT id FROM fresh WHERE facts = :facts
"""


def digest_of_article(article: Article) -> bytes:
    """Return 128 bits that differ when any field of ``article`` does."""
    texts = ("\2".join(value) if isinstance(value, tuple) else str(value) for value in stored_values(article))
    return blake2b("\1".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Known:
    """A unit as it was when last read; ``entries`` counts its articles and rejects."""

    number: int
    size: int
    modified: int | None
    changed: int
    settings: str
    digest: bytes | None
    needs: str
    entries: int


class Register:
    """A register to be brought up to date. One thread, one reindex.

    Between :meth:`begin_unit` and :meth:`end_unit` the versions of that unit are the *fresh* ones, which were added
    since; elsewhere they are what was read last. Ids whose verdict may have changed are *doubtful*, those whose
    article in the index did are *touched*.
    """

    def __init__(self, path: Path, base: Path | None = None, *, goes_on: bool = False) -> None:
        """Begin with what ``base`` says; with ``goes_on`` that is the register of a build that was interrupted."""
        self.changed = base is None or goes_on
        self._unit = self._past = -1
        self._compares = base is not None and not goes_on
        path.unlink(missing_ok=True)
        if base:
            _copy(base, path)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # Whoever is killed meanwhile leaves a file that nobody will open.
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;"
        )
        if base:
            try:
                require_schema(self._connection, base, TABLES)
            except BaseException:
                self._connection.close()
                raise
        else:
            self._connection.executescript(TABLES)
        self._connection.executescript(_PASSING)
        if goes_on:
            self._connection.executescript(_DOUBT_AGAIN)
        self._connection.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def commit(self) -> None:
        """Bring the file up to date."""
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")

    # Units

    def known(self, source: int, unit: Unit) -> Known | None:
        """Return the unit as it was when last read, and remember that it is still there."""
        row = self._one(
            "SELECT number, size, modified, changed, settings, digest, needs, entries FROM units"
            " WHERE source = ? AND key = ?",
            (source, unit.key),
        )
        if row is None:
            return None
        self._run("INSERT OR IGNORE INTO seen VALUES (?)", (row[0],))
        return Known(*row)

    def keep_source(self, source: int) -> None:
        """Take all units of ``source`` to be as they were."""
        self._run("INSERT OR IGNORE INTO seen SELECT number FROM units WHERE source = ?", (source,))

    def keep_below(self, source: int, key: bytes) -> None:
        """Take the unit ``key`` and those in a folder of that key, which are unavailable, to be as they were."""
        self._run(
            "INSERT OR IGNORE INTO unavailable SELECT number FROM units"
            " WHERE source = :source AND (key = :key OR :key = x'' OR (key > :below AND key < :beyond))",
            {"source": source, "key": key, "below": key + b"\0", "beyond": key + b"\1"},
        )
        self._run("INSERT OR IGNORE INTO seen SELECT unit FROM unavailable")

    def note_unavailable(self, unit: int) -> None:
        """Note that a unit could not be read: its versions stay, and the next reindex tries again."""
        self._run("INSERT OR IGNORE INTO unavailable VALUES (?)", (unit,))
        forgotten = self._run(
            "UPDATE units SET modified = NULL, digest = NULL WHERE number = ? AND digest IS NOT NULL", (unit,)
        )
        self.changed |= forgotten.rowcount > 0

    def is_unavailable(self, unit: int) -> bool:
        """Return whether a unit could not be read in this reindex."""
        return self._one("SELECT 1 FROM unavailable WHERE unit = ?", (unit,)) is not None

    def sign(self, known: Known, unit: Unit, needs: str) -> None:
        """Note the size and time of a unit whose content is as it was; that alone is no change worth publishing."""
        self._run(
            "UPDATE units SET size = ?, modified = ?, changed = ?, settings = ?, needs = ? WHERE number = ?",
            (unit.size, unit.modified, unit.changed, unit.settings, needs, known.number),
        )

    def begin_unit(self, source: int, unit: Unit, known: Known | None, *, goes_on: bool = False) -> int:
        """Begin a unit that is read; with ``goes_on`` its versions so far stay. Return its number."""
        if known is None:
            cursor = self._run(
                "INSERT INTO units (source, key, name, entries, overrules) VALUES (?, ?, ?, 0, ?)",
                (source, unit.key, unit.name, unit.overrules),
            )
            self._unit = int(cursor.lastrowid or 0)
            self._run("INSERT INTO seen VALUES (?)", (self._unit,))
            self.changed = True
        else:
            self._unit = known.number
        self._past = -1 if goes_on else self._unit
        if not goes_on:
            self._run("DELETE FROM rejects WHERE unit = ?", (self._unit,))
        return self._unit

    def end_unit(
        self, unit: Unit, digest: bytes | None, needs: str, entries: int, *, unavailable: bool = False
    ) -> None:
        """Make the fresh versions those of the unit; ids that lost or gained one are doubtful.

        Of an ``unavailable`` unit those that did not come again stay.
        """
        numbers = {"unit": self._unit}
        if self._past == self._unit:
            if not unavailable:
                self._run(_DOUBT_GONE, numbers)
            gone = self._run(_DELETE_REPLACED if unavailable else _DELETE_GONE, numbers)
            self.changed |= gone.rowcount > 0
        added = self._run(
            "INSERT OR IGNORE INTO versions SELECT id, :unit, place, digest, moment, withdrawn, facts FROM fresh",
            numbers,
        )
        self.changed |= added.rowcount > 0
        self._run("DELETE FROM fresh")
        before = self._one("SELECT digest, settings FROM units WHERE number = :unit", numbers)
        self.changed |= before != (digest, unit.settings)
        self._run(
            "UPDATE units SET name = ?, size = ?, modified = ?, changed = ?, settings = ?, digest = ?, needs = ?,"
            " entries = ? WHERE number = ?",
            (
                unit.name,
                unit.size,
                unit.modified,
                unit.changed,
                unit.settings,
                digest,
                needs,
                entries,
                self._unit,
            ),
        )
        if unavailable:
            self.note_unavailable(self._unit)
        self._unit = self._past = -1

    def forget_unseen(self) -> int:
        """Drop the units that are gone from the corpus; return how many."""
        gone = [row[0] for row in self._connection.execute("SELECT number FROM units EXCEPT SELECT unit FROM seen")]
        for number in gone:
            numbers = {"unit": number}
            self._run("INSERT OR IGNORE INTO doubtful SELECT id FROM versions WHERE unit = :unit", numbers)
            self._run(
                "INSERT OR IGNORE INTO doubtful SELECT id FROM versions WHERE facts IN"
                " (SELECT facts FROM versions WHERE unit = :unit AND facts IS NOT NULL)",
                numbers,
            )
            self._run("DELETE FROM versions WHERE unit = :unit", numbers)
            self._run("DELETE FROM rejects WHERE unit = :unit", numbers)
            self._run("DELETE FROM units WHERE number = :unit", numbers)
        self.changed |= bool(gone)
        return len(gone)

    # Versions

    def add(self, article: Article, place: int, digest: bytes, moment: float | None, facts: int | None) -> bool:
        """Add a fresh version; return whether it is all that is known of its id, and says what no other does."""
        withdrawn = article.status == "withdrawn"
        alone = not withdrawn and self._is_alone(article.id, facts)
        self._run(
            "INSERT OR REPLACE INTO fresh VALUES (?, ?, ?, ?, ?, ?)",
            (article.id, place, digest, moment, withdrawn, facts),
        )
        if not alone:
            self._doubt(article.id, facts)
        return alone

    def is_fresh(self, article_id: str) -> bool:
        """Return whether the unit that is read has given a version of this id."""
        return self._one("SELECT 1 FROM fresh WHERE id = ? LIMIT 1", (article_id,)) is not None

    def reject(self, reject: Reject, unit: int | None) -> None:
        """Add a reject of a unit, or of none."""
        reason = json.dumps(_plain(reject.reason), ensure_ascii=False)
        self._run("INSERT INTO rejects VALUES (?, ?, ?, ?)", (unit, reject.file, reject.line, reason))

    def reject_again(self, reject: Reject) -> None:
        """Add a reject of no unit in place of the one of the same file."""
        self._run("DELETE FROM rejects WHERE unit IS NULL AND file = ?", (reject.file,))
        self.reject(reject, None)

    def forget_loose_rejects(self) -> None:
        """Drop the rejects of no unit: they are found anew each time."""
        self._run("DELETE FROM rejects WHERE unit IS NULL")

    def versions(self, article_id: str) -> list[Version]:
        """Return all versions with this id in the order of reading."""
        rows = self._connection.execute(_VERSIONS, {"id": article_id, "unit": self._unit, "past": self._past})
        return [
            Version(unit, place, digest, moment, bool(withdrawn), bool(overrules), bool(repeated))
            for unit, place, digest, moment, withdrawn, overrules, repeated in rows
        ]

    def doubtful(self) -> Iterator[str]:
        """Yield the ids whose verdict may have changed."""
        cursor = self._connection.execute("SELECT id FROM doubtful ORDER BY id")
        while rows := cursor.fetchmany(1000):
            yield from (row[0] for row in rows)

    # What the index holds

    def indexed(self, article_id: str) -> bytes | None:
        """Return the digest of what the index holds under this id."""
        row = self._one("SELECT digest FROM indexed WHERE id = ?", (article_id,))
        return bytes(row[0]) if row else None

    def note_indexed(self, article_id: str, digest: bytes) -> None:
        """Note what the index holds from now on."""
        self._touch(article_id)
        self._run("INSERT OR REPLACE INTO indexed VALUES (?, ?)", (article_id, digest))

    def note_gone(self, article_id: str) -> None:
        """Note that the index holds no such article any more."""
        self._touch(article_id)
        self._run("DELETE FROM indexed WHERE id = ?", (article_id,))

    def touched(self) -> Iterator[tuple[str, bool, bool]]:
        """Yield the articles of the index that changed: id, whether it was there before, whether it is there now."""
        cursor = self._connection.execute(
            "SELECT id, before IS NOT NULL, digest IS NOT NULL FROM touched LEFT JOIN indexed USING (id)"
            " WHERE before IS NOT digest ORDER BY id"
        )
        while rows := cursor.fetchmany(1000):
            yield from ((article_id, bool(before), bool(now)) for article_id, before, now in rows)

    def note_withdrawn(self, article_id: str, *, withdrawn: bool) -> None:
        """Note whether nothing of this id is to be shown."""
        if withdrawn:
            self._run("INSERT OR IGNORE INTO withdrawn VALUES (?)", (article_id,))
        else:
            self._run("DELETE FROM withdrawn WHERE id = ?", (article_id,))

    def want(self, article_id: str, version: Version, *, corrects: bool) -> None:
        """Remember a version that has to be read again."""
        values = (version.unit, version.place, article_id, corrects)
        self._run("INSERT OR REPLACE INTO missing VALUES (?, ?, ?, ?)", values)

    def wanted(self) -> dict[tuple[int, bytes], int]:
        """Return the units to read again, as (source, key) and number."""
        rows = self._connection.execute(
            "SELECT source, key, number FROM units WHERE number IN (SELECT unit FROM missing)"
        )
        return {(source, bytes(key)): number for source, key, number in rows}

    def wants(self, unit: int, place: int) -> dict[str, bool]:
        """Return the ids that are wanted from this place of a unit, and whether each corrects an earlier version."""
        rows = self._connection.execute("SELECT id, corrects FROM missing WHERE unit = ? AND place = ?", (unit, place))
        return {article_id: bool(corrects) for article_id, corrects in rows}

    def count_wanted(self, unit: int) -> int:
        """Return how many places of a unit are wanted."""
        row = self._one("SELECT count(*) FROM missing WHERE unit = ?", (unit,))
        return int(row[0]) if row else 0

    # Sums

    def count(self, table: str) -> int:
        """Return the number of rows of ``versions``, ``indexed``, ``withdrawn`` or ``rejects``."""
        row = self._one(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of our own
        return int(row[0]) if row else 0

    def count_withdrawn_versions(self) -> int:
        """Return the number of versions that stand under a withdrawn id."""
        row = self._one("SELECT count(*) FROM withdrawn JOIN versions USING (id)")
        return int(row[0]) if row else 0

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
            yield Reject(file, line, _message(json.loads(reason)))

    def repeated_ids(self, limit: int) -> list[str]:
        """Return ids that came more than once, at most ``limit``, none of them withdrawn."""
        rows = self._connection.execute(
            "SELECT id FROM versions GROUP BY id HAVING count(*) > 1 AND id NOT IN withdrawn LIMIT ?", (limit,)
        )
        return [row[0] for row in rows]

    def sample(self, most: int, among: Literal["indexed", "written", "removed"] = "indexed") -> list[tuple[str, bytes]]:
        """Return (id, digest) of at most ``most`` articles, evenly spread over the order of ids.

        ``among`` those in the index, those that were ``written`` since the generation before, or those ``removed``.
        """
        row = self._one(f"SELECT count(*) FROM {_SAMPLED[among]}")  # noqa: S608 - all of it stands above
        count = int(row[0]) if row else 0
        number = min(most, count)
        chosen: list[tuple[str, bytes]] = []
        place, last = -1, ""
        for wanted in ((2 * part + 1) * count // (2 * number) for part in range(number)):
            # On from the one before: 50 ms for a million ids altogether, whatever they look like.
            row = self._one(
                f"SELECT id, digest FROM {_SAMPLED[among]} WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",  # noqa: S608
                (last, wanted - place - 1),
            )
            if row:
                place, last = wanted, row[0]
                chosen.append((row[0], bytes(row[1])))
        return chosen

    def _is_alone(self, article_id: str, facts: int | None) -> bool:
        if self._one("SELECT 1 FROM fresh WHERE id = ? LIMIT 1", (article_id,)):
            return False
        if self._one("SELECT 1 FROM versions WHERE id = ? LIMIT 1", (article_id,)):
            return False
        if facts is None:
            return True
        return not (
            self._one("SELECT 1 FROM fresh WHERE facts = ? LIMIT 1", (facts,))
            or self._one("SELECT 1 FROM versions WHERE facts = ? LIMIT 1", (facts,))
        )

    def _touch(self, article_id: str) -> None:
        if self._compares:
            self._run(
                "INSERT OR IGNORE INTO touched VALUES (?, (SELECT digest FROM indexed WHERE id = ?))",
                (article_id, article_id),
            )

    def _doubt(self, article_id: str, facts: int | None) -> None:
        self._run("INSERT OR IGNORE INTO doubtful VALUES (?)", (article_id,))
        if facts is not None:
            self._run(_KIN, {"facts": facts})

    def _run(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def _one(self, statement: str, values: Any = ()) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        return row


def _plain(message: Message) -> list[Any]:
    """Return ``message`` as JSON: its text and its values, which may be messages, here lists."""
    return [
        message.text,
        {name: _plain(value) if isinstance(value, Message) else str(value) for name, value in message.values.items()},
    ]


def _message(plain: list[Any]) -> Message:
    text, values = plain
    return Message(
        text, **{name: _message(value) if isinstance(value, list) else value for name, value in values.items()}
    )


def _copy(base: Path, path: Path) -> None:
    """Copy a file inside the kernel where the system can: file systems that share blocks then copy nothing."""
    try:
        with base.open("rb") as source, path.open("wb") as target:
            remaining = base.stat().st_size
            while remaining and (copied := os.copy_file_range(source.fileno(), target.fileno(), remaining)):
                remaining -= copied
    except (AttributeError, OSError):  # another system, or a file system that cannot
        shutil.copyfile(base, path)
