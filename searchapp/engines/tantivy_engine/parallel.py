"""Writing with several processes: workers analyse and join, this one reads the corpus and feeds Tantivy.

A thread a worker sends it a batch and waits for the entries; batches are added in the order of their articles, so the
generation is the same as one process's. A worker that dies ends its thread's wait, which raises here.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any, Final, Self, cast

from searchapp.engines.port import Document
from searchapp.engines.tantivy_engine.entries import Entry, entry_of
from searchapp.engines.tantivy_engine.writer import TantivyWriter
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message
from searchapp.model import Article

__all__ = ["ParallelWriter", "work"]

Make = Callable[[Article], Document]

# Code points that are not worth the half second in which a worker starts.
_ALONE: Final = 2_000_000
_BATCH: Final = 64
# Batches in work for each worker: one to do and one to go on with.
_AHEAD: Final = 2
# What a worker is started with: the same module path as its parent's, then this module.
_BOOT: Final = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from searchapp.engines.tantivy_engine.parallel import work; work()"
)


class ParallelWriter:
    """Takes articles instead of documents: ``make`` makes those in the workers."""

    def __init__(self, writer: TantivyWriter, make: Make, jobs: int) -> None:
        self._writer = writer
        self._make = make
        self._jobs = jobs
        self._crew: _Crew | None = None
        self._batch: list[Article] = []
        self._pending: deque[Future[list[Entry]]] = deque()
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._drain()
        except BaseException as failure:
            self._stop()
            self._writer.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._stop()
        self._writer.__exit__(kind, error, trace)

    def add(self, article: Article) -> None:
        self._size += len(article.text)
        if self._size < _ALONE:
            self._writer.add(self._make(article))
            return
        self._batch.append(article)
        if len(self._batch) == _BATCH:
            self._send()

    def delete(self, article_id: str) -> None:
        self._drain()
        self._writer.delete(article_id)

    def _send(self) -> None:
        self._crew = self._crew or _Crew(self._jobs, self._make)
        self._pending.append(self._crew.send(self._batch))
        self._batch = []
        while len(self._pending) > self._jobs * _AHEAD:
            self._take()

    def _take(self) -> None:
        for entry in self._pending.popleft().result():
            self._writer.add_entry(entry)

    def _drain(self) -> None:
        """Add all that waits."""
        if self._batch:
            self._send()
        while self._pending:
            self._take()

    def _stop(self) -> None:
        if self._crew:
            self._crew.stop()


class _Crew:
    """The workers, and threads that wait for them."""

    def __init__(self, jobs: int, make: Make) -> None:
        self._workers = [_Worker(make) for _ in range(jobs)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(jobs)

    def send(self, batch: list[Article]) -> Future[list[Entry]]:
        return self._threads.submit(self._ask, batch)

    def stop(self) -> None:
        """End the workers, whatever they are at."""
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def _ask(self, batch: list[Article]) -> list[Entry]:
        worker = self._idle.get()
        try:
            return worker.ask(batch)
        finally:
            self._idle.put(worker)


class _Worker:
    """A process that makes entries of articles."""

    def __init__(self, make: Make) -> None:
        command = [sys.executable, "-c", _BOOT]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
        self._input, self._output = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        with suppress(OSError):  # it died at once: asking will tell
            _write(self._input, sys.path)
            _write(self._input, make)

    def ask(self, batch: list[Article]) -> list[Entry]:
        try:
            _write(self._input, batch)
            answer: list[Entry] | Exception = pickle.load(self._output)  # noqa: S301 - our own child's
        except (OSError, EOFError, pickle.UnpicklingError):
            raise _died(self._process.wait()) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.wait()
        with suppress(OSError):  # what it had not read
            self._input.close()
        self._output.close()


def work() -> None:
    """Answer batches of articles on standard input with entries on standard output, until the input ends."""
    source, output = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not look like an answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us when it is interrupted
    with suppress(EOFError):
        make: Make = pickle.load(source)  # noqa: S301 - our own parent's
        while True:
            _write(output, _answer(make, pickle.load(source)))  # noqa: S301


def _answer(make: Make, batch: list[Article]) -> list[Entry] | Exception:
    try:
        return [entry_of(make(article)) for article in batch]
    except Exception as error:
        error.add_note(traceback.format_exc())
        return error


def _write(pipe: IO[bytes], message: Any) -> None:
    pipe.write(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))
    pipe.flush()


def _died(code: int) -> EngineUnavailable:
    return EngineUnavailable(
        Message(
            "A process that was indexing ended unexpectedly (exit code {code}). If memory is short, use fewer: "
            "searchapp reindex --jobs 1",
            code=code,
        )
    )
