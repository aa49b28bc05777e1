"""Growth of work with its input, measured as ratios, which do not depend on the load of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["growth", "is_linear"]

_TIMES = 4
# Twice what linear work may grow by, half of what quadratic work does.
_MOST = 2 * _TIMES


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how many times as long ``work`` takes for four times ``size``, in processor time, at best of three."""
    return _least(work, _TIMES * size) / _least(work, size)


def is_linear(work: Callable[[int], object], size: int) -> bool:
    """Return whether ``work`` grows with its size, not with the square of it; asked again before it says no."""
    return any(growth(work, size) < _MOST for _ in range(3))


def _least(work: Callable[[int], object], size: int) -> float:
    return max(min(_seconds(work, size) for _ in range(3)), 1e-3)


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started
