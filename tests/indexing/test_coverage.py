"""Coverage of the journal by a generation, on which `indexed` in the answer to a write depends."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.indexing import Generations
from searchapp.indexing.coverage import covers, digest_before
from searchapp.model import JOURNAL_FOLDER

LINE = json.dumps({"id": "phare", "title": "Le phare est vendu", "text": "Il veillait."}).encode() + b"\n"


@pytest.fixture
def journal(config: Config) -> Path:
    """The journal of a corpus, of which a generation has read two lines."""
    file = config.corpus / JOURNAL_FOLDER / "2026-11.jsonl"
    file.parent.mkdir()
    file.write_bytes(LINE + LINE)
    bootstrap.reindex(config)
    return file


def covered(config: Config, file: Path, end: int) -> bool:
    generations = Generations(config.index)
    return covers(generations.path(generations.current()), file.parent, {file.name: end})


def test_a_generation_holds_the_lines_up_to_where_it_read_and_no_more(config: Config, journal: Path) -> None:
    size = len(LINE + LINE)
    assert [covered(config, journal, end) for end in (0, len(LINE), size, size + 1)] == [True, True, True, False]


def test_lines_written_since_change_nothing_about_those_before(config: Config, journal: Path) -> None:
    journal.write_bytes(LINE * 3)
    assert covered(config, journal, len(LINE * 2))
    assert not covered(config, journal, len(LINE * 3))


def test_a_journal_that_was_put_back_from_a_copy_is_another_one(config: Config, journal: Path) -> None:
    journal.write_bytes(LINE)
    assert not covered(config, journal, len(LINE))
    journal.write_bytes(LINE + LINE.replace(b"phare", b"moule"))
    assert not covered(config, journal, len(LINE))
    journal.unlink()
    assert not covered(config, journal, len(LINE))


def test_every_file_must_have_been_read(config: Config, journal: Path) -> None:
    generations = Generations(config.index)
    folder = generations.path(generations.current())
    assert covers(folder, journal.parent, {})
    assert not covers(folder, journal.parent, {journal.name: 1, "2026-12.jsonl": 1})
    assert not covers(folder.with_name("none"), journal.parent, {journal.name: 1})


def test_an_index_state_with_views_is_not_read(config: Config, journal: Path) -> None:
    generations = Generations(config.index)
    state = generations.path(generations.current()) / "register.sqlite"
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("ALTER TABLE units RENAME TO other")
        connection.execute("CREATE VIEW units AS SELECT * FROM other")
        connection.commit()
    assert not covered(config, journal, len(LINE))


@pytest.mark.parametrize("size", [10, 65_536, 65_537, 200_000])
def test_the_digest_is_of_the_end_and_notes_any_change_in_it(tmp_path: Path, size: int) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"a" * size + b"after")
    before = digest_before(path, size)
    for place in (size - 1, max(0, size - 65_536)):
        changed = bytearray(b"a" * size + b"after")
        changed[place] = ord("b")
        path.write_bytes(changed)
        assert digest_before(path, size) != before
    path.write_bytes(b"a" * size + b"other")
    assert digest_before(path, size) == before
