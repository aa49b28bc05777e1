"""The metrics of several processes agree with what clients count, also when processes die and are replaced."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.config import Config
from searchapp.server.shared_metrics import FILE_KINDS, RESERVED_BYTES
from tests.server.conftest import TOKEN
from tests.server.load import Load, Server, serving

PATHS = ("/api/v1/search?q=chevaux", "/search?q=vache", "/api/v1/articles/inconnu", "/nulle-part", "/healthz")
REQUESTS = "searchapp_http_requests_total"


@pytest.fixture
def server(indexed: Config) -> Iterator[Server]:
    """A server of three processes that takes articles."""
    with serving(indexed, 3, write_token=TOKEN) as running:
        yield running


def counted(server: Server) -> Counter[int]:
    """Answers by status, without those to a program that watches the server."""
    answers = Counter[int]()
    for labels, value in server.samples(REQUESTS):
        if labels["endpoint"] not in ("probes.metrics", "probes.readyz"):
            answers[int(labels["code"])] += int(value)
    return answers


def test_each_answer_of_each_process_is_counted_once(server: Server) -> None:
    with Load(server, PATHS) as load:
        load.wait_for(300)
    assert load.lost == []
    assert counted(server) == load.answered
    assert server.metric("searchapp_http_request_seconds_count", endpoint="probes.healthz") == server.metric(
        REQUESTS, endpoint="probes.healthz"
    )


def test_counts_outlive_the_processes_that_made_them(server: Server) -> None:
    first = server.workers()
    with Load(server, PATHS) as load:
        load.wait_for(100)
        for worker in first:
            os.kill(worker, signal.SIGTERM)
            server.wait_for_workers(but=[worker], count=3)
        load.wait_for(100)
    assert not set(first) & set(server.workers())
    assert load.lost == []
    assert counted(server) == load.answered


def test_a_killed_process_leaves_its_counts_and_takes_its_gauges_with_it(server: Server) -> None:
    with Load(server, PATHS) as load:
        load.wait_for(100)
        server.kill(killed := server.workers()[0])
        server.wait_for_workers(but=[killed], count=3)
        load.wait_for(100)
    total = counted(server).total()
    assert load.answered.total() <= total <= load.answered.total() + len(load.lost)
    assert server.metric("searchapp_processes") <= 3


def test_what_the_server_refuses_is_counted_as_refused(server: Server) -> None:
    assert server.get("/search?q=" + "a" * 20_000)[0] == 414
    assert server.metric(REQUESTS, endpoint="refused", code="414") == 1
    assert server.metric("searchapp_problems_total", problem="address-too-long") == 1


def test_writes_are_counted_by_what_became_of_them(server: Server) -> None:
    body = json.dumps({"title": "La mare", "text": "Trois grenouilles."}).encode()
    address = f"http://{server.host}:{server.port}/api/v1/articles/mare?wait=10"
    for _ in range(2):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        urllib.request.urlopen(urllib.request.Request(address, body, headers, method="PUT")).close()
    assert server.metric("searchapp_writes_total", outcome="created") == 1
    assert server.metric("searchapp_writes_total", outcome="unchanged") == 1


def test_the_metrics_tell_of_the_index_and_of_its_caches(server: Server, indexed: Config) -> None:
    with Load(server, PATHS) as load:
        load.wait_for(50)
    generation = (indexed.index / "CURRENT").read_text().strip()
    manifest = json.loads((indexed.index / generation / "manifest.json").read_text())
    assert server.metric("searchapp_articles") == manifest["articles"]
    assert server.metric("searchapp_degraded") == 0
    assert server.metric("searchapp_cache_requests_total", cache="postings", outcome="hit") > 0
    assert server.metric("searchapp_stage_seconds_count", stage="match") == server.metric(
        "searchapp_stage_seconds_count", stage="rank"
    )


def test_the_memory_of_the_metrics_is_taken_before_a_process_answers(server: Server) -> None:
    (folder,) = folders_of(server)
    slots = {path.stem.rpartition("_")[2] for path in folder.iterdir()} - {"0"}
    assert slots == {"1", "2", "3"}
    files = [path for path in folder.iterdir() if path.stem.rpartition("_")[2] != "0"]
    assert {path.stem.rpartition("_")[0] for path in files} == set(FILE_KINDS)
    assert all(path.stat().st_blocks * 512 >= path.stat().st_size == RESERVED_BYTES for path in files)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_the_files_of_the_metrics_go_with_the_server(indexed: Config, ending: signal.Signals) -> None:
    with serving(indexed, 2) as server:
        workers, (folder,) = server.workers(), folders_of(server)
        assert any(folder.iterdir())
        server.process.send_signal(ending)
        server.process.wait(60)
        until = time.monotonic() + 60
        while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < until:
            time.sleep(0.05)
    assert not folder.exists()


def folders_of(server: Server) -> list[Path]:
    """Folders of metrics that a server has open."""
    maps = Path(f"/proc/{server.workers()[0]}/maps").read_text()
    return sorted({Path(line.split()[-1]).parent for line in maps.splitlines() if "searchapp-metrics-" in line})
