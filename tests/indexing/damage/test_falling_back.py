"""A damaged generation: the previous one answers, and a reindex repairs the index."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.errors import IndexDamaged
from searchapp.indexing import Generations
from searchapp.model import SearchRequest
from searchapp.search.service import SearchService
from tests.indexing.damage.conftest import damaged_files, fail_in, flip, halve, lose, names, total, wait_until


def falls_back(service: SearchService, config: Config, caplog: pytest.LogCaptureFixture) -> None:
    first, second = names(config) if len(names(config)) == 2 else (names(config)[0], service.served().published)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            result = service.search(SearchRequest("cheval"))
            assert (result.generation, result.total) == (first, 1)
            assert total(service, "phare") == 0
    served = service.served()
    assert (served.generation, served.published, served.degraded) == (first, second, True)
    told = [record.getMessage() for record in caplog.records if record.name.startswith("searchapp")]
    assert len(told) == 1
    assert f"Generation {second} is damaged" in told[0]
    assert f"Generation {first} answers" in told[0]
    assert "searchapp reindex --full" in told[0]


@pytest.mark.parametrize("damage", [halve, lose])
def test_a_generation_that_cannot_be_opened_is_left_for_the_one_before(
    two: Config, open_service: Callable[[], SearchService], caplog: pytest.LogCaptureFixture, damage: Any
) -> None:
    generation = names(two)[1]
    largest = max((two.index / generation / "engine").iterdir(), key=lambda path: path.stat().st_size)
    damage(largest)
    falls_back(open_service(), two, caplog)


@pytest.mark.parametrize("damage", [flip, halve, lose])
def test_a_manifest_that_cannot_be_read_is_damage(
    two: Config, open_service: Callable[[], SearchService], caplog: pytest.LogCaptureFixture, damage: Any
) -> None:
    first, second = names(two)
    damage(two.index / second / "manifest.json")
    service = open_service()
    assert (service.generation(), total(service, "cheval"), total(service, "phare")) == (first, 1, 0)
    assert service.served().damages[0].file == "manifest.json"


@pytest.mark.parametrize("pointer", ["", "20300101T000000.000000Z-abcd\n", "../..\n", "\0\0\0\0", "É"])
def test_a_pointer_to_nowhere_is_answered_by_the_latest_generation(
    two: Config, open_service: Callable[[], SearchService], pointer: str
) -> None:
    (two.index / "CURRENT").write_text(pointer, "utf-8")
    service = open_service()
    assert (service.generation(), total(service, "phare")) == (names(two)[1], 1)
    assert service.served().degraded
    bootstrap.reindex(two)
    assert not service.served().degraded
    assert total(service, "phare") == 1


def test_what_check_finds_other_processes_leave_at_once(
    two: Config, open_service: Callable[[], SearchService], caplog: pytest.LogCaptureFixture
) -> None:
    service = open_service()
    assert total(service, "phare") == 1
    flip(two.index / names(two)[1] / "rejects.jsonl")
    assert total(service, "phare") == 1
    assert damaged_files(two) == ["rejects.jsonl"]
    falls_back(service, two, caplog)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_zeros_in_a_file_of_the_engine_are_found_when_they_make_it_fail(
    two: Config, open_service: Callable[[], SearchService], caplog: pytest.LogCaptureFixture
) -> None:
    """Sizes are as they were, so only reading shows it; whatever the engine makes of it, the request is answered."""
    for file in (two.index / names(two)[1] / "engine").iterdir():
        file.write_bytes(bytes(file.stat().st_size))
    falls_back(open_service(), two, caplog)


def test_a_thread_that_keeps_to_one_generation_leaves_it_when_it_is_found_damaged(
    two: Config, open_service: Callable[[], SearchService]
) -> None:
    service = open_service()
    first, second = names(two)
    with service.one_generation():
        assert service.search(SearchRequest("cheval")).generation == second
        flip(next(path for path in sorted((two.index / second).rglob("*")) if path.stat().st_size > 1000))
        fail_in(service, second, OSError(errno.EIO, "Input/output error"))
        assert service.search(SearchRequest("cheval")).generation == first
        assert service.generation() == first


def test_an_engine_that_fails_over_damaged_files_answers_from_the_generation_before(
    two: Config, open_service: Callable[[], SearchService], caplog: pytest.LogCaptureFixture
) -> None:
    second = names(two)[1]
    service = open_service()
    assert total(service, "phare") == 1
    flip(two.index / second / "lexicon.sqlite")
    fail_in(service, second, OSError(errno.EIO, "Input/output error"))
    falls_back(service, two, caplog)
    assert Generations(two.index).is_marked(second)


def test_a_process_that_takes_the_place_of_another_reads_all_of_its_generation(
    two: Config, open_service: Callable[[], SearchService]
) -> None:
    first, second = names(two)
    flip(two.index / second / "rejects.jsonl")
    service = open_service()
    service.follow(["le phare"], verify=True)
    wait_until(lambda: service.generation() == first)


def test_a_copy_of_a_generation_answers_elsewhere(two: Config, tmp_path: Path) -> None:
    elsewhere = replace(two, index=tmp_path / "elsewhere")
    second = names(two)[1]
    shutil.copytree(two.index / second, elsewhere.index / second)
    for name in ("WITHDRAWN", "CURRENT"):
        shutil.copy(two.index / name, elsewhere.index / name)
    assert damaged_files(elsewhere) == []
    service = bootstrap.open_service(elsewhere)
    assert total(service, "phare") == 1
    service.close()


def test_an_engine_that_fails_over_whole_files_has_a_fault(
    two: Config, open_service: Callable[[], SearchService]
) -> None:
    second = names(two)[1]
    service = open_service()
    fail_in(service, second, ZeroDivisionError("a fault"))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            total(service, "cheval")
    assert service.served().generation == second
    assert Generations(two.index).is_intact(second)


def test_a_file_that_generations_share_is_damaged_in_both(
    two: Config, open_service: Callable[[], SearchService]
) -> None:
    generations = Generations(two.index)
    first, second = names(two)
    shared = two.index / second / "lexicon.sqlite"
    (two.index / first / "lexicon.sqlite").unlink()
    os.link(shared, two.index / first / "lexicon.sqlite")
    flip(shared)
    generations.mark(second, generations.verify(second))
    assert (generations.is_marked(first), generations.is_intact(first)) == (True, False)
    with pytest.raises(IndexDamaged, match="reindex --full"):
        total(open_service(), "phare")


def test_without_a_whole_generation_the_damage_is_told(two: Config, open_service: Callable[[], SearchService]) -> None:
    for name in names(two):
        (two.index / name / "lexicon.sqlite").unlink()
    service = open_service()
    with pytest.raises(IndexDamaged, match=r"lexicon.sqlite: it is missing"):
        total(service, "phare")
    bootstrap.reindex(two)
    assert total(service, "phare") == 1


@pytest.mark.parametrize("damage", [flip, halve, lose])
def test_a_reindex_heals(two: Config, open_service: Callable[[], SearchService], damage: Any) -> None:
    second = names(two)[1]
    largest = max((two.index / second / "engine").iterdir(), key=lambda path: path.stat().st_size)
    damage(largest)
    service = open_service()
    assert damaged_files(two) == [f"engine/{largest.name}"]
    assert total(service, "phare") == 0
    summary = bootstrap.reindex(two)
    assert (summary.full, summary.published) == (True, True)
    assert (service.generation(), total(service, "phare")) == (summary.generation, 1)
    assert not service.served().degraded
    assert damaged_files(two) == []


def test_the_list_of_withdrawn_articles_outlives_damage_or_nothing_older_is_shown(
    two: Config, open_service: Callable[[], SearchService]
) -> None:
    first, second = names(two)
    flip(two.index / "WITHDRAWN")
    service = open_service()
    assert service.generation() == second
    (two.index / second / "lexicon.sqlite").unlink()
    with pytest.raises(IndexDamaged):
        open_service().generation()
    assert first in names(two)
