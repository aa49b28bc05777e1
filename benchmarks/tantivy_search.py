#!/usr/bin/env python3
"""Latency of the whole search service (ranking, highlighting, facets, histogram, 10 results) over Tantivy or Whoosh.

``cpu_ms`` is
the processor time of it, which neighbours on the machine disturb less. Queries are 300 real ones cut to 1 to 4 words.
The index is made first when ``--index`` holds none.

usage: python benchmarks/tantivy_search.py CORPUS.jsonl QUERIES.tsv [--engine tantivy] [--index DIR] > figures.json
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from searchapp import bootstrap
from searchapp.engines.port import Engine, EngineRequest, Reader
from searchapp.engines.resolver import Resolver
from searchapp.engines.tantivy_engine import TantivyEngine
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.errors import IndexMissing
from searchapp.model import SearchRequest
from searchapp.query import parse
from searchapp.schema import FACET_FIELDS

QUERIES: Final = 300
ENGINES: Final[dict[str, Callable[[], Engine]]] = {"whoosh": WhooshEngine, "tantivy": TantivyEngine}


def queries(path: Path) -> list[str]:
    """The first 300 queries, each cut to a length from 1 to 4 words."""
    draw = random.Random(1)
    lines = path.read_text("utf-8").splitlines()[:QUERIES]
    return [" ".join(line.split("\t")[1].split()[: draw.randint(1, 4)]) for line in lines]


def timed(ask: Callable[[str], object], query: str) -> tuple[float, float]:
    """Return the milliseconds that an answer takes, and those of them that this thread had a processor."""
    started, cpu = time.perf_counter(), time.thread_time()
    ask(query)
    return 1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - cpu)


def latencies(ask: Callable[[str], object], asked: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Ask everything once to warm the files, then ``rounds`` times; each query's best time counts."""
    measured = [[timed(ask, query) for query in asked] for _ in range(rounds + 1)][1:]
    figures = {}
    for place, name in enumerate(("ms", "cpu_ms")):
        best = [min(run[place] for run in runs) for runs in zip(*measured, strict=True)]
        cuts = statistics.quantiles(best, n=100)
        figures[name] = {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2), "p99": round(cuts[98], 2)}
    return figures


def engine_alone(reader: Reader) -> Callable[[str], object]:
    """Return what the engine does of a search: find, count, and give the evidence of 100 and the articles of 10."""
    analyzer = bootstrap.open_analyzer()
    resolver = Resolver(analyzer)

    def ask(query: str) -> object:
        clause = resolver.resolve(parse(query).tree)
        found = reader.search(EngineRequest(clause, limit=100, facets=FACET_FIELDS, histogram=True))
        documents = [candidate.document for candidate in found.candidates]
        return reader.evidence(documents), reader.articles(documents[:10])

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--engine", default="tantivy")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "corpus": arguments.corpus,
            "index": arguments.index or Path(folder),
            "engine": arguments.engine,
        }
        config = bootstrap.load_config(options)
        try:
            status = bootstrap.index_status(config)
        except IndexMissing:
            bootstrap.reindex(config)
            status = bootstrap.index_status(config)
        service = bootstrap.open_service(config)
        asked = queries(arguments.queries)
        totals = [service.search(SearchRequest(query)).total for query in asked]
        whole = latencies(lambda query: service.search(SearchRequest(query)), asked, arguments.rounds)
        engine = ENGINES[arguments.engine]()
        reader = engine.open(config.index / status.manifest.generation / "engine")
        alone = latencies(engine_alone(reader), asked, arguments.rounds)
        reader.close()
        service.close()
    figures = {
        "engine": arguments.engine,
        "articles": status.manifest.articles,
        "queries": len(asked),
        "service": whole,
        "engine_alone": alone,
        "median_total": statistics.median(totals),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
