"""A process that analyses and inverts: reads articles from its standard input, writes segments, says so on its output.

Messages are pickles, those that come in with their size before them. In: what makes documents and the folder; then
batches of articles, ``None`` at the end of each segment. Out: Whoosh's object for each segment, or the exception that
ended the work. The input's end is the end.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from struct import Struct
from threading import Thread
from typing import BinaryIO, Final

from searchapp.engines.port import Document
from searchapp.engines.whoosh_engine.inverter import Inverter
from searchapp.model import Article

__all__ = ["BOOT", "SIZE", "main"]

SIZE: Final = Struct("!Q")

# What the interpreter is started with: the same module path as its parent's, then this module.
BOOT: Final = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from searchapp.engines.whoosh_engine.worker import main; main()"
)


def main() -> None:
    """Work until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us when it is interrupted
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not look like a message
    messages: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_read, args=(sys.stdin.buffer, messages), daemon=True).start()
    try:
        make, folder = pickle.loads(messages.get())  # noqa: S301 - our own parent's
        _work(make, folder, messages, output)
    except Exception as error:
        error.add_note(traceback.format_exc())
        _send(output, error)


def _read(source: BinaryIO, messages: SimpleQueue[bytes]) -> None:
    """Take in all that the parent has, so that it goes on reading the corpus while we work.

    Messages wait as they came: texts take half the memory so.
    """
    while len(size := source.read(SIZE.size)) == SIZE.size:
        messages.put(source.read(*SIZE.unpack(size)))
    messages.put(b"")


def _work(make: Callable[[Article], Document], folder: Path, messages: SimpleQueue[bytes], output: BinaryIO) -> None:
    segment = Inverter()
    while message := messages.get():
        batch: list[Article] | None = pickle.loads(message)  # noqa: S301 - our own parent's
        if batch is None:
            _send(output, segment.write(folder))
            segment = Inverter()
        else:
            for article in batch:
                segment.add(make(article))


def _send(output: BinaryIO, message: object) -> None:
    output.write(pickle.dumps(message))
    output.flush()
