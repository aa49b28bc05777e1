"""The spelling dictionary: likely corrections, and that an updated one equals a rebuilt one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.spelling import SpellingDictionary, build_spelling_dictionary, update_spelling_dictionary

ANALYZER = FrenchAnalyzer()
# Words that share a folded form or a stem, and some that the dictionary leaves out.
FORMS = [
    *("élection", "election", "élections", "électeur", "électoral", "pêcheur", "pécheur", "pêcheurs", "école"),
    *("écoles", "ecole", "orthographe", "ortographe", "prud'hommes", "avec", "2024", "été", "œuvre", "oeuvre"),
]
COUNTS = st.dictionaries(st.sampled_from(FORMS), st.integers(1, 9))


def rows(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            "words": connection.execute("SELECT * FROM words ORDER BY word").fetchall(),
            "forms": connection.execute("SELECT * FROM forms ORDER BY word, form").fetchall(),
            "stems": connection.execute("SELECT * FROM stems ORDER BY stem").fetchall(),
        }


def built(path: Path, counts: Mapping[str, int]) -> dict[str, list[Any]]:
    build_spelling_dictionary(path, counts.items(), ANALYZER)
    return rows(path)


@given(before=COUNTS, after=COUNTS)
def test_a_lexicon_grown_by_changes_is_the_one_built_anew(before: dict[str, int], after: dict[str, int]) -> None:
    changes = {form: after.get(form, 0) - before.get(form, 0) for form in {**before, **after}}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "grown.sqlite"
        built(path, before)
        update_spelling_dictionary(path, changes, ANALYZER)
        assert rows(path) == built(Path(folder) / "anew.sqlite", after)


def test_a_form_of_several_parts_counts_in_all_of_them(tmp_path: Path) -> None:
    build_spelling_dictionary(tmp_path / "l.sqlite", [("élection", 2), ("election", 3), ("élection", 4)], ANALYZER)
    assert rows(tmp_path / "l.sqlite")["words"] == [("election", "élection", 9, 8, "elektion")]
    assert rows(tmp_path / "l.sqlite")["forms"] == [("election", "election", 3)]


def test_what_changes_bring_is_found_and_what_they_take_is_not(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    build_spelling_dictionary(path, [("orthographe", 5), ("électoral", 2), ("élection", 2)], ANALYZER)
    update_spelling_dictionary(path, {"orthographe": -5, "grammaire": 4, "électeur": 1}, ANALYZER)
    spelling = SpellingDictionary(path, ANALYZER)
    assert spelling.corrections("ortografe", 1) == []
    assert [correction.forms for correction in spelling.corrections("gramaire", 1)] == [("grammaire",)]
    assert ANALYZER.term("électeur").stem in spelling.related_stems(ANALYZER.term("élection").stem)
    spelling.close()
