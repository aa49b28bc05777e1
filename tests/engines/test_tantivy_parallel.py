"""Several processes write the same Tantivy generation as one, and none of their troubles goes unnoticed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from searchapp.engines.port import Document, EngineRequest, PhraseClause, TermClause
from searchapp.engines.tantivy_engine import TantivyEngine, parallel
from searchapp.errors import EngineUnavailable
from searchapp.indexing.writing import ArticleWriter, DocumentMaker
from searchapp.model import Article
from searchapp.schema import STEMS, WORDS

ENGINE = TantivyEngine()
MAKE = DocumentMaker(ZoneInfo("Europe/Paris"))
ARTICLES = [
    Article(str(number % 150), f"Titre {number}", f"À la une : le phare numéro {number} " * (number % 7 + 1))
    for number in range(200)
]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_ALONE", 500)
    monkeypatch.setattr(parallel, "_BATCH", 4)


class FailingMaker:
    """Picklable; fails in the worker at one article."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def __call__(self, article: Article) -> Document:
        if article.id == "120":
            self._act()
        return Document(article, [], [], [], 0)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def raise_an_error() -> None:
    raise ZeroDivisionError("au phare")


def write(writer: ArticleWriter) -> None:
    with writer as opened:
        for article in ARTICLES:
            opened.add(article)
        opened.delete("7")


def test_deletes_and_replacements_keep_their_place_among_batches(tmp_path: Path) -> None:
    with ENGINE.create_parallel(tmp_path, MAKE, 2) as writer:
        for article in ARTICLES[:60]:
            writer.add(article)
        writer.delete("59")
        writer.add(Article("59", "Le phare revient", "Le phare."))
        writer.delete("58")
    reader = ENGINE.open(tmp_path)
    assert (reader.count, reader.article("58")) == (59, None)
    assert reader.article("59") == Article("59", "Le phare revient", "Le phare.")
    reader.close()


def answers(folder: Path) -> list[object]:
    reader = ENGINE.open(folder)
    clauses = (TermClause(STEMS, (("phar", 1.0),)), PhraseClause(WORDS["text"], ("a", "la", "une")))
    found = [reader.search(EngineRequest(clause, limit=200)) for clause in clauses]
    articles = [reader.articles(entry.document for entry in result.candidates) for result in found]
    dictionary = reader.terms_with_prefix(WORDS["text"], "", 999)
    reader.close()
    return [found, articles, dictionary]


def test_two_processes_write_the_same_generation_as_one(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with ENGINE.create(tmp_path / "one") as writer:
        for article in ARTICLES:
            writer.add(MAKE(article))
        writer.delete("7")
    write(ENGINE.create_parallel(tmp_path / "two", MAKE, 2))
    assert answers(tmp_path / "two") == answers(tmp_path / "one")


def test_few_articles_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(parallel.subprocess, "Popen", None)
    write(ENGINE.create_parallel(tmp_path, MAKE, 2))
    assert (tmp_path / "meta.json").is_file()


def test_a_worker_that_is_killed_is_reported_at_once_and_leaves_nothing_running(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"exit code -9.*--jobs 1"):
        write(ENGINE.create_parallel(tmp_path, FailingMaker(be_killed), 2))
    assert multiprocessing.active_children() == []
    time.sleep(0.2)
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_a_worker_is_the_writers(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError, match="au phare") as caught:
        write(ENGINE.create_parallel(tmp_path, FailingMaker(raise_an_error), 2))
    assert any("raise_an_error" in note for note in caught.value.__notes__)


def test_an_interrupted_writer_stops_its_workers(tmp_path: Path) -> None:
    def interrupt() -> None:
        with ENGINE.create_parallel(tmp_path, MAKE, 2) as writer:
            for article in ARTICLES[:50]:
                writer.add(article)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert multiprocessing.active_children() == []
