"""Processes that take work off this one.

Each process of a :class:`Pool` holds a *handler* and calls it with every message that it is sent, in the order of
sending. The handler's result is the *answer* to a message that is a *request*; other messages have none. Handler,
messages and answers travel as pickles.

The pools of the standard library wait for ever when a process dies. Here a thread listens to each; an output that ends
is a process that died, whatever it died of.
"""

from __future__ import annotations

import gc
import pickle
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Any, Final, Generic, Self, TypeVar, cast

from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message
from searchapp.processes import read_message, standard_channel, start_process, write_message

__all__ = ["BATCH", "MIN_PARALLEL_CHARS", "QUEUE_PER_WORKER", "Pool", "Worker", "work"]

MIN_PARALLEL_CHARS: Final = 2_000_000
"""Fewer code points are not worth the half second in which a process starts."""
BATCH: Final = 64
"""Articles in a message."""
QUEUE_PER_WORKER: Final = 2
"""Batches or segments for each worker: one in work and the next one."""

# Memory only grows here, so the garbage collector has next to nothing to find.
_OBJECTS: Final = 100_000

Answer = TypeVar("Answer")


class Pool(Generic[Answer]):
    """``count`` processes, started when the first is needed and ended on leaving; for one thread.

    Every method but the last raises the failure of any process, each time: the handler's exception, with the traceback
    as a note, or EngineUnavailable for a process that died.
    """

    def __init__(self, count: int, handler: Callable[[Any], Answer]) -> None:
        self._count = count
        self._handler = handler
        self._workers: list[Worker] = []
        self._received: SimpleQueue[tuple[Worker, Any]] = SimpleQueue()
        self._answers: dict[int, Answer] = {}
        self._requested = self._returned = 0

    @property
    def started(self) -> bool:
        return bool(self._workers)

    @property
    def unanswered(self) -> int:
        """The number of requests whose answers were not returned yet."""
        return self._requested - self._returned

    def start(self) -> None:
        """Start the processes, which load while this one goes on."""
        while len(self._workers) < self._count:
            self._workers.append(Worker(self._received))
            self._send(self._workers[-1], self._handler)

    def least_busy(self, most: int) -> Worker:
        """Return the process with the fewest pending requests, as soon as these are fewer than ``most``."""
        self.start()
        while len((worker := min(self._workers, key=lambda one: len(one.pending))).pending) >= most:
            self._collect(wait=True)
        return worker

    def notify(self, worker: Worker, message: object) -> None:
        """Send a message without an answer."""
        self._send(worker, (False, message))

    def request(self, worker: Worker, message: object) -> None:
        """Send a message with an answer, which :meth:`answer` returns."""
        self._send(worker, (True, message))
        worker.pending.append(self._requested)
        self._requested += 1

    def answer(self) -> Answer:
        """Return the next answer in the order of the requests; wait for it."""
        while self._returned not in self._answers:
            self._collect(wait=True)
        self._returned += 1
        return self._answers.pop(self._returned - 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes, whatever they are at: nothing is written any more when this returns."""
        for worker in self._workers:
            worker.stop()

    def _send(self, worker: Worker, message: object) -> None:
        self._collect(wait=False)
        try:
            worker.send(message)
        except OSError:  # the process has ended; its listener reports that
            while True:
                self._collect(wait=True)

    def _collect(self, wait: bool) -> None:
        """Collect all answers that have come, or wait for one; raise the exception of a process that failed."""
        with suppress(Empty):
            while True:
                worker, answer = self._received.get(block=wait)
                if isinstance(answer, Exception):
                    self._received.put((worker, answer))
                    raise answer
                self._answers[worker.pending.popleft()] = answer
                wait = False


class Worker:
    """A process and the thread that listens to it; ``pending`` are the numbers of the requests without an answer."""

    def __init__(self, received: SimpleQueue[tuple[Worker, Any]]) -> None:
        self._process = start_process("searchapp.engines.workers:work")
        self._input, self._output = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self.pending: deque[int] = deque()
        self._listener = Thread(target=self._listen, args=(received,), daemon=True)
        self._listener.start()

    def send(self, message: object) -> None:
        write_message(self._input, message)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with suppress(OSError):  # input that it did not read
            self._input.close()
        self._output.close()

    def _listen(self, received: SimpleQueue[tuple[Worker, Any]]) -> None:
        try:
            while not isinstance(answer := pickle.loads(read_message(self._output)), Exception):  # noqa: S301 - our own child's
                received.put((self, answer))
        except Exception:  # its output ended, perhaps within a message
            answer = _died(self._process.wait())
        received.put((self, answer))


def _died(code: int) -> EngineUnavailable:
    return EngineUnavailable(
        Message(
            "A process that was indexing ended unexpectedly (exit code {code}). If memory is short, use fewer: "
            "searchapp reindex --jobs 1",
            code=code,
        )
    )


def work() -> None:
    """Be a worker until the input ends or the handler raises; the exception is the last answer."""
    source, output = standard_channel()
    messages: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_read_all, args=(source, messages), daemon=True).start()
    gc.set_threshold(_OBJECTS)
    try:
        handle = pickle.loads(messages.get())  # noqa: S301 - our own parent's
        gc.freeze()
        while content := messages.get():
            is_request, message = pickle.loads(content)  # noqa: S301
            answer = handle(message)
            if is_request:
                write_message(output, answer)
    except Exception as error:
        error.add_note(traceback.format_exc())
        write_message(output, error)


def _read_all(source: IO[bytes], messages: SimpleQueue[bytes]) -> None:
    """Read all that the parent sends, so that it goes on reading the corpus while we work.

    Messages are kept as bytes until their turn: texts take half the memory so.
    """
    with suppress(EOFError):
        while True:
            messages.put(read_message(source))
    messages.put(b"")
