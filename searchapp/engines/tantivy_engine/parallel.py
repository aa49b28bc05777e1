"""Writing with several processes: workers analyse and join, this one reads the corpus and feeds Tantivy.

Batches are added in the order of their articles, so the generation is the same as one process's.
"""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import Final, Self

from searchapp.engines import workers
from searchapp.engines.port import MakeDocument
from searchapp.engines.tantivy_engine.entries import Entry, entry_of
from searchapp.engines.tantivy_engine.writer import TantivyWriter
from searchapp.model import Article

__all__ = ["ParallelWriter"]

# This process analyses the first articles itself; the other one is started at this share of them, and loads meanwhile.
_LOADING_SHARE: Final = 0.25


class ParallelWriter:
    """An :class:`~searchapp.engines.port.ArticleWriter`."""

    def __init__(self, writer: TantivyWriter, make: MakeDocument, jobs: int) -> None:
        self._writer = writer
        self._make = make
        # This process is one of them: reading and feeding Tantivy keep it as busy as analysing keeps another.
        count = max(jobs - 1, 1)
        self._pool = workers.Pool(count, partial(_entries, make))
        self._most = count * workers.QUEUE_PER_WORKER
        self._batch: list[tuple[Article, bool]] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._pool:
                if kind is None:
                    self._drain()
        except BaseException as failure:
            self._writer.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._writer.__exit__(kind, error, trace)

    def add(self, article: Article, *, is_new: bool = False) -> None:
        self._size += len(article.text)
        if self._size < workers.MIN_PARALLEL_CHARS:
            self._writer.add(self._make(article), is_new=is_new)
            if self._size > _LOADING_SHARE * workers.MIN_PARALLEL_CHARS:
                self._pool.start()
            return
        self._batch.append((article, is_new))
        if len(self._batch) == workers.BATCH:
            self._send()

    def delete(self, article_id: str) -> None:
        self._drain()
        self._writer.delete(article_id)

    def _send(self) -> None:
        self._pool.request(self._pool.least_busy(workers.QUEUE_PER_WORKER), self._batch)
        self._batch = []
        self._add_answers(self._most)

    def _drain(self) -> None:
        """Add all batches."""
        if self._batch:
            self._send()
        self._add_answers(0)

    def _add_answers(self, remaining: int) -> None:
        """Add the entries of the oldest batches, until ``remaining`` are in work."""
        while self._pool.unanswered > remaining:
            for entry, is_new in self._pool.answer():
                self._writer.add_entry(entry, is_new=is_new)


def _entries(make: MakeDocument, batch: list[tuple[Article, bool]]) -> list[tuple[Entry, bool]]:
    return [(entry_of(make(article)), is_new) for article, is_new in batch]
