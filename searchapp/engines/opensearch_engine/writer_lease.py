"""The lease of the writer of a site: one document in the cluster, which its holder renews.

No clock is compared with another. Each renewal gives the document a new sequence number, by an update that fails when
somebody else has changed it (``if_seq_no``). Who wants the lease looks at it: if the number has not changed for the
time of the lease by his own monotonic clock, the holder is gone, and he takes it by such an update. A holder that was
only paused finds that out at the latest when it publishes.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Any, Final, NamedTuple

from searchapp.engines.opensearch_engine.connection import Cluster, ClusterRefused, VersionConflict
from searchapp.errors import EngineUnavailable, IndexLocked
from searchapp.i18n import Message

__all__ = ["LEASE_SECONDS", "WriterLease"]

LEASE_SECONDS: Final = 30.0
"""A holder that renews nothing for as long has lost its lease to whoever wants it."""
_RENEWALS: Final = 3
"""Renewals in the time of a lease: two may fail."""
_POLL_SECONDS: Final = 0.5
_CALL_SECONDS: Final = 10.0


class _Version(NamedTuple):
    """The version of the document, as the cluster counts it."""

    seq_no: int
    primary_term: int


class _Seen(NamedTuple):
    version: _Version
    token: str
    holder: str


class WriterLease:
    """The lease of one writer. ``holder`` names it for people: command, process, machine."""

    def __init__(self, cluster: Cluster, holder: str, seconds: float = 0) -> None:
        self._cluster = cluster
        # No index of a generation, whose names go on with a hyphen.
        self._index = f"/searchapp-{cluster.settings.site}.writer"
        self._body = {"token": secrets.token_hex(8), "holder": holder}
        self._seconds = seconds or LEASE_SECONDS
        self._version = _Version(0, 0)
        self._lock = Lock()
        self._ended = Event()

    @contextmanager
    def held(self, wait: float, on_wait: Callable[[Message], None]) -> Iterator[None]:
        """Hold the lease for the block; raises IndexLocked, which names the holder.

        A holder that renews its lease is waited for at most ``wait`` seconds, and one that does not until it has run
        out. ``on_wait`` gets a message with the holder.
        """
        self._acquire(wait, on_wait)
        renewing = Thread(target=self._renew_until_the_end, name="writer lease", daemon=True)
        renewing.start()
        self._cluster.lease = self
        try:
            yield
        finally:
            self._cluster.lease = None
            self._ended.set()
            renewing.join()
            with suppress(EngineUnavailable):  # it runs out by itself
                self._change("DELETE", self._version)

    def confirm(self) -> None:
        """Renew the lease; raises IndexLocked when another writer has taken it."""
        with self._lock:
            try:
                self._put(self._version)
            except VersionConflict:
                seen = self._look()
                if seen is None or seen.token != self._body["token"]:
                    raise IndexLocked(_lost(seen)) from None
                self._version = seen.version  # the answer to an earlier renewal did not arrive

    def _acquire(self, wait: float, on_wait: Callable[[Message], None]) -> None:
        self._create_index()
        deadline = time.monotonic() + wait
        seen, since = self._look(), time.monotonic()
        if seen:
            on_wait(Message("Waiting for {holder}", holder=seen.holder))
        while True:
            now = time.monotonic()
            try:
                if seen is None:
                    self._put(None)
                    return
                if now - since > self._seconds:
                    self._put(seen.version)
                    return
            except VersionConflict:  # another one was faster
                pass
            time.sleep(min(_POLL_SECONDS, self._seconds / _RENEWALS))
            before, seen = seen, self._look()
            if seen != before:
                since = time.monotonic()
                if seen and now >= deadline:
                    raise IndexLocked(_refusal(seen))

    def _renew_until_the_end(self) -> None:
        while not self._ended.wait(self._seconds / _RENEWALS):
            with suppress(EngineUnavailable):  # the cluster may answer the next time
                try:
                    self.confirm()
                except IndexLocked:
                    return

    def _create_index(self) -> None:
        settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
        if not self._cluster.call("GET", self._index, seconds=_CALL_SECONDS):
            body = {"settings": settings, "mappings": {"enabled": False}}
            try:
                self._cluster.call("PUT", self._index, body, seconds=_CALL_SECONDS)
            except ClusterRefused:
                if not self._cluster.call("GET", self._index, seconds=_CALL_SECONDS):
                    raise

    def _look(self) -> _Seen | None:
        answer = self._cluster.call("GET", f"{self._index}/_doc/lease", seconds=_CALL_SECONDS)
        if not answer.get("found"):
            return None
        version = _Version(answer["_seq_no"], answer["_primary_term"])
        return _Seen(version, answer["_source"]["token"], answer["_source"]["holder"])

    def _put(self, version: _Version | None) -> None:
        """Write the document over ``version`` of it, None where there is none; raises VersionConflict."""
        answer = self._change("PUT", version, self._body)
        self._version = _Version(answer["_seq_no"], answer["_primary_term"])

    def _change(self, method: str, version: _Version | None, body: Any = None) -> dict[str, Any]:
        where: dict[str, object] = {"op_type": "create"}
        if version:
            where = {"if_seq_no": version.seq_no, "if_primary_term": version.primary_term}
        return self._cluster.call(method, f"{self._index}/_doc/lease", body, seconds=_CALL_SECONDS, **where)


def _refusal(seen: _Seen) -> Message:
    return Message(
        "This archive is being written by {holder}. Wait for it to end, then run this again, or wait for it with the "
        "setting lock_wait.",
        holder=seen.holder,
    )


def _lost(seen: _Seen | None) -> Message:
    return Message(
        "This process was stopped or cut off for so long that {holder} writes the archive now. Nothing was published. "
        "Run this again when that is done.",
        holder=seen.holder if seen else "–",
    )
