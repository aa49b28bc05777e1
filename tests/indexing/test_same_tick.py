"""Changes that a look at sizes and times does not show: within one tick of the clock, and in files that others name."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config, load_config
from searchapp.indexing.update import _with_sure_time
from searchapp.ingest import CorpusReader
from searchapp.ingest.units import Unit, Unlisted
from searchapp.model import Reject, SearchRequest
from tests.ingest.samples import alto, mets

SECOND: Final = 1_000_000_000


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    (tmp_path / "corpus").mkdir()
    return load_config({"corpus": tmp_path / "corpus", "index": tmp_path / "index", "engine": request.param, "jobs": 1})


def total(config: Config, query: str) -> int:
    service = bootstrap.open_service(config)
    try:
        return service.search(SearchRequest(query)).total
    finally:
        service.close()


def write(path: Path, word: str) -> None:
    path.write_text(json.dumps({"id": "a", "title": "Brève", "text": f"Un {word} à vendre."}), "utf-8")


def set_time(path: Path, nanoseconds: int) -> None:
    os.utime(path, ns=(nanoseconds, nanoseconds))


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Have the corpus's file system say one moment of every file: a clock whose ticks are long."""
    units = CorpusReader.units

    def stand_still(moment: int) -> None:
        def coarse(self: CorpusReader) -> Iterator[Unit | Unlisted | Reject]:
            for unit in units(self):
                yield replace(unit, modified=moment, changed=moment) if isinstance(unit, Unit) else unit

        monkeypatch.setattr(CorpusReader, "units", coarse)

    return stand_still


def test_a_file_that_changes_twice_within_a_tick_of_the_clock_is_read_twice(
    config: Config, tick: Callable[[int], None]
) -> None:
    path = config.corpus / "a.jsonl"
    tick(time.time_ns())
    write(path, "phare")
    bootstrap.reindex(config)
    write(path, "chien")  # as long as the first, and of the same time
    bootstrap.reindex(config)
    assert (total(config, "phare"), total(config, "chien")) == (0, 1)


def test_a_file_of_its_old_size_and_old_times_is_found_by_a_full_reindex(
    config: Config, tick: Callable[[int], None]
) -> None:
    path = config.corpus / "a.jsonl"
    tick(SECOND)
    write(path, "phare")
    bootstrap.reindex(config)
    write(path, "chien")
    assert not bootstrap.reindex(config).published
    bootstrap.reindex(config, options=ReindexOptions(full=True))
    assert (total(config, "phare"), total(config, "chien")) == (0, 1)


def test_a_file_whose_time_was_set_back_is_read_again(config: Config) -> None:
    path = config.corpus / "a.jsonl"
    write(path, "phare")
    set_time(path, SECOND)
    bootstrap.reindex(config)
    write(path, "chien")
    set_time(path, SECOND)
    bootstrap.reindex(config)
    assert (total(config, "phare"), total(config, "chien")) == (0, 1)


@pytest.mark.parametrize(
    ("modified", "changed", "trusted"),
    [(-9, -9, True), (-2.5, -2.5, True), (-1.5, -9, False), (-9, -1.5, False), (0, 0, False), (9, -9, False)],
)
def test_times_are_trusted_when_both_were_two_seconds_ago(modified: float, changed: float, trusted: bool) -> None:
    now = time.time_ns()
    unit = Unit(
        "a", b"a", lambda _: iter(()), modified=now + int(modified * SECOND), changed=now + int(changed * SECOND)
    )
    assert (_with_sure_time(unit).modified is not None) == trusted


@pytest.fixture
def issue(config: Config) -> Path:
    """An old issue of a newspaper: the binding and its two pages."""
    folder = config.corpus / "numero"
    (folder / "ALTO").mkdir(parents=True)
    for name in ("1.xml", "2.xml"):
        (folder / "ALTO" / name).write_bytes(alto())
    (folder / "mets.xml").write_bytes(mets("ALTO/1.xml", "ALTO/2.xml"))
    for path in folder.rglob("*.xml"):
        set_time(path, SECOND)
    bootstrap.reindex(config)
    return folder


def test_a_page_that_changes_changes_the_issue(config: Config, issue: Path) -> None:
    page = issue / "ALTO" / "2.xml"
    page.write_bytes(
        alto().replace(b'CONTENT="vent"', b'CONTENT="zinc"').replace(b'CONTENT="capitaine"', b'CONTENT="zinc"')
    )
    summary = bootstrap.reindex(config)
    assert (summary.changed, total(config, "zinc")) == (1, 1)


def test_a_page_of_the_same_size_that_has_another_time_is_looked_at(config: Config, issue: Path) -> None:
    page = issue / "ALTO" / "1.xml"
    content = page.read_bytes()
    page.write_bytes(content.replace(b"capitaine", b"matelotes"))
    set_time(page, 2 * SECOND)
    bootstrap.reindex(config)
    assert total(config, "matelotes") == 1


def test_a_page_that_went_and_came_back_is_in_the_issue_again(config: Config, issue: Path) -> None:
    page = issue / "ALTO" / "1.xml"
    content = page.read_bytes().replace(b"capitaine", b"matelotes")
    page.write_bytes(content)
    set_time(page, 2 * SECOND)
    bootstrap.reindex(config)
    page.unlink()
    bootstrap.reindex(config, options=ReindexOptions(yes=True))
    assert (total(config, "matelotes"), total(config, "capitaine")) == (0, 1)
    page.write_bytes(content)
    bootstrap.reindex(config)
    assert total(config, "matelotes") == 1


def test_an_issue_of_which_nothing_changed_is_not_read(config: Config, issue: Path) -> None:
    assert not bootstrap.reindex(config).published
