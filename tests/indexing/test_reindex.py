"""Reindexing and publishing, with real files and real processes."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.derived import spelling
from searchapp.errors import CorpusMissing, IndexDamaged, IndexLocked, IndexMissing
from searchapp.indexing import Generations, spelling_dictionary
from searchapp.indexing.reindex import Progress
from searchapp.model import SearchRequest
from searchapp.schema import SCHEMA_VERSION

FULL = bootstrap.ReindexOptions(full=True)


def search_total(config: Config, query: str) -> int:
    service = bootstrap.open_service(config)
    try:
        return service.search(SearchRequest(query)).total
    finally:
        service.close()


def start_reindex(config: Config) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "searchapp", "reindex", str(config.corpus), "--index", str(config.index), "--full"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_every_article_is_counted_once(corpus: Path, config: Config) -> None:
    (corpus / "vide.txt").write_text("", "utf-8")
    (corpus / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    with (corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": 7\n')
    summary = bootstrap.reindex(config)
    assert (summary.read, summary.indexed, summary.rejected) == (8, 5, 3)
    assert [(reject.file, reject.line) for reject in summary.rejects] == [
        ("articles.jsonl", 6),
        ("image.txt", None),
        ("vide.txt", None),
    ]
    lines = (config.index / summary.generation / "rejects.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["file"] for line in lines] == ["articles.jsonl", "image.txt", "vide.txt"]


def spellings(config: Config) -> list[object]:
    """Return the rows of the published spelling dictionary."""
    file = config.index / bootstrap.index_status(config).manifest.generation / spelling.FILE_NAME
    with closing(sqlite3.connect(file)) as connection:
        return [connection.execute(rows).fetchall() for rows in ("SELECT * FROM words", "SELECT * FROM stems")]


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_a_process_beside_writes_the_same_spelling_dictionary(
    config: Config, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(config, engine=engine)
    bootstrap.reindex(replace(config, jobs=1), options=FULL)
    alone = spellings(config)
    monkeypatch.setattr(spelling_dictionary, "_MIN_PARALLEL_ARTICLES", 1)
    bootstrap.reindex(replace(config, jobs=2), options=FULL)
    assert spellings(config) == alone
    assert all(alone)


def test_the_manifest_tells_what_a_generation_was_made_of(config: Config) -> None:
    summary = bootstrap.reindex(config)
    manifest = bootstrap.index_status(config).manifest
    assert (manifest.generation, manifest.articles, manifest.rejects) == (summary.generation, 5, 0)
    assert (manifest.engine, manifest.schema, manifest.timezone) == ("whoosh", SCHEMA_VERSION, "Europe/Paris")


def test_progress_rises_to_the_size_of_the_corpus(config: Config) -> None:
    seen: list[Progress] = []
    bootstrap.reindex(config, seen.append)
    assert [progress.read for progress in seen] == [1, 2, 3, 4, 5]
    assert [progress.bytes_done for progress in seen] == sorted(progress.bytes_done for progress in seen)
    assert {progress.bytes_total for progress in seen} == {(config.corpus / "articles.jsonl").stat().st_size}


def test_an_empty_corpus_is_an_index_without_articles(config: Config) -> None:
    (config.corpus / "articles.jsonl").unlink()
    assert bootstrap.reindex(config).indexed == 0
    assert search_total(config, "") == 0


def test_a_missing_corpus_leaves_the_index_as_it_was(indexed: Config) -> None:
    indexed.corpus.rename(indexed.corpus.with_name("elsewhere"))
    with pytest.raises(CorpusMissing, match="searchapp reindex"):
        bootstrap.reindex(indexed)
    assert search_total(indexed, "cheval") == 1


def test_the_generation_before_is_kept_and_older_ones_go(config: Config) -> None:
    names = [bootstrap.reindex(config, options=FULL).generation for _ in range(4)]
    assert sorted(path.name for path in config.index.iterdir() if path.is_dir()) == names[2:]
    assert Generations(config.index).current() == names[3]


def test_a_failed_reindex_leaves_nothing_behind(indexed: Config) -> None:
    before = sorted(path.name for path in indexed.index.iterdir())

    def fail(_progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bootstrap.reindex(indexed, fail, FULL)
    assert sorted(path.name for path in indexed.index.iterdir()) == before
    assert search_total(indexed, "cheval") == 1


def test_two_reindexes_at_a_time_are_kept_apart(indexed: Config) -> None:
    with Generations(indexed.index).locked(), pytest.raises(IndexLocked, match=f"process {os.getpid()}"):
        bootstrap.reindex(indexed)
    bootstrap.reindex(indexed)


def test_a_generation_without_a_manifest_is_damaged(indexed: Config) -> None:
    generations = Generations(indexed.index)
    generation = generations.current()
    (generations.path(generation) / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(IndexDamaged, match=generation):
        generations.manifest(generation)


def test_nothing_published_is_not_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Generations(tmp_path / "nowhere").current()


def test_a_reindex_killed_at_any_moment_leaves_the_earlier_index_answering(config: Config) -> None:
    """Eight kills at random moments; a later reindex clears up and succeeds."""
    record = {"title": "Un phare", "text": "Le phare de Sarmane veille sur la côte. " * 40}
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": f"phare-{number}", **record}) + "\n" for number in range(1500))
    started = time.monotonic()
    assert start_reindex(config).wait() == 0
    duration = time.monotonic() - started
    draw = random.Random(20241106)
    killed = 0
    for _ in range(40):
        process = start_reindex(config)
        time.sleep(duration * draw.random())
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert search_total(config, "phare") == 1500
        assert search_total(config, "cheval") == 1
        if killed == 8:
            break
    assert killed == 8
    bootstrap.reindex(config, options=FULL)
    folders = [path for path in config.index.iterdir() if path.is_dir()]
    assert len(folders) == 2
    assert all((path / "manifest.json").is_file() for path in folders)
