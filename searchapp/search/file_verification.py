"""Verification: reading all files of a generation in the background, to learn whether they are as written."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event, RLock, Thread
from typing import Final

from searchapp.indexing.generations import Generations

__all__ = ["Verifier"]

# Seconds that a request waits for the outcome, and for which the outcome holds.
_VERIFY_TIMEOUT: Final = 10.0
_VERIFIED_FOR: Final = 600.0


@dataclass(slots=True)
class _Verification:
    """One reading of a generation; ``damaged`` is known once ``done`` is set."""

    started: float = field(default_factory=time.monotonic)
    done: Event = field(default_factory=Event)
    damaged: bool = False


class Verifier:
    """Verifies generations. A damaged one is marked for all processes, or quarantined in this one."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._lock = RLock()
        self._verifications: dict[str, _Verification] = {}
        self._quarantined: set[str] = set()

    def start(self, name: str) -> None:
        """Verify a generation in the background, unless its outcome is known."""
        self._verification(name)

    def is_damaged(self, name: str) -> bool:
        """Verify a generation and return whether it is damaged; False when a request cannot wait for the outcome."""
        verification = self._verification(name)
        verification.done.wait(_VERIFY_TIMEOUT)
        return verification.damaged

    def was_found_damaged(self, name: str) -> bool:
        """Return whether the last verification found damage."""
        verification = self._verifications.get(name)
        return verification is not None and verification.damaged

    def is_quarantined(self, name: str) -> bool:
        """Return whether this process no longer opens a generation."""
        return name in self._quarantined

    def _verification(self, name: str) -> _Verification:
        with self._lock:
            known = self._verifications.get(name)
            if known is not None and self._holds(name, known):
                return known
            verification = self._verifications[name] = _Verification()
        Thread(target=self._verify, args=(name, verification), name="verification", daemon=True).start()
        return verification

    def _holds(self, name: str, known: _Verification) -> bool:
        """Return whether an outcome is still valid: damaged files may have been replaced since."""
        if known.damaged:
            return self._generations.is_marked(name) or name in self._quarantined
        return time.monotonic() < known.started + _VERIFIED_FOR

    def _verify(self, name: str, verification: _Verification) -> None:
        try:
            if not self._generations.path(name).is_dir():  # pruned meanwhile: the next one answers
                self._quarantined.add(name)
                verification.damaged = True
            elif damages := self._generations.verify(name):
                self._generations.mark(name, damages)
                if not self._generations.is_marked(name):  # this process may not write there
                    self._quarantined.add(name)
                verification.damaged = True
        finally:
            verification.done.set()
