"""Lanes: a queue and threads of their own for searches, for writing, and for what takes no time.

A queue takes turns between clients, so that one that sends much waits for itself only.
"""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

__all__ = ["Lane", "LaneOf", "Lanes"]

# Requests that wait for a thread, of all clients and of one.
MOST_WAITING: Final = 256
MOST_WAITING_OF_CLIENT: Final = 64
WRITING_THREADS: Final = 4
QUICK_THREADS: Final = 1

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it tells of each request that waits


class Lane(StrEnum):
    """Which threads answer a request."""

    SEARCHING = "searching"
    WRITING = "writing"
    QUICK = "quick"


LaneOf = Callable[[str, str], Lane]
"""The lane of a method and a path."""


class Lanes:
    """The threads of a process; a dispatcher for waitress's server."""

    def __init__(self, threads: int, lane_of: LaneOf) -> None:
        """``threads`` are those of searching and of what takes no time."""
        self._lane_of = lane_of
        searching = max(1, threads - QUICK_THREADS)
        threads_of = {Lane.SEARCHING: searching, Lane.WRITING: WRITING_THREADS, Lane.QUICK: QUICK_THREADS}
        self._dispatchers = {lane: _Dispatcher(count) for lane, count in threads_of.items()}

    def add_task(self, channel: Any) -> None:
        """Queue the next request of a connection; refuse it when too many wait."""
        request = channel.requests[0]
        lane = Lane.QUICK if request.error else self._lane_of(request.command, request.path)
        if lane is not Lane.QUICK and not self._dispatchers[lane].makes_room(channel):
            request.refuse(503)
            lane = Lane.QUICK
        channel.lane = lane
        self._dispatchers[lane].add_task(channel)

    def anyone_waits(self, lane: Lane) -> bool:
        """Return whether requests wait for a thread of ``lane``."""
        return bool(self._dispatchers[lane].queue)

    def shutdown(self, timeout: float) -> None:
        """End the threads; requests that wait are dropped."""
        for dispatcher in self._dispatchers.values():
            dispatcher.shutdown(cancel_pending=True, timeout=timeout)


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    def __init__(self, threads: int) -> None:
        super().__init__()
        self.queue = FairQueue()
        self.set_thread_count(threads)

    def makes_room(self, channel: Any) -> bool:
        """Return whether a request may wait, in the place of clients that are gone if need be."""
        with self.lock:
            if self.queue.has_room(channel):
                return True
            gone = self.queue.take_gone()
        for other in gone:
            other.drop()
        return self.queue.has_room(channel)


class FairQueue:
    """Connections whose next request waits; clients (addresses) take turns."""

    def __init__(self) -> None:
        self._of_client: OrderedDict[str, deque[Any]] = OrderedDict()
        self._count = 0

    def has_room(self, channel: Any) -> bool:
        """Return whether another request of this client may wait."""
        own = self._of_client.get(channel.addr[0], ())
        return self._count < MOST_WAITING and len(own) < MOST_WAITING_OF_CLIENT

    def append(self, channel: Any) -> None:
        self._of_client.setdefault(channel.addr[0], deque()).append(channel)
        self._count += 1

    def popleft(self) -> Any:
        """Return the next connection, of the client whose turn it is."""
        client, waiting = next(iter(self._of_client.items()))
        channel = waiting.popleft()
        self._of_client.move_to_end(client)
        if not waiting:
            del self._of_client[client]
        self._count -= 1
        return channel

    def take_gone(self) -> list[Any]:
        """Remove and return the connections whose clients are gone."""
        gone = []
        for client, waiting in list(self._of_client.items()):
            gone += [channel for channel in waiting if channel.is_gone()]
            if left := deque(channel for channel in waiting if not channel.is_gone()):
                self._of_client[client] = left
            else:
                del self._of_client[client]
        self._count -= len(gone)
        return gone

    def __len__(self) -> int:
        return self._count
