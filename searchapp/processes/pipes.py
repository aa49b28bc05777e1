"""A child process that runs one function of this program, and framed pickles on its standard input and output.

``multiprocessing`` is not used, since it imports the parent's main module again, which may be a user's script.
"""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from struct import Struct
from typing import IO, Final, NamedTuple, cast

with suppress(ImportError):  # on another system than Linux
    from fcntl import F_SETPIPE_SZ, fcntl

__all__ = ["Channel", "Inbox", "read_message", "standard_channel", "start_process", "write_message"]

_SIZE: Final = Struct("!Q")

# Bytes. 1 MiB is the most that Linux allows an ordinary user; it holds several batches. With the default of 64 KiB the
# writer waits a dozen times a batch, each time until the reader's other thread releases the interpreter lock.
_PIPE_SIZE: Final = 1 << 20
_READ_SIZE: Final = 1 << 18
# The child has the parent's module path. It ignores SIGINT: an interrupted parent ends it.
_BOOT: Final = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[2:]; "
    "import importlib; module, _, function = sys.argv[1].partition(':'); "
    "getattr(importlib.import_module(module), function)()"
)


class Channel(NamedTuple):
    """A pair of streams: ``source`` for reading messages, ``output`` for writing them."""

    source: IO[bytes]
    output: IO[bytes]


class Inbox:
    """Reads messages from a pipe one by one, with a timeout."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._number = pipe.fileno()
        self._pending = bytearray()
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll:
            self._poll.register(self._number, select.POLLIN)

    def receive(self, seconds: float) -> bytes | None:
        """Return the pickle of the next message, or None after ``seconds`` without one.

        On systems without ``select.poll`` there is no timeout. Raises EOFError when the pipe is closed.
        """
        while (message := self._next()) is None:
            if self._poll and not self._poll.poll(seconds * 1000):
                return None
            data = os.read(self._number, _READ_SIZE)
            if not data:
                raise EOFError
            self._pending += data
        return message

    def _next(self) -> bytes | None:
        pending = self._pending
        end = _SIZE.size + (_SIZE.unpack_from(pending)[0] if len(pending) >= _SIZE.size else 0)
        if not _SIZE.size < end <= len(pending):
            return None
        content = bytes(memoryview(pending)[_SIZE.size : end])
        del pending[:end]
        return content


def start_process(function: str, pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start a process that calls ``function`` (``module:name``) with pipes as its standard input and output."""
    command = [sys.executable, "-c", _BOOT, function, *sys.path]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=pass_fds)  # noqa: S603 - ourselves
    for pipe in (process.stdin, process.stdout):
        with suppress(NameError, OSError):  # another system, or the user's limit of pipe memory
            fcntl(cast(IO[bytes], pipe), F_SETPIPE_SZ, _PIPE_SIZE)
    return process


def standard_channel() -> Channel:
    """Return the pipes of a process that :func:`start_process` started; call it once."""
    # Duplicates of the standard streams: Python aborts at exit while a thread reads one of the originals.
    source, output = (os.fdopen(os.dup(number), mode) for number, mode in ((0, "rb"), (1, "wb")))
    os.dup2(2, 1)  # print() must not write into the messages
    return Channel(source, output)


def read_message(source: IO[bytes]) -> bytes:
    """Return the pickle of the next message; raises EOFError when it is missing or incomplete."""
    head = source.read(_SIZE.size)
    size = _SIZE.unpack(head)[0] if len(head) == _SIZE.size else 0
    content = source.read(size)
    if not content or len(content) < size:
        raise EOFError
    return content


def write_message(output: IO[bytes], message: object) -> None:
    """Write ``message`` as a pickle."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    output.write(_SIZE.pack(len(content)) + content)
    output.flush()
