"""The program's own commands, as processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["Index", "Running", "full", "knows", "serving"]

# Far longer than anything here takes: what is not there by then never comes.
_LONG: Final = 120.0


@cache
def _help(*words: str) -> str:
    return subprocess.run([*_PROGRAM, *words, "--help"], check=True, capture_output=True, text=True).stdout


def knows(command: str, option: str = "") -> bool:
    """Return whether this program has the command, and the option."""
    return f"  {command} " in _help() and option in (_help(command) if option else "")


_PROGRAM: Final = (sys.executable, "-m", "searchapp")


class Running:
    """A process with its children, in a process group of their own."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str] | None = None) -> None:
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
        )

    def finish(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and what was printed."""
        try:
            output, _ = self._process.communicate(timeout=_LONG)
        except subprocess.TimeoutExpired:
            self.kill(everyone=True)
            raise
        return self._process.returncode, output

    def ended(self) -> bool:
        """Return whether the process has ended by itself."""
        return self._process.poll() is not None

    def kill(self, *, everyone: bool) -> None:
        """End the process at once, with its children or without, and wait for it."""
        with suppress(ProcessLookupError):
            if everyone:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def survivors(self) -> list[int]:
        """Return the processes of the group that live; waits for them to end, but not for ever."""
        deadline = time.monotonic() + _LONG
        while (living := _group(self._process.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return living


@dataclass(frozen=True, slots=True)
class Index:
    """A folder of generations of one corpus, written by one engine."""

    folder: Path
    corpus: Path
    engine: str

    def start(self, *options: str, environment: Mapping[str, str] | None = None) -> Running:
        """Start ``searchapp reindex``."""
        places = ("--corpus", str(self.corpus), "--index", str(self.folder), "--engine", self.engine)
        return Running((*_PROGRAM, "reindex", *places, *options), environment)

    def reindex(self, *options: str, environment: Mapping[str, str] | None = None) -> str:
        """Run ``searchapp reindex``; return what it printed; raises AssertionError when it fails."""
        code, output = self.start(*options, environment=environment).finish()
        assert code == 0, f"reindex ended with {code}: {output}"
        return output

    def check(self) -> tuple[int, str]:
        """Run ``searchapp check``; return the exit code and what it printed."""
        return Running((*_PROGRAM, "check", "--all", "--index", str(self.folder))).finish()

    def current(self) -> str:
        """Return the published generation, or nothing."""
        try:
            return (self.folder / "CURRENT").read_text("ascii").strip()
        except FileNotFoundError:
            return ""

    def generations(self) -> set[str]:
        """Return the names of all folders of the index, whatever they hold."""
        return {path.name for path in self.folder.iterdir() if path.is_dir()}


def full() -> tuple[str, ...]:
    """Return the option that makes a reindex begin from nothing, where it would not anyway."""
    return ("--full",) if knows("reindex", "--full") else ()


@contextmanager
def serving(index: Index, *, workers: int, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run ``searchapp serve`` on a free port and give its address, ``host:port``.

    ``settings`` are SEARCHAPP_ variables; those of this process do not count. Raises AssertionError when the server
    does not start, does not end, or logs an error.
    """
    places = ("--corpus", str(index.corpus), "--index", str(index.folder), "--engine", index.engine)
    command = (*_PROGRAM, "serve", *places, "--host", "127.0.0.1", "--port", "0", "--workers", str(workers))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEARCHAPP_")}
    log = index.folder.with_name("serve.log")
    with log.open("wb") as file:
        server = subprocess.Popen(
            command,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**inherited, "SEARCHAPP_STOP_DELAY": "0", **(settings or {}), "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    try:
        yield _address(server, log)
        server.terminate()
        server.wait(_LONG)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    told = log.read_text("utf-8")
    assert server.returncode == 0, f"serve ended with {server.returncode}: {told}"
    assert not _ERROR.search(told), f"the server logged: {told}"


_ERROR: Final = re.compile(r"\[(ERROR|CRITICAL)\]|Traceback")


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _LONG
    while server.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"http://(\S+)/", log.read_text("utf-8")):
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"the server does not start: {log.read_text('utf-8')}")


def _group(leader: int) -> list[int]:
    """Return the living processes of a group, without zombies."""
    living = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, group = status.read_text().rpartition(")")[2].split()[:3]
            if int(group) == leader and state not in "ZX":
                living.append(int(status.parent.name))
    return living
