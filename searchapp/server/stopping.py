"""Stopping without a lost request: a sign that all processes see, and a listener that takes no further connections.

A connection that is complete for its client but not accepted yet would be reset when the listening socket closes. So
new ones are held off first: Linux drops their first packet (SYN), and the client tries again or is told that nobody
listens. By the time the socket closes, its queue is empty.
"""

from __future__ import annotations

import mmap
import struct
import sys
from array import array
from contextlib import suppress
from socket import SOL_SOCKET, socket
from typing import Final

__all__ = ["SharedFlag", "hold_off_connections"]

SO_ATTACH_FILTER: Final = 26
"""Option of a socket in Linux (asm-generic/socket.h)."""
# A classic BPF program over a TCP segment, as (code, jump if true, jump if false, operand): load byte 13, the flags; if
# SYN is set, keep 0 bytes of the segment, else all.
DROP_SYN: Final = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


class SharedFlag:
    """A flag that a process and those that it forks share; once set, it stays so."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        """Set the flag for all processes."""
        self._byte[0] = 1

    def __bool__(self) -> bool:
        return self._byte[0] == 1


def hold_off_connections(listener: socket) -> None:
    """Let no new connection reach ``listener``, for all processes that have it. Only on Linux; elsewhere do nothing."""
    if sys.platform != "linux":
        return
    program = array("B", b"".join(struct.pack("HBBI", *instruction) for instruction in DROP_SYN))
    address, _ = program.buffer_info()
    with suppress(OSError):  # a system that allows no filters: connections of the last moment may be reset
        listener.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(DROP_SYN), address))
