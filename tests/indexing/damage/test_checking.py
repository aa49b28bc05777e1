"""``check`` names every damaged file: a byte flipped, a file cut or missing, of every kind."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.config import Config
from searchapp.errors import GenerationMissing, IndexMissing
from searchapp.indexing import Generations
from searchapp.indexing.checking import CheckProgress
from searchapp.indexing.content_check import content_damages
from searchapp.model import SearchRequest
from searchapp.search.service import SearchService
from tests.indexing.damage.conftest import damaged_files, fail_in, files_of, flip, halve, lose, names, total, wait_until


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
            assert not Generations(two.index).is_intact(generation)
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
