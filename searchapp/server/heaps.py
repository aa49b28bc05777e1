"""The heaps of glibc's malloc: by default one for each few threads, and what one has freed another cannot use.

What one generation after another allocates then leaves holes in all of them: with eight threads a process took a
quarter more memory after twenty reindexes, without being faster (benchmarks/README.md, "Load and overload").
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

__all__ = ["MOST_HEAPS", "share_heaps"]

MOST_HEAPS: Final = 2
_ARENA_MAX: Final = -8
"""M_ARENA_MAX of ``malloc.h``."""


def share_heaps() -> None:
    """Let the threads of this process, and of those that it forks, share MOST_HEAPS heaps.

    The variable MALLOC_ARENA_MAX goes before; other libraries than glibc have no such heaps.
    """
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_ARENA_MAX, MOST_HEAPS)
