#!/usr/bin/env python3
"""Latency of the whole search service (ranking, highlighting, facets, histogram, 10 results) over Tantivy or Whoosh.

Queries are 300 real ones cut to 1 to 4 words. The index is made first when ``--index`` holds none.

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
from pathlib import Path
from typing import Final

from searchapp import bootstrap
from searchapp.errors import IndexMissing
from searchapp.model import SearchRequest
from searchapp.service import SearchService

QUERIES: Final = 300


def queries(path: Path) -> list[str]:
    """The first 300 queries, each cut to a length from 1 to 4 words."""
    draw = random.Random(1)
    lines = path.read_text("utf-8").splitlines()[:QUERIES]
    return [" ".join(line.split("\t")[1].split()[: draw.randint(1, 4)]) for line in lines]


def timed(service: SearchService, query: str) -> float:
    started = time.perf_counter()
    service.search(SearchRequest(query))
    return 1000 * (time.perf_counter() - started)


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
        rounds = [[timed(service, query) for query in asked] for _ in range(arguments.rounds + 1)]
        totals = [service.search(SearchRequest(query)).total for query in asked]
        service.close()
    # The first round warms the files; of the others each query's best time counts, for neighbours only slow one down.
    best = [min(times) for times in zip(*rounds[1:], strict=True)]
    cuts = statistics.quantiles(best, n=100)
    every = statistics.quantiles([time for times in rounds[1:] for time in times], n=100)
    figures = {
        "engine": arguments.engine,
        "articles": status.manifest.articles,
        "queries": len(asked),
        "ms": {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2), "p99": round(cuts[98], 2)},
        "ms_of_all_runs": {"p50": round(every[49], 2), "p95": round(every[94], 2), "p99": round(every[98], 2)},
        "median_total": statistics.median(totals),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
