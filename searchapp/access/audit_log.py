"""The audit log: who changed what and when, and how it ended. JSON Lines, two records for each change.

The record ``attempt`` is on the disk before the change begins, the record ``result`` follows it under the same id. An
attempt without a result was interrupted: the journal of the corpus tells whether it was written. A change whose attempt
cannot be recorded is refused. A result that cannot be recorded is logged as an error and kept, and comes before the
next attempt. Several processes append to one file; when the system has moved it (rotation), a new one is begun.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from threading import Lock
from typing import Any, Final

from searchapp.errors import AuditUnwritable, SearchappError, system_reason
from searchapp.indexing.durability import sync

if sys.platform != "win32":
    import fcntl
    import pwd

__all__ = ["AuditLog"]

MODE: Final = 0o640
ID_BYTES: Final = 8
_log: Final = logging.getLogger(__name__)


class AuditLog:
    """The log at ``path``; without one nothing is recorded. Safe to share between threads, and forked processes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = Lock()
        self._descriptor = -1
        self._late: list[bytes] = []

    def attempt(self, action: str, who: str, **what: object) -> str:
        """Record that ``who`` is about to do ``action``; return the id for :meth:`result`. Raises AuditUnwritable."""
        if self._path is None:
            return ""
        number = secrets.token_hex(ID_BYTES)
        record = _record(number, "attempt", {"action": action, "who": who, **what})
        with self._lock:
            try:
                self._append(self._path, [*self._late, record])
            except OSError as error:
                _log.error("The audit log cannot be written: %s", error)
                raise AuditUnwritable(system_reason(error)) from error
            self._late.clear()
        return number

    def result(self, number: str, **result: object) -> None:
        """Record how the attempt of this id ended; never fails, as the change has been made."""
        if self._path is None or not number:
            return
        record = _record(number, "result", result)
        with self._lock:
            self._late.append(record)
            try:
                self._append(self._path, self._late)
            except OSError as error:
                _log.error("The audit log cannot be written: %s. It lacks %s", error, record.decode())
            else:
                self._late.clear()

    @contextmanager
    def recorded(self, action: str, **what: object) -> Iterator[dict[str, Any]]:
        """Record a change that a command makes in the block, by the user of the system.

        Members of the dictionary that the block gets become part of the result. Raises AuditUnwritable.
        """
        number = self.attempt(action, _user(), via="command", **what)
        told: dict[str, Any] = {}
        try:
            yield told
        except BaseException as error:
            slug = error.slug if isinstance(error, SearchappError) else type(error).__name__
            self.result(number, status="failed", error=slug, **told)
            raise
        self.result(number, status="done", **told)

    def close(self) -> None:
        """Close the file; the next record opens it again."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1

    def _append(self, path: Path, records: list[bytes]) -> None:
        """Write whole lines to the disk; raises OSError, and then the file is as it was."""
        self._open_current(path)
        with _locked(self._descriptor):
            size = os.fstat(self._descriptor).st_size
            try:
                _write_all(self._descriptor, b"".join([_end_of_line(self._descriptor, size), *records]))
            except OSError:
                os.ftruncate(self._descriptor, size)
                raise
        os.fsync(self._descriptor)

    def _open_current(self, path: Path) -> None:
        """Open the file of this name unless it is the one that is open: the system may have moved that."""
        if self._descriptor >= 0:
            opened = os.fstat(self._descriptor)
            try:
                named = path.stat()
                if (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino):
                    return
            except FileNotFoundError:
                pass
            os.close(self._descriptor)
            self._descriptor = -1
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, MODE)
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            os.close(self._descriptor)
            self._descriptor = -1
            raise OSError(errno.EINVAL, "it is no plain file")
        sync(path.absolute().parent)


def _record(number: str, event: str, members: dict[str, Any]) -> bytes:
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    record = {"time": moment, "id": number, "event": event, **members}
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _end_of_line(descriptor: int, size: int) -> bytes:
    """Return a line feed if the last line lacks one: a process or the machine stopped while it was written."""
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return b""
    return b"\n"


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    """Exclude other processes from the file; the system releases the lock of one that ends."""
    if sys.platform == "win32":
        yield
        return
    fcntl.lockf(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)


def _user() -> str:
    """Return the name of the system's user, or the number where it has no name.

    It is that of the process: variables such as LOGNAME, which ``getuser`` believes, may have any name.
    """
    if sys.platform == "win32":
        return getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
