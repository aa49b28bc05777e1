"""Ten times the capacity, and one client with costly queries: python -m benchmarks.overload [--engine ENGINE]

The capacity is what eight connections get answered. Then ten times as many requests arrive a second, from two hundred
addresses: those that are accepted have to be answered within a second (p99), the others refused (503 or 429) at once,
and a second after the end everything has to be as before. Last, one client sends costly queries without a pause: a
reader at another address may become slower by FACTOR at most. Exit code 1 when anything of that is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from benchmarks.common import ROOT, Figures, machine, percentiles, queries, shared
from benchmarks.http_load import LOST, Answers, Load
from benchmarks.slow_clients import COSTLY, serving

ACCEPTED_MS = 1000.0
REFUSED_MS = 500.0
"""Refusals are delayed by 250 ms on purpose (server/channel.py), so that they are not repeated at once."""
RECOVERY_SECONDS = 1.0
FACTOR = 4.0
READER_SECONDS = 5.0


def search_paths() -> list[str]:
    return [f"/api/v1/search?q={quote(query)}" for query in queries()]


def index_of_articles(engine: str, work: Path) -> Path:
    """Return an index of the real articles, made once."""
    index = work / f"index-{engine}-orange"
    if not (index / "CURRENT").is_file():
        articles = shared() / "data/orange/docs.jsonl.gz"
        command = [sys.executable, "-m", "searchapp", "reindex", articles, "--index", index, "--engine", engine]
        subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr)
    return index


def capacity(port: int, seconds: float) -> Figures:
    load = Load(port, search_paths())
    load.keep_busy(8, seconds / 3)
    figures = load.keep_busy(8, seconds).figures()
    load.close()
    return figures


def overload(port: int, rate: float, seconds: float) -> tuple[Answers, float]:
    """Return the answers at ``rate`` requests a second, and the seconds until five in a row are accepted again."""
    load = Load(port, search_paths())
    answers = load.arrive(rate, seconds)
    ended = time.perf_counter()
    in_a_row = 0
    while in_a_row < 5:
        times = load.keep_busy(1, 0.05).times
        in_a_row = in_a_row + 1 if set(times) == {200} else 0
    recovered = time.perf_counter() - ended
    load.close()
    return answers, round(recovered, 2)


def reader(port: int, seconds: float) -> Figures:
    """The times of a lone reader."""
    load = Load(port, search_paths())
    times = load.keep_busy(1, seconds).times
    load.close()
    return {"other": sum(len(each) for status, each in times.items() if status != 200), **percentiles(times[200])}


def beside_costly(port: int) -> Figures:
    """The times of a reader alone, and while another client has eight costly queries on their way."""
    alone = reader(port, READER_SECONDS)
    load = Load(port, [COSTLY])
    thread = Thread(target=load.keep_busy, args=(8, READER_SECONDS + 1))
    thread.start()
    time.sleep(0.5)
    beside = reader(port, READER_SECONDS)
    thread.join()
    load.close()
    factors = {f"factor_{name}": round(beside[name] / alone[name], 1) for name in ("p50", "p95")}
    return {"alone": alone, "beside": beside, **factors}


def measure(engine: str, work: Path, seconds: float, times: int) -> Figures:
    with ExitStack() as stack:
        port, _ = stack.enter_context(serving("searchapp", index_of_articles(engine, work)))
        usual = capacity(port, seconds)
        answers, recovered = overload(port, usual["answered_s"] * times, seconds)
        return {
            "engine": engine,
            "capacity": usual,
            "overload": answers.figures(),
            "recovered_s": recovered,
            "costly": beside_costly(port),
        }


def missed(figures: Figures) -> list[str]:
    """Return the requirements that a measurement missed."""
    by_status = figures["overload"]["by_status"]
    refused = [by_status[status]["p99"] for status in ("429", "503") if status in by_status]
    checks = {
        "accepted answers within a second": by_status["200"]["p99"] <= ACCEPTED_MS,
        "refusals at once": all(p99 <= REFUSED_MS for p99 in refused),
        "no other answer": set(by_status) <= {"200", "429", "503"} and str(LOST) not in by_status,
        "recovery": figures["recovered_s"] <= RECOVERY_SECONDS,
        "beside a costly client": figures["costly"]["factor_p95"] <= FACTOR
        and not figures["costly"]["beside"]["other"],
    }
    return [name for name, is_met in checks.items() if not is_met]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--engine", action="append", choices=("whoosh", "tantivy"))
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--times", type=int, default=10, help="arrivals, in capacities")
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    given = options.parse_args()
    os.environ["SEARCHAPP_ANSWER_CACHE"] = "0"  # the queries repeat, and every one of them has to search
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    print(json.dumps(machine()))
    failures = []
    for engine in given.engine or ("whoosh", "tantivy"):
        figures = measure(engine, given.work, given.seconds, given.times)
        figures["missed"] = missed(figures)
        failures += figures["missed"]
        print(json.dumps(figures, indent=1), flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
