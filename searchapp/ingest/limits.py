"""Limits against a hostile or broken file: unpacked bytes, members, seconds.

The largest article is in :mod:`.reader_protocol`; the formats add limits of their own (pages, nesting).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from searchapp.i18n import Message
from searchapp.ingest.cpu_limit import CpuLimitExceeded, cpu_limit
from searchapp.ingest.reader_protocol import UnreadableError

__all__ = [
    "LARGEST_MEMBER",
    "MAX_DEPTH",
    "SLOWEST_ARTICLE",
    "Budget",
    "OverBudgetError",
    "ReadingLimits",
    "timed",
    "too_slow",
]

_Value = TypeVar("_Value")
_EXHAUSTED: Final = object()

LARGEST_MEMBER: Final = 256 * 1024 * 1024
"""Bytes that a member of an archive may unpack to, where it has to be copied to the disk."""

MAX_DEPTH: Final = 3
"""Archives inside each other."""

SLOWEST_ARTICLE: Final = 20.0
"""Seconds of processor time until the next article of a file. A PDF of 300 pages takes 15."""

# gzip reaches 1,030; JSON Lines 5 to 20, a table of numbers 100.
_HIGHEST_RATIO: Final = 250
_ALWAYS_ALLOWED: Final = 64 * 1024 * 1024
_MAX_MEMBERS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Limits of the process that reads foreign files.

    Until the next article of a file: ``seconds`` of processor time, ``patience`` in seconds of wall time, long because
    of slow disks. ``memory`` in bytes.
    """

    seconds: float = SLOWEST_ARTICLE
    patience: float = 600.0
    memory: int = 1 << 30


class OverBudgetError(UnreadableError):
    """The file unpacks to more than it may, or takes too long; no more of it is read."""


class Budget:
    """Unpacked bytes and members left to one file of the corpus of ``size`` bytes, nested archives included."""

    def __init__(self, size: int) -> None:
        self._bytes_left = max(_ALWAYS_ALLOWED, size * _HIGHEST_RATIO)
        self._members_left = _MAX_MEMBERS

    def take(self, size: int) -> None:
        """Count ``size`` unpacked bytes; raises OverBudgetError above the limit."""
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise OverBudgetError(
                Message("it unpacks to more than {ratio} times its size, as no article does", ratio=_HIGHEST_RATIO)
            )

    def member(self) -> None:
        """Count a member of an archive; raises OverBudgetError above the limit."""
        self._members_left -= 1
        if self._members_left < 0:
            raise OverBudgetError(Message("the archive holds more than {limit} files", limit=_MAX_MEMBERS))


def timed(values: Iterator[_Value], seconds: float = SLOWEST_ARTICLE) -> Iterator[_Value]:
    """Yield ``values``; raises OverBudgetError when one takes more than ``seconds`` of processor time."""
    with cpu_limit(seconds) as step:
        while True:
            try:
                with step:
                    value = next(values, _EXHAUSTED)
            except CpuLimitExceeded as error:
                raise OverBudgetError(too_slow()) from error
            if value is _EXHAUSTED:
                return
            yield value  # type: ignore[misc]  # not _EXHAUSTED


def too_slow() -> Message:
    """Return the reason of a reject that took too long to read."""
    return Message("reading it takes too long; take it out, or cut it into smaller files")
