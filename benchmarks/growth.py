"""Growth with the number of articles: what ``searchapp plan`` and docs/scaling.md are made from.

``python benchmarks/growth.py [--articles 1000 10000 100000]``: prints a row of JSON for each engine and size: a first
index with two processes, a reindex that adds 500 articles, and 300 searches. Where ``load_before`` is far above
zero the machine had other work: then the processor seconds and milliseconds (``cpu``) count, not the clock. The rows
are kept in ``searchapp/operations/growth.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from shutil import rmtree

from common import ROOT, Figures, corpus, machine, measured, queries, size_mb
from searching import summary

HERE = Path(__file__).parent
DAY = 500


def row(engine: str, articles: int, work: Path) -> Figures:
    """Measure one engine at one size."""
    source, index = work / f"growth-{articles}", work / f"growth-index-{engine}-{articles}"
    for folder in (source, index):
        rmtree(folder, ignore_errors=True)
    source.mkdir(parents=True)
    made = corpus(articles, work)
    (source / "all.jsonl").hardlink_to(made)
    reindex = [sys.executable, HERE / "indexing.py", "--reindex", engine, 2, source, index]
    load = machine()["load_before"]
    first = measured(reindex)
    index_mb = size_mb(index)
    write_day(source / "day.jsonl", made)
    day = measured(reindex)
    asked = work / "queries.json"
    asked.write_text(json.dumps(queries()), "utf-8")
    found = measured([sys.executable, HERE / "searching.py", "--answer", asked, "service", engine, index])
    search = summary(found)
    rmtree(source)
    rmtree(index)
    return {
        "engine": engine,
        "articles": articles,
        "corpus_mb": round(made.stat().st_size / 1e6, 1),
        "index_seconds": round(first["seconds"], 1),
        "index_cpu_seconds": round(first["cpu"], 1),
        "index_memory_mb": first["peak_own_mb"],
        "index_mb": index_mb,
        "day_articles": DAY,
        "day_seconds": round(day["seconds"], 1),
        "day_cpu_seconds": round(day["cpu"], 1),
        "search_p50_ms": search["ms"]["p50"],
        "search_p95_ms": search["ms"]["p95"],
        "search_cpu_p50_ms": search["cpu_ms"]["p50"],
        "search_cpu_p95_ms": search["cpu_ms"]["p95"],
        "search_memory_mb": search["peak_own_mb"],
        "load_before": load,
    }


def write_day(path: Path, made: Path) -> None:
    """Write the first articles of a corpus again under other ids."""
    with made.open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as file:
        for _, line in zip(range(DAY), lines, strict=False):
            article = json.loads(line)
            file.write(json.dumps(article | {"id": f"day-{article['id']}"}) + "\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    options.add_argument("--engines", nargs="+", default=["whoosh", "tantivy"])
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    given = options.parse_args()
    print(json.dumps(machine()), file=sys.stderr)
    for articles in given.articles:
        for engine in given.engines:
            print(json.dumps(row(engine, articles, given.work)), flush=True)


if __name__ == "__main__":
    main()
