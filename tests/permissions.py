"""Permissions that count: the system's administrator reads and writes everything, whatever the mode of a file."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

__all__ = ["as_anybody", "only_where_modes_count", "without_privileges"]

_VERSION_3: Final = 0x20080522
# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
_DAC: Final = 1 << 1 | 1 << 2
_PR_CAPBSET_DROP: Final = 24

only_where_modes_count = pytest.mark.skipif(
    os.name == "nt" or (os.geteuid() == 0 and sys.platform != "linux"), reason="modes of files stop nobody here"
)


@contextmanager
def as_anybody() -> Iterator[None]:
    """Have the modes of files count for this thread, and for the threads that it starts meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    effective, permitted, inheritable, *high = _capabilities()
    _set_capabilities(effective & ~_DAC, permitted, inheritable, *high)
    try:
        yield
    finally:
        _set_capabilities(effective, permitted, inheritable, *high)


def without_privileges() -> None:
    """Have the modes of files count for the process that is started next: to be its ``preexec_fn``."""
    if os.geteuid() == 0:
        for capability in (1, 2):
            ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def _capabilities() -> tuple[int, ...]:
    header, values = ctypes.create_string_buffer(struct.pack("Ii", _VERSION_3, 0)), ctypes.create_string_buffer(24)
    assert ctypes.CDLL(None).capget(header, values) == 0
    return struct.unpack("6I", values.raw)


def _set_capabilities(*values: int) -> None:
    header = ctypes.create_string_buffer(struct.pack("Ii", _VERSION_3, 0))
    assert ctypes.CDLL(None).capset(header, ctypes.create_string_buffer(struct.pack("6I", *values))) == 0
