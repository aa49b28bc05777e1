"""Limits that keep one hostile or broken file from taking the machine: unpacked bytes, members, seconds.

The largest article is in :mod:`.reader_protocol`; the formats add what only they can know (pages, nesting).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from searchapp.i18n import Message
from searchapp.ingest.cpu_limit import TooSlow, watched
from searchapp.ingest.reader_protocol import UnreadableError

__all__ = [
    "DEEPEST",
    "LARGEST_MEMBER",
    "SLOWEST_ARTICLE",
    "Budget",
    "OverBudgetError",
    "ReadingLimits",
    "timed",
    "too_slow",
]

_Value = TypeVar("_Value")
_END: Final = object()

LARGEST_MEMBER: Final = 256 * 1024 * 1024
"""Bytes that a file inside an archive may unpack to, where it must lie on the disk to be read."""

DEEPEST: Final = 3
"""Archives that may lie inside each other."""

SLOWEST_ARTICLE: Final = 20.0
"""Seconds of the processor until the next article of a file is there. A PDF of 300 pages takes 15."""

# gzip reaches 1,030; JSON Lines 5 to 20, a table of numbers 100.
_HIGHEST_RATIO: Final = 250
_ALWAYS_ALLOWED: Final = 64 * 1024 * 1024
_MOST_MEMBERS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Limits of the process that reads foreign files.

    ``seconds`` of the processor and ``patience`` by the clock until the next article of a file is there; ``memory`` in
    bytes. A slow disk is no fault of a file's, so patience is long.
    """

    seconds: float = SLOWEST_ARTICLE
    patience: float = 600.0
    memory: int = 1 << 30


class OverBudgetError(UnreadableError):
    """What is read unpacks to more than it may; nothing more of its file is read."""


class Budget:
    """What one file of the corpus, of ``size`` bytes, may unpack to, with everything inside it."""

    def __init__(self, size: int) -> None:
        self._bytes_left = max(_ALWAYS_ALLOWED, size * _HIGHEST_RATIO)
        self._members_left = _MOST_MEMBERS

    def take(self, size: int) -> None:
        """Count ``size`` unpacked bytes; raises OverBudgetError when it is too much."""
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise OverBudgetError(
                Message("it unpacks to more than {ratio} times its size, as no article does", ratio=_HIGHEST_RATIO)
            )

    def member(self) -> None:
        """Count a file inside an archive; raises OverBudgetError when there are too many."""
        self._members_left -= 1
        if self._members_left < 0:
            raise OverBudgetError(Message("the archive holds more than {limit} files", limit=_MOST_MEMBERS))


def timed(values: Iterator[_Value], seconds: float = SLOWEST_ARTICLE) -> Iterator[_Value]:
    """Yield ``values``; raises OverBudgetError when one takes more than ``seconds`` of the processor."""
    with watched(seconds) as watch:
        while True:
            try:
                with watch:
                    value = next(values, _END)
            except TooSlow as error:
                raise OverBudgetError(too_slow()) from error
            if value is _END:
                return
            yield value  # type: ignore[misc]  # it is no end


def too_slow() -> Message:
    """Return the reason of a reject that took too long to read."""
    return Message("reading it takes too long; take it out, or cut it into smaller files")
