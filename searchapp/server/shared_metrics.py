"""Metrics of several processes: each has files of its own in a folder of shared memory, which any of them reads.

A file belongs to a slot: a process that replaces another one goes on in its files. So counters do not fall back when a
process dies, and there are never more files than processes at a time.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from prometheus_client import values
from prometheus_client.multiprocess import mark_process_dead
from prometheus_client.values import MultiProcessValue

from searchapp.web.metrics import FOLDER_VARIABLE

__all__ = ["SHARED_MEMORY", "enter_slot", "free_slot", "leave_slot", "remove_folder", "shared_metrics"]

SHARED_MEMORY: Final = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
"""Folder in memory that processes share, None for that of temporary files."""
PARENT_SLOT: Final = 0
"""Slot of the process that starts the others; it answers no requests."""
FILE_KINDS: Final = ("counter", "histogram", "gauge_livesum", "gauge_livemin", "gauge_livemax")
"""Types of metrics, with the modes of gauges, that ``web/metrics.py`` has: prometheus_client keeps a file of each."""
RESERVED_BYTES: Final = 128 * 1024
"""Room for the samples of 35 endpoints in a histogram."""

_slot = PARENT_SLOT


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Within the block, metrics that are made share their values with child processes; then the folder is removed."""
    parent, value_class = os.getpid(), values.ValueClass
    folder = tempfile.mkdtemp(prefix="searchapp-metrics-", dir=SHARED_MEMORY)
    os.environ[FOLDER_VARIABLE] = folder
    values.ValueClass = MultiProcessValue(lambda: _slot)  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        values.ValueClass = value_class
        os.environ.pop(FOLDER_VARIABLE, None)
        if os.getpid() == parent:  # a child that ends comes along here as well
            remove_folder(folder)


def remove_folder(folder: str = "") -> None:
    """Remove the folder of the metrics, by default that of this process. Files that are open go on working."""
    shutil.rmtree(folder or os.environ[FOLDER_VARIABLE], ignore_errors=True)


def free_slot(taken: Collection[int]) -> int:
    """Return the lowest slot that no process has."""
    return next(slot for slot in count(PARENT_SLOT + 1) if slot not in taken)


def enter_slot(slot: int) -> None:
    """Make ``slot`` that of this process, which has just been forked, and reserve the memory of its files."""
    global _slot
    _slot = slot
    for kind in FILE_KINDS:
        with suppress(OSError):  # no room is left: files grow as far as there is some
            _reserve(Path(os.environ[FOLDER_VARIABLE]) / f"{kind}_{slot}.db")


def _reserve(file: Path) -> None:
    """Take the memory of a file before it is mapped: writing where there is none ends a process (SIGBUS)."""
    with file.open("ab") as opened:
        if not opened.tell() and sys.platform == "linux":
            os.posix_fallocate(opened.fileno(), 0, RESERVED_BYTES)


def leave_slot(slot: int) -> None:
    """Forget the gauges of a process that has ended; its counters stay."""
    if folder := os.environ.get(FOLDER_VARIABLE):
        mark_process_dead(slot, folder)  # type: ignore[no-untyped-call]
