"""Circuit breaker: after some failures in a row calls fail at once, until one that is let through succeeds."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

__all__ = ["CircuitBreaker"]

MAX_FAILURES: Final = 3
"""Failures in a row that open the circuit: one node that restarts is not a dead cluster."""
PROBE_SECONDS: Final = 5.0
"""Seconds after which one call is let through, to learn whether the cluster answers again."""


class CircuitBreaker:
    """Counts the failures of calls. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._probe_at = 0.0

    def allows(self) -> bool:
        """Return whether a call may be tried; of an open circuit one call, each time that some seconds have passed."""
        with self._lock:
            if self._failures < MAX_FAILURES:
                return True
            now = self._clock()
            if now < self._probe_at:
                return False
            self._probe_at = now + PROBE_SECONDS
            return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures == MAX_FAILURES:
                self._probe_at = self._clock() + PROBE_SECONDS
