"""The command line as a person meets it: a process, its output, its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(language: str = "C.UTF-8", **variables: str) -> dict[str, str]:
    """Return the variables of a terminal in that locale, which is not that of `make test`; servers stop at once."""
    foreign = ("SEARCHAPP_", "LC_", "LANG", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "LANG": language, "SEARCHAPP_STOP_DELAY": "0", **variables}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run searchapp in an empty folder."""

    def call(
        *arguments: object, language: str = "C.UTF-8", options: tuple[str, ...] = (), **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *options, "-m", "searchapp", *map(str, arguments)],
            cwd=tmp_path,
            env=environment(language, **variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return call
