"""Console blocks of a page, run in order as a person would, and compared with their output.

A line that begins with "$ " is a command, one with ">" goes on with it, the others are its output. There, a line "..."
stands for any lines. What differs each time (durations, generations, moments, the home folder) is not compared. A
command that serves stays until the end of the session.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

SERVES = re.compile(r"make run|searchapp serve")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What differs each time, and the sign that stands for it.
VARIES = (
    (re.compile("[\u00a0\u202f]"), " "),
    (re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{4}"), "GENERATION"),
    (re.compile(r"\b\d[\d., ]* (m?s)\b"), r"TIME \1"),
    (re.compile(r"(?<=indexés le )[^\n]+"), "MOMENT"),
    (re.compile(r"[“«]\s?/[^”»]*/archives\s?[”»]"), "ARCHIVES"),
    (re.compile(r"127\.0\.0\.1:\d+"), "ADDRESS"),
)


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Yield each command of the console blocks of a page, and its output."""
    for block in BLOCK.findall(page):
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *rest = entry.splitlines()
            more = [line for line in rest if line.startswith(">")]
            yield (
                "\n".join([first, *(line.removeprefix(">").removeprefix(" ") for line in more)]),
                "\n".join(line for line in rest if not line.startswith(">")),
            )


def same(expected: str, output: str) -> bool:
    """Return whether an output is the expected one, but for what varies."""
    pattern = "\n".join(
        ".*" if line == "..." else re.escape(line.rstrip()) for line in without_variation(expected).splitlines()
    )
    given = "\n".join(line.rstrip() for line in without_variation(output).splitlines())
    return re.fullmatch(pattern, given.strip("\n"), re.DOTALL) is not None


def without_variation(text: str) -> str:
    for pattern, sign in VARIES:
        text = pattern.sub(sign, text)
    return text


class Session:
    """A terminal in ``folder``, where the site is served at a port of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = str(free.getsockname()[1])
        self._folder = folder
        self._environment = {
            **environment,
            "SEARCHAPP_PORT": self._port,
            "SEARCHAPP_WORKERS": "1",
            "SEARCHAPP_QUERY_SECONDS": "60",
        }
        self._servers: list[tuple[subprocess.Popen[str], Thread]] = []

    def run(self, command: str, expected: str) -> str:
        """Return the output of a command; of one that serves, as many lines as are expected."""
        command = command.replace("127.0.0.1:8000", f"127.0.0.1:{self._port}")
        if SERVES.match(command):
            return self._serve(command, len(expected.splitlines()))
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        return done.stdout

    def _serve(self, command: str, lines: int) -> str:
        server = subprocess.Popen(
            ["bash", "-c", command],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        output: Queue[str] = Queue()
        reading = Thread(target=lambda: [output.put(line) for line in server.stdout or ()], daemon=True)
        reading.start()
        self._servers.append((server, reading))
        told: list[str] = []
        while len(told) < lines:
            try:
                told.append(output.get(timeout=60))
            except Empty:
                break
        return "".join(told)

    def close(self) -> None:
        """End the servers of this session."""
        for server, reading in self._servers:
            with suppress(ProcessLookupError):  # it has ended by an error, which the test tells
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
            reading.join(30)
            if server.stdout:
                server.stdout.close()
