"""The event loop of a process and its limit of connections."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from typing import Any, Final

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from searchapp.server.channel import Channel, Refusals
from searchapp.server.lanes import Lane, LaneOf, Lanes
from searchapp.server.parsing import LONGEST_HEADER, BodyLimit
from searchapp.server.stopping import SharedFlag, hold_off_connections
from searchapp.web.metrics import Metrics

__all__ = ["Application", "EventLoop", "Stop", "connections_allowed"]

MOST_CONNECTIONS: Final = 4096
# File descriptors for other uses: the index, pipes, buffers of answers and bodies.
OTHER_FILES: Final = 256
CLOSED_AT_ONCE: Final = 64
ACCEPTED_AT_ONCE: Final = 64
MOST_UNREAD_OF_ALL: Final = 512 * 1024 * 1024
HELD_TURN_SECONDS: Final = 0.05
"""Time between two looks at delayed answers, and at searches that wait for a thread."""
SWITCH_SECONDS: Final = 0.0005
"""Switch interval of Python's threads. Its default of 5 ms would delay each short answer while a search computes."""


SETTLE_SECONDS: Final = 0.5
"""Time after which a handshake that had begun is complete or given up."""


@dataclass(frozen=True, slots=True)
class Application:
    """The WSGI application, its answers to refused requests, the largest body of a request, the lane of a request.

    ``refresh`` sets the gauges of the application in ``metrics``; it is called once a second.
    """

    wsgi: Callable[..., Any]
    refusals: Refusals
    body_limit: BodyLimit
    lane_of: LaneOf
    metrics: Metrics
    refresh: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of a process: ``delay`` seconds of going on, then at most ``seconds`` for what has arrived.

    ``is_everyone`` returns whether all processes stop, so that nobody accepts the connections that wait.
    """

    delay: float
    seconds: float
    is_everyone: Callable[[], bool]


class EventLoop(TcpWSGIServer):  # type: ignore[misc]
    """waitress's server on a socket that is already listening."""

    channel_class = Channel

    def __init__(self, application: Application, listener: socket, threads: int, stopping: SharedFlag) -> None:
        """``stopping`` is set when the whole server stops."""
        sys.setswitchinterval(SWITCH_SECONDS)
        adjustments = Adjustments(
            sockets=[listener],
            ident=None,
            server_name="localhost",
            connection_limit=connections_allowed(),
            cleanup_interval=1,
            max_request_header_size=LONGEST_HEADER,
            max_request_body_size=sys.maxsize,  # the parser has its own limit
            outbuf_high_watermark=sys.maxsize,  # no thread waits for a client that reads slowly
            channel_request_lookahead=1,
            clear_untrusted_proxy_headers=False,
        )
        self.refusals = application.refusals
        self.body_limit = application.body_limit
        self.metrics = application.metrics
        self.stopping = stopping
        self.is_ending = False
        """True when this process stops: every answer is the last one on its connection."""
        self._application = application
        self._lanes = Lanes(threads, application.lane_of)
        self._held_until = 0.0
        super().__init__(
            application.wsgi,
            {},
            _sock=listener,
            dispatcher=self._lanes,
            adj=adjustments,
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        )

    def turn(self, seconds: float) -> None:
        """Wait up to ``seconds`` for events and handle them."""
        if time.monotonic() < self._held_until + HELD_TURN_SECONDS or self.anyone_waits(Lane.SEARCHING):
            seconds = HELD_TURN_SECONDS
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)
        if self.anyone_waits(Lane.SEARCHING):
            self._lanes.refuse_late()

    def held(self, until: float) -> None:
        """Wake up often until the moment ``until``, when a delayed answer is due."""
        self._held_until = max(self._held_until, until)

    def anyone_waits(self, lane: Lane) -> bool:
        """Return whether requests wait for a thread of ``lane``."""
        return self._lanes.anyone_waits(lane)

    def readable(self) -> bool:
        """Return whether to accept connections; at the limit, close those that have been idle longest."""
        if len(self._map) >= self.adj.connection_limit:
            self._make_room()
        return bool(super().readable())

    def handle_accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before or len(self._map) >= self.adj.connection_limit:
                break

    def maintenance(self, now: float) -> None:
        """Enforce the deadlines of all connections and the limit of memory for unread answers."""
        for channel in list(self.active_channels.values()):
            channel.keep_time()
        unread = sorted(self.active_channels.values(), key=lambda channel: float(channel.last_activity))
        excess = sum(channel.total_outbufs_len for channel in unread) - MOST_UNREAD_OF_ALL
        for channel in unread:
            if excess <= 0:
                break
            excess -= channel.total_outbufs_len
            if channel.total_outbufs_len:
                channel.handle_close()

    def measure(self) -> None:
        """Set the gauges of this process."""
        self.metrics.set_load(self._lanes.waiting(), len(self.active_channels))
        self._application.refresh()

    def stop(self, stop: Stop, on_turn: Callable[[], None]) -> None:
        """Go on for a while, so that load balancers notice; then answer what has arrived, and end the threads."""
        self.is_ending = True
        self._turn_until(time.monotonic() + stop.delay, on_turn)
        end = time.monotonic() + stop.seconds
        if stop.is_everyone():
            hold_off_connections(self.socket)
            self._turn_until(time.monotonic() + SETTLE_SECONDS, on_turn)
        self.accepting = False
        self.del_channel()
        self.socket.close()
        while self.active_channels and time.monotonic() < end:
            for channel in list(self.active_channels.values()):
                channel.end_if_quiet()
            self.maintenance(time.time())
            self._turn_until(time.monotonic() + 0.1, on_turn)
        self._lanes.shutdown(max(0.0, end - time.monotonic()))
        wasyncore.close_all(self._map, ignore_all=True)

    def _turn_until(self, end: float, on_turn: Callable[[], None]) -> None:
        """Handle events until the moment ``end``, and those that are due by then."""
        while True:
            on_turn()
            left = end - time.monotonic()
            self.turn(min(max(0.0, left), 0.1))
            if left <= 0:
                return

    def _make_room(self) -> None:
        idle = [channel for channel in self.active_channels.values() if channel.is_idle]
        for channel in sorted(idle, key=lambda channel: float(channel.last_activity))[:CLOSED_AT_ONCE]:
            channel.handle_close()


def connections_allowed() -> int:
    """Raise the soft limit of open files and return the number of connections that a process may keep."""
    try:
        import resource
    except ImportError:  # Windows, whose select takes no more
        return 400
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = MOST_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(64, min(MOST_CONNECTIONS, soft - OTHER_FILES))
