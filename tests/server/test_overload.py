"""Far more searches than the server can answer: some are answered, the others refused, and then all is as before."""

from __future__ import annotations

import json
import socket
from collections import Counter
from email import message_from_bytes
from http import HTTPStatus

from tests.server.conftest import to_end

MOST = json.dumps({"searches": ["maire gouvernement président ville"] * 100}).encode()
LISTS = b"POST /api/v1/msearch HTTP/1.1\r\nHost: ponant.example\r\nConnection: close\r\n"
LISTS += f"Content-Type: application/json\r\nContent-Length: {len(MOST)}\r\n\r\n".encode() + MOST
SEARCH = b"GET /api/v1/search?q=maire HTTP/1.1\r\nHost: ponant.example\r\nConnection: close\r\n\r\n"
CLIENTS = 60
OVERLOAD = {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}


def asked(place: tuple[str, int], request: bytes, client: int) -> socket.socket:
    """Send a request from an address of its own."""
    connection = socket.create_connection(place, timeout=30, source_address=(f"127.0.1.{1 + client}", 0))
    connection.sendall(request)
    return connection


def answered(connection: socket.socket) -> tuple[int, str]:
    """Status and Retry-After of an answer."""
    with connection:
        head, _, _ = to_end(connection).partition(b"\r\n\r\n")
    line, _, fields = head.partition(b"\r\n")
    return int(line.split()[1]), message_from_bytes(fields)["Retry-After"] or ""


def test_what_cannot_be_answered_soon_is_refused_and_the_rest_answered(place: tuple[str, int]) -> None:
    connections = [asked(place, LISTS, client) for client in range(CLIENTS)]
    answers = Counter(answered(connection) for connection in connections)
    assert {status for status, _ in answers} == OVERLOAD
    assert all(retry == "1" for status, retry in answers if status == HTTPStatus.SERVICE_UNAVAILABLE)
    assert answered(asked(place, SEARCH, 0)) == (200, "")


def test_health_checks_are_answered_during_an_overload(place: tuple[str, int]) -> None:
    connections = [asked(place, LISTS, client) for client in range(CLIENTS)]
    health = answered(asked(place, SEARCH.replace(b"/api/v1/search?q=maire", b"/healthz"), CLIENTS))
    assert health == (200, "")
    assert {answered(connection)[0] for connection in connections} <= OVERLOAD
