"""Rate limits: what a client and a token may send in a time, counted by all processes of the server together."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.bootstrap import open_service
from searchapp.config import Config
from searchapp.web import create_app
from searchapp.web.rate_limiter import SETS, WAYS, Quota, RateLimiter
from tests.cli.conftest import environment

pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
FIVE = Quota("searches", 5, 10)
RATE_FIELD = re.compile(r'"(?P<name>\w+)";r=(?P<left>\d+);t=(?P<reset>\d+)')


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> RateLimiter:
    return RateLimiter(clock)


def admitted(limiter: RateLimiter, requests: int, key: str = "Anne", quota: Quota = FIVE) -> int:
    return sum(limiter.acquire(quota, key).admitted for _ in range(requests))


def test_a_quota_may_be_used_at_once_and_then_grows_by_its_interval(limiter: RateLimiter, clock: Clock) -> None:
    assert admitted(limiter, 9) == 5
    clock.now += FIVE.interval
    assert admitted(limiter, 9) == 1
    clock.now += 60
    assert admitted(limiter, 9) == 5


def test_who_waits_as_long_as_is_said_is_admitted(limiter: RateLimiter, clock: Clock) -> None:
    for _ in range(40):
        allowance = limiter.acquire(FIVE, "Anne")
        if not allowance.admitted:
            clock.now += allowance.retry_after
            assert limiter.acquire(FIVE, "Anne").admitted
    assert clock.now > 1000


def test_what_is_left_counts_down_and_is_whole_after_the_reset(limiter: RateLimiter, clock: Clock) -> None:
    told = [limiter.acquire(FIVE, "Anne") for _ in range(6)]
    assert [each.remaining for each in told] == [4, 3, 2, 1, 0, 0]
    assert [each.retry_after for each in told] == [0, 0, 0, 0, 2, 2]
    clock.now += told[-1].reset
    assert limiter.acquire(FIVE, "Anne").remaining == 4


def test_clients_and_quotas_are_counted_apart(limiter: RateLimiter) -> None:
    assert admitted(limiter, 9, "Anne") == 5
    assert admitted(limiter, 9, "Marc") == 5
    assert admitted(limiter, 9, "Anne", Quota("writes", 3, 10)) == 3


def test_a_request_of_many_searches_is_paid_by_the_next_ones(limiter: RateLimiter, clock: Clock) -> None:
    assert limiter.acquire(FIVE, "Anne").admitted
    limiter.charge(FIVE, "Anne", 19)
    clock.now += 15 * FIVE.interval
    assert admitted(limiter, 3) == 0
    clock.now += FIVE.interval
    assert admitted(limiter, 3) == 1


def test_a_flood_of_addresses_refuses_nobody_else(limiter: RateLimiter) -> None:
    for number in range(SETS * WAYS * 2):
        limiter.acquire(FIVE, f"flood {number}")
    assert admitted(limiter, 1, "Anne") == 1


def test_a_flood_of_addresses_does_not_free_who_is_above_the_limit(limiter: RateLimiter) -> None:
    assert admitted(limiter, 6) == 5
    for number in range(SETS * WAYS * 2):
        limiter.acquire(FIVE, f"flood {number}")
    assert admitted(limiter, 1) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_processes_that_were_forked_admit_together_as_many_as_one(limiter: RateLimiter) -> None:
    quota = Quota("searches", 1000, 10)
    children = []
    for _ in range(4):
        reading, writing = os.pipe()
        if (pid := os.fork()) == 0:
            os.write(writing, str(admitted(limiter, 700, quota=quota)).encode())
            os._exit(0)
        os.close(writing)
        children.append((pid, reading))
    counts = [int(os.read(reading, 99)) for _, reading in children]
    assert [os.waitpid(pid, 0)[1] for pid, _ in children] == [0] * 4
    assert sum(counts) == 1000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_is_killed_stops_no_other(limiter: RateLimiter) -> None:
    quota = Quota("searches", 10**6, 10)
    for _ in range(20):
        if (pid := os.fork()) == 0:
            while True:
                limiter.acquire(quota, "Anne")
        time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert limiter.acquire(quota, "Anne").remaining < 10**6


@contextmanager
def site_of(config: Config) -> Iterator[FlaskClient]:
    service = open_service(config)
    app: Flask = create_app(config, service=service)
    yield app.test_client()
    service.close()


@pytest.fixture
def limited(config: Config) -> Iterator[FlaskClient]:
    """A site on which a client may search three times a minute."""
    with site_of(replace(config, search_rate=3)) as client:
        yield client


def test_a_client_above_its_rate_is_told_when_to_come_again(limited: FlaskClient) -> None:
    answers = [limited.get("/api/v1/search?q=mer") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
    assert answers[-1].get_json()["type"] == "/problems/too-many-requests"


def test_each_answer_tells_the_quota_and_what_is_left(limited: FlaskClient) -> None:
    answers = [limited.get("/search?q=mer") for _ in range(4)]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"searches";q=3;w=60'}
    told = [RATE_FIELD.fullmatch(answer.headers["RateLimit"]) for answer in answers]
    assert [each and int(each["left"]) for each in told] == [2, 1, 0, 0]


def test_what_does_not_search_is_not_counted(limited: FlaskClient) -> None:
    for path in ("/healthz", "/robots.txt", "/problems/too-many-requests"):
        answers = [limited.get(path) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit" not in answers[0].headers


def test_above_the_rate_a_lost_address_is_not_searched_for(limited: FlaskClient) -> None:
    answers = [limited.get("/baignoire-maree.html") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {404}
    assert ["Phare du Ponant" in answer.text for answer in answers] == [True, True, True, False, False]
    assert limited.get("/search?q=mer").status_code == 429


def test_a_lost_article_counts_once(limited: FlaskClient) -> None:
    statuses = [limited.get("/articles/baignoire-maree").status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]


def test_ten_suggestions_count_as_one_search(limited: FlaskClient) -> None:
    for _ in range(20):
        assert limited.get("/api/v1/suggest?q=mar").status_code == 200
    assert [limited.get("/search?q=mer").status_code for _ in range(2)] == [200, 429]


def test_several_searches_in_one_request_count_as_several(limited: FlaskClient) -> None:
    assert limited.post("/api/v1/msearch", json={"searches": ["mer", "marée", "tomme"]}).status_code == 200
    assert limited.get("/search?q=mer").status_code == 429


def test_addresses_of_one_ipv6_network_are_one_client(limited: FlaskClient) -> None:
    def status(address: str) -> int:
        return limited.get("/search?q=mer", environ_base={"REMOTE_ADDR": address}).status_code

    assert [status(f"2001:db8::{number}") for number in range(4)] == [200, 200, 200, 429]
    assert status("2001:db8:0:1::1") == 200
    assert status("192.0.2.1") == 200


def test_clients_of_ipv4_are_told_apart_on_a_socket_of_ipv6(limited: FlaskClient) -> None:
    def status(address: str) -> int:
        return limited.get("/search?q=mer", environ_base={"REMOTE_ADDR": address}).status_code

    assert [status("::ffff:192.0.2.1") for _ in range(4)] == [200, 200, 200, 429]
    assert status("::ffff:192.0.2.2") == 200


def test_a_token_is_counted_wherever_it_comes_from(config: Config) -> None:
    def status(address: str, token: str = "") -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.get("/search?q=mer", environ_base={"REMOTE_ADDR": address}, headers=headers).status_code

    with site_of(replace(config, search_rate=2, write_token=TOKEN)) as client:
        assert [status(f"192.0.2.{number}", TOKEN) for number in range(3)] == [200, 200, 429]
        assert status("192.0.2.1") == 200


def test_without_a_rate_nothing_is_counted(config: Config) -> None:
    with site_of(config) as client:
        answers = [client.get("/api/v1/search?q=mer") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def put(client: FlaskClient, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return client.put("/api/v1/articles/mare", json={"title": 5}, headers=headers).status_code


def test_a_token_above_its_rate_waits(config: Config) -> None:
    with site_of(replace(config, write_token=TOKEN, write_rate=2)) as client:
        assert 429 in [put(client, TOKEN) for _ in range(9)]


def test_wrong_tokens_are_soon_refused_and_the_right_one_is_not(config: Config) -> None:
    with site_of(replace(config, write_token=TOKEN)) as client:
        assert Counter(put(client, "faux") for _ in range(25)).keys() == {401, 429}
        assert put(client, TOKEN) == 422


@pytest.mark.slow
def test_three_processes_of_a_server_admit_as_many_as_one(config: Config) -> None:
    """The quota of a minute comes at once, and grows by a search every two seconds."""
    variables = {**environment(), "SEARCHAPP_SEARCH_RATE": "30"}
    command = [sys.executable, "-m", "searchapp", "serve", "--port", "0", "--workers", "3"]
    command += ["--corpus", str(config.corpus), "--index", str(config.index)]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        place = urlsplit(server.stdout.readline().split()[2]).netloc
        started = time.monotonic()
        statuses = Counter(_status(place) for _ in range(120))
        grown = int((time.monotonic() - started) / 2) + 1
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    assert statuses.keys() == {200, 429}
    assert 30 <= statuses[200] <= 30 + grown


def _status(place: str) -> int:
    """Return the status of a search on a connection of its own, which any process may accept."""
    connection = HTTPConnection(place, timeout=30)
    connection.request("GET", "/api/v1/search?q=mer")
    status = connection.getresponse().status
    connection.close()
    return status
