"""The queue of a lane: clients in turn, no more than can be answered soon."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pytest

from searchapp.server import lanes
from searchapp.server.lanes import MOST_WAITING, MOST_WAITING_OF_CLIENT, FairQueue


@dataclass(frozen=True)
class Waiting:
    """A connection, as far as a queue knows it."""

    client: str
    queued_at: float = 0.0

    @property
    def addr(self) -> tuple[str, int]:
        return self.client, 0


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moment that the queue's clock shows, in a list of one."""
    moment = [1000.0]
    monkeypatch.setattr(lanes.time, "monotonic", lambda: moment[0])
    return moment


def served(queue: FairQueue, at: list[float], requests: int, seconds: float) -> None:
    """Let requests of many clients leave the queue, one in so many seconds."""
    for number in range(requests + 1):
        queue.append(Waiting(f"client {number}", at[0]))
    for _ in range(requests):
        at[0] += seconds
        queue.popleft()


def test_clients_are_served_in_turn() -> None:
    queue = FairQueue()
    for client in ("Anne", "Anne", "Anne", "Marc"):
        queue.append(Waiting(client))
    assert [queue.popleft().client for _ in range(4)] == ["Anne", "Marc", "Anne", "Anne"]


def test_a_client_and_all_of_them_have_a_largest_number() -> None:
    queue = FairQueue()
    for number in count():
        if not queue.has_room(Waiting("Anne")):
            break
        queue.append(Waiting("Anne", number))
    assert len(queue) == MOST_WAITING_OF_CLIENT
    for number in range(MOST_WAITING - len(queue)):
        assert queue.has_room(Waiting(f"client {number}"))
        queue.append(Waiting(f"client {number}"))
    assert not queue.has_room(Waiting("Zoé"))


def test_who_would_wait_too_long_finds_no_room(at: list[float]) -> None:
    queue = FairQueue(longest_wait=0.5)
    served(queue, at, 30, seconds=0.1)
    waiting = len(queue)
    while queue.has_room(Waiting("Anne")):
        queue.append(Waiting(f"client {len(queue)}", at[0]))
    assert waiting < len(queue) <= 6


def test_a_fast_lane_has_room_for_many(at: list[float]) -> None:
    queue = FairQueue(longest_wait=0.5)
    served(queue, at, 30, seconds=0.001)
    for number in range(100):
        assert queue.has_room(Waiting(f"client {number}"))
        queue.append(Waiting(f"client {number}", at[0]))


def test_after_a_slow_time_an_empty_queue_has_room_and_soon_more(at: list[float]) -> None:
    queue = FairQueue(longest_wait=0.5)
    served(queue, at, 30, seconds=5.0)
    queue.popleft()
    assert queue.has_room(Waiting("Anne"))
    for _ in range(40):  # each leaves at once
        queue.append(Waiting("Anne", at[0]))
        queue.popleft()
    queue.append(Waiting("Anne", at[0]))
    assert queue.has_room(Waiting("Marc"))


def test_those_who_waited_too_long_leave_and_the_others_stay() -> None:
    queue = FairQueue()
    for moment, client in enumerate(("Anne", "Marc", "Anne", "Zoé")):
        queue.append(Waiting(client, moment))
    assert sorted(late.client for late in queue.take_late(1.5)) == ["Anne", "Marc"]
    assert [queue.popleft().client for _ in range(len(queue))] == ["Anne", "Zoé"]
