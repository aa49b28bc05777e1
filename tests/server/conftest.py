"""The real server over a small index, and raw connections to it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from searchapp.bootstrap import reindex
from searchapp.config import Config, load_config
from tests.cli.conftest import environment
from tests.conftest import ARTICLES

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
Connect = Callable[[bytes], socket.socket]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings of a small corpus that is indexed."""
    folder = tmp_path_factory.mktemp("server")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "articles.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), "utf-8")
    config = load_config({"corpus": corpus, "index": folder / "index"})
    reindex(config)
    return config


@pytest.fixture(scope="module")
def place(indexed: Config) -> Iterator[tuple[str, int]]:
    """Where a server of one process listens, which takes articles of up to 1 MB from who has the token."""
    config = indexed
    variables = {**environment(), "SEARCHAPP_WRITE_TOKEN": TOKEN, "SEARCHAPP_WRITE_LARGEST": "1"}
    command = [sys.executable, "-m", "searchapp", "serve", "--port", "0", "--workers", "1"]
    command += ["--corpus", str(config.corpus), "--index", str(config.index)]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            server.stdout.readline()
            address = urlsplit(server.stdout.readline().split()[2])
            yield str(address.hostname), int(address.port or 0)
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


@pytest.fixture
def connect(place: tuple[str, int]) -> Iterator[Connect]:
    """Open a connection and send this."""
    with ExitStack() as stack:

        def call(sent: bytes) -> socket.socket:
            connection = stack.enter_context(socket.create_connection(place, timeout=30))
            connection.sendall(sent)
            return connection

        yield call


def to_end(connection: socket.socket) -> bytes:
    """Read all that comes until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))
