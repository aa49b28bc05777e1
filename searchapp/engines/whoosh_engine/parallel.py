"""Writing a generation with several processes: this one reads and numbers, workers analyse and write segments.

Whoosh's own multi-process writer waits for ever when a worker dies. Here a thread listens to each worker; an output
that ends is a worker that died, whatever it died of, and the next step of the writer raises.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Any, Final, Self

from searchapp.engines.port import Document
from searchapp.engines.whoosh_engine.generation import Generation
from searchapp.engines.whoosh_engine.inverter import Inverter
from searchapp.engines.whoosh_engine.worker import BOOT, SIZE
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message
from searchapp.model import Article

__all__ = ["ParallelWriter"]

# Code points that are not worth the half second in which a worker starts.
_ALONE: Final = 2_000_000
_BATCH: Final = 64
# Segments at a time with one worker: one in work and one to go on with.
_AHEAD: Final = 2


class ParallelWriter:
    """Takes articles instead of documents: ``make``, which has to be picklable, makes those in the workers."""

    def __init__(self, folder: Path, make: Callable[[Article], Document], jobs: int, base: Path | None = None) -> None:
        self._generation = Generation(folder, base)
        self._make = make
        self._jobs = jobs
        self._crew: _Crew | None = None
        self._batch: list[Article] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._generation.complete(self._finish())
        finally:
            if self._crew:
                self._crew.stop()
            self._generation.close()

    def add(self, article: Article) -> None:
        full = self._generation.add(article)
        self._batch.append(article)
        self._size += len(article.text)
        if self._crew is None and (full or self._size > _ALONE):
            self._crew = _Crew(self._jobs, self._make, self._generation.folder)
        if self._crew and (full or len(self._batch) >= _BATCH):
            self._crew.send(self._batch)
            self._batch = []
            if full:
                self._crew.end_segment()

    def delete(self, article_id: str) -> None:
        self._generation.delete(article_id)

    def _finish(self) -> list[Any]:
        """Return all segments, in the order of adding."""
        if self._crew:
            self._crew.send(self._batch)
            return self._crew.finish()
        segment = Inverter()
        for article in self._batch:
            segment.add(self._make(article))
        return [segment.write(self._generation.folder)] if segment.count else []


class _Crew:
    """The workers, with what each is at."""

    def __init__(self, jobs: int, make: Callable[[Article], Document], folder: Path) -> None:
        self._results: SimpleQueue[tuple[_Worker, Any]] = SimpleQueue()
        self._segments: dict[int, Any] = {}
        self._started = 0
        self._current: _Worker | None = None
        self._workers: list[_Worker] = []
        try:
            for _ in range(jobs):
                self._workers.append(_Worker(self._results))
                self._send(self._workers[-1], (make, folder))
        except BaseException:
            self.stop()
            raise

    def send(self, batch: list[Article]) -> None:
        """Give a batch to the worker that makes the present segment."""
        self._take(wait=False)
        if not batch:
            return
        if self._current is None:
            while len((worker := min(self._workers, key=lambda entry: len(entry.segments))).segments) >= _AHEAD:
                self._take(wait=True)
            worker.segments.append(self._started)
            self._started += 1
            self._current = worker
        self._send(self._current, batch)

    def end_segment(self) -> None:
        if self._current:
            self._send(self._current, None)
            self._current = None

    def finish(self) -> list[Any]:
        """Wait for all segments and return them."""
        self.end_segment()
        while len(self._segments) < self._started:
            self._take(wait=True)
        return [self._segments[number] for number in range(self._started)]

    def stop(self) -> None:
        """End the workers: nothing is written any more when this returns."""
        for worker in self._workers:
            worker.stop()

    def _send(self, worker: _Worker, message: object) -> None:
        try:
            worker.send(message)
        except OSError:  # it is gone; its listener knows, or will in a moment
            while True:
                self._take(wait=True)

    def _take(self, wait: bool) -> None:
        """Take in one result, or all that are there; raise what went wrong."""
        with suppress(Empty):
            while True:
                worker, result = self._results.get(block=wait)
                if isinstance(result, Exception):
                    raise result
                self._segments[worker.segments.popleft()] = result
                if wait:
                    return


class _Worker:
    """A worker process and the thread that listens to it; ``segments`` are the numbers of those it is to make."""

    def __init__(self, results: SimpleQueue[tuple[_Worker, Any]]) -> None:
        command = [sys.executable, "-c", BOOT]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
        self.segments: deque[int] = deque()
        self._results = results
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._write(pickle.dumps(sys.path))

    def send(self, message: object) -> None:
        content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self._write(SIZE.pack(len(content)) + content)

    def _write(self, content: bytes) -> None:
        pipe = self._pipe(self._process.stdin)
        pipe.write(content)
        pipe.flush()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with suppress(OSError):  # what it had not read
            self._pipe(self._process.stdin).close()
        self._pipe(self._process.stdout).close()

    def _listen(self) -> None:
        try:
            while True:
                self._results.put((self, pickle.load(self._pipe(self._process.stdout))))  # noqa: S301 - our own child's
        except Exception:  # its output ended, or broke off in a message
            self._results.put((self, _died(self._process.wait())))

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ValueError("the process was started without this pipe")
        return pipe


def _died(code: int) -> EngineUnavailable:
    return EngineUnavailable(
        Message(
            "A process that was indexing ended unexpectedly (exit code {code}). If memory is short, use fewer: "
            "searchapp reindex --jobs 1",
            code=code,
        )
    )
