"""The index state of a generation: the corpus as it was read, down to the version of each article.

A SQLite file in the generation's folder. The next reindex copies it and compares: files by size, time and digest,
articles by the digest of their fields. It also lists the withdrawn articles. Rows are small (some 150 bytes an article)
and each query uses a database index, so memory stays flat and the cost follows the number of changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from searchapp.derived.databases import copy_database, require_schema
from searchapp.i18n import Message
from searchapp.indexing import index_state_tables as tables
from searchapp.indexing.embargoes import Embargoes
from searchapp.indexing.index_state_reader import IndexStateReader
from searchapp.indexing.rejects import to_stored
from searchapp.indexing.versions import Version
from searchapp.ingest import Unit
from searchapp.model import Article, Reject

__all__ = ["IndexState", "KnownUnit"]

# No unit has this number.
_NONE: Final = -1


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit as it was when last read; ``entries`` counts its articles and rejects."""

    number: int
    size: int
    modified: int | None
    changed: int
    settings: str
    digest: bytes | None
    needs: str
    entries: int


class IndexState(IndexStateReader):
    """An index state that one reindex brings up to date, in one thread.

    Between :meth:`begin_unit` and :meth:`end_unit` the versions of that unit are the *fresh* ones, which were added
    since; before and after, they are those of its last reading. An id whose resolution may have changed *needs
    recheck*. ``changed``: there is something to publish.
    """

    def __init__(self, path: Path, base: Path | None = None, *, resumes: bool = False, now: float = 0) -> None:
        """Start with a copy of ``base``; with ``resumes`` that is the state of an interrupted build.

        ``now``, in seconds since 1970, decides which embargoes hold.

        Raises IndexDamaged when ``base`` is no index state.
        """
        path.unlink(missing_ok=True)
        if base:
            copy_database(base, path)
        super().__init__(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
        self.embargoes = Embargoes(self._connection, now)
        self.changed = base is None or resumes
        self._compares = base is not None and not resumes
        self._unit = self._replaced_unit = _NONE
        # A process killed meanwhile leaves a file that is never opened.
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;"
        )
        if base:
            try:
                require_schema(self._connection, base, tables.TABLES)
            except BaseException:
                self._connection.close()
                raise
        else:
            self._connection.executescript(tables.TABLES)
        self._connection.executescript(tables.TEMPORARY_TABLES)
        if resumes:
            self._connection.executescript(tables.RECHECK_AFTER_INTERRUPTION)
        self._run("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def commit(self) -> None:
        """Write all changes to the file."""
        self._run("COMMIT")
        self._run("BEGIN")

    # Units

    def known(self, source: int, unit: Unit) -> KnownUnit | None:
        """Return the unit as it was when last read, and note that it is still there."""
        row = self._one(
            "SELECT number, size, modified, changed, settings, digest, needs, entries FROM units"
            " WHERE source = ? AND key = ?",
            (source, unit.key),
        )
        if row is None:
            return None
        self._run("INSERT OR IGNORE INTO seen VALUES (?)", (row[0],))
        return KnownUnit(*row)

    def keep_source(self, source: int) -> None:
        """Keep all units of ``source`` as they are."""
        self._run("INSERT OR IGNORE INTO seen SELECT number FROM units WHERE source = ?", (source,))

    def keep_below(self, source: int, key: bytes) -> None:
        """Keep the unit ``key`` and those in a folder of that key, which are unavailable, as they are."""
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

    def update_signature(self, known: KnownUnit, unit: Unit, needs: str) -> None:
        """Store size and times of a unit whose content is the same; that alone is not worth publishing."""
        self._run(
            "UPDATE units SET size = ?, modified = ?, changed = ?, settings = ?, needs = ? WHERE number = ?",
            (unit.size, unit.modified, unit.changed, unit.settings, needs, known.number),
        )

    def begin_unit(self, source: int, unit: Unit, known: KnownUnit | None, *, resumes: bool = False) -> int:
        """Begin a unit that is read; with ``resumes`` its versions so far stay. Return its number."""
        if known is None:
            cursor = self._run(
                "INSERT INTO units (source, key, name, entries, overrules) VALUES (?, ?, ?, 0, ?)",
                (source, unit.key, unit.name, unit.from_journal),
            )
            self._unit = int(cursor.lastrowid or 0)
            self._run("INSERT INTO seen VALUES (?)", (self._unit,))
            self.changed = True
        else:
            self._unit = known.number
        self._replaced_unit = _NONE if resumes else self._unit
        if not resumes:
            self._run("DELETE FROM rejects WHERE unit = ?", (self._unit,))
        return self._unit

    def end_unit(
        self, unit: Unit, digest: bytes | None, needs: str, entries: int, *, unavailable: bool = False
    ) -> None:
        """Make the fresh versions those of the unit; ids that lost or gained one need recheck.

        Of an ``unavailable`` unit the versions that did not come again stay.
        """
        number = {"unit": self._unit}
        if self._replaced_unit == self._unit:
            if not unavailable:
                self._run(tables.RECHECK_MISSING_VERSIONS, number)
            deletion = tables.DELETE_REPLACED_VERSIONS if unavailable else tables.DELETE_MISSING_VERSIONS
            self.changed |= self._run(deletion, number).rowcount > 0
        added = self._run(
            "INSERT OR IGNORE INTO versions SELECT id, :unit, place, digest, moment, withdrawn, facts FROM fresh",
            number,
        )
        self.changed |= added.rowcount > 0
        self._run("DELETE FROM fresh")
        before = self._one("SELECT digest, settings FROM units WHERE number = :unit", number)
        self.changed |= before != (digest, unit.settings)
        self._run(
            "UPDATE units SET name = ?, size = ?, modified = ?, changed = ?, settings = ?, digest = ?, needs = ?,"
            " entries = ? WHERE number = ?",
            (unit.name, unit.size, unit.modified, unit.changed, unit.settings, digest, needs, entries, self._unit),
        )
        if unavailable:
            self.note_unavailable(self._unit)
        self._unit = self._replaced_unit = _NONE

    def forget_unseen(self) -> int:
        """Delete the units that are gone from the corpus; return how many."""
        unseen = [row[0] for row in self._run("SELECT number FROM units EXCEPT SELECT unit FROM seen")]
        for unit in unseen:
            number = {"unit": unit}
            self._run("INSERT OR IGNORE INTO needs_recheck SELECT id FROM versions WHERE unit = :unit", number)
            self._run(
                "INSERT OR IGNORE INTO needs_recheck SELECT id FROM versions WHERE facts IN"
                " (SELECT facts FROM versions WHERE unit = :unit AND facts IS NOT NULL)",
                number,
            )
            self._run("DELETE FROM versions WHERE unit = :unit", number)
            self._run("DELETE FROM rejects WHERE unit = :unit", number)
            self._run("DELETE FROM units WHERE number = :unit", number)
        self.changed |= bool(unseen)
        return len(unseen)

    # Versions

    def add(self, article: Article, place: int, digest: bytes, moment: float | None, content_hash: int | None) -> bool:
        """Add a fresh version; return whether it is the only one of its id, and of its content."""
        withdrawn = article.status == "withdrawn"
        repeated = self._has_version("id", article.id) or self._has_version("facts", content_hash)
        self._run(
            "INSERT OR REPLACE INTO fresh VALUES (?, ?, ?, ?, ?, ?)",
            (article.id, place, digest, moment, withdrawn, content_hash),
        )
        if withdrawn or repeated:
            self._run("INSERT OR IGNORE INTO needs_recheck VALUES (?)", (article.id,))
            if content_hash is not None:
                self._run(tables.RECHECK_SAME_CONTENT, {"content_hash": content_hash})
        return not (withdrawn or repeated)

    def is_fresh(self, article_id: str) -> bool:
        """Return whether the unit that is read has given a version of this id."""
        return self._one("SELECT 1 FROM fresh WHERE id = ? LIMIT 1", (article_id,)) is not None

    def versions(self, article_id: str) -> list[Version]:
        """Return all versions with this id in the order of reading."""
        values = {"id": article_id, "unit": self._unit, "replaced": self._replaced_unit}
        return [
            Version(unit, place, digest, moment, bool(withdrawn), bool(from_journal), bool(repeated))
            for unit, place, digest, moment, withdrawn, from_journal, repeated in self._run(
                tables.VERSIONS_OF_ID, values
            )
        ]

    def request_recheck(self, article_id: str) -> None:
        """Note that the resolution of an id may have changed."""
        self._run("INSERT OR IGNORE INTO needs_recheck VALUES (?)", (article_id,))

    def needs_recheck(self) -> Iterator[str]:
        """Yield the ids whose resolution may have changed."""
        yield from (row[0] for row in self._fetched("SELECT id FROM needs_recheck ORDER BY id"))

    def forget_rechecks(self) -> None:
        """Forget what needed recheck and was read again: it is done."""
        self._run("DELETE FROM needs_recheck")
        self._run("DELETE FROM to_reread")

    def request_reread(self, article_id: str, version: Version, *, corrects: bool) -> None:
        """Note a version that counts and has to be read again."""
        values = (version.unit, version.place, article_id, corrects)
        self._run("INSERT OR REPLACE INTO to_reread VALUES (?, ?, ?, ?)", values)

    def units_to_reread(self) -> dict[tuple[int, bytes], int]:
        """Return the units to read again: (source, key) and number."""
        rows = self._run("SELECT source, key, number FROM units WHERE number IN (SELECT unit FROM to_reread)")
        return {(source, bytes(key)): number for source, key, number in rows}

    def ids_to_reread(self, unit: int, place: int) -> dict[str, bool]:
        """Return the ids to take from a place of a unit, and whether each corrects an earlier version."""
        rows = self._run("SELECT id, corrects FROM to_reread WHERE unit = ? AND place = ?", (unit, place))
        return {article_id: bool(corrects) for article_id, corrects in rows}

    def count_to_reread(self, unit: int) -> int:
        """Return the number of versions to take from a unit."""
        return self._number("SELECT count(*) FROM to_reread WHERE unit = ?", (unit,))

    # Rejects

    def add_reject(self, reject: Reject, unit: int | None) -> None:
        """Add a reject of a unit, or of none."""
        self._run("INSERT INTO rejects VALUES (?, ?, ?, ?)", (unit, reject.file, reject.line, to_stored(reject.reason)))

    def replace_reject(self, reject: Reject) -> None:
        """Add a reject without a unit in place of the one of the same file."""
        self._run("DELETE FROM rejects WHERE unit IS NULL AND file = ?", (reject.file,))
        self.add_reject(reject, None)

    def forget_rejects_without_unit(self) -> None:
        """Delete the rejects without a unit: each reindex finds them again."""
        self._run("DELETE FROM rejects WHERE unit IS NULL")

    # Articles in the index

    def indexed(self, article_id: str) -> bytes | None:
        """Return the digest of the indexed article with this id."""
        row = self._one("SELECT digest FROM indexed WHERE id = ?", (article_id,))
        return bytes(row[0]) if row else None

    def note_indexed(self, article_id: str, digest: bytes) -> None:
        """Note that the index now holds this version of an article."""
        self._note_change(article_id)
        self._run("INSERT OR REPLACE INTO indexed VALUES (?, ?)", (article_id, digest))

    def note_removed(self, article_id: str) -> None:
        """Note that the index does not hold this article any more."""
        self._note_change(article_id)
        self._run("DELETE FROM indexed WHERE id = ?", (article_id,))

    def refuse(self, article_id: str, reason: Message) -> None:
        """Make rejects of the versions that are indexed under an id, since the engine does not take them.

        Another version of the id may count now, or another article of the same content.
        """
        digest = (self.indexed(article_id) or b"")[:-1]
        self.note_removed(article_id)
        self.request_recheck(article_id)
        for table, unit in (("versions", "unit"), ("fresh", ":unit")):
            values = {"id": article_id, "digest": digest, "unit": self._unit}
            rows = self._run(
                f"SELECT {unit}, name, facts FROM {table} JOIN units ON number = {unit}"  # noqa: S608 - constants only
                f" WHERE id = :id AND {table}.digest = :digest",
                values,
            ).fetchall()
            for number, name, content_hash in rows:
                self.add_reject(Reject(name, None, reason), number)
                self._run(tables.RECHECK_SAME_CONTENT, {"content_hash": content_hash})
            self._run(f"DELETE FROM {table} WHERE id = :id AND digest = :digest", values)  # noqa: S608
        self.changed = True

    def note_withdrawn(self, article_id: str, *, withdrawn: bool) -> None:
        """Note whether an id is withdrawn."""
        if withdrawn:
            self._run("INSERT OR IGNORE INTO withdrawn VALUES (?)", (article_id,))
        else:
            self._run("DELETE FROM withdrawn WHERE id = ?", (article_id,))

    def _note_change(self, article_id: str) -> None:
        """Keep the digest of an article as the previous generation has it, if there is one."""
        if self._compares:
            self._run(
                "INSERT OR IGNORE INTO changed_articles VALUES (?, (SELECT digest FROM indexed WHERE id = ?))",
                (article_id, article_id),
            )

    def _has_version(self, column: str, value: object) -> bool:
        """Return whether any unit, the one that is read included, has a version with this id or content hash."""
        return value is not None and any(
            self._one(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", (value,))  # noqa: S608 - names of our own
            for table in ("fresh", "versions")
        )
