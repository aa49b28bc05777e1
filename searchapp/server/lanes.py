"""Lanes: separate queues and threads for searches, for exports, for writes, and for short requests.

A queue serves clients in turn, so that one with many requests does not delay the others.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

__all__ = ["Lane", "LaneOf", "Lanes"]

# Requests that may wait for a thread: of all clients, and of one client.
MOST_WAITING: Final = 256
MOST_WAITING_OF_CLIENT: Final = 64
WRITING_THREADS: Final = 4
# One more than the exports that run at once (web/search_slots.py): it refuses others at once.
EXPORTING_THREADS: Final = 3
QUICK_THREADS: Final = 1

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns for each waiting request


class Lane(StrEnum):
    """A queue with its threads."""

    SEARCHING = "searching"
    EXPORTING = "exporting"
    WRITING = "writing"
    QUICK = "quick"


LaneOf = Callable[[str, str], Lane]
"""The lane of a method and a path."""


class Lanes:
    """The lanes of a process; a task dispatcher for waitress's server."""

    def __init__(self, threads: int, lane_of: LaneOf) -> None:
        """``threads`` are those of the lanes SEARCHING and QUICK together."""
        self._lane_of = lane_of
        searching = max(1, threads - QUICK_THREADS)
        threads_of = {
            Lane.SEARCHING: searching,
            Lane.EXPORTING: EXPORTING_THREADS,
            Lane.WRITING: WRITING_THREADS,
            Lane.QUICK: QUICK_THREADS,
        }
        self._dispatchers = {lane: _Dispatcher(count) for lane, count in threads_of.items()}

    def add_task(self, channel: Any) -> None:
        """Queue the next request of a connection, or refuse it with 503 when too many wait."""
        request = channel.requests[0]
        lane = Lane.QUICK if request.error else self._lane_of(request.command, request.path)
        if lane is not Lane.QUICK and not self._dispatchers[lane].makes_room(channel):
            request.refuse(503)
            lane = Lane.QUICK
        channel.lane, channel.queued_at = lane, time.monotonic()
        self._dispatchers[lane].add_task(channel)

    def waiting(self) -> dict[str, int]:
        """Return the number of requests that wait for a thread of each lane."""
        return {lane.value: len(dispatcher.queue) for lane, dispatcher in self._dispatchers.items()}

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
        """Return whether a request may wait; when the queue is full, drop requests of disconnected clients first."""
        with self.lock:
            if self.queue.has_room(channel):
                return True
            gone = self.queue.take_gone()
        for disconnected in gone:
            disconnected.drop()
        return self.queue.has_room(channel)


class FairQueue:
    """Connections whose next request waits; clients (addresses) are served in turn."""

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
        """Return the next connection of the next client."""
        client, waiting = next(iter(self._of_client.items()))
        channel = waiting.popleft()
        self._of_client.move_to_end(client)
        if not waiting:
            del self._of_client[client]
        self._count -= 1
        return channel

    def take_gone(self) -> list[Any]:
        """Remove and return the connections whose clients have disconnected."""
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
