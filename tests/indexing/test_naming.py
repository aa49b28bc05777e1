"""Articles get their names while they are indexed, once for each text, on every engine."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.derived.names import Names
from searchapp.indexing.names_cache import FILE_NAME, NamesCache
from searchapp.indexing.naming import NameModel
from searchapp.indexing.reindex import Summary
from searchapp.model import Filters, SearchRequest
from tests.contract.conftest import ENGINES

NAME = re.compile(r"\b(?:Moscou|Noël|Vallombre|Sarmane)\b")


def recognize(texts: Sequence[str]) -> tuple[list[Names], float]:
    """A recognizer of few places; it also tells its process as an organisation."""
    return [Names((), (str(os.getpid()),), tuple(dict.fromkeys(NAME.findall(text)))) for text in texts], 0.5


def recognize_none(texts: Sequence[str]) -> tuple[list[Names], float]:
    raise ArithmeticError("le modèle ne sait plus compter")


@pytest.fixture(params=[engine.name for engine in ENGINES])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def named(config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Settings with a model of names; the model itself is the function above."""
    monkeypatch.setattr(bootstrap.generation_work, "name_model", lambda config: NameModel("essai 1", recognize))
    return config


def places(config: Config, query: str = "", **filters: tuple[str, ...]) -> tuple[list[str], list[tuple[str, int]]]:
    """The ids of the articles found, and the buckets of the places."""
    service = bootstrap.open_service(config)
    result = service.search(SearchRequest(query, Filters(filters)))
    service.close()
    return [hit.article.id for hit in result.hits], [(each.value, each.count) for each in result.facets["place"]]


def test_names_filter_and_are_counted(named: Config) -> None:
    bootstrap.reindex(named)
    assert places(named)[1] == [("Moscou", 1), ("Noël", 1)]
    assert places(named, place=("moscou",))[0] == ["ingerence"]
    assert places(named, "lieu:moscou")[0] == ["ingerence"]


def test_an_article_shows_its_names(named: Config) -> None:
    bootstrap.reindex(named)
    service = bootstrap.open_service(named)
    assert service.article("ingerence").article.places == ("Moscou",)
    service.close()


def test_names_are_recognized_in_another_process_with_their_cost(named: Config) -> None:
    summary = bootstrap.reindex(named)
    assert summary.names
    assert (summary.names.recognized, summary.names.from_cache) == (5, 0)
    assert summary.names.seconds > 0
    service = bootstrap.open_service(named)
    assert service.article("noel").article.organisations != (str(os.getpid()),)
    service.close()


def reindexed_in_full(config: Config) -> Summary:
    return bootstrap.reindex(config, options=bootstrap.ReindexOptions(full=True))


def test_a_full_reindex_does_not_pay_again(named: Config) -> None:
    bootstrap.reindex(named)
    names = reindexed_in_full(named).names
    assert names
    assert (names.recognized, names.from_cache) == (0, 5)
    assert places(named, place=("Moscou",))[0] == ["ingerence"]


def test_only_articles_whose_text_changed_are_read_again(named: Config, corpus: Path) -> None:
    bootstrap.reindex(named)
    file = corpus / "articles.jsonl"
    changed = file.read_text("utf-8").replace("Deux chevaux", "À Sarmane, deux chevaux").replace("Santé", "Soins")
    file.write_text(changed, "utf-8")
    names = bootstrap.reindex(named).names
    assert names
    assert (names.recognized, names.from_cache) == (1, 1)
    assert places(named, place=("sarmane",))[0] == ["cheval"]


def test_without_the_setting_the_names_go(named: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.reindex(named)
    monkeypatch.undo()
    summary = bootstrap.reindex(named)
    assert summary.full
    assert places(named) == (places(named)[0], [])


def test_a_damaged_cache_is_made_again(named: Config) -> None:
    bootstrap.reindex(named)
    (named.index / FILE_NAME).write_bytes(b"ceci n'est pas une base" * 400)
    assert reindexed_in_full(named).names
    assert places(named)[1] == [("Moscou", 1), ("Noël", 1)]


def test_a_failing_model_publishes_nothing(named: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.reindex(named)
    monkeypatch.setattr(bootstrap.generation_work, "name_model", lambda config: NameModel("essai 2", recognize_none))
    with pytest.raises(ArithmeticError):
        bootstrap.reindex(named)
    assert places(named)[1] == [("Moscou", 1), ("Noël", 1)]


def test_more_articles_than_fit_a_batch_keep_their_order(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f'{{"id": "{n}", "title": "À Vallombre, le phare {n}", "text": "Rien."}}\n' for n in range(150)]
    (config.corpus / "articles.jsonl").write_text("".join(lines), "utf-8")
    plain = replace(config, index=config.index.with_name("plain"))
    bootstrap.reindex(plain)
    monkeypatch.setattr(bootstrap.generation_work, "name_model", lambda config: NameModel("essai 1", recognize))
    bootstrap.reindex(replace(config, jobs=2))
    assert places(config)[1] == [("Vallombre", 150)]
    assert places(config)[0] == places(plain)[0]


def test_texts_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    cache = NamesCache(path, "essai 1")
    cache.add([("un", Names(("Anne",))), ("deux", Names(("Paul",)))])
    cache.close()
    cache = NamesCache(path, "essai 1")
    assert cache.get("un") == Names(("Anne",))
    cache.forget_unused()
    assert cache.get("deux") is None
    cache.close()
    assert sqlite3.connect(path).execute("SELECT count(*) FROM names").fetchone() == (1,)


@pytest.mark.parametrize("work", ["add", "forget"])
def test_damage_that_shows_late_makes_a_new_cache(tmp_path: Path, work: str) -> None:
    path = tmp_path / FILE_NAME
    cache = NamesCache(path, "essai 1")
    cache.add([("un", Names(("Anne",)))])
    cache.close()
    path.write_bytes(path.read_bytes()[:4096] + b"x" * 4096)
    cache = NamesCache(path, "essai 1")
    if work == "add":
        cache.add([("deux", Names(("Paul",)))])
        assert cache.get("deux") == Names(("Paul",))
    else:
        cache.forget_unused()
    assert cache.get("un") is None
    cache.close()


def test_a_cache_that_another_process_is_writing_is_not_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    cache = NamesCache(path, "essai 1")
    cache.add([("un", Names(("Anne",)))])
    cache.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError):
            NamesCache(path, "essai 1")
    cache = NamesCache(path, "essai 1")
    assert cache.get("un") == Names(("Anne",))
    cache.close()


def test_another_model_has_its_own_names(tmp_path: Path) -> None:
    cache = NamesCache(tmp_path / FILE_NAME, "essai 1")
    cache.add([("un", Names(("Anne",)))])
    cache.close()
    other = NamesCache(tmp_path / FILE_NAME, "essai 2")
    assert other.get("un") is None
    other.close()
