"""Loading documents in bulk: several requests at a time, a bounded number of batches in memory, retries with jitter.

Each action carries a rising version, so that requests may overtake each other and be sent again: the cluster keeps the
action of the highest version, and reports one that it has seen already as a conflict, which is no error here.

A document that the cluster refuses for what it is (a value that no field takes, more bytes than a request may have) is
left out, and an earlier one of its id deleted. Many of them are a fault of the index or the cluster and end the load.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from searchapp.engines.opensearch_engine.connection import (
    Cluster,
    ClusterBusy,
    ClusterRefused,
    RequestTooLarge,
    busy,
    one_line,
)
from searchapp.engines.opensearch_engine.entries import refused_article
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message
from searchapp.model import Article

__all__ = ["BulkLoader", "RefusedAction"]

BATCH_BYTES: Final = 4_000_000
"""Size of one request; the cluster's own advice is 5 to 15 MB, and smaller ones leave its heap in peace."""
CONNECTIONS: Final = 3
LOAD_SECONDS: Final = 60.0
"""The longest that one request may take."""
# Pauses double from the first to the longest; a request that fails so often, for some four minutes, fails for good.
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 30.0
_TRIES: Final = 14
_ANSWERED: Final = "items.*.status,items.*.result,items.*.error.reason,items.*.error.caused_by.reason"
_CONFLICT: Final = 409
_MISSING: Final = 404
_BUSY: Final = (429, 503)
_REFUSED: Final = (400, 413)
DEFAULT_MAX_REQUEST: Final = 100_000_000
"""Bytes of a request that a node takes unless it is set otherwise (http.max_content_length)."""
# So many refused documents are rejects; more are a fault of the load when they are a tenth of it, or so many in all.
MIN_REFUSED: Final = 20
MAX_REFUSED: Final = 10_000
MAX_REFUSED_SHARE: Final = 0.1
# Ids in one request.
_ASKED_AT_A_TIME: Final = 1000


class _Action(NamedTuple):
    document_id: str
    version: int
    lines: bytes
    has_source: bool = True


class RefusedAction(NamedTuple):
    """A document that the cluster does not take, its article without lead and text, and the cluster's reason."""

    document_id: str
    version: int
    article: Article
    reason: Message | str


@dataclass(slots=True)
class _Outcome:
    """The actions of a batch that are done: their number, how many replaced or deleted a document, those refused."""

    done: int = 0
    replaced: int = 0
    refused: list[RefusedAction] = field(default_factory=list)

    def refuse(self, action: _Action, reason: Message | str) -> None:
        article = refused_article(action.lines.split(b"\n")[1])
        self.refused.append(RefusedAction(action.document_id, action.version, article, reason))

    def add(self, other: _Outcome) -> None:
        self.done += other.done
        self.replaced += other.replaced
        self.refused += other.refused


class BulkLoader:
    """Adds and deletes documents of one index; for one thread. ``replaced`` counts those that were there before."""

    def __init__(
        self,
        cluster: Cluster,
        index: str,
        random_source: random.Random | None = None,
        max_request: int = DEFAULT_MAX_REQUEST,
    ) -> None:
        """``max_request`` is the most bytes that a request to a node may have."""
        self.replaced = 0
        self._cluster = cluster
        self._index = index
        self._max_request = max_request
        self._random = random_source or random.Random()  # noqa: S311 - jitter
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="bulk")
        self._sent: deque[Future[_Outcome]] = deque()
        self._batch: list[_Action] = []
        self._bytes = self._done = self._refusals = 0
        self._refused: list[RefusedAction] = []
        self._stopped = False

    def add(self, document_id: str, version: int, source: bytes) -> None:
        self._append(_Action(document_id, version, b"%s\n%s\n" % (_head("index", document_id, version), source)))

    def delete(self, document_id: str, version: int) -> None:
        self._append(_Action(document_id, version, _head("delete", document_id, version) + b"\n", False))

    def settle(self) -> list[RefusedAction]:
        """Wait until the cluster has answered all actions; return those refused since the last call.

        Of their documents no earlier one is left. One that was added again later, and taken, is none of them. Raises
        EngineUnavailable when the cluster fails, and when it refuses many.
        """
        self._drain()
        if not self._refused:
            return []
        refused = {action.document_id: action for action in self._refused}
        self._refused = []
        for action in refused.values():
            self.delete(action.document_id, action.version)
        self._drain()
        there = self._found(list(refused))
        return [action for action in refused.values() if action.document_id not in there]

    def finish(self) -> None:
        """End the threads once the cluster has all actions; raises EngineUnavailable, which names a refused one."""
        for refused in self.settle():
            raise _refusal_of_load(refused.reason)
        self.stop()

    def stop(self) -> None:
        """End the threads; what is not sent yet is dropped."""
        self._stopped = True
        self._pool.shutdown(cancel_futures=True)

    def _append(self, action: _Action) -> None:
        size = len(action.lines)
        if size > self._max_request:
            outcome = _Outcome(done=1)
            outcome.refuse(action, _too_large(size, self._max_request))
            self._count(outcome)
            return
        if self._bytes + size > min(BATCH_BYTES, self._max_request):  # so that a large document is alone in its request
            self._send()
            self._collect(CONNECTIONS)
        self._batch.append(action)
        self._bytes += size

    def _drain(self) -> None:
        self._send()
        self._collect(0)

    def _send(self) -> None:
        if self._batch:
            self._sent.append(self._pool.submit(self._load, self._batch))
        self._batch, self._bytes = [], 0

    def _collect(self, remaining: int) -> None:
        """Wait until no more than ``remaining`` requests are under way: this is what slows the reader down."""
        while len(self._sent) > remaining:
            self._count(self._sent.popleft().result())

    def _count(self, outcome: _Outcome) -> None:
        self.replaced += outcome.replaced
        self._done += outcome.done
        self._refused += outcome.refused
        self._refusals += len(outcome.refused)
        number = self._refusals
        if number > MIN_REFUSED and (number > MAX_REFUSED or number > MAX_REFUSED_SHARE * self._done):
            raise ClusterRefused(
                Message(
                    "The cluster refuses many articles, {number} of {count} so far, the last for this reason: "
                    "{reason}. Nothing was published. Correct the articles, or the settings of the cluster, then "
                    "run this again.",
                    number=number,
                    count=self._done,
                    reason=self._refused[-1].reason,
                )
            )

    def _load(self, batch: Sequence[_Action]) -> _Outcome:
        """Send a batch until every action is done."""
        outcome, error = _Outcome(), EngineUnavailable()
        for pause in self._pauses():
            try:
                items = self._request(batch)
            except RequestTooLarge as failure:
                outcome.add(self._load_in_parts(batch, failure))
                return outcome
            except ClusterRefused:
                raise
            except EngineUnavailable as failure:
                error = failure
            else:
                left = [
                    (action, item)
                    for action, item in zip(batch, items, strict=True)
                    if not _take(action, item, outcome)
                ]
                if not left:
                    return outcome
                batch = [action for action, _ in left]
                error = busy(left[0][1].get("error", {}).get("reason", left[0][1]["status"]))
            if self._stopped:
                raise error
            time.sleep(pause)
        if isinstance(error, ClusterBusy) and len(batch) == 1 and len(batch[0].lines) > BATCH_BYTES:
            # The nodes never have so much memory at once, though they take smaller documents.
            outcome.refuse(batch[0], Message("the nodes have no memory for its {size} bytes", size=len(batch[0].lines)))
            outcome.done += 1
            return outcome
        raise error

    def _load_in_parts(self, batch: Sequence[_Action], error: RequestTooLarge) -> _Outcome:
        """Send the halves of a batch that was too large for a node, or a proxy before it."""
        outcome = _Outcome()
        if len(batch) == 1:
            outcome.done = 1
            outcome.refuse(batch[0], error.reason)
            return outcome
        middle = len(batch) // 2
        for part in (batch[:middle], batch[middle:]):
            outcome.add(self._load(part))
        return outcome

    def _request(self, batch: Sequence[_Action]) -> list[dict[str, Any]]:
        body = b"".join(action.lines for action in batch)
        answer = self._cluster.call(
            "POST", f"/{self._index}/_bulk", body, seconds=LOAD_SECONDS, timeout="30s", filter_path=_ANSWERED
        )
        if not answer:
            raise ClusterRefused(Message("The index that is being written is gone. Run: searchapp reindex"))
        return [outcome for item in answer["items"] for outcome in item.values()]

    def _found(self, ids: Sequence[str]) -> set[str]:
        """Return those of ``ids`` that the index has, whether it was refreshed since or not."""
        found: set[str] = set()
        for start in range(0, len(ids), _ASKED_AT_A_TIME):
            body = {"ids": ids[start : start + _ASKED_AT_A_TIME]}
            answer = self._cluster.call("POST", f"/{self._index}/_mget", body, seconds=LOAD_SECONDS, _source=False)
            found |= {document["_id"] for document in answer.get("docs", ()) if document.get("found")}
        return found

    def _pauses(self) -> Iterator[float]:
        """Yield seconds to wait, between half and the whole of a doubling pause, so that loaders do not keep step."""
        for attempt in range(_TRIES):
            pause: float = min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)
            yield pause * self._random.uniform(0.5, 1.0)


def _head(action: str, document_id: str, version: int) -> bytes:
    return orjson.dumps({action: {"_id": document_id, "version": version, "version_type": "external"}})


def _take(action: _Action, item: dict[str, Any], outcome: _Outcome) -> bool:
    """Note the answer to an action; return False when it can be tried again.

    Raises ClusterRefused when the cluster refuses it for another reason than the document.
    """
    status = item["status"]
    if status in _BUSY:
        return False
    outcome.done += 1
    if status < 300 or status == _CONFLICT or (status == _MISSING and item.get("result") == "not_found"):
        outcome.replaced += item.get("result") in ("updated", "deleted")
    elif status in _REFUSED and action.has_source:
        outcome.refuse(action, _reason(item))
    else:
        raise _refusal_of_load(_reason(item))
    return True


def _reason(item: dict[str, Any]) -> str:
    error = item.get("error", {})
    reasons = (error.get("reason"), error.get("caused_by", {}).get("reason"))
    return one_line(": ".join(filter(None, reasons)) or str(item["status"]))


def _too_large(size: int, most: int) -> Message:
    return Message("it takes {size} bytes, and a node takes requests of {most} bytes", size=size, most=most)


def _refusal_of_load(reason: Message | str) -> ClusterRefused:
    return ClusterRefused(
        Message(
            "The cluster refuses what is loaded ({reason}). Nothing was published. Look at the health and the free "
            "disk of its nodes, then run this again.",
            reason=reason,
        )
    )
