"""Certificates, users and rights of a cluster: each that is wrong is told by the setting that mends it.

The node is a real one under ``make test-cluster``, behind a proxy that has the TLS and the users.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from searchapp.engines.opensearch_engine import ClusterSettings
from searchapp.engines.opensearch_engine.connection import Cluster, ClusterRefused
from searchapp.engines.opensearch_engine.indices import Indices
from searchapp.errors import EngineUnavailable
from tests.cluster.engine import ADDRESSES
from tests.engines.tls_proxy import PASSWORD, READER, WRITER, tls_proxy

VERSION = {"version": {"number": "2.19.6"}}


class OneAnswer(BaseHTTPRequestHandler):
    """A node that only tells its version, where there is no real one."""

    def do_GET(self) -> None:
        body = json.dumps(VERSION).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    if ADDRESSES:
        yield ADDRESSES[0]
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), OneAnswer)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


def settings(address: str, ca: Path | None, user: str = WRITER, password: str = PASSWORD) -> ClusterSettings:
    return ClusterSettings((address,), user=user, password=password, ca=ca)


def refusal(settings: ClusterSettings) -> str:
    with pytest.raises(EngineUnavailable) as caught:
        Cluster(settings).version()
    return str(caught.value)


def test_a_node_of_a_trusted_certificate_answers_a_user_that_it_knows(
    node: str, authority: trustme.CA, ca: Path
) -> None:
    with tls_proxy(node, authority.issue_cert("localhost")) as address:
        assert Cluster(settings(address, ca)).version() >= (2,)


def test_a_certificate_of_an_unknown_authority_names_the_setting_of_its_file(
    node: str, authority: trustme.CA, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with tls_proxy(node, authority.issue_cert("localhost")) as address:
        for trusted in (other, None):
            assert "not trusted" in refusal(settings(address, trusted))
            assert "Set opensearch_ca" in refusal(settings(address, trusted))


def test_an_expired_certificate_is_to_be_renewed(node: str, authority: trustme.CA, ca: Path) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = authority.issue_cert("localhost", not_before=yesterday - timedelta(days=9), not_after=yesterday)
    with tls_proxy(node, expired) as address:
        told = refusal(settings(address, ca))
    assert "certificate has expired" in told
    assert "Renew it" in told


def test_a_certificate_for_another_name_names_the_setting_of_the_addresses(
    node: str, authority: trustme.CA, ca: Path
) -> None:
    with tls_proxy(node, authority.issue_cert("ailleurs.example.org")) as address:
        assert "Correct opensearch_addresses" in refusal(settings(address, ca))


def test_a_node_without_tls_is_told_apart_from_a_wrong_certificate(node: str) -> None:
    assert "does not speak TLS" in refusal(settings(node.replace("http:", "https:"), None))


def test_a_node_that_speaks_only_tls_says_that_addresses_begin_with_https(
    node: str, authority: trustme.CA, ca: Path
) -> None:
    with tls_proxy(node, authority.issue_cert("localhost")) as address:
        assert "https:" in refusal(settings(address.replace("https:", "http:"), ca))


@pytest.mark.parametrize(("user", "password"), [(WRITER, "un autre"), ("inconnu", PASSWORD), ("", "")])
def test_a_wrong_user_or_password_names_their_settings(
    node: str, authority: trustme.CA, ca: Path, user: str, password: str
) -> None:
    with tls_proxy(node, authority.issue_cert("localhost")) as address:
        told = refusal(settings(address, ca, user, password))
    assert "401" in told
    assert "Correct opensearch_user and opensearch_password" in told


def test_a_user_without_a_right_is_told_which_one_is_missing(node: str, authority: trustme.CA, ca: Path) -> None:
    with tls_proxy(node, authority.issue_cert("localhost")) as address:
        cluster = Cluster(settings(address, ca, READER))
        assert cluster.version() >= (2,)
        with pytest.raises(ClusterRefused, match=r"indices:admin/create.*rights that docs/cluster\.md lists"):
            Indices(cluster).create("searchapp-phare-1")


def test_a_cluster_that_asks_for_a_certificate_gets_that_of_the_setting(
    node: str, authority: trustme.CA, ca: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.pem"
    authority.issue_cert("searchapp").private_key_and_cert_chain_pem.write_to_path(str(own))
    with tls_proxy(node, authority.issue_cert("localhost"), clients=authority) as address:
        plain = settings(address, ca)
        assert Cluster(ClusterSettings((address,), user=WRITER, password=PASSWORD, ca=ca, certificate=own)).version()
        assert "opensearch_certificate" in refusal(plain)


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\xfe\x00"])
@pytest.mark.parametrize("setting", ["ca", "certificate"])
def test_a_file_that_cannot_be_used_is_named_with_its_setting(
    setting: str, content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_bytes(content)
    told = refusal(ClusterSettings(("https://localhost:9",), **{setting: file}))  # type: ignore[arg-type]
    assert f"{file} of the setting opensearch_{setting} cannot be used" in told


def test_the_key_of_another_certificate_is_named_with_its_setting(authority: trustme.CA, tmp_path: Path) -> None:
    one, other = authority.issue_cert("un"), authority.issue_cert("deux")
    file = tmp_path / "mixed.pem"
    file.write_bytes(one.private_key_pem.bytes() + other.cert_chain_pems[0].bytes())
    assert "opensearch_certificate" in refusal(ClusterSettings(("https://localhost:9",), certificate=file))
