"""The engine over the cluster that ``python -m tests.cluster`` has started, if it has."""

from __future__ import annotations

import os
from typing import Final

from searchapp.engines.port import Engine

__all__ = ["ADDRESSES", "SITE", "cluster_engines", "delete_indices"]

ADDRESSES: Final = tuple(filter(None, os.environ.get("SEARCHAPP_TEST_CLUSTER", "").split(",")))
SITE: Final = f"contract_{os.getpid()}"


def cluster_engines() -> list[Engine]:
    """Return the engine, whose indices have three shards; none without a cluster."""
    if not ADDRESSES:
        return []
    from searchapp.engines.opensearch_engine import ClusterSettings, OpenSearchEngine

    return [OpenSearchEngine(ClusterSettings(ADDRESSES, site=SITE, shards=3, replicas=1, seconds=60))]


def delete_indices(site: str = SITE) -> None:
    """Delete all indices of a site."""
    if ADDRESSES:
        from searchapp.engines.opensearch_engine import ClusterSettings
        from searchapp.engines.opensearch_engine.connection import cluster_of

        cluster = cluster_of(ClusterSettings(ADDRESSES, seconds=60))
        for index in (f"/searchapp-{site}-*", f"/searchapp-{site}.writer"):
            cluster.call("DELETE", index)
