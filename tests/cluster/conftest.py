"""Tests on a cluster: collected by ``make test-cluster`` only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp.config import Config, load_config
from tests.cluster.engine import ADDRESSES, delete_indices
from tests.cluster.nodes import Cluster, running

collect_ignore_glob = [] if ADDRESSES else ["test_*.py"]
SITES = ("phare", "echo")

Configure = Callable[..., Config]


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The cluster that the tests run on."""
    cluster = running()
    assert cluster is not None
    return cluster


@pytest.fixture
def configure(tmp_path: Path) -> Iterator[Configure]:
    """Settings of an archive in the cluster, in folders of its own; its indices go with the test."""

    def configure(site: str = SITES[0], **settings: Any) -> Config:
        folder = tmp_path / site
        (folder / "corpus").mkdir(parents=True, exist_ok=True)
        cluster = {
            "engine": "opensearch",
            "opensearch_addresses": list(ADDRESSES),
            "opensearch_site": site,
            "opensearch_shards": 3,
            "opensearch_replicas": min(1, len(ADDRESSES) - 1),
            "opensearch_seconds": 60.0,
        }
        places = {"corpus": folder / "corpus", "index": folder / "index", "jobs": 1}
        return load_config({**places, **cluster, **settings})

    yield configure
    for site in SITES:
        delete_indices(site)
