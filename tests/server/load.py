"""The real server as processes, and clients that send it requests without a pause and count what they get."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from searchapp.config import Config
from tests.cli.conftest import environment

__all__ = ["Load", "Server", "serving"]

# Far longer than anything here takes.
LONG: Final = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    host: str
    port: int

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, http.client.HTTPMessage, str]:
        """Return status, header fields and body of an answer."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LONG)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def samples(self, name: str) -> list[tuple[dict[str, str], float]]:
        """Return the labels and the value of each sample of a metric."""
        status, _, text = self.get("/metrics")
        assert status == 200, text
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return [(sample.labels, sample.value) for sample in samples if sample.name == name]

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of a metric's samples that have these labels."""
        return sum(value for given, value in self.samples(name) if labels.items() <= given.items())

    def wait_for_workers(self, but: Sequence[int] = (), count: int = 1) -> None:
        """Wait until ``count`` processes run and none of ``but`` does."""
        until = time.monotonic() + LONG
        while (set(but) & set(self.workers()) or len(self.workers()) < count) and time.monotonic() < until:
            time.sleep(0.05)

    def kill(self, worker: int) -> None:
        """End a process at once."""
        os.kill(worker, signal.SIGKILL)

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG)


@contextmanager
def serving(config: Config, workers: int, **settings: str) -> Iterator[Server]:
    """Run ``serve`` over the index of ``config``; ``settings`` are SEARCHAPP_ variables. Its log is ``serve.log``."""
    command = [sys.executable, "-m", "searchapp", "serve", "--port", "0", "--workers", str(workers)]
    command += ["--corpus", str(config.corpus), "--index", str(config.index)]
    variables = environment(**{f"SEARCHAPP_{name.upper()}": value for name, value in settings.items()})
    with (
        config.index.with_name("serve.log").open("w") as log,
        subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            process.stdout.readline()
            address = urlsplit(process.stdout.readline().split()[2])
            server = Server(process, str(address.hostname), int(address.port or 0))
            server.get("/readyz")  # answered when the first process runs
            server.wait_for_workers(count=workers)
            yield server
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(LONG)


@dataclass(slots=True)
class Load:
    """Clients that ask for ``paths`` in turn until :meth:`end`; half of them open a connection for each request.

    ``answered`` counts whole answers by status; ``refused`` are connections that nobody accepted; ``lost`` are requests
    that were sent and not answered whole, with the error.
    """

    server: Server
    paths: Sequence[str]
    clients: int = 8
    answered: Counter[int] = field(default_factory=Counter)
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    _ended: Event = field(default_factory=Event)
    _lock: Any = field(default_factory=Lock)
    _threads: list[Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._threads = [Thread(target=self._ask, args=(number,)) for number in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Finish the requests under way and send no more."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, answers: int) -> None:
        """Wait until so many requests more are answered."""
        until, goal = time.monotonic() + LONG, self.answered.total() + answers
        while self.answered.total() < goal and time.monotonic() < until:
            time.sleep(0.01)

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=LONG)
        paths = [*self.paths[number % len(self.paths) :], *self.paths[: number % len(self.paths)]]
        while not self._ended.is_set():
            for path in paths:
                if not self._ended.is_set() and not self._send(connection, path):
                    return
                if number % 2:
                    connection.close()
        connection.close()

    def _send(self, connection: http.client.HTTPConnection, path: str) -> bool:
        """Send one request; return False when nobody accepts connections any more."""
        try:
            if connection.sock is None:
                connection.connect()
        except OSError:
            with self._lock:
                self.refused += 1
            return False
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            with self._lock:
                self.lost.append(repr(error))
        else:
            with self._lock:
                self.answered[response.status] += 1
        return True
