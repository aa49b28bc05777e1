"""Durable appends of whole lines to a file: all of them or none."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["AppendFile", "sync", "sync_folder", "truncate_torn_line"]

_log = logging.getLogger(__name__)

_CHUNK: Final = 1 << 20


class AppendFile:
    """A file opened for appending. Without :meth:`sync`, leaving the context removes all that was written.

    ``end`` is the offset of the next line.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._buffer = bytearray()

    def __enter__(self) -> AppendFile:
        new = not self._path.exists()
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._start = self._flushed = os.fstat(self._descriptor).st_size
        self._synced = False
        if new:
            sync_folder(self._path.parent)
        return self

    @property
    def name(self) -> str:
        return self._path.name

    @property
    def end(self) -> int:
        return self._flushed + len(self._buffer)

    def write(self, line: bytes) -> None:
        self._buffer += line
        if len(self._buffer) >= _CHUNK:
            self.flush()

    def read(self, offset: int, length: int, path: Path) -> bytes:
        """Return bytes of ``path``, which may be this file."""
        if path != self._path:
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(length)
        if offset >= self._flushed:
            start = offset - self._flushed
            return bytes(self._buffer[start : start + length])
        return os.pread(self._descriptor, length, offset)

    def sync(self) -> None:
        """Write everything to the disk, and keep it."""
        self.flush()
        os.fsync(self._descriptor)  # also a line of a killed process, which a repeated request relies on
        self._synced = True

    def flush(self) -> None:
        """Write the buffer to the file."""
        while self._buffer:  # a disk that fills up takes a part, and fails at the next write
            count = os.write(self._descriptor, self._buffer[:_CHUNK])
            del self._buffer[:count]
            self._flushed += count

    def __exit__(self, *_: object) -> None:
        try:
            if not self._synced:
                with suppress(OSError):
                    os.ftruncate(self._descriptor, self._start)
                    os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def truncate_torn_line(path: Path) -> None:
    """Remove the last line if a crash tore it: its sender got no confirmation."""
    if not path.exists() or _ends_whole(path):
        return
    with path.open("r+b") as file:
        start, tail = _last_line(file.fileno())
        try:
            json.loads(tail)
        except (ValueError, RecursionError):
            file.truncate(start)
            _log.warning("A write that was cut short left %d bytes of a line in %s; removed.", len(tail), path.name)
        else:  # only the line end is missing
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(path: Path) -> bool:
    """Return whether a file is empty or ends with a line end."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) in (b"", b"\n")


def _last_line(descriptor: int) -> tuple[int, bytes]:
    """Return the offset of the last line, and the line."""
    size = os.fstat(descriptor).st_size
    tail, start = b"", size
    while start:
        begin = max(0, start - _CHUNK)
        tail = os.pread(descriptor, start - begin, begin) + tail
        start = begin
        if (newline := tail.rfind(b"\n", 0, len(tail) - 1)) >= 0:
            return start + newline + 1, tail[newline + 1 :]
    return 0, tail


def sync_folder(path: Path) -> None:
    """Write a folder's list of files to the disk."""
    if os.name != "nt":  # Windows cannot open folders
        sync(path)


def sync(path: Path) -> None:
    """Write a file, or a folder's list of files, to the disk."""
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
