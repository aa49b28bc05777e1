"""The real server under hostile requests: incomplete, slow, malformed, too many. Other clients are not affected."""

from __future__ import annotations

import json
import socket
from email import message_from_bytes
from typing import Any
from urllib.parse import quote

import pytest

from searchapp.web import SECURITY_HEADERS
from tests.server.conftest import TOKEN, Connect, to_end

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: ponant.example\r\nConnection: close\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHost: ponant.example\r\nAccept"
PUT = b"PUT /api/v1/articles/mare HTTP/1.1\r\nHost: ponant.example\r\n"


def parsed(answer: bytes) -> tuple[int, Any, bytes]:
    """Status, header fields and body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    line, _, fields = head.partition(b"\r\n")
    return int(line.split()[1]), message_from_bytes(fields), body


def test_connections_that_send_half_a_header_stop_nobody(connect: Connect) -> None:
    for _ in range(200):
        connect(HALF)
    assert parsed(to_end(connect(HEALTH)))[0] == 200


def test_connections_that_are_kept_open_stop_nobody(connect: Connect) -> None:
    for _ in range(300):
        connect(HEALTH.replace(b"close", b"keep-alive"))
    assert parsed(to_end(connect(HEALTH)))[0] == 200


def test_clients_that_do_not_read_their_answers_stop_nobody(connect: Connect) -> None:
    asked = b"GET /api/v1/search?per_page=100 HTTP/1.1\r\nHost: ponant.example\r\n\r\n"
    for _ in range(20):
        connect(asked * 20)
    assert parsed(to_end(connect(HEALTH)))[0] == 200


def test_a_body_of_somebody_who_may_not_write_is_not_waited_for(connect: Connect) -> None:
    for start in (PUT, b"GET /search?q=mare HTTP/1.1\r\nHost: ponant.example\r\n"):
        answer = to_end(connect(start + b"Content-Length: 5000\r\n\r\n{"))
        assert parsed(answer)[0] == (401 if start is PUT else 200)


def test_requests_in_one_packet_are_answered_in_their_order(connect: Connect) -> None:
    first = b"GET /favicon.svg HTTP/1.1\r\nHost: ponant.example\r\n\r\n"
    answers = to_end(connect(first + HEALTH))
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert answers.index(b"<svg") < answers.index(b'{"status"')


def test_who_only_stops_sending_still_gets_the_answer(connect: Connect) -> None:
    connection = connect(HEALTH)
    connection.shutdown(socket.SHUT_WR)
    assert parsed(to_end(connection))[0] == 200


@pytest.mark.parametrize(
    ("request_line", "fields", "status"),
    [
        ("Sésame, ouvre-toi", "", 400),
        ("GET {path} HTTP/3.0", "", 400),
        ("GET {path} HTTP/1.1", "sans deux-points\r\n", 400),
        ("GET {path}?q=" + "a" * 17_000 + " HTTP/1.1", "", 414),
        ("GET {path} HTTP/1.1", "Cookie: " + "a" * 60_000 + "\r\n", 431),
        ("GET {path} HTTP/1.1", "A: b\r\n" * 200, 431),
        ("GET {path} HTTP/1.1", "Expect: la Lune\r\n", 417),
        ("POST {path} HTTP/1.1", "Content-Length: douze\r\n", 400),
        ("POST {path} HTTP/1.1", "Content-Length: " + "9" * 5000 + "\r\n", 400),
        ("POST {path} HTTP/1.1", "Transfer-Encoding: gzip\r\n", 400),
        ("POST {path} HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400),
        ("POST {path} HTTP/1.0", "Transfer-Encoding: chunked\r\n", 400),
        ("GET http://[{path} HTTP/1.1", "", 400),
    ],
)
def test_what_the_server_refuses_is_told_as_the_site_tells_errors(
    connect: Connect, request_line: str, fields: str, status: int
) -> None:
    for path, kind in (("/api/v1/articles", "application/problem+json"), ("/search", "text/html")):
        head = f"{request_line.format(path=path)}\r\nHost: ponant.example\r\nAccept-Language: en\r\n{fields}\r\n"
        given, headers, body = parsed(to_end(connect(head.encode())))
        assert given == status
        assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert headers["Connection"] == "close"
        if "{path}" in request_line and "http:" not in request_line:
            assert headers.get_content_type() == kind
        if headers.get_content_type() == "application/problem+json":
            assert json.loads(body)["status"] == status


def test_a_refusal_speaks_the_language_that_was_read(connect: Connect) -> None:
    for language, title in (("fr", "est mal formée"), ("en", "HTTP request is malformed")):
        head = f"POST /api/v1/articles HTTP/1.1\r\nAccept-Language: {language}\r\nTransfer-Encoding: gzip\r\n\r\n"
        assert title in json.loads(parsed(to_end(connect(head.encode())))[2])["title"]


def test_a_query_of_1024_characters_of_four_bytes_is_read(connect: Connect) -> None:
    query = quote("𝒶" * 1024)
    head = f"GET /api/v1/search?q={query} HTTP/1.1\r\nHost: ponant.example\r\nConnection: close\r\n\r\n"
    assert parsed(to_end(connect(head.encode())))[0] == 200


def test_a_header_that_does_not_come_in_time_is_refused(connect: Connect) -> None:
    status, headers, body = parsed(to_end(connect(b"GET /api/v1/search?q=mare HTTP/1.1\r\nHost: ponant")))
    assert (status, headers["Content-Type"]) == (408, "application/problem+json")
    assert json.loads(body)["type"] == "/problems/too-slow"


@pytest.mark.parametrize(
    ("fields", "body", "status"),
    [
        ("Transfer-Encoding: chunked", b"pas un nombre\r\n{}\r\n0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked", b"2\r\n{}trop\r\n0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked", b"2;" + b"x" * 5000, 400),
        ("Transfer-Encoding: chunked", b"fffffffff\r\n" + b" " * 1_100_000, 413),
        ("Content-Length: 1000001", b"", 413),
    ],
)
def test_a_broken_or_oversized_body_is_refused(connect: Connect, fields: str, body: bytes, status: int) -> None:
    head = PUT + f"Authorization: Bearer {TOKEN}\r\n{fields}\r\n\r\n".encode()
    given, headers, document = parsed(to_end(connect(head + body)))
    assert (given, json.loads(document)["status"]) == (status, status)
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_requests_of_clients_that_are_gone_are_dropped(connect: Connect) -> None:
    for number in range(600):
        connect(f"GET /search?q=marche+{number} HTTP/1.1\r\nHost: ponant.example\r\n\r\n".encode()).close()
    search = b"GET /api/v1/search?q=moscou HTTP/1.1\r\nHost: ponant.example\r\nConnection: close\r\n\r\n"
    # Until the server has noticed that they are gone it may say that too many wait.
    statuses = [parsed(to_end(connect(search)))[0] for _ in range(5)]
    assert statuses[-1] == 200
    assert set(statuses) <= {200, 503}


def test_a_body_comes_when_the_server_says_go_on(connect: Connect) -> None:
    body = b'{"title": "La mare", "text": "Trois grenouilles."}'
    head = f"Authorization: Bearer {TOKEN}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
    connection = connect(PUT + f"{head}Connection: close\r\n\r\n".encode())
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(body)
    assert parsed(to_end(connection))[0] == 202
    assert parsed(to_end(connect(HEALTH.replace(b"Conn", b"Expect: 100-continue\r\nConn"))))[0] == 200
