"""A server under hostile requests: what it answered to each, and how late."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field, fields
from threading import Lock
from typing import Any, Final

from searchapp.web import SECURITY_HEADERS
from tests.web.proofs.hostile import Hostile

__all__ = ["Attack", "Report"]

CLIENTS: Final = 4
# Of a request that is not whole the server may wait for the rest, as long as it likes.
PATIENCE_SECONDS: Final = 0.3
HANGS_SECONDS: Final = 20.0
LISTED: Final = 20
# A path may name that host; an address, or a prefix that a client made up, may not.
LEADS_AWAY: Final = re.compile(rb"""["'<](?:https?:)?//evil\.example|["'<]/evil/""")


@dataclass(slots=True)
class Report:
    """Answers by status, and what must not be; ``failures`` shows the first of each kind with its request.

    ``overloaded`` are 503 with Retry-After. ``unanswered`` were closed or reset although an answer was due.
    """

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    server_errors: int = 0
    overloaded: int = 0
    without_headers: int = 0
    late: int = 0
    unanswered: int = 0
    led_away: int = 0
    closed: int = 0
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        figures = {each.name: getattr(self, each.name) for each in fields(self)}
        return figures | {"statuses": dict(sorted(self.statuses.items()))}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Attack:
    """Sends requests to ``address``, each on a connection of its own; an answer is late after ``seconds``."""

    def __init__(self, address: str, seconds: float) -> None:
        host, _, port = address.rpartition(":")
        self._address = (host.strip("[]"), int(port))
        self._seconds = seconds
        self._lock = Lock()
        self.report = Report()

    def wait_until_ready(self) -> str:
        """Wait for an answer, as a server listens before its processes are warm; return its generation."""
        with closing(http.client.HTTPConnection(*self._address, timeout=60)) as connection:
            connection.request("GET", "/readyz")
            return str(json.load(connection.getresponse())["generation"])

    def run(self, requests: Iterable[Hostile], on_progress: Callable[[Report], None] = lambda report: None) -> Report:
        """Send all of ``requests``, several at a time; return what became of them."""

        def send(hostile: Hostile) -> None:
            self._send(hostile)
            with self._lock:
                self.report.requests += 1
                on_progress(self.report)

        with ThreadPoolExecutor(CLIENTS) as pool:
            for _ in pool.map(send, requests):
                pass
        return self.report

    def _send(self, hostile: Hostile) -> None:
        began = time.monotonic()
        try:
            answer = self._ask(hostile)
        except (OSError, http.client.HTTPException) as error:
            answer, reason = None, f"{type(error).__name__}: {error}"
        taken = time.monotonic() - began
        with self._lock:
            if answer is not None:
                self._judge(hostile, answer, taken)
            elif hostile.due:
                self.report.unanswered += 1
                self._fail(hostile, f"no answer after {taken:.1f} s ({reason})")
            else:
                self.report.closed += 1

    def _ask(self, hostile: Hostile) -> _Answer:
        with socket.create_connection(self._address, timeout=HANGS_SECONDS) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent, perhaps with an answer
                connection.sendall(hostile.data)
            connection.settimeout(HANGS_SECONDS if hostile.due else PATIENCE_SECONDS)
            with closing(http.client.HTTPResponse(connection, method=hostile.method)) as response:
                response.begin()
                connection.settimeout(HANGS_SECONDS)
                return _Answer(response.status, response.msg, response.read() if response.length else b"")

    def _judge(self, hostile: Hostile, answer: _Answer, taken: float) -> None:
        report = self.report
        report.statuses[answer.status] += 1
        report.slowest_s = round(max(report.slowest_s, taken), 2)
        missing = [name for name in SECURITY_HEADERS if name not in answer.headers]
        if answer.status == 503 and "Retry-After" in answer.headers:
            report.overloaded += 1
        elif answer.status >= 500:
            report.server_errors += 1
            self._fail(hostile, f"{answer.status} {answer.body[:120]!r}")
        if missing:
            report.without_headers += 1
            self._fail(hostile, f"{answer.status} without {', '.join(missing)}")
        if taken > self._seconds:
            report.late += 1
            self._fail(hostile, f"{answer.status} after {taken:.1f} s")
        if _leads_away(answer):
            report.led_away += 1
            self._fail(hostile, f"{answer.status} leads to another host")

    def _fail(self, hostile: Hostile, what: str) -> None:
        if len(self.report.failures) < LISTED:
            self.report.failures.append(f"{what}: {'+'.join(hostile.changes)} {hostile.data[:300]!r}")


def _leads_away(answer: _Answer) -> bool:
    ways = [f"<{way.lstrip('<')}" for name in ("Location", "Link") for way in answer.headers.get_all(name, [])]
    return any(LEADS_AWAY.search(text) for text in (answer.body, *(way.encode() for way in ways)))
