"""Writing a generation with several processes: this one reads and numbers, workers analyse and write segments."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from searchapp.engines import workers
from searchapp.engines.port import MakeDocument
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.generation import Generation
from searchapp.engines.whoosh_engine.inverter import Inverter
from searchapp.model import Article

__all__ = ["ParallelWriter", "SegmentMaker"]


class SegmentMaker:
    """The handler of a worker: takes batches of articles; writes their segment at the last."""

    def __init__(self, make: MakeDocument, folder: Path) -> None:
        self._make = make
        self._folder = folder
        self._segment = Inverter()

    def __call__(self, message: tuple[list[Article], bool]) -> list[Segment]:
        batch, last = message
        for article in batch:
            self._segment.add(self._make(article))
        if not last:
            return []
        segment, self._segment = self._segment, Inverter()
        return [segment.write(self._folder)]


class ParallelWriter:
    """An :class:`~searchapp.engines.port.ArticleWriter`."""

    def __init__(self, folder: Path, make: MakeDocument, jobs: int, base: Path | None = None) -> None:
        self._generation = Generation(folder, base)
        self._handler = SegmentMaker(make, folder)
        self._pool = workers.Pool(jobs, self._handler)
        self._worker: workers.Worker | None = None  # of the present segment
        self._batch: list[Article] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with closing(self._generation), self._pool:
            if kind is None:
                self._generation.complete(self._finish())

    def add(self, article: Article, *, is_new: bool = False) -> None:
        full = self._generation.add(article, is_new=is_new)
        self._batch.append(article)
        self._size += len(article.text)
        if full or (self._size > workers.MIN_PARALLEL_CHARS and len(self._batch) >= workers.BATCH):
            self._send(last=full)

    def delete(self, article_id: str) -> None:
        self._generation.delete(article_id)

    def _send(self, last: bool) -> None:
        worker = self._worker or self._pool.least_busy(workers.QUEUE_PER_WORKER)
        (self._pool.request if last else self._pool.notify)(worker, (self._batch, last))
        self._worker = None if last else worker
        self._batch = []

    def _finish(self) -> list[Segment]:
        """Return all segments, in the order of adding."""
        if not self._pool.started:
            return self._handler((self._batch, True)) if self._batch else []
        if self._worker or self._batch:
            self._send(last=True)
        return [segment for _ in range(self._pool.unanswered) for segment in self._pool.answer()]
