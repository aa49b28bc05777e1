"""An index's files mapped into memory: Whoosh's own mapping copies every file that it opens."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile

__all__ = ["MappedStorage"]


class MappedStorage(FileStorage):  # type: ignore[misc]
    """A folder whose files are read where the system keeps them; the system takes the memory back when it needs it."""

    def __init__(self, folder: Path) -> None:
        # What lies inside a segment's one file is then asked for as parts of what ``open_file`` gives.
        super().__init__(str(folder), supports_mmap=False, readonly=True)

    def open_file(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Return a file of the folder, to read."""
        with Path(self._fpath(name)).open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return _MappedFile(memoryview(b""), name)
            return _MappedFile(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)), name)


class _MappedFile(BufferFile):  # type: ignore[misc]
    def __init__(self, view: memoryview, name: str) -> None:
        self._buf = view
        self._name = name
        self.file = _View(view)
        self.onclose = None
        self.is_real = False
        self.is_closed = False

    def subset(self, position: int, length: int, name: str | None = None) -> _MappedFile:
        """Return a part of this file."""
        return _MappedFile(self._buf[position : position + length], name or self._name)


class _View:
    """Reads bytes one after the other."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        end = len(self._view) if size < 0 else self._place + size
        found = bytes(self._view[self._place : end])
        self._place += len(found)
        return found

    def readline(self) -> bytes:
        line = bytearray()
        while chunk := self.read(128):
            line += chunk
            if (end := line.find(b"\n")) >= 0:
                self._place -= len(line) - end - 1
                return bytes(line[: end + 1])
        return bytes(line)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: len(self._view)}[whence]
        self._place = start + place
        return self._place

    def tell(self) -> int:
        return self._place
