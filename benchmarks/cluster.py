"""An archive on a cluster beside the same on Tantivy: loading, disk, searching, and what the round trips cost.

``python -m benchmarks.cluster ARTICLES.jsonl [--articles 50000] [--shards 3] [--heap 1g]``: prints JSON. It starts
three nodes (tests/cluster), which needs a JDK and Maven. The same queries go to both engines through the whole service,
in turn.
``shard_ms`` are the times that one shard alone took for the scored searches, for ``python -m benchmarks.shards``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.common import Figures, machine, percentiles, size_mb
from searchapp import bootstrap
from searchapp.config import Config
from searchapp.engines.opensearch_engine import ClusterSettings
from searchapp.engines.opensearch_engine.connection import Cluster as Connection
from searchapp.engines.opensearch_engine.connection import cluster_of
from searchapp.engines.opensearch_engine.indices import Indices
from searchapp.model import SearchRequest
from tests.cluster import nodes
from tests.cluster.nodes import Cluster

WARM_UP = 40
CLOCK = os.sysconf("SC_CLK_TCK")


class Calls:
    """The calls of a cluster while they are counted: path, seconds and body of each."""

    def __init__(self, connection: Connection) -> None:
        self.made: list[tuple[str, float, Any]] = []
        self._call = connection.call
        connection.call = self._counted  # type: ignore[method-assign]

    def _counted(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        started = time.perf_counter()
        try:
            return self._call(method, path, body, **options)
        finally:
            self.made.append((path, time.perf_counter() - started, {"body": body, **options}))


def node_cpu(cluster: Cluster) -> float:
    """Return the CPU seconds that the nodes have used."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in cluster.pids()]
    return sum(int(own[11]) + int(own[12]) for own in stats) / CLOCK


def own_cpu() -> float:
    return sum(getattr(resource.getrusage(resource.RUSAGE_SELF), name) for name in ("ru_utime", "ru_stime"))


def cut(articles: Path, count: int, folder: Path) -> list[str]:
    """Copy the first articles into ``folder``; return queries of one to four words of their titles."""
    folder.mkdir()
    titles = []
    with articles.open("rb") as source, (folder / "articles.jsonl").open("wb") as file:
        for line in islice(source, count):
            file.write(line)
            titles.append(json.loads(line)["title"])
    chosen = titles[:: max(1, len(titles) // 300)][:300]
    return [" ".join(title.split()[: 1 + number % 4]) for number, title in enumerate(chosen)]


def load(config: Config, articles: int, cluster: Cluster) -> Figures:
    """Index in this process; its peak memory grows over loads, so the cluster is loaded first."""
    started, own, theirs = time.perf_counter(), own_cpu(), node_cpu(cluster)
    bootstrap.reindex(config)
    seconds, own, theirs = time.perf_counter() - started, own_cpu() - own, node_cpu(cluster) - theirs
    return {
        "seconds": round(seconds, 1),
        "articles_per_second": round(articles / seconds),
        "cpu_loader": round(own, 1),
        "cpu_nodes": round(theirs, 1),
        "articles_per_cpu_second": round(articles / (own + theirs)),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        "folder_mb": size_mb(config.index),
    }


def search(configs: dict[str, Config], queries: list[str], calls: Calls) -> dict[str, Figures]:
    """Ask both engines each query, in turn; milliseconds."""
    services = {name: bootstrap.open_service(config) for name, config in configs.items()}
    latencies: dict[str, list[float]] = {name: [] for name in services}
    for number, query in enumerate([*queries[:WARM_UP], *queries]):
        if number == WARM_UP:
            calls.made.clear()
        for name, service in services.items():
            started = time.perf_counter()
            service.search(SearchRequest(query))
            if number >= WARM_UP:
                latencies[name].append((time.perf_counter() - started) * 1000)
    for service in services.values():
        service.close()
    return {name: percentiles(own) for name, own in latencies.items()}


def round_trips(calls: Calls, queries: int, empty: float) -> Figures:
    """Return calls and their milliseconds a search; ``empty`` is the time of a call that does nothing."""
    kinds: dict[str, list[float]] = {}
    for path, seconds, _ in calls.made:
        kinds.setdefault(path.rpartition("/")[2], []).append(seconds * 1000)
    return {
        "calls_per_search": round(len(calls.made) / queries, 2),
        "ms_of_an_empty_call": round(empty, 2),
        "by_kind": {
            kind: {"per_search": round(len(own) / queries, 2), **percentiles(own)} for kind, own in kinds.items()
        },
    }


def shard_times(calls: Calls, connection: Connection) -> list[float]:
    """Return the milliseconds that one shard alone took for each scored search."""
    scored = [(path, sent) for path, _, sent in calls.made if sent.get("search_type") == "dfs_query_then_fetch"]
    return [
        connection.call("POST", path, sent["body"], search_type="query_then_fetch", preference="_shards:0")["took"]
        for path, sent in scored
    ]


@contextmanager
def cluster_and_folder(heap: str) -> Iterator[tuple[Cluster, Path]]:
    nodes.JAVA = (*nodes.JAVA[:1], f"-Xms{heap}", f"-Xmx{heap}", *nodes.JAVA[3:])  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder, nodes.started() as cluster:
        yield cluster, Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--heap", default="512m")
    asked = parser.parse_args()
    with cluster_and_folder(asked.heap) as (cluster, folder):
        queries = cut(asked.file, asked.articles, folder / "corpus")
        common = {"corpus": folder / "corpus", "jobs": 1, "query_seconds": 30.0}
        addresses = {"opensearch_addresses": cluster.addresses, "opensearch_seconds": 60.0, "opensearch_replicas": 0}
        shards = {"engine": "opensearch", "opensearch_shards": asked.shards}
        configs = {
            "opensearch": bootstrap.load_config({**common, **addresses, **shards, "index": folder / "cluster"}),
            "tantivy": bootstrap.load_config({**common, "engine": "tantivy", "index": folder / "tantivy"}),
        }
        figures: Figures = {"machine": machine(), "articles": asked.articles, "shards": asked.shards}
        figures["load"] = {name: load(config, asked.articles, cluster) for name, config in configs.items()}
        connection = cluster_of(
            ClusterSettings(tuple(cluster.addresses), seconds=60.0, shards=asked.shards, replicas=0)
        )
        index = Indices(connection).published()
        figures["cluster_mb"] = round(
            int(cluster.ask(f"/_cat/indices/{index}?format=json&bytes=b")[0]["store.size"]) / 1e6
        )
        calls = Calls(connection)
        figures["search_ms"] = search(configs, queries, calls)
        started = time.perf_counter()
        made = list(calls.made)
        for _ in range(50):
            connection.call("GET", "/")
        calls.made = made
        figures["round_trips"] = round_trips(calls, len(queries), (time.perf_counter() - started) * 20)
        figures["shard_ms"] = sorted(shard_times(calls, connection))
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
