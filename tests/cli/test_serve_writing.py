"""Writing to the real server: several processes, one corpus."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES, Config
from tests.cli.conftest import environment

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105


@pytest.fixture
def address(indexed: Config) -> Iterator[str]:
    with serving(indexed) as address:
        yield address


@contextmanager
def serving(indexed: Config) -> Iterator[str]:
    """Serve in two processes; give the address."""
    command = [sys.executable, "-m", "searchapp", "serve", "--port", "0", "--workers", "2", "--threads", "4"]
    places = ["--corpus", str(indexed.corpus), "--index", str(indexed.index)]
    chosen = {
        **environment(),
        "SEARCHAPP_ENGINE": indexed.engine,
        "SEARCHAPP_WRITE_TOKEN": TOKEN,
        "SEARCHAPP_INDEX_DELAY": "0",
        "SEARCHAPP_WRITE_RATE": "0",
    }
    with subprocess.Popen([*command, *places], env=chosen, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            server.stdout.readline()
            yield server.stdout.readline().split()[2]
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def ask(address: str, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """Ask on a connection of its own, which any of the processes may take."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        connection.request(method, path, body, {"Authorization": f"Bearer {TOKEN}"}, encode_chunked=True)
        response = connection.getresponse()
        return response.status, json.load(response)
    finally:
        connection.close()


@pytest.mark.parametrize("engine_name", ENGINES)
def test_what_one_process_took_all_of_them_find(address: str) -> None:
    article = json.dumps({"title": "La mare", "text": "Trois grenouilles."})
    status, answer = ask(address, "PUT", "/api/v1/articles/mare?wait=10", article)
    assert (status, answer["outcome"]) == (201, "created")
    found = [ask(address, "GET", "/api/v1/search?q=grenouilles")[1]["total"] for _ in range(12)]
    assert found == [1] * 12
    assert ask(address, "DELETE", "/api/v1/articles/mare?wait=10")[0] == 200
    assert {ask(address, "GET", "/api/v1/articles/mare")[0] for _ in range(12)} == {410}


@pytest.mark.parametrize(
    "article_id", ["..", "x/../y", "/debut/", "a//b", "%2F", "%2E%2E", "x\\..\\y", "a?b#c;", "été"]
)
def test_a_client_that_tidies_addresses_up_reaches_the_article_that_it_was_sent_to(
    address: str, article_id: str
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not here; install it with the system's packages to run this test")
    command = [curl, "-sS", "-H", f"Authorization: Bearer {TOKEN}"]
    for name, text in (("y", "L’autre."), (article_id, "Celui-ci.")):
        parameters = urlencode({"id": name, "wait": 10})
        article = json.dumps({"title": "La mare", "text": text})
        put = subprocess.run(
            [*command, "-X", "PUT", "-d", article, f"{address}/api/v1/articles?{parameters}"],
            capture_output=True,
            check=True,
        )
    links = json.loads(put.stdout)["links"]
    found = subprocess.run([*command, address + links["self"]], capture_output=True, check=True)
    assert json.loads(found.stdout)["id"] == article_id
    page = subprocess.run([*command, address + links["page"]], capture_output=True, check=True)
    assert "Celui-ci." in page.stdout.decode()


def test_many_writers_at_once_lose_nothing(address: str, indexed: Config) -> None:
    def write(number: int) -> int:
        article = json.dumps({"title": f"La mare {number}", "text": "Trois grenouilles."})
        return ask(address, "PUT", f"/api/v1/articles/mare/{number}", article)[0]

    with ThreadPoolExecutor(8) as pool:
        # 201 where the indexer was quicker than the answer.
        assert set(pool.map(write, range(60))) <= {201, 202}
    status = 202
    while status == 202:  # indexing may take its time
        status, _ = ask(address, "PUT", "/api/v1/articles/fin?wait=10", b'{"title": "Fin", "text": "Fin."}')
    assert status in (200, 201)
    assert ask(address, "GET", "/api/v1/search?q=grenouilles")[1]["total"] == 60


def test_lines_may_come_in_chunks_of_no_told_length(address: str, indexed: Config) -> None:
    lines = (
        json.dumps({"id": str(number), "title": "La mare", "text": "mot " * 300}).encode() + b"\n"
        for number in range(300)
    )
    status, answer = ask(address, "POST", "/api/v1/articles?wait=10", lines)
    assert (status in (200, 202), answer["created"]) == (True, 300)
    (file,) = (indexed.corpus / "_journal").glob("*.jsonl")
    assert len(file.read_text("utf-8").splitlines()) == 300


@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_server_shows_an_article_when_its_embargo_ends(config: Config) -> None:
    end = datetime.now(UTC) + timedelta(seconds=3)
    record = {"title": "Le phare", "text": "Il est vendu.", "embargo": end.isoformat()}
    (config.corpus / "embargo.jsonl").write_text(json.dumps(record), "utf-8")
    assert bootstrap.reindex(config).embargoed == 1
    with serving(config) as address:
        found, deadline = 0, time.monotonic() + 60
        while not found and time.monotonic() < deadline:
            found = ask(address, "GET", "/api/v1/search?q=phare")[1]["total"]
            time.sleep(0.1)
        assert found == 1
        assert datetime.now(UTC) >= end
