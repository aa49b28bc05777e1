"""Shared parts of the benchmarks: corpora, environments, measured processes, figures."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

Figures = dict[str, Any]


def shared() -> Path:
    """The folder of test data beside the project, or the one that BENCHMARK_DATA names."""
    folder = Path(os.environ.get("BENCHMARK_DATA", SHARED))
    if not (folder / "tools/make_corpus.py").is_file():
        sys.exit(f"the test data is not at {folder}; name its folder: BENCHMARK_DATA=DIR")
    return folder


def corpus(articles: int, work: Path) -> Path:
    """Return a synthetic corpus of this many articles as JSON Lines, made once."""
    path = work / f"corpus-{articles}.jsonl"
    if not path.is_file():
        work.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        with new.open("wb") as file:
            subprocess.run([sys.executable, shared() / "tools/make_corpus.py", str(articles)], stdout=file, check=True)
        new.rename(path)
    return path


def queries(count: int = 300) -> list[str]:
    """Return titles of real articles cut to one to four words, in turn."""
    lines = (shared() / "data/orange/queries.tsv").read_text("utf-8").splitlines()
    words = (line.split("\t")[1].split() for line in lines)
    return [" ".join(own[: 1 + number % 4]) for number, own in zip(range(count), words, strict=False)]


def environment(name: str, packages: Sequence[str], work: Path) -> Path:
    """Return the interpreter of a virtual environment with ``packages``: contenders share names with our libraries."""
    folder = work / f"env-{name}"
    python = folder / "bin/python"
    if not (folder / ".complete").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "--quiet", "install", *packages], check=True)
        (folder / ".complete").touch()
    return python


def measured(command: Sequence[object]) -> Figures:
    """Run a process that prints a line of JSON; add the peak memory of it and its children.

    ``peak_mb`` is the proportional set size; ``peak_own_mb`` leaves out pages of files, which the system takes back
    when somebody else needs memory.
    """
    output, used = watched(command)
    figures: Figures = json.loads(output.splitlines()[-1])
    return figures | {name: used[name] for name in ("peak_mb", "peak_own_mb")}


def watched(command: Sequence[object]) -> tuple[str, Figures]:
    """Run a process to its end; return its output, and what it and its children used: seconds, CPU seconds, memory."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
    )
    peak = _Peak(process.pid)
    peak.start()
    assert process.stdout is not None
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    peak.stop()
    if process.returncode:
        sys.exit(f"failed: {command}")
    cpu = usage.ru_utime + usage.ru_stime
    memory = {"peak_mb": round(peak.whole / 1e6), "peak_own_mb": round(peak.own / 1e6)}
    return output, {"seconds": round(seconds, 2), "cpu": round(cpu, 2), **memory}


class _Peak(threading.Thread):
    """Adds up the memory of a process and its children ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.whole = self.own = 0

    def run(self) -> None:
        while not self._ended.wait(0.1):
            family = [self._pid, *(pid for pid in _pids() if _parent(pid) == self._pid)]
            held = [_memory(pid) for pid in family]
            self.whole = max(self.whole, sum(whole for whole, _ in held))
            self.own = max(self.own, sum(own for _, own in held))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _memory(pid: int) -> tuple[int, int]:
    """Return the bytes that a process holds, and those of them that are no pages of files."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0, 0
    held = {name: int(value.split()[0]) * 1024 for name, value in (line.split(":") for line in lines)}
    return held.get("Pss", 0), held.get("Pss_Anon", 0)


def percentiles(values: list[float]) -> Figures:
    ordered = sorted(values)
    return {
        f"p{share}": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 2) for share in (50, 95, 99)
    }


def size_mb(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)


def machine() -> Figures:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "processors": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 1),
        "when": time.strftime("%Y-%m-%d %H:%M"),
    }
