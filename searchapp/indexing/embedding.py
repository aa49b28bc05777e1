"""Embedding: the vectors of the articles of the published generation, computed once for each passage.

The index state of a generation lists the version of each article that it holds, so only versions that the vector store
does not know are read and embedded. Whatever was computed is committed every few seconds: an interrupted run goes on
where it was.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from searchapp.derived.databases import connect_read_only, is_damage, reading_database
from searchapp.engines.port import Engine, Place, Reader
from searchapp.errors import IndexMissing, SearchappError
from searchapp.i18n import Message
from searchapp.indexing.generation_layout import ENGINE, INDEX_STATE, SEMANTIC
from searchapp.indexing.generations import Generations
from searchapp.indexing.locking import WriteLock
from searchapp.semantic.passages import passage_digest, passage_of
from searchapp.semantic.vector_store import FILE_NAME, VectorWriter, drop_damaged

__all__ = ["EmbeddingJob", "EmbeddingProgress", "EmbeddingSummary", "embed", "keep_embedded"]

_log: Final = logging.getLogger(__name__)
# Articles of a batch. One thread computes a second with 128 words each; an interrupt waits for that.
_BATCH: Final = 4
_COMMIT_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
# Following takes at most the tenth part of a processor where there is nothing to compute.
_PAUSE_FACTOR: Final = 10.0


class PassageModel(Protocol):
    """A model, as far as embedding needs it. Safe to share between threads."""

    @property
    def name(self) -> str: ...

    def passage_vectors(self, passages: Sequence[str]) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """Articles that were looked at since the start, and all that are to be."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class EmbeddingSummary:
    """The outcome of a run: the generation, its articles, the vectors computed now, and the seconds that this took."""

    generation: str
    articles: int
    computed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class EmbeddingJob:
    """A run: the published of ``generations`` by ``model``, in ``jobs`` threads (0: one for each processor)."""

    generations: Generations
    engine_of: Callable[[str], Engine]
    model: PassageModel
    jobs: int = 0
    wait: float = 0.0
    on_progress: Callable[[EmbeddingProgress], None] = lambda progress: None
    on_wait: Callable[[Message], None] = lambda message: None


def embed(job: EmbeddingJob) -> EmbeddingSummary:
    """Give every article of the published generation a vector, and drop the vectors that none of them needs.

    Raises IndexMissing, IndexDamaged, EngineUnavailable, IndexUnwritable, and IndexLocked while another process
    embeds.
    """
    started, folder = time.monotonic(), job.generations.folder / SEMANTIC
    name = job.generations.current()
    with WriteLock(folder).held(job.wait, job.on_wait):
        try:
            articles, computed = _embed_generation(job, name, folder / FILE_NAME)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            drop_damaged(folder / FILE_NAME, error)
            articles, computed = _embed_generation(job, name, folder / FILE_NAME)
    return EmbeddingSummary(name, articles, computed, time.monotonic() - started)


def _embed_generation(job: EmbeddingJob, name: str, stored: Path) -> tuple[int, int]:
    """Bring the store up to date; return the articles of the generation, and the vectors that were computed.

    Raises sqlite3.DatabaseError for a damaged store, and IndexDamaged for a damaged generation.
    """
    path, engine = job.generations.path(name), job.engine_of(job.generations.manifest(name).engine)
    with ExitStack() as stack:
        store = stack.enter_context(closing(VectorWriter(stored, job.model.name)))
        articles, computed = sum(1 for _ in _versions(path / INDEX_STATE)), 0
        if store.generation() != name:
            unknown = store.hold(_versions(path / INDEX_STATE))
            if unknown:
                reader = stack.enter_context(closing(engine.open(Place(path / ENGINE))))
                computed = _embed_unknown(job, store, reader, unknown)
            store.complete(name)
    return articles, computed


def _versions(index_state: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (article id, digest of its version) of a generation; raises IndexDamaged."""
    with reading_database(index_state), closing(connect_read_only(index_state)) as connection:
        yield from connection.execute("SELECT id, digest FROM indexed")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Versions, as (digest, passage digest) pairs, and the vectors of those of their passages that had none."""

    articles: list[tuple[bytes, bytes]]
    passages: list[bytes]
    vectors: Future[list[bytes]] | None


def _embed_unknown(job: EmbeddingJob, store: VectorWriter, reader: Reader, total: int) -> int:
    """Embed the versions that the store does not know, and commit them; return the number of vectors computed."""
    computed = done = 0
    threads, committed = job.jobs or os.cpu_count() or 1, time.monotonic()
    running: deque[_Batch] = deque()

    def take() -> None:
        nonlocal computed, done, committed
        batch = running.popleft()
        vectors = batch.vectors.result() if batch.vectors else []
        store.add(dict(zip(batch.passages, vectors, strict=True)), batch.articles)
        computed, done = computed + len(vectors), done + len(batch.articles)
        if time.monotonic() - committed > _COMMIT_SECONDS:
            store.commit()
            committed = time.monotonic()
        job.on_progress(EmbeddingProgress(done, total))

    unknown = store.unknown()
    with ThreadPoolExecutor(threads, "embedding") as pool:
        try:
            while versions := list(islice(unknown, _BATCH)):
                running.append(_begin(versions, reader, store, job.model, pool))
                if len(running) > 2 * threads:
                    take()
            while running:
                take()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            store.commit()
    return computed


def _begin(
    versions: Sequence[tuple[str, bytes]],
    reader: Reader,
    store: VectorWriter,
    model: PassageModel,
    pool: ThreadPoolExecutor,
) -> _Batch:
    """Read some articles, and have the vectors computed of the passages that have none."""
    passages: dict[bytes, str] = {}
    articles = []
    for article_id, digest in versions:
        article = reader.article(article_id)
        passage = passage_of(article) if article else ""
        passages[passage_digest(passage)] = passage
        articles.append((bytes(digest), passage_digest(passage)))
    missing = [digest for digest in store.missing(list(passages)) if passages[digest]]
    texts = [passages[digest] for digest in missing]
    return _Batch(articles, missing, pool.submit(model.passage_vectors, texts) if texts else None)


def keep_embedded(
    generations: Generations, embed_published: Callable[[], object], wait: Callable[[float], object] = time.sleep
) -> None:
    """Call ``embed_published`` for the published generation, and for each newer one, for ever.

    Failures go to the log, and pauses get longer.
    """
    done, failed = "", 0
    while True:
        started = time.monotonic()
        try:
            if (current := generations.current()) != done:
                embed_published()
                done = current
            failed = 0
        except IndexMissing:
            pass
        except Exception as error:
            failed += 1
            known = isinstance(error, SearchappError)
            _log.warning("Embedding failed and is tried again: %s", error, exc_info=None if known else error)
        pause = max(_POLL_SECONDS * 2 ** min(failed, 10), _PAUSE_FACTOR * (time.monotonic() - started))
        wait(min(pause, _LONGEST_PAUSE))
