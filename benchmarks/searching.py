"""Search latency: searchapp's whole service on both engines beside peers that only find ten titles.

``python benchmarks/searching.py [--articles 20000] [--only NAME ...]``: prints JSON. Whole means ranking in two stages,
highlighting, facets and months, ten results. Each contender answers the same 300 queries of one to four words in a
process of its own, warmed up by the first fifty; CPU milliseconds are what to compare when the machine has other work.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from common import ROOT, Figures, corpus, environment, machine, measured, percentiles, queries
from indexing import PEERS, STOCK

# An "or" of all words takes stock Whoosh seconds at 200,000 articles.
FEWER = 60
CONTENDERS = {
    "searchapp on Whoosh": ("service", "whoosh"),
    "searchapp on Tantivy": ("service", "tantivy"),
    "searchapp's Whoosh engine alone": ("engine", "whoosh"),
    "searchapp's Tantivy engine alone": ("engine", "tantivy"),
    "Whoosh 2.7.4, two French fields": ("peer", "whoosh"),
    "SQLite FTS5, no stemming": ("peer", "fts5"),
}


def answer(asked: list[str], what: str, engine: str, folder: Path) -> Figures:
    """Answer in this process."""
    from searchapp import bootstrap
    from searchapp.model import SearchRequest, SearchResult

    config = bootstrap.load_config({"index": folder, "engine": engine})
    service = bootstrap.open_service(config)
    name = service.generation()

    def whole(query: str) -> SearchResult:
        return service.search(SearchRequest(query))

    ask = engine_alone(engine, folder / name / "engine") if what == "engine" else whole
    for query in asked[:50]:
        ask(query)
    latencies, used = [], []
    for query in asked:
        started, cpu = time.perf_counter(), time.process_time()
        ask(query)
        latencies.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - cpu) * 1000)
    totals = [whole(query).total for query in asked]
    service.close()
    return {"latencies": latencies, "cpu": used, "median_total": statistics.median(totals)}


def engine_alone(engine: str, folder: Path) -> Callable[[str], object]:
    """Run the engine's part of a search: find, count, and fetch the rerank features of 100 and the articles of 10."""
    from searchapp import bootstrap
    from searchapp.engines.port import EngineRequest
    from searchapp.query import parse
    from searchapp.schema import FACET_FIELDS
    from searchapp.search.resolve import Resolver
    from searchapp.search.spellings import QuerySpellings

    reader = bootstrap.engine_named(engine).open(folder)
    resolver = Resolver(QuerySpellings(bootstrap.open_analyzer()))

    def ask(query: str) -> object:
        clause = resolver.resolve(parse(query).tree).clause
        counts = {"facets": FACET_FIELDS, "facet_limit": 100, "histogram": True, "timeline": True}
        found = reader.search(EngineRequest(clause, limit=100, features=100, **counts))
        return found, reader.articles(candidate.document for candidate in found.candidates[:10])

    return ask


def indexed(engine: str, source: Path, work: Path) -> Path:
    """Return an index of the corpus, made once."""
    folder = work / f"index-{engine}-{source.stem}"
    if not (folder / "CURRENT").is_file():
        measured([sys.executable, Path(__file__).with_name("indexing.py"), "--reindex", engine, 2, source, folder])
    return folder


def run(name: str, source: Path, work: Path, asked: Path) -> Figures:
    what, contender = CONTENDERS[name]
    if what != "peer":
        return measured(
            [sys.executable, __file__, "--answer", asked, what, contender, indexed(contender, source, work)]
        )
    python = environment("whoosh", STOCK, work)
    folder = work / f"{contender}-{source.stem}"
    if not (folder / ".complete").is_file():
        folder.mkdir(exist_ok=True)
        measured([python, PEERS, "index", contender, source, folder])
        (folder / ".complete").touch()
    return measured([python, PEERS, "search", contender, asked, folder])


def summary(figures: Figures) -> Figures:
    more = {name: figures[name] for name in ("median_total", "peak_mb", "peak_own_mb") if name in figures}
    wall, cpu = percentiles(figures["latencies"]), percentiles(figures["cpu"])
    return {"queries": len(figures["latencies"]), "ms": wall, "cpu_ms": cpu, **more}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    options.add_argument("--answer", nargs=4, help=argparse.SUPPRESS)
    options.add_argument("--only", nargs="*", default=list(CONTENDERS))
    given = options.parse_args()
    if given.answer:
        asked, what, engine, folder = given.answer
        print(json.dumps(answer(json.loads(Path(asked).read_text("utf-8")), what, engine, Path(folder))))
        return
    source = corpus(given.articles, given.work)
    report: Figures = {"machine": machine(), "articles": given.articles, "searching": {}}
    for name in given.only:
        slow = CONTENDERS[name] == ("peer", "whoosh") and given.articles > 20_000
        chosen = given.work / "queries.json"
        chosen.write_text(json.dumps(queries(FEWER if slow else 300)), "utf-8")
        report["searching"][name] = summary(run(name, source, given.work, chosen))
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
