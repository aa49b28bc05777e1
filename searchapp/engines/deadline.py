"""Time to answer in: costly parts of a search ask whether there is some left."""

from __future__ import annotations

import time

__all__ = ["Deadline", "OutOfTime"]


class OutOfTime(Exception):
    """The deadline passed in the midst of something that had better be left."""


class Deadline:
    """A moment of :func:`time.monotonic`, or none; ``complete`` tells whether nothing was left out for want of time."""

    def __init__(self, moment: float | None = None) -> None:
        self._moment = moment
        self.complete = True

    def passed(self) -> bool:
        """Return whether the time is over; who asks leaves out what it was about to do."""
        if self._moment is not None and time.monotonic() > self._moment:
            self.complete = False
            return True
        return False

    def check(self) -> None:
        """Raise OutOfTime when the time is over."""
        if self.passed():
            raise OutOfTime
