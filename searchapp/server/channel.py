"""A connection: its deadlines, a client that went away, and refusals in the application's own words."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from searchapp.server.lanes import Lane
from searchapp.server.parsing import IncomingRequest, accept_language_of, target_of

__all__ = ["Channel", "Refusals"]

# Seconds: for a whole header; for a body, beside the time that it takes at the slowest rate; without any request.
HEADER_SECONDS: Final = 10.0
BODY_SECONDS: Final = 30.0
SLOWEST_BODY: Final = 16 * 1024
"""Bytes a second that a body has to come with, after its first seconds."""
IDLE_SECONDS: Final = 60.0
STALLED_SECONDS: Final = 30.0
"""Seconds in which a client takes nothing of its answer."""
LINGER_SECONDS: Final = 2.0
MOST_UNREAD: Final = 4 * 1024 * 1024
"""Bytes of answers that a client has not taken yet, beyond which its further requests are dropped."""
HELD_SECONDS: Final = 0.25
"""How long the news that too much is asked for is kept back: told at once, programs ask again at once."""

Refusals = Callable[[int, str, str], tuple[str, list[tuple[str, str]], bytes]]
"""The answer (status, header fields, body) to a request that is refused: status, path, Accept-Language."""


class _Refusal(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        request = self.request
        if request.error.code == 503:
            self.channel.hold()
        status, fields, body = self.channel.server.refusals(
            request.error.code, target_of(request), accept_language_of(request)
        )
        self.status = status
        self.response_headers.extend(fields)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if request.command == "HEAD" else body)


class _Answer(WSGITask):  # type: ignore[misc]
    def build_response_header(self) -> bytes:
        if self.status.startswith("503") and self.channel.lane is Lane.SEARCHING:
            self.channel.hold()
        header: bytes = super().build_response_header()
        return header

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ["searchapp.client_gone"] = self.channel.is_gone
        environ["wsgi.multiprocess"] = True
        return environ


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection. Only ``service`` runs in a thread, all else in the event loop."""

    task_class = _Answer
    error_task_class = _Refusal
    requests: list[IncomingRequest]
    request: IncomingRequest | None
    lane = Lane.QUICK
    gone = False
    """Whether the client sends no more. It may still read, so its request is dropped only when others wait."""

    def __init__(self, server: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(server, *arguments, **options)
        self.parser_class = partial(IncomingRequest, body_limit=server.body_limit)
        self._lingers_until = 0.0
        self._held_until = 0.0

    # Reading

    def readable(self) -> bool:
        return bool(self._lingers_until) or (not self.gone and bool(super().readable()))

    def handle_read(self) -> None:
        """Take what came. The end of it ends the connection, unless an answer is owed: some only stop sending."""
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        if data and not self._lingers_until:
            self.last_activity = time.time()
            self.received(data)
        elif not data:
            with self.requests_lock:
                self.gone = True
                owed = bool(self.requests or self.total_outbufs_len) and not self._lingers_until
            if not owed:
                self.handle_close()

    def check_client_disconnected(self) -> bool:
        """Return whether nobody reads the answer (any more, or while others wait)."""
        return not self.connected or (self.gone and self.server.anyone_waits(self.lane))

    # Answering

    def service(self) -> None:
        """Answer the next request, unless its client is gone."""
        if self.check_client_disconnected():
            self.drop()
            return
        if self.total_outbufs_len > MOST_UNREAD:  # requests in advance, by who does not read the answers
            with self.requests_lock:
                self.requests = []
                self.close_when_flushed = True
            return
        super().service()
        if self.gone and not self.requests:
            self.close_when_flushed = True
            self.server.pull_trigger()

    def is_gone(self) -> bool:
        """Return whether the client has ended the connection, or its half of it."""
        return self.gone or not self.connected

    def drop(self) -> None:
        """Answer nothing more."""
        with self.requests_lock:
            for request in self.requests:
                request.close()
            self.requests = []
            self.will_close = True
        self.server.pull_trigger()

    def handle_write(self) -> None:
        if self.close_when_flushed and not self.total_outbufs_len and not self.will_close:
            self._linger()
            return
        super().handle_write()

    def writable(self) -> bool:
        return not (self._lingers_until or self._is_held()) and bool(super().writable())

    def hold(self) -> None:
        """Send the answer a little later; it takes no thread to wait."""
        self._held_until = time.monotonic() + HELD_SECONDS
        self.server.held(self._held_until)

    def _is_held(self) -> bool:
        return bool(self._held_until) and time.monotonic() < self._held_until

    def _flush_some(self, do_close: bool = True) -> bool:  # waitress calls it by this name
        return not self._is_held() and bool(super()._flush_some(do_close=do_close))

    def _linger(self) -> None:
        """Let the client read its answer to the end: closed with bytes unread, a connection loses what was sent."""
        self.close_when_flushed = False
        if self.gone:
            self.handle_close()
            return
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()
        else:
            self._lingers_until = time.monotonic() + LINGER_SECONDS

    # Deadlines

    @property
    def is_idle(self) -> bool:
        """Whether nothing of a request or an answer would be lost by closing: half a header counts as nothing."""
        arriving = self.request is not None and self.request.headers_finished
        return not (self.requests or arriving or self.total_outbufs_len)

    def keep_time(self) -> None:
        """Close, or refuse the request that arrives, when a deadline has passed."""
        now = time.monotonic()
        quiet = time.time() - self.last_activity
        if self._lingers_until:
            if now > self._lingers_until:
                self.handle_close()
        elif self.total_outbufs_len:
            if quiet > STALLED_SECONDS:
                self.handle_close()
        elif self.request is not None:
            self._refuse_late(now)
        elif not self.requests and quiet > IDLE_SECONDS:
            self.handle_close()

    def _refuse_late(self, now: float) -> None:
        with self.requests_lock:
            request = self.request
            if request is None or now < request.started + _seconds_for(request):
                return
            self.request = None
            request.refuse(408)
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)


def _seconds_for(request: IncomingRequest) -> float:
    if not request.headers_finished:
        return HEADER_SECONDS
    return BODY_SECONDS + float(request.body_bytes_received) / SLOWEST_BODY
