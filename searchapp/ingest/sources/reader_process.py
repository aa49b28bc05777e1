"""The reader process of foreign files. A file that breaks it costs that file only: see isolation.

The kernel enforces the limits, also while C code runs: a timer of processor time whose signal ends the process, and a
limit of its memory.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import signal
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.ingest.limits import ReadingLimits, timed
from searchapp.ingest.reader_protocol import FileContext
from searchapp.ingest.sources.file_reader import Articles, CorpusSettings, FileReader, read_stream
from searchapp.ingest.sources.walk import CorpusFile
from searchapp.model import Article, ArticleStatus, DateQuality, Reject
from searchapp.processes import Inbox, standard_channel, write_message

try:
    import fcntl
    import resource
except ImportError:  # on another system than POSIX
    _posix = False
else:
    _posix = True

__all__ = ["IDLE_SECONDS", "Encoded", "End", "More", "Task", "decoded", "encoded", "work"]

IDLE_SECONDS: Final = 30.0
"""Seconds that the process waits for the next file: it takes 60 MB, and a new one starts in a tenth of a second."""
_NAMES: Final = [field.name for field in fields(Article)]
_VALUES: Final = attrgetter(*_NAMES)
_DATES: Final = tuple(map(_NAMES.index, ("date", "modified", "embargo")))
_STATUS: Final = _NAMES.index("status")
_QUALITY: Final = _NAMES.index("date_quality")
# As in a reindex: nearly all objects here are free of cycles.
_GC_THRESHOLD: Final = 20_000


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read, or a stream by its context. ``settings`` of None: those of the task before.

    ``lifeline`` is the end of a pipe that the parent closes when it ends, however it ends.
    """

    target: CorpusFile | FileContext
    settings: CorpusSettings | None
    limits: ReadingLimits
    lifeline: int


Encoded = tuple[int, "tuple[Any, ...] | Reject"]
"""The bytes of the file read so far, and the values of an article, or a reject."""


@dataclass(frozen=True, slots=True)
class End:
    """The file is read up to ``position``; ``needs`` are the other files that were read for it."""

    needs: tuple[Path, ...]
    position: int


@dataclass(frozen=True, slots=True)
class More:
    """A request for the stream's next bytes."""


def encoded(entry: Article | Reject, position: int, timezone: ZoneInfo) -> Encoded:
    """Return the message for ``entry``: plain values pickle five times as fast as the dataclass and its time zones.

    A moment in ``timezone`` goes without its zone, another one as ISO 8601.
    """
    if isinstance(entry, Reject):
        return position, entry
    values = list(_VALUES(entry))
    for index in _DATES:
        if moment := values[index]:
            values[index] = moment.replace(tzinfo=None) if moment.tzinfo is timezone else moment.isoformat()
    values[_STATUS] = values[_STATUS].value
    values[_QUALITY] = values[_QUALITY].value
    return position, tuple(values)


def decoded(message: Encoded, timezone: ZoneInfo) -> Article | Reject:
    """Return the entry of a message of :func:`encoded`."""
    content = message[1]
    if isinstance(content, Reject):
        return content
    values = list(content)
    for index in _DATES:
        if moment := values[index]:
            is_iso = isinstance(moment, str)
            values[index] = datetime.fromisoformat(moment) if is_iso else moment.replace(tzinfo=timezone)
    values[_STATUS] = ArticleStatus(values[_STATUS])
    values[_QUALITY] = DateQuality(values[_QUALITY])
    return Article(*values)


def work() -> None:
    """Do tasks until the input ends, or none has come for IDLE_SECONDS."""
    _ignore_signals()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    source, output = standard_channel()
    inbox = Inbox(source)
    child = _Child(inbox, output)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while task := inbox.receive(IDLE_SECONDS):
            child.do(pickle.loads(task))  # noqa: S301 - our own parent's
    os._exit(0)  # without the clean-up of libraries, which could hang or crash


class _Child:
    """The loop over tasks; the reader and the limits stay until a task brings others."""

    def __init__(self, inbox: Inbox, output: IO[bytes]) -> None:
        self._inbox = inbox
        self._output = output
        self._limits: ReadingLimits | None = None
        self._reader: FileReader | None = None

    def do(self, task: Task) -> None:
        if self._limits is None:
            _end_with_parent(task.lifeline)
        if task.limits != self._limits:
            self._limits = task.limits
            _limit_memory(task.limits.memory)
        if task.settings:
            self._reader = FileReader(task.settings, self._limited)
        needs: list[Path] = []
        target = task.target
        if isinstance(target, FileContext):
            for entry in read_stream(self._chunks(), target, self._limited):
                self._send(encoded(entry, 0, target.timezone))
        elif reader := self._reader:
            for entry in reader.read(target, needs):
                self._send(encoded(entry, reader.position(), reader.timezone))
        self._send(End(tuple(needs), self._reader.position() if self._reader else 0))

    def _limited(self, articles: Articles) -> Articles:
        seconds = self._limits.seconds if self._limits else 0.0
        return _until_signal(articles, seconds) if hasattr(signal, "setitimer") else timed(articles, seconds)

    def _chunks(self) -> Iterator[bytes]:
        while True:
            self._send(More())
            message = self._inbox.receive(IDLE_SECONDS)
            while message is None:  # the writer of the pipe may be slow
                message = self._inbox.receive(IDLE_SECONDS)
            chunk: bytes = pickle.loads(message)  # noqa: S301 - our own parent's
            if not chunk:
                return
            yield chunk

    def _send(self, message: Encoded | End | More) -> None:
        try:
            write_message(self._output, message)
        except (pickle.PicklingError, TypeError, AttributeError):
            if not isinstance(message, tuple) or not isinstance(message[1], Reject):
                raise
            write_message(self._output, (message[0], _plain(message[1])))


def _plain(reject: Reject) -> Reject:
    """Return ``reject`` without values that cannot be pickled, such as a library's exceptions."""
    values: dict[str, Any] = {
        name: value if isinstance(value, int | str | Message) else str(value)
        for name, value in reject.reason.values.items()
    }
    return replace(reject, reason=Message(reject.reason.text, **values))


def _until_signal(articles: Articles, seconds: float) -> Articles:
    """Yield ``articles``; the kernel ends this process when one takes more than ``seconds`` of processor time."""
    try:
        while True:
            signal.setitimer(signal.ITIMER_PROF, seconds)
            entry = next(articles, None)
            if entry is None:
                return
            yield entry
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _ignore_signals() -> None:
    """Ignore signals that end the parent: a terminal or a service manager sends them to both."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    for name in ("SIGPROF", "SIGIO"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_DFL)


def _end_with_parent(lifeline: int) -> None:
    """Have the kernel end this process when the other end of the pipe is closed (Linux)."""
    if not _posix or not hasattr(os, "O_ASYNC"):
        return
    with contextlib.suppress(OSError):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        if select.select([lifeline], [], [], 0)[0]:  # it was closed before
            os._exit(0)


def _limit_memory(size: int) -> None:
    if not _posix:
        return
    for kind, limit in ((resource.RLIMIT_DATA, size), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (allowed, hard))
