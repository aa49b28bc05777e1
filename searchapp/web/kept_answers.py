"""Kept answers: a least-recently-used cache of whole answers, bounded by bytes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

__all__ = ["AnswerCache", "KeptAnswer"]

LARGEST_SHARE: Final = 16
"""An answer may take this part of the cache: one of them cannot displace all others."""
OVERHEAD: Final = 1024
"""Bytes of an answer beside its body and header fields: key, objects."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A body with its header fields. ``logged``: query and number of results for the query log, None for none."""

    body: bytes
    fields: tuple[tuple[str, str], ...]
    logged: tuple[str, int] | None = None

    @property
    def size(self) -> int:
        """Bytes in memory, roughly."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.fields) + OVERHEAD


class AnswerCache:
    """Answers of one version by key, ``largest`` bytes at most. Safe to share between threads.

    ``hits`` and ``misses`` count the look-ups of this process.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._version = ""
        self._answers: OrderedDict[str, KeptAnswer] = OrderedDict()
        self._lock = Lock()
        self.size = self.hits = self.misses = 0

    def get(self, version: str, key: str) -> KeptAnswer | None:
        """Return the answer of ``key``; forget all others when ``version`` is a new one."""
        with self._lock:
            if version != self._version:
                self._version, self.size = version, 0
                self._answers.clear()
            answer = self._answers.get(key)
            if answer is None:
                self.misses += 1
                return None
            self.hits += 1
            self._answers.move_to_end(key)
            return answer

    def put(self, version: str, key: str, answer: KeptAnswer) -> None:
        """Keep an answer, unless it is too large, or ``version`` is not that of the latest look-up."""
        with self._lock:
            if version != self._version or answer.size > self._largest // LARGEST_SHARE or key in self._answers:
                return
            self._answers[key] = answer
            self.size += answer.size
            while self.size > self._largest:
                self.size -= self._answers.popitem(last=False)[1].size
