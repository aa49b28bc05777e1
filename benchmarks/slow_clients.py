"""Slow, silent and costly clients before HTTP servers: python -m benchmarks.slow_clients [searchapp gthread ...]

Each server runs the same application with two processes of eight threads (waitress and cheroot alone know one process).
While a crowd does what it does, one reader asks ``q=paris`` and ``/healthz``, on a new connection each time. All
figures are milliseconds; a question without an answer within three seconds counts as 3000.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from urllib.parse import quote

from benchmarks.common import ROOT, Figures, corpus, environment, machine

WORK = ROOT / "benchmarks/environments"
PATIENCE = 3.0
PARIS = "/api/v1/search?q=paris"
COSTLY = "/api/v1/search?q=" + quote(" ".join(["le PROCHE/50 la"] * 70))
GUNICORN = ["-m", "gunicorn", "--preload", "--workers", "2", "--log-level", "error", "searchapp:create_app()"]
CHEROOT = """
import searchapp
from cheroot.wsgi import Server
Server(("127.0.0.1", {port}), searchapp.create_app(), numthreads=8).start()
"""
GRANIAN = ["-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "8", "--log-level", "error"]
SERVERS: dict[str, tuple[list[str], list[str]]] = {
    "searchapp": ([], ["-m", "searchapp", "serve", "--workers", "2", "--threads", "8", "--port", "{port}"]),
    "gthread": ([], [*GUNICORN, "--worker-class", "gthread", "--threads", "8", "--bind", "127.0.0.1:{port}"]),
    "gevent": (["gevent"], [*GUNICORN, "--worker-class", "gevent", "--bind", "127.0.0.1:{port}"]),
    "waitress": ([], ["-m", "waitress", "--threads=8", "--listen=127.0.0.1:{port}", "--call", "searchapp:create_app"]),
    "granian": (["granian"], [*GRANIAN, "--port", "{port}", "--factory", "searchapp:create_app"]),
    "cheroot": (["cheroot"], ["-c", CHEROOT]),
}


@contextmanager
def serving(name: str, index: Path) -> Iterator[tuple[int, int]]:
    """Run a server on a free port until the block ends; gives its port and process."""
    packages, arguments = SERVERS[name]
    python = environment(name, packages, WORK) if packages else Path(sys.executable)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    paths = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    variables = {**os.environ, "PYTHONPATH": paths, "SEARCHAPP_INDEX": str(index), "PYTHONWARNINGS": "ignore"}
    command = [str(python), *(argument.format(port=port) for argument in arguments)]
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 30
            while ask(port, PARIS)[0] != 200 and time.monotonic() < end:
                time.sleep(0.2)
            yield port, process.pid
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(8)
            process.kill()


def ask(port: int, path: str) -> tuple[int, float]:
    """Return status (0: none in time) and milliseconds of a question."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status, (time.perf_counter() - started) * 1000
    except (OSError, http.client.HTTPException):
        return 0, PATIENCE * 1000
    finally:
        connection.close()


def reader(port: int, seconds: float = 3.0) -> Figures:
    """Response times of one reader meanwhile."""
    end = time.monotonic() + seconds
    paris: list[tuple[int, float]] = []
    health: list[float] = []
    while time.monotonic() < end or len(paris) < 2:
        paris.append(ask(port, PARIS))
        health.append(ask(port, "/healthz")[1])
    return {
        "median": round(statistics.median(taken for _, taken in paris), 1),
        "worst": round(max(taken for _, taken in paris), 1),
        "healthz": round(max(health), 1),
        "failed": sum(status != 200 for status, _ in paris),
        "asked": len(paris),
    }


def connected(stack: ExitStack, port: int, count: int, sent: bytes, *, buffer: int = 0) -> list[socket.socket]:
    """Open connections that send these bytes and nothing more."""
    connections = []
    for _ in range(count):
        own = stack.enter_context(socket.socket())
        if buffer:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        own.settimeout(PATIENCE)
        with suppress(OSError):
            own.connect(("127.0.0.1", port))
            own.sendall(sent)
            connections.append(own)
    return connections


def half_sent(stack: ExitStack, port: int) -> None:
    connected(stack, port, 200, b"GET / HTTP/1.1\r\nHost: ponant.example\r\nAccept")


def kept_alive(stack: ExitStack, port: int) -> None:
    for own in connected(stack, port, 1000, b"GET /healthz HTTP/1.1\r\nHost: ponant.example\r\n\r\n"):
        own.setblocking(False)


def dripping(start: bytes) -> Callable[[ExitStack, int], None]:
    """A hundred connections that send a byte a second."""

    def crowd(stack: ExitStack, port: int) -> None:
        connections = connected(stack, port, 100, start)
        stop = Event()

        def drip() -> None:
            while not stop.wait(1.0):
                for own in connections:
                    with suppress(OSError):
                        own.send(b"a")

        Thread(target=drip, daemon=True).start()
        stack.callback(stop.set)

    return crowd


def not_reading(stack: ExitStack, port: int) -> None:
    asked = b"GET /api/v1/search?per_page=100 HTTP/1.1\r\nHost: ponant.example\r\n\r\n" * 8
    connected(stack, port, 50, asked, buffer=1024)


def gone(stack: ExitStack, port: int) -> None:
    """256 clients that ask for much and go away."""
    with ExitStack() as short:
        connected(short, port, 256, f"GET {COSTLY} HTTP/1.1\r\nHost: ponant.example\r\n\r\n".encode())


def costly(stack: ExitStack, port: int) -> None:
    """Eight clients that ask for much, again and again, and 200 half-sent requests."""
    half_sent(stack, port)
    stop = Event()

    def again() -> None:
        while not stop.is_set():
            ask(port, COSTLY)

    threads = [Thread(target=again, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    stack.callback(stop.set)
    time.sleep(1.0)


CROWDS: dict[str, Callable[[ExitStack, int], None]] = {
    "200 half-sent": half_sent,
    "1,000 kept alive": kept_alive,
    "100 slow headers": dripping(b"GET / HTTP/1.1\r\nX-Slow: "),
    "100 slow bodies": dripping(b"POST /api/v1/articles HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n"),
    "50 not reading": not_reading,
    "256 gone": gone,
    "200 half-sent, 8 costly": costly,
}


def throughput(port: int, seconds: float = 3.0) -> float:
    """Requests a second that eight connections, kept alive, get answered."""
    selector = selectors.DefaultSelector()
    asked = f"GET {PARIS} HTTP/1.1\r\nHost: ponant.example\r\n\r\n".encode()
    answered, end = 0, time.monotonic() + seconds
    with ExitStack() as stack:
        for own in connected(stack, port, 8, asked):
            selector.register(own, selectors.EVENT_READ)
        while time.monotonic() < end:
            for key, _ in selector.select(0.1):
                response = http.client.HTTPResponse(key.fileobj)  # type: ignore[arg-type]
                response.begin()
                response.read()
                answered += response.status == 200
                with suppress(OSError):
                    key.fileobj.sendall(asked)  # type: ignore[union-attr]
    return round(answered / seconds, 1)


def memory(pid: int) -> float:
    """MB of a process and its children, shared pages divided between them."""
    tree = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    rollups = [Path(f"/proc/{each}/smaps_rollup").read_text() for each in tree]
    return round(sum(int(text.partition("Pss:")[2].split()[0]) for text in rollups) / 1024, 1)


def measure(name: str, index: Path, crowds: list[str]) -> Iterator[Figures]:
    with serving(name, index) as (port, pid):
        alone = reader(port)
        rate = throughput(port)
        yield {"server": name, "crowd": "nobody", **alone, "requests_s": rate, "memory_mb": memory(pid)}
    for crowd in crowds:
        with serving(name, index) as (port, _), ExitStack() as stack:
            reader(port, 0.5)
            CROWDS[crowd](stack, port)
            figures = reader(port, 5.0)
            yield {"server": name, "crowd": crowd, **figures, "ratio": round(figures["median"] / alone["median"], 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", default=["searchapp"], help=", ".join(SERVERS))
    parser.add_argument("--crowd", action="append", choices=list(CROWDS), help="only these (all)")
    parser.add_argument("--engine", default="whoosh")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--index", type=Path, help="an index that is there (a synthetic one is made)")
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with TemporaryDirectory() as folder:
        index = given.index or Path(folder) / "index"
        if given.index is None:
            articles = corpus(given.articles, WORK)
            options = ["--index", str(index), "--engine", given.engine]
            subprocess.run([sys.executable, "-m", "searchapp", "reindex", articles, *options], check=True, cwd=folder)
        print(json.dumps(machine()))
        for name in given.servers:
            for figures in measure(name, index, given.crowd or list(CROWDS)):
                print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
