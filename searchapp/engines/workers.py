"""Processes that take work off this one.

Each process of a :class:`Pool` holds a *handler* and calls it with every message that it is sent, in the order of
sending. A message is told, or it is asked and then the handler's result is its answer. Handler, messages and answers
travel as pickles.

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
"""Batches or segments for each worker: one to do and one to go on with."""

# Memory only grows here, so the garbage collector has next to nothing to find.
_OBJECTS: Final = 100_000

Answer = TypeVar("Answer")


class Pool(Generic[Answer]):
    """``count`` processes, started when the first is wanted and ended on leaving; for one thread.

    Every method but the last raises what went wrong in any process, again and again: the handler's exception, with the
    traceback as a note, or EngineUnavailable for a process that died.
    """

    def __init__(self, count: int, handler: Callable[[Any], Answer]) -> None:
        self._count = count
        self._handler = handler
        self._workers: list[Worker] = []
        self._heard: SimpleQueue[tuple[Worker, Any]] = SimpleQueue()
        self._answers: dict[int, Answer] = {}
        self._asked = self._given = 0

    @property
    def started(self) -> bool:
        return bool(self._workers)

    @property
    def unanswered(self) -> int:
        """The number of questions whose answers were not given out yet."""
        return self._asked - self._given

    def idlest(self, most: int) -> Worker:
        """Return the process with the fewest questions to answer, as soon as these are fewer than ``most``."""
        while len(self._workers) < self._count:
            self._workers.append(Worker(self._heard))
            self._send(self._workers[-1], self._handler)
        while len((worker := min(self._workers, key=lambda one: len(one.questions))).questions) >= most:
            self._take(wait=True)
        return worker

    def tell(self, worker: Worker, message: object) -> None:
        self._send(worker, (False, message))

    def ask(self, worker: Worker, message: object) -> None:
        self._send(worker, (True, message))
        worker.questions.append(self._asked)
        self._asked += 1

    def answer(self) -> Answer:
        """Return the answer to the first question that still has none, in the order of asking; wait for it."""
        while self._given not in self._answers:
            self._take(wait=True)
        self._given += 1
        return self._answers.pop(self._given - 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes, whatever they are at: nothing is written any more when this returns."""
        for worker in self._workers:
            worker.stop()

    def _send(self, worker: Worker, message: object) -> None:
        self._take(wait=False)
        try:
            worker.send(message)
        except OSError:  # it is gone; its listener knows, or will in a moment
            while True:
                self._take(wait=True)

    def _take(self, wait: bool) -> None:
        """Take in all answers that are there, or wait for one; raise what went wrong."""
        with suppress(Empty):
            while True:
                worker, answer = self._heard.get(block=wait)
                if isinstance(answer, Exception):
                    self._heard.put((worker, answer))
                    raise answer
                self._answers[worker.questions.popleft()] = answer
                wait = False


class Worker:
    """A process and the thread that listens to it; ``questions`` are the numbers of those it has to answer."""

    def __init__(self, heard: SimpleQueue[tuple[Worker, Any]]) -> None:
        self._process = start_process("searchapp.engines.workers:work")
        self._input, self._output = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self.questions: deque[int] = deque()
        self._listener = Thread(target=self._listen, args=(heard,), daemon=True)
        self._listener.start()

    def send(self, message: object) -> None:
        write_message(self._input, message)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with suppress(OSError):  # what it had not read
            self._input.close()
        self._output.close()

    def _listen(self, heard: SimpleQueue[tuple[Worker, Any]]) -> None:
        try:
            while not isinstance(answer := pickle.loads(read_message(self._output)), Exception):  # noqa: S301 - our own child's
                heard.put((self, answer))
        except Exception:  # its output ended, or broke off in a message
            answer = _died(self._process.wait())
        heard.put((self, answer))


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
            asked, message = pickle.loads(content)  # noqa: S301
            answer = handle(message)
            if asked:
                write_message(output, answer)
    except Exception as error:
        error.add_note(traceback.format_exc())
        write_message(output, error)


def _read_all(source: IO[bytes], messages: SimpleQueue[bytes]) -> None:
    """Take in all that the parent has, so that it goes on reading the corpus while we work.

    Messages wait as they came: texts take half the memory so.
    """
    with suppress(EOFError):
        while True:
            messages.put(read_message(source))
    messages.put(b"")
