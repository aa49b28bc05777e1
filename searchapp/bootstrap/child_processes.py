"""Processes that do the work of a function of this room with the settings of their parent."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from searchapp.config import Config

if TYPE_CHECKING:
    from subprocess import Popen

__all__ = ["process_of", "settings_of_parent"]


@contextmanager
def process_of(function: Callable[[], None], config: Config) -> Iterator[Popen[bytes]]:
    """Start a process for ``function``, which reads ``config``; at the end of the block, wait for it."""
    from searchapp.processes import start_process, write_message

    with start_process(f"{function.__module__}:{function.__name__}") as process:
        write_message(cast(IO[bytes], process.stdin), config)
        yield process


def settings_of_parent(niceness: int) -> tuple[IO[bytes], Config]:
    """Return the standard input of such a process and the settings read from it; lower the priority: searches first."""
    from searchapp.processes import read_message, standard_channel

    if hasattr(os, "nice"):
        os.nice(niceness)
    source = standard_channel().source
    return source, pickle.loads(read_message(source))  # noqa: S301 - from our parent
