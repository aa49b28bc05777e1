"""Background indexing: a thread of the server that indexes written articles soon after a write.

Each write wakes it. It waits a moment for more writes and indexes all of them in one round; writes during a round wait
for the next. A round that fails is logged and repeated, after longer and longer pauses, until it succeeds.
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
_CLOSE_TIMEOUT: Final = 5.0
"""Seconds that closing waits for a running round."""


@dataclass(frozen=True, slots=True)
class IndexingStatus:
    """``pending``: a write waits to be indexed. The error of the last round ("" after a success), its generation."""

    pending: bool
    last_error: str
    last_generation: str


class BackgroundIndexer:
    """Calls ``reindex``, which returns the generation that serves afterwards, ``delay`` seconds after a wake-up.

    The thread starts with the first :meth:`wake`, so that a server can fork before. It ends with the process; a round
    that is cut off publishes nothing.
    """

    def __init__(self, reindex: Callable[[], str], delay: float) -> None:
        self._reindex = reindex
        self._delay = delay
        self._changed = Condition()
        self._requested = 0
        self._done = 0
        self._closed = False
        self._error = ""
        self._generation = ""
        self._thread: Thread | None = None

    def wake(self) -> int:
        """Request a round, which indexes all writes so far; return a ticket for :meth:`wait`."""
        with self._changed:
            self._requested += 1
            if not self._closed and (self._thread is None or not self._thread.is_alive()):
                self._thread = Thread(target=self._run, name="indexer", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return self._requested

    def wait(self, ticket: int, seconds: float) -> str:
        """Return the generation that holds the writes before the ticket; "" if it takes more than ``seconds``."""
        with self._changed:
            done = self._changed.wait_for(lambda: self._done >= ticket or self._closed, seconds)
            return self._generation if done and self._done >= ticket else ""

    @property
    def status(self) -> IndexingStatus:
        """The status now."""
        with self._changed:
            return IndexingStatus(self._requested > self._done, self._error, self._generation)

    def close(self) -> None:
        """End the thread; a running round may finish."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(_CLOSE_TIMEOUT)

    def _run(self) -> None:
        pause, failed = self._delay, 0
        while (ticket := self._next_ticket(pause)) is not None:
            try:
                generation = self._reindex()
            except Exception as error:
                failed += 1
                pause = min(_FIRST_PAUSE * 2 ** (failed - 1), _LONGEST_PAUSE)
                self._log_failure(error, pause)
                self._finish_round(str(error))
            else:
                pause, failed = self._delay, 0
                self._finish_round("", ticket, generation)

    def _next_ticket(self, pause: float) -> int | None:
        """Wait for a request and ``pause`` seconds more; return the last ticket, None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._requested > self._done)
            self._changed.wait_for(lambda: self._closed, pause)
            return None if self._closed else self._requested

    def _finish_round(self, error: str, ticket: int = 0, generation: str = "") -> None:
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
