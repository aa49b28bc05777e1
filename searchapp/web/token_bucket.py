"""How often something may happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

__all__ = ["Rate"]


class Rate:
    """Lets ``most`` requests a second pass, after a quiet second so many at once; 0 lets any number pass."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._left = float(most)
        self._at = clock()
        self._lock = Lock()

    def take(self) -> bool:
        """Return whether one more may pass now."""
        with self._lock:
            now = self._clock()
            self._left = min(float(self._most), self._left + (now - self._at) * self._most)
            self._at = now
            if self._most and self._left < 1:
                return False
            self._left -= 1
            return True
