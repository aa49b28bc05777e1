"""Several processes write the same generation as one, and none of their troubles goes unnoticed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from searchapp.analysis import FrenchAnalyzer, Joined, Term
from searchapp.engines import workers
from searchapp.engines.port import (
    ArticleWriter,
    Document,
    Engine,
    EngineRequest,
    MakeDocument,
    MatchAllClause,
    ParallelEngine,
    PhraseClause,
    Place,
    TermClause,
)
from searchapp.engines.whoosh_engine import generation
from searchapp.errors import EngineUnavailable, IndexDamaged
from searchapp.indexing.documents import DocumentMaker, WriterFactory
from searchapp.model import Article
from searchapp.processes import pipes
from searchapp.schema import STEMS, WORDS
from tests.contract.conftest import ENGINES

PARIS = ZoneInfo("Europe/Paris")
MAKE = DocumentMaker(PARIS)
ARTICLES = [
    Article(str(number % 150), f"Titre {number}", f"À la une : le phare numéro {number} " * (number % 7 + 1))
    for number in range(200)
]
Started = list[subprocess.Popen[bytes]]


class Renaming(FrenchAnalyzer):
    """Takes words for others: made otherwise than the one that a worker would make by itself."""

    def __init__(self, others: dict[str, str]) -> None:
        super().__init__()
        self._others = others

    def analyze(self, text: str) -> tuple[list[Term], list[Joined]]:
        terms, joined = super().analyze(text)
        return [self.term(self._others.get(term.exact, term.exact)) for term in terms], joined


@pytest.fixture(params=[engine for engine in ENGINES if isinstance(engine, ParallelEngine)], ids=lambda one: one.name)
def engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The processes that were started; a few articles are enough for that, and for several segments."""
    processes: Started = []

    def start(*command: Any, **options: Any) -> subprocess.Popen[bytes]:
        processes.append(Popen(*command, **options))
        return processes[-1]

    Popen = subprocess.Popen  # noqa: N806
    monkeypatch.setattr(pipes.subprocess, "Popen", start)
    monkeypatch.setattr(workers, "MIN_PARALLEL_CHARS", 500)
    monkeypatch.setattr(workers, "BATCH", 4)
    monkeypatch.setattr(generation, "_SEGMENT", 3000)
    return processes


def make_and_act(act: Callable[[], None], article: Article) -> Document:
    """Something happens in the worker at one article; the features are the process that made a document."""
    if article.id == "120":
        act()
    return replace(MAKE(article), rerank_features=str(os.getpid()).encode())


def nothing() -> None:
    pass


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def be_interrupted() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def raise_an_error() -> None:
    raise ZeroDivisionError("au phare")


def write(writer: ArticleWriter) -> None:
    with writer as opened:
        for article in ARTICLES:
            opened.add(article)
        opened.delete("7")


def write_in_three(engine: ParallelEngine, folder: Path, act: Callable[[], None] = nothing) -> None:
    write(engine.create_parallel(folder, partial(make_and_act, act), 3))


def write_in_one_and_three(engine: Engine, folder: Path, make: MakeDocument) -> tuple[Path, Path]:
    """Return the folders of both generations."""
    for jobs in (1, 3):
        (folder / str(jobs)).mkdir()
        write(WriterFactory(engine, make, jobs).create(Place(folder / str(jobs))))
    return folder / "1", folder / "3"


def answers(engine: Engine, folder: Path) -> list[object]:
    reader = engine.open(folder)
    clauses = (TermClause(STEMS, (("phar", 1.0),)), PhraseClause(WORDS["text"], ("a", "la", "une")), MatchAllClause())
    found = [reader.search(EngineRequest(clause, limit=200)) for clause in clauses]
    articles = [reader.articles(entry.document for entry in result.candidates) for result in found]
    dictionary = [reader.terms_with_prefix(field, "", 999) for field in (STEMS, WORDS["text"])]
    reader.close()
    return [found, articles, dictionary]


def ended(started: Started) -> bool:
    """True when workers were started and have ended; a zombie process has not."""
    return len(started) > 1 and all(process.returncode is not None for process in started)


def test_three_processes_write_the_same_generation_as_one(engine: Any, tmp_path: Path, started: Started) -> None:
    one, three = write_in_one_and_three(engine, tmp_path, MAKE)
    assert answers(engine, three) == answers(engine, one)
    assert ended(started)


def test_workers_analyse_as_they_are_told_to(engine: Any, tmp_path: Path) -> None:
    one, three = write_in_one_and_three(engine, tmp_path, DocumentMaker(PARIS, Renaming({"phare": "fanal"})))
    assert answers(engine, three) == answers(engine, one)
    reader = engine.open(three)
    before, now = reader.term_statistics([(WORDS["text"], "phare"), (WORDS["text"], "fanal")]).frequencies
    assert (before, now > 0, reader.count) == (0, True, 149)
    reader.close()


def test_every_worker_has_its_share(engine: Any, tmp_path: Path, started: Started) -> None:
    write_in_three(engine, tmp_path)
    reader = engine.open(tmp_path)
    assert {str(process.pid).encode() for process in started} <= set(
        reader.details(range(reader.count), features=True).features
    )
    reader.close()


def test_deletes_and_replacements_keep_their_place_among_batches(engine: Any, tmp_path: Path) -> None:
    with engine.create_parallel(tmp_path, MAKE, 3) as writer:
        for article in ARTICLES[:60]:
            writer.add(article)
        writer.delete("59")
        writer.add(Article("59", "Le phare revient", "Le phare."))
        writer.delete("58")
    reader = engine.open(tmp_path)
    assert (reader.count, reader.article("58")) == (59, None)
    assert reader.article("59") == Article("59", "Le phare revient", "Le phare.")
    reader.close()


def test_few_articles_start_no_process(
    engine: Any, tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "MIN_PARALLEL_CHARS", 2_000_000)
    monkeypatch.setattr(generation, "_SEGMENT", 12_000_000)
    one, three = write_in_one_and_three(engine, tmp_path, MAKE)
    assert started == []
    assert answers(engine, three) == answers(engine, one)


def test_a_worker_that_is_killed_is_reported_at_once_and_leaves_nothing_running(
    engine: Any, tmp_path: Path, started: Started
) -> None:
    with pytest.raises(EngineUnavailable, match=r"exit code -9.*--jobs 1"):
        write_in_three(engine, tmp_path, be_killed)
    assert ended(started)
    files = sorted(tmp_path.iterdir())
    time.sleep(0.2)
    assert sorted(tmp_path.iterdir()) == files
    with pytest.raises(IndexDamaged):
        engine.open(tmp_path)


def test_a_writer_that_goes_on_after_a_failure_is_told_again(engine: Any, tmp_path: Path, started: Started) -> None:
    def go_on() -> None:
        with engine.create_parallel(tmp_path, partial(make_and_act, be_killed), 3) as writer:
            for article in ARTICLES:
                with suppress(EngineUnavailable):
                    writer.add(article)

    with pytest.raises(EngineUnavailable):
        go_on()
    assert ended(started)


def test_an_error_in_a_worker_is_the_writers(engine: Any, tmp_path: Path, started: Started) -> None:
    with pytest.raises(ZeroDivisionError, match="au phare") as caught:
        write_in_three(engine, tmp_path, raise_an_error)
    assert any("in raise_an_error" in note for note in caught.value.__notes__)
    assert ended(started)


def test_an_interrupted_writer_stops_its_workers(engine: Any, tmp_path: Path, started: Started) -> None:
    def interrupt() -> None:
        with engine.create_parallel(tmp_path, MAKE, 3) as writer:
            for article in ARTICLES[:100]:
                writer.add(article)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert ended(started)


def test_an_interruption_is_left_to_the_parent(engine: Any, tmp_path: Path) -> None:
    write_in_three(engine, tmp_path, be_interrupted)
    reader = engine.open(tmp_path)
    assert reader.count == 149
    reader.close()
