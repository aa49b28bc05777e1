"""Search slots: a limit of the searches that run at once in a process, for all clients and for each.

Only one costly search runs at a time, so that others need not wait for several. A search is costly when its query has
many words or many operators that read dictionaries or positions, or when it took long the last time.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from threading import Condition, Lock
from typing import Final

from searchapp.config import Config
from searchapp.errors import TooBusy

__all__ = ["EXPORTS_AT_ONCE", "Admission", "CostMemory", "looks_costly"]

# Threads of the setting ``threads`` that never search: they answer short requests, such as health checks.
RESERVED_THREADS: Final = 1
COSTLY_AT_ONCE: Final = 1
COSTLY_WAITING: Final = 1
COSTLY_WORDS: Final = 24
COSTLY_OPERATORS: Final = 3
COSTLY_SECONDS: Final = 0.25
"""Processor seconds of a search from which the next one at the same address counts as costly."""
REMEMBERED: Final = 1024
EXPORTS_AT_ONCE: Final = 2
"""Exports of a process; a client has one of them. Each takes a thread while its client reads."""
OPERATOR: Final = re.compile(r"[*?~]|\b(?:PROCHE|NEAR)\b")


def looks_costly(query: str) -> bool:
    """Return whether a query has so many words or costly operators that it may take long."""
    return len(query.split()) > COSTLY_WORDS or len(OPERATOR.findall(query)) >= COSTLY_OPERATORS


class CostMemory:
    """The addresses whose last search took more than COSTLY_SECONDS; at most ``size``, the oldest leave first."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._costly: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def note(self, address: str, seconds: float) -> None:
        """Add or remove ``address`` by the processor seconds of its search."""
        with self._lock:
            self._costly.pop(address, None)
            if seconds > COSTLY_SECONDS:
                self._costly[address] = None
                if len(self._costly) > self._size:
                    self._costly.popitem(last=False)

    def __contains__(self, address: str) -> bool:
        with self._lock:
            return address in self._costly


@dataclass(eq=False, slots=True)
class _Ticket:
    client: str
    costly: bool
    admitted: bool = False


@dataclass(slots=True)
class Admission:
    """Slots for searches. A freed slot goes to the waiting client with the fewest running searches, the oldest first.

    ``most`` limits the searches that run or wait, since each takes a thread.
    """

    at_once: int
    per_client: int
    most: int
    _running: Counter[str] = field(default_factory=Counter)
    _costly_running: int = 0
    _waiting: list[_Ticket] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition, compare=False)

    @classmethod
    def of(cls, config: Config) -> Admission:
        """Return the slots that the settings allow; RESERVED_THREADS are left for short requests."""
        searching = max(1, config.threads - RESERVED_THREADS)
        at_once = min(config.searches_at_once, searching)
        return cls(at_once, min(config.searches_per_client, at_once), searching)

    @classmethod
    def of_exports(cls) -> Admission:
        """Return the slots of exports, which never wait."""
        return cls(EXPORTS_AT_ONCE, 1, EXPORTS_AT_ONCE)

    def enter(self, client: str, seconds: float, *, costly: bool = False) -> bool:
        """Take a slot and return whether it had to be waited for; raises TooBusy after ``seconds``."""
        ticket = _Ticket(client, costly)
        with self._changed:
            if not self._may_wait(ticket):
                raise TooBusy
            self._waiting.append(ticket)
            self._assign()
            if ticket.admitted:
                return False
            if not self._changed.wait_for(lambda: ticket.admitted, seconds):
                self._waiting.remove(ticket)
                raise TooBusy
            return True

    def leave(self, client: str, *, costly: bool = False) -> None:
        """Free a slot."""
        with self._changed:
            self._running[client] -= 1
            self._running += Counter()  # forget clients that have none
            self._costly_running -= costly
            self._assign()
            if not self._running:
                self._changed.notify_all()

    def load(self) -> tuple[int, int]:
        """Return the searches that run, and those that wait for a slot."""
        with self._changed:
            return self._running.total(), len(self._waiting)

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no search runs, at most ``seconds``; return whether none does."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _may_wait(self, ticket: _Ticket) -> bool:
        if self._is_free_for(ticket):
            return True
        costly = sum(waiting.costly for waiting in self._waiting)
        has_thread = self._running.total() + len(self._waiting) < self.most
        return has_thread and not (ticket.costly and costly >= COSTLY_WAITING)

    def _is_free_for(self, ticket: _Ticket) -> bool:
        return (
            self._running.total() < self.at_once
            and self._running[ticket.client] < self.per_client
            and not (ticket.costly and self._costly_running >= COSTLY_AT_ONCE)
        )

    def _assign(self) -> None:
        while free := [ticket for ticket in self._waiting if self._is_free_for(ticket)]:
            ticket = min(free, key=lambda ticket: self._running[ticket.client])
            ticket.admitted = True
            self._waiting.remove(ticket)
            self._running[ticket.client] += 1
            self._costly_running += ticket.costly
            self._changed.notify_all()
