"""Naming: articles get the names that are recognized in them, in other processes, before the engine gets them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Final, Self

from searchapp.derived.names import Names
from searchapp.engines.port import ArticleWriter, Refused, RefusingWriter
from searchapp.engines.workers import QUEUE_PER_WORKER, Pool
from searchapp.indexing.names_cache import NamesCache
from searchapp.model import Article

__all__ = ["NameModel", "Naming", "NamingWriter", "Recognize"]

Recognize = Callable[[Sequence[str]], tuple[list[Names], float]]
"""Returns the names of each text, and the seconds of processor that they took; can be pickled."""

# A batch is a second of work: it has so many articles, or as many as have so many code points.
_BATCH: Final = 64
_BATCH_CHARS: Final = 80_000


@dataclass(frozen=True, slots=True)
class NameModel:
    """A model of names: its version, on which they depend, and the function that recognizes them."""

    version: str
    recognize: Recognize


@dataclass(slots=True)
class Naming:
    """The naming of a reindex: model, cache and number of processes, then its cost: texts, seconds of processor."""

    recognize: Recognize
    cache: NamesCache
    jobs: int
    recognized: int = 0
    from_cache: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class _Batch:
    """Articles in the order of adding; ``unknown`` are the indexes and texts of those that a process is naming."""

    articles: list[tuple[Article, bool]] = field(default_factory=list)
    unknown: dict[int, str] = field(default_factory=dict)
    chars: int = 0


class NamingWriter:
    """A writer of articles that passes them on to ``writer`` with their names, in the order of adding."""

    def __init__(self, writer: ArticleWriter, naming: Naming) -> None:
        self._writer = writer
        self._naming = naming
        self._pool: Pool[tuple[list[Names], float]] | None = None
        self._filling = _Batch()
        self._pending: deque[_Batch] = deque()

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._drain()
        except BaseException as failure:
            with suppress(Exception):  # this failure is the one to report
                self._writer.__exit__(type(failure), failure, failure.__traceback__)
            raise
        finally:
            self._stop()
        self._writer.__exit__(kind, error, trace)

    def add(self, article: Article, *, is_new: bool = False) -> None:
        batch, text = self._filling, _text_of(article)
        names = self._naming.cache.get(text)
        if names is None:
            batch.unknown[len(batch.articles)] = text
            batch.chars += len(text)
        else:
            self._naming.from_cache += 1
        batch.articles.append((_with_names(article, names or Names()), is_new))
        if len(batch.articles) == _BATCH or batch.chars > _BATCH_CHARS:
            self._send()

    def delete(self, article_id: str) -> None:
        self._drain()
        self._writer.delete(article_id)

    def refused(self) -> list[Refused]:
        self._drain()
        return self._writer.refused() if isinstance(self._writer, RefusingWriter) else []

    def _send(self, *, is_last: bool = False) -> None:
        """Have the batch named; pass on the oldest ones until few are left."""
        batch, self._filling = self._filling, _Batch()
        if batch.unknown:
            # Loading a model takes seconds: a few articles have one process.
            self._pool = self._pool or Pool(1 if is_last else self._naming.jobs, self._naming.recognize)
            self._pool.request(self._pool.least_busy(QUEUE_PER_WORKER), list(batch.unknown.values()))
        self._pending.append(batch)
        while len(self._pending) > self._naming.jobs * QUEUE_PER_WORKER:
            self._pass_on(self._pending.popleft())

    def _drain(self) -> None:
        """Pass on all articles."""
        if self._filling.articles:
            self._send(is_last=True)
        while self._pending:
            self._pass_on(self._pending.popleft())

    def _pass_on(self, batch: _Batch) -> None:
        if batch.unknown and self._pool:
            names, seconds = self._pool.answer()
            self._naming.seconds += seconds
            self._naming.recognized += len(names)
            self._naming.cache.add(zip(batch.unknown.values(), names, strict=True))
            for index, found in zip(batch.unknown, names, strict=True):
                article, is_new = batch.articles[index]
                batch.articles[index] = _with_names(article, found), is_new
        for article, is_new in batch.articles:
            self._writer.add(article, is_new=is_new)

    def _stop(self) -> None:
        """End the processes."""
        pool, self._pool = self._pool, None
        if pool:
            pool.__exit__(None, None, None)


def _text_of(article: Article) -> str:
    """Return title, lead and text, paragraphs apart."""
    return "\n\n".join(filter(None, (article.title, article.lead, article.text)))


def _with_names(article: Article, names: Names) -> Article:
    return replace(article, people=names.people, organisations=names.organisations, places=names.places)
