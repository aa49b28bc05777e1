"""Minutes of load while reindexes publish: python -m benchmarks.endurance [--minutes 10] [--clients 64] [--engine E]

The real articles of ../shared and a file that changes every minute, each time followed by ``searchapp reindex``; the
clients ask 300 queries without a pause meanwhile. Prints a line a minute: answers by status, their times, the memory of
the server. Above the capacity of the machine a server answers 503 to some: these are told, and count as refusals. Exit
code 1 when any other answer than 200 and 503 came, a connection broke, or a reindex failed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from benchmarks.common import ROOT, Figures, machine, queries, shared
from benchmarks.http_load import Load
from benchmarks.load import JSON, serving_index
from benchmarks.slow_clients import memory

REFUSED = {"503"}


@contextmanager
def corpus_and_index(engine: str) -> Iterator[tuple[Path, Path]]:
    with TemporaryDirectory() as folder:
        corpus, index = Path(folder, "corpus"), Path(folder, "index")
        corpus.mkdir()
        with gzip.open(shared() / "data/orange/docs.jsonl.gz") as articles:
            Path(corpus, "orange.jsonl").write_bytes(articles.read())
        reindex(engine, corpus, index, 0).wait()
        yield corpus, index


def reindex(engine: str, corpus: Path, index: Path, minute: int) -> subprocess.Popen[bytes]:
    """Change a file of the corpus and start a reindex."""
    Path(corpus, "change.md").write_text(f"# Brève de la minute {minute}\n\nLe conseil s'est réuni.\n", "utf-8")
    command = [sys.executable, "-m", "searchapp", "reindex", corpus, "--index", index, "--engine", engine]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def measure(engine: str, clients: int, minutes: int, seconds: float) -> Iterator[Figures]:
    with corpus_and_index(engine) as (corpus, index), serving_index(engine, index) as (port, pid):
        paths = [JSON + quote(query) for query in queries()]
        for minute in range(1, minutes + 1):
            load, started = Load(port, paths), time.perf_counter()
            process = reindex(engine, corpus, index, minute)
            figures = load.keep_busy(clients, seconds).figures()
            load.close()
            failed = process.wait() != 0
            others = set(figures["by_status"]) - {"200"} - REFUSED
            times = figures["by_status"].get("200", {})
            yield {
                "engine": engine,
                "minute": minute,
                "seconds": round(time.perf_counter() - started, 1),
                "answered": times.get("count", 0),
                "refused": sum(figures["by_status"].get(status, {}).get("count", 0) for status in REFUSED),
                "errors": {status: figures["by_status"][status]["count"] for status in sorted(others)},
                "reindex_failed": failed,
                **{name: times.get(name) for name in ("p50", "p95", "p99")},
                "memory_mb": memory(pid),
            }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--engine", action="append", choices=("whoosh", "tantivy"))
    options.add_argument("--minutes", type=int, default=10)
    options.add_argument("--clients", type=int, default=64)
    options.add_argument("--seconds", type=float, default=60.0, help="length of a minute")
    given = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    os.environ.pop("SEARCHAPP_ANSWER_CACHE", None)
    print(json.dumps(machine()))
    failed = False
    for engine in given.engine or ("whoosh", "tantivy"):
        for figures in measure(engine, given.clients, given.minutes, given.seconds):
            failed = failed or bool(figures["errors"]) or figures["reindex_failed"]
            print(json.dumps(figures), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
