"""The parent's side of reader processes: start, tasks, answers, end, and one idle process kept for the next file."""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import threading
import time
from typing import IO, Final, cast

from searchapp.errors import EngineUnavailable, system_reason
from searchapp.i18n import Message
from searchapp.ingest.limits import ReadingLimits, too_slow
from searchapp.ingest.reader_protocol import FileContext
from searchapp.ingest.sources.file_reader import CorpusSettings
from searchapp.ingest.sources.reader_process import IDLE_SECONDS, Encoded, End, More, Task
from searchapp.ingest.sources.walk import CorpusFile
from searchapp.processes import Inbox, start_process, write_message

__all__ = ["ReaderEnded", "ReaderProcess", "close_idle", "give_back", "take_process"]

# Answers, and seconds for each, to wait for when the rest of a file is skipped: a new process takes longer.
_SKIPPED_ANSWERS: Final = 16
_SKIP_SECONDS: Final = 0.1

_lock = threading.RLock()
_idle: list[ReaderProcess] = []
_alive: set[ReaderProcess] = set()


def close_idle() -> None:
    """End the idle process, if there is one."""
    with _lock:
        waiting, _idle[:] = list(_idle), []
    for process in waiting:
        process.stop()


class ReaderEnded(Exception):
    """The process died, or was ended because it took too long.

    ``unavailable``: it may read the file the next time; see :class:`~searchapp.model.Reject`.
    """

    def __init__(self, reason: Message, *, unavailable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unavailable = unavailable


class ReaderProcess:
    """One reader process and the pipes to and from it."""

    def __init__(self) -> None:
        theirs, self._lifeline = os.pipe()
        self._number = theirs
        try:
            self._process = start_process(
                "searchapp.ingest.sources.reader_process:work", (theirs,) if os.name == "posix" else ()
            )
        finally:
            os.close(theirs)
        self._input, self._output = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._inbox = Inbox(self._output)
        self._settings: CorpusSettings | None = None
        self._used = time.monotonic()
        with _lock:
            _alive.add(self)

    @property
    def number(self) -> int:
        """The process id."""
        return self._process.pid

    def begin(self, what: CorpusFile | FileContext, settings: CorpusSettings | None, limits: ReadingLimits) -> None:
        """Send a task; raises ReaderEnded when the process died."""
        changed = None if settings is self._settings else settings
        self._settings = settings
        self.send(Task(what, changed, limits, self._number))

    def send(self, message: object) -> None:
        try:
            write_message(self._input, message)
        except OSError as error:
            raise self._ended() from error

    def receive(self, patience: float) -> Encoded | End | More:
        """Return the next answer; raises ReaderEnded when the process died, or none came for ``patience`` seconds."""
        try:
            content = self._inbox.receive(patience)
        except EOFError as error:
            raise self._ended() from error
        if content is None:
            self._process.kill()
            raise ReaderEnded(too_slow())
        answer: Encoded | End | More = pickle.loads(content)  # noqa: S301 - our own child's
        return answer

    def skip_rest(self) -> bool:
        """Drop the answers for the current file; return whether they came soon enough to keep the process."""
        with contextlib.suppress(ReaderEnded):
            for _ in range(_SKIPPED_ANSWERS):
                answer = self.receive(_SKIP_SECONDS)
                if isinstance(answer, End):
                    return True
                if isinstance(answer, More):
                    return False
        return False

    def is_waiting(self) -> bool:
        """Return whether the process runs, and is not about to end because it was idle."""
        return self._process.poll() is None and time.monotonic() - self._used < IDLE_SECONDS / 2

    def rest(self) -> None:
        self._used = time.monotonic()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self.close()

    def close(self) -> None:
        """Close this process's ends of the pipes."""
        with _lock:
            if self not in _alive:
                return
            _alive.discard(self)
        os.close(self._lifeline)
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):  # bytes that it had not read
                pipe.close()

    def _ended(self) -> ReaderEnded:
        code = self._process.wait()
        if -code in (getattr(signal, "SIGPROF", 0), getattr(signal, "SIGXCPU", 0)):
            return ReaderEnded(too_slow())
        if -code == getattr(signal, "SIGKILL", 0):
            reason = Message(
                "the system ended the process that read it, as it does when memory is short; take it out, or cut it "
                "into smaller files"
            )
            return ReaderEnded(reason, unavailable=True)
        how = signal.Signals(-code).name if code < 0 else code
        return ReaderEnded(
            Message("the process that read it crashed ({reason}); take it out, or convert it", reason=how)
        )


def take_process() -> ReaderProcess:
    """Return the idle process, or a new one."""
    with _lock:
        process = _idle.pop() if _idle else None
    if process is not None:
        if process.is_waiting():
            return process
        process.stop()
    try:
        return ReaderProcess()
    except OSError as error:
        raise EngineUnavailable(
            Message("A process that reads files cannot be started: {reason}", reason=system_reason(error))
        ) from error


def give_back(process: ReaderProcess) -> None:
    process.rest()
    with _lock:
        if not _idle:
            _idle.append(process)
            return
    process.stop()


def _after_fork() -> None:
    """Leave the processes to the parent: they end with its pipes."""
    global _lock
    _lock = threading.RLock()
    _idle.clear()
    for process in tuple(_alive):
        process.close()


atexit.register(close_idle)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
