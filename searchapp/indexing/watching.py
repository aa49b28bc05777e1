"""Watching the files of a corpus for changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from watchfiles import watch

__all__ = ["changes"]

# Milliseconds: a file that is being copied keeps changing; wait for a pause, up to a limit.
_PAUSE: Final = 300
_LONGEST: Final = 5000
_POLL: Final = 1000


def changes(paths: Sequence[Path], is_due: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Yield after each change below ``paths``, and when something else ``is_due``. Ends on Ctrl-C.

    Changes that come together count as one.
    """
    for changed in watch(
        *paths,
        watch_filter=None,
        step=_PAUSE,
        debounce=_LONGEST,
        rust_timeout=_POLL,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if changed or is_due():
            yield None
