"""The real server under requests that a client library would never send."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from searchapp.config import ENGINES, Config
from searchapp.web import SECURITY_HEADERS
from tests.indexing.proofs.commands import Index, serving

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
POST = b"POST /api/v1/articles HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n" % TOKEN.encode()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@pytest.fixture
def address(indexed: Config) -> Iterator[str]:
    """The address of a server that takes articles; that it logs no error is seen when it ends."""
    index = Index(indexed.index, indexed.corpus, indexed.engine)
    with serving(index, workers=1, settings={"SEARCHAPP_WRITE_TOKEN": TOKEN}) as found:
        yield found


def ask(address: str, data: bytes) -> tuple[int, str]:
    """Send bytes; return status and body of the answer, whose headers have to be ours."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(data)
        with closing(http.client.HTTPResponse(connection)) as response:
            response.begin()
            assert SECURITY_HEADERS.items() <= dict(response.getheaders()).items(), data
            return response.status, response.read().decode()


def get(path: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", *headers, b"", b""])


def without_time(page: str) -> str:
    return re.sub(r'"took_ms":[0-9.]+|· [0-9,]+\s+m?s', "", page)


def test_what_a_client_says_of_host_path_and_token_is_its_own_fault(address: str) -> None:
    for host in (b"a..b", b"x" * 64 + b".fr", b"a b", b"[::g]"):
        assert ask(address, get(b"/", b"Host: " + host))[0] == 400
        assert ask(address, get(b"/api/v1/search", b"Host: " + host))[0] == 400
    for credentials in (b"Basic \xff", b"Basic =", b"Bearer \xff", b'Digest a="'):
        asked = b"POST /api/v1/articles HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\nContent-Length: 0\r\n\r\n"
        assert ask(address, asked % credentials)[0] == 401
    for body in (b"zz\r\nabc\r\n", b"-1\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n"):
        assert ask(address, POST + b"Transfer-Encoding: chunked\r\n\r\n" + body)[0] == 400
    for query in (b"q=%ff", b"q=%", b"%ff=%00"):
        assert ask(address, get(b"/api/v1/search?" + query, b"Host: a"))[0] == 200


def test_no_header_leads_links_to_another_host(address: str) -> None:
    names = (b"SCRIPT_NAME", b"Script-Name", b"PATH_INFO", b"X-Forwarded-Prefix", b"X-Forwarded-Host")
    for path in (b"/nulle-part", b"/search?q=cheval", b"/api/v1/search?q=cheval", b"/api/v1/none"):
        plain = ask(address, get(path, b"Host: a"))
        for header in (name + b": " + value for name in names for value in (b"//evil.example", b"/evil", path, b"/")):
            spoofed = ask(address, get(path, b"Host: a", header))
            assert (spoofed[0], without_time(spoofed[1])) == (plain[0], without_time(plain[1])), header


def test_a_scheme_that_a_client_claims_is_no_contradiction(address: str) -> None:
    said = (b"X-Forwarded-Proto: https", b"X-Forwarded-Ssl: off", b"X-Forwarded-Protocol: ssl")
    assert ask(address, get(b"/", b"Host: a", *said))[0] == 200


def test_the_server_prints_and_serves_the_path_of_its_settings(indexed: Config, tmp_path: Path) -> None:
    index = Index(indexed.index, indexed.corpus, indexed.engine)
    settings = {"SEARCHAPP_URL_PREFIX": "recherche/", "SCRIPT_NAME": "/else"}
    with serving(index, workers=1, settings=settings) as found:
        address, path = found.split("/")
        assert path == "recherche"
        status, body = ask(address, get(b"/recherche/api/v1/search?q=cheval", b"Host: a"))
    assert status == 200
    assert '"self":"/recherche/api/v1/search?q=cheval"' in body
    assert '"url":"/recherche/articles/cheval"' in body
