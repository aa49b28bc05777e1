"""Compressed answers: the same page in fewer bytes, for clients that read it."""

from __future__ import annotations

import gzip
import sys

import brotli
import pytest
from flask.testing import FlaskClient

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}
PATHS = ["/aide", "/api/v1/articles/tide", "/search.atom?q=tomme", "/search.csv?q=tomme", "/favicon.svg"]
BUDGET = 8 * 1024
"""Bytes of a compressed page of results."""


@pytest.mark.parametrize("encoding", sorted(UNPACK))
@pytest.mark.parametrize("path", PATHS)
def test_an_answer_is_the_same_compressed_and_not(client: FlaskClient, path: str, encoding: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    packed = client.get(path, headers={"Accept-Encoding": encoding})
    assert (plain.headers.get("Content-Encoding"), plain.status_code) == (None, 200)
    if len(plain.data) > 500:
        assert packed.headers["Content-Encoding"] == encoding
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
        assert UNPACK[encoding](packed.data) == plain.data
    else:
        assert packed.data == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_browsers_get_brotli(client: FlaskClient) -> None:
    response = client.get("/aide", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert response.headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("encoding", sorted(UNPACK))
def test_a_page_of_results_stays_within_its_bytes(client: FlaskClient, encoding: str) -> None:
    response = client.get("/search", headers={"Accept-Encoding": encoding})
    assert len(response.data) < BUDGET


def test_answers_to_requests_with_a_secret_are_not_compressed(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "br", "Authorization": "Bearer x"}
    assert "Content-Encoding" not in client.get("/aide", headers=headers).headers


def test_a_compressed_page_is_known_by_the_tag_of_the_plain_one(client: FlaskClient) -> None:
    tag = client.get("/search?q=tomme", headers={"Accept-Encoding": "br"}).headers["ETag"]
    response = client.get("/search?q=tomme", headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert (response.status_code, response.data) == (304, b"")
    assert "Content-Encoding" not in response.headers


def test_a_head_request_gets_the_length_of_the_compressed_page(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "br"}
    whole, head = client.get("/aide", headers=headers), client.head("/aide", headers=headers)
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert head.data == b""
