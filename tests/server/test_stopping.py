"""A server that stops or loses a process, under load: who is not served, and how load balancers are told."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from searchapp.config import Config
from searchapp.server.stopping import hold_off_connections
from tests.server.load import Load, Server, serving

PATHS = ("/api/v1/search?q=chevaux", "/search?q=vache", "/healthz")


@pytest.fixture
def server(indexed: Config) -> Iterator[Server]:
    """A server of two processes that goes on for a second after SIGTERM."""
    with serving(indexed, 2, stop_delay="1") as running:
        yield running


def test_a_server_that_stops_answers_every_request_that_it_accepted(server: Server) -> None:
    with Load(server, PATHS, clients=16) as load:
        load.wait_for(100)
        assert server.stop() == 0
    assert load.lost == []
    assert load.refused == 16
    assert set(load.answered) == {200}


def test_a_server_that_stops_without_a_delay_resets_nothing_either(indexed: Config) -> None:
    with serving(indexed, 2, stop_delay="0") as server:
        with Load(server, PATHS, clients=16) as load:
            load.wait_for(100)
            assert server.stop() == 0
        assert load.lost == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds connections off")
def test_a_listener_that_is_held_off_keeps_the_connections_that_wait_and_takes_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as first:
        hold_off_connections(listener)
        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname(), timeout=0.3)
        accepted, _ = listener.accept()
        with accepted:
            first.sendall(b"mare")
            assert accepted.recv(4) == b"mare"


def test_a_request_that_arrives_slowly_is_answered_by_a_server_that_stops(server: Server) -> None:
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: ponant.example\r\n")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(2)
        connection.sendall(b"\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"\r\nConnection: close\r\n" in answer


def test_a_connection_that_is_kept_open_ends_with_the_server_and_is_not_reset(server: Server) -> None:
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        connection.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: ponant.example\r\n\r\n")
        assert connection.recv(65536).endswith(b"\r\n\r\n")
        server.process.send_signal(signal.SIGTERM)
        assert b"".join(iter(lambda: connection.recv(65536), b"")) == b""
    assert server.process.wait(60) == 0


def test_readyz_says_first_that_the_server_stops(server: Server) -> None:
    assert server.get("/readyz")[0] == 200
    server.process.send_signal(signal.SIGTERM)
    states = []
    while True:
        try:
            states.append((server.get("/readyz")[0], server.get("/healthz")[0], server.get("/search?q=vache")[0]))
        except OSError:
            break
    assert states[-1] == (503, 200, 200)


def test_a_killed_process_costs_only_its_own_requests(server: Server) -> None:
    killed = server.workers()[0]
    with Load(server, PATHS, clients=8) as load:
        load.wait_for(100)
        server.kill(killed)
        server.wait_for_workers(but=[killed], count=2)
        load.wait_for(100)
    # A client has one request under way at most.
    assert len(load.lost) <= 8
    assert load.refused == 0
    assert set(load.answered) == {200}


def test_processes_that_are_all_replaced_lose_nothing(server: Server) -> None:
    first = server.workers()
    with Load(server, PATHS, clients=8) as load:
        load.wait_for(50)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for_workers(but=first, count=2)
        load.wait_for(50)
    assert (load.lost, load.refused) == ([], 0)
    assert not set(first) & set(server.workers())


def test_a_process_that_is_told_to_end_loses_nothing_and_is_replaced(server: Server) -> None:
    ended = server.workers()[0]
    with Load(server, PATHS, clients=8) as load:
        load.wait_for(100)
        os.kill(ended, signal.SIGTERM)
        server.wait_for_workers(but=[ended], count=2)
        load.wait_for(100)
    assert (load.lost, load.refused) == ([], 0)
    assert server.get("/readyz")[0] == 200
