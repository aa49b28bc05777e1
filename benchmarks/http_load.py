"""A load generator for HTTP/1.1: one thread, raw sockets, each client at a loopback address of its own.

``keep_busy`` is a closed loop: so many connections, each asks again when it has its answer. ``arrive`` is an open one:
requests come at a rate, whether or not those before them were answered, as those of independent people do. Times run
from the moment a request was due.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.common import Figures, percentiles

PATIENCE = 10.0
MOST_CONNECTIONS = 3000
CLIENTS = 200
LOST = 0
"""Status of a request whose connection broke, or that got no answer within PATIENCE."""


@dataclass(slots=True)
class Answers:
    """Times in milliseconds by status, and the seconds that they took together."""

    times: dict[int, list[float]] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, status: int, milliseconds: float) -> None:
        self.times.setdefault(status, []).append(milliseconds)

    def figures(self) -> Figures:
        """Requests a second, and the percentiles of each status."""
        counts = Counter({status: len(times) for status, times in self.times.items()})
        each = {str(status): {"count": counts[status], **percentiles(self.times[status])} for status in sorted(counts)}
        return {"answered_s": round(counts[200] / self.seconds, 1), "sent": counts.total(), "by_status": each}


class _Connection:
    """A connection that has one request at a time."""

    def __init__(self, address: tuple[str, int], client: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.bind((f"127.0.{1 + client // 250}.{1 + client % 250}", 0))
        self.socket.connect(address)
        self.socket.setblocking(False)
        self.due = 0.0
        self._received = bytearray()

    def ask(self, request: bytes, due: float) -> None:
        self.due = due
        self._received.clear()
        self.socket.sendall(request)

    def read(self) -> tuple[int, bool] | None:
        """Return status and whether the connection stays open, None until the whole answer is there; raises OSError."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionResetError
        self._received += data
        head, separator, rest = bytes(self._received).partition(b"\r\n\r\n")
        if not separator:
            return None
        fields = head.lower()
        length = int(fields.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        return None if len(rest) < length else (int(head[9:12]), b"connection: close" not in fields)


class Load:
    """Requests for ``paths`` in turn, to a server at ``port`` of this machine."""

    def __init__(self, port: int, paths: list[str], accept: str = "application/json") -> None:
        self._address = "127.0.0.1", port
        self._requests = self._in_turn(paths, accept)
        self._selector = selectors.DefaultSelector()
        self._idle: deque[_Connection] = deque()
        self._busy: set[_Connection] = set()
        self._opened = 0

    def keep_busy(self, connections: int, seconds: float) -> Answers:
        """Have so many requests on their way at any moment."""
        answers, started = Answers(), time.perf_counter()
        while (now := time.perf_counter()) < started + seconds:
            while len(self._busy) < connections:
                self._send(now, answers)
            self._collect(answers, 0.5)
        return self._ended(answers, started)

    def arrive(self, rate: float, seconds: float) -> Answers:
        """Send ``rate`` requests a second."""
        answers, started, sent = Answers(), time.perf_counter(), 0
        while (now := time.perf_counter()) < started + seconds:
            while sent < (now - started) * rate:
                self._send(started + sent / rate, answers)
                sent += 1
            self._collect(answers, 0.001)
        return self._ended(answers, started)

    def close(self) -> None:
        for connection in (*self._idle, *self._busy):
            connection.socket.close()
        self._selector.close()

    def _in_turn(self, paths: list[str], accept: str) -> Iterator[bytes]:
        while True:
            for path in paths:
                fields = f"Host: ponant.example\r\nAccept: {accept}\r\nAccept-Language: fr"
                yield f"GET {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode()

    def _send(self, due: float, answers: Answers) -> None:
        if len(self._busy) >= MOST_CONNECTIONS:
            answers.add(LOST, 0.0)
            return
        try:
            connection = self._idle.popleft() if self._idle else self._open()
            connection.ask(next(self._requests), due)
        except OSError:
            answers.add(LOST, 0.0)
        else:
            self._busy.add(connection)
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def _open(self) -> _Connection:
        self._opened += 1
        return _Connection(self._address, self._opened % CLIENTS)

    def _collect(self, answers: Answers, wait: float) -> None:
        for key, _ in self._selector.select(wait):
            connection: _Connection = key.data
            try:
                answer = connection.read()
            except OSError:
                answer = LOST, False
            if answer is not None:
                status, stays_open = answer
                answers.add(status, (time.perf_counter() - connection.due) * 1000)
                self._release(connection, stays_open=stays_open)

    def _release(self, connection: _Connection, *, stays_open: bool) -> None:
        self._selector.unregister(connection.socket)
        self._busy.discard(connection)
        if stays_open:
            self._idle.append(connection)
        else:
            connection.socket.close()

    def _ended(self, answers: Answers, started: float) -> Answers:
        """Wait for the answers that are still due; those that do not come within PATIENCE are lost."""
        answers.seconds = time.perf_counter() - started
        end = time.perf_counter() + PATIENCE
        while self._busy and time.perf_counter() < end:
            self._collect(answers, 0.2)
        for connection in list(self._busy):
            answers.add(LOST, PATIENCE * 1000)
            with suppress(KeyError):
                self._release(connection, stays_open=False)
        return answers
