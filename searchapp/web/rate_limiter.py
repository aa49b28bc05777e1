"""Rate limits that all processes of a server share, in memory: no service, no file that grows.

The algorithm is GCRA (generic cell rate algorithm, ITU-T I.371): of each key one moment is kept, its *theoretical
arrival time* (TAT), at which its quota is whole again. It admits what a token bucket of the same size admits.

The moments lie in a nameless file, in memory where the system has such, that is mapped before the processes are
forked. It is a set-associative cache: a keyed digest of the key chooses a set of WAYS slots. A slot whose moment has
passed is free; when none is, the one that would be free first is taken. So a flood of keys makes others forgotten,
those furthest below their limit first, and never refuses somebody else. A set is locked by a record lock of its byte,
which the system releases when its holder dies.
"""

from __future__ import annotations

import mmap
import os
import secrets
import sys
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from threading import Lock
from typing import Final

if sys.platform != "win32":
    import fcntl

__all__ = ["Allowance", "Quota", "RateLimiter"]

SETS: Final = 1024
WAYS: Final = 8
SLOT_BYTES: Final = 16
"""Of a slot: 8 of its key's digest, then the TAT as a double."""
ROUNDING: Final = 1e-6
"""Seconds by which a sum of intervals may miss a whole quota."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A number of requests in so many seconds, of which all may come at once; ``name`` parts the counts of quotas.

    A quota of 0 requests sets no limit.
    """

    name: str
    requests: int
    seconds: int

    @property
    def interval(self) -> float:
        """Seconds in which the quota grows by a request."""
        return self.seconds / self.requests


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer to a request: whether it is admitted, the requests that are left, and whole seconds to wait.

    ``retry_after``: until the next request is admitted, 0 if it is now. ``reset``: until the quota is whole again.
    """

    admitted: bool
    remaining: int
    retry_after: int
    reset: int


class RateLimiter:
    """The counts of all keys. To be made before the processes are forked; safe to share between threads too.

    ``clock`` gives seconds that all processes of this machine see alike.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._salt = secrets.token_bytes(16)  # nobody can choose an address that shares a set with another's
        self._file = _nameless_file(SETS * WAYS * SLOT_BYTES)
        weakref.finalize(self, os.close, self._file)
        cells = memoryview(mmap.mmap(self._file, SETS * WAYS * SLOT_BYTES))
        self._keys = cells[: SETS * WAYS * 8].cast("Q")
        self._moments = cells[SETS * WAYS * 8 :].cast("d")
        self._lock = Lock()

    def acquire(self, quota: Quota, key: str, cost: float = 1) -> Allowance:
        """Take ``cost`` requests of the quota of ``key``, if there are as many."""
        digest = self._digest(quota, key)
        with self._locked(digest % SETS):
            now, slot = self._clock(), self._slot(digest)
            arrival = max(now, self._moment_of(slot, digest))
            is_admitted = arrival + cost * quota.interval <= now + quota.seconds + ROUNDING
            if is_admitted:
                arrival += cost * quota.interval
                self._keys[slot], self._moments[slot] = digest, arrival
        return _allowance(quota, arrival - now, admitted=is_admitted)

    def charge(self, quota: Quota, key: str, cost: float) -> None:
        """Take ``cost`` requests of the quota of ``key`` even if there are fewer: the next ones wait the longer."""
        digest = self._digest(quota, key)
        with self._locked(digest % SETS):
            slot = self._slot(digest)
            arrival = max(self._clock(), self._moment_of(slot, digest)) + cost * quota.interval
            self._keys[slot], self._moments[slot] = digest, arrival

    def _digest(self, quota: Quota, key: str) -> int:
        text = f"{quota.name}\0{key}".encode("utf-8", "replace")
        return int.from_bytes(blake2b(text, digest_size=8, key=self._salt).digest())

    def _slot(self, digest: int) -> int:
        """Return the slot of a key: its own, else the one of its set that is free, or would be first."""
        slots = range(digest % SETS * WAYS, (digest % SETS + 1) * WAYS)
        own = [slot for slot in slots if self._keys[slot] == digest]
        return own[0] if own else min(slots, key=self._moments.__getitem__)

    def _moment_of(self, slot: int, digest: int) -> float:
        return self._moments[slot] if self._keys[slot] == digest else 0.0

    @contextmanager
    def _locked(self, number: int) -> Iterator[None]:
        """Hold set ``number``. Record locks belong to processes, so the threads of one exclude each other before."""
        with self._lock:
            if sys.platform == "win32":  # a server is one process there
                yield
                return
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1, number)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)


def _nameless_file(size: int) -> int:
    """Return the descriptor of a file that is gone when nobody has it open; in memory on Linux."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("searchapp-rates")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.truncate(descriptor, size)
    return descriptor


def _allowance(quota: Quota, debt: float, *, admitted: bool) -> Allowance:
    """Return an allowance; ``debt`` are the seconds until the quota is whole again."""
    left = (quota.seconds - debt + ROUNDING) / quota.interval
    wait = ceil(debt + quota.interval - quota.seconds - ROUNDING)
    return Allowance(admitted, max(0, int(left)), 0 if left >= 1 else max(1, wait), ceil(debt))
