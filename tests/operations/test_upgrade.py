"""An index that another version of the program made: it is named as what it is, and the next reindex rebuilds it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES, Config
from searchapp.errors import IndexDamaged, IndexOfOtherVersion
from searchapp.indexing import Generations
from searchapp.indexing.durability import digest_of, write_durably
from searchapp.indexing.generation_layout import MANIFEST
from searchapp.indexing.manifest import to_text
from searchapp.model import SearchRequest
from searchapp.operations.doctor import examine
from searchapp.operations.finding import Level

LEXICON = "lexicon.sqlite"


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def made_by_another_version(config: Config, step: int) -> None:
    """Give the index the schema of another version, and one of its databases another form."""
    generations = Generations(config.index)
    manifest = generations.manifest(generations.current())
    folder = generations.path(manifest.generation)
    (folder / LEXICON).unlink()
    with closing(sqlite3.connect(folder / LEXICON)) as connection:
        connection.execute("CREATE TABLE mots (mot TEXT)")
    files = {**manifest.files, LEXICON: ((folder / LEXICON).stat().st_size, digest_of(folder / LEXICON))}
    other = replace(manifest, schema=manifest.schema + step, files=files)
    write_durably(folder / MANIFEST, to_text(other))


def search(config: Config) -> list[str]:
    service = bootstrap.open_service(config)
    try:
        return [hit.article.id for hit in service.search(SearchRequest("cheval")).hits]
    finally:
        service.close()


@pytest.mark.parametrize(("step", "advice"), [(-1, "by an earlier searchapp"), (1, "Install that version")])
def test_an_index_in_the_form_of_another_version_is_not_called_damaged(indexed: Config, step: int, advice: str) -> None:
    made_by_another_version(indexed, step)
    with pytest.raises(IndexOfOtherVersion, match=advice):
        search(indexed)


def test_the_next_reindex_rebuilds_it(indexed: Config) -> None:
    made_by_another_version(indexed, -1)
    assert bootstrap.reindex(indexed).full
    assert search(indexed) == ["cheval"]


def test_the_doctor_names_it(indexed: Config) -> None:
    made_by_another_version(indexed, -1)
    wrong = [found for found in examine(indexed) if found.level is Level.ERROR]
    assert [(found.check, found.exit_code) for found in wrong] == [("index", 4)]
    assert "Run: searchapp reindex" in str(wrong[0].text)


def test_the_same_files_under_our_schema_are_damage(indexed: Config) -> None:
    made_by_another_version(indexed, 0)
    with pytest.raises(IndexDamaged):
        search(indexed)
