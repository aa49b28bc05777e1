"""A limit of processor time for the steps of a thread, also of one that is not the main thread, where signals fail.

One monitor thread polls the timers that are in use and raises :class:`CpuLimitExceeded` in the thread that has used too
much processor time; a busy machine or a slow disk does not count. C code is interrupted when it returns to Python.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

__all__ = ["CpuLimitExceeded", "StepTimer", "cpu_limit"]

_POLL_SECONDS: Final = 0.25

_lock = threading.RLock()  # reentrant: the garbage collector may end a timer in the thread that holds the lock
_timers: set[StepTimer] = set()
_in_use = threading.Event()
_monitor: threading.Thread | None = None


class CpuLimitExceeded(BaseException):  # no Exception, which a library might take for its own
    """The step has used more processor time than it may."""


class StepTimer:
    """Context manager for one step. CpuLimitExceeded is raised inside it or, at the latest, on leaving it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._thread = 0
        self._clock: Callable[[], float] = time.monotonic
        self._step = 0
        self._running = False
        self._checked_step = 0
        self._since = 0.0
        self._raised = False

    def __enter__(self) -> None:
        if (thread := threading.get_ident()) != self._thread:
            self._thread, self._clock = thread, _clock_of(thread)
        self._step += 1
        self._running = True

    def __exit__(self, *error: object) -> None:
        if self.end():
            raise CpuLimitExceeded

    def end(self) -> bool:
        """End the step; return whether it was interrupted."""
        with _lock:
            self._running = False
            raised, self._raised = self._raised, False
            if raised:
                _raise_in(self._thread, None)
        return raised

    def check(self) -> None:
        """Interrupt the step if it has taken too long since its first check, and again if it went on.

        Only the monitor reads the clock: on some systems that takes as long as reading a short article.
        """
        if not self._running:
            return
        try:
            now = self._clock()
        except OSError:  # the thread has ended
            return
        if self._step != self._checked_step:
            self._checked_step, self._since = self._step, now
        elif now - self._since > self._seconds:
            self._since = now
            self._raised = True
            _raise_in(self._thread, CpuLimitExceeded)


@contextmanager
def cpu_limit(seconds: float) -> Iterator[StepTimer]:
    """Give a timer whose steps may take ``seconds`` of processor time each, all of them in one thread at a time."""
    global _monitor  # one for the process
    timer = StepTimer(seconds)
    with _lock:
        _timers.add(timer)
        _in_use.set()
        if _monitor is None or not _monitor.is_alive():  # a forked process has none
            _monitor = threading.Thread(target=_poll, name="searchapp-cpu-limit", daemon=True)
            _monitor.start()
    try:
        yield timer
    finally:
        with _lock:
            timer.end()
            _timers.discard(timer)
            if not _timers:
                _in_use.clear()


def _poll() -> None:
    while _in_use.wait():
        time.sleep(_POLL_SECONDS)
        with _lock:
            for timer in tuple(_timers):
                timer.check()


def _clock_of(thread: int) -> Callable[[], float]:
    """Return the clock of the processor time of ``thread``, or the monotonic clock where the system has none."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    return partial(time.clock_gettime, time.pthread_getcpuclockid(thread))


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have ``thread`` raise ``error`` at its next bytecode; ``None`` cancels one that is still pending."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


def _after_fork() -> None:
    global _lock, _in_use
    _lock, _in_use = threading.RLock(), threading.Event()
    _timers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
