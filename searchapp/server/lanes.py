"""Lanes: separate queues and threads for searches, for exports, for writes, and for short requests.

A queue serves clients in turn, so that one with many requests does not delay the others.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import StrEnum
from math import inf
from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

__all__ = ["Lane", "LaneOf", "Lanes"]

# Requests that may wait for a thread: of all clients, and of one client.
MOST_WAITING: Final = 256
MOST_WAITING_OF_CLIENT: Final = 64
QUEUE_SECONDS: Final = 0.35
"""Time that a search may wait for a thread. Under load the queue would otherwise be full of requests whose answers come
too late for anybody. A request that would wait longer is refused when it arrives; one that does nevertheless, then."""
NEWEST_SHARE: Final = 0.2
"""Weight of the newest one in the mean time between two requests that leave the queue."""
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
        waits = {Lane.SEARCHING: QUEUE_SECONDS}  # writes and exports are for programs, which wait
        self._dispatchers = {lane: _Dispatcher(count, waits.get(lane, inf)) for lane, count in threads_of.items()}

    def add_task(self, channel: Any) -> None:
        """Queue the next request of a connection, or refuse it with 503 when too many wait."""
        request, channel.queued_at = channel.requests[0], time.monotonic()
        lane = Lane.QUICK if request.error else self._lane_of(request.command, request.path)
        if lane is not Lane.QUICK and not self._dispatchers[lane].makes_room(channel):
            self._refuse(channel)
            return
        channel.lane = lane
        self._dispatchers[lane].add_task(channel)

    def waiting(self) -> dict[str, int]:
        """Return the number of requests that wait for a thread of each lane."""
        return {lane.value: len(dispatcher.queue) for lane, dispatcher in self._dispatchers.items()}

    def refuse_late(self) -> None:
        """Refuse the searches that have waited for a thread longer than QUEUE_SECONDS."""
        for channel in self._dispatchers[Lane.SEARCHING].take_late(time.monotonic() - QUEUE_SECONDS):
            self._refuse(channel)

    def _refuse(self, channel: Any) -> None:
        channel.requests[0].refuse(503)
        channel.lane = Lane.QUICK
        self._dispatchers[Lane.QUICK].add_task(channel)

    def anyone_waits(self, lane: Lane) -> bool:
        """Return whether requests wait for a thread of ``lane``."""
        return bool(self._dispatchers[lane].queue)

    def shutdown(self, timeout: float) -> None:
        """End the threads; requests that wait are dropped."""
        for dispatcher in self._dispatchers.values():
            dispatcher.shutdown(cancel_pending=True, timeout=timeout)


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    def __init__(self, threads: int, longest_wait: float) -> None:
        super().__init__()
        self.queue = FairQueue(longest_wait)
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

    def take_late(self, before: float) -> list[Any]:
        """Remove and return the connections whose request is queued since ``before`` or longer."""
        with self.lock:
            return self.queue.take_late(before)


class FairQueue:
    """Connections whose next request waits, at most ``longest_wait`` seconds; clients (addresses) take turns."""

    def __init__(self, longest_wait: float = inf) -> None:
        self._of_client: OrderedDict[str, deque[Any]] = OrderedDict()
        self._count = 0
        self._longest_wait = longest_wait
        self._interval = 0.0
        self._left_at = 0.0

    def has_room(self, channel: Any) -> bool:
        """Return whether another request of this client may wait, and will not have to for too long."""
        own = self._of_client.get(channel.addr[0], ())
        is_soon = self._count == 0 or self._count * self._interval < self._longest_wait
        return is_soon and self._count < MOST_WAITING and len(own) < MOST_WAITING_OF_CLIENT

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
        now = time.monotonic()
        self._interval += (min(now - self._left_at, now - channel.queued_at) - self._interval) * NEWEST_SHARE
        self._left_at = now
        return channel

    def take_late(self, before: float) -> list[Any]:
        """Remove and return the connections whose request is queued since ``before`` or longer."""
        late = []
        for client, waiting in list(self._of_client.items()):
            while waiting and waiting[0].queued_at <= before:
                late.append(waiting.popleft())
            if not waiting:
                del self._of_client[client]
        self._count -= len(late)
        return late

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
