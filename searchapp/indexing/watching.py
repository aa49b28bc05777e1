"""Telling when files of a corpus change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from watchfiles import watch

__all__ = ["changes"]

# Milliseconds: a file that is still being copied goes on changing; wait for a pause, but not for ever.
_PAUSE: Final = 300
_LONGEST: Final = 5000


def changes(paths: Sequence[Path]) -> Iterator[None]:
    """Yield whenever something below ``paths`` has changed; changes that come together are one. Ends on Ctrl-C."""
    for _ in watch(*paths, watch_filter=None, step=_PAUSE, debounce=_LONGEST, raise_interrupt=False):
        yield None
