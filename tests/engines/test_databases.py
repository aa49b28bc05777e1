"""No code of a generation's database runs; a database with foreign tables counts as damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.config import Config
from searchapp.derived.spelling import SpellingDictionary, build_spelling_dictionary
from searchapp.errors import IndexDamaged
from searchapp.indexing import Generations
from tests.indexing.proofs.damages import sign_again

ANALYZER = FrenchAnalyzer()
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i, i FROM n"
FOREIGN = {
    "a view in the place of a table": f"DROP TABLE stems; CREATE VIEW stems(stem, root, documents) AS {ENDLESS};",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON words BEGIN DELETE FROM stems; END;",
    "a table more": "CREATE TABLE more (a);",
    "a computed column": "ALTER TABLE stems ADD COLUMN more AS (upper(stem));",
}


@pytest.mark.parametrize("statements", FOREIGN.values(), ids=FOREIGN)
def test_a_schema_that_is_not_ours_is_damage(tmp_path: Path, statements: str) -> None:
    path = tmp_path / "lexicon.sqlite"
    build_spelling_dictionary(path, [("phare", 3)], ANALYZER)
    SpellingDictionary(path, ANALYZER).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements)
    with pytest.raises(IndexDamaged) as raised:
        SpellingDictionary(path, ANALYZER)
    assert "lexicon.sqlite" in str(raised.value.details[0])


def test_what_is_no_database_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.sqlite"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(IndexDamaged):
        SpellingDictionary(path, ANALYZER)


def test_no_trigger_of_a_foreign_register_runs(indexed: Config) -> None:
    (name,) = Generations(indexed.index).names()
    register = indexed.index / name / "register.sqlite"
    with closing(sqlite3.connect(register)) as connection:
        connection.executescript("CREATE TRIGGER t AFTER UPDATE ON units BEGIN DELETE FROM indexed; END;")
    sign_again(indexed.index, name)
    (report,) = bootstrap.check_index(indexed)
    assert [damage.file for damage in report.damages] == ["register.sqlite"]
    (indexed.index / name / "DAMAGED").unlink()
    assert bootstrap.reindex(indexed).published
    assert [report.damages for report in bootstrap.check_index(indexed)] == [()]
