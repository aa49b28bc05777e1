"""Faults of real nodes while clients search and a reindex loads.

No answer is wrong: each is that of a whole generation, or is said to be partial, or is an error (503) that says what to
do. No article is lost, and what a load that failed has left is removed by the next one.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.errors import Unavailable
from tests.cluster.conftest import Configure
from tests.cluster.nodes import NODES, Cluster
from tests.cluster.test_opensearch_generations import indices, load_in_process, published
from tests.cluster.traffic import EVERYWHERE, Answer, Traffic, searching, truth, write_corpus

FEW, MANY = 200, 3000
PAUSE_SECONDS = float(os.environ.get("CLUSTER_PAUSE_SECONDS", "8"))
"""Of a paused node: longer than a call may take, and shorter than a cluster waits before it gives a node up."""
CALL_SECONDS = 6.0
LOAD_SECONDS = 240.0
DISK_BYTES = 24_000_000


@pytest.fixture
def archive(configure: Configure, cluster: Cluster) -> Iterator[Config]:
    """An archive with a generation that answers; the nodes come back after the test."""
    config = configure(opensearch_seconds=CALL_SECONDS, opensearch_replicas=1, query_seconds=30.0)
    write_corpus(config, FEW)
    bootstrap.reindex(config)
    yield config
    cluster.restore()


def wait_until(condition: Callable[[], object], cluster: Cluster, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, cluster.state()
        time.sleep(0.2)


def begun_load(config: Config, cluster: Cluster) -> subprocess.Popen[bytes]:
    """A reindex of a larger corpus in a process of its own, which has created its index."""
    write_corpus(config, MANY)
    before = len(indices())
    loader = load_in_process(config, "--full")
    wait_until(lambda: len(indices()) > before or loader.poll() is not None, cluster)
    return loader


def end_of(loader: subprocess.Popen[bytes], cluster: Cluster) -> int:
    """Return the exit code; the load is ended when it takes too long."""
    try:
        return loader.wait(LOAD_SECONDS)
    except subprocess.TimeoutExpired:
        loader.kill()
        loader.wait()
        raise AssertionError(f"The load does not end.\n{cluster.state()}") from None


def assert_nothing_was_wrong(traffic: Traffic, *truths: tuple[str, dict[str, Answer]]) -> None:
    right = {(generation, query): {answer} for generation, answers in truths for query, answer in answers.items()}
    assert traffic.faults == []
    assert traffic.answers
    assert {key: answers for key, answers in traffic.answers.items() if answers != right.get(key)} == {}
    for error in traffic.errors:
        assert isinstance(error, Unavailable), repr(error)
        assert error.message.text.count(". ") >= 1, "it says what to do"


def assert_whole(config: Config, after: dict[str, Answer], count: int) -> None:
    assert after[EVERYWHERE][0] == count
    assert [report.damages for report in bootstrap.check_index(config)] == [()]
    assert published(config) in indices()
    assert len(indices()) <= config.generations_kept


def load_again_if_it_failed(config: Config, code: int) -> None:
    """Codes: 0 is done, 4 unavailable."""
    assert code in (0, 4)
    if code:
        bootstrap.reindex(config)


@pytest.mark.parametrize("is_manager", [False, True], ids=["a data node", "the elected manager"])
def test_a_node_that_is_killed_costs_neither_an_article_nor_a_right_answer(
    archive: Config, cluster: Cluster, is_manager: bool
) -> None:
    before, manager = truth(archive), cluster.manager()
    victim = manager if is_manager else (manager + 1) % NODES
    with searching(archive) as traffic:
        traffic.wait_for_answers(10)
        loader = begun_load(archive, cluster)
        cluster.send(victim, signal.SIGKILL)
        traffic.wait_for_answers(10)
        cluster.start(victim)
        load_again_if_it_failed(archive, end_of(loader, cluster))
        cluster.wait_until_green()
        traffic.wait_for_answers(10)
    after = truth(archive)
    assert_nothing_was_wrong(traffic, before, after)
    assert_whole(archive, after[1], MANY)


def test_a_paused_node_costs_searches_no_more_than_the_time_of_a_call(archive: Config, cluster: Cluster) -> None:
    before = truth(archive)
    with searching(archive) as traffic:
        traffic.wait_for_answers(10)
        loader = begun_load(archive, cluster)
        cluster.send((cluster.manager() + 1) % NODES, signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
        cluster.restore()
        traffic.wait_for_answers(10)
        load_again_if_it_failed(archive, end_of(loader, cluster))
        traffic.wait_for_answers(10)
    after = truth(archive)
    assert_nothing_was_wrong(traffic, before, after)
    assert_whole(archive, after[1], MANY)


def test_a_loader_that_is_killed_leaves_what_the_next_one_removes(archive: Config, cluster: Cluster) -> None:
    before = truth(archive)
    with searching(archive) as traffic:
        loader = begun_load(archive, cluster)
        loader.send_signal(signal.SIGKILL)
        assert loader.wait() == -signal.SIGKILL
        traffic.wait_for_answers(10)
        assert truth(archive) == before
        bootstrap.reindex(archive)
        traffic.wait_for_answers(10)
    after = truth(archive)
    assert_nothing_was_wrong(traffic, before, after)
    assert_whole(archive, after[1], MANY)


@pytest.fixture
def small_disk(archive: Config, cluster: Cluster) -> Iterator[Path]:
    """The data folder of a node, on a small disk; its shards are copied there anew."""
    number = (cluster.manager() + 1) % NODES
    folder = cluster.data(number)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() != 0:
        pytest.skip("Only root mounts a small disk. Run the tests as root, or in a container.")
    cluster.send(number, signal.SIGKILL)
    shutil.rmtree(folder)
    folder.mkdir()
    mounted = subprocess.run(mount, capture_output=True, text=True)
    try:
        cluster.restore()
        if mounted.returncode:
            pytest.skip(f"A small disk cannot be mounted here: {mounted.stderr}")
        yield folder
    finally:
        if not mounted.returncode:
            cluster.send(number, signal.SIGKILL)
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_fails_the_load_cleanly_and_no_search(archive: Config, cluster: Cluster, small_disk: Path) -> None:
    before = truth(archive)
    filler = small_disk / "filler"
    with searching(archive) as traffic:
        traffic.wait_for_answers(10)
        loader = begun_load(archive, cluster)
        with filler.open("wb") as file, suppress(OSError):
            while True:
                file.write(bytes(65_536))
                file.flush()
        traffic.wait_for_answers(30)
        wait_until(lambda: loader.poll() is not None or red_indices(cluster), cluster)
        assert truth(archive) == before
        filler.unlink()
        cluster.ask("/_cluster/reroute?retry_failed=true", "POST")
        load_again_if_it_failed(archive, end_of(loader, cluster))
        traffic.wait_for_answers(10)
    after = truth(archive)
    assert_nothing_was_wrong(traffic, before, after)
    assert_whole(archive, after[1], MANY)


def red_indices(cluster: Cluster) -> list[str]:
    return [row["index"] for row in cluster.ask("/_cat/indices?format=json&health=red&h=index")]
