"""Generations in a cluster: the alias, several archives, loads that fail or are killed, going back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.engines.opensearch_engine import ClusterSettings
from searchapp.engines.opensearch_engine.connection import Cluster, cluster_of
from searchapp.engines.opensearch_engine.indices import Indices
from searchapp.errors import SearchappError
from searchapp.model import SearchRequest
from tests.cluster.conftest import SITES, Configure
from tests.cluster.engine import ADDRESSES


def write_articles(config: Config, *titles: str) -> None:
    rows = [{"id": title, "title": title, "text": "Le phare éclaire la côte."} for title in titles]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    Path(config.corpus, "articles.jsonl").write_text(lines, "utf-8")


def found(config: Config, query: str = "phare") -> set[str]:
    return {hit.article.id for hit in bootstrap.open_service(config).search(SearchRequest(query)).hits}


def cluster(site: str = SITES[0]) -> Cluster:
    return cluster_of(ClusterSettings(ADDRESSES, site=site, seconds=60))


def indices(site: str = SITES[0]) -> set[str]:
    """The indices of a site that are not removed."""
    found = cluster().call("GET", f"/searchapp-{site}-*/_mapping", filter_path="*.mappings._meta,*.mappings.dynamic")
    return {name for name, index in found.items() if "removed" not in index["mappings"].get("_meta", {})}


def published(config: Config) -> str | None:
    return Indices(cluster(config.opensearch_site)).published()


def test_an_article_is_found_changed_and_gone_as_in_any_engine(configure: Configure) -> None:
    config = configure()
    write_articles(config, "Le vieux phare", "Le port")
    bootstrap.reindex(config)
    assert found(config) == {"Le vieux phare", "Le port"}
    write_articles(config, "Le vieux phare", "La criée")
    bootstrap.reindex(config)
    assert found(config) == {"Le vieux phare", "La criée"}
    assert bootstrap.index_status(config).manifest.articles == 2


def test_the_alias_names_the_index_of_the_generation_that_answers_also_after_a_rollback(configure: Configure) -> None:
    config = configure()
    write_articles(config, "Le vieux phare")
    bootstrap.reindex(config)
    first = published(config)
    write_articles(config, "Le vieux phare", "Le port")
    bootstrap.reindex(config)
    second = published(config)
    assert first != second
    assert indices() == {first, second}
    bootstrap.rollback(config)
    assert (published(config), found(config)) == (first, {"Le vieux phare"})


def test_a_check_reads_the_index_in_the_cluster(configure: Configure) -> None:
    config = configure()
    write_articles(config, "Le vieux phare", "Le port")
    bootstrap.reindex(config)
    assert [report.damages for report in bootstrap.check_index(config)] == [()]
    index = published(config)
    cluster().call("PUT", f"/{index}/_settings", {"index.blocks.write": False})
    cluster().call("DELETE", f"/{index}/_doc/Le%20port", refresh=True)
    with pytest.raises(SearchappError):
        found(config)


def test_two_archives_share_a_cluster(configure: Configure) -> None:
    one, other = configure(SITES[0]), configure(SITES[1])
    for config, title in ((one, "Le vieux phare"), (other, "Le phare neuf")):
        write_articles(config, title)
        bootstrap.reindex(config)
    assert (found(one), found(other)) == ({"Le vieux phare"}, {"Le phare neuf"})
    assert published(one) != published(other)


def test_only_so_many_generations_as_are_kept_stay_in_the_cluster(configure: Configure) -> None:
    config = configure()
    for number in range(4):
        write_articles(config, *(f"Phare {each}" for each in range(number + 1)))
        bootstrap.reindex(config)
    assert len(indices()) == config.generations_kept
    Indices(cluster()).sweep(grace=0)
    assert len(cluster().call("GET", f"/searchapp-{SITES[0]}-*")) == config.generations_kept
    assert len(found(config)) == 4


def test_a_killed_load_leaves_the_alias_alone_and_the_next_one_cleans_up(configure: Configure) -> None:
    config = configure()
    write_articles(config, "Le vieux phare")
    bootstrap.reindex(config)
    before = published(config)
    write_articles(config, *(f"Phare {number}" for number in range(20_000)))
    loader = load_in_process(config)
    while len(indices()) < 2 and loader.poll() is None:
        time.sleep(0.05)
    loader.send_signal(signal.SIGKILL)
    assert loader.wait() == -signal.SIGKILL
    assert (published(config), found(config)) == (before, {"Le vieux phare"})
    assert len(indices()) == 2
    write_articles(config, "Le vieux phare", "Le port")
    bootstrap.reindex(config)
    assert found(config) == {"Le vieux phare", "Le port"}
    assert indices() == {before, published(config)}


def load_in_process(config: Config) -> subprocess.Popen[bytes]:
    places = ["--corpus", config.corpus, "--index", config.index, "--engine", "opensearch"]
    variables = {
        "SEARCHAPP_OPENSEARCH_ADDRESSES": ",".join(ADDRESSES),
        "SEARCHAPP_OPENSEARCH_SITE": config.opensearch_site,
        "SEARCHAPP_JOBS": "1",
    }
    return subprocess.Popen([sys.executable, "-m", "searchapp", "reindex", *map(str, places)], env=variables)
