"""A connection: its deadlines, clients that disconnect, and refusals in the application's form."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.task import ErrorTask, WSGITask

from searchapp.server.lanes import Lane
from searchapp.server.parsing import IncomingRequest, accept_language_of, target_of
from searchapp.web.probes import IS_STOPPING

__all__ = ["Channel", "Refusals"]

HEADER_SECONDS: Final = 10.0
"""Time for a whole header."""
BODY_SECONDS: Final = 30.0
"""Time for a body, to which the bytes received add by SLOWEST_BODY."""
SLOWEST_BODY: Final = 16 * 1024
"""Bytes a second that a body must reach."""
IDLE_SECONDS: Final = 60.0
"""Time without a request after which a connection is closed."""
STALLED_SECONDS: Final = 30.0
"""Time in which a client reads nothing of its answer, after which the connection is closed."""
QUIET_SECONDS: Final = 1.0
"""Time for a client to send a further request when the server stops."""
LINGER_SECONDS: Final = 2.0
"""Time for a client to read its answer before the connection is closed."""
MOST_UNREAD: Final = 4 * 1024 * 1024
"""Bytes of answers that a client has not read yet, above which its further requests are dropped."""
MOST_AHEAD: Final = 1024 * 1024
"""Bytes that an export may be ahead of its client, which it then waits for."""
HELD_SECONDS: Final = 0.25
"""Shortest time to a 503 when the server is busy, since programs repeat a refused request at once."""

Refusals = Callable[[int, str, str], tuple[str, list[tuple[str, str]], bytes]]
"""(status, path, Accept-Language) of a refused request -> status line, header fields and body of the answer."""


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
        if self.channel.server.is_ending and len(self.channel.requests) == 1:
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        return header

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ["searchapp.client_gone"] = self.channel.is_gone
        environ[IS_STOPPING] = bool(self.channel.server.stopping)
        environ["searchapp.queued_at"] = self.channel.queued_at
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
    """True when the client has closed its sending half. It may still read; its request is dropped when others wait."""
    queued_at = 0.0
    """Moment (monotonic) from which its next request has waited for a thread."""

    def __init__(self, server: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(server, *arguments, **options)
        self.parser_class = partial(IncomingRequest, body_limit=server.body_limit)
        self._lingers_until = 0.0
        self._held_until = 0.0

    # Reading

    def readable(self) -> bool:
        return bool(self._lingers_until) or (not self.gone and bool(super().readable()))

    def handle_read(self) -> None:
        """Read from the socket. At its end the connection is closed, unless an answer is pending.

        A client that closed only its sending half still reads its answer.
        """
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
                is_pending = bool(self.requests or self.total_outbufs_len) and not self._lingers_until
            if not is_pending:
                self.handle_close()

    def check_client_disconnected(self) -> bool:
        """Return whether to drop the request: the client disconnected, or stopped sending while others wait."""
        return not self.connected or (self.gone and self.server.anyone_waits(self.lane))

    # Answering

    def service(self) -> None:
        """Answer the next request, unless its client has disconnected."""
        self.server.metrics.add_waiting(self.lane, time.monotonic() - self.queued_at)
        if self.check_client_disconnected():
            self.drop()
            return
        if self.total_outbufs_len > MOST_UNREAD:  # pipelined requests of a client that does not read the answers
            with self.requests_lock:
                self.requests = []
                self.close_when_flushed = True
            return
        super().service()
        if self.gone and not self.requests:
            self.close_when_flushed = True
            self.server.pull_trigger()

    def is_gone(self) -> bool:
        """Return whether the client has closed the connection or its sending half."""
        return self.gone or not self.connected

    def drop(self) -> None:
        """Drop all requests of the connection and close it."""
        with self.requests_lock:
            self.server.metrics.add_dropped(len(self.requests))
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

    def _flush_outbufs_below_high_watermark(self) -> None:  # overrides waitress's method; the lock is held
        """Wait while an export is too far ahead of its client; close a client that is too slow to let it go on.

        Other answers are whole already and wait in a buffer, so that no thread does.
        """
        if self.lane is not Lane.EXPORTING or self.total_outbufs_len <= MOST_AHEAD:
            return
        end = time.monotonic() + STALLED_SECONDS
        while self.connected and self.total_outbufs_len > MOST_AHEAD:
            self.server.pull_trigger()
            if not self.outbuf_lock.wait(end - time.monotonic()):
                self.will_close = True
                self.server.pull_trigger()
                raise ClientDisconnected

    def hold(self) -> None:
        """Delay the answer to HELD_SECONDS after the request, in the event loop, without blocking a thread."""
        self._held_until = self.queued_at + HELD_SECONDS
        self.server.held(self._held_until)

    def _is_held(self) -> bool:
        return bool(self._held_until) and time.monotonic() < self._held_until

    def _flush_some(self, do_close: bool = True) -> bool:  # overrides waitress's method
        return not self._is_held() and bool(super()._flush_some(do_close=do_close))

    def _linger(self) -> None:
        """Keep the connection open while the client reads: closing with unread input would discard the answer."""
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
        """True when no complete header, request or answer would be lost by closing."""
        arriving = self.request is not None and self.request.headers_finished
        return not (self.requests or arriving or self.total_outbufs_len)

    def end_if_quiet(self) -> None:
        """Say the end of a connection on which nothing is under way and nothing has come for QUIET_SECONDS.

        Closing its sending half only, since a request that crosses that would have the answers before it reset.
        """
        under_way = self.requests or self.request is not None or self.total_outbufs_len or self._lingers_until
        if not under_way and time.time() - self.last_activity > QUIET_SECONDS:
            self._linger()

    def keep_time(self) -> None:
        """Close the connection, or refuse the arriving request, when its deadline has passed."""
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
