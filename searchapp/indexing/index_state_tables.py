"""The tables of the index state, and its longer statements.

``units`` are the files of the corpus as they were read, ``versions`` the articles that each gave, ``indexed`` the
articles that the index holds, ``embargoes`` the versions that are held back until a moment. Two columns keep the names
of the stored form: ``overrules`` is ``from_journal`` of a unit, ``facts`` the content hash of a version.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "DELETE_MISSING_VERSIONS",
    "DELETE_REPLACED_VERSIONS",
    "RECHECK_AFTER_INTERRUPTION",
    "RECHECK_MISSING_VERSIONS",
    "RECHECK_SAME_CONTENT",
    "SAMPLED",
    "TABLES",
    "TEMPORARY_TABLES",
    "VERSIONS_OF_ID",
]

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
CREATE TABLE embargoes (id TEXT, digest BLOB, release REAL, PRIMARY KEY (id, digest)) WITHOUT ROWID;
"""
TEMPORARY_TABLES: Final = """
CREATE TEMP TABLE fresh (
    id TEXT, place INTEGER, digest BLOB, moment REAL, withdrawn INTEGER, facts INTEGER, PRIMARY KEY (id, place))
    WITHOUT ROWID;
CREATE INDEX temp.fresh_by_facts ON fresh (facts) WHERE facts IS NOT NULL;
CREATE TEMP TABLE seen (unit INTEGER PRIMARY KEY);
CREATE TEMP TABLE needs_recheck (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE changed_articles (id TEXT PRIMARY KEY, before BLOB) WITHOUT ROWID;
CREATE TEMP TABLE to_reread (
    unit INTEGER, place INTEGER, id TEXT, corrects INTEGER, PRIMARY KEY (unit, place, id)) WITHOUT ROWID;
CREATE TEMP TABLE unavailable (unit INTEGER PRIMARY KEY);
"""
# In the order of reading. A version is repeated if the same content stands earlier, whatever its id.
VERSIONS_OF_ID: Final = """
WITH known AS (
    SELECT v.unit, place, v.digest, moment, withdrawn, facts, overrules, source, key
    FROM versions v JOIN units u ON u.number = v.unit WHERE id = :id AND v.unit != :replaced
    UNION ALL
    SELECT :unit, place, f.digest, moment, withdrawn, facts, overrules, source, key
    FROM fresh f JOIN units u ON u.number = :unit WHERE id = :id)
SELECT k.unit, k.place, k.digest, k.moment, k.withdrawn, k.overrules, k.facts IS NOT NULL AND (
    EXISTS (SELECT 1 FROM versions w JOIN units x ON x.number = w.unit WHERE w.facts = k.facts AND w.unit != :replaced
        AND (x.overrules, x.source, x.key, w.place) < (k.overrules, k.source, k.key, k.place))
    OR EXISTS (SELECT 1 FROM fresh g JOIN units x ON x.number = :unit WHERE g.facts = k.facts
        AND (x.overrules, x.source, x.key, g.place) < (k.overrules, k.source, k.key, k.place)))
FROM known k ORDER BY k.overrules, k.source, k.key, k.place
"""
# Every id whose resolution depends on more than one version, or on one of a unit that was not read to its end.
RECHECK_AFTER_INTERRUPTION: Final = """
INSERT OR IGNORE INTO needs_recheck SELECT id FROM versions GROUP BY id HAVING count(*) > 1 OR max(withdrawn);
INSERT OR IGNORE INTO needs_recheck SELECT id FROM versions WHERE facts IN (
    SELECT facts FROM versions WHERE facts IS NOT NULL GROUP BY facts HAVING count(*) > 1);
INSERT OR IGNORE INTO needs_recheck SELECT id FROM indexed EXCEPT SELECT id FROM versions;
INSERT OR IGNORE INTO needs_recheck SELECT id FROM embargoes;
INSERT OR IGNORE INTO needs_recheck SELECT id FROM versions EXCEPT SELECT id FROM indexed;
"""
RECHECK_SAME_CONTENT: Final = """
INSERT OR IGNORE INTO needs_recheck SELECT id FROM versions WHERE facts = :content_hash
UNION SELECT id FROM fresh WHERE facts = :content_hash
"""
_MISSING: Final = """(
    SELECT id, place, digest, moment, withdrawn, facts FROM versions WHERE unit = :unit
    EXCEPT SELECT id, place, digest, moment, withdrawn, facts FROM fresh)"""
# Of a unit of which only a part could be read: versions that came again are replaced, the others stay.
_REPLACED: Final = f"(SELECT * FROM {_MISSING} WHERE id IN (SELECT id FROM fresh))"  # noqa: S608 - constants only
RECHECK_MISSING_VERSIONS: Final = f"""
INSERT OR IGNORE INTO needs_recheck SELECT id FROM {_MISSING}
UNION SELECT id FROM versions WHERE facts IN (SELECT facts FROM {_MISSING} WHERE facts IS NOT NULL)
"""  # noqa: S608 - constants only
DELETE_MISSING_VERSIONS: Final = (
    f"DELETE FROM versions WHERE unit = :unit AND (id, place) IN (SELECT id, place FROM {_MISSING})"  # noqa: S608
)
DELETE_REPLACED_VERSIONS: Final = (
    f"DELETE FROM versions WHERE unit = :unit AND (id, place) IN (SELECT id, place FROM {_REPLACED})"  # noqa: S608
)
SAMPLED: Final = {
    "indexed": "indexed",
    "written": "(SELECT id, i.digest FROM changed_articles JOIN indexed i USING (id) WHERE before IS NOT i.digest)",
    "removed": "(SELECT id, before AS digest FROM changed_articles LEFT JOIN indexed i USING (id)"
    " WHERE before IS NOT NULL AND i.digest IS NULL)",
}
