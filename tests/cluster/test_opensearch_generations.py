"""Generations in a cluster: the alias, several archives, loads that fail or are killed, going back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.engines.opensearch_engine import ClusterSettings, OpenSearchEngine
from searchapp.engines.opensearch_engine.connection import Cluster, cluster_of
from searchapp.engines.opensearch_engine.indices import Indices
from searchapp.engines.port import Place
from searchapp.errors import SearchappError
from searchapp.indexing.documents import DocumentMaker
from searchapp.model import Article, SearchRequest
from tests.cluster.conftest import SITES, Configure
from tests.cluster.engine import ADDRESSES, delete_indices


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


def test_an_article_that_is_too_large_for_the_nodes_is_a_reject_and_the_others_are_published(
    configure: Configure,
) -> None:
    config = configure()
    write_articles(config, "Le vieux phare", "Le port")
    large = {"id": "grand", "title": "Le grand phare", "text": "Le phare veille sur la mer. " * 20_000}
    Path(config.corpus, "grand.json").write_text(json.dumps(large), "utf-8")
    summary = bootstrap.reindex(config)
    assert (summary.read, summary.indexed, summary.rejected) == (3, 2, 1)
    assert "requests of 1048576 bytes" in str(summary.rejects[0].reason)
    assert found(config) == {"Le vieux phare", "Le port"}
    assert [report.damages for report in bootstrap.check_index(config)] == [()]


def test_a_value_that_no_field_takes_is_refused_with_the_reason_of_the_cluster(tmp_path: Path) -> None:
    engine = OpenSearchEngine(ClusterSettings(ADDRESSES, site=SITES[1], seconds=60))
    make = DocumentMaker(ZoneInfo("Europe/Paris"))
    place = Place(tmp_path / "engine")
    place.mkdir()
    try:
        with engine.create(place) as writer:
            writer.add(make(Article("port", "Le port", "Le port dort.")))
            writer.add(make(Article("phare", "Le phare", "Le phare veille.")))
            writer.add(replace(make(Article("phare", "Le phare", "Le phare dort.")), day=10**12))
            (refused,) = writer.refused()
        assert refused.article.id == "phare"
        assert "day" in str(refused.reason)
        with closing(engine.open(place)) as reader:
            assert (reader.count, reader.article("phare")) == (1, None)
    finally:
        engine.remove(place)
        delete_indices(SITES[1])


def load_in_process(config: Config, *options: str) -> subprocess.Popen[bytes]:
    places = ["--corpus", config.corpus, "--index", config.index, "--engine", "opensearch"]
    variables = {
        "SEARCHAPP_OPENSEARCH_ADDRESSES": ",".join(ADDRESSES),
        "SEARCHAPP_OPENSEARCH_SITE": config.opensearch_site,
        "SEARCHAPP_OPENSEARCH_SHARDS": str(config.opensearch_shards),
        "SEARCHAPP_JOBS": "1",
    }
    return subprocess.Popen([sys.executable, "-m", "searchapp", "reindex", *map(str, places), *options], env=variables)
