"""Loading documents in bulk: several requests at a time, a bounded number of batches in memory, retries with jitter.

Each action carries a rising version, so that requests may overtake each other and be sent again: the cluster keeps the
action of the highest version, and reports one that it has seen already as a conflict, which is no error here.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import orjson

from searchapp.engines.opensearch_engine.connection import Cluster, ClusterBusy, ClusterRefused
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message

__all__ = ["BulkLoader"]

BATCH_BYTES: Final = 4_000_000
"""Size of one request; the cluster's own advice is 5 to 15 MB, and smaller ones leave its heap in peace."""
CONNECTIONS: Final = 3
LOAD_SECONDS: Final = 60.0
"""The longest that one request may take."""
# Pauses double from the first to the longest; a request that fails so often, for some four minutes, fails for good.
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 30.0
_TRIES: Final = 14
_ANSWERED: Final = "items.*.status,items.*.result,items.*.error.reason"
_CONFLICT: Final = 409
_MISSING: Final = 404
_BUSY: Final = (429, 503)


class _Action(NamedTuple):
    article_id: str
    lines: bytes


class BulkLoader:
    """Adds and deletes documents of one index; for one thread. ``replaced`` counts those that were there before."""

    def __init__(self, cluster: Cluster, index: str, random_source: random.Random | None = None) -> None:
        self.replaced = 0
        self._cluster = cluster
        self._path = f"/{index}/_bulk"
        self._random = random_source or random.Random()  # noqa: S311 - jitter
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="bulk")
        self._sent: deque[Future[int]] = deque()
        self._batch: list[_Action] = []
        self._bytes = 0
        self._stopped = False

    def add(self, document_id: str, version: int, source: bytes) -> None:
        self._append(document_id, b"%s\n%s\n" % (_head("index", document_id, version), source))

    def delete(self, document_id: str, version: int) -> None:
        self._append(document_id, _head("delete", document_id, version) + b"\n")

    def finish(self) -> None:
        """Wait until the cluster has all actions; raises EngineUnavailable, which names a document it refuses."""
        self._send()
        self._collect(0)
        self.stop()

    def stop(self) -> None:
        """End the threads; what is not sent yet is dropped."""
        self._stopped = True
        self._pool.shutdown(cancel_futures=True)

    def _append(self, document_id: str, lines: bytes) -> None:
        self._batch.append(_Action(document_id, lines))
        self._bytes += len(lines)
        if self._bytes > BATCH_BYTES:
            self._send()
            self._collect(CONNECTIONS)

    def _send(self) -> None:
        if self._batch:
            self._sent.append(self._pool.submit(self._load, self._batch))
        self._batch, self._bytes = [], 0

    def _collect(self, remaining: int) -> None:
        """Wait until no more than ``remaining`` requests are under way: this is what slows the reader down."""
        while len(self._sent) > remaining:
            self.replaced += self._sent.popleft().result()

    def _load(self, batch: Sequence[_Action]) -> int:
        """Send a batch until every action is done; return the number of documents that it replaced or deleted."""
        replaced, error = 0, EngineUnavailable()
        for pause in self._pauses():
            try:
                items = self._request(batch)
            except ClusterRefused:
                raise
            except EngineUnavailable as failure:
                error = failure
            else:
                replaced += sum(item.get("result") in ("updated", "deleted") for item in items)
                pairs = zip(batch, items, strict=True)
                left = [(action, item) for action, item in pairs if not _is_done(action, item)]
                if not left:
                    return replaced
                batch = [action for action, _ in left]
                error = _busy(left[0][1])
            if self._stopped:
                break
            time.sleep(pause)
        raise error

    def _request(self, batch: Sequence[_Action]) -> list[dict[str, Any]]:
        body = b"".join(action.lines for action in batch)
        answer = self._cluster.call(
            "POST", self._path, body, seconds=LOAD_SECONDS, timeout="30s", filter_path=_ANSWERED
        )
        if not answer:
            raise ClusterRefused(Message("The index that is being written is gone. Run: searchapp reindex"))
        return [outcome for item in answer["items"] for outcome in item.values()]

    def _pauses(self) -> Iterator[float]:
        """Yield seconds to wait, between half and the whole of a doubling pause, so that loaders do not keep step."""
        for attempt in range(_TRIES):
            pause: float = min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)
            yield pause * self._random.uniform(0.5, 1.0)


def _head(action: str, document_id: str, version: int) -> bytes:
    return orjson.dumps({action: {"_id": document_id, "version": version, "version_type": "external"}})


def _is_done(action: _Action, item: dict[str, Any]) -> bool:
    """Return whether an action is done; False when it can be tried again. Raises ClusterRefused when it cannot."""
    status = item["status"]
    if status < 300 or status in (_CONFLICT, _MISSING):
        return True
    if status in _BUSY:
        return False
    raise ClusterRefused(
        Message(
            "The cluster refuses the article “{id}” ({reason}). Correct or remove it, then run this again.",
            id=action.article_id,
            reason=item.get("error", {}).get("reason", status),
        )
    )


def _busy(item: dict[str, Any]) -> EngineUnavailable:
    return ClusterBusy(
        Message(
            "The cluster is too busy or not complete ({reason}). Try again in a moment, and look at its health.",
            reason=item.get("error", {}).get("reason", item["status"]),
        )
    )
