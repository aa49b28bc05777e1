"""A searcher that follows generations: it moves to a newer one and leaves a damaged one."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.config import Config
from searchapp.errors import IndexMissing
from searchapp.i18n import Message
from searchapp.indexing import Generations
from searchapp.indexing.damage import Damage
from searchapp.indexing.withdrawn import write_withdrawn
from searchapp.search.open_generation import OpenGeneration
from searchapp.search.searcher import SearcherManager
from tests.indexing.damage.conftest import FULL, names, total, wait_until


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
        generations.mark(second, [Damage("lexicon.sqlite", Message("it is missing"))])
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
