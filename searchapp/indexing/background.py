"""Indexing beside a server: one thread that indexes what was written, soon after it was.

It is woken by every write, waits a moment for more of them, and indexes all at once; what comes meanwhile is the next
round's. A round that fails is logged and tried again, each time after a longer pause, until it succeeds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Final

from searchapp.errors import IndexLocked

__all__ = ["BackgroundIndexer", "IndexingStatus"]

_log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_LAST_ROUND: Final = 5.0
"""Seconds that closing waits for a round that runs."""


@dataclass(frozen=True, slots=True)
class IndexingStatus:
    """Whether something waits to be indexed, what the last round failed with ("" if it did not), what it published."""

    pending: bool
    last_error: str
    last_generation: str


class BackgroundIndexer:
    """Calls ``reindex``, which returns the generation that serves afterwards, ``delay`` seconds after it was woken.

    The thread starts with the first :meth:`wake`, so that a server may make processes of itself before. It ends with
    the process; a round that is cut off publishes nothing and costs nothing but its time.
    """

    def __init__(self, reindex: Callable[[], str], delay: float) -> None:
        self._reindex = reindex
        self._delay = delay
        self._changed = Condition()
        self._asked = 0
        self._done = 0
        self._closed = False
        self._error = ""
        self._generation = ""
        self._thread: Thread | None = None

    def wake(self) -> int:
        """Ask for a round; return a ticket to :meth:`wait` with. What was written before is in that round."""
        with self._changed:
            self._asked += 1
            if not self._closed and (self._thread is None or not self._thread.is_alive()):
                self._thread = Thread(target=self._run, name="indexer", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return self._asked

    def wait(self, ticket: int, seconds: float) -> str:
        """Return the generation that holds what the ticket was given for, "" if it takes more than ``seconds``."""
        with self._changed:
            done = self._changed.wait_for(lambda: self._done >= ticket or self._closed, seconds)
            return self._generation if done and self._done >= ticket else ""

    @property
    def status(self) -> IndexingStatus:
        """How it is now."""
        with self._changed:
            return IndexingStatus(self._asked > self._done, self._error, self._generation)

    def close(self) -> None:
        """End the thread; a round that runs may finish."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(_LAST_ROUND)

    def _run(self) -> None:
        pause, failed = self._delay, 0
        while (ticket := self._due(pause)) is not None:
            try:
                generation = self._reindex()
            except Exception as error:
                failed += 1
                pause = min(_FIRST_PAUSE * 2 ** (failed - 1), _LONGEST_PAUSE)
                self._log_failure(error, pause)
                self._ended(str(error))
            else:
                pause, failed = self._delay, 0
                self._ended("", ticket, generation)

    def _due(self, pause: float) -> int | None:
        """Return the last ticket once there is one and ``pause`` seconds have gone by; None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._asked > self._done)
            self._changed.wait_for(lambda: self._closed, pause)
            return None if self._closed else self._asked

    def _ended(self, error: str, ticket: int = 0, generation: str = "") -> None:
        with self._changed:
            self._error = error
            self._done = max(self._done, ticket)
            self._generation = generation or self._generation
            self._changed.notify_all()

    def _log_failure(self, error: Exception, pause: float) -> None:
        if isinstance(error, IndexLocked):
            _log.info("Indexing what was written waits for another reindex; tried again in %.0f s.", pause)
        else:
            _log.error(
                "What was written is safe in the corpus but could not be indexed; tried again in %.0f s. %s",
                pause,
                error,
                exc_info=error,
            )
