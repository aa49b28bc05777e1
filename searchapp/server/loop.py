"""The event loop of a process, and how many connections it keeps."""

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

__all__ = ["Application", "EventLoop", "connections_allowed"]

MOST_CONNECTIONS: Final = 4096
# Files beside connections: those of the index, pipes, what an answer or a body is put aside in.
OTHER_FILES: Final = 256
CLOSED_AT_ONCE: Final = 64
ACCEPTED_AT_ONCE: Final = 64
MOST_UNREAD_OF_ALL: Final = 512 * 1024 * 1024
HELD_TURN_SECONDS: Final = 0.05
SWITCH_SECONDS: Final = 0.0005
"""How long a thread that computes keeps the interpreter while others want it; Python's 5 ms delay each small answer."""


@dataclass(frozen=True, slots=True)
class Application:
    """The WSGI application, and what the server asks it beside: what it says when a request is refused, how much body
    a request may bring, and which lane it goes."""

    wsgi: Callable[..., Any]
    refusals: Refusals
    body_limit: BodyLimit
    lane_of: LaneOf


class EventLoop(TcpWSGIServer):  # type: ignore[misc]
    """waitress's server on a socket that listens already."""

    channel_class = Channel

    def __init__(self, application: Application, listener: socket, threads: int) -> None:
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
        """Wait for something to happen, and deal with it."""
        if time.monotonic() < self._held_until + HELD_TURN_SECONDS:
            seconds = HELD_TURN_SECONDS
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def held(self, until: float) -> None:
        """Look after the connections until then even if nothing happens: an answer is held back."""
        self._held_until = max(self._held_until, until)

    def anyone_waits(self, lane: Lane) -> bool:
        """Return whether requests wait for a thread of ``lane``."""
        return self._lanes.anyone_waits(lane)

    def readable(self) -> bool:
        """Return whether connections are accepted; the ones that are idle longest make room for new ones."""
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
        """Keep the deadlines of all connections, and the room that answers take which are not read."""
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

    def stop(self, seconds: float, on_turn: Callable[[], None]) -> None:
        """Accept no more, answer what has arrived, and end the threads."""
        self.accepting = False
        self.del_channel()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for channel in list(self.active_channels.values()):
                if channel.is_idle:
                    channel.handle_close()
            if not self.active_channels:
                break
            on_turn()
            self.maintenance(time.time())
            self.turn(0.1)
        self._lanes.shutdown(max(0.0, end - time.monotonic()))
        wasyncore.close_all(self._map, ignore_all=True)

    def _make_room(self) -> None:
        idle = [channel for channel in self.active_channels.values() if channel.is_idle]
        for channel in sorted(idle, key=lambda channel: float(channel.last_activity))[:CLOSED_AT_ONCE]:
            channel.handle_close()


def connections_allowed() -> int:
    """Return how many connections a process may keep; the system's soft limit of open files is raised for them."""
    try:
        import resource
    except ImportError:  # Windows, whose select takes no more
        return 400
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(64, min(MOST_CONNECTIONS, soft - OTHER_FILES))
