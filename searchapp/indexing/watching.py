"""Watching the files of a corpus for changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from watchfiles import watch

__all__ = ["changes"]

# Milliseconds: a file that is being copied keeps changing; wait for a pause, up to a limit.
_PAUSE: Final = 300
_LONGEST: Final = 5000


def changes(paths: Sequence[Path]) -> Iterator[None]:
    """Yield after each change below ``paths``; changes that come together count as one. Ends on Ctrl-C."""
    for _ in watch(*paths, watch_filter=None, step=_PAUSE, debounce=_LONGEST, raise_interrupt=False):
        yield None
