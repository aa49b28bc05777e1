"""The indices of a site, one a generation, and the alias of the one that answers.

An index is named ``searchapp-<site>-<generation>-<random>``; the alias ``searchapp-<site>`` says which one is
published. A removed index is marked first and deleted some minutes later by the next writer, since a cluster closes
the readers of a deleted one.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from searchapp.engines.opensearch_engine.bulk_loader import DEFAULT_MAX_REQUEST
from searchapp.engines.opensearch_engine.connection import Cluster, ClusterRefused
from searchapp.engines.opensearch_engine.schema import index_definition
from searchapp.engines.opensearch_engine.shards import is_complete, require_all_shards, require_reachable_shards
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message

__all__ = ["Indices"]

Json = Mapping[str, Any]

_PREFIX: Final = "searchapp"
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9.]")
GRACE_SECONDS: Final = 600
"""A generation that is removed goes on answering for as long: the searches of a request, or a walk over all pages."""
CHANGE_SECONDS: Final = 60.0
"""The longest that the cluster may take for a change of its state, such as a new index."""
CHANGE_TRIES: Final = 3
"""A manager that dies is replaced within seconds, and a node that does not answer is avoided the second time."""
WORK_SECONDS: Final = 6 * 3600.0
"""The longest that merging an index may take, or copying it to other nodes."""
_LONGEST_POLL: Final = 2.0
_REQUEST_TIMEOUT: Final = 408
_EXISTS: Final = "resource_already_exists_exception"


class Indices:
    """Creates, completes, publishes and removes indices."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.alias = f"{_PREFIX}-{cluster.settings.site}"

    def new_name(self, place: Path) -> str:
        """Return a name for the index of a place, which nobody has."""
        generation = _NOT_IN_NAMES.sub("_", place.absolute().parent.name.lower())[:80]
        return f"{self.alias}-{generation}-{secrets.token_hex(4)}"

    def create(self, index: str) -> None:
        """Create an empty index for loading."""
        definition = index_definition(self._cluster.settings.shards, self._cluster.version())
        self._create("PUT", f"/{index}", definition)

    def max_request(self) -> int:
        """Return the bytes that a request to any node may have; the usual number where this user may not ask."""
        path, wanted = "/_nodes/http", "nodes.*.http.max_content_length_in_bytes"
        with suppress(ClusterRefused):
            nodes = self._cluster.call("GET", path, filter_path=wanted).get("nodes", {})
            limits = [int(node["http"]["max_content_length_in_bytes"]) for node in nodes.values() if "http" in node]
            return min(limits, default=DEFAULT_MAX_REQUEST)
        return DEFAULT_MAX_REQUEST

    def clone(self, base: str, index: str) -> None:
        """Create an index for loading that has the documents of ``base``, whose files the nodes share by hard links."""
        settings = {"index.blocks.write": None, "index.number_of_replicas": 0, "index.refresh_interval": "-1"}
        self._create("PUT", f"/{base}/_clone/{index}", {"settings": settings})
        self._wait_for("yellow", index)

    def complete(self, index: str) -> int:
        """Make an index durable and read-only; return the number of its documents."""
        self._wait_for("yellow", index)
        require_all_shards(self._change("POST", f"/{index}/_refresh"))
        self._change("PUT", f"/{index}/_settings", {"index.blocks.write": True})
        require_all_shards(self._change("POST", f"/{index}/_flush", wait_if_ongoing=True))
        answer = self._change("GET", f"/{index}/_count")
        require_all_shards(answer)
        return int(answer["count"])

    def holds(self, index: str, count: int) -> bool:
        """Return whether an index has so many documents; True if the setting allows that some shards do not answer."""
        answer = self._cluster.call("GET", f"/{index}/_count")
        if not answer:
            return False
        if not self._cluster.settings.partial:
            require_reachable_shards(answer)
        return not is_complete(answer) or int(answer["count"]) == count

    def publish(self, index: str) -> None:
        """Merge an index, have it copied to other nodes, and move the alias to it once it is green.

        Merging halves the disk that a freshly loaded index takes: what the cluster keeps for its own recovery goes.
        """
        self._merge(index)
        self._change("PUT", f"/{index}/_settings", {"index.number_of_replicas": self._cluster.settings.replicas})
        self._wait_for("green", index)
        self._unmark(index)
        if self._cluster.lease:
            self._cluster.lease.confirm()
        remove = {"index": f"{self.alias}-*", "alias": self.alias, "must_exist": False}
        add = {"index": index, "alias": self.alias}
        self._change("POST", "/_aliases", {"actions": [{"remove": remove}, {"add": add}]})

    def published(self) -> str | None:
        """Return the index that the alias names, None without one."""
        return next(iter(self._cluster.call("GET", f"/_alias/{self.alias}")), None)

    def remove(self, index: str, *, at_once: bool = False) -> None:
        """Delete an index, at once or when nobody reads it any more; a missing one is fine."""
        if at_once:
            self._change("DELETE", f"/{index}")
        else:
            self._change("PUT", f"/{index}/_mapping", {"_meta": {"removed": int(time.time())}})
        self.sweep()

    def sweep(self, grace: float = GRACE_SECONDS) -> None:
        """Delete the indices that were removed ``grace`` seconds ago or earlier."""
        path = f"/{self.alias}-*/_mapping"
        found = self._cluster.call("GET", path, filter_path="*.mappings._meta", ignore_unavailable=True)
        for index, mapping in found.items():
            removed = mapping["mappings"]["_meta"].get("removed")
            if removed is not None and removed <= time.time() - grace:
                self._change("DELETE", f"/{index}")

    def _unmark(self, index: str) -> None:
        """Keep an index that was removed and is published again, by a backup that came back."""
        self._change("PUT", f"/{index}/_mapping", {"_meta": {}})

    def _merge(self, index: str) -> None:
        path = f"/{index}/_forcemerge"
        task = self._change("POST", path, max_num_segments=1, wait_for_completion=False).get("task")
        for _ in _polls():
            # Of a node that has died nobody knows the task: the index is as good, and larger than it could be.
            if self._change("GET", f"/_tasks/{task}").get("completed", True):
                return

    def _wait_for(self, status: str, index: str) -> None:
        """Wait until an index is green or yellow, for as long as it is being copied.

        Raises EngineUnavailable when it does not become so.
        """
        idle = 0.0
        for seconds in _polls():
            # A cluster says 408 when it has waited in vain.
            health = self._change(
                "GET", f"/_cluster/health/{index}", wait_for_status=status, timeout="5s", ignore=_REQUEST_TIMEOUT
            )
            if not health["timed_out"]:
                return
            idle = 0.0 if health["initializing_shards"] else idle + 5.0 + seconds
            if idle > CHANGE_SECONDS:
                break
        raise EngineUnavailable(
            Message(
                "The index {index} does not become {status}: the nodes that there are cannot hold all its copies. "
                "Start the missing nodes, or lower opensearch_replicas.",
                index=index,
                status=status,
            )
        )

    def _create(self, method: str, path: str, body: Json) -> None:
        """Create an index whose name nobody else has: if it is there, the answer of an earlier try was lost."""
        try:
            self._change(method, path, body)
        except ClusterRefused as error:
            if getattr(error.__cause__, "error", "") != _EXISTS:
                raise

    def _change(self, method: str, path: str, body: Any = None, **params: Any) -> dict[str, Any]:
        """Return the answer to a request that may be sent twice: it is, when a node or the manager is lost."""
        for pause in range(1, CHANGE_TRIES):
            try:
                return self._cluster.call(method, path, body, seconds=CHANGE_SECONDS, **params)
            except ClusterRefused:
                raise
            except EngineUnavailable:
                time.sleep(pause)
        return self._cluster.call(method, path, body, seconds=CHANGE_SECONDS, **params)


def _polls() -> Iterator[float]:
    """Sleep between one poll and the next, at first shortly; yield the seconds slept. Ends after WORK_SECONDS."""
    end, pause = time.monotonic() + WORK_SECONDS, 0.0
    while time.monotonic() < end:
        yield pause
        pause = min(2 * pause + 0.02, _LONGEST_POLL)
        time.sleep(pause)
