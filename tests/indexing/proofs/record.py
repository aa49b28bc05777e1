"""The storage layer of ``storage.c``, and what it records: every change to a folder, in order."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

__all__ = ["MISSING_COMPILER", "Kind", "Layer", "Operation", "compiler", "read_record"]

MISSING_COMPILER: Final = "the storage layer is compiled; run: apt-get install gcc libc6-dev"
_HEADER: Final = struct.Struct("=IIIIQq")


class Kind(IntEnum):
    """An operation. TOLD is output of the process, SYNC a file or folder synced to the disk."""

    CREATE = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    RENAME = 5
    LINK = 6
    UNLINK = 7
    MKDIR = 8
    RMDIR = 9
    TOLD = 10
    SYNC_ALL = 11
    NAMELESS = 12


@dataclass(frozen=True, slots=True)
class Operation:
    """One change. ``path`` and ``target`` are absolute; ``offset`` is where ``content`` went, or the new size."""

    kind: Kind
    inode: int
    offset: int
    path: Path
    target: Path
    content: bytes


def compiler() -> str | None:
    """Return the path of the C compiler, or None."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


class Layer:
    """The storage layer, compiled; ``work`` is a folder for what it needs, outside of those that it watches."""

    def __init__(self, work: Path) -> None:
        command = compiler()
        if command is None:
            raise FileNotFoundError(MISSING_COMPILER)
        self._work = work
        self._library = work / "storage.so"
        source = Path(__file__).with_name("storage.c")
        options = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([command, *options, "-o", self._library, source], check=True)

    def recording(self, folder: Path) -> tuple[dict[str, str], Path]:
        """Return the environment of a process whose changes to ``folder`` are recorded, and the record's file."""
        record = self._work / "record"
        record.write_bytes(b"")
        return {**self._environment(folder), "STORAGE_RECORD": str(record)}, record

    def small_disk(self, folder: Path, room: int) -> tuple[dict[str, str], Path]:
        """Return the environment of a process for which the disk of ``folder`` has this many bytes left."""
        left = self._work / "room"
        left.write_bytes(struct.pack("=q", room))
        environment, record = self.recording(folder)
        return {**environment, "STORAGE_ROOM": str(left)}, record

    def _environment(self, folder: Path) -> dict[str, str]:
        return {**os.environ, "LD_PRELOAD": str(self._library), "STORAGE_FOLDER": str(folder.resolve())}


def read_record(file: Path) -> Iterator[Operation]:
    """Yield what was recorded, in order."""
    with file.open("rb") as record:
        while header := record.read(_HEADER.size):
            kind, first, second, size, inode, offset = _HEADER.unpack(header)
            path, target = (Path(os.path.normpath(os.fsdecode(record.read(length)))) for length in (first, second))
            yield Operation(Kind(kind), inode, offset, path, target, record.read(size))
