"""A limit of requests a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

__all__ = ["TokenBucket"]


class TokenBucket:
    """Token bucket: ``rate`` requests a second, and as many at once when it is full. A rate of 0 sets no limit."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = float(rate)
        self._filled_at = clock()
        self._lock = Lock()

    def acquire(self) -> bool:
        """Take a token; return False when there is none."""
        with self._lock:
            now = self._clock()
            self._tokens = min(float(self._rate), self._tokens + (now - self._filled_at) * self._rate)
            self._filled_at = now
            if self._rate and self._tokens < 1:
                return False
            self._tokens -= 1
            return True
