"""A byte flipped, a file cut or gone, in every kind of file: ``check`` names it, and the service answers anyway."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config
from searchapp.errors import GenerationMissing, IndexDamaged, IndexMissing
from searchapp.indexing import Generations
from searchapp.indexing.checking import CheckProgress, content_damages
from searchapp.indexing.damage import Damage
from searchapp.indexing.withdrawn import write_withdrawn
from searchapp.model import SearchRequest
from searchapp.search.open_generation import OpenGeneration
from searchapp.search.searcher import SearcherManager
from searchapp.search.service import SearchService

FULL = ReindexOptions(full=True)


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def two(config: Config) -> Config:
    """An index of two generations; the later one also holds an article on a lighthouse."""
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": 7}\n')  # a reject, so that no file is empty
    bootstrap.reindex(config, options=FULL)
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "phare", "title": "Le phare est vendu", "text": "Il veillait sur la côte."}))
    bootstrap.reindex(config, options=FULL)
    return config


@pytest.fixture
def open_service(two: Config) -> Iterator[Callable[[], SearchService]]:
    """Open services that are closed at the end."""
    opened: list[SearchService] = []

    def open_one() -> SearchService:
        opened.append(bootstrap.open_service(two))
        return opened[-1]

    yield open_one
    for service in opened:
        service.close()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0x20
    path.write_bytes(content)


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def lose(path: Path) -> None:
    path.unlink()


def names(config: Config) -> list[str]:
    return Generations(config.index).names()


def files_of(config: Config, generation: str) -> list[str]:
    folder = config.index / generation
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def damaged_files(config: Config, generation: str | None = None) -> list[str]:
    (report,) = bootstrap.check_index(config, generation)
    return [damage.file for damage in report.damages]


def total(service: SearchService, query: str) -> int:
    return service.search(SearchRequest(query)).total


# Naming the damage


def test_a_whole_generation_passes(two: Config) -> None:
    seen: list[CheckProgress] = []
    first, second = bootstrap.check_index(two, every=True, on_progress=seen.append)
    assert (first.damages, second.damages) == ((), ())
    assert (first.articles, second.articles, first.samples, second.samples) == (5, 6, 5, 6)
    assert second.files == len(files_of(two, names(two)[1])) - 1
    assert (seen[-1].bytes_done, seen[-1].articles_done) == (seen[-1].bytes_total, seen[-1].articles_total)
    assert not list(two.index.rglob("DAMAGED"))


@pytest.mark.parametrize("damage", [flip, halve, lose])
def test_every_damaged_file_is_named(two: Config, damage: Callable[[Path], None]) -> None:
    generation = names(two)[1]
    kept = two.index.with_name("kept")
    shutil.copytree(two.index, kept)
    files = files_of(two, generation)
    assert {"manifest.json", "lexicon.sqlite", "register.sqlite", "rejects.jsonl"} < set(files)
    for file in files:
        if damage is not lose and not (two.index / generation / file).stat().st_size:
            continue  # a lock of the engine's
        damage(two.index / generation / file)
        if (damage, file) != (lose, "manifest.json"):  # without it there is no generation
            assert damaged_files(two, generation) == [file]
            assert not Generations(two.index).is_sound(generation)
        shutil.rmtree(two.index)
        shutil.copytree(kept, two.index)
    assert damaged_files(two, generation) == []


def test_several_damaged_files_are_all_named(two: Config) -> None:
    generation = names(two)[1]
    for file in ("lexicon.sqlite", "rejects.jsonl", "register.sqlite"):
        flip(two.index / generation / file)
    assert damaged_files(two) == ["lexicon.sqlite", "register.sqlite", "rejects.jsonl"]


def test_a_sector_that_cannot_be_read_is_damage(two: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = two.index / names(two)[1] / "lexicon.sqlite"
    whole = Path.open

    def open_unless_bad(path: Path, *arguments: Any, **named: Any) -> Any:
        if path == bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return whole(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", open_unless_bad)
    (report,) = bootstrap.check_index(two)
    assert [str(damage.message()) for damage in report.damages] == [
        "lexicon.sqlite: it cannot be read (Input/output error)"
    ]


def test_a_generation_found_whole_again_is_used_again(two: Config, open_service: Callable[[], SearchService]) -> None:
    lexicon = two.index / names(two)[1] / "lexicon.sqlite"
    content = lexicon.read_bytes()
    flip(lexicon)
    assert damaged_files(two) == ["lexicon.sqlite"]
    assert total(open_service(), "phare") == 0
    lexicon.write_bytes(content)
    assert damaged_files(two) == []
    assert total(open_service(), "phare") == 1


@pytest.mark.parametrize("follows", [False, True])
def test_a_process_that_met_the_damage_uses_the_generation_again_too(
    two: Config, open_service: Callable[[], SearchService], follows: bool
) -> None:
    first, second = names(two)
    lexicon = two.index / second / "lexicon.sqlite"
    content = lexicon.read_bytes()
    service = open_service()
    if follows:
        service.follow([])
    for _ in range(2):
        assert total(service, "phare") == 1
        flip(lexicon)
        fail_in(service, second, OSError(errno.EIO, "Input/output error"))
        assert service.search(SearchRequest("cheval")).generation == first
        lexicon.write_bytes(content)
        assert damaged_files(two, second) == []
        wait_until(lambda: service.generation() == second)


def test_a_process_that_may_not_write_leaves_a_damaged_generation_for_itself(
    two: Config, open_service: Callable[[], SearchService], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = names(two)
    monkeypatch.setattr(Generations, "mark", lambda *_arguments: None)
    service = open_service()
    service.generation()
    flip(two.index / second / "lexicon.sqlite")
    fail_in(service, second, OSError(errno.EIO, "Input/output error"))
    assert service.search(SearchRequest("cheval")).generation == first
    assert service.search(SearchRequest("cheval")).generation == first
    assert not Generations(two.index).is_marked(second)


def test_what_is_not_there_cannot_be_checked(config: Config) -> None:
    with pytest.raises(IndexMissing):
        list(bootstrap.check_index(config))
    bootstrap.reindex(config)
    with pytest.raises(GenerationMissing):
        list(bootstrap.check_index(config, "20200101T000000.000000Z-0000"))


def test_contents_that_do_not_fit_the_manifest_are_named(two: Config) -> None:
    generations = Generations(two.index)
    first, second = names(two)
    engine = bootstrap.engine_named(two.engine)

    def damages(articles_of: str, analyzer: FrenchAnalyzer) -> list[str]:
        manifest = replace(generations.manifest(second), articles=generations.manifest(articles_of).articles)
        found = content_damages(generations.path(second), manifest, engine, analyzer)
        return [str(damage.message()) for damage in found]

    assert damages(second, FrenchAnalyzer()) == []
    assert damages(first, FrenchAnalyzer()) == ["engine: it holds 6 articles in place of 5"]


def test_an_article_that_its_title_does_not_find_is_named(two: Config) -> None:
    """The index was written by an analyzer that is not the one it claims."""

    class Another(FrenchAnalyzer):
        def terms(self, text: str) -> Any:
            return super().terms(text.replace("phare", "fanal"))

    generations, second = Generations(two.index), names(two)[1]
    engine = bootstrap.engine_named(two.engine)
    found = content_damages(generations.path(second), generations.manifest(second), engine, Another())
    assert [str(damage.reason) for damage in found] == ["the words of its title do not find the article “phare”"]


# Answering anyway


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


# Whoosh leaves files open when it cannot read them.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_zeros_in_a_file_of_the_engine_are_found_when_they_make_it_fail(
    two: Config, open_service: Callable[[], SearchService], caplog: pytest.LogCaptureFixture
) -> None:
    """Sizes are as they were, so only reading shows it; whatever the engine makes of it, the request is answered."""
    for file in (two.index / names(two)[1] / "engine").iterdir():
        file.write_bytes(bytes(file.stat().st_size))
    falls_back(open_service(), two, caplog)


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
    assert Generations(two.index).is_sound(second)


def fail_in(service: SearchService, generation: str, error: Exception) -> None:
    """Let the open generation fail from now on, as the system does when it cannot read a file."""
    with service._searcher.acquire() as opened:
        assert opened.name == generation

        def fail(*_arguments: object) -> Any:
            raise error

        opened.reader.search = opened.reader.articles = fail  # type: ignore[method-assign]


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
    assert (generations.is_marked(first), generations.is_sound(first)) == (True, False)
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


# Following


def test_a_follower_moves_to_a_newer_generation_and_warms_it_first(two: Config) -> None:
    searcher = open_searcher(two)
    warmed: list[str] = []
    moved = Event()

    def warm(generation: OpenGeneration) -> None:
        warmed.append(generation.name)
        moved.set()

    searcher.follow(warm)
    try:
        assert warmed == [names(two)[1]]
        moved.clear()
        newest = bootstrap.reindex(two, options=FULL).generation
        assert moved.wait(30)
        wait_until(lambda: searcher.served().generation == newest)
        assert warmed[1:] == [newest]
    finally:
        searcher.close()


def test_a_list_of_withdrawn_articles_that_says_the_same_opens_nothing_again(two: Config) -> None:
    searcher = open_searcher(two)
    try:
        opened = searcher.run(lambda generation: generation)
        # As a reindex does shortly before it moves the pointer.
        write_withdrawn(two.index, "20990101T000000.000000Z-0000", [])
        assert searcher.run(lambda generation: generation) is opened
        write_withdrawn(two.index, "20990101T000000.000000Z-0001", ["a1"])
        assert searcher.run(lambda generation: generation.is_withdrawn("a1"))
    finally:
        searcher.close()


def test_a_follower_answers_from_the_old_generation_while_the_new_one_is_warmed(two: Config) -> None:
    searcher = open_searcher(two)
    old = names(two)[1]
    warming, release = Event(), Event()

    def warm(generation: OpenGeneration) -> None:
        if generation.name != old:
            warming.set()
            release.wait(30)

    searcher.follow(warm)
    try:
        newest = bootstrap.reindex(two, options=FULL).generation
        assert warming.wait(30)
        # However long that takes: the new one answers in the end, warm or not.
        wait_until(lambda: searcher.served().generation == newest)
        assert searcher.run(lambda generation: generation.reader.count) == 6
    finally:
        release.set()
        searcher.close()


def test_a_follower_leaves_a_damaged_generation_and_comes_back(two: Config) -> None:
    searcher = open_searcher(two)
    searcher.follow(lambda generation: None)
    first, second = names(two)
    try:
        assert searcher.served().generation == second
        generations = Generations(two.index)
        generations.mark(second, [Damage("lexicon.sqlite", bootstrap.Message("it is missing"))])
        wait_until(lambda: searcher.served().generation == first)
        generations.mark(second, [])
        wait_until(lambda: searcher.served().generation == second)
    finally:
        searcher.close()


def test_a_follower_begins_before_anything_is_published(config: Config) -> None:
    searcher = open_searcher(config)
    searcher.follow(lambda generation: None)
    try:
        with pytest.raises(IndexMissing):
            searcher.served()
        newest = bootstrap.reindex(config).generation
        assert searcher.served().generation == newest
    finally:
        searcher.close()


def test_searches_go_on_while_followers_move(two: Config) -> None:
    service = bootstrap.open_service(two)
    service.follow(["", "le phare"])
    failures: list[BaseException] = []
    done = Event()

    def search_often() -> None:
        while not done.is_set():
            try:
                assert total(service, "cheval") == 1
            except BaseException as error:
                failures.append(error)
                return

    threads = [Thread(target=search_often) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        newest = bootstrap.reindex(two, options=FULL).generation
    done.set()
    for thread in threads:
        thread.join()
    wait_until(lambda: service.generation() == newest)
    service.close()
    assert failures == []


def open_searcher(config: Config) -> SearcherManager:
    return SearcherManager(Generations(config.index), bootstrap.engine_named, FrenchAnalyzer())


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        Event().wait(0.01)
    raise AssertionError("it did not come about")
