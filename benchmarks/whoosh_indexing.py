"""Indexing speed: searchapp on Whoosh beside its peers, each in a process of its own, one after the other.

``python benchmarks/whoosh_indexing.py [--articles 20000] [--only NAME ...]``: prints JSON. CPU seconds count all
processes; they are what to compare when the machine has other work.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from common import ROOT, Figures, corpus, environment, machine, measured, size_mb

PEERS = Path(__file__).with_name("peers.py")
# Name -> (what runs it, name there, how many articles at most: the slow ones would take an hour).
CONTENDERS = {
    "searchapp, 2 processes": ("searchapp", "2", 1_000_000),
    "searchapp, 1 process": ("searchapp", "1", 1_000_000),
    "Whoosh 2.7.4, same fields and terms": ("stock", "whoosh-same", 20_000),
    "Whoosh 2.7.4, two French fields": ("stock", "whoosh", 20_000),
    "whoosh3's writer, two French fields": ("ours", "whoosh", 20_000),
    "SQLite FTS5, no stemming": ("ours", "fts5", 1_000_000),
    "tantivy-py, its own French chain, 2 threads": ("tantivy", "tantivy", 1_000_000),
}


def reindex(source: Path, folder: Path, jobs: int) -> Figures:
    """End to end: from JSON Lines to a published generation, durable on disk."""
    from searchapp import bootstrap

    config = bootstrap.load_config({"corpus": source, "index": folder, "engine": "whoosh", "jobs": jobs})
    started = time.perf_counter()
    bootstrap.reindex(config)
    seconds = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"seconds": seconds, "cpu": sum(usage.ru_utime + usage.ru_stime for usage in used)}


def run(name: str, source: Path, work: Path) -> Figures:
    runner, argument, _ = CONTENDERS[name]
    folder = Path(mkdtemp(dir=work))
    if runner == "searchapp":
        command: list[object] = [sys.executable, __file__, "--reindex", source, folder, argument]
    else:
        interpreters = {
            "ours": lambda: Path(sys.executable),
            "stock": lambda: _stock(work),
            "tantivy": lambda: _tantivy(work),
        }
        command = [interpreters[runner](), PEERS, "index", argument, source, folder]
    figures = measured(command)
    megabytes = source.stat().st_size / 1e6
    figures |= {
        "seconds": round(figures["seconds"], 1),
        "cpu": round(figures["cpu"], 1),
        "mb_per_second": round(megabytes / figures["seconds"], 2),
        "mb_per_cpu_second": round(megabytes / figures["cpu"], 2),
        "index_mb": size_mb(folder),
    }
    shutil.rmtree(folder)
    return figures


def _stock(work: Path) -> Path:
    return environment("stock", ["Whoosh==2.7.4", "PyStemmer", "setuptools<81"], work)


def _tantivy(work: Path) -> Path:
    return environment("tantivy", ["tantivy"], work)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    options.add_argument("--only", nargs="*", default=list(CONTENDERS))
    options.add_argument("--reindex", nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.reindex:
        source, folder, jobs = given.reindex
        print(json.dumps(reindex(Path(source), Path(folder), int(jobs))))
        return
    source = corpus(given.articles, given.work)
    chosen = [name for name in CONTENDERS if name in given.only and given.articles <= CONTENDERS[name][2]]
    report: Figures = {"machine": machine(), "articles": given.articles, "megabytes": source.stat().st_size / 1e6}
    report["indexing"] = {name: run(name, source, given.work) for name in chosen}
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
