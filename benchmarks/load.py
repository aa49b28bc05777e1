"""The load table: requests a second and times at 1 to 256 clients, searchapp beside yardsticks on the same server.

``python -m benchmarks.load [--seconds 5] [--clients 1 8 64 256] [--only NAME ...]`` asks 300 queries (titles of real
articles, cut to one to four words) of the real articles of ../shared. A client asks again as soon as it has its answer;
an answer other than 200 is counted apart. Each contender is measured with its caches as they come: the queries repeat,
so searchapp is also measured without its cache of answers (``answer_cache=0``).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from benchmarks.common import ROOT, Figures, machine, queries, shared
from benchmarks.http_load import Load
from benchmarks.overload import index_of_articles
from benchmarks.slow_clients import ask, memory

JSON = "/api/v1/search?q="
PAGE = "/search?q="
WARM_ROUNDS = 3
WARM_SECONDS = 60.0
FIELDS = ("id", "title", "text", "date", "source", "section", "author")
SEARCHAPP = ("whoosh", "tantivy")
CONTENDERS = {
    "a bare Flask route": ("bare", JSON, "0"),
    "SQLite FTS5 behind Flask": ("fts5", JSON, "0"),
    "tantivy-py behind Flask": ("tantivy-py", JSON, "0"),
    **{f"searchapp on {name}, JSON, no cache": (name, JSON, "0") for name in SEARCHAPP},
    **{f"searchapp on {name}, JSON": (name, JSON, "") for name in SEARCHAPP},
    **{f"searchapp on {name}, page, no cache": (name, PAGE, "0") for name in SEARCHAPP},
    **{f"searchapp on {name}, page": (name, PAGE, "") for name in SEARCHAPP},
}


def yardstick_index(name: str, work: Path) -> Path:
    """Return the folder of a yardstick's index of the real articles, made once."""
    folder = work / f"yardstick-{name}"
    if name != "bare" and not (folder / "complete").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        plain = work / "orange.jsonl"
        with gzip.open(shared() / "data/orange/docs.jsonl.gz", "rt", encoding="utf-8") as lines:
            texts = ({name: _text(json.loads(line).get(name)) for name in FIELDS} for line in lines)
            plain.write_text("".join(json.dumps(record) + "\n" for record in texts), "utf-8")
        command = [sys.executable, ROOT / "benchmarks/peers.py", "index", name, plain, folder]
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "PYTHONPATH": str(ROOT)})
        (folder / "complete").touch()
    return folder


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


@contextmanager
def serving(name: str, cache: str, work: Path) -> Iterator[tuple[int, int]]:
    """Run a contender on a free port; gives its port and process. ``cache`` is its setting ``answer_cache``, if any."""
    if name in SEARCHAPP:
        with serving_index(name, index_of_articles(name, work), cache) as served:
            yield served
        return
    short = name.partition("-")[0]
    port = free_port()
    with _started(
        ["-m", "benchmarks.yardsticks", short, str(yardstick_index(short, work)), str(port)], {}, port
    ) as pid:
        yield port, pid


@contextmanager
def serving_index(engine: str, index: Path, cache: str = "") -> Iterator[tuple[int, int]]:
    """Serve an index with two processes of eight threads; gives port and process."""
    port = free_port()
    command = ["-m", "searchapp", "serve", "--port", str(port), "--workers", "2", "--threads", "8"]
    variables = {"SEARCHAPP_INDEX": str(index), "SEARCHAPP_ENGINE": engine}
    with _started(command, variables | ({"SEARCHAPP_ANSWER_CACHE": cache} if cache else {}), port) as pid:
        yield port, pid


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def _started(command: list[str], variables: dict[str, str], port: int) -> Iterator[int]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **variables}
    with subprocess.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 60
            while ask(port, f"{JSON}paris")[0] != 200 and time.monotonic() < end:
                time.sleep(0.2)
            yield process.pid
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(8)
            process.kill()


def warm_up(load: Load, rounds: int, paths: int) -> None:
    """Ask every query in so many rounds, as each process has caches of its own; WARM_SECONDS at most."""
    answered, end = 0, time.monotonic() + WARM_SECONDS
    while answered < rounds * paths and time.monotonic() < end:
        answered += len(load.keep_busy(8, 1.0).times.get(200, []))
    load.close()


def measure(contender: str, work: Path, clients: list[int], seconds: float) -> Iterator[Figures]:
    name, address, cache = CONTENDERS[contender]
    with serving(name, cache, work) as (port, pid):
        paths = [address + quote(query) for query in queries()]
        accept = "text/html" if address == PAGE else "application/json"
        warm_up(Load(port, paths, accept), 1 if cache else WARM_ROUNDS, len(paths))
        for count in clients:
            load = Load(port, paths, accept)
            figures = load.keep_busy(count, seconds).figures()
            load.close()
            right = figures["by_status"].get("200", {})
            others = figures["sent"] - right.get("count", 0)
            times = {key: right[key] for key in ("p50", "p95", "p99") if key in right}
            rate = figures["answered_s"]
            yield {"contender": contender, "clients": count, "requests_s": rate, **times, "others": others}
        yield {"contender": contender, "memory_mb": memory(pid)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64, 256])
    options.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    given = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    print(json.dumps(machine()))
    for contender in given.only:
        for figures in measure(contender, given.work, given.clients, given.seconds):
            print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
