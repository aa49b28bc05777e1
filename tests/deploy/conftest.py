"""Servers of the examples: the program itself, and a proxy before it."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from searchapp.bootstrap import reindex
from searchapp.config import load_config
from tests.cli.conftest import environment
from tests.conftest import ARTICLES

ROOT = Path(__file__).parents[2]


def needs(program: str, package: str) -> str:
    """Return the path of a program, or skip the test."""
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed: apt-get install {package}")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(command: Sequence[object], port: int, **settings: Any) -> Iterator[None]:
    """Run a server until the end of the block; it begins when the port accepts connections."""
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, **settings) as server:
        try:
            _wait(server, port)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{server.args!r} does not listen on port {port}")


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of searchapp, which trusts a proxy on this machine."""
    folder = tmp_path_factory.mktemp("backend")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "articles.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), "utf-8")
    config = load_config({"corpus": corpus, "index": folder / "index"})
    reindex(config)
    port = free_port()
    command = [sys.executable, "-m", "searchapp", "serve", "--workers", 1, "--port", port]
    command += ["--corpus", corpus, "--index", config.index, "--trusted-proxies", "127.0.0.1"]
    with serving(command, port, env=environment(), cwd=folder):
        yield port
