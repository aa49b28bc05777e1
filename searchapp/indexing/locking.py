"""The write lock of an index: its holder, and waiting for it.

The operating system locks a file that stays, and releases it when the holder ends, however it ends. A note beside it
names the holder, for people; nothing depends on it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from searchapp.errors import IndexLocked, IndexUnwritable, system_reason
from searchapp.i18n import Message
from searchapp.indexing.durability import make_durably

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["Holder", "WriteLock", "holder_text"]

_LOCK: Final = "LOCK"
_HOLDER: Final = "LOCK.holder"
_RETRY_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes: id, machine, command (``searchapp reindex``) and start, as an aware moment."""

    pid: int
    host: str
    command: str
    since: datetime

    def message(self) -> Message:
        """Return the holder in words, with the time of this machine's clock."""
        values = {"command": self.command, "pid": self.pid, "since": f"{self.since.astimezone():%Y-%m-%d %H:%M:%S}"}
        if self.host == socket.gethostname():
            return Message("{command} (process {pid}, since {since})", **values)
        return Message("{command} (process {pid} on {host}, since {since})", host=self.host, **values)


class WriteLock:
    """The lock of one index folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def held(self, wait: float = 0, on_wait: Callable[[Message], None] = lambda message: None) -> Iterator[None]:
        """Hold the lock for the block, after at most ``wait`` seconds; raises IndexLocked, which names the holder.

        ``on_wait`` gets a message with the holder that this waits for, and another after each change. Raises
        IndexUnwritable where the system denies the lock.
        """
        lock = self._lock()
        note = self._folder / _HOLDER
        try:
            make_durably(self._folder)
            self._acquire(lock, time.monotonic() + wait, on_wait)
            _write_note(note)
        except OSError as error:
            if lock.is_locked:
                _remove_note(note)
            lock.release()
            raise IndexUnwritable(system_reason(error)) from error
        try:
            yield
        finally:
            _remove_note(note)
            lock.release()

    def holder(self) -> Holder | None:
        """Return the process that writes now; None without one, or when its note cannot be read."""
        holder = self._noted()
        return holder if holder and self._is_taken() else None

    def _lock(self) -> FileLock:
        from filelock import FileLock  # 25 ms, which a process that only reads does not pay

        return FileLock(self._folder / _LOCK)

    def _acquire(self, lock: FileLock, deadline: float, on_wait: Callable[[Message], None]) -> None:
        from filelock import Timeout

        reported: Message | None = None
        while True:
            left = deadline - time.monotonic()
            try:
                # The first attempt does not wait, so that the reason for waiting is reported at once.
                lock.acquire(timeout=max(0.0, min(left, _RETRY_SECONDS)) if reported else 0)
            except Timeout:
                holder = self._noted()
                if left <= 0:
                    raise IndexLocked(_refusal(holder)) from None
                message = _waiting(holder)
                if message != reported:
                    on_wait(message)
                reported = message
            else:
                return

    def _noted(self) -> Holder | None:
        try:
            note = json.loads((self._folder / _HOLDER).read_text("utf-8"))
            since = datetime.fromisoformat(note["since"])
            return Holder(int(note["pid"]), str(note["host"]), str(note["command"]), since)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _is_taken(self) -> bool:
        """Try the lock. Called only when a note names a holder, so that the attempt disturbs no other process."""
        from filelock import Timeout

        lock = self._lock()
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:  # this user may not write here
            return True
        lock.release()
        return False


def _refusal(holder: Holder | None) -> Message:
    if holder is None:
        return Message(
            "Another process is writing this index. Wait for it to end, then run this again, "
            "or wait for it with --wait SECONDS."
        )
    return Message(
        "This index is being written by {holder}. Wait for it to end, then run this again, "
        "or wait for it with --wait SECONDS.",
        holder=holder.message(),
    )


def _waiting(holder: Holder | None) -> Message:
    if holder is None:
        return Message("Waiting for another process that is writing this index")
    return Message("Waiting for {holder}", holder=holder.message())


def _remove_note(path: Path) -> None:
    with suppress(OSError):  # nothing depends on the note
        path.unlink(missing_ok=True)


def _write_note(path: Path) -> None:
    note = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": _command(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.write_text(json.dumps(note), "utf-8")


def holder_text() -> str:
    """Return this process in words of no language, for an engine: « searchapp reindex (12@machine, 2026-01-31 …) »."""
    return f"{_command()} ({os.getpid()}@{socket.gethostname()}, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC)"


def _command() -> str:
    """Return the program and its command, without arguments, which other users should not see."""
    path = Path(sys.argv[0] if sys.argv and sys.argv[0] not in ("", "-c", "-m") else "python")
    program = path.parent.name if path.name == "__main__.py" else path.name
    words = [word for word in sys.argv[1:2] if word.isalpha()] if program == "searchapp" else []
    return " ".join([program, *words])
