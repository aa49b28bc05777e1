"""Search latency: the whole service on Whoosh (ranking, highlighting, facets) beside peers that only find ten titles.

``python benchmarks/whoosh_searching.py [--articles 20000] [--index DIR]``: prints JSON. Each contender answers the same
300 queries of one to four words in a process of its own; CPU milliseconds are what to compare when the machine has
other work.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from common import ROOT, Figures, corpus, environment, machine, measured, percentiles, queries

PEERS = Path(__file__).with_name("peers.py")
# Queries with every hit's ten best of an "or" of all words take stock Whoosh seconds at 200,000 articles.
FEWER = 60


def serve(asked: list[str], folder: Path) -> Figures:
    from searchapp.analysis import FrenchAnalyzer
    from searchapp.engines.whoosh_engine import WhooshEngine
    from searchapp.indexing import Generations
    from searchapp.model import SearchRequest
    from searchapp.service import SearchService

    service = SearchService(Generations(folder), lambda name: WhooshEngine(), FrenchAnalyzer())
    for query in asked[:50]:
        service.search(SearchRequest(query))
    latencies, used = [], []
    for query in asked:
        started, cpu = time.perf_counter(), time.process_time()
        service.search(SearchRequest(query))
        latencies.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - cpu) * 1000)
    service.close()
    return {"latencies": latencies, "cpu": used}


def ours(source: Path, work: Path, asked: Path) -> Figures:
    folder = work / f"index-{source.stem}"
    if not (folder / "CURRENT").is_file():
        measured([sys.executable, Path(__file__).with_name("whoosh_indexing.py"), "--reindex", source, folder, 2])
    return measured([sys.executable, __file__, "--serve", asked, folder])


def peer(name: str, source: Path, work: Path, asked: Path) -> Figures:
    python = environment("stock", ["Whoosh==2.7.4", "PyStemmer", "setuptools<81"], work)
    folder = work / f"{name}-{source.stem}"
    if not (folder / ".complete").is_file():
        folder.mkdir(exist_ok=True)
        measured([python, PEERS, "index", name, source, folder])
        (folder / ".complete").touch()
    return measured([python, PEERS, "search", name, asked, folder])


def summary(figures: Figures) -> Figures:
    wall, cpu = percentiles(figures["latencies"]), percentiles(figures["cpu"])
    return {"queries": len(figures["latencies"]), "ms": wall, "cpu_ms": cpu, "peak_mb": figures["peak_mb"]}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    options.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options.add_argument("--only", nargs="*", default=["searchapp", "whoosh", "fts5"])
    given = options.parse_args()
    if given.serve:
        print(json.dumps(serve(json.loads(Path(given.serve[0]).read_text("utf-8")), Path(given.serve[1]))))
        return
    source = corpus(given.articles, given.work)
    few = given.work / "queries-few.json"
    many = given.work / "queries.json"
    many.write_text(json.dumps(queries()), "utf-8")
    few.write_text(json.dumps(queries(FEWER)), "utf-8")
    report: Figures = {"machine": machine(), "articles": given.articles, "searching": {}}
    for name in given.only:
        slow = name == "whoosh" and given.articles > 20_000
        asked = few if slow else many
        found = ours(source, given.work, asked) if name == "searchapp" else peer(name, source, given.work, asked)
        report["searching"][name] = summary(found)
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
