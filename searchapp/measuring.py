"""The measurement of a request: the seconds of each of its stages, and counts of what happened in it.

One stage runs at a time. A stage inside another one pauses that, so the seconds of all add up to those of the request.
The thread that answers has the measurement; outside a request there is none, and nothing is measured.
"""

from __future__ import annotations

import time
from collections import Counter
from contextvars import ContextVar
from typing import Final

__all__ = ["Measurement", "Stage", "count", "current", "use"]

OTHER_STAGE: Final = "web"
"""The stage outside all others: reading the request, and making the page or the JSON."""


class Measurement:
    """``seconds`` by stage, ``counts`` by (kind, outcome), and the id of the request."""

    __slots__ = ("_since", "_stage", "counts", "request_id", "seconds")

    def __init__(self, request_id: str = "") -> None:
        self.request_id = request_id
        self.seconds: dict[str, float] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self._stage = OTHER_STAGE
        self._since = time.perf_counter()

    def switch(self, stage: str) -> str:
        """Begin ``stage`` and return the one that it pauses or ends."""
        now = time.perf_counter()
        before, self._stage = self._stage, stage
        self.seconds[before] = self.seconds.get(before, 0.0) + now - self._since
        self._since = now
        return before

    def total(self) -> float:
        """Return the seconds until now."""
        self.switch(self._stage)
        return sum(self.seconds.values())


_current: ContextVar[Measurement | None] = ContextVar("measurement", default=None)


def current() -> Measurement | None:
    """Return the measurement of the request that this thread answers."""
    return _current.get()


def use(measurement: Measurement | None) -> None:
    """Make ``measurement`` that of this thread; None ends it."""
    _current.set(measurement)


def count(kind: str, outcome: str, number: int = 1) -> None:
    """Count something that happened in the current request, such as a hit of a cache."""
    if measurement := _current.get():
        measurement.counts[kind, outcome] += number


class Stage:
    """``with Stage("match"):`` measures the block as a stage of the current request."""

    __slots__ = ("_before", "_measurement", "_name")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._measurement = _current.get()
        if self._measurement:
            self._before = self._measurement.switch(self._name)

    def __exit__(self, *_: object) -> None:
        if self._measurement:
            self._measurement.switch(self._before)
