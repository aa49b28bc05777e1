"""Indexing speed: searchapp on both engines beside its peers, each in a process of its own, one after the other.

``python benchmarks/indexing.py [--articles 20000] [--only NAME ...] [--rounds 1]``: prints JSON. searchapp is measured
end to end, from JSON Lines to a published generation that is durable on disk. CPU seconds count all processes; they are
what to compare when the machine has other work. Of several rounds the quickest counts: neighbours only slow one down.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from common import ROOT, Figures, corpus, environment, machine, measured, size_mb

PEERS = Path(__file__).with_name("peers.py")
STOCK = ["Whoosh==2.7.4", "PyStemmer", "setuptools<81"]
SLOW = 20_000


@dataclass(frozen=True)
class Contender:
    """``python`` gives the interpreter that runs ``words``; more than ``most`` articles would take it an hour."""

    words: tuple[object, ...]
    python: Callable[[Path], Path] = lambda work: Path(sys.executable)
    most: int = 1_000_000


def ours(engine: str, jobs: int, *more: str) -> Contender:
    return Contender((__file__, "--reindex", engine, jobs, *more))


def peer(name: str, packages: list[str] | None = None, most: int = 1_000_000) -> Contender:
    python = (lambda work: environment(name.split("-")[0], packages, work)) if packages else Contender.python
    return Contender((PEERS, "index", name), python, most)


CONTENDERS = {
    "searchapp on Whoosh, 2 processes": ours("whoosh", 2),
    "searchapp on Whoosh, 1 process": ours("whoosh", 1),
    "Whoosh 2.7.4, same fields and terms": peer("whoosh-same", STOCK, SLOW),
    "Whoosh 2.7.4, two French fields": peer("whoosh", STOCK, SLOW),
    "whoosh3's writer, two French fields": peer("whoosh", most=SLOW),
    "searchapp on Tantivy, 2 processes": ours("tantivy", 2),
    "searchapp on Tantivy, 1 process": ours("tantivy", 1),
    "searchapp on Tantivy, 1 process, a Token a word": ours("tantivy", 1, "tokens"),
    "tantivy-py, no stemming, 2 threads": peer("tantivy"),
    "tantivy-py, its own French chain, 2 threads": peer("tantivy-french"),
    "tantivy-py, searchapp's terms ready-made, 2 threads": peer("tantivy-ready"),
    "SQLite FTS5, no stemming": peer("fts5"),
}


def reindex(engine: str, jobs: str, ways: list[str], source: str, folder: str) -> Figures:
    """Reindex in this process, and workers of it."""
    from searchapp import bootstrap

    if "tokens" in ways:
        from searchapp.engines.tantivy_engine import entries

        entries.join = lambda terms: entries.ODD + entries.ODD.join(terms)
    config = bootstrap.load_config({"corpus": source, "index": folder, "engine": engine, "jobs": jobs})
    started = time.perf_counter()
    bootstrap.reindex(config)
    seconds = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"seconds": seconds, "cpu": sum(usage.ru_utime + usage.ru_stime for usage in used)}


def run(contender: Contender, source: Path, work: Path) -> Figures:
    folder = Path(mkdtemp(dir=work))
    figures = measured([contender.python(work), *contender.words, source, folder])
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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    options.add_argument("--only", nargs="*", default=[name for name in CONTENDERS if "a Token a word" not in name])
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--reindex", nargs="+", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.reindex:
        engine, jobs, *ways, source, folder = given.reindex
        print(json.dumps(reindex(engine, jobs, ways, source, folder)))
        return
    made = corpus(given.articles, given.work)
    chosen = {name: CONTENDERS[name] for name in given.only if given.articles <= CONTENDERS[name].most}
    report: Figures = {"machine": machine(), "articles": given.articles, "megabytes": made.stat().st_size / 1e6}
    runs = [{name: run(contender, made, given.work) for name, contender in chosen.items()} for _ in range(given.rounds)]
    report["indexing"] = {
        name: min((one[name] for one in runs), key=lambda figures: figures["seconds"]) for name in chosen
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
