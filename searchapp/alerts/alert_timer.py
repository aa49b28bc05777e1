"""The runs of ``serve``: after each publish, whoever made it, and when a digest is to be tried again."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final

from filelock import FileLock, Timeout

from searchapp.alerts.alert_file import AlertFile
from searchapp.alerts.alert_run import next_try

__all__ = ["AlertTimer"]

_log: Final = logging.getLogger(__name__)
_LOCK: Final = "timer.lock"
_POLL_SECONDS: Final = 1.0
_POLLS_A_RETRY: Final = 10
"""Polls between two looks at what is to be tried again."""
_PAUSE_AFTER_FAILURE: Final = 60.0


class AlertTimer:
    """Calls ``run`` from a thread that ends with the process; of the processes of a server one at a time does.

    ``current`` returns the published generation, "" for none; ``run`` returns whether it succeeded. Where there is no
    ``alerts.toml`` nothing is run.
    """

    def __init__(self, folder: Path, current: Callable[[], str], run: Callable[[], bool]) -> None:
        self._folder = folder
        self._current = current
        self._run_alerts = run
        self._closed = Event()
        self.process = 0
        """The process whose thread it has; see :class:`~searchapp.indexing.embargoes.ReleaseTimer`."""

    def start(self) -> None:
        """Start the thread in this process."""
        self.process = os.getpid()
        Thread(target=self._run, name="alerts", daemon=True).start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _run(self) -> None:
        file = AlertFile(self._folder)
        while not self._closed.wait(_POLL_SECONDS):
            try:
                if file.exists():
                    with FileLock(self._folder / _LOCK, timeout=0):
                        self._lead()
            except Timeout:  # another process of the server does
                continue
            except Exception:  # a folder that cannot be written, an index that cannot be read
                _log.exception("The alerts could not be run.")
                self._closed.wait(_PAUSE_AFTER_FAILURE)

    def _lead(self) -> None:
        """Run the alerts as often as there is a reason, until closed."""
        seen, polls = "", 0
        while not self._closed.is_set():
            generation, polls = self._current(), polls + 1
            if generation and (generation != seen or self._is_retry_due(polls)):
                if self._run_alerts():
                    seen = generation
                else:
                    self._closed.wait(_PAUSE_AFTER_FAILURE)
            self._closed.wait(_POLL_SECONDS)

    def _is_retry_due(self, polls: int) -> bool:
        if polls % _POLLS_A_RETRY:
            return False
        moment = next_try(self._folder)
        return moment is not None and moment <= time.time()
