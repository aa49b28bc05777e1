"""Malformed requests, on which frameworks fail, are answered 400 in the form of any other error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from searchapp.config import load_config
from searchapp.web import SECURITY_HEADERS, create_app

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
HOSTS = [
    "a..b",
    "x" * 64 + ".fr",
    ".",
    "..",
    "",
    " ",
    "é",
    "\xff",
    "a b",
    "a,b",
    "a:b",
    "a:99999",
    "a:80:80",
    "[::g]",
    "[::1",
    "@",
    "user@host",
    "a/b",
    "http://a",
    "a?b",
    "a" * 64,
    ".".join(["ab"] * 100),
    "xn--\xe9",
    "%41",
    "localhost:٣",
]
AUTHORIZATIONS = [
    "Basic \xff",
    "Basic é",
    "Basic",
    "basic =",
    "Bearer",
    "Bearer ",
    "Bearer =a=b",
    "Bearer \xff",
    "\xff",
    'Digest username="',
    "Digest \xff=\xff",
    "Bearer " + TOKEN + "\xff",
    "Bearer x y",
    ",",
    "=",
    "Negotiate \x00",
]


def raw(client: FlaskClient, path: str = "/", method: str = "GET", **environ: str) -> TestResponse:
    """Send values as a server would hand them on, whatever they are."""
    return client.open(path, method=method, environ_overrides=environ)


def check_refused(response: TestResponse, status: int, media_type: str = "text/html") -> None:
    assert (response.status_code, response.mimetype) == (status, media_type)
    assert SECURITY_HEADERS.items() <= dict(response.headers).items()


@pytest.fixture
def writer(tmp_path: Path) -> FlaskClient:
    """A site that takes articles."""
    (tmp_path / "corpus").mkdir()
    places = {"corpus": tmp_path / "corpus", "index": tmp_path / "index", "write_token": TOKEN}
    return create_app(load_config(places)).test_client()


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_none_is_refused(client: FlaskClient, host: str) -> None:
    check_refused(raw(client, HTTP_HOST=host), 400)
    check_refused(raw(client, "/api/v1/search", HTTP_HOST=host), 400, "application/problem+json")
    check_refused(raw(client, "/api/v1/articles", "POST", HTTP_HOST=host), 400, "application/problem+json")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "localhost:", "127.0.0.1:1", "[::1]:80", "search_app:80", "a.", "x" * 63]
)
def test_a_host_that_is_one_is_served(client: FlaskClient, host: str) -> None:
    assert raw(client, HTTP_HOST=host).status_code == 200


@pytest.mark.parametrize(("version", "status"), [("HTTP/1.0", "200 OK"), ("HTTP/1.1", "400 BAD REQUEST")])
def test_only_the_first_versions_of_http_need_no_host(app: Flask, version: str, status: str) -> None:
    environ = EnvironBuilder("/").get_environ() | {"SERVER_PROTOCOL": version}
    del environ["HTTP_HOST"]
    assert run_wsgi_app(app, environ)[1] == status


@pytest.mark.parametrize("credentials", AUTHORIZATIONS)
def test_credentials_that_are_none_are_a_wrong_token(writer: FlaskClient, credentials: str) -> None:
    response = raw(writer, "/api/v1/articles", "POST", HTTP_AUTHORIZATION=credentials)
    check_refused(response, 401, "application/problem+json")
    assert "invalid_token" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_the_scheme_of_a_token_may_be_written_in_any_case(writer: FlaskClient, scheme: str) -> None:
    assert raw(writer, "/api/v1/articles/x", "PUT", HTTP_AUTHORIZATION=f"{scheme} {TOKEN}").status_code == 422


@pytest.mark.parametrize("length", ["abc", "-1", "1.5", "+1", "1 1", "1,1", "0x10", "9" * 5000, "٣", "²"])
def test_a_length_that_is_none_is_refused(client: FlaskClient, length: str) -> None:
    check_refused(raw(client, CONTENT_LENGTH=length), 400)


@pytest.mark.parametrize(
    "query",
    [
        "q=\xff\xfe",
        "q=\xe9",
        "\xff=\xff",
        "q=%ff%fe",
        "q=%",
        "q=%zz",
        "q=a&&&=&==",
        "q=\x00",
        "page=%D9%A3",
        "from=0000-00-00",
        "cursor=%ff",
        "q=%ED%A0%80",
        "lang=%00",
    ],
)
def test_bytes_that_are_no_text_never_fail(client: FlaskClient, query: str) -> None:
    for path in ("/search", "/api/v1/search", "/articles/tide", "/nulle-part", "/aide"):
        response = client.get(path, environ_overrides={"QUERY_STRING": query})
        assert response.status_code < 500
        assert "�" not in str(response.headers)


def test_an_accent_that_was_not_encoded_is_understood(client: FlaskClient) -> None:
    sent = "q=" + "marée".encode().decode("latin-1")
    assert client.get("/api/v1/search", environ_overrides={"QUERY_STRING": sent}).get_json()["query"] == "marée"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "*",
        "//",
        "///x",
        "/\x00",
        "/articles/\xff",
        "/articles/\x00",
        "/articles/..",
        "/%",
        "/api/v1/articles/\xed\xa0\x80",
        "/articles/" + "a/" * 4000,
        "http://x/y",
        "/problems/\xff",
    ],
)
@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY", "\xff"]
)
def test_a_path_of_anything_is_answered(client: FlaskClient, path: str, method: str) -> None:
    response = raw(client, method=method, PATH_INFO=path)
    assert response.status_code in {200, 204, 403, 404, 405}
    assert ("Allow" in response.headers) == (response.status_code in {204, 405})


HEADERS = [
    "ACCEPT_LANGUAGE",
    "IF_NONE_MATCH",
    "IF_MATCH",
    "IF_MODIFIED_SINCE",
    "IF_RANGE",
    "RANGE",
    "COOKIE",
    "ACCEPT",
    "AUTHORIZATION",
    "CONTENT_ENCODING",
    "TRANSFER_ENCODING",
    "EXPECT",
    "REFERER",
    "ORIGIN",
    "USER_AGENT",
    "X_FORWARDED_FOR",
    "X_FORWARDED_HOST",
    "X_FORWARDED_PREFIX",
    "FORWARDED",
    "CACHE_CONTROL",
]
PATHS = ["/", "/search?q=tomme", "/api/v1/search?q=tomme", "/articles/tide", "/favicon.svg", "/readyz"]
VALUES = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60) | st.sampled_from(
    ["*", '"', 'W/"', "q=", ";;;", ",,,", "bytes=0-", "a;q=1e999", "a;q=nan", "fr;q=²", "a=b;c=\xff", "Basic \xff"]
)


@given(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(HEADERS), VALUES, max_size=4), VALUES)
def test_no_header_makes_an_answer_fail(app: Flask, path: str, headers: dict[str, str], kind: str) -> None:
    environ = {f"HTTP_{name}": value for name, value in headers.items()}
    response = app.test_client().get(path, environ_overrides={**environ, "CONTENT_TYPE": kind})
    assert response.status_code in {200, 304}
    assert SECURITY_HEADERS.items() <= dict(response.headers).items()


class Broken:
    """The body of a request that a server finds badly framed when it is read."""

    class BadFraming(Exception):
        pass

    reads = 0

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        raise self.BadFraming

    readline = read


BODIES = [
    ("/api/v1/articles", "POST"),
    ("/api/v1/articles/x", "PUT"),
    ("/api/v1/search", "POST"),
    ("/api/v1/msearch", "POST"),
]


@pytest.mark.parametrize(("path", "method"), BODIES)
def test_a_body_that_is_badly_framed_is_refused(writer: FlaskClient, path: str, method: str) -> None:
    body = {"wsgi.input": Broken(), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    response = writer.open(path, method=method, headers=headers, environ_overrides=body)
    check_refused(response, 400, "application/problem+json")
    assert "Content-Length" in response.get_json(force=True)["detail"]


# A search in a body is for everybody.
@pytest.mark.parametrize(
    ("path", "method"),
    [
        (path, method)
        for path in ("/api/v1/articles", "/api/v1/articles/x", "/search", "/api/v1/search", "/")
        for method in ("POST", "PUT", "DELETE")
        if (path, method) != ("/api/v1/search", "POST")
    ],
)
def test_no_body_is_read_of_who_may_not_write(client: FlaskClient, writer: FlaskClient, path: str, method: str) -> None:
    for site, headers in ((client, {}), (writer, {}), (writer, {"Authorization": "Bearer another-one-0123456"})):
        body = Broken()
        environ: dict[str, Any] = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": "9"}
        response = site.open(path, method=method, headers=headers, environ_overrides=environ)
        assert (response.status_code in {401, 403, 404, 405}, body.reads) == (True, 0)
