"""Interrupts a thread that spends too long on one step, whichever thread it is; signals reach the main thread only.

One thread looks a few times a second at those that are watched, while there are any, and raises :class:`TooSlow` in
the one that has used too much of the processor: a busy machine or a slow disk is no fault of what is read. What runs
in C is interrupted when it comes back.
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

__all__ = ["TooSlow", "Watch", "watched"]

_LOOK_EVERY: Final = 0.25

_lock = threading.RLock()  # a watch may be left while garbage is collected, by whoever holds the lock
_watches: set[Watch] = set()
_wanted = threading.Event()
_watcher: threading.Thread | None = None


class TooSlow(BaseException):  # no Exception, which a library might take for its own
    """What a watched step is interrupted with."""


class Watch:
    """A context for one step: leaving it raises TooSlow if that was on its way; outside it none can come."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._thread = 0
        self._used: Callable[[], float] = time.monotonic
        self._step = 0
        self._busy = False
        self._seen = 0
        self._since = 0.0
        self._raised = False

    def __enter__(self) -> None:
        if (thread := threading.get_ident()) != self._thread:
            self._thread, self._used = thread, _clock_of(thread)
        self._step += 1
        self._busy = True

    def __exit__(self, *error: object) -> None:
        if self.end():
            raise TooSlow

    def end(self) -> bool:
        """End the step; return whether it was interrupted."""
        with _lock:
            self._busy = False
            raised, self._raised = self._raised, False
            if raised:
                _raise_in(self._thread, None)
        return raised

    def look(self) -> None:
        """Interrupt the step if it has taken too long since it was first seen; again, should that have been stopped.

        Only here the clock is asked: some systems take as long for that as for reading a short article.
        """
        if not self._busy:
            return
        try:
            now = self._used()
        except OSError:  # the thread has ended
            return
        if self._step != self._seen:
            self._seen, self._since = self._step, now
        elif now - self._since > self._seconds:
            self._since = now
            self._raised = True
            _raise_in(self._thread, TooSlow)


@contextmanager
def watched(seconds: float) -> Iterator[Watch]:
    """Give a watch whose steps may take ``seconds`` of the processor each, all of them in one thread at a time."""
    watch = Watch(seconds)
    with _lock:
        _watches.add(watch)
        _wanted.set()
        _begin_watching()
    try:
        yield watch
    finally:
        with _lock:
            watch.end()
            _watches.discard(watch)
            if not _watches:
                _wanted.clear()


def _begin_watching() -> None:
    global _watcher  # one for the process
    if _watcher is None or not _watcher.is_alive():  # a forked process has none
        _watcher = threading.Thread(target=_look_around, name="searchapp-watch", daemon=True)
        _watcher.start()


def _look_around() -> None:
    while _wanted.wait():
        time.sleep(_LOOK_EVERY)
        with _lock:
            for watch in tuple(_watches):
                watch.look()


def _clock_of(thread: int) -> Callable[[], float]:
    """Return the clock of what ``thread`` uses of the processor, or the clock on the wall where it has none."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    return partial(time.clock_gettime, time.pthread_getcpuclockid(thread))


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have ``thread`` raise ``error`` at its next step; ``None`` takes back what it has not yet raised."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


def _after_fork() -> None:
    global _lock, _wanted
    _lock, _wanted = threading.RLock(), threading.Event()
    _watches.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
